/* A sampling stopwatch; see timer.h. */
#include "engine/timer.h"

enum {
    TIMER_FIRST = 4096, /* runs of a kind that are all timed */
    TIMER_LARGE = 64,   /* rows from which on a reading of the clock does not count */
    TIMER_SAMPLE = 32,  /* one in so many of the others */
    TIMER_TRIES = 64,
};

void timer_init(struct timer *timer, uint64_t (*now)(void), bool all)
{
    *timer = (struct timer){now, all, UINT64_C(0x9e3779b97f4a7c15), TIMER_SAMPLE, UINT64_MAX, 0};
    for (int i = 0; now && i < TIMER_TRIES; i++) {
        uint64_t start = now();
        uint64_t passed = now() - start;

        if (passed < timer->overhead)
            timer->overhead = passed;
    }
}

/* From 1 to twice the mean less one, all equally often, so that no rhythm of the runs is met. */
static uint64_t random_gap(struct timer *timer)
{
    uint64_t x = timer->random; /* xorshift64: Marsaglia, "Xorshift RNGs", 2003 */

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    timer->random = x;
    return 1 + x % (2 * TIMER_SAMPLE - 1);
}

static uint64_t weight_of(struct timer *timer, uint64_t runs, size_t rows)
{
    if (!timer->now)
        return 0;
    if (timer->all || runs < TIMER_FIRST || rows >= TIMER_LARGE)
        return 1;
    if (--timer->gap > 0)
        return 0;
    timer->gap = random_gap(timer);
    return TIMER_SAMPLE;
}

struct timing timer_start(struct timer *timer, uint64_t runs, size_t rows)
{
    struct timing timing = {.weight = weight_of(timer, runs, rows), .own = timer->own};

    if (timing.weight)
        timing.start = timer->now();
    return timing;
}

uint64_t timer_stop(struct timer *timer, struct timing *timing)
{
    uint64_t inside = timer->own - timing->own;
    uint64_t passed;

    timing->own = 0;
    if (timing->weight == 0)
        return 0;
    passed = timer->now() - timing->start;
    passed -= passed < timer->overhead ? passed : timer->overhead;
    timing->own = passed > inside ? passed - inside : 0;
    timer->own += timing->own;
    return passed;
}

/* A sampling stopwatch; see timer.h. */
#include "engine/timer.h"

enum {
    TIMER_FIRST = 4096,
    TIMER_SAMPLE = 32, /* one in so many of the others */
    TIMER_TRIES = 64,
};

void timer_init(struct timer *timer, uint64_t (*now)(void), bool all)
{
    *timer = (struct timer){
        .now = now,
        .all = all,
        .first = all ? UINT64_MAX : TIMER_FIRST,
        .random = UINT64_C(0x9e3779b97f4a7c15),
        .gap = TIMER_SAMPLE,
        .overhead = UINT64_MAX,
    };
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

void timer_begin(struct timer *timer, struct timing *timing, bool sampled)
{
    if (sampled)
        timer->gap = random_gap(timer);
    *timing = (struct timing){sampled ? TIMER_SAMPLE : 1, timer->now(), timer->own};
}

uint64_t timer_end(struct timer *timer, struct timing *timing)
{
    uint64_t passed = timer->now() - timing->start;
    uint64_t inside = timer->own - timing->own;

    passed -= passed < timer->overhead ? passed : timer->overhead;
    timing->own = passed > inside ? passed - inside : 0;
    timer->own += timing->own;
    return passed;
}

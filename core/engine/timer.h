#ifndef SSP_ENGINE_TIMER_H
#define SSP_ENGINE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Timing what happens millions of times for next to nothing: of each kind of run the first ones and
 * the large ones are timed, of the others a random sample, each of which stands for so many.
 *
 *     struct timing timing = timer_start(timer, runs so far, rows);
 *     ...
 *     time += timing.weight * timer_stop(timer, &timing);
 *
 * Timed runs may stand inside each other.
 */
struct timer {
    uint64_t (*now)(void); /* nanoseconds; NULL: nothing is timed */
    bool all;              /* everything is timed */
    uint64_t first;        /* runs of a kind that are all timed */
    uint64_t random;
    uint64_t gap;      /* small runs until the next one that is timed */
    uint64_t overhead; /* between two readings of the clock, taken off */
    uint64_t own;      /* sum of the own times so far */
};

struct timing {
    uint64_t weight; /* runs that it stands for; 0: it is not timed */
    uint64_t start;
    uint64_t own; /* of the timer then; at the end its own time: without what was timed inside */
};

void timer_init(struct timer *timer, uint64_t (*now)(void), bool all);

enum { TIMER_LARGE = 64 }; /* rows from which on a reading of the clock does not count */

void timer_begin(struct timer *timer, struct timing *timing, bool sampled);
uint64_t timer_end(struct timer *timer, struct timing *timing);

/* Of a kind that had so many runs before; it goes through so many rows. */
static inline struct timing timer_start(struct timer *timer, uint64_t runs, size_t rows)
{
    struct timing timing = {0, 0, 0};

    if (timer->now) {
        bool each = runs < timer->first || rows >= TIMER_LARGE;

        if (each || --timer->gap == 0)
            timer_begin(timer, &timing, !each);
    }
    return timing;
}

/* How long it took; 0 if it is not timed. */
static inline uint64_t timer_stop(struct timer *timer, struct timing *timing)
{
    return timing->weight ? timer_end(timer, timing) : 0;
}

#endif

#ifndef SSP_ENGINE_TIMER_H
#define SSP_ENGINE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Timing what happens millions of times for next to nothing: of each kind of run the first ones and
 * the large ones are timed, of the others a random sample, each of which stands for so many.
 *
 *     uint64_t weight = timer_weight(timer, runs so far, rows);
 *     uint64_t start = timer_start(timer, weight);
 *     ...
 *     time += weight * timer_stop(timer, weight, start);
 */
struct timer {
    uint64_t (*now)(void); /* nanoseconds; NULL: nothing is timed */
    bool all;              /* everything is timed */
    uint64_t random;
    uint64_t gap;      /* small runs until the next one that is timed */
    uint64_t overhead; /* between two readings of the clock, taken off */
};

void timer_init(struct timer *timer, uint64_t (*now)(void), bool all);

/* How many runs the next one stands for: 0 if it is not timed. */
uint64_t timer_weight(struct timer *timer, uint64_t runs, size_t rows);

static inline uint64_t timer_start(const struct timer *timer, uint64_t weight)
{
    return weight ? timer->now() : 0;
}

/* The time since, of one run; 0 if it is not timed. */
uint64_t timer_stop(const struct timer *timer, uint64_t weight, uint64_t start);

#endif

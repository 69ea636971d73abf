#ifndef SSP_BASE_HISTOGRAM_H
#define SSP_BASE_HISTOGRAM_H

#include <stdint.h>

/*
 * How often numbers of which size occurred, for percentiles: a log-linear histogram (G. Tene's
 * HdrHistogram), 2^5 buckets for each power of two. Any uint64_t can be added, in constant time.
 * Numbers below 64 are told apart; of larger ones a percentile is at most 1/32 above the number
 * that was added, and never below it.
 */
enum {
    HISTOGRAM_BITS = 5, /* buckets for a power of two: 2^5 */
    HISTOGRAM_BUCKETS = (64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS,
};

struct histogram {
    uint64_t buckets[HISTOGRAM_BUCKETS];
    uint64_t count; /* of all numbers, by weight */
    uint64_t max;   /* exact */
    double sum;
};

/* Adds a number that stands for `weight` numbers. */
void histogram_add(struct histogram *histogram, uint64_t number, uint64_t weight);

/* The least number that at least this share of all (0 .. 1) do not exceed, rounded up to the end
 * of its bucket; 0 if there are none. */
uint64_t histogram_percentile(const struct histogram *histogram, double share);

#endif

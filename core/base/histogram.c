/* Log-linear buckets; see histogram.h. */
#include "base/histogram.h"

enum { LINEAR = 1 << HISTOGRAM_BITS };

/* Numbers below 2^6 are their own bucket; above, the leading one bit and the five behind it. */
static unsigned bucket_of(uint64_t number)
{
    unsigned shift;

    if (number < LINEAR)
        return (unsigned)number;
    shift = 63U - (unsigned)__builtin_clzll(number) - HISTOGRAM_BITS;
    return (shift << HISTOGRAM_BITS) + (unsigned)(number >> shift);
}

static uint64_t bucket_end(unsigned bucket)
{
    unsigned shift;

    if (bucket < 2 * LINEAR)
        return bucket;
    shift = (bucket >> HISTOGRAM_BITS) - 1;
    return ((uint64_t)((bucket & (LINEAR - 1)) + LINEAR) << shift) + ((UINT64_C(1) << shift) - 1);
}

void histogram_add(struct histogram *histogram, uint64_t number, uint64_t weight)
{
    histogram->buckets[bucket_of(number)] += weight;
    histogram->count += weight;
    histogram->sum += (double)number * (double)weight;
    if (number > histogram->max)
        histogram->max = number;
}

uint64_t histogram_percentile(const struct histogram *histogram, double share)
{
    double wanted = share * (double)histogram->count;
    uint64_t below = 0;

    for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
        uint64_t end = bucket_end(i);

        below += histogram->buckets[i];
        if (histogram->buckets[i] && (double)below >= wanted)
            return end < histogram->max ? end : histogram->max;
    }
    return histogram->max;
}

#ifndef SSP_VALUE_SPAN_H
#define SSP_VALUE_SPAN_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * PostgreSQL's intervals: months, days and microseconds apart, because a month has no length before
 * it is added to a day. All three are within SPAN_YEARS_MAX, so that sums and the order of two of
 * them do not overflow.
 */
struct span {
    int64_t months;
    int64_t days;
    int64_t microseconds;
};

enum { SPAN_YEARS_MAX = 20000 };

/* "1 day 02:03:04.5", "2 hours", "1 year 3 mons -4 days", "P1Y2M3DT4H5M6S", "3 days ago". */
bool span_read(const char *text, size_t size, struct span *span);
/* As PostgreSQL writes it (intervalstyle postgres). */
void span_write(struct buf *buf, const struct span *span);

bool span_in_range(const struct span *span);
/* What intervals are compared by: a month has 30 days and a day 24 hours. */
int64_t span_order(const struct span *span);
/* False: out of range. */
bool span_times(const struct span *span, double factor, struct span *product);

/* time + span; the day is cut to the month's last one. False: there is no such time. */
bool span_add_to(int64_t time, const struct span *span, int64_t *sum);
/* From b to a, in days and the clock's time. */
struct span span_between(int64_t a, int64_t b);
/* From b to a, in years, months, days and the clock's time. */
struct span span_age(int64_t a, int64_t b);

#endif

#ifndef SSP_VALUE_TIME_H
#define SSP_VALUE_TIME_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Points in time: microseconds since 1970-01-01T00:00:00Z, negative before it, as POSIX counts
 * them (no leap seconds), in the proleptic Gregorian calendar, from TIME_MIN (year 0000) to
 * TIME_MAX (the end of year 9999): what ISO 8601 writes with four digits. Nothing here looks at
 * a clock, a locale or a time zone.
 */
#define TIME_SECOND INT64_C(1000000)
#define TIME_DAY    (INT64_C(86400) * TIME_SECOND)
#define TIME_MIN    (INT64_C(-62167219200) * TIME_SECOND)
#define TIME_MAX    (INT64_C(253402300800) * TIME_SECOND - 1)

/* The calendar's fields, in UTC. */
struct time_parts {
    int year;        /* 0..9999 */
    int month;       /* 1..12 */
    int day;         /* 1..31 */
    int hour;        /* 0..23 */
    int minute;      /* 0..59 */
    int second;      /* 0..59 */
    int microsecond; /* 0..999999 */
    int weekday;     /* 0..6 from Sunday */
    int day_of_year; /* 1..366 */
};

/* For TIME_MIN .. TIME_MAX. */
struct time_parts time_split(int64_t time);

/* From year to microsecond, the rest is ignored. False: there is no such time. */
bool time_join(const struct time_parts *parts, int64_t *time);

/*
 * From ISO 8601 text, the bytes of a string:
 *
 *     YYYY-MM-DD [ (T|t|space) HH:MM [ :SS [ (.|,) digits ] ] [ Z | z | (+|-) HH [ [:] MM ] ] ]
 *
 * Without an offset the time is UTC; digits after the sixth are dropped (the time before it);
 * second 60, a leap second, is the first one of the next minute; 24:00 is the end of the day.
 * False: other text, no such day, or beyond TIME_MIN .. TIME_MAX.
 */
bool time_read(const char *text, size_t size, int64_t *time);

/* The same, the clock as it stands in the text: *offset is what it says it is ahead of UTC, in
 * seconds; 0 if it says nothing. */
bool time_read_local(const char *text, size_t size, int64_t *time, int *offset);

/* From a JSON number, seconds since the epoch, however written; rounded down to a microsecond. */
bool time_read_number(const char *text, size_t size, int64_t *time);

/* YYYY-MM-DDTHH:MM:SS[.digits]Z, with as many digits as it takes. For TIME_MIN .. TIME_MAX. */
void time_write(struct buf *buf, int64_t time);
/* The same without the Z. */
void time_write_local(struct buf *buf, int64_t time);

#endif

/*
 * Functions of time. A point in time is ISO 8601 text or a number, seconds since the epoch; what
 * comes out is of the kind that went in, text in UTC. Nothing looks at a clock.
 */
#include "base/buf.h"
#include "base/duration.h"
#include "expr/function.h"
#include "value/decimal.h"
#include "value/number.h"
#include "value/time.h"

#include <string.h>
#include <strings.h>

#define WANTS_DURATION "a duration such as \"5m\", or seconds above 0"

enum { MICROSECOND_DIGITS = 6 };

static bool read_time(struct value value, struct arena *scratch, int64_t *time)
{
    const char *bytes;
    size_t size;

    if (value.type == VALUE_NUMBER)
        return time_read_number(value.text, value.size, time);
    return string_of(value, scratch, &bytes, &size) && time_read(bytes, size, time);
}

/* "5m", or seconds. */
static bool read_duration(struct value value, struct arena *scratch, int64_t *microseconds)
{
    const char *bytes;
    size_t size;

    if (value.type == VALUE_NUMBER)
        return time_read_number(value.text, value.size, microseconds) && *microseconds > 0 &&
               *microseconds <= DURATION_MAX;
    return string_of(value, scratch, &bytes, &size) && duration_read(bytes, size, microseconds);
}

static void write_seconds(struct buf *text, int64_t microseconds)
{
    const struct decimal seconds = {microseconds, NULL, MICROSECOND_DIGITS};

    (void)decimal_write(text, &seconds);
}

static bool in_range(int64_t time)
{
    return time >= TIME_MIN && time <= TIME_MAX;
}

static void write_time(struct buf *text, int64_t time, enum value_type kind)
{
    if (kind == VALUE_NUMBER) {
        write_seconds(text, time);
        return;
    }
    buf_add_byte(text, '"');
    time_write(text, time);
    buf_add_byte(text, '"');
}

static struct value time_value(int64_t time, enum value_type kind, struct arena *scratch)
{
    struct buf text = BUF_INIT;

    if (!in_range(time))
        return make_null();
    write_time(&text, time, kind);
    return make_value(&text, scratch);
}

enum unit {
    UNIT_MICROSECOND,
    UNIT_MILLISECOND,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_QUARTER,
    UNIT_YEAR,
    UNIT_DOW,
    UNIT_ISODOW,
    UNIT_DOY,
    UNIT_ISOYEAR,
    UNIT_EPOCH,
    UNIT_COUNT,
};

static bool read_unit(struct value value, struct arena *scratch, enum unit *unit)
{
    static const char *const names[UNIT_COUNT] = {
        "microsecond", "millisecond", "second", "minute", "hour", "day",     "week", "month",
        "quarter",     "year",        "dow",    "isodow", "doy",  "isoyear", "epoch"};
    const char *bytes;
    size_t size;

    if (!string_of(value, scratch, &bytes, &size))
        return false;
    for (int i = 0; i < UNIT_COUNT; i++) {
        size_t length = strlen(names[i]);
        bool plural = size == length + 1 && (bytes[length] == 's' || bytes[length] == 'S');

        *unit = (enum unit)i;
        if ((size == length || (plural && i <= UNIT_YEAR)) &&
            strncasecmp(names[i], bytes, length) == 0)
            return true;
    }
    return false;
}

const char *function_date_trunc_fault(const struct value *args, size_t count, struct arena *scratch,
                                      size_t *wrong)
{
    enum unit unit;

    (void)count;
    *wrong = 0;
    if (!args[0].text || (read_unit(args[0], scratch, &unit) && unit <= UNIT_YEAR))
        return NULL;
    return "microsecond, millisecond, second, minute, hour, day, week, month, quarter or year";
}

const char *function_extract_fault(const struct value *args, size_t count, struct arena *scratch,
                                   size_t *wrong)
{
    enum unit unit;

    (void)count;
    *wrong = 0;
    if (!args[0].text || read_unit(args[0], scratch, &unit))
        return NULL;
    return "microsecond, millisecond, second, minute, hour, day, week, month, quarter, year, dow, "
           "isodow, doy, isoyear or epoch";
}

static bool is_no_duration(struct value value, struct arena *scratch)
{
    int64_t duration;

    return value.text && !read_duration(value, scratch, &duration);
}

const char *function_tumble_fault(const struct value *args, size_t count, struct arena *scratch,
                                  size_t *wrong)
{
    (void)count;
    *wrong = 1;
    return is_no_duration(args[1], scratch) ? WANTS_DURATION : NULL;
}

const char *function_hop_fault(const struct value *args, size_t count, struct arena *scratch,
                               size_t *wrong)
{
    int64_t slide;
    int64_t size;

    for (*wrong = 1; *wrong < count; (*wrong)++)
        if (is_no_duration(args[*wrong], scratch))
            return WANTS_DURATION;
    *wrong = 2;
    if (args[1].text && args[2].text && read_duration(args[1], scratch, &slide) &&
        read_duration(args[2], scratch, &size) && size / slide > HOP_MAX)
        return "a size of at most 10000 slides";
    return NULL;
}

static int64_t floor_to(int64_t time, int64_t size)
{
    int64_t rest = time % size;

    return time - (rest < 0 ? rest + size : rest);
}

/* Monday is the first day of a week. */
static int64_t days_since_monday(const struct time_parts *parts)
{
    return (parts->weekday + 6) % 7;
}

static int64_t truncate(int64_t time, enum unit unit)
{
    static const int64_t sizes[] = {
        1, 1000, TIME_SECOND, 60 * TIME_SECOND, 3600 * TIME_SECOND, TIME_DAY};
    struct time_parts parts = time_split(time);
    struct time_parts first = {.year = parts.year, .month = 1, .day = 1};

    if (unit <= UNIT_DAY)
        return floor_to(time, sizes[unit]);
    if (unit == UNIT_WEEK)
        return floor_to(time, TIME_DAY) - days_since_monday(&parts) * TIME_DAY;
    if (unit == UNIT_MONTH)
        first.month = parts.month;
    if (unit == UNIT_QUARTER)
        first.month = (parts.month - 1) / 3 * 3 + 1;
    (void)time_join(&first, &time);
    return time;
}

struct value function_date_trunc(const struct value *args, size_t count, struct arena *scratch)
{
    enum unit unit;
    int64_t time;

    (void)count;
    if (!read_unit(args[0], scratch, &unit) || unit > UNIT_YEAR ||
        !read_time(args[1], scratch, &time))
        return make_null();
    return time_value(truncate(time, unit), args[1].type, scratch);
}

/* The year that the Thursday of the week is in, and which of its weeks that is (ISO 8601). */
static int64_t iso_week(int64_t time, int64_t *year)
{
    struct time_parts parts = time_split(time);
    int64_t thursday = floor_to(time, TIME_DAY) + (3 - days_since_monday(&parts)) * TIME_DAY;

    *year = parts.year;
    if (!in_range(thursday))
        return parts.day_of_year > 7 ? 53 : 1;
    parts = time_split(thursday);
    *year = parts.year;
    return (parts.day_of_year - 1) / 7 + 1;
}

struct value function_extract(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    struct time_parts parts;
    enum unit unit;
    int64_t time;
    int64_t year;
    int64_t of_minute;

    (void)count;
    if (!read_unit(args[0], scratch, &unit) || !read_time(args[1], scratch, &time))
        return make_null();
    parts = time_split(time);
    of_minute = parts.second * TIME_SECOND + parts.microsecond;
    if (unit == UNIT_SECOND || unit == UNIT_EPOCH) {
        write_seconds(&text, unit == UNIT_EPOCH ? time : of_minute);
        return make_value(&text, scratch);
    }
    if (unit == UNIT_MILLISECOND) {
        const struct decimal milliseconds = {of_minute, NULL, 3};

        (void)decimal_write(&text, &milliseconds);
        return make_value(&text, scratch);
    }
    {
        const int64_t week = iso_week(time, &year);
        const int64_t numbers[UNIT_COUNT] = {[UNIT_MICROSECOND] = of_minute,
                                             [UNIT_MINUTE] = parts.minute,
                                             [UNIT_HOUR] = parts.hour,
                                             [UNIT_DAY] = parts.day,
                                             [UNIT_WEEK] = week,
                                             [UNIT_MONTH] = parts.month,
                                             [UNIT_QUARTER] = (parts.month - 1) / 3 + 1,
                                             [UNIT_YEAR] = parts.year,
                                             [UNIT_DOW] = parts.weekday,
                                             [UNIT_ISODOW] = days_since_monday(&parts) + 1,
                                             [UNIT_DOY] = parts.day_of_year,
                                             [UNIT_ISOYEAR] = year};

        return make_int(numbers[unit], scratch);
    }
}

struct value function_epoch(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    int64_t time;

    (void)count;
    if (!read_time(args[0], scratch, &time))
        return make_null();
    write_seconds(&text, time);
    return make_value(&text, scratch);
}

struct value function_to_timestamp(const struct value *args, size_t count, struct arena *scratch)
{
    int64_t time;

    (void)count;
    return read_time(args[0], scratch, &time) ? time_value(time, VALUE_STRING, scratch)
                                              : make_null();
}

/* age_ms(a, b): from b to a. */
struct value function_age_ms(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    struct decimal age;
    int64_t a;
    int64_t b;

    (void)count;
    if (!read_time(args[0], scratch, &a) || !read_time(args[1], scratch, &b))
        return make_null();
    age = (struct decimal){a - b, NULL, 3};
    (void)decimal_write(&text, &age);
    return make_value(&text, scratch);
}

/* tumble(time, size): the start of its window; windows are aligned to the epoch. */
struct value function_tumble(const struct value *args, size_t count, struct arena *scratch)
{
    int64_t time;
    int64_t size;

    (void)count;
    if (!read_time(args[0], scratch, &time) || !read_duration(args[1], scratch, &size))
        return make_null();
    return time_value(floor_to(time, size), args[0].type, scratch);
}

/* hop(time, slide, size): the starts of the windows that it lies in, the earliest first. */
struct value function_hop(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    int64_t time;
    int64_t slide;
    int64_t size;
    int64_t start;

    (void)count;
    if (!read_time(args[0], scratch, &time) || !read_duration(args[1], scratch, &slide) ||
        !read_duration(args[2], scratch, &size) || size / slide > HOP_MAX)
        return make_null();
    buf_add_byte(&text, '[');
    for (start = floor_to(time - size, slide) + slide; start <= time; start += slide) {
        if (!in_range(start))
            continue;
        if (text.size > 1)
            buf_add_byte(&text, ',');
        write_time(&text, start, args[0].type);
    }
    buf_add_byte(&text, ']');
    return make_value(&text, scratch);
}

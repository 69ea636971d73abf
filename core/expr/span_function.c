/* Times and intervals as SQL has them (value/typed.h, value/span.h). */
#include "expr/function.h"
#include "value/decimal.h"
#include "value/number.h"
#include "value/span.h"
#include "value/time.h"
#include "value/typed.h"

#include <string.h>
#include <strings.h>

enum { HOUR_SECONDS = 3600, MONTHS = 12, YEAR_SECONDS = 31557600 };

static bool read_span(struct value value, struct arena *scratch, struct span *span)
{
    const char *bytes;
    size_t size;

    return string_of(value, scratch, &bytes, &size) && span_read(bytes, size, span);
}

static struct value make_span(const struct span *span, struct arena *scratch)
{
    struct buf text = BUF_INIT;

    if (!span_in_range(span))
        return make_null();
    span_write(&text, span);
    return make_string(&text, scratch);
}

/* In UTC. */
static bool read_instant(struct value value, struct arena *scratch, int64_t *time)
{
    const char *bytes;
    size_t size;

    return string_of(value, scratch, &bytes, &size) && time_read(bytes, size, time);
}

static struct value make_instant(int64_t time, struct value type, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    struct value parts[2] = {VALUE_NONE, type};

    if (time < TIME_MIN || time > TIME_MAX)
        return make_null();
    buf_add_byte(&text, '"');
    time_write_local(&text, time);
    buf_add_byte(&text, '"');
    parts[0] = make_value(&text, scratch);
    return function_cast(parts, 2, scratch);
}

static struct value moved(const struct value *args, int64_t sign, struct arena *scratch)
{
    struct span span;
    int64_t time;

    if (!read_instant(args[0], scratch, &time) || !read_span(args[1], scratch, &span))
        return make_null();
    span = (struct span){sign * span.months, sign * span.days, sign * span.microseconds};
    return span_add_to(time, &span, &time) ? make_instant(time, args[2], scratch) : make_null();
}

/* time_add(time, interval, type) */
struct value function_time_add(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return moved(args, 1, scratch);
}

struct value function_time_sub(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return moved(args, -1, scratch);
}

/* add_days(date, days) */
struct value function_add_days(const struct value *args, size_t count, struct arena *scratch)
{
    struct span span = {0, 0, 0};
    int64_t time;

    (void)count;
    if (!read_instant(args[0], scratch, &time) || args[1].type != VALUE_NUMBER ||
        !number_int(args[1].text, args[1].size, &span.days) || !span_in_range(&span) ||
        !span_add_to(time, &span, &time))
        return make_null();
    return make_instant(time, value_of("\"date\"", 6), scratch);
}

/* days_between(a, b): from b to a */
struct value function_days_between(const struct value *args, size_t count, struct arena *scratch)
{
    int64_t a;
    int64_t b;

    (void)count;
    if (!read_instant(args[0], scratch, &a) || !read_instant(args[1], scratch, &b))
        return make_null();
    return make_int((a - b) / TIME_DAY, scratch);
}

static struct value span_of_instants(const struct value *args,
                                     struct span (*span_of)(int64_t a, int64_t b),
                                     struct arena *scratch)
{
    struct span span;
    int64_t a;
    int64_t b;

    if (!read_instant(args[0], scratch, &a) || !read_instant(args[1], scratch, &b))
        return make_null();
    span = span_of(a, b);
    return make_span(&span, scratch);
}

/* time_between(a, b): from b to a, an interval of days and hours; age: of years and months too. */
struct value function_time_between(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return span_of_instants(args, span_between, scratch);
}

struct value function_age(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return span_of_instants(args, span_age, scratch);
}

static struct value sum_of(const struct value *args, int64_t sign, struct arena *scratch)
{
    struct span a;
    struct span b;

    if (!read_span(args[0], scratch, &a) || !read_span(args[1], scratch, &b))
        return make_null();
    a.months += sign * b.months;
    a.days += sign * b.days;
    a.microseconds += sign * b.microseconds;
    return make_span(&a, scratch);
}

struct value function_interval_add(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return sum_of(args, 1, scratch);
}

struct value function_interval_sub(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return sum_of(args, -1, scratch);
}

static struct value times(const struct value *args, bool divide, struct arena *scratch)
{
    struct span span;
    double factor;

    if (!read_span(args[0], scratch, &span) || args[1].type != VALUE_NUMBER)
        return make_null();
    factor = number_double(args[1].text, args[1].size);
    if (divide && factor == 0)
        return make_null();
    return span_times(&span, divide ? 1 / factor : factor, &span) ? make_span(&span, scratch)
                                                                  : make_null();
}

struct value function_interval_mul(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return times(args, false, scratch);
}

struct value function_interval_div(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return times(args, true, scratch);
}

/* A number that intervals are compared by. */
struct value function_interval_order(const struct value *args, size_t count, struct arena *scratch)
{
    struct span span;

    (void)count;
    return read_span(args[0], scratch, &span) ? make_int(span_order(&span), scratch) : make_null();
}

/* interval_part(unit, interval), as EXTRACT has it; epoch is in seconds, a year of 365.25 days. */
struct value function_interval_part(const struct value *args, size_t count, struct arena *scratch)
{
    static const char *const units[] = {"year",   "month",  "day",  "hour",
                                        "minute", "second", "epoch"};
    enum { UNITS = sizeof(units) / sizeof(units[0]) };
    struct buf text = BUF_INIT;
    struct decimal seconds = {0, NULL, 6};
    struct span span;
    const char *bytes;
    size_t size;
    int64_t hours;
    size_t unit = 0;

    (void)count;
    if (!string_of(args[0], scratch, &bytes, &size) || !read_span(args[1], scratch, &span))
        return make_null();
    while (unit < UNITS &&
           (strlen(units[unit]) != size || strncasecmp(units[unit], bytes, size) != 0))
        unit++;
    if (unit == UNITS)
        return make_null();
    hours = span.microseconds / (HOUR_SECONDS * TIME_SECOND);
    if (unit < 5) {
        const int64_t numbers[] = {span.months / MONTHS, span.months % MONTHS, span.days, hours,
                                   span.microseconds / (60 * TIME_SECOND) % 60};

        return make_int(numbers[unit], scratch);
    }
    seconds.small = span.microseconds % (60 * TIME_SECOND);
    if (unit == 6)
        seconds.small = span.months / MONTHS * YEAR_SECONDS * TIME_SECOND +
                        span.months % MONTHS * 30 * TIME_DAY + span.days * TIME_DAY +
                        span.microseconds;
    decimal_write_exact(&text, &seconds);
    return make_value(&text, scratch);
}

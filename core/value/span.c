/* Intervals; see span.h. The arithmetic is that of PostgreSQL's timestamp.c. */
#include "value/span.h"

#include "value/time.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define HOUR   (INT64_C(3600) * TIME_SECOND)
#define MINUTE (INT64_C(60) * TIME_SECOND)

enum { MONTHS = 12, MONTH_DAYS = 30, DIGITS_MAX = 9 };

static const struct unit {
    const char *name; /* longer names with an s too */
    int64_t months;
    int64_t days;
    int64_t microseconds;
} units[] = {
    {"microsecond", 0, 0, 1},
    {"usec", 0, 0, 1},
    {"us", 0, 0, 1},
    {"millisecond", 0, 0, 1000},
    {"msec", 0, 0, 1000},
    {"ms", 0, 0, 1000},
    {"second", 0, 0, TIME_SECOND},
    {"sec", 0, 0, TIME_SECOND},
    {"s", 0, 0, TIME_SECOND},
    {"minute", 0, 0, MINUTE},
    {"min", 0, 0, MINUTE},
    {"m", 0, 0, MINUTE},
    {"hour", 0, 0, HOUR},
    {"hr", 0, 0, HOUR},
    {"h", 0, 0, HOUR},
    {"day", 0, 1, 0},
    {"d", 0, 1, 0},
    {"week", 0, 7, 0},
    {"w", 0, 7, 0},
    {"month", 1, 0, 0},
    {"mon", 1, 0, 0},
    {"year", MONTHS, 0, 0},
    {"yr", MONTHS, 0, 0},
    {"y", MONTHS, 0, 0},
};

/* A number with a fraction: its whole part, and millionths of the same sign. */
struct amount {
    int64_t whole;
    int64_t millionths;
};

struct reading {
    const char *at;
    const char *end;
    struct span *span;
};

static bool is_digit(const struct reading *r)
{
    return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

static bool take(struct reading *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

/* Unsigned. */
static bool take_amount(struct reading *r, struct amount *amount)
{
    const char *first = r->at;
    int64_t unit = TIME_SECOND / 10;

    *amount = (struct amount){0, 0};
    for (; is_digit(r); r->at++) {
        if (r->at - first >= DIGITS_MAX)
            return false;
        amount->whole = amount->whole * 10 + (*r->at - '0');
    }
    if (take(r, '.')) {
        for (; is_digit(r); r->at++, unit /= 10)
            amount->millionths += (*r->at - '0') * unit;
        return r->at - first > 1;
    }
    return r->at > first;
}

static void add(struct span *span, struct amount amount, bool minus, const struct unit *unit)
{
    const int64_t sign = minus ? -1 : 1;
    /* What is left of months goes to days, of days to the clock. */
    int64_t part = amount.millionths * unit->days;

    if (unit->months == 1)
        part = amount.millionths * MONTH_DAYS;
    span->months += sign * amount.whole * unit->months;
    if (unit->months == MONTHS)
        span->months += sign * ((amount.millionths * MONTHS + TIME_SECOND / 2) / TIME_SECOND);
    span->days += sign * (amount.whole * unit->days + part / TIME_SECOND);
    span->microseconds += sign * (part % TIME_SECOND * (TIME_DAY / TIME_SECOND));
    if (unit->microseconds)
        span->microseconds +=
            sign * (amount.whole * unit->microseconds +
                    (amount.millionths *
                     (unit->microseconds >= TIME_SECOND ? unit->microseconds / TIME_SECOND : 1)) /
                        (unit->microseconds >= TIME_SECOND ? 1 : TIME_SECOND / unit->microseconds));
}

static const struct unit *take_unit(struct reading *r)
{
    const char *name = r->at;
    size_t size;

    while (r->at < r->end && ((*r->at >= 'a' && *r->at <= 'z') || (*r->at >= 'A' && *r->at <= 'Z')))
        r->at++;
    size = (size_t)(r->at - name);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        size_t length = strlen(units[i].name);
        bool plural = size == length + 1 && length > 1 && (name[length] | 0x20) == 's';

        if ((size == length || plural) && strncasecmp(name, units[i].name, length) == 0)
            return &units[i];
    }
    return NULL;
}

bool span_in_range(const struct span *span)
{
    const int64_t years = SPAN_YEARS_MAX;

    return span->months >= -years * MONTHS && span->months <= years * MONTHS &&
           span->days >= -years * 366 && span->days <= years * 366 &&
           span->microseconds >= -years * 366 * TIME_DAY &&
           span->microseconds <= years * 366 * TIME_DAY;
}

/* :MM[:SS[.f]] behind the hours */
static bool take_clock(struct reading *r, struct amount hours, bool minus)
{
    static const struct unit minute = {"", 0, 0, MINUTE};
    static const struct unit second = {"", 0, 0, TIME_SECOND};
    static const struct unit hour = {"", 0, 0, HOUR};
    struct amount minutes;
    struct amount seconds = {0, 0};

    if (hours.millionths || !take_amount(r, &minutes) || minutes.millionths || minutes.whole > 59)
        return false;
    if (take(r, ':') && (!take_amount(r, &seconds) || seconds.whole > 59))
        return false;
    add(r->span, hours, minus, &hour);
    add(r->span, minutes, minus, &minute);
    add(r->span, seconds, minus, &second);
    return true;
}

/* P[nY][nM][nW][nD][T[nH][nM][nS]] */
static bool read_iso(struct reading *r)
{
    static const char date_names[] = "YMWD";
    static const char clock_names[] = "HMS";
    static const struct unit date[] = {
        {"", MONTHS, 0, 0}, {"", 1, 0, 0}, {"", 0, 7, 0}, {"", 0, 1, 0}};
    static const struct unit clock[] = {
        {"", 0, 0, HOUR}, {"", 0, 0, MINUTE}, {"", 0, 0, TIME_SECOND}};
    bool time = false;
    bool any = false;

    while (r->at < r->end) {
        struct amount amount;
        const char *found;
        bool minus;

        if (!time && take(r, 'T')) {
            time = true;
            continue;
        }
        minus = take(r, '-');
        if (!minus)
            (void)take(r, '+');
        if (!take_amount(r, &amount) || r->at == r->end || *r->at == '\0')
            return false;
        found = strchr(time ? clock_names : date_names, *r->at++);
        if (!found)
            return false;
        add(r->span, amount, minus, time ? &clock[found - clock_names] : &date[found - date_names]);
        if (!span_in_range(r->span))
            return false;
        any = true;
    }
    return any;
}

static void skip_blanks(struct reading *r)
{
    while (r->at < r->end && *r->at == ' ')
        r->at++;
}

static bool read_words(struct reading *r)
{
    bool any = false;

    for (skip_blanks(r); r->at < r->end; skip_blanks(r)) {
        const struct unit *unit;
        struct amount amount;
        bool minus;

        if (any && r->end - r->at == 3 && strncasecmp(r->at, "ago", 3) == 0) {
            r->span->months = -r->span->months;
            r->span->days = -r->span->days;
            r->span->microseconds = -r->span->microseconds;
            return true;
        }
        minus = take(r, '-');
        if (!minus)
            (void)take(r, '+');
        if (!take_amount(r, &amount))
            return false;
        any = true;
        if (take(r, ':')) {
            if (!take_clock(r, amount, minus) || !span_in_range(r->span))
                return false;
            continue;
        }
        skip_blanks(r);
        if (r->at == r->end) { /* a number alone: seconds */
            static const struct unit second = {"", 0, 0, TIME_SECOND};

            add(r->span, amount, minus, &second);
            return true;
        }
        unit = take_unit(r);
        if (!unit)
            return false;
        add(r->span, amount, minus, unit);
        if (!span_in_range(r->span))
            return false;
    }
    return any;
}

bool span_read(const char *text, size_t size, struct span *span)
{
    struct reading r = {text, text + size, span};

    *span = (struct span){0, 0, 0};
    return (take(&r, 'P') ? read_iso(&r) : read_words(&r)) && span_in_range(span);
}

static void write_part(struct buf *buf, int64_t number, const char *unit, bool *first, bool *below)
{
    if (number == 0)
        return;
    buf_add_format(buf, "%s%s%lld %s%s", *first ? "" : " ", *below && number > 0 ? "+" : "",
                   (long long)number, unit, number != 1 ? "s" : "");
    *first = false;
    *below = number < 0;
}

void span_write(struct buf *buf, const struct span *span)
{
    int64_t time = span->microseconds;
    bool first = true;
    bool below = false;

    write_part(buf, span->months / MONTHS, "year", &first, &below);
    write_part(buf, span->months % MONTHS, "mon", &first, &below);
    write_part(buf, span->days, "day", &first, &below);
    if (!first && time == 0)
        return;
    buf_add_format(buf, "%s%s", first ? "" : " ", time < 0 ? "-" : below ? "+" : "");
    if (time < 0)
        time = -time;
    buf_add_format(buf, "%02lld:%02d:%02d", (long long)(time / HOUR), (int)(time % HOUR / MINUTE),
                   (int)(time % MINUTE / TIME_SECOND));
    if (time % TIME_SECOND) {
        buf_add_format(buf, ".%06d", (int)(time % TIME_SECOND));
        while (buf->bytes[buf->size - 1] == '0')
            buf->size--;
    }
}

int64_t span_order(const struct span *span)
{
    return (span->months * MONTH_DAYS + span->days) * TIME_DAY + span->microseconds;
}

/* To a microsecond, as PostgreSQL's TSROUND does. */
static double rounded(double seconds)
{
    return rint(seconds * 1e6) / 1e6;
}

bool span_times(const struct span *span, double factor, struct span *product)
{
    double months = (double)span->months * factor;
    double days = (double)span->days * factor;
    double left;
    double seconds;
    double time;

    if (!(fabs(months) < 1e9 && fabs(days) < 1e9))
        return false;
    product->months = (int64_t)months;
    product->days = (int64_t)days;
    left = rounded((months - (double)product->months) * MONTH_DAYS);
    seconds = rounded((days - (double)product->days + left - (double)(int64_t)left) * 86400);
    if (fabs(seconds) >= 86400) {
        product->days += (int64_t)(seconds / 86400);
        seconds -= (double)((int64_t)(seconds / 86400) * 86400);
    }
    product->days += (int64_t)left;
    time = rint((double)span->microseconds * factor + seconds * 1e6);
    if (!(fabs(time) < 9e18))
        return false;
    product->microseconds = (int64_t)time;
    return span_in_range(product);
}

static int days_of_month(int64_t year, int64_t month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (leap && month == 2);
}

bool span_add_to(int64_t time, const struct span *span, int64_t *sum)
{
    if (span->months) {
        struct time_parts parts = time_split(time);
        int64_t month = parts.year * INT64_C(12) + parts.month - 1 + span->months;
        int last;

        if (month < 0 || month / MONTHS > 9999)
            return false;
        parts.year = (int)(month / MONTHS);
        parts.month = (int)(month % MONTHS) + 1;
        last = days_of_month(parts.year, parts.month);
        if (parts.day > last)
            parts.day = last;
        if (!time_join(&parts, &time))
            return false;
    }
    *sum = time + span->days * TIME_DAY + span->microseconds;
    return *sum >= TIME_MIN && *sum <= TIME_MAX;
}

struct span span_between(int64_t a, int64_t b)
{
    return (struct span){0, (a - b) / TIME_DAY, (a - b) % TIME_DAY};
}

struct span span_age(int64_t a, int64_t b)
{
    bool minus = a < b;
    const struct time_parts later = time_split(minus ? b : a);
    const struct time_parts earlier = time_split(minus ? a : b);
    int64_t months = (later.year - earlier.year) * INT64_C(12) + later.month - earlier.month;
    int64_t days = later.day - earlier.day;
    int64_t first;
    int64_t second;
    int64_t clock;

    first = ((minus ? a : b) % TIME_DAY + TIME_DAY) % TIME_DAY;
    second = ((minus ? b : a) % TIME_DAY + TIME_DAY) % TIME_DAY;
    clock = second - first;
    if (clock < 0) {
        clock += TIME_DAY;
        days--;
    }
    if (days < 0) {
        days += days_of_month(earlier.year, earlier.month);
        months--;
    }
    if (minus)
        return (struct span){-months, -days, -clock};
    return (struct span){months, days, clock};
}

/*
 * Points in time from and to text. Days are counted as in Howard Hinnant, "chrono-Compatible
 * Low-Level Date Algorithms" (days_from_civil, civil_from_days): years begin in March, so that
 * the leap day is the last of its year, and repeat after 400 years.
 */
#include "value/time.h"

#include "base/check.h"
#include "value/number.h"

enum {
    DAYS_TO_1970 = 719468, /* from 0000-03-01 */
    DAYS_IN_400_YEARS = 146097,
    FRACTION_DIGITS = 6,
    OFFSET_HOURS_MAX = 23,
};

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01; the year is not negative. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 + 400 : year + 400; /* not negative, 400 years on */
    int64_t in_cycle = y % 400;
    int64_t month_from_march = month > 2 ? month - 3 : month + 9;
    int64_t day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

    return (y / 400 - 1) * DAYS_IN_400_YEARS + in_cycle * 365 + in_cycle / 4 - in_cycle / 100 +
           day_of_year - DAYS_TO_1970;
}

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

struct time_parts time_split(int64_t time)
{
    int64_t days = floor_divide(time, TIME_DAY);
    int64_t rest = time - days * TIME_DAY;
    int64_t from_march = days + DAYS_TO_1970 + DAYS_IN_400_YEARS; /* 400 years on, not negative */
    int64_t in_cycle = from_march % DAYS_IN_400_YEARS;
    int64_t year_in_cycle =
        (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
    int64_t day = in_cycle - (365 * year_in_cycle + year_in_cycle / 4 - year_in_cycle / 100);
    int64_t month = (5 * day + 2) / 153; /* from March */
    struct time_parts parts;

    SSP_ASSERT(time >= TIME_MIN && time <= TIME_MAX);
    parts.day = (int)(day - (153 * month + 2) / 5 + 1);
    parts.month = (int)(month < 10 ? month + 3 : month - 9);
    parts.year =
        (int)((from_march / DAYS_IN_400_YEARS - 1) * 400 + year_in_cycle) + (parts.month <= 2);
    parts.hour = (int)(rest / (3600 * TIME_SECOND));
    parts.minute = (int)(rest / (60 * TIME_SECOND) % 60);
    parts.second = (int)(rest / TIME_SECOND % 60);
    parts.microsecond = (int)(rest % TIME_SECOND);
    parts.weekday = (int)((days % 7 + 7 + 4) % 7); /* 1970-01-01 was a Thursday */
    parts.day_of_year = (int)(days - days_of(parts.year, 1, 1)) + 1;
    return parts;
}

static bool in_range(int number, int least, int most)
{
    return number >= least && number <= most;
}

bool time_join(const struct time_parts *parts, int64_t *time)
{
    if (!in_range(parts->year, 0, 9999) || !in_range(parts->month, 1, 12) ||
        !in_range(parts->day, 1, days_in_month(parts->year, parts->month)) ||
        !in_range(parts->hour, 0, 23) || !in_range(parts->minute, 0, 59) ||
        !in_range(parts->second, 0, 59) || !in_range(parts->microsecond, 0, 999999))
        return false;
    *time =
        days_of(parts->year, parts->month, parts->day) * TIME_DAY +
        (parts->hour * INT64_C(3600) + parts->minute * INT64_C(60) + parts->second) * TIME_SECOND +
        parts->microsecond;
    return true;
}

/* What is left to read. */
struct text {
    const char *at;
    const char *end;
};

static bool take(struct text *text, const char *any)
{
    if (text->at == text->end || *text->at == '\0')
        return false;
    for (; *any; any++)
        if (*text->at == *any) {
            text->at++;
            return true;
        }
    return false;
}

static bool is_digit(const struct text *text)
{
    return text->at < text->end && *text->at >= '0' && *text->at <= '9';
}

static bool take_number(struct text *text, int digits, int *number)
{
    *number = 0;
    for (; digits > 0; digits--) {
        if (!is_digit(text))
            return false;
        *number = *number * 10 + (*text->at++ - '0');
    }
    return true;
}

static bool take_fraction(struct text *text, int *microsecond)
{
    int digits = 0;

    if (!is_digit(text))
        return false;
    for (; is_digit(text); text->at++)
        if (digits < FRACTION_DIGITS) {
            *microsecond = *microsecond * 10 + (*text->at - '0');
            digits++;
        }
    for (; digits < FRACTION_DIGITS; digits++)
        *microsecond *= 10;
    return true;
}

/* Seconds to subtract. */
static bool take_offset(struct text *text, int *offset)
{
    bool east;
    int hours;
    int minutes = 0;

    *offset = 0;
    if (text->at == text->end || take(text, "Zz"))
        return true;
    east = *text->at == '+';
    if (!take(text, "+-") || !take_number(text, 2, &hours))
        return false;
    if ((take(text, ":") || text->at < text->end) && !take_number(text, 2, &minutes))
        return false;
    *offset = (hours * 60 + minutes) * (east ? 60 : -60);
    return hours <= OFFSET_HOURS_MAX && minutes <= 59;
}

static bool take_clock(struct text *text, struct time_parts *parts)
{
    if (!take_number(text, 2, &parts->hour) || !take(text, ":") ||
        !take_number(text, 2, &parts->minute))
        return false;
    if (!take(text, ":"))
        return true;
    return take_number(text, 2, &parts->second) &&
           (!take(text, ".,") || take_fraction(text, &parts->microsecond));
}

bool time_read_local(const char *bytes, size_t size, int64_t *time, int *offset)
{
    struct text text = {bytes, bytes + size};
    struct time_parts parts = {0};
    int64_t later = 0; /* what no field can hold */

    *offset = 0;
    if (!take_number(&text, 4, &parts.year) || !take(&text, "-") ||
        !take_number(&text, 2, &parts.month) || !take(&text, "-") ||
        !take_number(&text, 2, &parts.day))
        return false;
    if (text.at < text.end && (!take(&text, "Tt ") || !take_clock(&text, &parts) ||
                               !take_offset(&text, offset) || text.at < text.end))
        return false;
    if (parts.second == 60) {
        parts.second = 59;
        later = TIME_SECOND;
    } else if (parts.hour == 24 && parts.minute == 0 && parts.second == 0 &&
               parts.microsecond == 0) {
        parts.hour = 0;
        later = TIME_DAY;
    }
    if (!time_join(&parts, time))
        return false;
    *time += later;
    return *time >= TIME_MIN && *time <= TIME_MAX;
}

bool time_read(const char *bytes, size_t size, int64_t *time)
{
    int offset;

    if (!time_read_local(bytes, size, time, &offset))
        return false;
    *time -= offset * TIME_SECOND;
    return *time >= TIME_MIN && *time <= TIME_MAX;
}

bool time_read_number(const char *text, size_t size, int64_t *time)
{
    return number_floor(text, size, FRACTION_DIGITS, time) && *time >= TIME_MIN &&
           *time <= TIME_MAX;
}

void time_write_local(struct buf *buf, int64_t time)
{
    struct time_parts parts = time_split(time);

    buf_add_format(buf, "%04d-%02d-%02dT%02d:%02d:%02d", parts.year, parts.month, parts.day,
                   parts.hour, parts.minute, parts.second);
    if (parts.microsecond) {
        buf_add_format(buf, ".%06d", parts.microsecond);
        while (buf->bytes[buf->size - 1] == '0')
            buf->size--;
    }
}

void time_write(struct buf *buf, int64_t time)
{
    time_write_local(buf, time);
    buf_add_byte(buf, 'Z');
}

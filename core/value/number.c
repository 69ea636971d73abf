/*
 * Exact decimal numbers as text.
 *
 * A number is read as sign, significant digits and scale: 0.d1d2d3... * 10^scale, with d1 and the
 * last digit not zero. Two numbers are equal exactly when these three agree.
 */
#include "value/number.h"

#include "base/hash.h"
#include "value/double_text.h"

#include <string.h>

enum { EXPONENT_DIGITS_MAX = 17, SMALL_DIGITS_MAX = 18, DECIMAL_ZEROS_MAX = 6 };

struct decimal {
    const char *whole; /* digits before the point, after it the fraction's */
    const char *fraction;
    size_t whole_size;
    size_t first; /* significant digits are [first, end), counted over both */
    size_t end;   /* first == end: zero */
    int64_t scale;
    bool negative;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits(const char *text, size_t size)
{
    size_t i = 0;

    while (i < size && is_digit(text[i]))
        i++;
    return i;
}

bool number_valid(const char *text, size_t size, const char **reason)
{
    size_t at = size > 0 && text[0] == '-';
    size_t run = digits(text + at, size - at);

    *reason = "not a number";
    if (run == 0 || (run > 1 && text[at] == '0'))
        return false;
    at += run;
    if (at < size && text[at] == '.') {
        run = digits(text + at + 1, size - at - 1);
        if (run == 0)
            return false;
        at += 1 + run;
    }
    if (at < size && (text[at] == 'e' || text[at] == 'E')) {
        at++;
        if (at < size && (text[at] == '+' || text[at] == '-'))
            at++;
        run = digits(text + at, size - at);
        if (run == 0)
            return false;
        while (run > 1 && text[at] == '0') {
            at++;
            run--;
        }
        if (run > EXPONENT_DIGITS_MAX) {
            *reason = "a number whose exponent is out of range";
            return false;
        }
        at += run;
    }
    return at == size;
}

/* The common case: up to 18 digits and nothing else. "-0" is left to the general one. */
static inline bool small_int(const char *text, size_t size, int64_t *out)
{
    size_t at = text[0] == '-';
    int64_t sum = 0;

    if (size - at > SMALL_DIGITS_MAX)
        return false;
    for (size_t i = at; i < size; i++) {
        if (!is_digit(text[i]))
            return false;
        sum = sum * 10 + (text[i] - '0');
    }
    *out = at ? -sum : sum;
    return true;
}

static char digit_at(const struct decimal *d, size_t i)
{
    if (i < d->whole_size)
        return d->whole[i];
    return d->fraction[i - d->whole_size];
}

static struct decimal decimal_of(const char *text, size_t size)
{
    struct decimal d = {.negative = text[0] == '-'};
    const char *end = text + size;
    const char *at = text + d.negative;
    int64_t exponent = 0;
    size_t fraction_size = 0;

    d.whole = at;
    d.whole_size = digits(at, (size_t)(end - at));
    at += d.whole_size;
    d.fraction = at;
    if (at < end && *at == '.') {
        d.fraction = ++at;
        fraction_size = digits(at, (size_t)(end - at));
        at += fraction_size;
    }
    if (at < end) {
        bool below = at[1] == '-';

        for (at += at[1] == '-' || at[1] == '+' ? 2 : 1; at < end; at++)
            exponent = exponent * 10 + (*at - '0');
        exponent = below ? -exponent : exponent;
    }
    d.end = d.whole_size + fraction_size;
    while (d.first < d.end && digit_at(&d, d.first) == '0')
        d.first++;
    while (d.end > d.first && digit_at(&d, d.end - 1) == '0')
        d.end--;
    d.scale = (int64_t)d.whole_size - (int64_t)d.first + exponent;
    if (d.first == d.end) {
        d.scale = 0;
        d.negative = false;
    }
    return d;
}

static int compare_magnitude(const struct decimal *a, const struct decimal *b)
{
    size_t i = a->first;
    size_t j = b->first;

    if (a->first == a->end || b->first == b->end)
        return (a->first != a->end) - (b->first != b->end);
    if (a->scale != b->scale)
        return a->scale < b->scale ? -1 : 1;
    for (; i < a->end && j < b->end; i++, j++)
        if (digit_at(a, i) != digit_at(b, j))
            return digit_at(a, i) < digit_at(b, j) ? -1 : 1;
    return (i < a->end) - (j < b->end);
}

int number_compare(const char *a, size_t a_size, const char *b, size_t b_size)
{
    int64_t x;
    int64_t y;
    struct decimal p;
    struct decimal q;

    if (small_int(a, a_size, &x) && small_int(b, b_size, &y))
        return (x > y) - (x < y);
    p = decimal_of(a, a_size);
    q = decimal_of(b, b_size);
    if (p.negative != q.negative)
        return p.negative ? -1 : 1;
    return p.negative ? compare_magnitude(&q, &p) : compare_magnitude(&p, &q);
}

static bool has_fraction(const struct decimal *d)
{
    return d->scale < (int64_t)(d->end - d->first);
}

/* The largest integer that is not above the number. */
static bool floor_of(const struct decimal *d, int64_t *out)
{
    uint64_t limit = (uint64_t)INT64_MAX + d->negative;
    uint64_t sum = d->negative && has_fraction(d);

    if (d->scale > 19)
        return false;
    if (d->scale > 0) {
        uint64_t whole = 0;

        for (int64_t i = 0; i < d->scale; i++) {
            size_t at = d->first + (size_t)i;
            uint64_t digit = at < d->end ? (uint64_t)(digit_at(d, at) - '0') : 0;

            if (__builtin_mul_overflow(whole, UINT64_C(10), &whole) ||
                __builtin_add_overflow(whole, digit, &whole))
                return false;
        }
        if (__builtin_add_overflow(sum, whole, &sum))
            return false;
    }
    if (sum > limit)
        return false;
    *out = d->negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

bool number_int(const char *text, size_t size, int64_t *out)
{
    struct decimal d;

    if (small_int(text, size, out))
        return true;
    d = decimal_of(text, size);
    return !has_fraction(&d) && floor_of(&d, out);
}

bool number_floor(const char *text, size_t size, int shift, int64_t *out)
{
    struct decimal d = decimal_of(text, size);

    if (d.first < d.end)
        d.scale += shift;
    return floor_of(&d, out);
}

uint64_t number_hash(const char *text, size_t size)
{
    struct decimal d;
    int64_t small;
    uint64_t hash;

    if (number_int(text, size, &small))
        return hash_mix((uint64_t)small, 'n');
    d = decimal_of(text, size);
    hash = hash_mix((uint64_t)d.scale, d.negative ? '-' : '+');
    if (d.end <= d.whole_size || d.first >= d.whole_size) /* the digits stand in one run */
        return hash_mix(hash,
                        hash_bytes(d.end <= d.whole_size ? d.whole + d.first
                                                         : d.fraction + (d.first - d.whole_size),
                                   d.end - d.first));
    {
        struct buf run = BUF_INIT;

        buf_add(&run, d.whole + d.first, d.whole_size - d.first);
        buf_add(&run, d.fraction, d.end - d.whole_size);
        hash = hash_mix(hash, hash_bytes(run.bytes, run.size));
        buf_release(&run);
    }
    return hash;
}

double number_double(const char *text, size_t size)
{
    int64_t small;
    struct decimal d;
    double result;

    if (small_int(text, size, &small))
        return (double)small;
    if (double_read(text, size, &result))
        return result;
    d = decimal_of(text, size);
    result = d.scale > 0 ? __builtin_inf() : 0.0;
    return d.negative ? -result : result;
}

static void add_digits(struct buf *buf, const struct decimal *d, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        buf_add_byte(buf, digit_at(d, i));
}

static void add_zeros(struct buf *buf, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        buf_add_byte(buf, '0');
}

void number_write_canonical(struct buf *buf, const char *text, size_t size)
{
    bool integer = size < NUMBER_ZEROS_MAX && text[0] != '-' && digits(text, size) == size;
    struct decimal d;
    int64_t count;
    int64_t exponent; /* value = digits as an integer * 10^exponent */

    if (integer) { /* as it is */
        buf_add(buf, text, size);
        return;
    }
    d = decimal_of(text, size);
    count = (int64_t)(d.end - d.first);
    exponent = d.scale - count;
    (void)buf_reserve(buf, (size_t)count + 1);
    if (d.negative)
        buf_add_byte(buf, '-');
    if (count == 0) {
        buf_add_byte(buf, '0');
    } else if (exponent >= 0 && exponent <= NUMBER_ZEROS_MAX) {
        add_digits(buf, &d, d.first, d.end);
        add_zeros(buf, exponent);
    } else if (exponent < 0 && d.scale > 0) {
        add_digits(buf, &d, d.first, d.first + (size_t)d.scale);
        buf_add_byte(buf, '.');
        add_digits(buf, &d, d.first + (size_t)d.scale, d.end);
    } else if (exponent < 0 && d.scale >= -DECIMAL_ZEROS_MAX) {
        buf_add_string(buf, "0.");
        add_zeros(buf, -d.scale);
        add_digits(buf, &d, d.first, d.end);
    } else {
        add_digits(buf, &d, d.first, d.end);
        buf_add_byte(buf, 'e');
        buf_add_int(buf, exponent);
    }
}

/* Decimals from and to text, and rounding to doubles; see decimal.h. */
#include "value/decimal_large.h"
#include "value/double_text.h"
#include "value/number.h"

#include <math.h>
#include <string.h>

enum {
    DOUBLE_BITS = 53,
    DOUBLE_EXACT_POWER = 22, /* 10^22 is a double */
};

/* Up to 18 digits, a point among them or not. */
static bool read_small(struct decimal *to, const char *text, size_t size)
{
    size_t at = text[0] == '-';
    int64_t sum = 0;
    uint32_t scale = 0;
    size_t count = 0;
    bool point = false;

    if (size - at > DECIMAL_INT64_DIGITS + 1)
        return false;
    for (size_t i = at; i < size; i++) {
        if (text[i] == '.') {
            point = true;
        } else if (text[i] >= '0' && text[i] <= '9' && count < DECIMAL_INT64_DIGITS) {
            sum = sum * 10 + (text[i] - '0');
            scale += point;
            count++;
        } else {
            return false;
        }
    }
    *to = (struct decimal){at ? -sum : sum, NULL, scale};
    return true;
}

/* The digits of a number without its point, and the power of ten that they are multiplied with. */
static void read_digits(struct buf *digits, int64_t *power, const char *text, size_t size)
{
    bool point = false;
    size_t i = text[0] == '-';

    *power = 0;
    (void)buf_reserve(digits, size);
    for (; i < size && text[i] != 'e' && text[i] != 'E'; i++) {
        if (text[i] == '.') {
            point = true;
            continue;
        }
        *power -= point;
        if (digits->size || text[i] != '0')
            buf_add_byte(digits, text[i]);
    }
    while (digits->size && digits->bytes[digits->size - 1] == '0') {
        digits->size--;
        (*power)++;
    }
    if (i < size) {
        int64_t exponent = 0;
        bool below = text[++i] == '-';

        for (i += text[i] == '-' || text[i] == '+'; i < size; i++)
            exponent = exponent * 10 + (text[i] - '0');
        *power += below ? -exponent : exponent;
    }
}

bool decimal_read(struct decimal *to, const char *text, size_t size)
{
    struct buf digits = BUF_INIT;
    int64_t power;
    bool fits;

    if (read_small(to, text, size))
        return true;
    *to = DECIMAL_ZERO;
    read_digits(&digits, &power, text, size);
    fits = (int64_t)digits.size + power <= DECIMAL_WHOLE_MAX && power >= -DECIMAL_FRACTION_MAX;
    if (digits.size && fits) {
        mpz_t value;

        buf_add_byte(&digits, '\0');
        mpz_init(value);
        (void)mpz_set_str(value, digits.bytes, 10);
        if (power > 0)
            decimal_shift(value, (uint64_t)power);
        if (text[0] == '-')
            mpz_neg(value, value);
        decimal_take(to, value, power < 0 ? (uint32_t)-power : 0);
        mpz_clear(value);
        digits.size--;
    }
    fits = fits || digits.size == 0;
    buf_release(&digits);
    return fits;
}

/*
 * bits * 2^-shift, rounded once to as many bits as a double of that size has. There are more bits
 * than that, and the last one says whether anything below them was cut off.
 */
static double round_bits(const mpz_t x, bool cut, long shift)
{
    uint128 bits = decimal_bits(x) | cut;
    long size = (long)mpz_sizeinbase(x, 2);
    long keep = size - 1 - shift < -1022 ? DOUBLE_BITS + 1022 + (size - 1 - shift) : DOUBLE_BITS;
    long drop = size - keep;
    uint128 half;
    uint128 kept;
    uint128 rest;

    if (keep < 0) /* less than half of the least double */
        return 0;
    half = (uint128)1 << (drop - 1);
    kept = bits >> drop;
    rest = bits & (half * 2 - 1);
    kept += rest > half || (rest == half && (kept & 1));
    return ldexp((double)(uint64_t)kept, (int)(drop - shift));
}

/* *x := the integer part of x * 2^shift / y with about `bits` bits; *cut: there was a fraction. */
static long divide(mpz_t x, mpz_t y, long bits, bool *cut)
{
    long shift = bits - ((long)mpz_sizeinbase(x, 2) - (long)mpz_sizeinbase(y, 2));
    mpz_t rest;

    shift += shift & 1; /* even, for the root */
    if (shift > 0)
        mpz_mul_2exp(x, x, (mp_bitcnt_t)shift);
    else
        mpz_mul_2exp(y, y, (mp_bitcnt_t)-shift);
    mpz_init(rest);
    mpz_tdiv_qr(x, rest, x, y);
    *cut = mpz_sgn(rest) != 0;
    mpz_clear(rest);
    return shift;
}

/* Both magnitudes as integers of one ratio. True if the ratio is below 0. */
static bool ratio_of(mpz_t x, mpz_t y, const struct decimal *a, const struct decimal *b)
{
    bool below;

    decimal_digits(x, a);
    decimal_digits(y, b);
    below = (mpz_sgn(x) < 0) != (mpz_sgn(y) < 0);
    decimal_shift(x, b->scale);
    decimal_shift(y, a->scale);
    mpz_abs(x, x);
    mpz_abs(y, y);
    return below;
}

/* True if both can be made integers that are doubles: one division rounds once then. */
static bool small_ratio(const struct decimal *a, const struct decimal *b, double *result)
{
    const int128 max = (int128)1 << DOUBLE_BITS;
    int128 x = a->small;
    int128 y = b->small;

    if (a->large || b->large || a->scale > DOUBLE_EXACT_POWER || b->scale > DOUBLE_EXACT_POWER ||
        decimal_magnitude(x) > max || decimal_magnitude(y) > max)
        return false;
    x *= decimal_power(b->scale);
    y *= decimal_power(a->scale);
    *result = (double)x / (double)y;
    return decimal_magnitude(x) <= max && decimal_magnitude(y) <= max;
}

/* The nearest double of a / b. */
static double ratio(const struct decimal *a, const struct decimal *b)
{
    mpz_t x;
    mpz_t y;
    bool below;
    bool cut;
    double result = 0;

    if (small_ratio(a, b, &result))
        return result;
    result = 0;
    mpz_init(x);
    mpz_init(y);
    below = ratio_of(x, y, a, b);
    if (mpz_sgn(x) != 0) {
        long shift = divide(x, y, 66, &cut);

        result = round_bits(x, cut, shift);
    }
    mpz_clear(x);
    mpz_clear(y);
    return below ? -result : result;
}

void decimal_write_double(struct buf *buf, double number)
{
    char text[DOUBLE_TEXT_MAX];

    number_write_canonical(buf, text, double_write(number, text));
}

static bool write_finite(struct buf *buf, double number)
{
    if (isinf(number))
        return false;
    decimal_write_double(buf, number);
    return true;
}

bool decimal_write_root(struct buf *buf, const struct decimal *a, const struct decimal *b)
{
    mpz_t x;
    mpz_t rest;
    bool cut;
    double result = 0;

    mpz_init(x);
    mpz_init(rest);
    (void)ratio_of(x, rest, a, b);
    if (mpz_sgn(x) != 0) {
        long shift = divide(x, rest, 140, &cut);

        mpz_sqrtrem(x, rest, x);
        result = round_bits(x, cut || mpz_sgn(rest) != 0, shift / 2);
    }
    mpz_clear(x);
    mpz_clear(rest);
    return write_finite(buf, result);
}

static void write_integer(struct buf *buf, const struct decimal *integer)
{
    char text[48];
    size_t at = sizeof(text);
    uint128 rest;

    if (integer->large) {
        struct buf digits = BUF_INIT;
        char *large = buf_reserve(&digits, mpz_sizeinbase(integer->large, 10) + 2);

        (void)mpz_get_str(large, 10, integer->large);
        number_write_canonical(buf, large, strlen(large)); /* zeros may be many */
        buf_release(&digits);
        return;
    }
    if (decimal_magnitude(integer->small) <= INT64_MAX) {
        buf_add_int(buf, (int64_t)integer->small);
        return;
    }
    rest = (uint128)decimal_magnitude(integer->small);
    do {
        text[--at] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest);
    if (integer->small < 0)
        text[--at] = '-';
    buf_add(buf, text + at, sizeof(text) - at);
}

void decimal_write_exact(struct buf *buf, const struct decimal *decimal)
{
    struct buf text = BUF_INIT;

    write_integer(decimal->scale ? &text : buf, decimal);
    if (decimal->scale) {
        buf_add_format(&text, "e-%u", decimal->scale);
        number_write_canonical(buf, text.bytes, text.size);
    }
    buf_release(&text);
}

bool decimal_write_ratio(struct buf *buf, const struct decimal *a, const struct decimal *b)
{
    struct decimal quotient;
    struct decimal rest;
    bool whole;

    decimal_divide(a, b, &quotient, &rest);
    whole = decimal_sign(&rest) == 0;
    if (whole)
        write_integer(buf, &quotient);
    decimal_release(&quotient);
    decimal_release(&rest);
    if (whole)
        return true;
    return write_finite(buf, ratio(a, b));
}

bool decimal_write(struct buf *buf, const struct decimal *decimal)
{
    static const struct decimal one = {1, NULL, 0};

    if (decimal->scale == 0) {
        write_integer(buf, decimal);
        return true;
    }
    /* Both are doubles exactly, so one division rounds once. */
    if (!decimal->large && decimal->scale <= DOUBLE_EXACT_POWER &&
        decimal_magnitude(decimal->small) <= (int128)1 << DOUBLE_BITS) {
        int128 unit = decimal_power(decimal->scale);

        if (decimal->small % unit == 0) {
            struct decimal whole = {decimal->small / unit, NULL, 0};

            write_integer(buf, &whole);
        } else {
            decimal_write_double(buf, (double)(int64_t)decimal->small / (double)unit);
        }
        return true;
    }
    return decimal_write_ratio(buf, decimal, &one);
}

#ifndef SSP_TESTS_RATIONAL_H
#define SSP_TESTS_RATIONAL_H

/*
 * Decimals against GMP's rationals: texts are read by a reader of this file, results compared as
 * fractions.
 */
#include "test.h"

#include "value/decimal.h"

enum { RANDOM_CASES = SSP_LONG ? SSP_LONG * 10 : 20000, DIGITS_MAX = 60 };

static inline struct decimal read_text(const char *text)
{
    struct decimal decimal;

    if (!decimal_read(&decimal, text, strlen(text)))
        fail_msg("%s is refused", text);
    return decimal;
}

static inline bool is_taken(const char *text, size_t size)
{
    struct decimal decimal;
    bool taken = decimal_read(&decimal, text, size);

    if (!taken)
        assert_int_equal(decimal_sign(&decimal), 0);
    decimal_release(&decimal);
    return taken;
}

/* digits * 10^power */
static inline void set_scaled(mpq_t to, const mpz_t digits, long power)
{
    mpz_t unit;

    mpz_init(unit);
    mpz_ui_pow_ui(unit, 10, (unsigned long)labs(power));
    mpq_set_z(to, digits);
    if (power > 0)
        mpz_mul(mpq_numref(to), mpq_numref(to), unit);
    else
        mpz_set(mpq_denref(to), unit);
    mpq_canonicalize(to);
    mpz_clear(unit);
}

/* Another reader: all digits at once, then the places behind the point off the exponent. */
static inline void set_text(mpq_t to, const char *text)
{
    char *copy = mem_copy(text, strlen(text));
    char *e = strpbrk(copy, "eE");
    long power = e ? strtol(e + 1, NULL, 10) : 0;
    char *point;
    mpz_t digits;

    if (e)
        *e = '\0';
    point = strchr(copy, '.');
    if (point) {
        power -= (long)strlen(point + 1);
        memmove(point, point + 1, strlen(point));
    }
    mpz_init(digits);
    assert_int_equal(mpz_set_str(digits, copy, 10), 0);
    set_scaled(to, digits, power);
    mpz_clear(digits);
    free(copy);
}

static inline void set_decimal(mpq_t to, const struct decimal *from)
{
    int128 rest = from->small < 0 ? -from->small : from->small;
    mpz_t digits;

    mpz_init(digits);
    if (from->large) {
        assert_true(mpz_sizeinbase(from->large, 2) > 126); /* else it would be small */
        mpz_set(digits, from->large);
    } else {
        mpz_set_ui(digits, (unsigned long)(rest >> 64));
        mpz_mul_2exp(digits, digits, 64);
        mpz_add_ui(digits, digits, (unsigned long)(rest & UINT64_MAX));
        if (from->small < 0)
            mpz_neg(digits, digits);
    }
    set_scaled(to, digits, -(long)from->scale);
    mpz_clear(digits);
}

static inline void check_value(const struct decimal *decimal, const mpq_t expected,
                               const char *what)
{
    mpq_t value;

    mpq_init(value);
    set_decimal(value, decimal);
    if (!mpq_equal(value, expected))
        fail_msg("%s is another number", what);
    mpq_clear(value);
}

static inline void check_text(struct buf *have, const char *expected)
{
    buf_add_byte(have, '\0');
    assert_string_equal(have->bytes, expected);
    buf_release(have);
}

static inline void check_exact(const struct decimal *decimal, const char *expected)
{
    struct buf text = BUF_INIT;

    decimal_write_exact(&text, decimal);
    check_text(&text, expected);
}

static inline void check_written(const char *number, const char *expected)
{
    struct decimal decimal = read_text(number);
    struct buf text = BUF_INIT;

    assert_true(decimal_write(&text, &decimal));
    check_text(&text, expected);
    decimal_release(&decimal);
}

/* A number of up to DIGITS_MAX digits, mostly short, with a point and an exponent or not. */
static inline void random_text(uint64_t *seed, char out[DIGITS_MAX * 2])
{
    size_t digits = 1 + test_below(seed, test_below(seed, 3) ? 9 : DIGITS_MAX - 2);
    size_t point = test_below(seed, digits * 2) + 1;
    size_t at = 0;

    if (test_below(seed, 2))
        out[at++] = '-';
    if (point == 1 || test_below(seed, 8) == 0) {
        out[at++] = '0';
        out[at++] = '.';
        point = SIZE_MAX;
    } else {
        out[at++] = (char)('1' + test_below(seed, 9));
        digits--;
    }
    for (size_t i = 0; i < digits; i++) {
        if (i + 1 == point)
            out[at++] = '.';
        out[at++] = (char)(test_below(seed, 3) ? '0' + test_below(seed, 10) : '0');
    }
    if (out[at - 1] == '.')
        out[at++] = '0';
    if (test_below(seed, 4) == 0)
        at += (size_t)snprintf(out + at, 8, "e%d", (int)test_below(seed, 81) - 40);
    out[at] = '\0';
}

#endif

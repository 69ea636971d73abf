/* Exact arithmetic; see decimal.h. */
#include "value/decimal_large.h"

#include "base/mem.h"

enum { POWER_MAX = 38 }; /* 10^38 fits in 127 bits */

static const int64_t small_powers[DECIMAL_INT64_DIGITS + 1] = {
    INT64_C(1),
    INT64_C(10),
    INT64_C(100),
    INT64_C(1000),
    INT64_C(10000),
    INT64_C(100000),
    INT64_C(1000000),
    INT64_C(10000000),
    INT64_C(100000000),
    INT64_C(1000000000),
    INT64_C(10000000000),
    INT64_C(100000000000),
    INT64_C(1000000000000),
    INT64_C(10000000000000),
    INT64_C(100000000000000),
    INT64_C(1000000000000000),
    INT64_C(10000000000000000),
    INT64_C(100000000000000000),
    INT64_C(1000000000000000000),
};

int128 decimal_power(uint32_t power)
{
    int128 result = 1;

    for (; power > DECIMAL_INT64_DIGITS; power -= DECIMAL_INT64_DIGITS)
        result *= small_powers[DECIMAL_INT64_DIGITS];
    return result * small_powers[power];
}

/* *x * 10^power, if that fits. */
static bool scale_up(int128 *x, uint32_t power)
{
    const int128 max = ((int128)1 << DECIMAL_SMALL_BITS) - 1;
    int128 factor;

    if (power == 0 || *x == 0)
        return true;
    if (power > POWER_MAX)
        return false;
    factor = decimal_power(power);
    if (decimal_magnitude(*x) > max / factor)
        return false;
    *x *= factor;
    return true;
}

static void large_from(mpz_t to, int128 from)
{
    uint128 rest = from < 0 ? -(uint128)from : (uint128)from;

    mpz_set_ui(to, (unsigned long)(rest >> 64));
    mpz_mul_2exp(to, to, 64);
    mpz_add_ui(to, to, (unsigned long)rest);
    if (from < 0)
        mpz_neg(to, to);
}

void decimal_digits(mpz_t to, const struct decimal *from)
{
    if (from->large)
        mpz_set(to, from->large);
    else
        large_from(to, from->small);
}

void decimal_shift(mpz_t to, uint64_t power)
{
    mpz_t factor;

    if (power == 0)
        return;
    mpz_init(factor);
    mpz_ui_pow_ui(factor, 10, (unsigned long)power);
    mpz_mul(to, to, factor);
    mpz_clear(factor);
}

void decimal_take(struct decimal *to, mpz_t digits, uint32_t scale)
{
    to->scale = scale;
    if (mpz_sizeinbase(digits, 2) <= DECIMAL_SMALL_BITS) {
        int128 small = (int128)decimal_bits(digits);

        if (to->large) {
            mpz_clear(to->large);
            free(to->large);
            to->large = NULL;
        }
        to->small = mpz_sgn(digits) < 0 ? -small : small;
        return;
    }
    if (!to->large) {
        to->large = mem_alloc(sizeof(*to->large));
        mpz_init(to->large);
    }
    mpz_swap(to->large, digits);
}

void decimal_release(struct decimal *decimal)
{
    if (decimal->large) {
        mpz_clear(decimal->large);
        free(decimal->large);
    }
    *decimal = DECIMAL_ZERO;
}

struct decimal decimal_of_int(int64_t number)
{
    return (struct decimal){number, NULL, 0};
}

struct decimal decimal_copy(const struct decimal *from)
{
    struct decimal to = *from;

    if (from->large) {
        to.large = mem_alloc(sizeof(*to.large));
        mpz_init_set(to.large, from->large);
    }
    return to;
}

static void add_large(struct decimal *to, const struct decimal *a, int64_t times)
{
    uint32_t scale = to->scale > a->scale ? to->scale : a->scale;
    mpz_t x;
    mpz_t y;

    mpz_init(x);
    mpz_init(y);
    decimal_digits(x, to);
    decimal_digits(y, a);
    decimal_shift(x, scale - to->scale);
    decimal_shift(y, scale - a->scale);
    mpz_mul_si(y, y, times);
    mpz_add(x, x, y);
    decimal_take(to, x, scale);
    mpz_clear(x);
    mpz_clear(y);
}

void decimal_add_times(struct decimal *to, const struct decimal *a, int64_t times)
{
    uint32_t scale = to->scale > a->scale ? to->scale : a->scale;
    int128 x = to->small;
    int128 y = a->small;

    if (!to->large && !a->large && decimal_magnitude(y) <= INT64_MAX) {
        y *= times;
        if (scale_up(&x, scale - to->scale) && scale_up(&y, scale - a->scale) &&
            !__builtin_add_overflow(x, y, &x) && decimal_magnitude(x) >> DECIMAL_SMALL_BITS == 0) {
            to->small = x;
            to->scale = scale;
            return;
        }
    }
    add_large(to, a, times);
}

void decimal_add(struct decimal *to, const struct decimal *a)
{
    decimal_add_times(to, a, 1);
}

struct decimal decimal_product(const struct decimal *a, const struct decimal *b)
{
    struct decimal product = {0, NULL, a->scale + b->scale};
    mpz_t x;
    mpz_t y;

    if (!a->large && !b->large && decimal_magnitude(a->small) <= INT64_MAX &&
        decimal_magnitude(b->small) <= INT64_MAX) {
        product.small = a->small * b->small;
        return product;
    }
    mpz_init(x);
    mpz_init(y);
    decimal_digits(x, a);
    decimal_digits(y, b);
    mpz_mul(x, x, y);
    decimal_take(&product, x, product.scale);
    mpz_clear(x);
    mpz_clear(y);
    return product;
}

void decimal_negate(struct decimal *decimal)
{
    if (decimal->large)
        mpz_neg(decimal->large, decimal->large);
    else
        decimal->small = -decimal->small;
}

int decimal_sign(const struct decimal *decimal)
{
    if (decimal->large)
        return mpz_sgn(decimal->large);
    return (decimal->small > 0) - (decimal->small < 0);
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
    struct decimal difference = decimal_copy(a);
    int sign;

    decimal_add_times(&difference, b, -1);
    sign = decimal_sign(&difference);
    decimal_release(&difference);
    return sign;
}

/* GMP tells how many digits there are, or one more. */
static bool fits_digits(const mpz_t number, size_t at_most)
{
    size_t digits = mpz_sizeinbase(number, 10);
    mpz_t limit;
    bool fits;

    if (digits != at_most + 1)
        return digits <= at_most;
    mpz_init_set_ui(limit, 1);
    decimal_shift(limit, at_most);
    fits = mpz_cmpabs(number, limit) < 0;
    mpz_clear(limit);
    return fits;
}

bool decimal_in_range(const struct decimal *decimal)
{
    const struct decimal unit = {1, NULL, DECIMAL_FRACTION_MAX};
    struct decimal rest = DECIMAL_ZERO;
    bool fits = !decimal->large || fits_digits(decimal->large, DECIMAL_WHOLE_MAX + decimal->scale);

    if (fits && decimal->scale > DECIMAL_FRACTION_MAX) {
        decimal_divide(decimal, &unit, NULL, &rest);
        fits = decimal_sign(&rest) == 0;
        decimal_release(&rest);
    }
    return fits;
}

void decimal_divide(const struct decimal *a, const struct decimal *b, struct decimal *quotient,
                    struct decimal *remainder)
{
    uint32_t scale = a->scale > b->scale ? a->scale : b->scale;
    int128 p = a->small;
    int128 q = b->small;
    mpz_t x;
    mpz_t y;
    mpz_t rest;

    if (!a->large && !b->large && scale_up(&p, scale - a->scale) &&
        scale_up(&q, scale - b->scale)) {
        if (quotient)
            *quotient = (struct decimal){p / q, NULL, 0};
        if (remainder)
            *remainder = (struct decimal){p % q, NULL, scale};
        return;
    }
    mpz_init(x);
    mpz_init(y);
    mpz_init(rest);
    decimal_digits(x, a);
    decimal_digits(y, b);
    decimal_shift(x, scale - a->scale);
    decimal_shift(y, scale - b->scale);
    mpz_tdiv_qr(x, rest, x, y);
    if (quotient) {
        *quotient = DECIMAL_ZERO;
        decimal_take(quotient, x, 0);
    }
    if (remainder) {
        *remainder = DECIMAL_ZERO;
        decimal_take(remainder, rest, scale);
    }
    mpz_clear(x);
    mpz_clear(y);
    mpz_clear(rest);
}

struct decimal decimal_round(const struct decimal *decimal, int64_t digits)
{
    struct decimal rounded = DECIMAL_ZERO;
    mpz_t x;
    mpz_t unit;
    mpz_t rest;

    if (digits >= decimal->scale)
        return decimal_copy(decimal);
    if (digits < -DECIMAL_WHOLE_MAX)
        return rounded;
    mpz_init(x);
    mpz_init(rest);
    mpz_init_set_ui(unit, 1);
    decimal_digits(x, decimal);
    decimal_shift(unit, (uint64_t)(decimal->scale - digits));
    mpz_tdiv_qr(x, rest, x, unit);
    mpz_mul_2exp(rest, rest, 1);
    if (mpz_cmpabs(rest, unit) >= 0) {
        if (mpz_sgn(rest) < 0)
            mpz_sub_ui(x, x, 1);
        else
            mpz_add_ui(x, x, 1);
    }
    if (digits < 0)
        decimal_shift(x, (uint64_t)-digits);
    decimal_take(&rounded, x, digits > 0 ? (uint32_t)digits : 0);
    mpz_clear(x);
    mpz_clear(unit);
    mpz_clear(rest);
    return rounded;
}

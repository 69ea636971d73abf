/*
 * Functions of numbers. Sums, differences, products and remainders are exact; a quotient is rounded
 * once; roots, logarithms and powers are correctly rounded by MPFR, so that they are the same bytes
 * on every machine. What has no answer (division by zero, a root of -1, an overflow) is null.
 */
#include "expr/function.h"
#include "value/decimal.h"
#include "value/number.h"

#include <math.h>
#include <mpfr.h>

enum {
    PRECISION = 256,         /* bits of the operands of roots and logarithms */
    POWER_BITS_MAX = 435412, /* of DECIMAL_WHOLE_MAX digits */
};

static bool read_number(struct decimal *to, struct value value)
{
    return value.type == VALUE_NUMBER && decimal_read(to, value.text, value.size);
}

/* Exact; releases the decimal. */
static struct value exact_value(struct decimal *decimal, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    bool fits = decimal_in_range(decimal);

    if (fits)
        decimal_write_exact(&text, decimal);
    decimal_release(decimal);
    return fits ? make_value(&text, scratch) : make_null();
}

struct value number_rounded(struct value value, struct arena *scratch)
{
    struct decimal number;
    struct buf text = BUF_INIT;

    if (value.type != VALUE_NUMBER || !decimal_read(&number, value.text, value.size))
        return value;
    if (!decimal_write(&text, &number))
        value = make_null();
    decimal_release(&number);
    return text.size ? make_value(&text, scratch) : value;
}

static struct value add_times(const struct value *args, int64_t times, struct arena *scratch)
{
    struct decimal a = DECIMAL_ZERO;
    struct decimal b = DECIMAL_ZERO;
    bool ok = read_number(&a, args[0]) && read_number(&b, args[1]);

    if (ok)
        decimal_add_times(&a, &b, times);
    decimal_release(&b);
    if (ok)
        return exact_value(&a, scratch);
    decimal_release(&a);
    return make_null();
}

struct value function_add(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return add_times(args, 1, scratch);
}

struct value function_sub(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return add_times(args, -1, scratch);
}

struct value function_mul(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a = DECIMAL_ZERO;
    struct decimal b = DECIMAL_ZERO;
    struct decimal product = DECIMAL_ZERO;
    bool ok = read_number(&a, args[0]) && read_number(&b, args[1]);

    (void)count;
    if (ok)
        product = decimal_product(&a, &b);
    decimal_release(&a);
    decimal_release(&b);
    return ok ? exact_value(&product, scratch) : make_null();
}

struct value function_div(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a = DECIMAL_ZERO;
    struct decimal b = DECIMAL_ZERO;
    struct buf text = BUF_INIT;
    bool ok = read_number(&a, args[0]) && read_number(&b, args[1]) && decimal_sign(&b) != 0;

    (void)count;
    ok = ok && decimal_write_ratio(&text, &a, &b);
    decimal_release(&a);
    decimal_release(&b);
    return ok ? make_value(&text, scratch) : make_null();
}

/* Whole, cut off towards zero: what mod leaves the rest of. */
struct value function_quotient(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a = DECIMAL_ZERO;
    struct decimal b = DECIMAL_ZERO;
    struct decimal quotient = DECIMAL_ZERO;
    struct decimal rest = DECIMAL_ZERO;
    bool ok = read_number(&a, args[0]) && read_number(&b, args[1]) && decimal_sign(&b) != 0;

    (void)count;
    if (ok)
        decimal_divide(&a, &b, &quotient, &rest);
    decimal_release(&a);
    decimal_release(&b);
    decimal_release(&rest);
    return ok ? exact_value(&quotient, scratch) : make_null();
}

struct value function_mod(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a = DECIMAL_ZERO;
    struct decimal b = DECIMAL_ZERO;
    struct decimal rest = DECIMAL_ZERO;
    bool ok = read_number(&a, args[0]) && read_number(&b, args[1]) && decimal_sign(&b) != 0;

    (void)count;
    if (ok)
        decimal_divide(&a, &b, NULL, &rest);
    decimal_release(&a);
    decimal_release(&b);
    return ok ? exact_value(&rest, scratch) : make_null();
}

struct value function_neg(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a;

    (void)count;
    if (!read_number(&a, args[0]))
        return make_null();
    decimal_negate(&a);
    return exact_value(&a, scratch);
}

struct value function_abs(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a;

    (void)count;
    if (!read_number(&a, args[0]))
        return make_null();
    if (decimal_sign(&a) < 0)
        decimal_negate(&a);
    return exact_value(&a, scratch);
}

struct value function_sign(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a;
    int sign;

    (void)count;
    if (!read_number(&a, args[0]))
        return make_null();
    sign = decimal_sign(&a);
    decimal_release(&a);
    return make_int(sign, scratch);
}

struct value function_round(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a;
    struct decimal rounded;
    int64_t digits = 0;

    if (count == 2 &&
        (args[1].type != VALUE_NUMBER || !number_int(args[1].text, args[1].size, &digits)))
        return make_null();
    if (!read_number(&a, args[0]))
        return make_null();
    rounded = decimal_round(&a, digits);
    decimal_release(&a);
    return exact_value(&rounded, scratch);
}

/* The integer part, moved by `step` (1, -1) if what was cut off has that sign. */
static struct value to_integer(struct value value, int step, struct arena *scratch)
{
    static const struct decimal one = {1, NULL, 0};
    struct decimal a;
    struct decimal whole;
    struct decimal rest;

    if (!read_number(&a, value))
        return make_null();
    decimal_divide(&a, &one, &whole, &rest);
    if (step && decimal_sign(&rest) == step)
        decimal_add_times(&whole, &one, step);
    decimal_release(&a);
    decimal_release(&rest);
    return exact_value(&whole, scratch);
}

struct value function_floor(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return to_integer(args[0], -1, scratch);
}

struct value function_ceil(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return to_integer(args[0], 1, scratch);
}

struct value function_trunc(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a;
    struct decimal unit;
    struct decimal rest;
    int64_t digits = 0;

    if (count == 1)
        return to_integer(args[0], 0, scratch);
    if (args[1].type != VALUE_NUMBER || !number_int(args[1].text, args[1].size, &digits) ||
        digits < -DECIMAL_WHOLE_MAX || !read_number(&a, args[0]))
        return make_null();
    if (digits < a.scale) { /* what is below 10^-digits goes */
        unit = (struct decimal){1, NULL, digits > 0 ? (uint32_t)digits : 0};
        for (; digits < 0; digits++) {
            const struct decimal ten = {10, NULL, 0};
            struct decimal larger = decimal_product(&unit, &ten);

            decimal_release(&unit);
            unit = larger;
        }
        decimal_divide(&a, &unit, NULL, &rest);
        decimal_add_times(&a, &rest, -1);
        decimal_release(&rest);
        decimal_release(&unit);
    }
    return exact_value(&a, scratch);
}

/* Functions that MPFR has. */
typedef int real_function(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

static void set_real(mpfr_ptr to, const struct decimal *from)
{
    struct buf text = BUF_INIT;

    decimal_write_exact(&text, from);
    buf_add_byte(&text, '\0');
    (void)mpfr_set_str(to, text.bytes, 10, MPFR_RNDN);
    buf_release(&text);
}

/* The nearest double, an integer that it is in digits; takes the number. */
static struct value real_value(mpfr_t real, struct arena *scratch)
{
    double number = mpfr_get_d(real, MPFR_RNDN);
    struct buf text = BUF_INIT;

    mpfr_clear(real);
    if (!isfinite(number))
        return make_null();
    decimal_write_double(&text, number);
    return make_value(&text, scratch);
}

static struct value apply(real_function *function, struct value value, struct arena *scratch)
{
    struct decimal a;
    mpfr_t x;

    if (!read_number(&a, value))
        return make_null();
    mpfr_init2(x, PRECISION);
    set_real(x, &a);
    decimal_release(&a);
    (void)function(x, x, MPFR_RNDN);
    return real_value(x, scratch);
}

/* The root of a square is exact, whatever its size. */
struct value function_sqrt(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a;

    (void)count;
    if (!read_number(&a, args[0]))
        return make_null();
    if (a.large && a.scale == 0 && mpz_perfect_square_p(a.large)) {
        mpz_sqrt(a.large, a.large);
        return exact_value(&a, scratch);
    }
    decimal_release(&a);
    return apply(mpfr_sqrt, args[0], scratch);
}

struct value function_ln(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return args[0].type == VALUE_NUMBER && args[0].text[0] == '-'
               ? make_null()
               : apply(mpfr_log, args[0], scratch);
}

struct value function_log(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return apply(mpfr_log10, args[0], scratch);
}

struct value function_exp(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return apply(mpfr_exp, args[0], scratch);
}

/* base^power for an integer power; exact unless the power is below 0. False: out of range. */
static bool integer_power(struct buf *text, const struct decimal *base, int64_t power)
{
    static const struct decimal one = {1, NULL, 0};
    uint64_t rest = power < 0 ? 0 - (uint64_t)power : (uint64_t)power;
    struct decimal square = decimal_copy(base);
    struct decimal result = one;
    bool ok = true;

    for (; ok && rest; rest >>= 1) {
        struct decimal next;

        if (rest & 1) {
            next = decimal_product(&result, &square);
            decimal_release(&result);
            result = next;
        }
        ok = !result.large || mpz_sizeinbase(result.large, 2) < POWER_BITS_MAX;
        ok = ok && (!square.large || mpz_sizeinbase(square.large, 2) < POWER_BITS_MAX) &&
             square.scale <= DECIMAL_FRACTION_MAX;
        if (ok && rest > 1) {
            next = decimal_product(&square, &square);
            decimal_release(&square);
            square = next;
        }
    }
    ok = ok && decimal_in_range(&result);
    if (ok && power >= 0)
        decimal_write_exact(text, &result);
    else if (ok)
        ok = decimal_sign(&result) != 0 && decimal_write_ratio(text, &one, &result);
    decimal_release(&square);
    decimal_release(&result);
    return ok;
}

struct value function_power(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a = DECIMAL_ZERO;
    struct decimal b = DECIMAL_ZERO;
    struct buf text = BUF_INIT;
    int64_t power;
    mpfr_t x;
    mpfr_t y;
    bool ok = read_number(&a, args[0]) && read_number(&b, args[1]);
    bool exact = false;

    (void)count;
    if (ok && number_int(args[1].text, args[1].size, &power)) {
        exact = true;
        ok = integer_power(&text, &a, power);
    } else if (ok) {
        mpfr_init2(x, PRECISION);
        mpfr_init2(y, PRECISION);
        set_real(x, &a);
        set_real(y, &b);
        (void)mpfr_pow(x, x, y, MPFR_RNDN);
        mpfr_clear(y);
    }
    decimal_release(&a);
    decimal_release(&b);
    if (!ok) {
        buf_release(&text);
        return make_null();
    }
    return exact ? make_value(&text, scratch) : real_value(x, scratch);
}

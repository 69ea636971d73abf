/* Quotients, roots and text of PostgreSQL's numeric; see numeric.h. */
#include "value/numeric.h"

#include "value/decimal_large.h"

#include <string.h>

enum {
    GROUP = 4,            /* PostgreSQL's digits are of base 10^4 */
    SIGNIFICANT_MIN = 16, /* decimal digits of a quotient */
    SCALE_MAX = 1000,
};

/* The magnitude's decimal digits without zeros at the end, and how many stand behind the point. */
static void read_digits(struct buf *digits, int64_t *scale, const struct decimal *from)
{
    mpz_t x;

    mpz_init(x);
    decimal_digits(x, from);
    mpz_abs(x, x);
    (void)mpz_get_str(buf_reserve(digits, mpz_sizeinbase(x, 10) + 2), 10, x);
    digits->size = strlen(digits->bytes);
    mpz_clear(x);
    *scale = from->scale;
    while (*scale > 0 && digits->size > 1 && digits->bytes[digits->size - 1] == '0') {
        digits->size--;
        (*scale)--;
    }
    if (digits->size == 1 && digits->bytes[0] == '0')
        *scale = 0;
}

/* The first digit of base 10^4, on which place it stands, and the digits behind the point. */
struct shape {
    int64_t weight;
    int first;
    int64_t scale;
};

static struct shape shape_of(const struct decimal *number)
{
    struct shape shape = {0, 0, 0};
    struct buf digits = BUF_INIT;
    int64_t top;
    int64_t in_first;

    read_digits(&digits, &shape.scale, number);
    if (decimal_sign(number) != 0) {
        top = (int64_t)digits.size - shape.scale - 1;
        shape.weight = top >= 0 ? top / GROUP : -((-top + GROUP - 1) / GROUP);
        in_first = top - shape.weight * GROUP + 1;
        for (int64_t i = 0; i < in_first; i++)
            shape.first = shape.first * 10 + ((size_t)i < digits.size ? digits.bytes[i] - '0' : 0);
    }
    buf_release(&digits);
    return shape;
}

static int64_t quotient_scale(const struct decimal *a, const struct decimal *b)
{
    struct shape x = shape_of(a);
    struct shape y = shape_of(b);
    int64_t weight = x.weight - y.weight - (x.first <= y.first);
    int64_t scale = SIGNIFICANT_MIN - weight * GROUP;

    scale = scale > x.scale ? scale : x.scale;
    scale = scale > y.scale ? scale : y.scale;
    scale = scale > 0 ? scale : 0;
    return scale < SCALE_MAX ? scale : SCALE_MAX;
}

static struct decimal divide(const struct decimal *a, const struct decimal *b, int64_t scale)
{
    struct decimal quotient = DECIMAL_ZERO;
    mpz_t x;
    mpz_t y;
    mpz_t rest;

    mpz_init(x);
    mpz_init(y);
    mpz_init(rest);
    decimal_digits(x, a);
    decimal_digits(y, b);
    decimal_shift(x, (uint64_t)scale + b->scale);
    decimal_shift(y, a->scale);
    mpz_tdiv_qr(x, rest, x, y);
    mpz_mul_2exp(rest, rest, 1);
    if (mpz_cmpabs(rest, y) >= 0) {
        if ((decimal_sign(a) < 0) != (decimal_sign(b) < 0))
            mpz_sub_ui(x, x, 1);
        else
            mpz_add_ui(x, x, 1);
    }
    decimal_take(&quotient, x, (uint32_t)scale);
    mpz_clear(x);
    mpz_clear(y);
    mpz_clear(rest);
    return quotient;
}

struct decimal numeric_quotient(const struct decimal *a, const struct decimal *b, unsigned shown)
{
    int64_t scale = quotient_scale(a, b);

    return divide(a, b, scale > shown ? scale : shown);
}

void numeric_write_sum(struct buf *buf, const struct decimal *sum, int64_t count, bool mean,
                       unsigned shown)
{
    struct decimal by = decimal_of_int(count);
    struct decimal result = mean ? numeric_quotient(sum, &by, shown) : decimal_copy(sum);

    decimal_write_exact(buf, &result);
    decimal_release(&result);
}

/* The root of a number that is not below 0, with as many digits as the number has places. */
static struct decimal root_of(const struct decimal *number)
{
    struct decimal root = DECIMAL_ZERO;
    struct decimal rounded;
    mpz_t x;

    mpz_init(x);
    decimal_digits(x, number);
    decimal_shift(x, number->scale + 2);
    mpz_sqrt(x, x);
    decimal_take(&root, x, number->scale + 1);
    mpz_clear(x);
    rounded = decimal_round(&root, number->scale);
    decimal_release(&root);
    return rounded;
}

struct decimal numeric_variance(const struct decimal *sum, const struct decimal *squares, int64_t n,
                                bool sample, bool root, unsigned shown)
{
    struct decimal count = decimal_of_int(n);
    struct decimal other = decimal_of_int(sample ? n - 1 : n);
    struct decimal square = decimal_product(sum, sum);
    struct decimal spread = decimal_product(squares, &count);
    struct decimal by = decimal_product(&count, &other);
    struct decimal result = DECIMAL_ZERO;

    decimal_add_times(&spread, &square, -1);
    if (decimal_sign(&spread) > 0)
        result = numeric_quotient(&spread, &by, 2 * shown);
    if (root && decimal_sign(&result) > 0) {
        struct decimal of = root_of(&result);

        decimal_release(&result);
        result = of;
    }
    decimal_release(&square);
    decimal_release(&spread);
    decimal_release(&by);
    return result;
}

void numeric_write(struct buf *buf, const struct decimal *decimal, uint32_t scale)
{
    struct buf digits = BUF_INIT;
    int64_t behind;
    int64_t whole;

    read_digits(&digits, &behind, decimal);
    whole = (int64_t)digits.size - behind;
    if (decimal_sign(decimal) < 0)
        buf_add_byte(buf, '-');
    if (whole <= 0)
        buf_add_byte(buf, '0');
    else
        buf_add(buf, digits.bytes, (size_t)whole);
    if (behind > 0 || scale > 0)
        buf_add_byte(buf, '.');
    for (int64_t i = whole; i < 0; i++)
        buf_add_byte(buf, '0');
    if (behind > 0)
        buf_add(buf, digits.bytes + (whole > 0 ? whole : 0),
                digits.size - (size_t)(whole > 0 ? whole : 0));
    for (int64_t i = behind; i < (int64_t)scale; i++)
        buf_add_byte(buf, '0');
    buf_release(&digits);
}

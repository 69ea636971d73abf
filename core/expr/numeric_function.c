/*
 * Numbers as SQL has them: numeric, whose quotients have the digits that PostgreSQL gives them, and
 * doubles, whose every step is rounded; and values of the types of SQL (value/typed.h).
 */
#include "expr/function.h"
#include "value/number.h"
#include "value/numeric.h"
#include "value/typed.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FIXED_MAX = 1000 };

/* cast(value, type): null if it cannot be of it. */
struct value function_cast(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    struct typed type;

    (void)count;
    if (args[1].type == VALUE_STRING && typed_read(args[1].text + 1, args[1].size - 2, &type) &&
        typed_take(&type, args[0], true, &text))
        return make_value(&text, scratch);
    buf_release(&text);
    return make_null();
}

static bool read_number(struct decimal *to, struct value value)
{
    return value.type == VALUE_NUMBER && decimal_read(to, value.text, value.size);
}

struct value function_numeric_div(const struct value *args, size_t count, struct arena *scratch)
{
    struct decimal a = DECIMAL_ZERO;
    struct decimal b = DECIMAL_ZERO;
    struct decimal quotient;
    struct buf text = BUF_INIT;
    int64_t shown = 0;

    if (count == 3 && args[2].type == VALUE_NUMBER)
        (void)number_int(args[2].text, args[2].size, &shown);
    shown = shown < 0 ? 0 : shown > FIXED_MAX ? FIXED_MAX : shown;
    if (read_number(&a, args[0]) && read_number(&b, args[1]) && decimal_sign(&b) != 0) {
        quotient = numeric_quotient(&a, &b, (unsigned)shown);
        decimal_write_exact(&text, &quotient);
        decimal_release(&quotient);
    }
    decimal_release(&a);
    decimal_release(&b);
    return text.size ? make_value(&text, scratch) : make_null();
}

/* A number without an exponent, rounded to so many digits behind the point if they are given. */
static bool write_fixed(struct buf *text, const struct value *args, size_t count)
{
    struct decimal a;
    struct decimal rounded;
    int64_t digits = -1;

    if (count == 2 && (args[1].type != VALUE_NUMBER ||
                       !number_int(args[1].text, args[1].size, &digits) || digits > FIXED_MAX))
        return false;
    if (!read_number(&a, args[0]))
        return false;
    rounded = digits < 0 ? decimal_copy(&a) : decimal_round(&a, digits);
    numeric_write(text, &rounded, digits < 0 ? 0 : (uint32_t)digits);
    decimal_release(&a);
    decimal_release(&rounded);
    return true;
}

/* fixed(x, n): the number with n digits behind the point, zeros among them. */
struct value function_fixed(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;

    return write_fixed(&text, args, count) ? make_value(&text, scratch) : make_null();
}

/* digits(x), digits(x, n): as text. */
struct value function_digits(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;

    return write_fixed(&text, args, count) ? make_string(&text, scratch) : make_null();
}

static bool read_double(struct value value, double *number)
{
    if (value.type != VALUE_NUMBER)
        return false;
    *number = number_double(value.text, value.size);
    return isfinite(*number);
}

static struct value make_double(double number, struct arena *scratch)
{
    struct buf text = BUF_INIT;

    if (!isfinite(number))
        return make_null();
    decimal_write_double(&text, number);
    return make_value(&text, scratch);
}

static struct value double_of(const struct value *args, char op, struct arena *scratch)
{
    double a;
    double b;

    if (!read_double(args[0], &a) || !read_double(args[1], &b) || (op == '/' && b == 0))
        return make_null();
    return make_double(op == '+' ? a + b : op == '-' ? a - b : op == '*' ? a * b : a / b, scratch);
}

struct value function_double_add(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return double_of(args, '+', scratch);
}

struct value function_double_sub(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return double_of(args, '-', scratch);
}

struct value function_double_mul(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return double_of(args, '*', scratch);
}

struct value function_double_div(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return double_of(args, '/', scratch);
}

/* To the nearest integer, halves to the even one. */
struct value function_double_round(const struct value *args, size_t count, struct arena *scratch)
{
    double a;

    (void)count;
    return read_double(args[0], &a) ? make_double(rint(a), scratch) : make_null();
}

/* A double as numeric: with the 15 digits that it surely has. */
struct value function_double_numeric(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    char digits[32];
    double a;
    int size;

    (void)count;
    if (!read_double(args[0], &a))
        return make_null();
    size = snprintf(digits, sizeof(digits), "%.*e", DBL_DIG - 1, a);
    number_write_canonical(&text, digits, (size_t)size);
    return make_value(&text, scratch);
}

/* As PostgreSQL writes a double: the shortest digits, an exponent below 10^-4 and from 10^15. */
struct value function_double_text(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    struct buf plain = BUF_INIT;
    struct decimal exact;
    int exponent = 0;
    double a;

    (void)count;
    if (!read_double(args[0], &a))
        return make_null();
    decimal_write_double(&plain, a);
    (void)decimal_read(&exact, plain.bytes, plain.size);
    buf_clear(&plain);
    numeric_write(&plain, &exact, 0);
    decimal_release(&exact);
    if (a != 0) {
        size_t first = strspn(plain.bytes, "-0.");
        size_t end = plain.size;
        size_t point = end;

        for (size_t i = 0; i < plain.size; i++)
            if (plain.bytes[i] == '.')
                point = i;
        exponent = first < point ? (int)(point - first) - 1 : (int)point - (int)first;
        if (exponent < -4 || exponent >= DBL_DIG) {
            while (plain.bytes[end - 1] == '0' || plain.bytes[end - 1] == '.')
                end--;
            buf_add_format(&text, "%s%c", a < 0 ? "-" : "", plain.bytes[first]);
            for (size_t i = first + 1; i < end; i++) {
                if (i == first + 1)
                    buf_add_byte(&text, '.');
                if (plain.bytes[i] != '.')
                    buf_add_byte(&text, plain.bytes[i]);
            }
            buf_add_format(&text, "e%c%02d", exponent < 0 ? '-' : '+',
                           exponent < 0 ? -exponent : exponent);
            buf_release(&plain);
            return make_string(&text, scratch);
        }
    }
    buf_release(&text);
    return make_string(&plain, scratch);
}

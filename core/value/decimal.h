#ifndef SSP_VALUE_DECIMAL_H
#define SSP_VALUE_DECIMAL_H

#include "base/buf.h"

#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Exact decimal arithmetic: digits / 10^scale, in 128 bits as long as they suffice, in GMP's
 * integers beyond. Adding, subtracting and multiplying never round; what does not come out as an
 * integer is rounded once, when it is written, to the nearest double (ties to even), and written
 * with the shortest digits that read back as that.
 *
 * As PostgreSQL's numeric, arithmetic knows numbers of at most 131072 digits before the point and
 * 16383 behind it: a line of ten bytes can ask for more zeros than there is memory.
 */
__extension__ typedef __int128 int128;

enum { DECIMAL_WHOLE_MAX = 131072, DECIMAL_FRACTION_MAX = 16383 };

struct decimal {
    int128 small;  /* the digits if `large` is NULL */
    mpz_ptr large; /* owned */
    uint32_t scale;
};

#define DECIMAL_ZERO ((struct decimal){0, NULL, 0})

void decimal_release(struct decimal *decimal); /* it is zero then */

/* The value of a JSON number; false if it is out of range, and the decimal is zero then. `to` holds
 * nothing before. */
bool decimal_read(struct decimal *to, const char *text, size_t size);
struct decimal decimal_of_int(int64_t number);
struct decimal decimal_copy(const struct decimal *from);

/* *to += a; *to += a * times */
void decimal_add(struct decimal *to, const struct decimal *a);
void decimal_add_times(struct decimal *to, const struct decimal *a, int64_t times);
/* A new one: the caller releases it. */
struct decimal decimal_product(const struct decimal *a, const struct decimal *b);
void decimal_negate(struct decimal *decimal);

int decimal_sign(const struct decimal *decimal);
int decimal_compare(const struct decimal *a, const struct decimal *b);

/* True if the number is one that decimal_read() takes. */
bool decimal_in_range(const struct decimal *decimal);

/*
 * a / b as quotient and remainder: quotient is the integer that remains when the fraction is cut
 * off, remainder has the sign of a. b is not zero. Either result may be NULL; the caller releases
 * them.
 */
void decimal_divide(const struct decimal *a, const struct decimal *b, struct decimal *quotient,
                    struct decimal *remainder);

/* Rounded to that many digits behind the point (below 0: before it), halves away from zero. */
struct decimal decimal_round(const struct decimal *decimal, int64_t digits);

/* As JSON, with all its digits, in the canonical spelling. */
void decimal_write_exact(struct buf *buf, const struct decimal *decimal);
/* As JSON: an integer in all its digits, else rounded to a double. False if that overflows; nothing
 * is written then. */
bool decimal_write(struct buf *buf, const struct decimal *decimal);
/* a / b in the same way; b is not zero. */
bool decimal_write_ratio(struct buf *buf, const struct decimal *a, const struct decimal *b);
/* The nearest double of the square root of a / b, both not below 0, b not 0; false as above. */
bool decimal_write_root(struct buf *buf, const struct decimal *a, const struct decimal *b);
/* A finite double, in the shortest canonical digits. */
void decimal_write_double(struct buf *buf, double number);

#endif

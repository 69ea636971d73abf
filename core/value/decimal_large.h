#ifndef SSP_VALUE_DECIMAL_LARGE_H
#define SSP_VALUE_DECIMAL_LARGE_H

#include "value/decimal.h"

/* What the arithmetic and the text of decimals share; nobody else includes this. */
__extension__ typedef unsigned __int128 uint128;

enum {
    DECIMAL_INT64_DIGITS = 18, /* any number of so many digits fits in 64 bits */
    DECIMAL_SMALL_BITS = 126,  /* of the digits that are not `large` */
};

static inline int128 decimal_magnitude(int128 x)
{
    return x < 0 ? -x : x;
}

/* Of the magnitude, which has 128 bits at most. */
static inline uint128 decimal_bits(const mpz_t from)
{
    uint128 high = mpz_size(from) > 1 ? mpz_getlimbn(from, 1) : 0;

    return high << 64 | (mpz_size(from) > 0 ? mpz_getlimbn(from, 0) : 0);
}

int128 decimal_power(uint32_t power); /* 10^power, up to 10^38 */
void decimal_digits(mpz_t to, const struct decimal *from);
void decimal_shift(mpz_t to, uint64_t power); /* *= 10^power */

/* Takes the digits; the number gives up what it held. */
void decimal_take(struct decimal *to, mpz_t digits, uint32_t scale);

#endif

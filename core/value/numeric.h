#ifndef SSP_VALUE_NUMERIC_H
#define SSP_VALUE_NUMERIC_H

#include "value/decimal.h"

/*
 * What PostgreSQL's numeric adds to exact decimals (decimal.h): how many digits behind the point a
 * quotient or a root has (numeric.c there, select_div_scale), halves away from zero, and text with
 * a given number of digits behind the point.
 *
 * PostgreSQL goes by the digits that its operands show, zeros at the end included; here equal
 * numbers are one number, and the zeros that count are those of a declared scale, which callers
 * know. Others make a difference only where an operand shows more digits than the quotient would
 * have, 16 or so.
 */

/* a / b, b not 0. `shown`: how many digits behind the point the operands show at least. */
struct decimal numeric_quotient(const struct decimal *a, const struct decimal *b, unsigned shown);

/* The sum, or its quotient by a number above 0, as JSON in full. */
void numeric_write_sum(struct buf *buf, const struct decimal *sum, int64_t count, bool mean,
                       unsigned shown);

/* n: how many numbers there were, above 0, of a sample above 1. */
struct decimal numeric_variance(const struct decimal *sum, const struct decimal *squares, int64_t n,
                                bool sample, bool root, unsigned shown);

/* All digits, no exponent; zeros are added up to `scale` digits behind the point. */
void numeric_write(struct buf *buf, const struct decimal *decimal, uint32_t scale);

#endif

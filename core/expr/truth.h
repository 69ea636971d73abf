#ifndef SSP_EXPR_TRUTH_H
#define SSP_EXPR_TRUTH_H

#include "value/value.h"

/* SQL's three-valued logic, ordered so that `and` is the minimum, `or` the maximum and `not` 2 - x;
 * and the comparisons that give it. */
enum truth { TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_TRUE };

enum comparison { COMPARE_EQ, COMPARE_NEQ, COMPARE_GT, COMPARE_GTE, COMPARE_LT, COMPARE_LTE };

static inline enum truth truth_of(bool value)
{
    return value ? TRUTH_TRUE : TRUTH_FALSE;
}

/* True and false are themselves, every other value is unknown. */
static inline enum truth truth_of_value(struct value value)
{
    if (value.type == VALUE_TRUE)
        return TRUTH_TRUE;
    return value.type == VALUE_FALSE ? TRUTH_FALSE : TRUTH_UNKNOWN;
}

struct value truth_value(enum truth truth); /* true, false, null */

/* Null and missing compare as unknown; values of two types are not equal and have no order. */
enum truth truth_compare(enum comparison comparison, struct value a, struct value b);

#endif

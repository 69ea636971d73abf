/* Comparisons in three-valued logic. */
#include "expr/truth.h"

struct value truth_value(enum truth truth)
{
    static const struct value values[] = {
        [TRUTH_FALSE] = {"false", 5, VALUE_FALSE},
        [TRUTH_UNKNOWN] = {"null", 4, VALUE_NULL},
        [TRUTH_TRUE] = {"true", 4, VALUE_TRUE},
    };

    return values[truth];
}

static bool is_boolean(struct value value)
{
    return value.type == VALUE_FALSE || value.type == VALUE_TRUE;
}

/* Only values of one type have an order; true and false are of one type. */
static bool same_type(struct value a, struct value b)
{
    return a.type == b.type || (is_boolean(a) && is_boolean(b));
}

enum truth truth_compare(enum comparison comparison, struct value a, struct value b)
{
    int order;

    if (value_is_unknown(a) || value_is_unknown(b))
        return TRUTH_UNKNOWN;
    if (comparison == COMPARE_EQ || comparison == COMPARE_NEQ)
        return truth_of(value_equal(a, b) == (comparison == COMPARE_EQ));
    if (!same_type(a, b))
        return TRUTH_UNKNOWN;
    order = value_compare(a, b);
    if (comparison == COMPARE_GT)
        return truth_of(order > 0);
    if (comparison == COMPARE_GTE)
        return truth_of(order >= 0);
    return truth_of(comparison == COMPARE_LT ? order < 0 : order <= 0);
}

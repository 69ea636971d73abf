/* Evaluation of predicates; see predicate.h. */
#include "plan/predicate.h"

#include "base/buf.h"
#include "value/json_scan.h"

#include <string.h>

const char *predicate_name(enum predicate_type type)
{
    static const char *const names[] = {
        [PREDICATE_EQ] = "eq",
        [PREDICATE_NEQ] = "neq",
        [PREDICATE_GT] = "gt",
        [PREDICATE_GTE] = "gte",
        [PREDICATE_LT] = "lt",
        [PREDICATE_LTE] = "lte",
        [PREDICATE_PREFIX] = "prefix",
        [PREDICATE_CONTAINS] = "contains",
        [PREDICATE_IN] = "in",
        [PREDICATE_BETWEEN] = "between",
        [PREDICATE_LIKE] = "like",
        [PREDICATE_ILIKE] = "ilike",
        [PREDICATE_REGEX] = "regex",
        [PREDICATE_IS_NULL] = "is_null",
        [PREDICATE_IS_MISSING] = "is_missing",
        [PREDICATE_AND] = "and",
        [PREDICATE_OR] = "or",
        [PREDICATE_NOT] = "not",
        [PREDICATE_EXISTS] = "exists",

    };

    return names[type];
}

static enum truth truth_of(bool value)
{
    return value ? TRUTH_TRUE : TRUTH_FALSE;
}

struct value expr_eval(const struct expr *expr, const struct row *row)
{
    if (expr->parent)
        return row_context_at(row, expr->parent - 1);
    return expr->path ? path_get(expr->path, row) : expr->value;
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

static enum truth compare(enum predicate_type type, struct value a, struct value b)
{
    int order;

    if (value_is_unknown(a) || value_is_unknown(b))
        return TRUTH_UNKNOWN;
    if (type == PREDICATE_EQ || type == PREDICATE_NEQ)
        return truth_of(value_equal(a, b) == (type == PREDICATE_EQ));
    if (!same_type(a, b))
        return TRUTH_UNKNOWN;
    order = value_compare(a, b);
    if (type == PREDICATE_GT)
        return truth_of(order > 0);
    if (type == PREDICATE_GTE)
        return truth_of(order >= 0);
    return truth_of(type == PREDICATE_LT ? order < 0 : order <= 0);
}

static enum truth eval_compare(const struct predicate *p, const struct row *row)
{
    struct value left = expr_eval(&p->left, row);
    const struct expr *right = &p->operands[0];

    if (right->literal && right->value.type == VALUE_NULL) {
        if (p->type == PREDICATE_EQ)
            return truth_of(value_is_unknown(left));
        if (p->type == PREDICATE_NEQ)
            return truth_of(!value_is_unknown(left));
    }
    return compare(p->type, left, expr_eval(right, row));
}

static enum truth eval_between(const struct predicate *p, const struct row *row)
{
    struct value value = expr_eval(&p->left, row);
    enum truth low = compare(PREDICATE_GTE, value, expr_eval(&p->operands[0], row));
    enum truth high = compare(PREDICATE_LTE, value, expr_eval(&p->operands[1], row));

    return low < high ? low : high;
}

static bool in_sorted(const struct predicate *p, struct value value)
{
    size_t low = 0;
    size_t high = p->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = value_compare(value, p->operands[middle].value);

        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static enum truth eval_in(const struct predicate *p, const struct row *row)
{
    struct value value = expr_eval(&p->left, row);
    bool unknown = p->null_unknown;

    if (value_is_unknown(value)) {
        if (p->null_literal)
            return TRUTH_TRUE;
        return p->count || unknown ? TRUTH_UNKNOWN : TRUTH_FALSE;
    }
    if (p->sorted) {
        if (in_sorted(p, value))
            return TRUTH_TRUE;
    } else {
        for (size_t i = 0; i < p->count; i++) {
            struct value other = expr_eval(&p->operands[i], row);

            if (value_is_unknown(other))
                unknown = true;
            else if (value_equal(value, other))
                return TRUTH_TRUE;
        }
    }
    return unknown ? TRUTH_UNKNOWN : TRUTH_FALSE;
}

static enum truth array_contains(struct value array, struct value wanted)
{
    struct json_iter iter = json_iter_of(array.text);

    while (json_iter_next(&iter))
        if (value_equal(value_of(iter.value, iter.value_size), wanted))
            return TRUTH_TRUE;
    return TRUTH_FALSE;
}

/* Substrings and prefixes, by bytes; UTF-8 makes that right by characters too. */
static enum truth eval_text(const struct predicate *p, const struct row *row)
{
    struct value value = expr_eval(&p->left, row);
    struct value wanted = expr_eval(&p->operands[0], row);
    struct buf value_scratch = BUF_INIT;
    struct buf wanted_scratch = BUF_INIT;
    size_t value_size;
    size_t wanted_size;
    const char *text;
    const char *part;
    bool found;

    if (p->type == PREDICATE_CONTAINS && value.type == VALUE_ARRAY) {
        if (value_is_unknown(wanted) && !(p->operands[0].literal && wanted.type == VALUE_NULL))
            return TRUTH_UNKNOWN;
        return array_contains(value, wanted);
    }
    if (value.type != VALUE_STRING || wanted.type != VALUE_STRING)
        return TRUTH_UNKNOWN;
    text = value_string(value, &value_scratch, &value_size);
    part = value_string(wanted, &wanted_scratch, &wanted_size);
    if (p->type == PREDICATE_PREFIX)
        found = value_size >= wanted_size && memcmp(text, part, wanted_size) == 0;
    else
        found = wanted_size == 0 || memmem(text, value_size, part, wanted_size) != NULL;
    buf_release(&value_scratch);
    buf_release(&wanted_scratch);
    return truth_of(found);
}

static enum truth eval_pattern(const struct predicate *p, const struct row *row)
{
    struct value value = expr_eval(&p->left, row);
    struct buf scratch = BUF_INIT;
    enum pattern_result result;
    size_t size;
    const char *text;

    if (value.type != VALUE_STRING || !p->pattern)
        return TRUTH_UNKNOWN;
    text = value_string(value, &scratch, &size);
    result = pattern_match(p->pattern, text, size);
    buf_release(&scratch);
    return result == PATTERN_GAVE_UP ? TRUTH_UNKNOWN : truth_of(result == PATTERN_YES);
}

/* The minimum (and) or maximum (or) of the children, stopping where it cannot change. */
static enum truth eval_children(const struct predicate *p, const struct row *row, const bool *found)
{
    enum truth neutral = p->type == PREDICATE_AND ? TRUTH_TRUE : TRUTH_FALSE;
    enum truth result = neutral;

    for (size_t i = 0; i < p->child_count && result != (enum truth)(2 - (int)neutral); i++) {
        enum truth child = predicate_eval_exists(p->children[i], row, found);

        if (p->type == PREDICATE_AND ? child < result : child > result)
            result = child;
    }
    return result;
}

enum truth predicate_eval(const struct predicate *p, const struct row *row)
{
    return predicate_eval_exists(p, row, NULL);
}

enum truth predicate_eval_exists(const struct predicate *p, const struct row *row,
                                 const bool *found)
{
    switch (p->type) {
    case PREDICATE_EQ:
    case PREDICATE_NEQ:
    case PREDICATE_GT:
    case PREDICATE_GTE:
    case PREDICATE_LT:
    case PREDICATE_LTE:
        return eval_compare(p, row);
    case PREDICATE_PREFIX:
    case PREDICATE_CONTAINS:
        return eval_text(p, row);
    case PREDICATE_IN:
        return eval_in(p, row);
    case PREDICATE_BETWEEN:
        return eval_between(p, row);
    case PREDICATE_LIKE:
    case PREDICATE_ILIKE:
    case PREDICATE_REGEX:
        return eval_pattern(p, row);
    case PREDICATE_IS_NULL:
        return truth_of(value_is_unknown(expr_eval(&p->left, row)));
    case PREDICATE_IS_MISSING:
        return truth_of(expr_eval(&p->left, row).type == VALUE_MISSING);
    case PREDICATE_AND:
    case PREDICATE_OR:
        return eval_children(p, row, found);
    case PREDICATE_NOT:
        return (enum truth)(2 - (int)predicate_eval_exists(p->children[0], row, found));
    case PREDICATE_EXISTS:
        return truth_of(found && found[p->exists_bit]);
    }
    return TRUTH_UNKNOWN;
}

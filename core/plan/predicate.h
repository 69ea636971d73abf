#ifndef SSP_PLAN_PREDICATE_H
#define SSP_PLAN_PREDICATE_H

#include "plan/pattern.h"
#include "value/path.h"

/*
 * The scalar evaluator: operands over one row, and predicates in SQL's three-valued logic. The
 * values are ordered so that `and` is the minimum, `or` the maximum and `not` 2 - x.
 */
enum truth { TRUTH_FALSE, TRUTH_UNKNOWN, TRUTH_TRUE };

struct expr {
    uint32_t parent;    /* 1 + position in the row's context: a value of an enclosing row; 0: no */
    struct path *path;  /* NULL: the constant */
    struct value value; /* normalised text in the plan's arena */
    bool literal;       /* written in the plan, not a parameter: its null asks for null */
};

enum predicate_type {
    PREDICATE_EQ,
    PREDICATE_NEQ,
    PREDICATE_GT,
    PREDICATE_GTE,
    PREDICATE_LT,
    PREDICATE_LTE,
    PREDICATE_PREFIX,
    PREDICATE_CONTAINS,
    PREDICATE_IN,
    PREDICATE_BETWEEN,
    PREDICATE_LIKE,
    PREDICATE_ILIKE,
    PREDICATE_REGEX,
    PREDICATE_IS_NULL,
    PREDICATE_IS_MISSING,
    PREDICATE_AND,
    PREDICATE_OR,
    PREDICATE_NOT,
    PREDICATE_EXISTS,
};

struct plan_subquery; /* plan.h */

struct predicate {
    enum predicate_type type;
    struct expr left;
    struct expr *operands; /* value; low and high; values (constants sorted, without nulls) */
    size_t count;
    bool null_literal; /* `in`: the list has a null of the plan: it asks for null */
    bool null_unknown; /* `in`: the list has a null of a parameter: not found is unknown */
    bool sorted;       /* `in`: all constants, in the order of values */
    struct predicate **children;
    size_t child_count;
    const struct plan_subquery *exists;
    uint32_t exists_bit; /* where predicate_eval_exists() looks whether it has a row */
    struct pattern *pattern;
    const char *pattern_text; /* normalised JSON, as is the escape */
    size_t pattern_size;
    struct value escape;
};

const char *predicate_name(enum predicate_type type);

struct value expr_eval(const struct expr *expr, const struct row *row);
enum truth predicate_eval(const struct predicate *predicate, const struct row *row);
/* The same for predicates with `exists`: found[exists_bit] says whether that subquery has a row. */
enum truth predicate_eval_exists(const struct predicate *predicate, const struct row *row,
                                 const bool *found);

#endif

#ifndef SSP_PLAN_PREDICATE_H
#define SSP_PLAN_PREDICATE_H

#include "expr/expr.h"

/*
 * Predicates as plans have them, for those who look into them: the writer of canonical texts, the
 * decorrelation. What a row is judged by is the program that is made of the whole tree.
 */
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
    const struct program *program; /* of the root of the tree: predicate_compile() */
    struct expr left;
    struct expr *operands; /* value; low and high; values (constants sorted, without nulls) */
    size_t count;
    bool null_literal; /* `in`: the list has a null of the plan: it asks for null */
    bool null_unknown; /* `in`: the list has a null of a parameter: not found is unknown */
    bool sorted;       /* `in`: all constants, in the order of values */
    struct predicate **children;
    size_t child_count;
    const struct plan_subquery *exists;
    uint32_t exists_bit; /* where predicate_eval() looks whether it has a row */
    struct pattern *pattern;
    const char *pattern_text; /* normalised JSON, as is the escape */
    size_t pattern_size;
    struct value escape;
};

const char *predicate_name(enum predicate_type type);

/* Makes the program of a tree whose root this is. */
void predicate_compile(struct predicate *predicate, struct arena *arena);

/* Whether it holds for a row. found[exists_bit] says whether that subquery has a row; NULL where
 * there is no `exists`. The scratch arena is used and reset. */
enum truth predicate_eval(const struct predicate *predicate, const struct row *row,
                          const bool *found, struct arena *scratch);

#endif

#ifndef SSP_EXPR_EXPR_H
#define SSP_EXPR_EXPR_H

#include "expr/program.h"

/*
 * A scalar over one row: a field, a value of an enclosing row, a constant, or a program. It is what
 * operators take keys, operands and new fields from; plan/read_expr.c makes it, and it lives in its
 * plan's arena.
 */
struct expr {
    uint32_t parent;    /* 1 + position in the row's context: a value of an enclosing row; 0: no */
    struct path *path;  /* a field */
    struct value value; /* the constant; normalised text */
    bool literal;       /* written in the plan, not a parameter: its null asks for null */
    const struct program *program; /* what is computed */
    const char *text;              /* of a program: its canonical JSON, equal for equal ones */
    size_t text_size;
};

struct value expr_run(const struct expr *expr, const struct row *row, struct arena *scratch);

/*
 * The value for a row. What is computed lives in the scratch arena, which its owner resets; the
 * rest is a slice of the row or of the plan.
 */
static inline struct value expr_eval(const struct expr *expr, const struct row *row,
                                     struct arena *scratch)
{
    return expr->path ? path_get(expr->path, row) : expr_run(expr, row, scratch);
}

/* True if the value depends on an enclosing row. */
bool expr_asks_context(const struct expr *expr);

/* Whether it is one for every row: neither a field nor a value of an enclosing row in it. */
bool expr_is_constant(const struct expr *expr);

/* Calls visit for every field that the expression reads. */
void expr_each_path(const struct expr *expr, void (*visit)(void *context, const struct path *path),
                    void *context);

/* Adds the expression to a program. */
void code_expr(struct code *code, const struct expr *expr);

#endif

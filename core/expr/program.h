#ifndef SSP_EXPR_PROGRAM_H
#define SSP_EXPR_PROGRAM_H

#include "expr/pattern.h"
#include "expr/truth.h"
#include "value/path.h"

/*
 * Expressions and predicates as flat programs over a stack of values: one instruction a step, one
 * switch (run.c). Truth is a value too: true, false, and null for unknown.
 *
 * A program is read-only once it is made (but for the caches inside paths), lives in its plan's
 * arena, and computes into a scratch arena that the caller owns.
 */
enum opcode {
    CODE_VALUE,   /* push a constant */
    CODE_FIELD,   /* push a field of the row */
    CODE_CONTEXT, /* push a value of the row's context */
    CODE_EXISTS,  /* push whether subquery `count` has a row */
    CODE_COMPARE, /* two values -> truth */
    CODE_IS_NULL, /* a value -> true or false: null or missing */
    CODE_IS_MISSING,
    CODE_MATCH,    /* a value -> truth: does it match the pattern */
    CODE_IN,       /* a value -> truth: is it in the sorted list */
    CODE_IN_STACK, /* a value and `count` more -> truth: is it among them */
    CODE_NOT,
    CODE_AND, /* two truths -> their minimum */
    CODE_OR,
    CODE_CALL,          /* `count` values -> one */
    CODE_ROUND,         /* a number that arithmetic left exact -> as it is written */
    CODE_JUMP,          /* by `count` */
    CODE_JUMP_IF_FALSE, /* looks at the top and leaves it there */
    CODE_JUMP_IF_TRUE,
    CODE_JUMP_IF_KNOWN, /* neither null nor missing; else takes it off */
    CODE_JUMP_UNLESS,   /* takes a truth off; jumps if it is not true */
};

/* Constants that `in` looks among. */
struct value_list {
    struct value *values; /* in their order, without nulls */
    size_t count;
    bool null_literal; /* a null of the plan is in the list: it asks for null */
    bool null_unknown; /* a null of a parameter is: not found is unknown */
};

/* A scalar function: `count` arguments; what it makes lives in the scratch arena. */
typedef struct value scalar_function(const struct value *args, size_t count, struct arena *scratch);

struct instruction {
    enum opcode op;
    uint32_t count; /* of arguments; position; how far to jump */
    union {
        struct value value;
        struct path *path;
        enum comparison comparison;
        const struct pattern *pattern;
        const struct value_list *list;
        scalar_function *function;
    } as;
};

struct program {
    const struct instruction *code;
    size_t count;
    size_t stack; /* values that it may have to hold at once */
};

/* The value for a row. found[i] says whether subquery i has a row; NULL where there is none. */
struct value program_run(const struct program *program, const struct row *row, const bool *found,
                         struct arena *scratch);

/* A program under construction. */
struct code {
    struct instruction *items;
    size_t count;
    size_t max;
};

void code_value(struct code *code, struct value value);
void code_field(struct code *code, struct path *path);
void code_add(struct code *code, enum opcode op, uint32_t count);
void code_compare(struct code *code, enum comparison comparison);
void code_match(struct code *code, const struct pattern *pattern);
void code_in(struct code *code, const struct value_list *list);
void code_call(struct code *code, scalar_function *function, uint32_t count);
/* All of another program; a last CODE_ROUND is left out if `exact`. */
void code_program(struct code *code, const struct program *program, bool exact);
/* A jump to where code_land() will be called with what this returns. */
size_t code_jump(struct code *code, enum opcode op);
void code_land(struct code *code, size_t jump);
/* Moves the instructions into the arena. */
const struct program *code_finish(struct code *code, struct arena *arena);

#endif

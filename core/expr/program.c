/* Making programs; see program.h. */
#include "expr/program.h"

#include "base/check.h"
#include "base/mem.h"
#include "expr/expr.h"

#include <string.h>

static struct instruction *add(struct code *code, enum opcode op, size_t count)
{
    SSP_ASSERT(count <= UINT32_MAX);
    code->items = mem_grow(code->items, &code->max, code->count + 1, sizeof(*code->items));
    code->items[code->count] = (struct instruction){.op = op, .count = (uint32_t)count};
    return &code->items[code->count++];
}

void code_add(struct code *code, enum opcode op, uint32_t count)
{
    (void)add(code, op, count);
}

void code_value(struct code *code, struct value value)
{
    add(code, CODE_VALUE, 0)->as.value = value;
}

void code_field(struct code *code, struct path *path)
{
    add(code, CODE_FIELD, 0)->as.path = path;
}

void code_compare(struct code *code, enum comparison comparison)
{
    add(code, CODE_COMPARE, 0)->as.comparison = comparison;
}

void code_match(struct code *code, const struct pattern *pattern)
{
    add(code, CODE_MATCH, 0)->as.pattern = pattern;
}

void code_in(struct code *code, const struct value_list *list)
{
    add(code, CODE_IN, 0)->as.list = list;
}

void code_call(struct code *code, scalar_function *function, uint32_t count)
{
    add(code, CODE_CALL, count)->as.function = function;
}

/* The last instruction is of one branch only: others jump over it, to the end. */
static bool ends_in_branches(const struct program *program)
{
    for (size_t i = 0; i < program->count; i++) {
        enum opcode op = program->code[i].op;

        if (op >= CODE_JUMP && op <= CODE_JUMP_UNLESS &&
            i + program->code[i].count == program->count)
            return true;
    }
    return false;
}

void code_program(struct code *code, const struct program *program, bool exact)
{
    size_t count = program->count;

    if (exact && count && program->code[count - 1].op == CODE_ROUND && !ends_in_branches(program))
        count--;
    for (size_t i = 0; i < count; i++)
        *add(code, CODE_VALUE, 0) = program->code[i];
}

size_t code_jump(struct code *code, enum opcode op)
{
    (void)add(code, op, 0);
    return code->count - 1;
}

void code_land(struct code *code, size_t jump)
{
    code->items[jump].count = (uint32_t)(code->count - jump);
}

const struct program *code_finish(struct code *code, struct arena *arena)
{
    struct program *program = ARENA_NEW(arena, struct program);
    struct instruction *copy = ARENA_ARRAY(arena, struct instruction, code->count);

    if (code->count)
        memcpy(copy, code->items, code->count * sizeof(*copy));
    program->code = copy;
    program->count = code->count;
    for (size_t i = 0; i < code->count; i++) /* no more than are pushed at all */
        program->stack +=
            copy[i].op <= CODE_EXISTS || (copy[i].op == CODE_CALL && copy[i].count == 0);
    free(code->items);
    *code = (struct code){0};
    return program;
}

void code_expr(struct code *code, const struct expr *expr)
{
    if (expr->parent)
        code_add(code, CODE_CONTEXT, expr->parent - 1);
    else if (expr->path)
        code_field(code, expr->path);
    else if (expr->program)
        code_program(code, expr->program, false);
    else
        code_value(code, expr->value);
}

struct value expr_run(const struct expr *expr, const struct row *row, struct arena *scratch)
{
    if (expr->parent)
        return row_context_at(row, expr->parent - 1);
    if (expr->program)
        return program_run(expr->program, row, NULL, scratch);
    return expr->path ? path_get(expr->path, row) : expr->value;
}

bool expr_asks_context(const struct expr *expr)
{
    for (size_t i = 0; expr->program && i < expr->program->count; i++)
        if (expr->program->code[i].op == CODE_CONTEXT)
            return true;
    return expr->parent > 0;
}

bool expr_is_constant(const struct expr *expr)
{
    for (size_t i = 0; expr->program && i < expr->program->count; i++)
        if (expr->program->code[i].op == CODE_FIELD)
            return false;
    return !expr->path && !expr_asks_context(expr);
}

void expr_each_path(const struct expr *expr, void (*visit)(void *context, const struct path *path),
                    void *context)
{
    if (expr->path)
        visit(context, expr->path);
    for (size_t i = 0; expr->program && i < expr->program->count; i++)
        if (expr->program->code[i].op == CODE_FIELD)
            visit(context, expr->program->code[i].as.path);
}

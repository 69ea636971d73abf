/* Predicates as programs; see predicate.h. */
#include "plan/predicate.h"

#include "base/mem.h"
#include "expr/function.h"

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

static void code_operands(struct code *code, const struct predicate *p)
{
    code_expr(code, &p->left);
    for (size_t i = 0; i < p->count; i++)
        code_expr(code, &p->operands[i]);
}

/* A null that stands in the plan asks for null. */
static void code_comparison(struct code *code, const struct predicate *p)
{
    const struct expr *right = &p->operands[0];

    if (p->type <= PREDICATE_NEQ && right->literal && right->value.type == VALUE_NULL) {
        code_expr(code, &p->left);
        code_add(code, CODE_IS_NULL, 0);
        if (p->type == PREDICATE_NEQ)
            code_add(code, CODE_NOT, 0);
        return;
    }
    code_operands(code, p);
    code_compare(code, (enum comparison)(p->type - PREDICATE_EQ));
}

static void code_between(struct code *code, const struct predicate *p)
{
    size_t end;

    code_expr(code, &p->left);
    code_expr(code, &p->operands[0]);
    code_compare(code, COMPARE_GTE);
    end = code_jump(code, CODE_JUMP_IF_FALSE);
    code_expr(code, &p->left);
    code_expr(code, &p->operands[1]);
    code_compare(code, COMPARE_LTE);
    code_add(code, CODE_AND, 0);
    code_land(code, end);
}

static void code_list(struct code *code, const struct predicate *p, struct arena *arena)
{
    struct value_list *list;
    size_t end = 0;

    if (p->sorted) {
        list = ARENA_NEW(arena, struct value_list);
        *list = (struct value_list){ARENA_ARRAY(arena, struct value, p->count), p->count,
                                    p->null_literal, p->null_unknown};
        for (size_t i = 0; i < p->count; i++)
            list->values[i] = p->operands[i].value;
        code_expr(code, &p->left);
        code_in(code, list);
        return;
    }
    if (p->null_literal) {
        code_expr(code, &p->left);
        code_add(code, CODE_IS_NULL, 0);
        end = code_jump(code, CODE_JUMP_IF_TRUE);
    }
    code_operands(code, p);
    if (p->null_unknown)
        code_value(code, truth_value(TRUTH_UNKNOWN));
    code_add(code, CODE_IN_STACK, (uint32_t)p->count + p->null_unknown);
    if (p->null_literal) {
        code_add(code, CODE_OR, 0);
        code_land(code, end);
    }
}

static void code_contains(struct code *code, const struct predicate *p)
{
    bool asks_null = p->operands[0].literal && p->operands[0].value.type == VALUE_NULL;

    code_operands(code, p);
    if (asks_null)
        code_value(code, truth_value(TRUTH_TRUE));
    code_call(code, function_contains, asks_null ? 3 : 2);
}

static void code_predicate(struct code *code, const struct predicate *p, struct arena *arena);

/* The minimum (and) or maximum (or) of the children, stopping where it cannot change. */
static void code_children(struct code *code, const struct predicate *p, struct arena *arena)
{
    bool all = p->type == PREDICATE_AND;
    size_t *ends = mem_alloc(p->child_count * sizeof(*ends));

    if (p->child_count == 0)
        code_value(code, truth_value(truth_of(all)));
    for (size_t i = 0; i < p->child_count; i++) {
        code_predicate(code, p->children[i], arena);
        if (i)
            code_add(code, all ? CODE_AND : CODE_OR, 0);
        if (i + 1 < p->child_count)
            ends[i] = code_jump(code, all ? CODE_JUMP_IF_FALSE : CODE_JUMP_IF_TRUE);
    }
    for (size_t i = 0; i + 1 < p->child_count; i++)
        code_land(code, ends[i]);
    free(ends);
}

static void code_predicate(struct code *code, const struct predicate *p, struct arena *arena)
{
    switch (p->type) {
    case PREDICATE_EQ:
    case PREDICATE_NEQ:
    case PREDICATE_GT:
    case PREDICATE_GTE:
    case PREDICATE_LT:
    case PREDICATE_LTE:
        code_comparison(code, p);
        break;
    case PREDICATE_PREFIX:
        code_operands(code, p);
        code_call(code, function_starts_with, 2);
        break;
    case PREDICATE_CONTAINS:
        code_contains(code, p);
        break;
    case PREDICATE_IN:
        code_list(code, p, arena);
        break;
    case PREDICATE_BETWEEN:
        code_between(code, p);
        break;
    case PREDICATE_LIKE:
    case PREDICATE_ILIKE:
    case PREDICATE_REGEX:
        code_expr(code, &p->left);
        code_match(code, p->pattern);
        break;
    case PREDICATE_IS_NULL:
    case PREDICATE_IS_MISSING:
        code_expr(code, &p->left);
        code_add(code, p->type == PREDICATE_IS_NULL ? CODE_IS_NULL : CODE_IS_MISSING, 0);
        break;
    case PREDICATE_AND:
    case PREDICATE_OR:
        code_children(code, p, arena);
        break;
    case PREDICATE_NOT:
        code_predicate(code, p->children[0], arena);
        code_add(code, CODE_NOT, 0);
        break;
    case PREDICATE_EXISTS:
        code_add(code, CODE_EXISTS, p->exists_bit);
        break;
    }
}

void predicate_compile(struct predicate *predicate, struct arena *arena)
{
    struct code code = {0};

    code_predicate(&code, predicate, arena);
    predicate->program = code_finish(&code, arena);
}

enum truth predicate_eval(const struct predicate *predicate, const struct row *row,
                          const bool *found, struct arena *scratch)
{
    struct value value = program_run(predicate->program, row, found, scratch);

    arena_reset(scratch);
    return truth_of_value(value);
}

/* Facts about plans that more than one layer asks for. */
#include "plan/plan.h"

#include "base/mem.h"

struct plan_memory *plan_memory_new(void)
{
    struct plan_memory *memory = mem_alloc_zero(sizeof(*memory));

    memory->refs = 1;
    return memory;
}

struct plan_memory *plan_memory_ref(struct plan_memory *memory)
{
    memory->refs++;
    return memory;
}

void plan_memory_unref(struct plan_memory *memory)
{
    if (--memory->refs > 0)
        return;
    for (size_t i = 0; i < memory->pattern_count; i++)
        pattern_free(memory->patterns[i]);
    free(memory->patterns);
    arena_release(&memory->arena);
    free(memory);
}

const char *plan_op_name(enum plan_op op)
{
    static const char *const names[] = {
        [PLAN_SCAN] = "scan", [PLAN_FILTER] = "filter", [PLAN_PROJECT] = "project",
        [PLAN_JOIN] = "join", [PLAN_LIMIT] = "limit",   [PLAN_DISTINCT] = "distinct",
    };

    return names[op];
}

bool plan_is_set(const struct plan *plan)
{
    if (plan->op == PLAN_SCAN || plan->op == PLAN_DISTINCT)
        return true;
    if (plan->op == PLAN_JOIN && !plan->as.join.both)
        return false; /* a left row counts once for every match */
    for (unsigned i = 0; i < plan->input_count; i++)
        if (!plan_is_set(plan->inputs[i]))
            return false;
    return true;
}

const struct plan *plan_with_distinct(struct arena *arena, const struct plan *plan)
{
    struct plan *copy = ARENA_NEW(arena, struct plan);
    struct plan *distinct;

    *copy = *plan;
    copy->inputs = ARENA_ARRAY(arena, const struct plan *, plan->input_count);
    for (unsigned i = 0; i < copy->input_count; i++)
        copy->inputs[i] = plan_with_distinct(arena, plan->inputs[i]);
    if (plan_is_set(copy))
        return copy;
    distinct = ARENA_NEW(arena, struct plan);
    distinct->op = PLAN_DISTINCT;
    distinct->inputs = ARENA_ARRAY(arena, const struct plan *, 1);
    distinct->inputs[0] = copy;
    distinct->input_count = 1;
    return distinct;
}

bool plan_rows_have_ids(const struct plan *plan)
{
    switch (plan->op) {
    case PLAN_SCAN:
        return true;
    case PLAN_JOIN:
        return !plan->as.join.both && plan_rows_have_ids(plan->inputs[0]);
    case PLAN_FILTER:
    case PLAN_PROJECT:
    case PLAN_LIMIT:
    case PLAN_DISTINCT:
        break;
    }
    return plan_rows_have_ids(plan->inputs[0]);
}

/* Facts about plans that more than one layer asks for. */
#include "plan/plan.h"

#include "base/buf.h"
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
    for (size_t i = 0; i < memory->other_count; i++)
        plan_memory_unref(memory->others[i]);
    free(memory->others);
    arena_release(&memory->arena);
    free(memory);
}

const char *plan_op_name(enum plan_op op)
{
    static const char *const names[] = {
        [PLAN_SCAN] = "scan",           [PLAN_FILTER] = "filter",
        [PLAN_PROJECT] = "project",     [PLAN_JOIN] = "join",
        [PLAN_LIMIT] = "limit",         [PLAN_UNIQUE] = "distinct",
        [PLAN_UNION] = "union",         [PLAN_EXCEPT] = "except",
        [PLAN_INTERSECT] = "intersect", [PLAN_REKEY] = "rekey",
        [PLAN_DISTINCT] = "distinct",   [PLAN_CONTEXT] = "context",
        [PLAN_CORRELATE] = "correlate", [PLAN_EXPAND] = "expand",
        [PLAN_SURVIVE] = "survive",     [PLAN_EXISTS] = "exists",
        [PLAN_MEMBERS] = "members",     [PLAN_TREE] = "tree",
        [PLAN_AGGREGATE] = "aggregate", [PLAN_FIXPOINT] = "fixpoint",
        [PLAN_VIEW] = "view",           [PLAN_RECURSE] = "recurse",
        [PLAN_INPUT] = "input",         [PLAN_UNNEST] = "unnest",
        [PLAN_WINDOW] = "window",       [PLAN_SESSION] = "session",
    };

    return names[op];
}

const char *plan_function_name(enum plan_function function)
{
    static const char *const names[] = {
        [AGGREGATE_COUNT] = "count",
        [AGGREGATE_COUNT_DISTINCT] = "count_distinct",
        [AGGREGATE_SUM] = "sum",
        [AGGREGATE_AVG] = "avg",
        [AGGREGATE_MIN] = "min",
        [AGGREGATE_MAX] = "max",
        [AGGREGATE_ARRAY_AGG] = "array_agg",
        [AGGREGATE_JSON_AGG] = "json_agg",
        [AGGREGATE_STRING_AGG] = "string_agg",
        [AGGREGATE_BOOL_AND] = "bool_and",
        [AGGREGATE_BOOL_OR] = "bool_or",
        [AGGREGATE_FIRST] = "first",
        [AGGREGATE_LAST] = "last",
        [AGGREGATE_ARG_MIN] = "arg_min",
        [AGGREGATE_ARG_MAX] = "arg_max",
        [AGGREGATE_STDDEV] = "stddev",
        [AGGREGATE_STDDEV_POP] = "stddev_pop",
        [AGGREGATE_VARIANCE] = "variance",
        [AGGREGATE_VAR_POP] = "var_pop",
        [AGGREGATE_MEDIAN] = "median",
        [AGGREGATE_PERCENTILE] = "percentile",
        [AGGREGATE_PERCENTILE_DISC] = "percentile_disc",
        [AGGREGATE_MODE] = "mode",
    };

    return names[function];
}

const char *plan_window_name(enum window_function function)
{
    static const char *const names[] = {
        [WINDOW_ROW_NUMBER] = "row_number",
        [WINDOW_RANK] = "rank",
        [WINDOW_DENSE_RANK] = "dense_rank",
        [WINDOW_NTILE] = "ntile",
        [WINDOW_LAG] = "lag",
        [WINDOW_LEAD] = "lead",
        [WINDOW_FIRST_VALUE] = "first_value",
        [WINDOW_LAST_VALUE] = "last_value",
        [WINDOW_COUNT] = "count",
        [WINDOW_SUM] = "sum",
        [WINDOW_AVG] = "avg",
        [WINDOW_MIN] = "min",
        [WINDOW_MAX] = "max",
    };

    return names[function];
}

bool plan_function_is_ordered(enum plan_function function)
{
    return function == AGGREGATE_ARRAY_AGG || function == AGGREGATE_JSON_AGG ||
           function == AGGREGATE_STRING_AGG || function == AGGREGATE_FIRST ||
           function == AGGREGATE_LAST;
}

const char *plan_join_name(enum join_kind kind)
{
    static const char *const names[] = {
        [JOIN_INNER] = "inner", [JOIN_LEFT] = "left", [JOIN_RIGHT] = "right", [JOIN_FULL] = "full",
        [JOIN_SEMI] = "semi",   [JOIN_ANTI] = "anti", [JOIN_ASOF] = "asof",
    };

    return names[kind];
}

bool plan_is_set(const struct plan *plan)
{
    switch (plan->op) {
    case PLAN_SCAN:
    case PLAN_UNIQUE:
    case PLAN_AGGREGATE: /* a row a group */
    case PLAN_FIXPOINT:
    case PLAN_RECURSE:
    case PLAN_INPUT:
    case PLAN_DISTINCT:
    case PLAN_TREE:
        return true;
    case PLAN_UNION:
        if (!plan->as.set.apart)
            return false; /* inputs may have a row in common */
        break;
    case PLAN_EXCEPT:
    case PLAN_INTERSECT:
        return !plan->as.set.all;
    case PLAN_REKEY: /* rows become equal, unless there is one of each value */
        return plan->as.set.first.partition_count > 0;
    case PLAN_VIEW:
    case PLAN_CONTEXT: /* enclosing rows may agree in what they give */
    case PLAN_EXPAND:
    case PLAN_SURVIVE:
    case PLAN_MEMBERS:
        return false;
    case PLAN_EXISTS:
        return plan_is_set(plan->inputs[0]);
    case PLAN_JOIN:
        if (plan->as.join.kind >= JOIN_SEMI) /* a left row once at most */
            return plan_is_set(plan->inputs[0]);
        if (!plan->as.join.both)
            return false; /* a left row counts once for every match */
        break;
    case PLAN_FILTER:
    case PLAN_PROJECT:
    case PLAN_LIMIT:
    case PLAN_UNNEST:
    case PLAN_WINDOW:
    case PLAN_SESSION:
    case PLAN_CORRELATE:
        break;
    }
    for (unsigned i = 0; i < plan->input_count; i++)
        if (!plan_is_set(plan->inputs[i]))
            return false;
    return true;
}

bool plan_keeps_weights(const struct plan *plan)
{
    while ((plan->op == PLAN_FILTER && plan->exists_count == 0) || plan->op == PLAN_PROJECT)
        plan = plan->inputs[0];
    return plan->op == PLAN_SCAN;
}

void plan_write_context(struct buf *buf, const struct plan_subquery *subquery,
                        const struct row *row)
{
    buf_add_byte(buf, '[');
    for (size_t i = 0; i < subquery->outer_count; i++) {
        const struct plan_outer *outer = &subquery->outer[i];
        struct value value =
            outer->path ? path_get(outer->path, row) : row_context_at(row, outer->position);

        buf_add_string(buf, i ? ",[" : "[");
        value_write_canonical(buf, value); /* of a missing one nothing */
        buf_add_byte(buf, ']');
    }
    buf_add_byte(buf, ']');
}

bool plan_has_members(const struct plan *plan)
{
    return plan->op == PLAN_MEMBERS ||
           (plan->op == PLAN_DISTINCT && plan->inputs[0]->op == PLAN_MEMBERS);
}

bool plan_keeps_keys(const struct plan *plan)
{
    return plan->op == PLAN_UNION && plan->as.set.all && plan->as.set.apart;
}

bool plan_rows_have_ids(const struct plan *plan)
{
    switch (plan->op) {
    case PLAN_SCAN:
        return true;
    case PLAN_UNIQUE:
    case PLAN_UNION:
    case PLAN_EXCEPT:
    case PLAN_INTERSECT:
    case PLAN_REKEY:
        return plan_keeps_keys(plan);
    case PLAN_AGGREGATE:
    case PLAN_FIXPOINT:
    case PLAN_RECURSE:
    case PLAN_INPUT:
    case PLAN_UNNEST:
        return false;
    case PLAN_JOIN:
        return !plan->as.join.both && plan_rows_have_ids(plan->inputs[0]);
    case PLAN_VIEW:
    case PLAN_FILTER:
    case PLAN_PROJECT:
    case PLAN_LIMIT:
    case PLAN_WINDOW:
    case PLAN_SESSION:
    case PLAN_DISTINCT:
    case PLAN_CONTEXT:
    case PLAN_CORRELATE:
    case PLAN_EXPAND:
    case PLAN_SURVIVE:
    case PLAN_EXISTS:
    case PLAN_MEMBERS:
    case PLAN_TREE:
        break;
    }
    return plan_rows_have_ids(plan->inputs[0]);
}

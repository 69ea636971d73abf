/* Reading the operators that compare rows by value: distinct, union, except, intersect,
 * rekey. */
#include "plan/reader.h"

#include "base/mem.h"
#include "value/json_scan.h"

#include <string.h>

/* Reads an input. Its rows lose their keys above, so nothing of the view can hang from them. */
static bool read_input(struct plan_reader *reader, struct value value, struct plan *plan)
{
    bool aside = reader->aside;

    reader->aside = true;
    plan->inputs[plan->input_count] = plan_read_op(reader, value);
    reader->aside = aside;
    return plan->inputs[plan->input_count++] != NULL;
}

static void add_column(struct arena *arena, struct plan_set *set, const char *name, size_t size)
{
    size_t count = set->column_count;
    struct path *path;

    for (size_t i = 0; i < count; i++)
        if (set->columns[i]->steps->key_size == size &&
            memcmp(set->columns[i]->steps->key, name, size) == 0)
            return;
    if ((count & (count - 1)) == 0) { /* a power of two is full */
        struct path **more = ARENA_ARRAY(arena, struct path *, 2 * count + 1);

        for (size_t i = 0; i < count; i++)
            more[i] = set->columns[i];
        set->columns = more;
    }
    path = ARENA_NEW(arena, struct path);
    path->count = 1;
    path->steps = ARENA_NEW(arena, struct path_step);
    *path->steps = (struct path_step){name, (uint32_t)size, PATH_NO_INDEX};
    set->columns[set->column_count++] = path;
}

/* Adds the columns of a plan's rows that are new to the set. False: what fields rows have depends
 * on the log. */
static bool add_columns(struct arena *arena, struct plan_set *set, const struct plan *plan)
{
    const struct plan_set *from;

    if (plan->op == PLAN_FILTER || plan->op == PLAN_LIMIT || plan->op == PLAN_VIEW ||
        (plan->op == PLAN_JOIN && !plan->as.join.both))
        return add_columns(arena, set, plan->inputs[0]);
    if (plan->op == PLAN_JOIN) {
        add_column(arena, set, plan->as.join.as[0], plan->as.join.as_size[0]);
        add_column(arena, set, plan->as.join.as[1], plan->as.join.as_size[1]);
        return true;
    }
    if (plan->op == PLAN_PROJECT) {
        bool all = false;

        for (size_t i = 0; i < plan->as.project.count; i++) {
            const struct plan_projection *p = &plan->as.project.projections[i];

            if (p->expr)
                add_column(arena, set, p->alias, p->alias_size);
            else if (!all && !add_columns(arena, set, plan->inputs[0]))
                return false;
            all = all || !p->expr;
        }
        return true;
    }
    if (plan->op == PLAN_AGGREGATE) {
        const struct plan_aggregate *aggregate = &plan->as.aggregate;

        for (size_t i = 0; i < aggregate->group_count; i++)
            add_column(arena, set, aggregate->groups[i].alias, aggregate->groups[i].alias_size);
        for (size_t i = 0; i < aggregate->measure_count; i++)
            add_column(arena, set, aggregate->measures[i].alias, aggregate->measures[i].alias_size);
        return true;
    }
    if (plan->op == PLAN_UNNEST) {
        const struct plan_unnest *unnest = &plan->as.unnest;

        if (!add_columns(arena, set, plan->inputs[0]))
            return false;
        add_column(arena, set, unnest->alias, unnest->alias_size);
        if (unnest->ordinality)
            add_column(arena, set, unnest->ordinality, unnest->ordinality_size);
        return true;
    }
    if (plan->op == PLAN_WINDOW) {
        if (!add_columns(arena, set, plan->inputs[0]))
            return false;
        for (size_t i = 0; i < plan->as.window.count; i++)
            add_column(arena, set, plan->as.window.calls[i].field->steps->key,
                       plan->as.window.calls[i].field->steps->key_size);
        return true;
    }
    if (plan->op == PLAN_SESSION) {
        if (!add_columns(arena, set, plan->inputs[0]))
            return false;
        add_column(arena, set, plan->as.session.alias, plan->as.session.alias_size);
        return true;
    }
    from = plan->op == PLAN_FIXPOINT ? &plan->as.fixpoint.columns : &plan->as.set;
    if (plan->op == PLAN_SCAN || plan->op == PLAN_RECURSE || !from->known)
        return false; /* what recurse has is not read yet */
    for (size_t i = 0; i < from->column_count; i++)
        add_column(arena, set, from->columns[i]->steps->key, from->columns[i]->steps->key_size);
    return true;
}

void plan_find_columns(struct plan_reader *reader, const struct plan *plan, struct plan_set *set)
{
    set->known = true;
    for (unsigned i = 0; set->known && i < plan->input_count; i++)
        set->known = add_columns(&reader->memory->arena, set, plan->inputs[i]);
}

/* The tables whose records a plan's rows are. */
struct tables {
    const struct plan_scan **scans;
    size_t count;
    size_t max;
};

/* No key TABLE:ID of one is a key of the other, whatever their ids. */
static bool tables_are_apart(const struct plan_scan *a, const struct plan_scan *b)
{
    const struct plan_scan *shorter = a->table_size < b->table_size ? a : b;
    const struct plan_scan *longer = shorter == a ? b : a;

    return memcmp(longer->table, shorter->table, shorter->table_size) != 0 ||
           (longer->table_size > shorter->table_size && longer->table[shorter->table_size] != ':');
}

/* False: rows are not records of tables, or of one that is there already. */
static bool add_tables(struct tables *tables, const struct plan *plan)
{
    if (plan->op == PLAN_UNION && plan_keeps_keys(plan)) {
        for (unsigned i = 0; i < plan->input_count; i++)
            if (!add_tables(tables, plan->inputs[i]))
                return false;
        return true;
    }
    if (plan->op != PLAN_SCAN)
        return plan_rows_have_ids(plan) && add_tables(tables, plan->inputs[0]);
    for (size_t i = 0; i < tables->count; i++)
        if (!tables_are_apart(tables->scans[i], &plan->as.scan))
            return false;
    tables->scans =
        mem_grow(tables->scans, &tables->max, tables->count + 1, sizeof(*tables->scans));
    tables->scans[tables->count++] = &plan->as.scan;
    return true;
}

static bool inputs_are_apart(const struct plan *plan)
{
    struct tables tables = {0};
    bool apart = true;

    for (unsigned i = 0; apart && i < plan->input_count; i++)
        apart = add_tables(&tables, plan->inputs[i]);
    free(tables.scans);
    return apart;
}

bool plan_read_distinct(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct plan_set *set = &plan->as.set;
    struct value on = plan_member(value, "on");
    struct value order = plan_member(value, "order_by");
    struct value input;

    if (!plan_only(reader, value, "distinct", "op input on order_by") ||
        !plan_required(reader, value, "distinct", "input", &input) ||
        !plan_keys(reader, on, "\"on\"", &set->first.partition, &set->first.partition_count) ||
        !plan_order(reader, order, &set->first.order, &set->first.order_count))
        return false;
    if (on.type != VALUE_MISSING && set->first.partition_count == 0)
        return plan_fail(reader, on, "\"on\" names no field; without it whole rows are compared");
    if (on.type == VALUE_MISSING && order.type != VALUE_MISSING)
        return plan_fail(reader, order,
                         "\"order_by\" goes with \"on\"; of rows that are equal none is the first");
    set->first.limit = 1;
    plan->inputs = ARENA_ARRAY(&reader->memory->arena, const struct plan *, 1);
    if (!read_input(reader, input, plan))
        return false;
    plan_find_columns(reader, plan, set);
    return true;
}

bool plan_read_rekey(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct value input;

    if (!plan_only(reader, value, "rekey", "op input") ||
        !plan_required(reader, value, "rekey", "input", &input))
        return false;
    plan->inputs = ARENA_ARRAY(&reader->memory->arena, const struct plan *, 1);
    if (!read_input(reader, input, plan))
        return false;
    plan_find_columns(reader, plan, &plan->as.set);
    return true;
}

bool plan_read_set(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct plan_set *set = &plan->as.set;
    const char *name = plan_op_name(plan->op);
    struct value all = plan_member(value, "all");
    struct value inputs;
    struct json_iter iter;
    size_t count;

    if (!plan_only(reader, value, name, "op inputs all") ||
        !plan_required(reader, value, name, "inputs", &inputs) ||
        !plan_array(reader, inputs, "\"inputs\"", &count))
        return false;
    if (count < 2)
        return plan_fail(reader, inputs, "%s needs two inputs or more, not %zu", name, count);
    if (all.type != VALUE_MISSING && all.type != VALUE_TRUE && all.type != VALUE_FALSE)
        return plan_fail(reader, all, "\"all\" must be true or false, not %s",
                         excerpt(all.text, all.size).text);
    set->all = all.type == VALUE_TRUE;
    plan->inputs = ARENA_ARRAY(&reader->memory->arena, const struct plan *, count);
    iter = json_iter_of(inputs.text);
    while (json_iter_next(&iter))
        if (!read_input(reader, value_of(iter.value, iter.value_size), plan))
            return false;
    set->apart = plan->op == PLAN_UNION && inputs_are_apart(plan);
    plan_find_columns(reader, plan, set);
    return true;
}

/* Reading operators: one function each, and the list of them at the end. */
#include "plan/reader.h"

#include "value/json_scan.h"
#include "value/number.h"

#include <stdio.h>
#include <string.h>

bool plan_read_input(struct plan_reader *reader, struct value value, struct plan *plan,
                     const char *name)
{
    struct value input;

    if (!plan_required(reader, value, plan_op_name(plan->op), name, &input))
        return false;
    if (!plan->inputs)
        plan->inputs = ARENA_ARRAY(&reader->memory->arena, const struct plan *, 2);
    plan->inputs[plan->input_count] = plan_read_op(reader, input);
    return plan->inputs[plan->input_count++] != NULL;
}

bool plan_is(struct value value, const char *text)
{
    return value.type == VALUE_STRING && value.size == strlen(text) + 2 &&
           memcmp(value.text + 1, text, value.size - 2) == 0;
}

static bool read_scan(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct plan_scan *scan = &plan->as.scan;
    struct value table;

    if (!plan_only(reader, value, "scan", "op table lateness") ||
        !plan_required(reader, value, "scan", "table", &table) ||
        !plan_text(reader, table, "\"table\"", &scan->table, &scan->table_size))
        return false;
    if (scan->table_size == 0)
        return plan_fail(reader, table, "the name of a table is empty");
    return plan_read_lateness(reader, value, scan);
}

static bool read_filter(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct value predicate;

    if (!plan_only(reader, value, "filter", "op input predicate") ||
        !plan_required(reader, value, "filter", "predicate", &predicate))
        return false;
    reader->exists_count = 0;
    plan->as.filter = plan_whole_predicate(reader, predicate);
    plan->exists_count = reader->exists_count;
    return plan->as.filter && plan_read_input(reader, value, plan, "input");
}

bool plan_alias(struct plan_reader *reader, struct value object, const struct expr *expr,
                const char **text, size_t *size)
{
    struct value alias = plan_member(object, "alias");

    if (alias.type == VALUE_MISSING && !expr->path)
        return plan_fail(reader, object, "what is computed has no name; give it an \"alias\"");
    if (alias.type == VALUE_MISSING) {
        const struct path_step *last = &expr->path->steps[expr->path->count - 1];

        *text = last->key;
        *size = last->key_size;
        return true;
    }
    if (alias.type != VALUE_STRING)
        return plan_fail(reader, alias, "\"alias\" must be a string, not %s",
                         excerpt(alias.text, alias.size).text);
    *text = alias.text;
    *size = alias.size;
    return true;
}

static bool read_field(struct plan_reader *reader, struct value value, struct plan_projection *to)
{
    struct value field = plan_member(value, "field");

    if (field.type == VALUE_MISSING)
        field = plan_member(value, "name");
    if (field.type == VALUE_MISSING)
        return plan_fail(reader, value, "a field projection without \"field\"");
    to->expr = ARENA_NEW(&reader->memory->arena, struct expr);
    to->expr->path = plan_path(reader, field);
    return to->expr->path && plan_alias(reader, value, to->expr, &to->alias, &to->alias_size);
}

static bool read_expr(struct plan_reader *reader, struct value value, struct plan_projection *to)
{
    struct value expr;

    to->expr = ARENA_NEW(&reader->memory->arena, struct expr);
    return plan_required(reader, value, "projection \"expr\"", "expr", &expr) &&
           plan_operand(reader, expr, to->expr) &&
           plan_alias(reader, value, to->expr, &to->alias, &to->alias_size);
}

static bool read_children(struct plan_reader *reader, struct value value, struct plan_project *to)
{
    struct plan_subquery *subquery = &to->subqueries[to->subquery_count++];
    struct value alias;
    struct value plan;
    struct value single = plan_member(value, "single");

    if (!plan_only(reader, value, "projection \"subquery\"", "type alias plan single") ||
        !plan_required(reader, value, "a subquery", "alias", &alias) ||
        !plan_required(reader, value, "a subquery", "plan", &plan))
        return false;
    if (alias.type != VALUE_STRING)
        return plan_fail(reader, alias, "\"alias\" must be a string, not %s",
                         excerpt(alias.text, alias.size).text);
    if (single.type != VALUE_MISSING && single.type != VALUE_TRUE && single.type != VALUE_FALSE)
        return plan_fail(reader, single, "\"single\" must be true or false, not %s",
                         excerpt(single.text, single.size).text);
    for (size_t i = 0; i + 1 < to->subquery_count; i++)
        if (to->subqueries[i].alias_size == alias.size &&
            memcmp(to->subqueries[i].alias, alias.text, alias.size) == 0)
            return plan_fail(reader, alias, "a second subquery with the alias %s",
                             excerpt(alias.text, alias.size).text);
    if (reader->aside)
        return plan_fail(reader, value,
                         "a subquery on the right of a join, below \"select\":\"both\", a set "
                         "operation, an aggregate or an unnest, or inside exists adds nothing to "
                         "the view");
    subquery->alias = alias.text;
    subquery->alias_size = alias.size;
    subquery->single = single.type == VALUE_TRUE;
    return plan_read_subquery(reader, plan, subquery);
}

static bool read_projection(struct plan_reader *reader, struct value value,
                            struct plan_project *project)
{
    struct value type;

    if (!plan_only(reader, value, "a projection", "type field name alias expr plan single") ||
        !plan_required(reader, value, "a projection", "type", &type))
        return false;
    if (plan_is(type, "all")) {
        project->count++; /* an empty one: all fields */
        return plan_only(reader, value, "projection \"all\"", "type");
    }
    if (plan_is(type, "field"))
        return plan_only(reader, value, "projection \"field\"", "type field name alias") &&
               read_field(reader, value, &project->projections[project->count++]);
    if (plan_is(type, "subquery"))
        return read_children(reader, value, project);
    if (plan_is(type, "expr"))
        return plan_only(reader, value, "projection \"expr\"", "type expr alias") &&
               read_expr(reader, value, &project->projections[project->count++]);
    return plan_fail(reader, type, "unknown projection %s; there are all, field, expr, subquery",
                     excerpt(type.text, type.size).text);
}

static bool read_project(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct plan_project *project = &plan->as.project;
    struct value list;
    struct json_iter iter;
    size_t count;

    if (!plan_only(reader, value, "project", "op input projections") ||
        !plan_required(reader, value, "project", "projections", &list) ||
        !plan_array(reader, list, "\"projections\"", &count))
        return false;
    project->projections = ARENA_ARRAY(&reader->memory->arena, struct plan_projection, count);
    project->subqueries = ARENA_ARRAY(&reader->memory->arena, struct plan_subquery, count);
    iter = json_iter_of(list.text);
    while (json_iter_next(&iter))
        if (!read_projection(reader, value_of(iter.value, iter.value_size), project))
            return false;
    return plan_read_input(reader, value, plan, "input");
}

static bool read_places(struct plan_reader *reader, struct value value, const char *name,
                        int64_t *out)
{
    struct value number;
    bool param;

    if (!plan_param(reader, value, &number, &param))
        return false;
    if (number.type != VALUE_NUMBER || !number_int(number.text, number.size, out) || *out < 0)
        return plan_fail(reader, value, "\"%s\" must be an integer from 0 to 2^63-1, not %s", name,
                         excerpt(number.text, number.size).text);
    return true;
}

static bool is_direction(struct value value, const char *name) /* in any letter case */
{
    return value.type == VALUE_STRING && value.size == strlen(name) + 2 &&
           strncasecmp(value.text + 1, name, value.size - 2) == 0;
}

static bool read_order_field(struct plan_reader *reader, struct value value, struct order_field *to)
{
    struct value field;
    struct value direction;
    struct value nulls;

    if (!plan_only(reader, value, "an order_by field", "field direction nulls") ||
        !plan_required(reader, value, "an order_by field", "field", &field))
        return false;
    direction = plan_member(value, "direction");
    to->descending = is_direction(direction, "desc");
    if (direction.type != VALUE_MISSING && !to->descending && !is_direction(direction, "asc"))
        return plan_fail(reader, direction, "\"direction\" must be \"asc\" or \"desc\", not %s",
                         excerpt(direction.text, direction.size).text);
    nulls = plan_member(value, "nulls");
    to->nulls = is_direction(nulls, "first")  ? NULLS_FIRST
                : is_direction(nulls, "last") ? NULLS_LAST
                                              : NULLS_BY_VALUE;
    if (nulls.type != VALUE_MISSING && to->nulls == NULLS_BY_VALUE)
        return plan_fail(reader, nulls, "\"nulls\" must be \"first\" or \"last\", not %s",
                         excerpt(nulls.text, nulls.size).text);
    return plan_key(reader, field, &to->expr);
}

bool plan_order(struct plan_reader *reader, struct value list, struct order_field **order,
                size_t *order_count)
{
    struct json_iter iter;
    size_t count;

    if (list.type == VALUE_MISSING)
        return true;
    if (!plan_array(reader, list, "\"order_by\"", &count))
        return false;
    *order = ARENA_ARRAY(&reader->memory->arena, struct order_field, count);
    iter = json_iter_of(list.text);
    while (json_iter_next(&iter))
        if (!read_order_field(reader, value_of(iter.value, iter.value_size),
                              &(*order)[(*order_count)++]))
            return false;
    return true;
}

bool plan_keys(struct plan_reader *reader, struct value list, const char *what, struct expr **keys,
               size_t *key_count)
{
    struct json_iter iter;
    size_t count;

    if (list.type == VALUE_MISSING)
        return true;
    if (!plan_array(reader, list, what, &count))
        return false;
    *keys = ARENA_ARRAY(&reader->memory->arena, struct expr, count);
    iter = json_iter_of(list.text);
    while (json_iter_next(&iter))
        if (!plan_key(reader, value_of(iter.value, iter.value_size), &(*keys)[(*key_count)++]))
            return false;
    return true;
}

static bool read_limit(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct plan_limit *limit = &plan->as.limit;
    struct value places;
    struct value offset = plan_member(value, "offset");
    int64_t end;

    if (!plan_only(reader, value, "limit", "op input limit offset order_by partition_by") ||
        !plan_required(reader, value, "limit", "limit", &places) ||
        !read_places(reader, places, "limit", &limit->limit) ||
        (offset.type != VALUE_MISSING && !read_places(reader, offset, "offset", &limit->offset)))
        return false;
    if (__builtin_add_overflow(limit->limit, limit->offset, &end))
        return plan_fail(reader, places, "\"limit\" and \"offset\" together exceed 2^63-1");
    return plan_order(reader, plan_member(value, "order_by"), &limit->order, &limit->order_count) &&
           plan_keys(reader, plan_member(value, "partition_by"), "\"partition_by\"",
                     &limit->partition, &limit->partition_count) &&
           plan_read_input(reader, value, plan, "input");
}

/* Its rows are rows of no table: subqueries below it would add nothing to the view. */
static bool read_aggregate(struct plan_reader *reader, struct value value, struct plan *plan)
{
    bool aside = reader->aside;
    struct plan_windowed windowed = {0};
    bool ok;

    reader->aside = true;
    ok = plan_read_aggregate(reader, value, plan, &windowed) &&
         plan_read_input(reader, value, windowed.rows ? windowed.rows : plan, "input");
    if (ok && windowed.rows) {
        plan->inputs = ARENA_ARRAY(&reader->memory->arena, const struct plan *, 1);
        plan->inputs[plan->input_count++] = windowed.rows;
        reader->operators++;
    }
    reader->aside = aside;
    return ok;
}

/* Every operator of plan files. */
static const struct {
    enum plan_op op;
    bool (*read)(struct plan_reader *reader, struct value value, struct plan *plan);
} readers[] = {
    {PLAN_SCAN, read_scan},
    {PLAN_FILTER, read_filter},
    {PLAN_PROJECT, read_project},
    {PLAN_JOIN, plan_read_join},
    {PLAN_LIMIT, read_limit},
    {PLAN_UNIQUE, plan_read_distinct},
    {PLAN_AGGREGATE, read_aggregate},
    {PLAN_FIXPOINT, plan_read_fixpoint},
    {PLAN_VIEW, plan_read_view},
    {PLAN_RECURSE, plan_read_recurse},
    {PLAN_REKEY, plan_read_rekey},
    {PLAN_UNION, plan_read_set},
    {PLAN_EXCEPT, plan_read_set},
    {PLAN_INTERSECT, plan_read_set},
    {PLAN_UNNEST, plan_read_unnest},
    {PLAN_WINDOW, plan_read_window},
    {PLAN_SESSION, plan_read_session},
};

const struct plan *plan_read_op(struct plan_reader *reader, struct value value)
{
    struct plan *plan = ARENA_NEW(&reader->memory->arena, struct plan);
    struct value name;
    char list[200]; /* every name fits */
    size_t used = 0;

    if (value.type != VALUE_OBJECT) {
        (void)plan_fail(reader, value, "an operator must be an object, not %s",
                        excerpt(value.text, value.size).text);
        return NULL;
    }
    if (!plan_required(reader, value, "an operator", "op", &name) || !plan_deeper(reader, value))
        return NULL;
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (!plan_is(name, plan_op_name(readers[i].op)))
            continue;
        plan->op = readers[i].op;
        reader->operators++;
        if (!readers[i].read(reader, value, plan))
            return NULL;
        reader->depth--;
        return plan;
    }
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        const char *known = plan_op_name(readers[i].op);

        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "", known);
    }
    (void)plan_fail(reader, name, "unknown operator %s; there are %s",
                    excerpt(name.text, name.size).text, list);
    return NULL;
}

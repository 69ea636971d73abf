/* Printing plans as SQL: aggregate and window. */
#include "sql/export.h"

#include "value/json_scan.h"

#include <string.h>

/* What aggregates are called in SQL; NULL: they are special. */
static const char *const names[AGGREGATE_FUNCTIONS] = {
    [AGGREGATE_SUM] = "sum",
    [AGGREGATE_AVG] = "avg",
    [AGGREGATE_MIN] = "min",
    [AGGREGATE_MAX] = "max",
    [AGGREGATE_BOOL_AND] = "bool_and",
    [AGGREGATE_BOOL_OR] = "bool_or",
    [AGGREGATE_STDDEV] = "stddev_samp",
    [AGGREGATE_STDDEV_POP] = "stddev_pop",
    [AGGREGATE_VARIANCE] = "var_samp",
    [AGGREGATE_VAR_POP] = "var_pop",
    [AGGREGATE_ARRAY_AGG] = "array_agg",
    [AGGREGATE_JSON_AGG] = "jsonb_agg",
    [AGGREGATE_STRING_AGG] = "string_agg",
};

static bool takes_numbers(enum plan_function function)
{
    return function == AGGREGATE_SUM || function == AGGREGATE_AVG ||
           (function >= AGGREGATE_STDDEV && function <= AGGREGATE_PERCENTILE);
}

static struct export_type *type_of(struct export *ex, const struct plan_measure *measure,
                                   struct export_type *of)
{
    if (measure->function == AGGREGATE_COUNT || measure->function == AGGREGATE_COUNT_DISTINCT)
        return export_type_new(ex, EXPORT_NUMBER);
    if (measure->function == AGGREGATE_ARRAY_AGG || measure->function == AGGREGATE_JSON_AGG)
        return export_type_new(ex, EXPORT_JSON);
    return of;
}

/* One of several rows, by an order. */
static const char *one_of(struct export *ex, const struct export_row *row,
                          const struct plan_measure *measure, const char *x, const char *filter)
{
    bool last = measure->function == AGGREGATE_LAST;
    bool by = measure->function == AGGREGATE_ARG_MIN || measure->function == AGGREGATE_ARG_MAX;
    const char *order = export_order(ex, row, measure->order, measure->order_count, last);
    struct export_type *type;
    const char *key = by ? export_expr(ex, row, &measure->order->expr, &type) : NULL;

    if (by)
        filter = *filter ? export_text(ex, "%s AND %s IS NOT NULL", filter, key)
                         : export_text(ex, "%s IS NOT NULL", key);
    return export_text(ex, "(array_agg(%s%s%s)%s%s%s)[1]", x, *order ? " ORDER BY " : "", order,
                       *filter ? " FILTER (WHERE " : "", filter, *filter ? ")" : "");
}

static const char *share(struct export *ex, const struct plan_measure *measure, const char *x,
                         bool text)
{
    if (text)
        x = export_text(ex, "%s::text", x);
    if (measure->function == AGGREGATE_MODE)
        return export_text(ex, "mode() WITHIN GROUP (ORDER BY %s)", x);
    return export_text(ex, "percentile_%s(%.*s) WITHIN GROUP (ORDER BY %s)",
                       measure->function == AGGREGATE_PERCENTILE_DISC ? "disc" : "cont",
                       measure->function == AGGREGATE_MEDIAN ? 3 : (int)measure->parameter.size,
                       measure->function == AGGREGATE_MEDIAN ? "0.5" : measure->parameter.text, x);
}

static const char *plain(struct export *ex, const struct export_row *row,
                         const struct plan_measure *measure, const char *x, bool boolean)
{
    const char *distinct = measure->distinct ? "DISTINCT " : "";
    const char *order = "";
    const char *more = "";

    if (plan_function_is_ordered(measure->function) && !measure->distinct)
        order = export_order(ex, row, measure->order, measure->order_count, false);
    if (measure->distinct && plan_function_is_ordered(measure->function))
        order = export_text(ex, "%s NULLS FIRST", x);
    if (measure->function == AGGREGATE_STRING_AGG) {
        struct export_type *type;

        more = export_text(
            ex, ", %s",
            measure->parameter.size ? export_operand(ex, row, measure->parameter, &type) : "','");
    }
    if (boolean && measure->function == AGGREGATE_MIN)
        return export_text(ex, "bool_and(%s)", x);
    if (boolean && measure->function == AGGREGATE_MAX)
        return export_text(ex, "bool_or(%s)", x);
    return export_text(ex, "%s(%s%s%s%s%s)", names[measure->function], distinct, x, more,
                       *order ? " ORDER BY " : "", order);
}

static const char *measure_of(struct export *ex, const struct export_row *row,
                              const struct plan_measure *measure, struct export_type **type)
{
    const char *filter = measure->filter ? export_predicate(ex, row, measure->filter) : "";
    const char *x = NULL;
    const char *sql;
    bool boolean;

    *type = export_type_new(ex, EXPORT_NUMBER);
    if (measure->expr) {
        x = export_expr(ex, row, measure->expr, type);
        if (!x || !filter)
            return NULL;
        if (takes_numbers(measure->function) && !export_want(ex, *type, EXPORT_NUMBER))
            return NULL;
        if (measure->function == AGGREGATE_STRING_AGG && !export_want(ex, *type, EXPORT_TEXT))
            return NULL;
        if ((measure->function == AGGREGATE_BOOL_AND || measure->function == AGGREGATE_BOOL_OR) &&
            !export_want(ex, *type, EXPORT_BOOLEAN))
            return NULL;
        if (measure->function == AGGREGATE_MIN || measure->function == AGGREGATE_MAX)
            (*type)->ordered = true;
    }
    boolean = export_kind_of(*type) == EXPORT_BOOLEAN;
    *type = type_of(ex, measure, *type);
    if (measure->function == AGGREGATE_FIRST || measure->function == AGGREGATE_LAST ||
        measure->function == AGGREGATE_ARG_MIN || measure->function == AGGREGATE_ARG_MAX)
        return one_of(ex, row, measure, x, filter);
    if (measure->function == AGGREGATE_COUNT || measure->function == AGGREGATE_COUNT_DISTINCT)
        sql = export_text(ex, "count(%s%s)",
                          x && (measure->distinct || measure->function == AGGREGATE_COUNT_DISTINCT)
                              ? "DISTINCT "
                              : "",
                          x ? x : "*");
    else if (names[measure->function])
        sql = plain(ex, row, measure, x, boolean);
    else
        sql = share(ex, measure, x, export_kind_of(*type) == EXPORT_TEXT);
    if (*filter)
        sql = export_text(ex, "%s FILTER (WHERE %s)", sql, filter);
    if (measure->function == AGGREGATE_MEDIAN || measure->function == AGGREGATE_PERCENTILE)
        return export_text(ex, "(%s)::numeric", sql); /* it is double precision */
    return sql;
}

bool export_aggregate(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    const struct plan_aggregate *aggregate = &plan->as.aggregate;
    struct export_row *row = ARENA_NEW(&ex->arena, struct export_row);
    struct buf groups = BUF_INIT;

    if (!export_plan(ex, plan->inputs[0], rel) || (rel->closed && !export_wrap(ex, rel)))
        return false;
    for (size_t i = 0; i < aggregate->group_count; i++) {
        const struct plan_group *group = &aggregate->groups[i];
        struct export_type *type;
        const char *sql = export_expr(ex, rel->row, &group->expr, &type);

        if (!sql)
            break;
        buf_add_format(&groups, "%s%s", i ? ", " : " GROUP BY ",
                       expr_is_constant(&group->expr) ? export_text(ex, "coalesce(%s, NULL)", sql)
                                                      : sql);
        (void)export_column_add(ex, row, export_bytes(ex, group->alias, group->alias_size), sql,
                                type);
    }
    rel->tail = export_take(ex, &groups);
    for (size_t i = 0; ex->err->status == OK && i < aggregate->measure_count; i++) {
        const struct plan_measure *measure = &aggregate->measures[i];
        struct export_type *type;
        const char *sql = measure_of(ex, rel->row, measure, &type);

        if (!sql)
            return false;
        (void)export_column_add(ex, row, export_bytes(ex, measure->alias, measure->alias_size), sql,
                                type);
    }
    rel->row = row;
    if (aggregate->group_count == 0 && aggregate->measure_count == 0)
        rel->tail = " HAVING true";
    rel->closed = true;
    if (!aggregate->having)
        return true;
    if (!export_wrap(ex, rel))
        return false;
    rel->where = export_predicate(ex, rel->row, aggregate->having);
    return rel->where;
}

static const char *bound_of(struct export *ex, const struct window_frame *frame, bool end)
{
    const struct frame_bound *bound = end ? &frame->end : &frame->start;
    long long places = bound->places < 0 ? -(long long)bound->places : (long long)bound->places;

    if (bound->unbounded)
        return end ? "UNBOUNDED FOLLOWING" : "UNBOUNDED PRECEDING";
    if (bound->places == 0)
        return "CURRENT ROW";
    if (frame->range)
        return export_text(ex, "%.*s %s", (int)bound->distance.size, bound->distance.text,
                           bound->before ? "PRECEDING" : "FOLLOWING");
    return export_text(ex, "%lld %s", places, bound->places < 0 ? "PRECEDING" : "FOLLOWING");
}

static const char *call_of(struct export *ex, const struct export_row *row,
                           const struct plan_call *call, const char *over,
                           struct export_type **type)
{
    const char *name = plan_window_name(call->function);
    struct export_type *other;
    const char *x = "";
    const char *frame = "";

    *type = export_type_new(ex, EXPORT_NUMBER);
    if (call->expr) {
        struct export_type *of;

        x = export_expr(ex, row, call->expr, &of);
        if (!x)
            return NULL;
        if ((call->function == WINDOW_SUM || call->function == WINDOW_AVG) &&
            !export_want(ex, of, EXPORT_NUMBER))
            return NULL;
        if (call->function != WINDOW_COUNT)
            *type = of;
    }
    if (call->function == WINDOW_NTILE)
        x = export_text(ex, "%lld", (long long)call->number);
    if (call->function == WINDOW_COUNT && !call->expr)
        x = "*";
    if (call->function == WINDOW_LAG || call->function == WINDOW_LEAD) {
        const char *otherwise =
            call->otherwise ? export_expr(ex, row, call->otherwise, &other) : NULL;

        if (call->otherwise && (!otherwise || !export_same(ex, *type, other)))
            return NULL;
        x = export_text(ex, "%s, %lld%s%s", x, (long long)call->number, otherwise ? ", " : "",
                        otherwise ? otherwise : "");
    }
    if (call->function >= WINDOW_FIRST_VALUE)
        frame = export_text(ex, " %s BETWEEN %s AND %s", call->frame.range ? "RANGE" : "ROWS",
                            bound_of(ex, &call->frame, false), bound_of(ex, &call->frame, true));
    return export_text(ex, "%s(%s) OVER (%s%s)", name, x, over, frame);
}

bool export_window(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    const struct plan_window *window = &plan->as.window;
    struct export_row *row = ARENA_NEW(&ex->arena, struct export_row);
    struct buf over = BUF_INIT;
    const char *order;
    const char *text;

    if (!export_plan(ex, plan->inputs[0], rel) ||
        ((rel->closed || rel->row->open) && !export_wrap(ex, rel)))
        return false;
    for (size_t i = 0; i < window->partition_count; i++) {
        struct export_type *type;
        const char *sql = export_expr(ex, rel->row, &window->partition[i], &type);

        buf_add_format(&over, "%s%s", i ? ", " : "PARTITION BY ", sql ? sql : "");
    }
    order = export_order(ex, rel->row, window->order, window->order_count, false);
    if (*order)
        buf_add_format(&over, "%sORDER BY %s", over.size ? " " : "", order);
    text = export_take(ex, &over);
    row->origin = rel->row->origin;
    for (size_t i = 0; i < rel->row->count; i++)
        *export_column_add(ex, row, "", "", NULL) = rel->row->columns[i];
    for (size_t i = 0; i < window->count; i++) {
        const struct path_step *step = window->calls[i].field->steps;
        const char *name = export_bytes(ex, step->key, step->key_size);
        struct export_type *type;
        const char *sql = call_of(ex, rel->row, &window->calls[i], text, &type);
        struct export_column *column;

        if (!sql || !name)
            return false;
        column = export_find(row, name);
        if (!column)
            column = export_column_add(ex, row, name, sql, type);
        *column = (struct export_column){.name = name, .sql = sql, .type = type};
    }
    rel->row = row;
    rel->closed = true;
    return ex->err->status == OK;
}

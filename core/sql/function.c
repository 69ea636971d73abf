/* Binding calls: aggregates, and which scalar function a name is (call.c). */
#include "sql/bind.h"

#include <string.h>

static const struct {
    const char *name;
    const char *func; /* in the plan language */
    uint8_t args;
    enum sql_type type; /* SQL_ANY: that of the argument */
} aggregates[] = {
    {"count", "count", 1, SQL_BIGINT},
    {"sum", "sum", 1, SQL_ANY},
    {"avg", "avg", 1, SQL_NUMERIC},
    {"min", "min", 1, SQL_ANY},
    {"max", "max", 1, SQL_ANY},
    {"array_agg", "array_agg", 1, SQL_ARRAY},
    {"json_agg", "array_agg", 1, SQL_JSON},
    {"jsonb_agg", "array_agg", 1, SQL_JSON},
    {"string_agg", "string_agg", 2, SQL_TEXT},
    {"bool_and", "bool_and", 1, SQL_BOOLEAN},
    {"bool_or", "bool_or", 1, SQL_BOOLEAN},
    {"every", "bool_and", 1, SQL_BOOLEAN},
    {"stddev", "stddev", 1, SQL_NUMERIC},
    {"stddev_samp", "stddev", 1, SQL_NUMERIC},
    {"stddev_pop", "stddev_pop", 1, SQL_NUMERIC},
    {"variance", "variance", 1, SQL_NUMERIC},
    {"var_samp", "variance", 1, SQL_NUMERIC},
    {"var_pop", "var_pop", 1, SQL_NUMERIC},
};

bool sql_sorts(struct sql *sql, struct sql_scope *scope, PgQuery__Node **nodes, size_t count,
               struct sql_sort **sorts)
{
    *sorts = ARENA_ARRAY(&sql->arena, struct sql_sort, count);
    for (size_t i = 0; i < count; i++) {
        (*sorts)[i].expr = sql_expr(sql, scope, nodes[i]->sort_by->node);
        if (!(*sorts)[i].expr || !sql_direction(sql, nodes[i]->sort_by, &(*sorts)[i]))
            return false;
    }
    return true;
}

bool sql_not_an_aggregate(struct sql *sql, struct sql_scope *scope, const char *name, int location)
{
    if (!scope->no_aggregates)
        return true;
    if (strcmp(scope->no_aggregates, "WHERE") == 0)
        return sql_fail(sql, location,
                        "aggregate %s in WHERE; conditions on groups stand in HAVING",
                        quote(name, strlen(name)).text);
    return sql_fail(sql, location, "aggregate %s in %s", quote(name, strlen(name)).text,
                    scope->no_aggregates);
}

static bool aggregate_arguments(struct sql *sql, struct sql_scope *scope,
                                const PgQuery__FuncCall *syntax, const char *name, size_t count,
                                struct sql_expr *expr)
{
    if (!syntax->agg_star &&
        (!sql_check_count(sql, name, syntax->n_args, count, count, syntax->location) ||
         !sql_list(sql, scope, syntax->args, syntax->n_args, &expr->args)))
        return false;
    expr->count = syntax->agg_star ? 0 : syntax->n_args;
    for (size_t i = 0; i < expr->count; i++)
        if (expr->args[i]->type == SQL_LITERAL && !sql_coerce(sql, expr->args[i], SQL_TEXT))
            return false;
    if (expr->count == 2 && expr->args[1]->kind != SQL_CONST)
        return sql_fail(sql, expr->args[1]->location, "the separator must be a literal");
    if (syntax->agg_filter) {
        expr->filter = sql_expr(sql, scope, syntax->agg_filter);
        if (!expr->filter)
            return false;
    }
    expr->order_count = syntax->n_agg_order;
    return sql_sorts(sql, scope, syntax->agg_order, syntax->n_agg_order, &expr->order);
}

/* Sums of integers are larger than these; averages of all but doubles are numeric. */
static enum sql_type number_type(const char *name, enum sql_type type)
{
    if (strcmp(name, "sum") == 0)
        return type == SQL_INTEGER ? SQL_BIGINT : type == SQL_BIGINT ? sql_scaled(0) : type;
    return type == SQL_FLOAT || sql_is_any(type) ? SQL_FLOAT : SQL_NUMERIC;
}

/* `inside`: what stands in the way of aggregates in its arguments. */
static struct sql_expr *aggregate(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__FuncCall *syntax, size_t which, const char *inside)
{
    const char *name = aggregates[which].name;
    const char *before = scope->no_aggregates;
    struct sql_expr *expr =
        sql_const(sql, aggregates[which].type, aggregates[which].func, syntax->location);
    bool numbers = strcmp(name, "sum") == 0 || aggregates[which].type == SQL_NUMERIC;
    bool extreme = strcmp(name, "min") == 0 || strcmp(name, "max") == 0;

    if (!sql_not_an_aggregate(sql, scope, name, syntax->location))
        return NULL;
    expr->kind = SQL_AGGREGATE;
    expr->distinct = syntax->agg_distinct;
    scope->no_aggregates = inside;
    if (!aggregate_arguments(sql, scope, syntax, name, aggregates[which].args, expr))
        return NULL;
    scope->no_aggregates = before;
    if (numbers && !sql_is_number(expr->args[0]->type) && expr->args[0]->type != SQL_ANY &&
        expr->args[0]->type != SQL_NULL) {
        (void)sql_refuse_argument(sql, expr->args[0], name);
        return NULL;
    }
    if (extreme && expr->args[0]->type == SQL_INTERVAL) {
        (void)sql_fail(sql, syntax->location,
                       "%s of intervals is not supported; use extract(epoch FROM ...)",
                       quote(name, strlen(name)).text);
        return NULL;
    }
    if (numbers)
        expr->type = number_type(name, expr->args[0]->type);
    else if (expr->type == SQL_ANY)
        expr->type = expr->args[0]->type;
    return expr;
}

static size_t aggregate_named(const char *name)
{
    size_t which = 0;

    while (which < sizeof(aggregates) / sizeof(aggregates[0]) &&
           strcmp(aggregates[which].name, name) != 0)
        which++;
    return which;
}

struct sql_expr *sql_aggregate(struct sql *sql, struct sql_scope *scope,
                               const PgQuery__FuncCall *syntax)
{
    const char *name = sql_string(syntax->funcname[syntax->n_funcname - 1]);
    size_t which = aggregate_named(name);

    if (which < sizeof(aggregates) / sizeof(aggregates[0]))
        return aggregate(sql, scope, syntax, which, NULL);
    (void)sql_fail(sql, syntax->location, "there is no window function %s",
                   quote(name, strlen(name)).text);
    return NULL;
}

struct sql_expr *sql_aggregate_add(struct sql *sql, struct sql_scope *scope, struct sql_expr *expr)
{
    for (size_t i = 0; i < scope->aggregate_count; i++)
        if (sql_same(scope->aggregates[i], expr))
            return scope->aggregates[i];
    scope->aggregates = sql_grow(sql, scope->aggregates, scope->aggregate_count,
                                 &scope->aggregate_max, sizeof(struct sql_expr *));
    scope->aggregates[scope->aggregate_count++] = expr;
    return expr;
}

static struct sql_expr *group_aggregate(struct sql *sql, struct sql_scope *scope,
                                        const PgQuery__FuncCall *syntax, size_t which)
{
    struct sql_expr *expr = aggregate(sql, scope, syntax, which, "an aggregate");

    return expr ? sql_aggregate_add(sql, scope, expr) : NULL;
}

/* The distinct values of an array are in order, null before all; PostgreSQL has it behind them. */
static struct sql_expr *with_nulls_last(struct sql *sql, struct sql_expr *expr)
{
    if (!expr || !expr->distinct || (expr->type != SQL_ARRAY && expr->type != SQL_JSON))
        return expr;
    return sql_call(sql, expr->type, "nulls_last", expr->location, 1, expr);
}

struct sql_expr *sql_function(struct sql *sql, struct sql_scope *scope,
                              const PgQuery__FuncCall *syntax)
{
    const char *name = sql_string(syntax->funcname[syntax->n_funcname - 1]);
    bool plain =
        !syntax->agg_star && !syntax->agg_distinct && !syntax->agg_filter && !syntax->n_agg_order;
    size_t which = aggregate_named(name);

    if (syntax->func_variadic) {
        (void)sql_fail(sql, syntax->location, "%s: VARIADIC is not supported",
                       quote(name, strlen(name)).text);
        return NULL;
    }
    if (sql_is_within_group(syntax))
        return sql_within_group(sql, scope, syntax);
    if (syntax->over)
        return sql_window(sql, scope, syntax);
    if (which < sizeof(aggregates) / sizeof(aggregates[0]))
        return with_nulls_last(sql, group_aggregate(sql, scope, syntax, which));
    if (!plain) {
        (void)sql_fail(sql, syntax->location, "%s is no aggregate", quote(name, strlen(name)).text);
        return NULL;
    }
    return sql_scalar_call(sql, scope, syntax, name);
}

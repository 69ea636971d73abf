/*
 * Binding aggregates WITHIN GROUP (ORDER BY ...): percentile_cont, percentile_disc and mode.
 *
 * The plan language has them of values in ascending order. Descending, a place between two values
 * is that of 1 - f; a place at a value, and the first of the most frequent, are those of the
 * negated values, negated again.
 */
#include "sql/bind.h"

#include "value/decimal.h"

#include <string.h>

static const struct {
    const char *name;
    const char *func; /* in the plan language */
    uint8_t args;
} ordered[] = {
    {"percentile_cont", "percentile", 1},
    {"percentile_disc", "percentile_disc", 1},
    {"mode", "mode", 0},
};

enum { ORDERED_COUNT = sizeof(ordered) / sizeof(ordered[0]) };

static size_t ordered_named(const char *name)
{
    size_t which = 0;

    while (which < ORDERED_COUNT && strcmp(ordered[which].name, name) != 0)
        which++;
    return which;
}

bool sql_is_within_group(const PgQuery__FuncCall *syntax)
{
    return syntax->agg_within_group ||
           ordered_named(sql_string(syntax->funcname[syntax->n_funcname - 1])) < ORDERED_COUNT;
}

static bool check_call(struct sql *sql, const PgQuery__FuncCall *syntax, const char *name,
                       size_t which)
{
    struct quoted quoted = quote(name, strlen(name));

    if (which == ORDERED_COUNT)
        return sql_fail(sql, syntax->location,
                        "%s: WITHIN GROUP is of percentile_cont, percentile_disc and mode only",
                        quoted.text);
    if (!syntax->agg_within_group)
        return sql_fail(sql, syntax->location, "%s without WITHIN GROUP (ORDER BY ...)",
                        quoted.text);
    if (syntax->over)
        return sql_fail(sql, syntax->location,
                        "%s with OVER; compute it by GROUP BY in a subquery and join that",
                        quoted.text);
    if (syntax->n_agg_order > 1)
        return sql_fail(sql, syntax->location, "%s: ORDER BY of one expression, not of %zu",
                        quoted.text, syntax->n_agg_order);
    return sql_check_count(sql, name, syntax->n_args, ordered[which].args, ordered[which].args,
                           syntax->location);
}

/* The share of the rows, a literal from 0 to 1; `rest`: what is missing to 1. */
static struct sql_expr *fraction(struct sql *sql, struct sql_scope *scope,
                                 const PgQuery__Node *node, bool rest)
{
    static const struct decimal one = {1, NULL, 0};
    struct sql_expr *expr = sql_expr(sql, scope, node);
    struct decimal share;
    struct buf buf = BUF_INIT;

    if (!expr || (expr->type == SQL_LITERAL && !sql_coerce(sql, expr, SQL_NUMERIC)))
        return NULL;
    if (expr->kind != SQL_CONST || !sql_is_number(expr->type) ||
        !decimal_read(&share, expr->text, strlen(expr->text))) {
        (void)sql_fail(sql, sql_location(node),
                       "the fraction must be a literal number; of several, one call for each");
        return NULL;
    }
    if (decimal_sign(&share) < 0 || decimal_compare(&share, &one) > 0) {
        (void)sql_fail(sql, sql_location(node), "the fraction must be from 0 to 1, not %s",
                       expr->text);
        decimal_release(&share);
        return NULL;
    }
    if (rest) {
        struct decimal left = decimal_of_int(1);

        decimal_add_times(&left, &share, -1);
        decimal_write_exact(&buf, &left);
        decimal_release(&left);
    } else {
        decimal_write_exact(&buf, &share);
    }
    decimal_release(&share);
    return sql_const(sql, SQL_NUMERIC, sql_take(sql, &buf), expr->location);
}

/* What the order goes by. The order of some types is not that of their JSON. */
static bool check_value(struct sql *sql, const char *name, bool between, bool descending,
                        const struct sql_expr *value)
{
    struct quoted quoted = quote(name, strlen(name));

    if (value->type == SQL_INTERVAL)
        return sql_fail(sql, value->location,
                        "%s of intervals is not supported; use extract(epoch FROM ...)",
                        quoted.text);
    if (between && !sql_is_number(value->type) && !sql_is_any(value->type))
        return sql_refuse_argument(sql, value, name);
    if (value->type == SQL_JSON || value->type == SQL_ARRAY)
        return sql_fail(sql, value->location, "%s of %s is not supported; cast it to text",
                        quoted.text, sql_type_name(value->type));
    if (!between && descending && !sql_is_number(value->type))
        return sql_fail(sql, value->location,
                        "%s by the descending order of %s is not supported, of numbers only; "
                        "leave out DESC%s",
                        quoted.text, sql_type_name(value->type),
                        *name == 'm' ? "; of several it is the smallest then"
                                     : " and take 1 less the fraction; between two values that is "
                                       "the lower one");
    return true;
}

static struct sql_expr *bind(struct sql *sql, struct sql_scope *scope,
                             const PgQuery__FuncCall *syntax, size_t which, bool *negated)
{
    const char *name = ordered[which].name;
    bool between = strcmp(name, "percentile_cont") == 0;
    struct sql_expr *expr = sql_const(sql, SQL_FLOAT, ordered[which].func, syntax->location);
    struct sql_expr *value;
    struct sql_sort *sort;

    expr->kind = SQL_AGGREGATE;
    if (!sql_sorts(sql, scope, syntax->agg_order, syntax->n_agg_order, &sort))
        return NULL;
    value = sort->expr;
    if ((value->type == SQL_LITERAL && !sql_coerce(sql, value, SQL_TEXT)) ||
        !check_value(sql, name, between, sort->descending, value))
        return NULL;
    if (!between)
        expr->type = value->type;
    *negated = !between && sort->descending;
    expr->args = ARENA_ARRAY(&sql->arena, struct sql_expr *, 2);
    expr->args[0] = *negated ? sql_negated(sql, value, value->location) : value;
    expr->count = 1;
    if (syntax->n_args) {
        expr->args[expr->count++] =
            fraction(sql, scope, syntax->args[0], between && sort->descending);
        if (!expr->args[1])
            return NULL;
    }
    if (syntax->agg_filter) {
        expr->filter = sql_expr(sql, scope, syntax->agg_filter);
        if (!expr->filter)
            return NULL;
    }
    return expr;
}

struct sql_expr *sql_within_group(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__FuncCall *syntax)
{
    const char *name = sql_string(syntax->funcname[syntax->n_funcname - 1]);
    const char *before = scope->no_aggregates;
    size_t which = ordered_named(name);
    struct sql_expr *expr;
    bool negated;

    if (!check_call(sql, syntax, name, which) ||
        !sql_not_an_aggregate(sql, scope, name, syntax->location))
        return NULL;
    scope->no_aggregates = "an aggregate";
    expr = bind(sql, scope, syntax, which, &negated);
    scope->no_aggregates = before;
    if (!expr)
        return NULL;
    expr = sql_aggregate_add(sql, scope, expr);
    return negated ? sql_negated(sql, expr, syntax->location) : expr;
}

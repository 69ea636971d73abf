/* Subqueries in conditions: EXISTS, IN, ANY and ALL become `exists` of the plan language. */
#include "sql/bind.h"

#include <string.h>

static struct sql_expr *exists(struct sql *sql, const char *plan, int location)
{
    struct sql_expr *expr = sql_const(sql, SQL_BOOLEAN, plan, location);

    expr->kind = SQL_EXISTS;
    return expr;
}

static struct sql_expr *exists_where(struct sql *sql, const struct sql_scope *scope,
                                     const char *plan, struct sql_expr *condition)
{
    plan = sql_filter(sql, scope, plan, &condition, 1);
    return plan ? exists(sql, plan, condition->location) : NULL;
}

/* The operator that holds where the other one is false. */
static const char *opposite(const char *op)
{
    static const char *const pairs[][2] = {{"=", "<>"}, {"<", ">="}, {">", "<="}};

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        for (int side = 0; side < 2; side++)
            if (strcmp(op, pairs[i][side]) == 0)
                return pairs[i][!side];
    return NULL;
}

/*
 * left op ANY (SELECT right ...): true if there is a row for which it holds, else unknown if there
 * is one for which it is unknown, else false. The second part is left out where unknown is as good
 * as false (emit.c).
 */
static struct sql_expr *any(struct sql *sql, struct sql_scope *scope, const struct sql_query *query,
                            const struct sql_row *left, const char *op, int location)
{
    struct sql_scope inner = {.parent = scope, .level = scope->level + 1};
    struct sql_rel *rel = sql_rel_add(sql, &inner, "", location);
    struct sql_row right = {ARENA_ARRAY(&sql->arena, struct sql_expr *, left->count), left->count};
    struct sql_expr *holds;
    struct sql_expr *match;
    struct sql_expr *null;

    for (size_t i = 0; i < left->count; i++)
        right.items[i] = sql_of_column(
            sql, sql_column_add(sql, rel, query->outputs[i].name, query->outputs[i].type),
            location);
    holds = sql_row_compare(sql, op, left, &right, location);
    match = holds ? exists_where(sql, &inner, query->plan, holds) : NULL;
    if (!match)
        return NULL;
    if (left->count > 1) /* some columns equal, the others unknown */
        return sql_call(sql, SQL_BOOLEAN, "perhaps", location, 2, match,
                        exists_where(sql, &inner, query->plan,
                                     sql_call(sql, SQL_BOOLEAN, "is_null", location, 1, holds)));
    null = exists_where(sql, &inner, query->plan,
                        sql_call(sql, SQL_BOOLEAN, "is_null", location, 1, right.items[0]));
    return sql_call(
        sql, SQL_BOOLEAN, "perhaps", location, 2, match,
        sql_call(sql, SQL_BOOLEAN, "or", location, 2, null,
                 sql_call(sql, SQL_BOOLEAN, "and", location, 2,
                          sql_call(sql, SQL_BOOLEAN, "is_null", location, 1, left->items[0]),
                          exists(sql, query->plan, location))));
}

static const char *operator_of(struct sql *sql, const PgQuery__SubLink *syntax)
{
    const char *op =
        syntax->n_oper_name ? sql_string(syntax->oper_name[syntax->n_oper_name - 1]) : "=";

    if (opposite(op))
        return op;
    (void)sql_fail(sql, syntax->location, "operator %s with ANY or ALL is not supported",
                   quote(op, strlen(op)).text);
    return NULL;
}

static struct sql_expr *quantified(struct sql *sql, struct sql_scope *scope,
                                   const PgQuery__SubLink *syntax, const struct sql_query *query)
{
    bool all = syntax->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK;
    const char *op = operator_of(sql, syntax);
    struct sql_row left;
    struct sql_expr *expr;

    if (!op || !sql_row(sql, scope, syntax->testexpr, &left))
        return NULL;
    if (query->count != left.count || query->open) {
        (void)sql_fail(sql, syntax->location, "the subquery must have %zu column%s, not %s",
                       left.count, left.count == 1 ? "" : "s",
                       query->open ? "\"*\"" : sql_text(sql, "%zu", query->count));
        return NULL;
    }
    expr = any(sql, scope, query, &left, all ? opposite(op) : op, syntax->location);
    return expr && all ? sql_call(sql, SQL_BOOLEAN, "not", syntax->location, 1, expr) : expr;
}

static struct sql_expr *as_condition(struct sql *sql, struct sql_scope *scope,
                                     const PgQuery__SubLink *syntax)
{
    struct sql_query query = {0};

    if (!sql_select(sql, scope, scope->level + 1, syntax->subselect->select_stmt, &query))
        return NULL;
    if (syntax->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK)
        return exists(sql, query.plan, syntax->location);
    return quantified(sql, scope, syntax, &query);
}

static struct sql_expr *as_value(struct sql *sql, struct sql_scope *scope,
                                 const PgQuery__SubLink *syntax)
{
    bool all = syntax->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK;
    const char *op;
    struct sql_expr *expr;

    if (syntax->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK)
        return sql_exists_value(sql, scope, syntax);
    op = operator_of(sql, syntax);
    expr = op ? sql_any_value(sql, scope, syntax, all ? opposite(op) : op) : NULL;
    return expr && all ? sql_call(sql, SQL_BOOLEAN, "not", syntax->location, 1, expr) : expr;
}

struct sql_expr *sql_sublink(struct sql *sql, struct sql_scope *scope,
                             const PgQuery__SubLink *syntax, bool condition)
{
    struct sql_expr *expr = NULL;

    if (syntax->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK)
        return sql_scalar(sql, scope, syntax);
    if (syntax->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK)
        return sql_array_value(sql, scope, syntax);
    if (syntax->sub_link_type != PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK &&
        syntax->sub_link_type != PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK &&
        syntax->sub_link_type != PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK) {
        (void)sql_fail(sql, syntax->location, "this kind of subquery is not supported");
        return NULL;
    }
    if (condition && !scope->apply)
        expr = as_condition(sql, scope, syntax);
    if (expr || (sql->err->status != OK && !sql->outside))
        return expr;
    sql->outside = false;
    sql->err->status = OK;
    return as_value(sql, scope, syntax);
}

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
                            struct sql_expr *left, const char *op, int location)
{
    struct sql_scope inner = {.parent = scope, .level = scope->level + 1};
    struct sql_rel *rel = sql_rel_add(sql, &inner, "", location);
    struct sql_column *column =
        sql_column_add(sql, rel, query->outputs[0].name, query->outputs[0].type);
    struct sql_expr *right = sql_of_column(sql, column, location);
    struct sql_expr *holds = sql_compare(sql, op, left, right, location);
    struct sql_expr *match = holds ? exists_where(sql, &inner, query->plan, holds) : NULL;
    struct sql_expr *null;
    struct sql_expr *left_null;

    if (!match)
        return NULL;
    null = exists_where(sql, &inner, query->plan,
                        sql_call(sql, SQL_BOOLEAN, "is_null", location, 1, right));
    left_null = sql_call(sql, SQL_BOOLEAN, "and", location, 2,
                         sql_call(sql, SQL_BOOLEAN, "is_null", location, 1, left),
                         exists(sql, query->plan, location));
    return sql_call(sql, SQL_BOOLEAN, "perhaps", location, 2, match,
                    sql_call(sql, SQL_BOOLEAN, "or", location, 2, null, left_null));
}

static struct sql_expr *quantified(struct sql *sql, struct sql_scope *scope,
                                   const PgQuery__SubLink *syntax, const struct sql_query *query)
{
    bool all = syntax->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK;
    const char *op =
        syntax->n_oper_name ? sql_string(syntax->oper_name[syntax->n_oper_name - 1]) : "=";
    struct sql_expr *left;
    struct sql_expr *expr;

    if (!opposite(op)) {
        (void)sql_fail(sql, syntax->location, "operator %s with ANY or ALL is not supported",
                       quote(op, strlen(op)).text);
        return NULL;
    }
    if (query->count != 1 || query->open) {
        (void)sql_fail(sql, syntax->location, "the subquery must have one column, not %s",
                       query->open ? "\"*\"" : sql_text(sql, "%zu", query->count));
        return NULL;
    }
    left = sql_expr(sql, scope, syntax->testexpr);
    expr = left ? any(sql, scope, query, left, all ? opposite(op) : op, syntax->location) : NULL;
    return expr && all ? sql_call(sql, SQL_BOOLEAN, "not", syntax->location, 1, expr) : expr;
}

struct sql_expr *sql_sublink(struct sql *sql, struct sql_scope *scope,
                             const PgQuery__SubLink *syntax)
{
    struct sql_query query = {0};
    const PgQuery__Node *select = syntax->subselect;

    if (syntax->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK)
        return sql_scalar(sql, scope, syntax);
    if (syntax->sub_link_type != PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK &&
        syntax->sub_link_type != PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK &&
        syntax->sub_link_type != PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK) {
        (void)sql_fail(sql, syntax->location,
                       syntax->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK
                           ? "ARRAY(SELECT ...) is not supported yet; use array_agg"
                           : "this kind of subquery is not supported");
        return NULL;
    }
    if (!sql_select(sql, scope, scope->level + 1, select->select_stmt, &query))
        return NULL;
    if (syntax->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK)
        return exists(sql, query.plan, syntax->location);
    return quantified(sql, scope, syntax, &query);
}

/* Binding GROUP BY. */
#include "sql/select.h"

#include <stdlib.h>
#include <string.h>

enum { GROUPS_MAX = 64 };

static bool is_aggregate(const struct sql_expr *expr)
{
    return expr->kind == SQL_AGGREGATE;
}

static bool is_window(const struct sql_expr *expr)
{
    return expr->kind == SQL_WINDOW;
}

/* GROUP BY name: a column of FROM if there is one, else one of the select list. */
static struct sql_expr *group_expr(struct sql *sql, struct sql_select *select,
                                   const PgQuery__Node *node)
{
    const struct sql_query *query = select->query;
    const PgQuery__ColumnRef *ref =
        node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? node->column_ref : NULL;
    const PgQuery__AConst *number =
        node->node_case == PG_QUERY__NODE__NODE_A_CONST ? node->a_const : NULL;
    struct sql_expr *found = NULL;

    if (number && number->val_case == PG_QUERY__A__CONST__VAL_IVAL) {
        int32_t place = number->ival->ival;

        if (place >= 1 && (size_t)place <= query->count && query->outputs[place - 1].expr)
            return query->outputs[place - 1].expr;
        (void)sql_fail(sql, number->location, "GROUP BY %d: there are %zu columns", (int)place,
                       query->count);
        return NULL;
    }
    if (ref && ref->n_fields == 1) {
        const char *name = sql_string(ref->fields[0]);

        if (sql_declares(select->scope, name))
            return sql_expr(sql, select->scope, node);
        for (size_t i = 0; i < query->count; i++)
            if (query->outputs[i].name && strcmp(query->outputs[i].name, name) == 0)
                found = query->outputs[i].expr;
    }
    return found ? found : sql_expr(sql, select->scope, node);
}

bool sql_group_add(struct sql *sql, struct sql_select *select, struct sql_expr *expr)
{
    for (size_t i = 0; i < select->group_count; i++)
        if (sql_same(select->groups[i], expr))
            return true;
    if (sql_any(expr, is_aggregate) || sql_any(expr, is_window))
        return sql_fail(sql, expr->location, "%s in GROUP BY",
                        sql_any(expr, is_aggregate) ? "an aggregate" : "a window function");
    if (select->group_count == GROUPS_MAX)
        return sql_fail(sql, expr->location, "GROUP BY of more than %d values", GROUPS_MAX);
    select->groups = sql_grow(sql, select->groups, select->group_count, &select->group_max,
                              sizeof(struct sql_expr *));
    select->groups[select->group_count++] = expr;
    return true;
}

/* Grouped by the primary key of a table, all its columns are known. */
static bool add_dependent(struct sql *sql, struct sql_select *select)
{
    size_t count = select->group_count;

    for (size_t i = 0; i < select->scope->count; i++) {
        const struct sql_rel *rel = select->scope->rels[i];
        size_t keys = 0;
        size_t grouped = 0;

        for (size_t j = 0; rel->table && j < rel->count; j++) {
            keys += rel->columns[j]->key;
            for (size_t k = 0; rel->columns[j]->key && k < count; k++)
                grouped += select->groups[k]->column == rel->columns[j];
        }
        for (size_t j = 0; keys && grouped == keys && j < rel->count; j++)
            if (rel->columns[j]->used &&
                !sql_group_add(sql, select, sql_of_column(sql, rel->columns[j], 0)))
                return false;
    }
    return true;
}

bool sql_group_read(struct sql *sql, struct sql_select *select, const PgQuery__Node *node,
                    size_t *place)
{
    struct sql_expr *expr;

    select->scope->no_aggregates = "GROUP BY";
    expr = group_expr(sql, select, node);
    select->scope->no_aggregates = NULL;
    if (!expr || !sql_group_add(sql, select, expr))
        return false;
    for (*place = 0; !sql_same(select->groups[*place], expr);)
        ++*place;
    return true;
}

uint64_t sql_group_bit(const struct sql_select *select, const struct sql_expr *expr)
{
    for (size_t i = 0; i < select->group_count; i++)
        if (sql_same(select->groups[i], expr))
            return UINT64_C(1) << i;
    return 0;
}

/* True if columns are asked for, and `here` if one of them is of this scope's FROM. */
static bool asks(const struct sql_scope *scope, const struct sql_expr *expr, bool *here)
{
    bool any = expr->kind == SQL_COLUMN;

    if (any && expr->column->rel->scope == scope && expr->column != scope->given)
        *here = true;
    for (size_t i = 0; i < expr->count; i++)
        any = asks(scope, expr->args[i], here) || any;
    if (expr->filter)
        any = asks(scope, expr->filter, here) || any;
    return any;
}

bool sql_check_aggregates(struct sql *sql, const struct sql_select *select)
{
    const struct sql_scope *scope = select->scope;

    for (size_t i = 0; i < scope->aggregate_count; i++) {
        bool here = false;

        if (asks(scope, scope->aggregates[i], &here) && !here)
            return sql_fail(sql, scope->aggregates[i]->location,
                            "an aggregate of columns of the query around only is one of that "
                            "query; compute it there");
    }
    return true;
}

bool sql_bind_groups(struct sql *sql, struct sql_select *select)
{
    const PgQuery__SelectStmt *syntax = select->syntax;

    if (!sql_bind_sets(sql, select))
        return false;
    select->grouped = syntax->n_group_clause || syntax->having_clause ||
                      select->scope->aggregate_count || select->scope->grouping_count;
    for (size_t i = 0; select->grouped && i < select->query->count; i++)
        if (select->query->outputs[i].all)
            return sql_fail(sql, select->query->outputs[i].all->location,
                            "\"*\" with aggregates or GROUP BY: name the columns");
    return select->set_count > 1 || add_dependent(sql, select);
}

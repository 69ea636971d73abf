/*
 * Subqueries as values. Never run for each row: what a subquery asks of the query around it, by
 * equalities in its WHERE, becomes the key of a left join. Below the join it is computed for all
 * keys at once: aggregates in groups by them, LIMIT in partitions by them.
 *
 * Where a group would have been empty there is no row to join; then the value is that of the
 * aggregates over nothing.
 */
#include "sql/apply.h"
#include "sql/from.h"
#include "sql/select.h"

#include <stdlib.h>
#include <string.h>

/* True if the expression asks for columns, and only for ones of this scope. */
static bool asks_only(const struct sql_expr *expr, const struct sql_scope *scope, bool *any)
{
    if (expr->kind == SQL_EXISTS || expr->kind == SQL_AGGREGATE)
        return false;
    if (expr->kind == SQL_COLUMN) {
        *any = true;
        return expr->column->rel->scope == scope;
    }
    for (size_t i = 0; i < expr->count; i++)
        if (!asks_only(expr->args[i], scope, any))
            return false;
    return true;
}

static bool is_of(const struct sql_expr *expr, const struct sql_scope *scope)
{
    bool any = false;

    return asks_only(expr, scope, &any) && any;
}

/* inner = outer: 1, outer = inner: 2, else 0. */
static int correlates(const struct sql_expr *expr, const struct sql_scope *inner,
                      const struct sql_scope *outer)
{
    if (!sql_is_call(expr, "eq"))
        return 0;
    if (is_of(expr->args[0], inner) && is_of(expr->args[1], outer))
        return 1;
    return is_of(expr->args[1], inner) && is_of(expr->args[0], outer) ? 2 : 0;
}

void sql_take_keys(struct sql *sql, struct sql_select *select)
{
    struct sql_query *query = select->query;
    struct sql_expr **list = NULL;
    size_t count = 0;
    size_t max = 0;
    size_t kept = 0;

    if (!query->scalar || !select->where)
        return;
    sql_conjuncts(sql, select->where, &list, &count, &max);
    query->keys = ARENA_ARRAY(&sql->arena, struct sql_key, count);
    for (size_t i = 0; i < count; i++) {
        int side = correlates(list[i], select->scope, query->scalar);

        if (side == 0)
            list[kept++] = list[i];
        else
            query->keys[query->key_count++] = (struct sql_key){list[i]->args[side == 1 ? 0 : 1],
                                                               list[i]->args[side == 1 ? 1 : 0]};
    }
    select->where =
        kept ? sql_call_list(sql, SQL_BOOLEAN, "and", select->where->location, list, kept) : NULL;
}

/* What an expression is over no rows: count is 0, other aggregates are null. */
static struct sql_expr *over_nothing(struct sql *sql, struct sql_expr *expr)
{
    struct sql_expr *copy;

    if (expr->kind == SQL_AGGREGATE)
        return strcmp(expr->text, "count") == 0 ? sql_const(sql, SQL_INTEGER, "0", expr->location)
                                                : sql_const(sql, SQL_NULL, "null", expr->location);
    copy = ARENA_NEW(&sql->arena, struct sql_expr);
    *copy = *expr;
    copy->args = ARENA_ARRAY(&sql->arena, struct sql_expr *, expr->count);
    for (size_t i = 0; i < expr->count; i++)
        copy->args[i] = over_nothing(sql, expr->args[i]);
    return copy;
}

static bool is_column(const struct sql_expr *expr)
{
    return expr->kind == SQL_COLUMN;
}

static bool is_asked(const struct sql_expr *expr, const struct sql_rel *rel)
{
    if (expr->kind == SQL_COLUMN && expr->column->rel == rel)
        return true;
    for (size_t i = 0; i < expr->count; i++)
        if (is_asked(expr->args[i], rel))
            return true;
    return false;
}

/* column = something that is the same for all rows of the table. */
static bool is_fixed(const struct sql_expr *condition, const struct sql_column *column)
{
    if (!sql_is_call(condition, "eq"))
        return false;
    for (int side = 0; side < 2; side++)
        if (condition->args[side]->column == column &&
            !is_asked(condition->args[!side], column->rel))
            return true;
    return false;
}

bool sql_covers_key(struct sql *sql, const struct sql_select *select)
{
    const struct sql_item *from = select->from;
    const struct sql_item *last = from->items[from->count - 1];
    struct sql_expr **list = NULL;
    size_t count = 0;
    size_t max = 0;
    size_t keys = 0;

    if (from->count != 1 + (select->scope->apply != NULL) || last->kind != ITEM_REL ||
        !last->rel->table)
        return false;
    sql_conjuncts(sql, select->where, &list, &count, &max);
    for (size_t i = 0; i < last->rel->count; i++) {
        const struct sql_column *column = last->rel->columns[i];
        bool fixed = false;

        keys += column->key;
        for (size_t j = 0; column->key && j < count; j++)
            fixed = fixed || is_fixed(list[j], column);
        if (column->key && !fixed)
            return false;
    }
    return keys;
}

/* It is compiled again, by arrays (apply.c). */
static bool try_arrays(struct sql *sql, int location)
{
    sql->retry = true;
    return sql_fail(sql, location, "this subquery as a value is not supported");
}

bool sql_check_scalar(struct sql *sql, struct sql_select *select)
{
    const PgQuery__SelectStmt *syntax = select->syntax;
    struct sql_query *query = select->query;
    const PgQuery__AConst *limit =
        syntax->limit_count && syntax->limit_count->node_case == PG_QUERY__NODE__NODE_A_CONST
            ? syntax->limit_count->a_const
            : NULL;
    bool limited =
        limit && limit->val_case == PG_QUERY__A__CONST__VAL_IVAL && limit->ival->ival <= 1;
    bool global = select->grouped && !syntax->n_group_clause;

    if (!query->scalar)
        return true;
    if (query->count != 1 || query->open)
        return sql_fail(sql, query->location, "a subquery as a value must have one column");
    if (query->key_count && (syntax->n_distinct_clause || syntax->n_group_clause || select->having))
        return try_arrays(sql, query->location);
    if (!query->one_row && !global && !limited)
        return sql_fail(sql, query->location,
                        "a subquery as a value may find more than one row; use an aggregate or "
                        "LIMIT 1");
    if (global && query->key_count)
        query->otherwise = over_nothing(sql, query->outputs[0].expr);
    if (query->otherwise && sql_any(query->otherwise, is_column))
        return try_arrays(sql, query->location);
    for (size_t i = 0; i < query->key_count; i++) {
        if (global)
            sql_group_add(sql, select, query->keys[i].inner);
        sql_output_add(sql, query, sql_text(sql, "key_%zu", i + 1), query->keys[i].inner);
    }
    return true;
}

/* Where the query around is asked in any other way there is a mark left. */
static bool has_marks(struct sql *sql, const struct sql_scope *scope, const char *plan)
{
    for (const char *at = plan; *at; at++) {
        at += strcspn(at, "\1");
        if (!*at)
            return false;
        if (sql->columns[strtoul(at + 1, NULL, 10)]->rel->scope == scope)
            return true;
    }
    return false;
}

/* By keys: what the subquery asks of the query around are equalities, and these alone. */
static struct sql_expr *by_keys(struct sql *sql, struct sql_scope *scope,
                                const PgQuery__SubLink *syntax)
{
    struct sql_query query = {.scalar = scope, .location = syntax->location};
    struct sql_scalar *scalar;
    struct sql_column **columns;
    struct sql_expr *value;

    if (!sql_select(sql, scope, scope->level, syntax->subselect->select_stmt, &query))
        return NULL;
    if (query.count != 1 + query.key_count || query.open) {
        (void)sql_fail(sql, syntax->location, "a subquery as a value must have one column");
        return NULL;
    }
    if (has_marks(sql, scope, query.plan)) {
        (void)try_arrays(sql, syntax->location);
        return NULL;
    }
    if (!query.one_row && !query.key_count) {
        (void)sql_fail(sql, syntax->location,
                       "a subquery as a value may find more than one row; use an aggregate or "
                       "LIMIT 1");
        return NULL;
    }
    scalar = sql_attach(sql, scope, &query, query.key_count, syntax->location);
    if (!scalar)
        return NULL;
    columns = scalar->rel->columns;
    value = sql_of_column(sql, columns[0], syntax->location);
    for (size_t i = 0; i < query.key_count; i++)
        scalar->keys[scalar->key_count++] = (struct sql_key){
            sql_of_column(sql, columns[1 + i], syntax->location), query.keys[i].outer};
    if (!query.otherwise || strcmp(sql_emitted(sql, scope, query.otherwise), "null") == 0)
        return value;
    return sql_call(
        sql, value->type, "case", syntax->location, 3,
        sql_call(sql, SQL_BOOLEAN, "is_null", syntax->location, 1, scalar->keys[0].inner),
        query.otherwise, value);
}

static struct sql_expr *by_arrays(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__SubLink *syntax)
{
    struct sql_query query = {.location = syntax->location};
    struct sql_scalar *scalar;

    if (!sql_subquery(sql, scope, syntax->subselect->select_stmt, false, &query))
        return NULL;
    if (query.open || query.count != 1 + (size_t)(query.apply != NULL)) {
        (void)sql_fail(sql, syntax->location, "a subquery as a value must have one column");
        return NULL;
    }
    if (!query.one_row) {
        (void)sql_fail(sql, syntax->location,
                       "a subquery as a value may find more than one row; use an aggregate or "
                       "LIMIT 1");
        return NULL;
    }
    scalar = sql_attach(sql, scope, &query, 0, syntax->location);
    return scalar ? sql_of_column(sql, scalar->rel->columns[0], syntax->location) : NULL;
}

struct sql_expr *sql_scalar(struct sql *sql, struct sql_scope *scope,
                            const PgQuery__SubLink *syntax)
{
    struct sql_expr *value = sql_by_arrays(sql, syntax) ? NULL : by_keys(sql, scope, syntax);

    if (value || (sql->err->status != OK && !sql->retry))
        return value;
    if (sql->retry)
        sql_set_by_arrays(sql, syntax);
    sql->retry = false;
    sql->err->status = OK;
    return by_arrays(sql, scope, syntax);
}

static struct sql_expr *key_condition(struct sql *sql, const struct sql_key *key)
{
    return sql_call(sql, SQL_BOOLEAN, "eq", key->outer->location, 2, key->outer, key->inner);
}

struct sql_item *sql_with_scalar(struct sql *sql, struct sql_item *from, struct sql_scalar *scalar)
{
    struct sql_item *join = ARENA_NEW(&sql->arena, struct sql_item);

    join->kind = ITEM_OUTER;
    join->join = "left";
    join->items = ARENA_ARRAY(&sql->arena, struct sql_item *, 2);
    join->items[0] = from;
    join->items[1] = ARENA_NEW(&sql->arena, struct sql_item);
    join->items[1]->rel = scalar->rel;
    join->items[1]->rels = scalar->rel->bit;
    join->count = 2;
    join->rels = from->rels | scalar->rel->bit;
    for (size_t i = 0; i < scalar->key_count; i++)
        sql_conjuncts(sql, key_condition(sql, &scalar->keys[i]), &join->on, &join->on_count,
                      &join->on_max);
    return join;
}

struct sql_item *sql_with_scalars(struct sql *sql, struct sql_scope *scope, struct sql_item *from,
                                  bool grouped)
{
    from->dependents = scope->scalars;
    from->early_only = grouped;
    for (struct sql_scalar *scalar = scope->scalars; scalar; scalar = scalar->next)
        if (!grouped || scalar->early)
            from = sql_with_scalar(sql, from, scalar);
    return from;
}

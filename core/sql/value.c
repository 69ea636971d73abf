/*
 * EXISTS, IN, ANY and ALL of a subquery where a value is asked for and not a condition: in the
 * select list, in CASE, in ON of an outer join; and ARRAY(SELECT ...). Each is a relation that is
 * joined to the rows around (apply.c); the value is whether there is a row of it.
 */
#include "sql/bind.h"

#include "sql/apply.h"

#include <string.h>

static struct sql_expr *is_not_null(struct sql *sql, struct sql_column *column, int location)
{
    return sql_call(
        sql, SQL_BOOLEAN, "not", location, 1,
        sql_call(sql, SQL_BOOLEAN, "is_null", location, 1, sql_of_column(sql, column, location)));
}

/* Whether the query has a row. */
static struct sql_expr *has_row(struct sql *sql, struct sql_scope *scope,
                                const struct sql_query *query, const char *plan, int location)
{
    struct sql_query found = {.apply = query->apply};
    const char *name = query->apply ? SQL_GIVEN : "e";
    struct sql_scalar *scalar;

    sql_output_add(sql, &found, name, sql_const(sql, SQL_ARRAY, "true", location));
    found.plan = sql_text(sql,
                          "{\"op\":\"distinct\",\"input\":{\"op\":\"project\",\"projections\":["
                          "{\"type\":\"expr\",\"alias\":\"%s\",\"expr\":%s}],\"input\":%s}}",
                          name, query->apply ? "{\"field\":\"" SQL_GIVEN "\"}" : "true", plan);
    scalar = sql_attach(sql, scope, &found, 0, location);
    return scalar ? is_not_null(sql, scalar->rel->columns[0], location) : NULL;
}

struct sql_expr *sql_exists_value(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__SubLink *syntax)
{
    struct sql_query query = {.location = syntax->location};

    return sql_subquery(sql, scope, syntax->subselect->select_stmt, false, &query)
               ? has_row(sql, scope, &query, query.plan, syntax->location)
               : NULL;
}

/* x op ANY (SELECT ...) */
struct quantified {
    struct sql *sql;
    struct sql_scope *scope;
    const char *op;
    int location;
    struct sql_row left;  /* over the query around */
    struct sql_scope *at; /* the rows of the subquery, */
    struct sql_row right; /* and its columns in them */
    struct sql_query query;
};

static const char *rows_where(struct quantified *q, struct sql_expr *condition)
{
    return condition ? sql_filter(q->sql, q->at, q->query.plan, &condition, 1) : NULL;
}

static struct sql_expr *has_row_where(struct quantified *q, struct sql_expr *condition)
{
    const char *plan = rows_where(q, condition);

    return plan ? has_row(q->sql, q->scope, &q->query, plan, q->location) : NULL;
}

static bool compile(struct quantified *q, const PgQuery__SubLink *syntax, bool forced)
{
    struct sql *sql = q->sql;
    struct sql_rel *rel;

    q->query.location = q->location;
    if (!sql_subquery(sql, q->scope, syntax->subselect->select_stmt, forced, &q->query))
        return false;
    if (q->query.open || q->query.count != q->left.count + (q->query.apply != NULL))
        return sql_fail(sql, q->location,
                        "the subquery must have %zu column%s, as many as the left", q->left.count,
                        q->left.count == 1 ? "" : "s");
    q->at = ARENA_NEW(&sql->arena, struct sql_scope);
    q->at->parent = q->scope;
    q->at->level = q->scope->level;
    q->at->apply = q->query.apply;
    rel = sql_rel_add(sql, q->at, NULL, q->location);
    q->right.count = q->left.count;
    q->right.items = ARENA_ARRAY(&sql->arena, struct sql_expr *, q->left.count);
    for (size_t i = 0; i < q->query.count; i++) {
        struct sql_column *column =
            sql_column_add(sql, rel, q->query.outputs[i].name, q->query.outputs[i].type);

        if (i < q->left.count)
            q->right.items[i] = sql_of_column(sql, column, q->location);
        else
            q->at->given = column;
    }
    return true;
}

/* = : a look-up by the values; each combination of them stands once. */
static struct sql_expr *find_equal(struct quantified *q)
{
    struct sql *sql = q->sql;
    struct sql_query found = {.apply = q->query.apply};
    struct sql_expr *outer[16];
    struct sql_scalar *scalar;
    struct buf buf = BUF_INIT;

    if (q->left.count > sizeof(outer) / sizeof(outer[0])) {
        (void)sql_fail(sql, q->location, "a row of more than 16 columns");
        return NULL;
    }
    for (size_t i = 0; i < q->left.count; i++) {
        struct sql_expr *equal =
            sql_compare(sql, "=", q->left.items[i], q->right.items[i], q->location);
        const char *name = sql_text(sql, "k%zu", i);

        if (!equal) {
            buf_release(&buf);
            return NULL;
        }
        outer[i] = equal->args[0];
        sql_output_add(sql, &found, name, equal->args[1]);
        buf_add_format(&buf, "%s{\"type\":\"expr\",\"alias\":\"%s\",\"expr\":%s}", i ? "," : "",
                       name, sql_emitted(sql, q->at, equal->args[1]));
    }
    if (q->query.apply) {
        sql_output_add(sql, &found, SQL_GIVEN, sql_const(sql, SQL_ARRAY, "null", q->location));
        buf_add_string(&buf, ",{\"type\":\"field\",\"field\":\"" SQL_GIVEN "\"}");
    }
    found.plan = sql_text(sql,
                          "{\"op\":\"distinct\",\"input\":{\"op\":\"project\",\"projections\":[%s],"
                          "\"input\":%s}}",
                          sql_take(sql, &buf), q->query.plan);
    scalar = sql_attach(sql, q->scope, &found, q->left.count, q->location);
    if (!scalar)
        return NULL;
    for (size_t i = 0; i < q->left.count; i++)
        scalar->keys[scalar->key_count++] =
            (struct sql_key){sql_of_column(sql, scalar->rel->columns[i], q->location), outer[i]};
    return is_not_null(sql, scalar->rel->columns[0], q->location);
}

/* x = ANY (...) with one x: unknown where x is null and there is a row, or a null among the rows.
 */
static struct sql_expr *any_equal(struct quantified *q)
{
    struct sql *sql = q->sql;
    struct sql_expr *match = find_equal(q);
    struct sql_expr *null = sql_call(sql, SQL_BOOLEAN, "is_null", q->location, 1, q->left.items[0]);
    struct sql_expr *nulls = match ? has_row_where(q, sql_call(sql, SQL_BOOLEAN, "is_null",
                                                               q->location, 1, q->right.items[0]))
                                   : NULL;
    struct sql_expr *rows =
        nulls ? has_row(sql, q->scope, &q->query, q->query.plan, q->location) : NULL;

    if (!rows)
        return NULL;
    return sql_call(sql, SQL_BOOLEAN, "case", q->location, 5, match,
                    sql_const(sql, SQL_BOOLEAN, "true", q->location),
                    sql_call(sql, SQL_BOOLEAN, "or", q->location, 2, nulls,
                             sql_call(sql, SQL_BOOLEAN, "and", q->location, 2, null, rows)),
                    sql_const(sql, SQL_BOOLEAN, "null", q->location),
                    sql_const(sql, SQL_BOOLEAN, "false", q->location));
}

/* The left side as the rows of the subquery see it: of what is given to them. */
static struct sql_row inside(struct quantified *q)
{
    struct sql_row row = {ARENA_ARRAY(&q->sql->arena, struct sql_expr *, q->left.count),
                          q->left.count};

    for (size_t i = 0; i < q->left.count; i++)
        row.items[i] = q->left.items[i]->kind == SQL_CONST
                           ? q->left.items[i]
                           : sql_given(q->sql, q->at, q->left.items[i], q->location);
    return row;
}

/* Any comparison: for each value on the left its rows are looked through. */
static struct sql_expr *any_row(struct quantified *q)
{
    struct sql *sql = q->sql;
    struct sql_row left = inside(q);
    struct sql_expr *holds = sql_row_compare(sql, q->op, &left, &q->right, q->location);
    struct sql_expr *match = holds ? has_row_where(q, holds) : NULL;
    struct sql_expr *unknown =
        match ? has_row_where(q, sql_call(sql, SQL_BOOLEAN, "is_null", q->location, 1, holds))
              : NULL;

    if (!unknown)
        return NULL;
    return sql_call(sql, SQL_BOOLEAN, "case", q->location, 5, match,
                    sql_const(sql, SQL_BOOLEAN, "true", q->location), unknown,
                    sql_const(sql, SQL_BOOLEAN, "null", q->location),
                    sql_const(sql, SQL_BOOLEAN, "false", q->location));
}

struct sql_expr *sql_any_value(struct sql *sql, struct sql_scope *scope,
                               const PgQuery__SubLink *syntax, const char *op)
{
    struct quantified q = {.sql = sql, .scope = scope, .op = op, .location = syntax->location};
    bool look_up;

    if (!sql_row(sql, scope, syntax->testexpr, &q.left))
        return NULL;
    look_up = strcmp(op, "=") == 0 && q.left.count == 1;
    if (!compile(&q, syntax, !look_up))
        return NULL;
    return look_up ? any_equal(&q) : any_row(&q);
}

/* ARRAY(SELECT ...): the values in the order of the subquery; none make an empty array. */
struct sql_expr *sql_array_value(struct sql *sql, struct sql_scope *scope,
                                 const PgQuery__SubLink *syntax)
{
    struct sql_query query = {.location = syntax->location, .ordered = true};
    struct sql_query array = {0};
    struct sql_scalar *scalar;
    const char *order = "";

    if (!sql_subquery(sql, scope, syntax->subselect->select_stmt, false, &query))
        return NULL;
    if (query.open || query.visible != 1) {
        (void)sql_fail(sql, syntax->location, "ARRAY(SELECT ...) takes one column");
        return NULL;
    }
    if (query.order)
        order = sql_text(sql, ",%.*s", (int)strlen(query.order) - 1, query.order);
    array.apply = query.apply;
    sql_output_add(sql, &array, "a", sql_const(sql, SQL_ARRAY, "null", syntax->location));
    if (query.apply)
        sql_output_add(sql, &array, SQL_GIVEN, sql_const(sql, SQL_ARRAY, "null", syntax->location));
    array.plan = sql_text(sql,
                          "{\"op\":\"aggregate\",\"group_by\":[%s],\"aggregates\":[{\"func\":"
                          "\"array_agg\",\"field\":[%s],\"alias\":\"a\"%s}],\"input\":%s}",
                          query.apply ? "\"" SQL_GIVEN "\"" : "",
                          sql_quoted(sql, query.outputs[0].name), order, query.plan);
    scalar = sql_attach(sql, scope, &array, 0, syntax->location);
    if (!scalar)
        return NULL;
    return sql_call(sql, SQL_ARRAY, "coalesce", syntax->location, 2,
                    sql_of_column(sql, scalar->rel->columns[0], syntax->location),
                    sql_const(sql, SQL_ARRAY, "[]", syntax->location));
}

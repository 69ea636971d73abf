/* UNION, INTERSECT, EXCEPT, with or without ALL, and VALUES. */
#include "sql/select.h"

#include "sql/apply.h"

#include <string.h>

struct inputs {
    struct sql_query *queries;
    const PgQuery__SelectStmt **syntax;
    size_t count;
    size_t max;
};

static bool is_bare(const PgQuery__SelectStmt *syntax)
{
    return !syntax->with_clause && !syntax->n_sort_clause && !syntax->limit_count &&
           !syntax->limit_offset;
}

/* (a UNION b) UNION c is one operator of three inputs. */
static void collect(struct sql *sql, const PgQuery__SelectStmt *syntax,
                    const PgQuery__SelectStmt *like, struct inputs *inputs)
{
    if (syntax == like || (syntax->op == like->op && syntax->all == like->all && is_bare(syntax))) {
        collect(sql, syntax->larg, like, inputs);
        if (like->op == PG_QUERY__SET_OPERATION__SETOP_UNION) {
            collect(sql, syntax->rarg, like, inputs);
            return;
        }
        syntax = syntax->rarg;
    }
    inputs->syntax = sql_grow(sql, inputs->syntax, inputs->count, &inputs->max,
                              sizeof(const PgQuery__SelectStmt *));
    inputs->syntax[inputs->count++] = syntax;
}

static int place_of(const PgQuery__SelectStmt *syntax)
{
    PgQuery__Node node = {.node_case = PG_QUERY__NODE__NODE_SELECT_STMT};

    /* NOLINTNEXTLINE(performance-no-int-to-ptr): only looked at */
    node.select_stmt = (PgQuery__SelectStmt *)(uintptr_t)syntax;
    return sql_location(&node);
}

/* Column i of all inputs: of one type. */
static bool unify_column(struct sql *sql, const struct inputs *inputs, size_t i, const char *what,
                         enum sql_type *type)
{
    *type = SQL_NULL;
    for (size_t j = 0; j < inputs->count; j++)
        if (!sql_widen(sql, type, inputs->queries[j].outputs[i].type,
                       sql_text(sql, "%s: column %zu", what, i + 1), place_of(inputs->syntax[j])))
            return false;
    return true;
}

/* The conversions are expressions over the query's own columns. */
const char *sql_renamed(struct sql *sql, const struct sql_query *query,
                        const struct sql_query *first, const enum sql_type *types)
{
    struct sql_scope scope = {0};
    struct sql_rel *rel = sql_rel_add(sql, &scope, "", 0);
    struct buf buf = BUF_INIT;
    bool same = true;

    for (size_t i = 0; i < query->count; i++) {
        const struct sql_output *output = &query->outputs[i];
        struct sql_expr *column =
            sql_of_column(sql, sql_column_add(sql, rel, output->name, output->type), 0);
        struct sql_expr *as = output->type == SQL_ANY ? column : sql_as(sql, column, types[i]);

        same = same && as == column && strcmp(output->name, first->outputs[i].name) == 0;
        buf_add_format(&buf, "%s{\"type\":\"%s\",\"%s\":%s,\"alias\":%s}", i ? "," : "",
                       as == column ? "field" : "expr", as == column ? "field" : "expr",
                       as == column ? sql_field(sql, &scope, as) : sql_emitted(sql, &scope, as),
                       sql_quoted(sql, first->outputs[i].name));
    }
    if (!same)
        return sql_text(sql, "{\"op\":\"project\",\"projections\":[%s],\"input\":%s}",
                        sql_take(sql, &buf), query->plan);
    buf_release(&buf);
    return query->plan;
}

static bool bind_inputs(struct sql *sql, struct sql_scope *scope, unsigned level, const char *what,
                        struct inputs *inputs, struct sql_apply *apply)
{
    inputs->queries = ARENA_ARRAY(&sql->arena, struct sql_query, inputs->count);
    for (size_t i = 0; i < inputs->count; i++) {
        struct sql_query *query = &inputs->queries[i];

        query->apply = apply;
        if (!sql_select(sql, scope, level, inputs->syntax[i], query))
            return false;
        if (query->open)
            return sql_fail(
                sql, place_of(inputs->syntax[i]),
                "%s of \"*\": its columns are not known; declare them with CREATE TABLE", what);
        if (query->count != inputs->queries[0].count)
            return sql_fail(sql, place_of(inputs->syntax[i]), "%s of %zu and %zu columns", what,
                            inputs->queries[0].count - (apply != NULL),
                            query->count - (apply != NULL));
    }
    return true;
}

/* ORDER BY and LIMIT behind a set operation, or VALUES. */
static bool finish(struct sql *sql, struct sql_select *select)
{
    const PgQuery__SelectStmt *syntax = select->syntax;

    if (!sql_bind_order(sql, select) || !sql_add_order(sql, select))
        return false;
    if (syntax->n_sort_clause || syntax->limit_count || syntax->limit_offset)
        select->query->plan = sql_ordered(sql, select, select->query->plan);
    return select->query->plan && sql->err->status == OK;
}

/* Each row a project of one that is there; values[column * rows + row]. */
static const char *values_plan(struct sql *sql, const struct sql_scope *scope,
                               struct sql_expr *const *values, size_t rows, size_t width)
{
    const char *one = scope->given ? scope->given->rel->plan : SQL_ONE_ROW;
    struct buf buf = BUF_INIT;

    if (rows > 1)
        buf_add_string(&buf, "{\"op\":\"union\",\"all\":true,\"inputs\":[");
    for (size_t i = 0; i < rows; i++) {
        buf_add_format(&buf, "%s{\"op\":\"project\",\"projections\":[", i ? "," : "");
        for (size_t j = 0; j < width; j++)
            buf_add_format(&buf, "%s{\"type\":\"expr\",\"expr\":%s,\"alias\":\"column%zu\"}",
                           j ? "," : "", sql_emitted(sql, scope, values[j * rows + i]), j + 1);
        if (scope->given)
            buf_add_string(&buf,
                           ",{\"type\":\"field\",\"field\":\"d\",\"alias\":\"" SQL_GIVEN "\"}");
        buf_add_format(&buf, "],\"input\":%s}", one);
    }
    if (rows > 1)
        buf_add_string(&buf, "]}");
    return sql_take(sql, &buf);
}

bool sql_set_operation(struct sql *sql, struct sql_scope *scope, unsigned level,
                       const PgQuery__SelectStmt *syntax, struct sql_query *query)
{
    const char *what = syntax->op == PG_QUERY__SET_OPERATION__SETOP_UNION    ? "UNION"
                       : syntax->op == PG_QUERY__SET_OPERATION__SETOP_EXCEPT ? "EXCEPT"
                                                                             : "INTERSECT";
    struct sql_select select = {.syntax = syntax, .scope = scope, .query = query};
    struct inputs inputs = {0};
    enum sql_type *types;
    struct sql_rel *rel;
    struct buf buf = BUF_INIT;

    collect(sql, syntax, syntax, &inputs);
    if (!bind_inputs(sql, scope, level, what, &inputs, query->apply))
        return false;
    types = ARENA_ARRAY(&sql->arena, enum sql_type, inputs.queries[0].count);
    for (size_t i = 0; i < inputs.queries[0].count; i++)
        if (!unify_column(sql, &inputs, i, what, &types[i]))
            return false;
    for (size_t i = 0; i < inputs.count; i++)
        buf_add_format(&buf, "%s%s", i ? "," : "",
                       sql_renamed(sql, &inputs.queries[i], &inputs.queries[0], types));
    query->plan = sql_text(sql, "{\"op\":\"%s\",\"all\":%s,\"inputs\":[%s]}",
                           *what == 'U'   ? "union"
                           : *what == 'E' ? "except"
                                          : "intersect",
                           syntax->all ? "true" : "false", sql_take(sql, &buf));
    query->bag = syntax->all;
    rel = sql_rel_add(sql, scope, "", 0); /* its columns are what ORDER BY can name */
    for (size_t i = 0; i < inputs.queries[0].count; i++) {
        const char *name = inputs.queries[0].outputs[i].name;

        sql_output_add(sql, query, name,
                       sql_of_column(sql, sql_column_add(sql, rel, name, types[i]), 0));
    }
    return finish(sql, &select);
}

bool sql_values(struct sql *sql, struct sql_scope *scope, const PgQuery__SelectStmt *syntax,
                struct sql_query *query)
{
    struct sql_select select = {.syntax = syntax, .scope = scope, .query = query};
    size_t width = syntax->values_lists[0]->list->n_items;
    size_t rows = syntax->n_values_lists;
    struct sql_expr **values = ARENA_ARRAY(&sql->arena, struct sql_expr *, rows * width);
    struct sql_rel *rel;

    if (query->apply && !sql_given_item(sql, scope))
        return false;
    rel = sql_rel_add(sql, scope, "", 0);
    for (size_t i = 0; i < rows; i++) {
        const PgQuery__List *list = syntax->values_lists[i]->list;

        for (size_t j = 0; j < list->n_items && j < width; j++) {
            values[j * rows + i] = sql_expr(sql, scope, list->items[j]);
            if (!values[j * rows + i])
                return false;
        }
        if (list->n_items != width)
            return sql_fail(sql, sql_location(syntax->values_lists[i]),
                            "VALUES of %zu and %zu columns", width, list->n_items);
    }
    for (size_t j = 0; j < width; j++) {
        const char *name = sql_text(sql, "column%zu", j + 1);
        enum sql_type type;

        if (!sql_unify(sql, &values[j * rows], rows, "VALUES", values[j * rows]->location, &type))
            return false;
        sql_output_add(sql, query, name,
                       sql_of_column(sql, sql_column_add(sql, rel, name, type), 0));
    }
    query->plan = values_plan(sql, scope, values, rows, width);
    query->bag = rows > 1;
    if (query->apply)
        sql_output_add(sql, query, SQL_GIVEN,
                       sql_of_column(sql, sql_column_add(sql, rel, SQL_GIVEN, SQL_ARRAY), 0));
    query->one_row = rows == 1;
    return finish(sql, &select);
}

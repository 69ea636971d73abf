/* UNION, INTERSECT, EXCEPT, with or without ALL. */
#include "sql/select.h"

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

    node.select_stmt = (PgQuery__SelectStmt *)(uintptr_t)syntax;
    return sql_location(&node);
}

/* Column i of all inputs: of one type. */
static bool unify_column(struct sql *sql, const struct inputs *inputs, size_t i, const char *what,
                         enum sql_type *type)
{
    *type = SQL_NULL;
    for (size_t j = 0; j < inputs->count; j++) {
        struct sql_expr *pair[2] = {sql_const(sql, *type, "null", 0),
                                    sql_const(sql, inputs->queries[j].outputs[i].type, "null", 0)};

        if (!sql_unify(sql, pair, 2, sql_text(sql, "%s: column %zu", what, i + 1),
                       place_of(inputs->syntax[j]), type))
            return false;
    }
    return true;
}

/* An input's columns under the names of the first one's. */
static const char *renamed(struct sql *sql, const struct sql_query *query,
                           const struct sql_query *first)
{
    struct buf buf = BUF_INIT;
    bool same = true;

    for (size_t i = 0; i < query->count; i++) {
        same = same && strcmp(query->outputs[i].name, first->outputs[i].name) == 0;
        buf_add_format(&buf, "%s{\"type\":\"field\",\"field\":[%s],\"alias\":%s}", i ? "," : "",
                       sql_quoted(sql, query->outputs[i].name),
                       sql_quoted(sql, first->outputs[i].name));
    }
    if (!same)
        return sql_text(sql, "{\"op\":\"project\",\"projections\":[%s],\"input\":%s}",
                        sql_take(sql, &buf), query->plan);
    buf_release(&buf);
    return query->plan;
}

static bool bind_inputs(struct sql *sql, struct sql_scope *scope, unsigned level, const char *what,
                        struct inputs *inputs)
{
    inputs->queries = ARENA_ARRAY(&sql->arena, struct sql_query, inputs->count);
    for (size_t i = 0; i < inputs->count; i++) {
        struct sql_query *query = &inputs->queries[i];

        if (!sql_select(sql, scope, level, inputs->syntax[i], query))
            return false;
        if (query->open)
            return sql_fail(
                sql, place_of(inputs->syntax[i]),
                "%s of \"*\": its columns are not known; declare them with CREATE TABLE", what);
        if (query->count != inputs->queries[0].count)
            return sql_fail(sql, place_of(inputs->syntax[i]), "%s of %zu and %zu columns", what,
                            inputs->queries[0].count, query->count);
    }
    return true;
}

bool sql_set_operation(struct sql *sql, struct sql_scope *scope, unsigned level,
                       const PgQuery__SelectStmt *syntax, struct sql_query *query)
{
    const char *what = syntax->op == PG_QUERY__SET_OPERATION__SETOP_UNION    ? "UNION"
                       : syntax->op == PG_QUERY__SET_OPERATION__SETOP_EXCEPT ? "EXCEPT"
                                                                             : "INTERSECT";
    struct sql_select select = {.syntax = syntax, .scope = scope, .query = query};
    struct inputs inputs = {0};
    struct sql_rel *rel;
    struct buf buf = BUF_INIT;

    collect(sql, syntax, syntax, &inputs);
    if (!bind_inputs(sql, scope, level, what, &inputs))
        return false;
    for (size_t i = 0; i < inputs.count; i++)
        buf_add_format(&buf, "%s%s", i ? "," : "",
                       renamed(sql, &inputs.queries[i], &inputs.queries[0]));
    query->plan = sql_text(sql, "{\"op\":\"%s\",\"all\":%s,\"inputs\":[%s]}",
                           *what == 'U'   ? "union"
                           : *what == 'E' ? "except"
                                          : "intersect",
                           syntax->all ? "true" : "false", sql_take(sql, &buf));
    rel = sql_rel_add(sql, scope, "", 0); /* its columns are what ORDER BY can name */
    for (size_t i = 0; i < inputs.queries[0].count; i++) {
        const char *name = inputs.queries[0].outputs[i].name;
        enum sql_type type;

        if (!unify_column(sql, &inputs, i, what, &type))
            return false;
        sql_output_add(sql, query, name,
                       sql_of_column(sql, sql_column_add(sql, rel, name, type), 0));
    }
    if (!sql_bind_order(sql, &select))
        return false;
    if (syntax->n_sort_clause || syntax->limit_count || syntax->limit_offset)
        query->plan = sql_ordered(sql, &select, query->plan);
    return query->plan && sql->err->status == OK;
}

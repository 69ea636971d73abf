/*
 * Functions in FROM: a row for each element of an array, or each member of an object. They are
 * LATERAL always: what they ask of the tables before them is given to them as arrays (apply.c), and
 * their rows are joined to those again.
 */
#include "sql/from.h"

#include "base/check.h"
#include "sql/apply.h"

#include <stdlib.h>
#include <string.h>

enum { SERIES_MAX = 10000 };

static const struct {
    const char *name;
    const char *column; /* of its rows; NULL: as the function, or its alias */
    bool text;          /* elements become text */
    bool keys;          /* names of members, */
    bool members;       /* and their values */
} functions[] = {
    {"unnest", NULL, false, false, false},
    {"json_array_elements", "value", false, false, false},
    {"jsonb_array_elements", "value", false, false, false},
    {"json_array_elements_text", "value", true, false, false},
    {"jsonb_array_elements_text", "value", true, false, false},
    {"json_object_keys", NULL, false, true, false},
    {"jsonb_object_keys", NULL, false, true, false},
    {"json_each", "key", false, true, true},
    {"jsonb_each", "key", false, true, true},
    {"json_each_text", "key", true, true, true},
    {"jsonb_each_text", "key", true, true, true},
};

bool sql_is_range_function(const char *name)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (strcmp(functions[i].name, name) == 0)
            return true;
    return strcmp(name, "generate_series") == 0;
}

/* A function while it is bound: its argument is over the rows that are given to it. */
struct range {
    struct sql *sql;
    struct sql_scope *scope; /* of what is given */
    const PgQuery__FuncCall *call;
    size_t which;
    const char *name;
    struct sql_expr *arg;
    bool ordinality;
    int location;
};

static const PgQuery__FuncCall *call_of(const PgQuery__RangeFunction *syntax)
{
    const PgQuery__Node *list = syntax->n_functions == 1 ? syntax->functions[0] : NULL;
    const PgQuery__Node *node =
        list && list->node_case == PG_QUERY__NODE__NODE_LIST && list->list->n_items
            ? list->list->items[0]
            : NULL;

    return node && node->node_case == PG_QUERY__NODE__NODE_FUNC_CALL ? node->func_call : NULL;
}

static bool series_bound(struct range *r, size_t i, long *value)
{
    struct sql_expr *expr = sql_expr(r->sql, r->scope, r->call->args[i]);
    char *end;

    if (!expr)
        return false;
    if (sql_is_call(expr, "neg") && expr->args[0]->kind == SQL_CONST)
        expr = sql_const(r->sql, SQL_INTEGER, sql_text(r->sql, "-%s", expr->args[0]->text),
                         expr->location);
    *value =
        expr->kind == SQL_CONST && expr->type == SQL_INTEGER ? strtol(expr->text, &end, 10) : 0;
    if (expr->kind != SQL_CONST || expr->type != SQL_INTEGER || labs(*value) > 1L << 40)
        return sql_fail(r->sql, expr->location,
                        "generate_series takes integers that are written out");
    return true;
}

/* generate_series(1, 5): its elements, as they are known. */
static bool series(struct range *r)
{
    long bounds[3] = {0, 0, 1};
    struct buf buf = BUF_INIT;

    if (r->call->n_args < 2 || r->call->n_args > 3)
        return sql_fail(r->sql, r->location, "generate_series takes two or three numbers");
    for (size_t i = 0; i < r->call->n_args; i++)
        if (!series_bound(r, i, &bounds[i]))
            return false;
    if (bounds[2] == 0)
        return sql_fail(r->sql, r->location, "generate_series by steps of 0");
    if ((bounds[1] - bounds[0]) / bounds[2] >= SERIES_MAX)
        return sql_fail(r->sql, r->location, "generate_series of more than %d numbers", SERIES_MAX);
    buf_add_byte(&buf, '[');
    for (long n = bounds[0]; bounds[2] > 0 ? n <= bounds[1] : n >= bounds[1]; n += bounds[2])
        buf_add_format(&buf, "%s%ld", buf.size > 1 ? "," : "", n);
    buf_add_byte(&buf, ']');
    r->arg = sql_const(r->sql, SQL_INTEGER, sql_take(r->sql, &buf), r->location);
    return true;
}

static bool read_call(struct range *r)
{
    size_t count = sizeof(functions) / sizeof(functions[0]);

    r->name = sql_string(r->call->funcname[r->call->n_funcname - 1]);
    if (strcmp(r->name, "generate_series") == 0)
        return series(r);
    while (r->which < count && strcmp(functions[r->which].name, r->name) != 0)
        r->which++;
    if (r->which == count)
        return sql_fail(r->sql, r->location,
                        "function %s in FROM is not supported; there are unnest, "
                        "jsonb_array_elements, jsonb_object_keys, jsonb_each, generate_series",
                        quote(r->name, strlen(r->name)).text);
    if (r->call->n_args != 1)
        return sql_fail(r->sql, r->location, "function %s takes 1 argument, not %zu in FROM",
                        quote(r->name, strlen(r->name)).text, r->call->n_args);
    r->arg = sql_expr(r->sql, r->scope, r->call->args[0]);
    if (!r->arg)
        return false;
    if (r->arg->type != SQL_ANY && r->arg->type != SQL_JSON && r->arg->type != SQL_ARRAY &&
        r->arg->type != SQL_NULL)
        return sql_fail(r->sql, r->arg->location, "function %s does not take %s",
                        quote(r->name, strlen(r->name)).text, sql_type_name(r->arg->type));
    return true;
}

static const char *cast_to_text(struct sql *sql, const char *operand, bool text)
{
    return text ? sql_text(sql, "{\"call\":\"cast\",\"args\":[%s,\"text\"]}", operand) : operand;
}

/* The columns of the rows: element, or key and value; then the place; then what was given. */
static void write_rows(struct range *r, struct sql_query *query, const char *first)
{
    struct sql *sql = r->sql;
    bool known = r->which < sizeof(functions) / sizeof(functions[0]);
    bool series = strcmp(r->name, "generate_series") == 0;
    bool keys = !series && known && functions[r->which].keys;
    bool text = !series && known && functions[r->which].text;
    bool members = keys && functions[r->which].members;
    enum sql_type type = series                       ? SQL_INTEGER
                         : keys || text               ? SQL_TEXT
                         : functions[r->which].column ? SQL_JSON
                                                      : SQL_ANY;
    const char *arg;
    struct buf buf = BUF_INIT;

    SSP_ASSERT(r->arg);
    arg = sql_emitted(sql, r->scope, r->arg);
    sql_output_add(sql, query, first, sql_const(sql, type, "null", r->location));
    buf_add_format(&buf, "{\"type\":\"expr\",\"alias\":%s,\"expr\":%s}", sql_quoted(sql, first),
                   cast_to_text(sql, "{\"field\":\"e\"}", text && !members));
    if (members) {
        sql_output_add(sql, query, "value",
                       sql_const(sql, text ? SQL_TEXT : SQL_JSON, "null", r->location));
        buf_add_format(
            &buf, ",{\"type\":\"expr\",\"alias\":\"value\",\"expr\":%s}",
            cast_to_text(sql,
                         sql_text(sql, "{\"call\":\"get\",\"args\":[%s,{\"field\":\"e\"}]}", arg),
                         text));
    }
    if (r->ordinality) {
        sql_output_add(sql, query, "ordinality", sql_const(sql, SQL_BIGINT, "null", r->location));
        buf_add_string(&buf, ",{\"type\":\"field\",\"field\":\"n\",\"alias\":\"ordinality\"}");
    }
    if (query->apply) {
        sql_output_add(sql, query, SQL_GIVEN, sql_const(sql, SQL_ARRAY, "null", r->location));
        buf_add_string(&buf, ",{\"type\":\"field\",\"field\":\"d\",\"alias\":\"" SQL_GIVEN "\"}");
    }
    if (keys)
        arg = sql_text(sql, "{\"call\":\"keys\",\"args\":[%s]}", arg);
    else if (r->arg->kind == SQL_CONST)
        arg = sql_text(sql, "{\"literal\":%s}", r->arg->text);
    query->plan =
        sql_text(sql,
                 "{\"op\":\"project\",\"projections\":[%s],\"input\":{\"op\":\"unnest\","
                 "\"field\":%s,\"alias\":\"e\",\"ordinality\":\"n\",\"input\":%s}}",
                 sql_take(sql, &buf), arg, query->apply ? r->scope->given->rel->plan : SQL_ONE_ROW);
}

struct sql_item *sql_bind_range_function(struct sql *sql, struct sql_scope *scope,
                                         const PgQuery__Node *node)
{
    const PgQuery__RangeFunction *syntax = node->range_function;
    const PgQuery__Alias *alias = syntax->alias;
    struct range r = {.sql = sql, .call = call_of(syntax), .ordinality = syntax->ordinality};
    struct sql_query query = {0};
    struct sql_item *item;
    const char *first;

    if (!r.call || syntax->is_rowsfrom || syntax->n_coldeflist) {
        (void)sql_fail(sql, sql_location(node),
                       "ROWS FROM and lists of column definitions are not supported");
        return NULL;
    }
    r.location = r.call->location;
    r.scope = ARENA_NEW(&sql->arena, struct sql_scope);
    r.scope->parent = scope;
    r.scope->level = scope->level;
    r.scope->apply = sql_apply_new(sql);
    if (!sql_given_item(sql, r.scope) || !read_call(&r))
        return NULL;
    if (r.scope->apply->count)
        query.apply = r.scope->apply;
    first = r.which < sizeof(functions) / sizeof(functions[0]) ? functions[r.which].column : NULL;
    if (strcmp(r.name, "generate_series") == 0)
        first = NULL;
    write_rows(&r, &query, first ? first : alias ? alias->aliasname : r.name);
    item = sql_item_of_query(sql, scope, r.name, alias, &query, r.location);
    if (item)
        item->rel->is_value = item->star_count == 1;
    return item;
}

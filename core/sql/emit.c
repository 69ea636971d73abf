/* Writing expressions and predicates in the plan language. */
#include "sql/bind.h"

#include <stdlib.h>
#include <string.h>

/* A column of a query around: replaced when that query's plan is written. JSON has no such byte. */
enum { MARK_BEGIN = '\1', MARK_END = '\2' };

static bool is_plain(const char *name)
{
    return *name && !strchr(name, '.');
}

static void write_path(struct sql *sql, struct buf *buf, const struct sql_column *column)
{
    const char *name = sql_quoted(sql, column->field);

    if (*column->rel->prefix)
        buf_add_format(buf, "[%s,%s]", column->rel->prefix, name);
    else if (is_plain(column->field))
        buf_add_string(buf, name);
    else
        buf_add_format(buf, "[%s]", name);
}

static bool is_here(const struct sql_scope *scope, const struct sql_expr *expr)
{
    return expr->kind == SQL_COLUMN && expr->column->rel->scope == scope;
}

/* {"$param":"parent.a.b"}: the path is text there, its steps without quotes. */
static void write_outer(struct sql *sql, struct buf *buf, const struct sql_column *column,
                        unsigned levels)
{
    const char *at = column->rel->prefix;

    (void)sql;
    buf_add_string(buf, "{\"$param\":\"");
    for (unsigned i = 0; i < levels; i++)
        buf_add_string(buf, "parent.");
    for (; *at; at++)
        if (*at != '"')
            buf_add_byte(buf, (char)(*at == ',' ? '.' : *at));
    if (*column->rel->prefix)
        buf_add_byte(buf, '.');
    buf_add(buf, sql_quoted(sql, column->field) + 1, strlen(sql_quoted(sql, column->field)) - 2);
    buf_add_string(buf, "\"}");
}

uint64_t sql_rels(struct sql *sql, const struct sql_scope *scope, const struct sql_expr *expr)
{
    uint64_t rels = is_here(scope, expr) ? expr->column->rel->bit : 0;

    for (const char *at = expr->kind == SQL_EXISTS ? expr->text : ""; *at; at++) {
        const struct sql_rel *rel;

        at += strcspn(at, "\1");
        if (!*at)
            break;
        rel = sql->columns[strtoul(at + 1, NULL, 10)]->rel;
        rels |= rel->scope == scope ? rel->bit : 0;
    }
    for (size_t i = 0; i < expr->count; i++)
        rels |= sql_rels(sql, scope, expr->args[i]);
    return rels;
}

/* The plan of a subquery, with the columns of this query in it that it asks for. */
static void write_subplan(struct sql *sql, const struct sql_scope *scope, struct buf *buf,
                          const char *plan)
{
    while (*plan) {
        size_t size = strcspn(plan, "\1");
        unsigned long index;
        unsigned long level;
        char *end;

        buf_add(buf, plan, size);
        plan += size;
        if (!*plan)
            break;
        index = strtoul(plan + 1, &end, 10);
        level = strtoul(end + 1, &end, 10);
        if (sql->columns[index]->rel->scope == scope)
            write_outer(sql, buf, sql->columns[index], (unsigned)level - scope->level);
        else
            buf_add(buf, plan, (size_t)(end + 1 - plan));
        plan = end + 1;
    }
}

void sql_emit(struct sql *sql, const struct sql_scope *scope, struct buf *buf,
              const struct sql_expr *expr)
{
    switch (expr->kind) {
    case SQL_CONST:
        buf_add_string(buf, expr->text);
        return;
    case SQL_COLUMN:
        if (is_here(scope, expr)) {
            buf_add_string(buf, "{\"field\":");
            write_path(sql, buf, expr->column);
            buf_add_byte(buf, '}');
        } else {
            buf_add_format(buf, "%c%zu,%u%c", MARK_BEGIN, expr->column->index, scope->level,
                           MARK_END);
        }
        return;
    case SQL_CALL:
        buf_add_format(buf, "{\"call\":\"%s\",\"args\":[", expr->text);
        for (size_t i = 0; i < expr->count; i++) {
            if (i)
                buf_add_byte(buf, ',');
            sql_emit(sql, scope, buf, expr->args[i]);
        }
        buf_add_string(buf, "]}");
        return;
    case SQL_EXISTS: /* in a predicate it does not get here */
        (void)sql_fail(sql, expr->location,
                       "EXISTS and IN (SELECT ...) stand in conditions, under AND, OR and NOT "
                       "only");
        return;
    case SQL_AGGREGATE: /* is a column by now */
    case SQL_WINDOW:
        break;
    }
}

const char *sql_emitted(struct sql *sql, const struct sql_scope *scope, const struct sql_expr *expr)
{
    struct buf buf = BUF_INIT;

    sql_emit(sql, scope, &buf, expr);
    return sql_take(sql, &buf);
}

const char *sql_field(struct sql *sql, const struct sql_scope *scope, const struct sql_expr *expr)
{
    struct buf buf = BUF_INIT;

    if (is_here(scope, expr))
        write_path(sql, &buf, expr->column);
    else if (expr->kind == SQL_CONST)
        buf_add_format(&buf, "{\"value\":%s}", expr->text);
    else
        sql_emit(sql, scope, &buf, expr);
    return sql_take(sql, &buf);
}

static bool is_null_literal(const struct sql_expr *expr)
{
    return expr->kind == SQL_CONST && strcmp(expr->text, "null") == 0;
}

static bool has_null_literal(const struct sql_expr *expr)
{
    for (size_t i = 0; i < expr->count; i++)
        if (is_null_literal(expr->args[i]))
            return true;
    return false;
}

static bool is_exists(const struct sql_expr *expr)
{
    return expr->kind == SQL_EXISTS;
}

/* `loose`: unknown is as good as false here. */
static void write_predicate(struct sql *sql, const struct sql_scope *scope, struct buf *buf,
                            const struct sql_expr *expr, bool loose);

static void write_list(struct sql *sql, const struct sql_scope *scope, struct buf *buf,
                       const struct sql_expr *expr, bool loose)
{
    buf_add_format(buf, "{\"type\":\"%s\",\"predicates\":[", expr->text);
    for (size_t i = 0; i < expr->count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        write_predicate(sql, scope, buf, expr->args[i], loose);
    }
    buf_add_string(buf, "]}");
}

/* A comparison whose left side is a constant is turned round. */
static const char *turned(const char *name)
{
    static const char *const pairs[][2] = {
        {"gt", "lt"}, {"gte", "lte"}, {"lt", "gt"}, {"lte", "gte"}};

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (strcmp(name, pairs[i][0]) == 0)
            return pairs[i][1];
    return name;
}

static bool write_comparison(struct sql *sql, const struct sql_scope *scope, struct buf *buf,
                             const struct sql_expr *expr)
{
    static const char *const names[] = {"eq", "neq", "gt", "gte", "lt", "lte"};
    bool turn;

    if (expr->kind != SQL_CALL || expr->count != 2 || has_null_literal(expr))
        return false;
    turn = expr->args[0]->kind == SQL_CONST;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i], expr->text) == 0) {
            buf_add_format(buf, "{\"type\":\"%s\",\"field\":%s,\"value\":",
                           turn ? turned(expr->text) : expr->text,
                           sql_field(sql, scope, expr->args[turn]));
            sql_emit(sql, scope, buf, expr->args[!turn]);
            buf_add_byte(buf, '}');
            return true;
        }
    return false;
}

/* in, between, like: what stands alone in the plan language, by its own members. */
static bool write_test(struct sql *sql, const struct sql_scope *scope, struct buf *buf,
                       const struct sql_expr *expr)
{
    const char *field = expr->count ? sql_field(sql, scope, expr->args[0]) : "";

    if (has_null_literal(expr))
        return false;
    if (sql_is_call(expr, "is_null")) {
        buf_add_format(buf, "{\"type\":\"is_null\",\"field\":%s}", field);
        return true;
    }
    if (sql_is_call(expr, "in")) {
        buf_add_format(buf, "{\"type\":\"in\",\"field\":%s,\"values\":[", field);
        for (size_t i = 1; i < expr->count; i++) {
            if (i > 1)
                buf_add_byte(buf, ',');
            sql_emit(sql, scope, buf, expr->args[i]);
        }
        buf_add_string(buf, "]}");
        return true;
    }
    if (sql_is_call(expr, "between")) {
        buf_add_format(buf, "{\"type\":\"between\",\"field\":%s,\"low\":", field);
        sql_emit(sql, scope, buf, expr->args[1]);
        buf_add_string(buf, ",\"high\":");
        sql_emit(sql, scope, buf, expr->args[2]);
        buf_add_byte(buf, '}');
        return true;
    }
    if (sql_is_call(expr, "like") || sql_is_call(expr, "ilike") || sql_is_call(expr, "regex")) {
        buf_add_format(buf, "{\"type\":\"%s\",\"field\":%s,\"pattern\":%s", expr->text, field,
                       expr->args[1]->text);
        if (expr->count == 3)
            buf_add_format(buf, ",\"escape\":%s", expr->args[2]->text);
        buf_add_byte(buf, '}');
        return true;
    }
    return false;
}

/* perhaps(match, null): true if the first holds, else unknown if the second does, else false. */
static void write_perhaps(struct sql *sql, const struct sql_scope *scope, struct buf *buf,
                          const struct sql_expr *expr)
{
    buf_add_string(buf, "{\"type\":\"or\",\"predicates\":[");
    write_predicate(sql, scope, buf, expr->args[0], false);
    buf_add_string(buf, ",{\"type\":\"and\",\"predicates\":[{\"type\":\"eq\",\"field\":{\"call\":"
                        "\"eq\",\"args\":[null,null]},\"value\":true},");
    write_predicate(sql, scope, buf, expr->args[1], false);
    buf_add_string(buf, "]}]}");
}

static void write_predicate(struct sql *sql, const struct sql_scope *scope, struct buf *buf,
                            const struct sql_expr *expr, bool loose)
{
    if (sql_is_call(expr, "and") || sql_is_call(expr, "or")) {
        write_list(sql, scope, buf, expr, loose);
    } else if (sql_is_call(expr, "not")) {
        buf_add_string(buf, "{\"type\":\"not\",\"predicate\":");
        write_predicate(sql, scope, buf, expr->args[0], false);
        buf_add_byte(buf, '}');
    } else if (sql_is_call(expr, "perhaps") && loose) {
        write_predicate(sql, scope, buf, expr->args[0], true);
    } else if (sql_is_call(expr, "perhaps")) {
        write_perhaps(sql, scope, buf, expr);
    } else if (is_exists(expr)) {
        buf_add_string(buf, "{\"type\":\"exists\",\"plan\":");
        write_subplan(sql, scope, buf, expr->text);
        buf_add_byte(buf, '}');
    } else if (!write_comparison(sql, scope, buf, expr) && !write_test(sql, scope, buf, expr)) {
        buf_add_format(buf, "{\"type\":\"eq\",\"field\":%s,\"value\":true}",
                       sql_field(sql, scope, expr));
    }
}

const char *sql_predicate(struct sql *sql, const struct sql_scope *scope,
                          const struct sql_expr *expr)
{
    struct buf buf = BUF_INIT;
    const char *text;

    write_predicate(sql, scope, &buf, expr, true);
    text = sql_take(sql, &buf);
    return sql->err->status == OK ? text : NULL;
}

const char *sql_filter(struct sql *sql, const struct sql_scope *scope, const char *plan,
                       struct sql_expr **conditions, size_t count)
{
    struct sql_expr *all;
    const char *predicate;

    if (!plan || count == 0)
        return plan;
    all = count == 1
              ? conditions[0]
              : sql_call_list(sql, SQL_BOOLEAN, "and", conditions[0]->location, conditions, count);
    predicate = sql_predicate(sql, scope, all);
    return predicate
               ? sql_text(sql, "{\"op\":\"filter\",\"predicate\":%s,\"input\":%s}", predicate, plan)
               : NULL;
}

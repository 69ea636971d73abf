/*
 * Writing window functions, which are computed when all else is: over FROM, WHERE, GROUP BY and
 * HAVING, below DISTINCT and LIMIT. Those that go by the same PARTITION BY and ORDER BY are one
 * operator; in its rows each is a column.
 */
#include "sql/select.h"

#include <string.h>

/* What two windows have in common is one operator. */
static bool same_place(const struct sql_over *a, const struct sql_over *b)
{
    if (a->partition_count != b->partition_count || a->order_count != b->order_count)
        return false;
    for (size_t i = 0; i < a->partition_count; i++)
        if (!sql_same(a->partition[i], b->partition[i]))
            return false;
    for (size_t i = 0; i < a->order_count; i++)
        if (!sql_same_sort(&a->order[i], &b->order[i]))
            return false;
    return true;
}

bool sql_same_over(const struct sql_over *a, const struct sql_over *b)
{
    if (!a || !b)
        return a == b;
    return same_place(a, b) && !a->frame == !b->frame &&
           (!a->frame || strcmp(a->frame, b->frame) == 0);
}

/* The calls of a query, each once, and the columns that they are. */
struct calls {
    struct sql *sql;
    struct sql_select *select;
    struct sql_rel *rel;
    struct sql_expr **items;
    struct sql_column **columns;
    bool *written;
    size_t count;
    size_t max;
    size_t column_max;
};

static struct sql_expr *take(struct calls *calls, struct sql_expr *expr)
{
    struct sql *sql = calls->sql;
    struct sql_expr *copy;
    size_t i = 0;

    if (expr->kind == SQL_WINDOW) {
        while (i < calls->count && !sql_same(calls->items[i], expr))
            i++;
        if (i == calls->count) {
            calls->items = sql_grow(sql, calls->items, i, &calls->max, sizeof(struct sql_expr *));
            calls->columns =
                sql_grow(sql, calls->columns, i, &calls->column_max, sizeof(struct sql_column *));
            calls->items[i] = expr;
            calls->columns[i] =
                sql_column_add(sql, calls->rel, sql_text(sql, "w+%zu", i + 1), expr->type);
            calls->count++;
        }
        return sql_of_column(sql, calls->columns[i], expr->location);
    }
    if (expr->count == 0)
        return expr;
    copy = ARENA_NEW(&sql->arena, struct sql_expr);
    *copy = *expr;
    copy->args = ARENA_ARRAY(&sql->arena, struct sql_expr *, expr->count);
    for (i = 0; i < expr->count; i++)
        copy->args[i] = take(calls, expr->args[i]);
    return copy;
}

/* Rows that are equal in all stand as one with a weight, which has one value of a window. */
static bool check_weights(struct sql *sql, const struct sql_select *select,
                          const struct sql_expr *call)
{
    bool places = call->places || (call->framed && call->over->rows && !call->over->whole);

    return !places || !select->query->bag ||
           sql_fail(sql, call->location,
                    "%s over UNION ALL, EXCEPT ALL or INTERSECT ALL: equal rows cannot be told "
                    "apart there; add a column that does, or use rank() or a frame of RANGE",
                    call->text);
}

static void write_call(struct calls *calls, struct buf *buf, size_t i)
{
    struct sql *sql = calls->sql;
    const struct sql_scope *scope = calls->select->scope;
    const struct sql_expr *call = calls->items[i];

    buf_add_format(buf, "{\"func\":\"%s\",\"alias\":%s,\"args\":[", call->text,
                   sql_quoted(sql, calls->columns[i]->name));
    for (size_t j = 0; j < call->count; j++) {
        if (j)
            buf_add_byte(buf, ',');
        if (call->args[j]->kind == SQL_CONST && j == 0 && strcmp(call->text, "ntile") != 0)
            buf_add_format(buf, "{\"literal\":%s}", call->args[j]->text);
        else
            sql_emit(sql, scope, buf, call->args[j]);
    }
    buf_add_byte(buf, ']');
    if (sql_base(call->type) == SQL_NUMERIC &&
        (strcmp(call->text, "sum") == 0 || strcmp(call->text, "avg") == 0))
        buf_add_format(buf, ",\"numeric\":%d", sql_shown(call->args[0]->type));
    if (call->over->frame && call->framed)
        buf_add_format(buf, ",\"frame\":%s", call->over->frame);
    buf_add_byte(buf, '}');
}

/* One operator for the call and those that go by the same order. */
static const char *write_operator(struct calls *calls, size_t first, const char *plan)
{
    struct sql *sql = calls->sql;
    const struct sql_scope *scope = calls->select->scope;
    const struct sql_over *over = calls->items[first]->over;
    const struct sql_query *query = calls->select->query;
    struct buf partition = BUF_INIT;
    struct buf list = BUF_INIT;

    for (size_t i = 0; i < over->partition_count; i++)
        if (over->partition[i]->kind != SQL_CONST)
            buf_add_format(&partition, "%s%s", partition.size ? "," : "",
                           sql_field(sql, scope, over->partition[i]));
    if (query->apply)
        buf_add_format(&partition, "%s%s", partition.size ? "," : "",
                       sql_field(sql, scope, query->outputs[query->count - 1].expr));
    for (size_t i = first; i < calls->count; i++) {
        if (calls->written[i] || !same_place(over, calls->items[i]->over))
            continue;
        if (list.size)
            buf_add_byte(&list, ',');
        write_call(calls, &list, i);
        calls->written[i] = true;
    }
    return sql_text(
        sql, "{\"op\":\"window\",\"partition_by\":[%s],%s\"functions\":[%s],\"input\":%s}",
        sql_take(sql, &partition), sql_order_by(sql, scope, over->order, over->order_count),
        sql_take(sql, &list), plan);
}

const char *sql_windowed(struct sql *sql, struct sql_select *select, const char *plan)
{
    struct sql_query *query = select->query;
    struct calls calls = {.sql = sql, .select = select};

    calls.rel = ARENA_NEW(&sql->arena, struct sql_rel);
    calls.rel->scope = select->scope;
    calls.rel->prefix = "";
    for (size_t i = 0; i < query->count; i++)
        if (query->outputs[i].expr)
            query->outputs[i].expr = take(&calls, query->outputs[i].expr);
    for (size_t i = 0; i < select->sort_count; i++)
        select->sorts[i].expr = take(&calls, select->sorts[i].expr);
    for (size_t i = 0; i < select->on_count; i++)
        select->on[i] = take(&calls, select->on[i]);
    if (calls.count == 0)
        return plan;
    for (size_t i = 0; i < query->count; i++)
        if (query->outputs[i].all) {
            (void)sql_fail(sql, query->outputs[i].all->location,
                           "\"*\" of %s with window functions: its columns are not known; declare "
                           "them with CREATE TABLE",
                           query->outputs[i].all->name);
            return NULL;
        }
    plan = sql_with_ids(sql, select, plan);
    calls.written = ARENA_ARRAY(&sql->arena, bool, calls.count);
    for (size_t i = 0; i < calls.count; i++) {
        if (!check_weights(sql, select, calls.items[i]))
            return NULL;
        if (!calls.written[i])
            plan = write_operator(&calls, i, plan);
    }
    return plan;
}

/* DISTINCT, ORDER BY and LIMIT. */
#include "sql/select.h"

#include "sql/from.h"

#include <stdlib.h>
#include <string.h>

bool sql_direction(struct sql *sql, const PgQuery__SortBy *syntax, struct sql_sort *sort)
{
    if (syntax->sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_USING)
        return sql_fail(sql, syntax->location, "ORDER BY ... USING is not supported");
    sort->descending = syntax->sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
    sort->nulls_first = sort->descending;
    if (syntax->sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_FIRST)
        sort->nulls_first = true;
    if (syntax->sortby_nulls == PG_QUERY__SORT_BY_NULLS__SORTBY_NULLS_LAST)
        sort->nulls_first = false;
    return true;
}

/* An output by its place or its name; NULL: it is something else. *ok false: refused. */
static const struct sql_output *output_of(struct sql *sql, const struct sql_query *query,
                                          const PgQuery__Node *node, const char *clause, bool *ok)
{
    const PgQuery__ColumnRef *ref =
        node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? node->column_ref : NULL;
    const PgQuery__AConst *number =
        node->node_case == PG_QUERY__NODE__NODE_A_CONST ? node->a_const : NULL;

    *ok = true;
    if (number && number->val_case == PG_QUERY__A__CONST__VAL_IVAL) {
        int32_t place = number->ival->ival;

        if (place >= 1 && (size_t)place <= query->count && !query->open)
            return &query->outputs[place - 1];
        *ok = sql_fail(sql, number->location, "%s %d: there are %zu columns%s", clause, (int)place,
                       query->count, query->open ? " that are known, and others" : "");
    }
    for (size_t i = 0; ref && ref->n_fields == 1 && i < query->count; i++) {
        const struct sql_output *output = &query->outputs[i];
        const char *name = sql_string(ref->fields[0]);

        if (!output->name || strcmp(output->name, name) != 0)
            continue;
        if (output->ambiguous)
            *ok = sql_fail(sql, ref->location, "%s %s is ambiguous: two columns have this name",
                           clause, quote(name, strlen(name)).text);
        return output;
    }
    return NULL;
}

static struct sql_expr *sort_expr(struct sql *sql, struct sql_select *select,
                                  const PgQuery__Node *node, const char *clause)
{
    bool ok;
    const struct sql_output *output = output_of(sql, select->query, node, clause, &ok);

    if (!ok)
        return NULL;
    return output ? output->expr : sql_expr(sql, select->scope, node);
}

bool sql_bind_order(struct sql *sql, struct sql_select *select)
{
    const PgQuery__SelectStmt *syntax = select->syntax;
    bool on = syntax->n_distinct_clause && syntax->distinct_clause[0] &&
              syntax->distinct_clause[0]->node_case != PG_QUERY__NODE__NODE__NOT_SET;

    select->on = ARENA_ARRAY(&sql->arena, struct sql_expr *, syntax->n_distinct_clause);
    for (size_t i = 0; on && i < syntax->n_distinct_clause; i++) {
        select->on[i] = sort_expr(sql, select, syntax->distinct_clause[i], "DISTINCT ON");
        if (!select->on[i])
            return false;
        select->on_count++;
    }
    select->sorts = ARENA_ARRAY(&sql->arena, struct sql_sort, syntax->n_sort_clause);
    for (size_t i = 0; i < syntax->n_sort_clause; i++) {
        const PgQuery__SortBy *sort = syntax->sort_clause[i]->sort_by;

        select->sorts[i].expr = sort_expr(sql, select, sort->node, "ORDER BY");
        if (!select->sorts[i].expr || !sql_direction(sql, sort, &select->sorts[i]))
            return false;
        if (i < select->on_count && !sql_same(select->sorts[i].expr, select->on[i]))
            return sql_fail(sql, sql_location(sort->node),
                            "ORDER BY must begin with the expressions of DISTINCT ON");
        select->sort_count++;
    }
    return true;
}

static void write_sort(struct sql *sql, const struct sql_scope *scope, struct buf *buf,
                       const struct sql_sort *sort)
{
    buf_add_format(buf, "%s{\"field\":%s,\"direction\":\"%s\",\"nulls\":\"%s\"}",
                   buf->size ? "," : "", sql_field(sql, scope, sort->expr),
                   sort->descending ? "desc" : "asc", sort->nulls_first ? "first" : "last");
}

const char *sql_order_by(struct sql *sql, const struct sql_scope *scope,
                         const struct sql_sort *sorts, size_t count)
{
    struct buf buf = BUF_INIT;

    for (size_t i = 0; i < count; i++)
        if (sorts[i].expr->kind != SQL_CONST)
            write_sort(sql, scope, &buf, &sorts[i]);
    return buf.size ? sql_text(sql, "\"order_by\":[%s],", sql_take(sql, &buf)) : "";
}

/* A number of LIMIT or OFFSET; -1: none. */
static bool read_places(struct sql *sql, struct sql_select *select, const PgQuery__Node *node,
                        const char *clause, int64_t *places)
{
    struct sql_expr *expr = node ? sql_expr(sql, select->scope, node) : NULL;
    char *end;

    *places = -1;
    if (!node || !expr || expr->type == SQL_NULL)
        return !node || expr;
    if (expr->kind == SQL_CONST && expr->type == SQL_INTEGER && *expr->text != '-') {
        *places = strtoll(expr->text, &end, 10);
        if (!*end && *places < INT64_MAX)
            return true;
    }
    return sql_fail(sql, sql_location(node), "%s must be a number from 0, written out", clause);
}

/* Of a subquery as a value: LIMIT counts for each key. */
static const char *partitions(struct sql *sql, const struct sql_select *select)
{
    const struct sql_query *query = select->query;
    struct buf buf = BUF_INIT;

    for (size_t i = 0; i < query->key_count; i++)
        buf_add_format(&buf, "%s%s", i ? "," : "",
                       sql_field(sql, select->scope, query->outputs[i + 1].expr));
    if (query->apply)
        buf_add_string(&buf, select->projected ? "\"" SQL_GIVEN "\""
                                               : sql_field(sql, select->scope,
                                                           query->outputs[query->count - 1].expr));
    return buf.size ? sql_text(sql, "\"partition_by\":[%s],", sql_take(sql, &buf)) : "";
}

/* `order`: as sql_order_by() has it. */
static const char *limit_of(struct sql *sql, const struct sql_select *select, const char *plan,
                            const char *order, int64_t limit, int64_t offset)
{
    return sql_text(sql, "{\"op\":\"limit\",\"limit\":%lld,\"offset\":%lld,%s%s\"input\":%s}",
                    (long long)limit, (long long)offset, partitions(sql, select), order, plan);
}

/* FETCH ... WITH TIES: the rows of these ranks. */
static const char *with_ties(struct sql *sql, struct sql_select *select, const char *plan,
                             const char *order, int64_t limit)
{
    const struct sql_query *query = select->query;

    for (size_t i = 0; i < query->count; i++)
        if (query->outputs[i].all) {
            (void)sql_fail(sql, query->outputs[i].all->location,
                           "\"*\" of %s and WITH TIES: its columns are not known; declare them "
                           "with CREATE TABLE",
                           query->outputs[i].all->name);
            return NULL;
        }
    return sql_text(sql,
                    "{\"op\":\"filter\",\"predicate\":{\"type\":\"lte\",\"field\":\"rank+\","
                    "\"value\":%lld},\"input\":{\"op\":\"window\",%s%s\"functions\":[{\"func\":"
                    "\"rank\",\"alias\":\"rank+\"}],\"input\":%s}}",
                    (long long)limit, partitions(sql, select), order,
                    sql_with_ids(sql, select, plan));
}

const char *sql_limited(struct sql *sql, struct sql_select *select, const char *plan,
                        const char *order)
{
    const PgQuery__SelectStmt *syntax = select->syntax;
    int64_t limit;
    int64_t offset;
    int64_t most;
    bool ties;

    if (!plan || !read_places(sql, select, syntax->limit_count, "LIMIT", &limit) ||
        !read_places(sql, select, syntax->limit_offset, "OFFSET", &offset))
        return NULL;
    ties = syntax->limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES && limit >= 0;
    offset = offset < 0 ? 0 : offset;
    most = limit < 0 || limit > INT64_MAX - offset || ties ? INT64_MAX - offset : limit;
    if (limit >= 0 && limit <= 1 && !ties)
        select->query->one_row = true;
    if (ties && offset)
        plan = limit_of(sql, select, plan, order, most, offset);
    if (ties)
        return with_ties(sql, select, plan, order, limit);
    return limit_of(sql, select, plan, order, most, offset);
}
/* The output that a sort goes by; NULL: it is not in the select list. */
static const char *output_name(const struct sql_select *select, const struct sql_expr *expr)
{
    const struct sql_query *query = select->query;

    for (size_t i = 0; i < query->count; i++) {
        const struct sql_output *output = &query->outputs[i];

        if (output->expr && sql_same(output->expr, expr))
            return output->name;
        if (output->all && expr->kind == SQL_COLUMN && expr->column->rel == output->all)
            return expr->column->name;
    }
    return NULL;
}

/* The sorts as columns of the select list; NULL: one of them is not in it. */
static const char *order_of_outputs(struct sql *sql, const struct sql_select *select)
{
    struct sql_scope *above = ARENA_NEW(&sql->arena, struct sql_scope);
    struct sql_rel *rel = sql_rel_add(sql, above, NULL, 0);
    struct sql_sort *sorts = ARENA_ARRAY(&sql->arena, struct sql_sort, select->sort_count);

    for (size_t i = 0; i < select->sort_count; i++) {
        const char *name = output_name(select, select->sorts[i].expr);

        if (!name)
            return NULL;
        sorts[i] = select->sorts[i];
        sorts[i].expr = sql_of_column(sql, sql_column_add(sql, rel, name, sorts[i].expr->type), 0);
    }
    return sql_order_by(sql, above, sorts, select->sort_count);
}

const char *sql_with_ids(struct sql *sql, struct sql_select *select, const char *plan)
{
    const struct sql_item *from = select->from;

    if (!from || select->grouped || select->scope->count != 1 || !from->items[0]->rel->table ||
        select->has_ids)
        return plan;
    select->has_ids = true;
    return sql_cut_down(sql, from->items[0]->rel, plan);
}

bool sql_add_order(struct sql *sql, struct sql_select *select)
{
    struct sql_query *query = select->query;

    query->visible = query->count;
    if (!query->ordered)
        return true;
    for (size_t i = 0; i < select->sort_count; i++) {
        if (output_name(select, select->sorts[i].expr))
            continue;
        if (select->syntax->n_distinct_clause && !select->on_count)
            return sql_fail(sql, select->sorts[i].expr->location,
                            "with DISTINCT, what ORDER BY goes by must be in the select list");
        sql_output_add(sql, query, sql_text(sql, "o+%zu", i), select->sorts[i].expr);
    }
    query->order = select->sort_count ? order_of_outputs(sql, select) : NULL;
    if (query->order && !*query->order)
        query->order = NULL;
    return true;
}

static const char *distinct_on(struct sql *sql, struct sql_select *select, const char *plan)
{
    struct buf on = BUF_INIT;

    plan = sql_with_ids(sql, select, plan);
    for (size_t i = 0; i < select->on_count; i++)
        buf_add_format(&on, "%s%s", i ? "," : "", sql_field(sql, select->scope, select->on[i]));
    return sql_text(sql, "{\"op\":\"distinct\",\"on\":[%s],%s\"input\":%s}", sql_take(sql, &on),
                    sql_order_by(sql, select->scope, select->sorts, select->sort_count), plan);
}

/* The columns of the select list only. */
static const char *without_rank(struct sql *sql, const struct sql_query *query, const char *plan)
{
    struct buf buf = BUF_INIT;

    for (size_t i = 0; i < query->count; i++)
        buf_add_format(&buf, "%s{\"type\":\"field\",\"field\":[%s]}", i ? "," : "",
                       sql_quoted(sql, query->outputs[i].name));
    return sql_text(sql, "{\"op\":\"project\",\"projections\":[%s],\"input\":%s}",
                    sql_take(sql, &buf), plan);
}

const char *sql_ordered(struct sql *sql, struct sql_select *select, const char *plan)
{
    const PgQuery__SelectStmt *syntax = select->syntax;
    struct sql_query *query = select->query;
    bool distinct = syntax->n_distinct_clause && !select->on_count;
    bool limited = syntax->limit_count || syntax->limit_offset ||
                   (query->root && query->flat && select->sort_count);
    const char *order = query->key_count ? NULL : order_of_outputs(sql, select);
    bool above = order && (!query->apply || distinct); /* LIMIT, the select list */

    if (distinct && !order) {
        (void)sql_fail(sql, select->sorts[0].expr->location,
                       "with DISTINCT, what ORDER BY goes by must be in the select list");
        return NULL;
    }
    if (select->on_count)
        plan = distinct_on(sql, select, plan);
    if (limited && !above)
        plan = sql_limited(sql, select, plan,
                           sql_order_by(sql, select->scope, select->sorts, select->sort_count));
    if (plan)
        plan = sql_projected(sql, select, plan);
    if (plan && distinct)
        plan = sql_text(sql, "{\"op\":\"distinct\",\"input\":%s}", plan);
    select->projected = true;
    if (plan && limited && above) {
        if (query->root)
            plan = sql_rekeyed(sql, query, plan);
        query->rekeyed = query->root;
        select->has_ids = true;
        plan = sql_limited(sql, select, plan, order);
        if (plan && syntax->limit_option == PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_WITH_TIES)
            plan = limit_of(sql, select, without_rank(sql, query, plan), order, INT64_MAX, 0);
    }
    return plan;
}

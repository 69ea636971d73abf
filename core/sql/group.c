/*
 * GROUP BY, aggregates, HAVING. Above the aggregation there are the rows of the groups only: each
 * expression there is rewritten, so that what was grouped by and the aggregates are columns of
 * these rows; a column that is neither is refused.
 */
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

struct rewrite {
    struct sql *sql;
    struct sql_select *select;
    struct sql_rel *rel;
    const char *plan; /* below the aggregation */
    const char **names;
    struct sql_column **groups;
    struct sql_column **aggregates;
    struct sql_column **groupings;
};

static bool refuse_column(struct sql *sql, const struct sql_column *column, int location)
{
    return sql_fail(
        sql, location,
        "column %s must stand in GROUP BY or inside an aggregate: a group has many rows",
        quote(column->name, strlen(column->name)).text);
}

/* The marks of a subquery's plan. */
static const char *rewrite_plan(struct rewrite *r, const char *plan, int location)
{
    const struct sql_scope *scope = r->select->scope;
    struct buf buf = BUF_INIT;

    while (*plan) {
        size_t size = strcspn(plan, "\1");
        struct sql_column *column;
        size_t group = 0;
        char *end;

        buf_add(&buf, plan, size);
        plan += size;
        if (!*plan)
            break;
        column = r->sql->columns[strtoul(plan + 1, &end, 10)];
        if (column->rel->scope == scope && column->rel != r->rel) {
            while (group < r->select->group_count && r->select->groups[group]->column != column)
                group++;
            if (group == r->select->group_count) {
                (void)refuse_column(r->sql, column, location);
                break;
            }
            column = r->groups[group];
        }
        buf_add_format(&buf, "\1%zu", column->index);
        plan = end;
    }
    return sql_take(r->sql, &buf);
}

static struct sql_expr *rewrite(struct rewrite *r, struct sql_expr *expr);

static const struct sql_over *rewrite_over(struct rewrite *r, const struct sql_over *over)
{
    struct arena *arena = &r->sql->arena;
    struct sql_over *copy = ARENA_NEW(arena, struct sql_over);

    *copy = *over;
    copy->partition = ARENA_ARRAY(arena, struct sql_expr *, over->partition_count);
    for (size_t i = 0; i < over->partition_count; i++)
        copy->partition[i] = rewrite(r, over->partition[i]);
    copy->order = ARENA_ARRAY(arena, struct sql_sort, over->order_count);
    for (size_t i = 0; i < over->order_count; i++) {
        copy->order[i] = over->order[i];
        copy->order[i].expr = rewrite(r, over->order[i].expr);
    }
    return copy;
}

static struct sql_expr *rewrite(struct rewrite *r, struct sql_expr *expr)
{
    const struct sql_scope *scope = r->select->scope;
    struct sql_expr *copy;

    for (size_t i = 0; i < r->select->group_count; i++)
        if (sql_same(expr, r->select->groups[i]))
            return sql_of_column(r->sql, r->groups[i], expr->location);
    for (size_t i = 0; expr->kind == SQL_AGGREGATE && i < scope->aggregate_count; i++)
        if (expr == scope->aggregates[i])
            return sql_of_column(r->sql, r->aggregates[i], expr->location);
    for (size_t i = 0; i < scope->grouping_count; i++)
        if (expr == scope->groupings[i])
            return sql_of_column(r->sql, r->groupings[i], expr->location);
    if (expr->kind == SQL_COLUMN && expr->column->rel->late)
        return expr;
    if (expr->kind == SQL_COLUMN && expr->column->rel->scope == scope) {
        (void)refuse_column(r->sql, expr->column, expr->location);
        return expr;
    }
    copy = ARENA_NEW(&r->sql->arena, struct sql_expr);
    *copy = *expr;
    if (expr->kind == SQL_EXISTS)
        copy->text = rewrite_plan(r, expr->text, expr->location);
    if (expr->over)
        copy->over = rewrite_over(r, expr->over);
    copy->args = ARENA_ARRAY(&r->sql->arena, struct sql_expr *, expr->count);
    for (size_t i = 0; i < expr->count; i++)
        copy->args[i] = rewrite(r, expr->args[i]);
    return copy;
}

/* The name that an expression has in the select list, if no other column has it. */
static const char *column_name(struct rewrite *r, const struct sql_expr *expr,
                               const char *otherwise)
{
    const struct sql_query *query = r->select->query;
    const char *name = expr->kind == SQL_COLUMN ? expr->column->name : otherwise;
    const char *unique;

    for (size_t i = 0; i < query->count; i++)
        if (sql_same(query->outputs[i].expr, expr)) {
            name = query->outputs[i].name;
            break;
        }
    unique = name;
    for (unsigned i = 2; sql_column_of(r->rel, unique); i++)
        unique = sql_text(r->sql, "%s_%u", name, i);
    return unique;
}

static bool is_ascending_by(const struct sql_expr *expr)
{
    return expr->order_count == 1 && !expr->order[0].descending &&
           sql_same(expr->order[0].expr, expr->args[0]);
}

static void write_aggregate(struct rewrite *r, struct buf *buf, const struct sql_expr *expr,
                            const char *name)
{
    struct sql *sql = r->sql;
    const struct sql_scope *scope = r->select->scope;

    buf_add_format(buf, "{\"func\":\"%s\"", expr->text);
    if (expr->count)
        buf_add_format(buf, ",\"field\":%s", sql_field(sql, scope, expr->args[0]));
    if (expr->count == 2)
        buf_add_format(buf, ",\"separator\":%s", expr->args[1]->text);
    if (expr->distinct)
        buf_add_string(buf, ",\"distinct\":true");
    if (expr->order_count && expr->distinct && !is_ascending_by(expr))
        (void)sql_fail(sql, expr->location,
                       "DISTINCT with ORDER BY: distinct values are in their own ascending order");
    if (expr->order_count && !expr->distinct &&
        strcmp(expr->text + strlen(expr->text) - 3, "agg") == 0) {
        const char *order = sql_order_by(sql, scope, expr->order, expr->order_count);

        if (*order)
            buf_add_format(buf, ",%.*s", (int)strlen(order) - 1, order);
    }
    if (expr->filter) {
        const char *filter = sql_predicate(sql, scope, expr->filter);

        buf_add_format(buf, ",\"filter\":%s", filter ? filter : "");
    }
    buf_add_format(buf, ",\"alias\":%s}", name);
}

/* The columns of the groups' rows. */
static void add_columns(struct rewrite *r)
{
    struct sql *sql = r->sql;
    const struct sql_select *select = r->select;
    const struct sql_scope *scope = select->scope;
    size_t count = 0;

    for (size_t i = 0; i < select->group_count; i++) {
        const char *name = column_name(r, select->groups[i], "group");

        r->groups[i] = sql_column_add(sql, r->rel, name, select->groups[i]->type);
        r->names[count++] = sql_quoted(sql, name);
    }
    for (size_t i = 0; i < scope->aggregate_count; i++) {
        const char *name = column_name(r, scope->aggregates[i], scope->aggregates[i]->text);

        r->aggregates[i] = sql_column_add(sql, r->rel, name, scope->aggregates[i]->type);
        r->names[count++] = sql_quoted(sql, name);
    }
    for (size_t i = 0; i < scope->grouping_count; i++) {
        const char *name = column_name(r, scope->groupings[i], "grouping");

        r->groupings[i] = sql_column_add(sql, r->rel, name, SQL_INTEGER);
        r->names[count++] = sql_quoted(sql, name);
    }
}

/* The aggregation by the groups of a set. */
static const char *write_groups(void *context, uint64_t set)
{
    struct rewrite *r = context;
    struct sql *sql = r->sql;
    struct sql_select *select = r->select;
    struct sql_scope *scope = select->scope;
    struct buf buf = BUF_INIT;
    bool first = true;

    buf_add_string(&buf, "{\"op\":\"aggregate\",\"group_by\":[");
    for (size_t i = 0; i < select->group_count; i++) {
        bool column = select->groups[i]->kind == SQL_COLUMN;

        if (!(set >> i & 1))
            continue;
        buf_add_format(&buf, "%s{\"%s\":%s,\"alias\":%s}", first ? "" : ",",
                       column ? "field" : "expr",
                       column ? sql_field(sql, scope, select->groups[i])
                              : sql_emitted(sql, scope, select->groups[i]),
                       r->names[i]);
        first = false;
    }
    buf_add_string(&buf, "],\"aggregates\":[");
    for (size_t i = 0; i < scope->aggregate_count; i++) {
        if (i)
            buf_add_byte(&buf, ',');
        write_aggregate(r, &buf, scope->aggregates[i], r->names[select->group_count + i]);
    }
    buf_add_format(&buf, "],\"input\":%s}", r->plan);
    return sql_take(sql, &buf);
}

/* All sets of groups; a single one of all without GROUPING() is just an aggregation. */
static const char *write_sets(struct rewrite *r)
{
    const struct sql_select *select = r->select;

    if (select->set_count == 1 && select->scope->grouping_count == 0)
        return write_groups(r, UINT64_MAX);
    if (select->set_count == 1) /* and what depends on it */
        r->select->sets[0] = UINT64_MAX;
    return sql_union_of_sets(r->sql, r->select, write_groups, r, r->names);
}

/* Subqueries as values that are asked for above the groups are joined to them. */
static const char *join_scalars(struct rewrite *r, const char *plan)
{
    struct sql *sql = r->sql;
    const struct sql_scope *scope = r->select->scope;

    for (struct sql_scalar *scalar = scope->scalars; scalar; scalar = scalar->next) {
        const char *name = sql_text(sql, "\"t+%zu\"", scalar->rel->columns[0]->index);
        struct buf on = BUF_INIT;

        if (scalar->early)
            continue;
        for (size_t i = 0; i < scalar->key_count; i++)
            buf_add_format(&on, "%s{\"left_field\":%s,\"right_field\":%s}", i ? "," : "",
                           sql_field(sql, scope, rewrite(r, scalar->keys[i].outer)),
                           sql_field(sql, scope, scalar->keys[i].inner));
        plan = sql_text(
            sql,
            "{\"op\":\"join\",\"kind\":\"left\",\"select\":\"both\",\"as\":[\"groups\",%s],"
            "\"on\":[%s],\"left\":%s,\"right\":%s}",
            name, sql_take(sql, &on), plan, scalar->rel->plan);
        sql_add_prefix(sql, r->rel, "\"groups\"");
        for (struct sql_scalar *at = scope->scalars; at != scalar; at = at->next)
            if (!at->early)
                sql_add_prefix(sql, at->rel, "\"groups\"");
        sql_add_prefix(sql, scalar->rel, name);
    }
    return plan;
}

const char *sql_grouped(struct sql *sql, struct sql_select *select, const char *plan)
{
    struct sql_query *query = select->query;
    const struct sql_scope *scope = select->scope;
    struct rewrite r = {.sql = sql, .select = select, .plan = plan};
    struct arena *arena = &sql->arena;

    r.rel = ARENA_NEW(arena, struct sql_rel);
    r.rel->scope = select->scope;
    r.rel->prefix = "";
    r.groups = ARENA_ARRAY(arena, struct sql_column *, select->group_count);
    r.aggregates = ARENA_ARRAY(arena, struct sql_column *, scope->aggregate_count);
    r.groupings = ARENA_ARRAY(arena, struct sql_column *, scope->grouping_count);
    r.names = ARENA_ARRAY(arena, const char *,
                          select->group_count + scope->aggregate_count + scope->grouping_count);
    add_columns(&r);
    for (struct sql_scalar *scalar = select->scope->scalars; scalar; scalar = scalar->next)
        scalar->rel->late = !scalar->early;
    plan = write_sets(&r);
    if (!plan)
        return NULL;
    plan = join_scalars(&r, plan);
    for (size_t i = 0; i < query->count; i++)
        query->outputs[i].expr = rewrite(&r, query->outputs[i].expr);
    for (size_t i = 0; i < select->sort_count; i++)
        select->sorts[i].expr = rewrite(&r, select->sorts[i].expr);
    for (size_t i = 0; i < select->on_count; i++)
        select->on[i] = rewrite(&r, select->on[i]);
    if (select->having)
        select->having = rewrite(&r, select->having);
    query->bag = false;
    if (select->group_count == 0 && select->set_count == 1)
        query->one_row = true;
    return sql->err->status == OK ? plan : NULL;
}

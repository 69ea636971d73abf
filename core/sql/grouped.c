/*
 * GROUP BY, aggregates, HAVING. Above the aggregation there are the rows of the groups only: each
 * expression there is rewritten, so that what was grouped by and the aggregates are columns of
 * these rows; a column that is neither is refused.
 */
#include "sql/select.h"

#include "sql/apply.h"

#include <stdlib.h>
#include <string.h>

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
        buf_add_format(buf, ",\"%s\":%s", *expr->text == 'p' ? "p" : "separator",
                       expr->args[1]->text);
    if (expr->distinct)
        buf_add_string(buf, ",\"distinct\":true");
    if (sql_base(expr->type) == SQL_NUMERIC && !strchr("mp", *expr->text)) /* what is computed */
        buf_add_format(buf, ",\"numeric\":%d", sql_shown(expr->args[0]->type));
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

/*
 * Over nothing there is a row too, where there are no groups: for each array that is given one,
 * with counts of 0 and else nulls.
 */
static const char *write_global(struct rewrite *r, const char *groups)
{
    struct sql *sql = r->sql;
    const struct sql_select *select = r->select;
    const struct sql_scope *scope = select->scope;
    const char *d = r->names[0]; /* what is given */
    struct buf buf = BUF_INIT;

    for (size_t i = 0; i < select->group_count; i++)
        if (select->given_bit >> i & 1)
            d = r->names[i];
    buf_add_format(&buf,
                   "{\"op\":\"project\",\"projections\":[{\"type\":\"field\",\"field\":[\"given\","
                   "\"d\"],\"alias\":%s}",
                   d);
    for (size_t i = 0; i < scope->aggregate_count; i++) {
        const char *name = r->names[select->group_count + i];
        bool count = strncmp(scope->aggregates[i]->text, "count", 5) == 0;

        buf_add_format(&buf, ",{\"type\":\"expr\",\"alias\":%s,\"expr\":", name);
        buf_add_format(&buf,
                       count ? "{\"call\":\"coalesce\",\"args\":[{\"field\":[\"groups\",%s]},0]}}"
                             : "{\"field\":[\"groups\",%s]}}",
                       name);
    }
    buf_add_format(&buf,
                   "],\"input\":{\"op\":\"join\",\"kind\":\"left\",\"select\":\"both\",\"as\":["
                   "\"given\",\"groups\"],\"on\":{\"left_field\":\"d\",\"right_field\":[%s]},"
                   "\"left\":%s,\"right\":%s}}",
                   d, scope->given->rel->plan, groups);
    return sql_take(sql, &buf);
}

static const char *write_set(void *context, uint64_t set)
{
    struct rewrite *r = context;
    const char *groups = write_groups(r, set);
    uint64_t given = r->select->given_bit;

    return given && set == given ? write_global(r, groups) : groups;
}

/* All sets of groups; a single one of all without GROUPING() is just an aggregation. */
static const char *write_sets(struct rewrite *r)
{
    const struct sql_select *select = r->select;

    if (select->set_count == 1 && !(select->given_bit && select->sets[0] == select->given_bit))
        r->select->sets[0] = UINT64_MAX; /* and what depends on it */
    if (select->set_count == 1 && select->scope->grouping_count == 0)
        return write_set(r, select->sets[0]);
    return sql_union_of_sets(r->sql, r->select, write_set, r, r->names);
}

/* What a subquery as a value asks of the groups is given by their rows. */
static bool fill(struct rewrite *r, struct sql_rel *rel, const char *plan)
{
    if (!rel->apply)
        return true;
    for (size_t i = 0; i < rel->apply->count; i++)
        rel->apply->exprs[i] = rewrite(r, rel->apply->exprs[i]);
    return r->sql->err->status == OK && sql_fill_rel(r->sql, r->select->scope, rel, plan);
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
        if (!fill(r, scalar->rel, plan))
            return NULL;
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
    uint64_t given = select->given_bit;

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
    if (!plan)
        return NULL;
    for (size_t i = 0; i < query->count; i++)
        query->outputs[i].expr = rewrite(&r, query->outputs[i].expr);
    for (size_t i = 0; i < select->sort_count; i++)
        select->sorts[i].expr = rewrite(&r, select->sorts[i].expr);
    for (size_t i = 0; i < select->on_count; i++)
        select->on[i] = rewrite(&r, select->on[i]);
    if (select->having)
        select->having = rewrite(&r, select->having);
    query->bag = false;
    if (select->set_count > 1)
        query->one_row = false;
    else if (select->group_count == 0 || (given && select->sets[0] == given))
        query->one_row = true;
    return sql->err->status == OK ? plan : NULL;
}

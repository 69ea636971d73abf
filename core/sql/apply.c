/*
 * Subqueries that ask for columns of the query around them and are no conditions. They are never
 * run for each row: the different values that the rows around give are collected first, each
 * combination as one array (`d`), and the subquery is computed for all of them at once. Its FROM
 * begins with these arrays, its groups, limits, windows and set operations go by them, and they are
 * its last column, by which it is then joined to the rows around. (The magic sets of Mumick et al.,
 * 1990; "Unnesting Arbitrary Queries", Neumann and Kemper, 2015.)
 *
 * Arrays are compared element by element, null with null, so a null finds its rows like any value.
 *
 * Where the arrays come from is known when the plan around is written: until then there is a mark.
 */
#include "sql/apply.h"

#include "sql/from.h"
#include "sql/select.h"

#include <stdlib.h>
#include <string.h>

enum { MARK = '\3', MARK_END = '\4', PLAN_MAX = 8 << 20 };

struct sql_expr *sql_given(struct sql *sql, const struct sql_scope *scope, struct sql_expr *expr,
                           int location)
{
    struct sql_apply *apply = scope->apply;
    size_t i = 0;

    if (!scope->given) {
        (void)sql_fail(sql, location,
                       "WITH in a subquery asks for a column of the query around; put its query "
                       "into FROM");
        return NULL;
    }
    while (i < apply->count && !sql_same(apply->exprs[i], expr))
        i++;
    if (i == apply->count) {
        apply->exprs =
            sql_grow(sql, apply->exprs, apply->count, &apply->max, sizeof(struct sql_expr *));
        apply->exprs[apply->count++] = expr;
    }
    return sql_call(sql, expr->type, "get", location, 2, sql_of_column(sql, scope->given, location),
                    sql_const(sql, SQL_INTEGER, sql_text(sql, "%zu", i), location));
}

struct sql_item *sql_given_item(struct sql *sql, struct sql_scope *scope)
{
    struct sql_item *item = ARENA_NEW(&sql->arena, struct sql_item);
    struct sql_rel *rel = sql_rel_add(sql, scope, NULL, 0);

    if (!rel)
        return NULL;
    rel->plan = sql_text(sql, "%c%u%c", MARK, scope->apply->id, MARK_END);
    rel->one_row = true; /* for each array */
    scope->given = sql_column_add(sql, rel, "d", SQL_ARRAY);
    item->rel = rel;
    item->rels = rel->bit;
    return item;
}

struct sql_apply *sql_apply_new(struct sql *sql)
{
    struct sql_apply *apply = ARENA_NEW(&sql->arena, struct sql_apply);

    apply->id = sql->applies++;
    return apply;
}

/* Whether a query asks for columns around it is found out once: so the time to compile queries
 * inside of queries does not grow with the power of their depth. */
bool sql_by_arrays(const struct sql *sql, const void *syntax)
{
    for (size_t i = 0; i < sql->correlated_count; i++)
        if (sql->correlated[i] == syntax)
            return true;
    return false;
}

void sql_set_by_arrays(struct sql *sql, const void *syntax)
{
    sql->correlated = sql_grow(sql, sql->correlated, sql->correlated_count, &sql->correlated_max,
                               sizeof(const void *));
    sql->correlated[sql->correlated_count++] = syntax;
}

bool sql_subquery(struct sql *sql, struct sql_scope *scope, const PgQuery__SelectStmt *syntax,
                  bool forced, struct sql_query *query)
{
    struct sql_query alone = *query;

    if (!forced && !sql_by_arrays(sql, syntax)) {
        struct sql_scope *around = ARENA_NEW(&sql->arena, struct sql_scope);

        around->parent = scope;
        around->level = scope->level;
        around->apply = sql_apply_new(sql);
        if (!sql_given_item(sql, around) || !sql_select(sql, around, scope->level, syntax, &alone))
            return false;
        if (around->apply->count == 0) {
            *query = alone;
            return true;
        }
        sql_set_by_arrays(sql, syntax);
    }
    query->apply = sql_apply_new(sql);
    return sql_select(sql, scope, scope->level, syntax, query);
}

bool sql_give(struct sql *sql, struct sql_select *select)
{
    struct sql_query *query = select->query;
    struct sql_expr *given;

    if (!query->apply)
        return true;
    given = sql_of_column(sql, select->scope->given, query->location);
    if (select->grouped) {
        if (!sql_group_add(sql, select, given))
            return false;
        select->given_bit = sql_group_bit(select, given);
        for (size_t i = 0; i < select->set_count; i++)
            select->sets[i] |= select->given_bit;
    }
    if (select->on_count) {
        struct sql_expr **on = ARENA_ARRAY(&sql->arena, struct sql_expr *, select->on_count + 1);

        memcpy(on, select->on, select->on_count * sizeof(struct sql_expr *));
        on[select->on_count++] = given;
        select->on = on;
    }
    sql_output_add(sql, query, SQL_GIVEN, given);
    return true;
}

static bool is_outside(const struct sql_expr *expr, const struct sql_scope *scope)
{
    if (expr->kind == SQL_COLUMN && expr->column->rel->scope != scope)
        return true;
    for (size_t i = 0; i < expr->count; i++)
        if (is_outside(expr->args[i], scope))
            return true;
    return false;
}

/* The arrays that the rows of a plan give. */
static const char *given_rows(struct sql *sql, const struct sql_scope *scope,
                              const struct sql_apply *apply, const char *plan)
{
    struct buf buf = BUF_INIT;

    buf_add_string(&buf,
                   "{\"op\":\"distinct\",\"input\":{\"op\":\"project\",\"projections\":["
                   "{\"type\":\"expr\",\"alias\":\"d\",\"expr\":{\"call\":\"array\",\"args\":[");
    for (size_t i = 0; i < apply->count; i++) {
        if (i)
            buf_add_byte(&buf, ',');
        sql_emit(sql, scope, &buf, apply->exprs[i]);
    }
    buf_add_format(&buf, "]}}],\"input\":%s}}", plan);
    return sql_take(sql, &buf);
}

const char *sql_fill(struct sql *sql, const struct sql_scope *scope, const struct sql_apply *apply,
                     const char *plan, const char *base)
{
    const char *mark = sql_text(sql, "%c%u%c", MARK, apply->id, MARK_END);
    const char *rows;
    struct buf buf = BUF_INIT;

    for (size_t i = 0; i < apply->count; i++)
        if (is_outside(apply->exprs[i], scope)) {
            sql->outside = true;
            (void)sql_fail(sql, apply->exprs[i]->location,
                           "this column is of a query around the one around; a subquery as a value "
                           "or in FROM can ask for columns of the one around it");
            return NULL;
        }
    rows = given_rows(sql, scope, apply, base);
    for (const char *at = plan; *at;) {
        const char *next = strstr(at, mark);
        size_t size = next ? (size_t)(next - at) : strlen(at);

        buf_add(&buf, at, size);
        at += size;
        if (next) {
            buf_add_string(&buf, rows);
            at += strlen(mark);
        }
        if (buf.size > PLAN_MAX) {
            buf_release(&buf);
            (void)sql_fail(sql, apply->count ? apply->exprs[0]->location : 0,
                           "subqueries that ask for columns around them are nested too deep here");
            return NULL;
        }
    }
    return sql_take(sql, &buf);
}

/* One table gives all: its rows are enough, with the conditions on it. */
static struct sql_rel *only_rel(struct sql *sql, const struct sql_scope *scope,
                                const struct sql_apply *apply)
{
    uint64_t rels = sql_asked(sql, scope, apply);

    for (size_t i = 0; i < scope->count; i++)
        if (scope->rels[i]->bit == rels)
            return scope->rels[i];
    return NULL;
}

uint64_t sql_asked(struct sql *sql, const struct sql_scope *scope, const struct sql_apply *apply)
{
    uint64_t rels = 0;

    for (size_t i = 0; i < apply->count; i++)
        rels |= sql_rels(sql, scope, apply->exprs[i]);
    return rels;
}

bool sql_fill_rel(struct sql *sql, struct sql_scope *scope, struct sql_rel *rel, const char *base)
{
    struct sql_rel *only = only_rel(sql, scope, rel->apply);

    if (rel->filled)
        return true;
    if (only && only->written && !only->nullable) {
        const char *prefix = only->prefix;

        only->prefix = "";
        rel->plan = sql_fill(sql, scope, rel->apply, rel->plan, only->written);
        only->prefix = prefix;
    } else {
        rel->plan = sql_fill(sql, scope, rel->apply, rel->plan, base);
    }
    rel->filled = true;
    return rel->plan;
}

struct sql_expr *sql_given_key(struct sql *sql, const struct sql_apply *apply, int location)
{
    struct sql_expr **args = ARENA_ARRAY(&sql->arena, struct sql_expr *, apply->count);

    memcpy(args, apply->exprs, apply->count * sizeof(struct sql_expr *));
    return sql_call_list(sql, SQL_ARRAY, "array", location, args, apply->count);
}

/* A query whose rows are joined to those around, a left join: a relation without a name. `keys` are
 * of its columns, besides the arrays. */
struct sql_scalar *sql_attach(struct sql *sql, struct sql_scope *scope,
                              const struct sql_query *query, size_t key_count, int location)
{
    struct sql_scalar *scalar = ARENA_NEW(&sql->arena, struct sql_scalar);
    struct sql_rel *rel = sql_rel_add(sql, scope, NULL, location);
    struct sql_scalar **last = &scope->scalars;

    if (!rel)
        return NULL;
    rel->plan = query->plan;
    rel->apply = query->apply;
    for (size_t i = 0; i < query->count; i++)
        (void)sql_column_add(sql, rel, query->outputs[i].name, query->outputs[i].type);
    scalar->rel = rel;
    scalar->early = scope->no_aggregates != NULL;
    scalar->keys = ARENA_ARRAY(&sql->arena, struct sql_key, key_count + 1);
    if (query->apply)
        scalar->keys[scalar->key_count++] =
            (struct sql_key){sql_of_column(sql, rel->columns[query->count - 1], location),
                             sql_given_key(sql, query->apply, location)};
    while (*last)
        last = &(*last)->next;
    *last = scalar;
    return scalar;
}

/*
 * Writing FROM and WHERE: which conditions are keys of joins, which go below them, which above.
 *
 * A condition goes as far down as it can: to the one table it asks, under the kept side of an outer
 * join, else above the first join that has all it asks. Tables are joined in the order in which
 * they stand, but one that has a key in common with those before comes first.
 */
#include "sql/from.h"

#include "sql/apply.h"

#include <string.h>

struct pending {
    struct sql_expr *expr;
    uint64_t rels;
    bool done;
};

struct conditions {
    struct pending *items;
    size_t count;
    size_t max;
};

/* A plan under construction and the relations in it. */
struct side {
    const char *plan;
    uint64_t rels;
};

static const char *write_item(struct sql *sql, struct sql_scope *scope, struct sql_item *item,
                              struct conditions *conditions);

static void add_condition(struct sql *sql, struct sql_scope *scope, struct conditions *conditions,
                          struct sql_expr *expr)
{
    struct pending *pending;

    if (expr->kind == SQL_CONST && strcmp(expr->text, "true") == 0)
        return;
    conditions->items = sql_grow(sql, conditions->items, conditions->count, &conditions->max,
                                 sizeof(struct pending));
    pending = &conditions->items[conditions->count++];
    pending->expr = expr;
    pending->rels = sql_rels(sql, scope, expr);
}

/* Those that ask of these relations only become a filter. `all`: also those that ask of none. */
static const char *apply(struct sql *sql, struct sql_scope *scope, struct conditions *conditions,
                         const struct side *side, bool all)
{
    struct sql_expr **list = ARENA_ARRAY(&sql->arena, struct sql_expr *, conditions->count);
    size_t count = 0;

    for (size_t i = 0; i < conditions->count; i++) {
        struct pending *pending = &conditions->items[i];

        if (pending->done || (pending->rels & ~side->rels) || (!pending->rels && !all))
            continue;
        pending->done = true;
        list[count++] = pending->expr;
    }
    return sql_filter(sql, scope, side->plan, list, count);
}

/* Also, the id becomes a field, which it is not. */
const char *sql_cut_down(struct sql *sql, const struct sql_rel *rel, const char *plan)
{
    struct buf buf = BUF_INIT;
    size_t count = 0;

    buf_add_string(&buf, "{\"op\":\"project\",\"projections\":[");
    if (rel->whole) {
        buf_add_string(&buf, "{\"type\":\"all\"}");
        count++;
    }
    for (size_t i = 0; i < rel->count; i++) {
        const struct sql_column *column = rel->columns[i];

        if (column->used && (!rel->whole || strcmp(column->field, "id") == 0))
            buf_add_format(&buf, "%s{\"type\":\"field\",\"field\":[%s]}", count++ ? "," : "",
                           sql_quoted(sql, column->field));
    }
    buf_add_format(&buf, "],\"input\":%s}", plan);
    return sql_take(sql, &buf);
}

static const char *write_rel(struct sql *sql, struct sql_scope *scope, struct sql_rel *rel,
                             struct conditions *conditions)
{
    struct side side = {rel->plan, rel->bit};

    if (rel->table)
        side.plan = sql_text(sql, "{\"op\":\"scan\",\"table\":%s}", sql_quoted(sql, rel->table));
    side.plan = apply(sql, scope, conditions, &side, false);
    if (!side.plan || scope->count == 1)
        return side.plan;
    if (rel->whole) {
        (void)sql_fail(sql, rel->location,
                       "\"*\" of %s in a join: its columns are not known; declare them with CREATE "
                       "TABLE",
                       rel->name);
        return NULL;
    }
    if (rel->table)
        side.plan = sql_cut_down(sql, rel, side.plan);
    rel->written = side.plan;
    return side.plan;
}

/* What a side is called in the rows of a join. */
static const char *name_of(struct sql *sql, const struct sql_scope *scope, uint64_t rels)
{
    struct buf buf = BUF_INIT;

    for (size_t i = 0; i < scope->count; i++) {
        const char *name = scope->rels[i]->name;

        if (!(rels & scope->rels[i]->bit))
            continue;
        if (buf.size)
            buf_add_byte(&buf, '+');
        if (name && *name && strcmp(name, "parent") != 0 && !strpbrk(name, ".,\"\\+"))
            buf_add_string(&buf, name);
        else
            buf_add_format(&buf, "t+%zu", i + 1);
    }
    return sql_quoted(sql, sql_take(sql, &buf));
}

void sql_add_prefix(struct sql *sql, struct sql_rel *rel, const char *name)
{
    rel->prefix = *rel->prefix ? sql_text(sql, "%s,%s", name, rel->prefix) : name;
}

static void set_prefix(struct sql *sql, struct sql_scope *scope, uint64_t rels, const char *name)
{
    for (size_t i = 0; i < scope->count; i++) {
        struct sql_rel *rel = scope->rels[i];

        if (rels & rel->bit)
            sql_add_prefix(sql, rel, name);
    }
}

static bool asks_outside(const struct sql_expr *expr, const struct sql_scope *scope)
{
    if (expr->kind == SQL_EXISTS || (expr->kind == SQL_COLUMN && expr->column->rel->scope != scope))
        return true;
    for (size_t i = 0; i < expr->count; i++)
        if (asks_outside(expr->args[i], scope))
            return true;
    return false;
}

/* An equality between the two sides: 1 as it is written, -1 the other way round, 0 if it is none.
 */
static int is_key(struct sql *sql, const struct sql_scope *scope, const struct pending *pending,
                  uint64_t left, uint64_t right)
{
    uint64_t first;
    uint64_t second;

    if (pending->done || !sql_is_call(pending->expr, "eq") || asks_outside(pending->expr, scope))
        return 0;
    first = sql_rels(sql, scope, pending->expr->args[0]);
    second = sql_rels(sql, scope, pending->expr->args[1]);
    if (!first || !second)
        return 0;
    if (!(first & ~left) && !(second & ~right))
        return 1;
    return !(first & ~right) && !(second & ~left) ? -1 : 0;
}

static const char *take_keys(struct sql *sql, const struct sql_scope *scope,
                             struct conditions *conditions, const struct side *left,
                             const struct side *right)
{
    struct buf buf = BUF_INIT;

    for (size_t i = 0; i < conditions->count; i++) {
        struct pending *pending = &conditions->items[i];
        int key = is_key(sql, scope, pending, left->rels, right->rels);

        if (key == 0)
            continue;
        pending->done = true;
        buf_add_format(&buf, "%s{\"left_field\":%s,\"right_field\":%s}", buf.size ? "," : "",
                       sql_field(sql, scope, pending->expr->args[key < 0]),
                       sql_field(sql, scope, pending->expr->args[key > 0]));
    }
    return sql_take(sql, &buf);
}

/* Joins two sides; what is left of the conditions of an outer join is asked of each pair. */
static bool join(struct sql *sql, struct sql_scope *scope, const char *kind, struct side *left,
                 const struct side *right, struct conditions *conditions)
{
    const char *keys = take_keys(sql, scope, conditions, left, right);
    const char *names[2];
    const char *where = "";

    names[0] = name_of(sql, scope, left->rels);
    names[1] = name_of(sql, scope, right->rels);
    set_prefix(sql, scope, left->rels, names[0]);
    set_prefix(sql, scope, right->rels, names[1]);
    if (kind) {
        struct sql_expr **rest = ARENA_ARRAY(&sql->arena, struct sql_expr *, conditions->count);
        size_t count = 0;

        for (size_t i = 0; i < conditions->count; i++)
            if (!conditions->items[i].done)
                rest[count++] = conditions->items[i].expr;
        for (size_t i = 0; i < count; i++)
            if (asks_outside(rest[i], scope))
                return sql_fail(sql, rest[i]->location,
                                "a subquery, or a column of the query around, in ON of an outer "
                                "join");
        if (count) {
            where = sql_predicate(
                sql, scope, sql_call_list(sql, SQL_BOOLEAN, "and", sql->location, rest, count));
            if (!where)
                return false;
            where = sql_text(sql, "\"where\":%s,", where);
        }
    }
    left->plan =
        sql_text(sql,
                 "{\"op\":\"join\",\"select\":\"both\",\"as\":[%s,%s],%s%s%s%s%s%s%s"
                 "\"left\":%s,\"right\":%s}",
                 names[0], names[1], kind ? "\"kind\":\"" : "", kind ? kind : "", kind ? "\"," : "",
                 *keys ? "\"on\":[" : "", keys, *keys ? "]," : "", where, left->plan, right->plan);
    left->rels |= right->rels;
    return true;
}

/* The next one to join: the first that has a key in common, else the first. */
static size_t next_item(struct sql *sql, struct sql_scope *scope, struct sql_item *list,
                        const bool *joined, uint64_t rels, const struct conditions *conditions)
{
    size_t next = list->count;

    for (size_t i = 0; i < list->count; i++) {
        if (joined[i] || (list->items[i]->needs & ~(rels | list->items[i]->rels)))
            continue;
        if (next == list->count)
            next = i;
        for (size_t j = 0; j < conditions->count; j++)
            if (is_key(sql, scope, &conditions->items[j], rels, list->items[i]->rels))
                return i;
    }
    return next;
}

/* The arrays for a subquery that asks for columns of what is joined so far. */
static bool fill(struct sql *sql, struct sql_scope *scope, const struct sql_item *item,
                 const char *base)
{
    return item->kind != ITEM_REL || !item->rel->apply || sql_fill_rel(sql, scope, item->rel, base);
}

/* Those that depend on FROM as a whole, before it stands in other joins. */
static bool fill_dependents(struct sql *sql, struct sql_scope *scope, const struct sql_item *item,
                            const char *plan)
{
    for (const struct sql_scalar *scalar = item->dependents; scalar; scalar = scalar->next)
        if (scalar->early >= item->early_only && scalar->rel->apply &&
            !(sql_asked(sql, scope, scalar->rel->apply) & ~item->rels) &&
            !sql_fill_rel(sql, scope, scalar->rel, plan))
            return false;
    return true;
}

static const char *lateral_outside(struct sql *sql, const struct sql_item *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i]->needs & ~list->rels)
            (void)sql_fail(sql, list->items[i]->rel ? list->items[i]->rel->location : sql->location,
                           "LATERAL asks for columns of a table that is outside of its join; join "
                           "it there");
    if (sql->err->status == OK)
        (void)sql_fail(sql, sql->location, "LATERAL that asks for columns of another one in turn");
    return NULL;
}

static const char *write_list(struct sql *sql, struct sql_scope *scope, struct sql_item *list,
                              struct conditions *conditions)
{
    bool *joined = ARENA_ARRAY(&sql->arena, bool, list->count);
    struct side left = {NULL, list->items[0]->rels};

    for (size_t i = 0; i < list->on_count; i++)
        add_condition(sql, scope, conditions, list->on[i]);
    left.plan = write_item(sql, scope, list->items[0], conditions);
    joined[0] = true;
    for (size_t i = 1; left.plan && i < list->count; i++) {
        size_t next;
        struct side right;

        left.plan = apply(sql, scope, conditions, &left, false);
        next = next_item(sql, scope, list, joined, left.rels, conditions);
        if (next == list->count)
            return lateral_outside(sql, list);
        joined[next] = true;
        right.rels = list->items[next]->rels;
        if (!left.plan || !fill(sql, scope, list->items[next], left.plan))
            return NULL;
        right.plan = write_item(sql, scope, list->items[next], conditions);
        if (right.plan)
            right.plan = apply(sql, scope, conditions, &right, false);
        if (!right.plan || !join(sql, scope, NULL, &left, &right, conditions))
            return NULL;
    }
    return left.plan ? apply(sql, scope, conditions, &left, false) : NULL;
}

static bool keeps(const struct sql_item *item, int side)
{
    return strcmp(item->join, "full") == 0 || strcmp(item->join, side ? "right" : "left") == 0;
}

/* Moves the conditions that ask of one side only to a list of their own. */
static void move_conditions(struct sql *sql, struct sql_scope *scope, struct conditions *from,
                            struct conditions *to, uint64_t rels)
{
    for (size_t i = 0; i < from->count; i++) {
        struct pending *pending = &from->items[i];

        if (pending->done || !pending->rels || (pending->rels & ~rels))
            continue;
        pending->done = true;
        add_condition(sql, scope, to, pending->expr);
    }
}

static const char *write_outer(struct sql *sql, struct sql_scope *scope, struct sql_item *item,
                               struct conditions *conditions)
{
    struct conditions on = {0};
    struct side sides[2];

    for (size_t i = 0; i < item->on_count; i++) {
        add_condition(sql, scope, &on, item->on[i]);
        if (on.count && (on.items[on.count - 1].rels & ~item->rels)) {
            (void)sql_fail(sql, item->on[i]->location,
                           "ON asks for a table that is not in this join");
            return NULL;
        }
    }
    for (int i = 0; i < 2; i++) {
        struct conditions below = {0};

        sides[i].rels = item->items[i]->rels;
        if (keeps(item, i) && !keeps(item, !i))
            move_conditions(sql, scope, conditions, &below, sides[i].rels);
        if (!keeps(item, i))
            move_conditions(sql, scope, &on, &below, sides[i].rels);
        if (i == 1 && !fill(sql, scope, item->items[1], sides[0].plan))
            return NULL;
        sides[i].plan = write_item(sql, scope, item->items[i], &below);
        if (sides[i].plan)
            sides[i].plan = apply(sql, scope, &below, &sides[i], true);
        if (!sides[i].plan)
            return NULL;
    }
    return join(sql, scope, item->join, &sides[0], &sides[1], &on) ? sides[0].plan : NULL;
}

static const char *write_item(struct sql *sql, struct sql_scope *scope, struct sql_item *item,
                              struct conditions *conditions)
{
    const char *plan;

    if (item->kind == ITEM_REL)
        return write_rel(sql, scope, item->rel, conditions);
    plan = item->kind == ITEM_LIST ? write_list(sql, scope, item, conditions)
                                   : write_outer(sql, scope, item, conditions);
    return plan && fill_dependents(sql, scope, item, plan) ? plan : NULL;
}

const char *sql_joined(struct sql *sql, struct sql_scope *scope, struct sql_item *item,
                       struct sql_expr *where)
{
    struct conditions conditions = {0};
    struct sql_expr **list = NULL;
    struct side all = {NULL, item->rels};
    size_t count = 0;
    size_t max = 0;

    sql_conjuncts(sql, where, &list, &count, &max);
    for (size_t i = 0; i < count; i++)
        add_condition(sql, scope, &conditions, list[i]);
    all.plan = write_item(sql, scope, item, &conditions);
    return all.plan ? apply(sql, scope, &conditions, &all, true) : NULL;
}

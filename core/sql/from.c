/* Binding FROM: how what stands in it is joined. */
#include "sql/from.h"

#include "base/check.h"
#include "sql/apply.h"

#include <string.h>

static struct sql_item *bind_item(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__Node *node);

void sql_conjuncts(struct sql *sql, struct sql_expr *condition, struct sql_expr ***list,
                   size_t *count, size_t *max)
{
    if (!condition)
        return;
    if (sql_is_call(condition, "and")) {
        for (size_t i = 0; i < condition->count; i++)
            sql_conjuncts(sql, condition->args[i], list, count, max);
        return;
    }
    *list = sql_grow(sql, *list, *count, max, sizeof(struct sql_expr *));
    (*list)[(*count)++] = condition;
}

static void list_add(struct sql *sql, struct sql_item *list, struct sql_item *item)
{
    if (!item)
        return;
    list->rels |= item->rels;
    if (item->kind == ITEM_LIST) {
        for (size_t i = 0; i < item->count; i++)
            list_add(sql, list, item->items[i]);
        for (size_t i = 0; i < item->on_count; i++)
            sql_conjuncts(sql, item->on[i], &list->on, &list->on_count, &list->on_max);
        return;
    }
    list->needs |= item->needs;
    for (size_t i = 0; i < item->on_count && item->kind == ITEM_REL; i++)
        sql_conjuncts(sql, item->on[i], &list->on, &list->on_count, &list->on_max);
    list->items = sql_grow(sql, list->items, list->count, &list->max, sizeof(struct sql_item *));
    list->items[list->count++] = item;
}

/* The column of this name of one side of a join. */
static struct sql_expr *side_column(struct sql *sql, struct sql_scope *scope,
                                    const struct sql_item *item, const char *name, int location)
{
    struct sql_expr *found = NULL;

    for (const struct sql_merged *m = scope->merged; m; m = m->next)
        if (strcmp(m->name, name) == 0 && (m->columns[0]->rel->bit & item->rels))
            return m->expr;
    for (size_t i = 0; i < scope->count; i++) {
        struct sql_column *column =
            scope->rels[i]->bit & item->rels ? sql_column_make(sql, scope->rels[i], name) : NULL;

        if (column && found) {
            (void)sql_fail(sql, location, "column %s of USING is in two tables of one side",
                           quote(name, strlen(name)).text);
            return NULL;
        }
        if (column)
            found = sql_of_column(sql, column, location);
    }
    if (!found)
        (void)sql_fail(sql, location, "column %s of USING is not in both tables",
                       quote(name, strlen(name)).text);
    return found;
}

/* One name of USING: an equality, and one column instead of two. */
static bool merge_column(struct sql *sql, struct sql_scope *scope, struct sql_item *item,
                         struct sql_item *const *sides, const char *name, int location)
{
    struct sql_merged *merged = ARENA_NEW(&sql->arena, struct sql_merged);
    struct sql_output *output = sql_star_add(sql, item);
    struct sql_expr *left = side_column(sql, scope, sides[0], name, location);
    struct sql_expr *right = left ? side_column(sql, scope, sides[1], name, location) : NULL;
    struct sql_expr *equal = right ? sql_compare(sql, "=", left, right, location) : NULL;
    bool full = item->join && strcmp(item->join, "full") == 0;

    if (!equal)
        return false;
    if (left->kind != SQL_COLUMN || right->kind != SQL_COLUMN)
        return sql_fail(sql, location, "column %s of USING comes from a FULL JOIN; use ON",
                        quote(name, strlen(name)).text);
    merged->name = name;
    merged->columns[0] = left->column;
    merged->columns[1] = right->column;
    merged->expr = full ? sql_call(sql, left->type, "coalesce", location, 2, left, right)
                   : item->join && strcmp(item->join, "right") == 0 ? right
                                                                    : left;
    merged->next = scope->merged;
    scope->merged = merged;
    sql_conjuncts(sql, equal, &item->on, &item->on_count, &item->on_max);
    output->name = name;
    output->expr = merged->expr;
    output->type = merged->expr->type;
    return true;
}

static bool in_star(const struct sql_item *item, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (item->star[i].name && strcmp(item->star[i].name, name) == 0)
            return true;
    return false;
}

static bool bind_using(struct sql *sql, struct sql_scope *scope, const PgQuery__JoinExpr *syntax,
                       struct sql_item *item, struct sql_item *const *sides)
{
    int location = sql_location(syntax->rarg);

    for (size_t i = 0; i < syntax->n_using_clause; i++)
        if (!merge_column(sql, scope, item, sides, sql_string(syntax->using_clause[i]), location))
            return false;
    if (!syntax->is_natural)
        return true;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side]->star_count; i++)
            if (sides[side]->star[i].all)
                return sql_fail(sql, location,
                                "NATURAL JOIN needs to know the columns of %s; declare them with "
                                "CREATE TABLE, or use USING",
                                sides[side]->star[i].all->name);
    for (size_t i = 0; i < sides[0]->star_count; i++)
        if (in_star(sides[1], sides[1]->star_count, sides[0]->star[i].name) &&
            !merge_column(sql, scope, item, sides, sides[0]->star[i].name, location))
            return false;
    return true;
}

/* Subqueries as values in ON of an outer join are joined to the side that they ask for columns. */
static bool attach_scalars(struct sql *sql, struct sql_scope *scope, struct sql_scalar **from,
                           struct sql_item **sides)
{
    struct sql_scalar *scalar = *from;

    *from = NULL;
    for (; scalar; scalar = scalar->next) {
        uint64_t rels = 0;
        int side = 1;

        for (size_t i = 0; i < scalar->key_count; i++)
            rels |= sql_rels(sql, scope, scalar->keys[i].outer);
        if (rels & ~sides[1]->rels)
            side = 0;
        if (rels & ~sides[side]->rels)
            return sql_fail(
                sql, scalar->rel->location,
                "a subquery in ON of an outer join that asks for columns of both sides; "
                "put it into a subquery in FROM of one side");
        sides[side] = sql_with_scalar(sql, sides[side], scalar);
    }
    return true;
}

static void set_nullable(struct sql_scope *scope, const struct sql_item *join,
                         struct sql_item *const *sides)
{
    bool left;
    bool right;

    SSP_ASSERT(join->join);
    left = strcmp(join->join, "left") != 0;
    right = strcmp(join->join, "right") != 0;
    for (size_t i = 0; i < scope->count; i++)
        if ((left && (sides[0]->rels & scope->rels[i]->bit)) ||
            (right && (sides[1]->rels & scope->rels[i]->bit)))
            scope->rels[i]->nullable = true;
}

/* A subquery on the right of LEFT JOIN LATERAL may ask for columns on the left of it. */
static bool check_lateral(struct sql *sql, struct sql_item *item, struct sql_item *const *sides)
{
    bool left = strcmp(item->join, "left") == 0;

    if ((sides[0]->needs & ~sides[0]->rels) ||
        (sides[1]->needs & ~(sides[1]->rels | sides[0]->rels)) ||
        (!left && (sides[1]->needs & sides[0]->rels)))
        return sql_fail(sql, sides[1]->rel ? sides[1]->rel->location : sql->location,
                        "LATERAL in an outer join asks for columns of the tables on the left of a "
                        "LEFT JOIN that it is on the right of, only");
    for (size_t i = 0; i < sides[1]->on_count && sides[1]->kind == ITEM_REL; i++)
        sql_conjuncts(sql, sides[1]->on[i], &item->on, &item->on_count, &item->on_max);
    return true;
}

static bool bind_on(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *syntax,
                    struct sql_item *item, struct sql_item **sides)
{
    bool inner = item->kind == ITEM_LIST;
    struct sql_scalar **last = &scope->scalars;
    struct sql_expr *on;

    while (*last)
        last = &(*last)->next;
    on = sql_condition(sql, scope, syntax, inner ? "ON of an inner join" : "ON");
    if (!on || (!inner && !attach_scalars(sql, scope, last, sides)))
        return false;
    sql_conjuncts(sql, on, &item->on, &item->on_count, &item->on_max);
    item->rels = sides[0]->rels | sides[1]->rels;
    return true;
}

static struct sql_item *bind_join(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__Node *node)
{
    const PgQuery__JoinExpr *syntax = node->join_expr;
    struct sql_item *item = ARENA_NEW(&sql->arena, struct sql_item);
    struct sql_item *sides[2];
    size_t merged;

    if (syntax->alias)
        return sql_bind_named_join(sql, scope, node);
    if (syntax->join_using_alias) {
        (void)sql_fail(
            sql, sql_location(node),
            "an alias for USING is not supported; leave it out: its columns can be asked "
            "for without a table");
        return NULL;
    }
    sides[0] = bind_item(sql, scope, syntax->larg);
    sides[1] = sides[0] ? bind_item(sql, scope, syntax->rarg) : NULL;
    if (!sides[1])
        return NULL;
    item->kind = syntax->jointype == PG_QUERY__JOIN_TYPE__JOIN_INNER ? ITEM_LIST : ITEM_OUTER;
    item->join = syntax->jointype == PG_QUERY__JOIN_TYPE__JOIN_LEFT    ? "left"
                 : syntax->jointype == PG_QUERY__JOIN_TYPE__JOIN_RIGHT ? "right"
                 : syntax->jointype == PG_QUERY__JOIN_TYPE__JOIN_FULL  ? "full"
                                                                       : NULL;
    item->rels = sides[0]->rels | sides[1]->rels;
    if (item->kind == ITEM_OUTER)
        set_nullable(scope, item, sides);
    if (item->kind == ITEM_OUTER && !check_lateral(sql, item, sides))
        return NULL;
    if (!bind_using(sql, scope, syntax, item, sides))
        return NULL;
    merged = item->star_count;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side]->star_count; i++) {
            const struct sql_output *output = &sides[side]->star[i];

            if (!output->name || !in_star(item, merged, output->name))
                *sql_star_add(sql, item) = *output;
        }
    if (syntax->quals && !bind_on(sql, scope, syntax->quals, item, sides))
        return NULL;
    if (item->kind == ITEM_LIST) {
        list_add(sql, item, sides[0]);
        list_add(sql, item, sides[1]);
    } else {
        item->items = ARENA_ARRAY(&sql->arena, struct sql_item *, 2);
        item->items[0] = sides[0];
        item->items[1] = sides[1];
        item->count = 2;
    }
    return item;
}

static struct sql_item *bind_item(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_RANGE_VAR)
        return sql_bind_name(sql, scope, node);
    if (node->node_case == PG_QUERY__NODE__NODE_RANGE_SUBSELECT)
        return sql_bind_subselect(sql, scope, node);
    if (node->node_case == PG_QUERY__NODE__NODE_JOIN_EXPR)
        return bind_join(sql, scope, node);
    if (node->node_case == PG_QUERY__NODE__NODE_RANGE_FUNCTION)
        return sql_bind_range_function(sql, scope, node);
    if (node->node_case == PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE)
        (void)sql_fail(
            sql, sql_location(node->range_table_sample->relation),
            "TABLESAMPLE is not supported: a view cannot depend on chance; choose rows in "
            "WHERE by what is in them");
    else
        (void)sql_fail(sql, sql_location(node), "this in FROM is not supported");
    return NULL;
}

/* A SELECT without FROM has one row, which has no columns. */
static struct sql_item *nothing_item(struct sql *sql, struct sql_scope *scope)
{
    struct sql_item *item = ARENA_NEW(&sql->arena, struct sql_item);

    item->rel = sql_rel_add(sql, scope, NULL, 0);
    item->rel->plan = SQL_ONE_ROW;
    item->rel->one_row = true;
    item->rels = item->rel->bit;
    return item;
}

struct sql_item *sql_from(struct sql *sql, struct sql_scope *scope, PgQuery__Node **nodes,
                          size_t count)
{
    struct sql_item *list = ARENA_NEW(&sql->arena, struct sql_item);

    list->kind = ITEM_LIST;
    if (scope->apply)
        list_add(sql, list, sql_given_item(sql, scope));
    else if (count == 0)
        list_add(sql, list, nothing_item(sql, scope));
    for (size_t i = 0; i < count; i++) {
        struct sql_item *item = bind_item(sql, scope, nodes[i]);

        if (!item)
            return NULL;
        for (size_t j = 0; j < item->star_count; j++)
            *sql_star_add(sql, list) = item->star[j];
        list_add(sql, list, item);
    }
    return sql->err->status == OK ? list : NULL;
}

/* Binding FROM: tables, views and subqueries, and how they are joined. */
#include "sql/from.h"

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

static struct sql_output *star_add(struct sql *sql, struct sql_item *item)
{
    item->star =
        sql_grow(sql, item->star, item->star_count, &item->star_max, sizeof(struct sql_output));
    return &item->star[item->star_count++];
}

static void star_column(struct sql *sql, struct sql_item *item, struct sql_column *column)
{
    struct sql_output *output = star_add(sql, item);

    output->name = column->name;
    output->type = column->type;
    output->expr = sql_of_column(sql, column, 0);
    column->used = false; /* until the `*` is */
}

bool sql_rename(struct sql *sql, PgQuery__Node **names, size_t count, struct sql_query *query,
                int location)
{
    struct buf projections = BUF_INIT;

    if (count == 0)
        return true;
    if (count > query->count || query->open)
        return sql_fail(sql, location, "%zu names for %zu columns%s", count, query->count,
                        query->open ? " that are known" : "");
    for (size_t i = 0; i < query->count; i++) {
        const char *old = query->outputs[i].name;
        const char *new = i < count ? sql_string(names[i]) : old;

        for (size_t j = 0; j < i; j++)
            if (strcmp(new, query->outputs[j].name) == 0) {
                buf_release(&projections);
                return sql_fail(sql, location, "two columns are named %s",
                                quote(new, strlen(new)).text);
            }
        buf_add_format(&projections, "%s{\"type\":\"field\",\"field\":[%s],\"alias\":%s}",
                       i ? "," : "", sql_quoted(sql, old), sql_quoted(sql, new));
        query->outputs[i].name = new;
        query->outputs[i].ambiguous = false;
    }
    query->plan = sql_text(sql, "{\"op\":\"project\",\"projections\":[%s],\"input\":%s}",
                           sql_take(sql, &projections), query->plan);
    return true;
}

/* The rows of a compiled query as a relation. */
static struct sql_item *item_of_query(struct sql *sql, struct sql_scope *scope, const char *name,
                                      const PgQuery__Alias *alias, struct sql_query *query,
                                      int location)
{
    struct sql_item *item = ARENA_NEW(&sql->arena, struct sql_item);
    struct sql_rel *rel;

    if (alias && !sql_rename(sql, alias->colnames, alias->n_colnames, query, location))
        return NULL;
    rel = sql_rel_add(sql, scope, alias ? alias->aliasname : name, location);
    if (!rel)
        return NULL;
    for (size_t i = 0; i < query->count; i++) {
        struct sql_column *column =
            sql_column_add(sql, rel, query->outputs[i].name, query->outputs[i].type);

        column->ambiguous = query->outputs[i].ambiguous;
        star_column(sql, item, column);
    }
    rel->open = query->open;
    if (rel->open)
        star_add(sql, item)->all = rel;
    rel->plan = query->plan;
    rel->one_row = query->one_row;
    rel->bag = query->bag;
    item->rel = rel;
    item->rels = rel->bit;
    return item;
}

static struct sql_item *item_of_table(struct sql *sql, struct sql_scope *scope, const char *table,
                                      const PgQuery__RangeVar *var)
{
    const struct sql_table *declared = sql->tables;
    const char *name = var->alias ? var->alias->aliasname : table;
    struct sql_rel *rel = sql_rel_add(sql, scope, name, var->location);
    struct sql_item *item = ARENA_NEW(&sql->arena, struct sql_item);

    if (!rel)
        return NULL;
    if (var->alias && var->alias->n_colnames) {
        (void)sql_fail(sql, var->location,
                       "new names for the columns of a table; write (SELECT a AS b FROM %s)",
                       table);
        return NULL;
    }
    rel->table = table;
    item->rel = rel;
    item->rels = rel->bit;
    while (declared && strcmp(declared->name, table) != 0)
        declared = declared->next;
    rel->open = !declared;
    for (size_t i = 0; declared && i < declared->count; i++) {
        struct sql_column *column =
            sql_column_add(sql, rel, declared->columns[i].name, declared->columns[i].type);

        column->key = declared->columns[i].key;
        star_column(sql, item, column);
    }
    if (rel->open)
        star_add(sql, item)->all = rel;
    return item;
}

static struct sql_item *item_of_view(struct sql *sql, struct sql_scope *scope,
                                     struct sql_view *view, const PgQuery__RangeVar *var)
{
    struct sql_query query = {0};
    bool ok;

    if (view->busy) {
        (void)sql_fail(sql, var->location, "view %s reads itself",
                       quote(view->name, strlen(view->name)).text);
        return NULL;
    }
    view->busy = true;
    ok = sql_view_query(sql, view, &query);
    view->busy = false;
    if (!ok)
        return NULL;
    return item_of_query(sql, scope, view->name, var->alias, &query, var->location);
}

/*
 * WITH RECURSIVE name AS (base UNION step): the rows of base, then those that step finds among what
 * is there, until nothing new appears. False also where it does not read itself.
 */
static bool bind_recursion(struct sql *sql, unsigned level, struct sql_cte *cte,
                           struct sql_query *query)
{
    const PgQuery__CommonTableExpr *syntax = cte->syntax;
    const PgQuery__SelectStmt *select = syntax->ctequery->select_stmt;
    struct sql_query step = {0};
    bool ok;

    if (!cte->recursive || select->op != PG_QUERY__SET_OPERATION__SETOP_UNION)
        return false;
    cte->busy = true;
    ok = sql_select(sql, cte->scope, level, select->larg, query) &&
         sql_rename(sql, syntax->aliascolnames, syntax->n_aliascolnames, query, syntax->location);
    cte->busy = false;
    cte->so_far = query;
    ok = ok && sql_select(sql, cte->scope, level, select->rarg, &step);
    cte->so_far = NULL;
    if (!ok || !cte->reads_itself)
        return false;
    if (select->all)
        return sql_fail(sql, syntax->location,
                        "WITH RECURSIVE %s: the rows are a set; write UNION, not UNION ALL",
                        cte->name);
    if (select->n_sort_clause || select->limit_count || select->limit_offset)
        return sql_fail(sql, syntax->location,
                        "WITH RECURSIVE %s: ORDER BY and LIMIT go with the query that reads it",
                        cte->name);
    if (query->open || step.open || query->count != step.count)
        return sql_fail(sql, syntax->location,
                        "WITH RECURSIVE %s: both of its SELECTs must have the same columns",
                        cte->name);
    query->plan = sql_text(sql, "{\"op\":\"fixpoint\",\"name\":%s,\"base\":%s,\"step\":%s}",
                           sql_quoted(sql, cte->name), query->plan, sql_renamed(sql, &step, query));
    query->one_row = false;
    return true;
}

/* The name of a recursion inside of it: what is there so far. */
static struct sql_item *item_of_recursion(struct sql *sql, struct sql_scope *scope,
                                          struct sql_cte *cte, const PgQuery__RangeVar *var)
{
    struct sql_query query = *cte->so_far;

    cte->reads_itself = true;
    query.one_row = false;
    query.outputs = ARENA_ARRAY(&sql->arena, struct sql_output, query.count); /* of its own names */
    memcpy(query.outputs, cte->so_far->outputs, query.count * sizeof(struct sql_output));
    query.plan = sql_text(sql, "{\"op\":\"recurse\",\"name\":%s}", sql_quoted(sql, cte->name));
    return item_of_query(sql, scope, cte->name, var->alias, &query, var->location);
}

static struct sql_item *item_of_cte(struct sql *sql, struct sql_scope *scope, struct sql_cte *cte,
                                    const PgQuery__RangeVar *var)
{
    const PgQuery__CommonTableExpr *syntax = cte->syntax;
    struct sql_query query = {0};
    bool ok;

    if (syntax->ctequery->node_case != PG_QUERY__NODE__NODE_SELECT_STMT) {
        (void)sql_fail(sql, syntax->location, "WITH %s is no SELECT", cte->name);
        return NULL;
    }
    if (cte->so_far)
        return item_of_recursion(sql, scope, cte, var);
    cte->reads_itself = false;
    if (bind_recursion(sql, scope->level, cte, &query))
        return item_of_query(sql, scope, cte->name, var->alias, &query, var->location);
    if (sql->err->status != OK)
        return NULL;
    query = (struct sql_query){0};
    cte->busy = true; /* inside it its name is that of a table */
    ok = sql_select(sql, cte->scope, scope->level, syntax->ctequery->select_stmt, &query) &&
         sql_rename(sql, syntax->aliascolnames, syntax->n_aliascolnames, &query, syntax->location);
    cte->busy = false;
    return ok ? item_of_query(sql, scope, cte->name, var->alias, &query, var->location) : NULL;
}

static struct sql_item *bind_name(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__Node *node)
{
    const PgQuery__RangeVar *var = node->range_var;
    const char *name = sql_name(sql, var);

    for (struct sql_scope *at = scope; name && at; at = at->parent)
        for (struct sql_cte *cte = at->ctes; cte && !*var->schemaname; cte = cte->next)
            if (!cte->busy && strcmp(cte->name, name) == 0)
                return item_of_cte(sql, scope, cte, var);
    for (struct sql_view *view = sql->views; name && view; view = view->next)
        if (strcmp(view->name, name) == 0)
            return item_of_view(sql, scope, view, var);
    return name ? item_of_table(sql, scope, name, var) : NULL;
}

static struct sql_item *bind_subselect(struct sql *sql, struct sql_scope *scope,
                                       const PgQuery__Node *node)
{
    const PgQuery__RangeSubselect *syntax = node->range_subselect;
    const PgQuery__SelectStmt *select = syntax->subquery->select_stmt;
    struct sql_scope around = {.parent = scope->parent, .level = scope->level, .ctes = scope->ctes};
    struct sql_query query = {0};
    int location = sql_location(syntax->subquery);

    if (syntax->lateral) {
        (void)sql_fail(sql, location, "LATERAL is not supported yet");
        return NULL;
    }
    if (!sql_select(sql, &around, scope->level, select, &query))
        return NULL;
    scope->outer = scope->outer || around.outer;
    return item_of_query(sql, scope, NULL, syntax->alias, &query, location);
}

static void list_add(struct sql *sql, struct sql_item *list, struct sql_item *item)
{
    list->rels |= item->rels;
    if (item->kind == ITEM_LIST) {
        for (size_t i = 0; i < item->count; i++)
            list_add(sql, list, item->items[i]);
        for (size_t i = 0; i < item->on_count; i++)
            sql_conjuncts(sql, item->on[i], &list->on, &list->on_count, &list->on_max);
        return;
    }
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
    struct sql_output *output = star_add(sql, item);
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

static struct sql_item *bind_join(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__Node *node)
{
    const PgQuery__JoinExpr *syntax = node->join_expr;
    struct sql_item *item = ARENA_NEW(&sql->arena, struct sql_item);
    struct sql_item *sides[2];
    size_t merged;

    sides[0] = bind_item(sql, scope, syntax->larg);
    sides[1] = sides[0] ? bind_item(sql, scope, syntax->rarg) : NULL;
    if (!sides[1])
        return NULL;
    if (syntax->alias) {
        (void)sql_fail(sql, sql_location(node), "an alias for a join is not supported");
        return NULL;
    }
    item->kind = syntax->jointype == PG_QUERY__JOIN_TYPE__JOIN_INNER ? ITEM_LIST : ITEM_OUTER;
    item->join = syntax->jointype == PG_QUERY__JOIN_TYPE__JOIN_LEFT    ? "left"
                 : syntax->jointype == PG_QUERY__JOIN_TYPE__JOIN_RIGHT ? "right"
                 : syntax->jointype == PG_QUERY__JOIN_TYPE__JOIN_FULL  ? "full"
                                                                       : NULL;
    item->rels = sides[0]->rels | sides[1]->rels;
    if (!bind_using(sql, scope, syntax, item, sides))
        return NULL;
    merged = item->star_count;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side]->star_count; i++) {
            const struct sql_output *output = &sides[side]->star[i];

            if (!output->name || !in_star(item, merged, output->name))
                *star_add(sql, item) = *output;
        }
    if (syntax->quals) {
        struct sql_expr *on = sql_condition(sql, scope, syntax->quals, "ON");

        if (!on)
            return NULL;
        sql_conjuncts(sql, on, &item->on, &item->on_count, &item->on_max);
    }
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
        return bind_name(sql, scope, node);
    if (node->node_case == PG_QUERY__NODE__NODE_RANGE_SUBSELECT)
        return bind_subselect(sql, scope, node);
    if (node->node_case == PG_QUERY__NODE__NODE_JOIN_EXPR)
        return bind_join(sql, scope, node);
    (void)sql_fail(sql, sql_location(node), "%s in FROM is not supported",
                   node->node_case == PG_QUERY__NODE__NODE_RANGE_FUNCTION ? "a function" : "this");
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
    if (count == 0)
        list_add(sql, list, nothing_item(sql, scope));
    for (size_t i = 0; i < count; i++) {
        struct sql_item *item = bind_item(sql, scope, nodes[i]);

        if (!item)
            return NULL;
        for (size_t j = 0; j < item->star_count; j++)
            *star_add(sql, list) = item->star[j];
        list_add(sql, list, item);
    }
    return list;
}

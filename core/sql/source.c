/* What stands in FROM by itself: tables, views, subqueries, names of WITH, joins with a name. */
#include "sql/from.h"

#include "sql/apply.h"

#include <string.h>

struct sql_output *sql_star_add(struct sql *sql, struct sql_item *item)
{
    item->star =
        sql_grow(sql, item->star, item->star_count, &item->star_max, sizeof(struct sql_output));
    return &item->star[item->star_count++];
}

static void star_column(struct sql *sql, struct sql_item *item, struct sql_column *column)
{
    struct sql_output *output = sql_star_add(sql, item);

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
    if (count > query->count - (query->apply != NULL) || query->open)
        return sql_fail(sql, location, "%zu names for %zu columns%s", count,
                        query->count - (query->apply != NULL),
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
struct sql_item *sql_item_of_query(struct sql *sql, struct sql_scope *scope, const char *name,
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
        struct sql_column *column;

        if (query->outputs[i].all)
            continue;
        column = sql_column_add(sql, rel, query->outputs[i].name, query->outputs[i].type);
        column->ambiguous = query->outputs[i].ambiguous;
        if (!query->apply || i + 1 < query->count)
            star_column(sql, item, column);
    }
    rel->open = query->open;
    if (rel->open)
        sql_star_add(sql, item)->all = rel;
    rel->plan = query->plan;
    rel->one_row = query->one_row;
    rel->bag = query->bag;
    item->rel = rel;
    item->rels = rel->bit;
    if (query->apply) {
        struct sql_expr *key = sql_call(sql, SQL_BOOLEAN, "eq", location, 2,
                                        sql_given_key(sql, query->apply, location),
                                        sql_of_column(sql, rel->columns[rel->count - 1], location));

        rel->apply = query->apply;
        item->needs = sql_asked(sql, scope, query->apply);
        sql_conjuncts(sql, key, &item->on, &item->on_count, &item->on_max);
    }
    return item;
}

/* As many new names as there are columns, at most. */
static bool check_names(struct sql *sql, const PgQuery__RangeVar *var,
                        const struct sql_table *declared)
{
    size_t count = var->alias ? var->alias->n_colnames : 0;

    if (count == 0 || (declared && count <= declared->count))
        return true;
    if (!declared)
        return sql_fail(sql, var->location,
                        "new names for the columns of %s: they are not known; declare them with "
                        "CREATE TABLE, or write (SELECT a AS b FROM %s)",
                        var->relname, var->relname);
    return sql_fail(sql, var->location, "%zu names for %zu columns", count, declared->count);
}

/* `new`: the name that an alias gives the column, or NULL. */
static bool add_declared(struct sql *sql, struct sql_item *item, const struct sql_column *declared,
                         const PgQuery__Node *new)
{
    const char *name = new ? sql_string(new) : declared->name;
    struct sql_column *column;

    if (sql_column_of(item->rel, name))
        return sql_fail(sql, item->rel->location, "two columns are named %s",
                        quote(name, strlen(name)).text);
    column = sql_column_add(sql, item->rel, name, declared->type);
    column->field = declared->name;
    column->key = declared->key;
    star_column(sql, item, column);
    return true;
}

static struct sql_item *item_of_table(struct sql *sql, struct sql_scope *scope, const char *table,
                                      const PgQuery__RangeVar *var)
{
    const struct sql_table *declared = sql->tables;
    const char *name = var->alias ? var->alias->aliasname : table;
    struct sql_rel *rel = sql_rel_add(sql, scope, name, var->location);
    struct sql_item *item = ARENA_NEW(&sql->arena, struct sql_item);
    PgQuery__Node **new = var->alias ? var->alias->colnames : NULL;
    size_t renamed = var->alias ? var->alias->n_colnames : 0;

    if (!rel)
        return NULL;
    rel->table = table;
    item->rel = rel;
    item->rels = rel->bit;
    while (declared && strcmp(declared->name, table) != 0)
        declared = declared->next;
    rel->open = !declared;
    if (!check_names(sql, var, declared))
        return NULL;
    for (size_t i = 0; declared && i < declared->count; i++)
        if (!add_declared(sql, item, &declared->columns[i], i < renamed ? new[i] : NULL))
            return NULL;
    if (rel->open)
        sql_star_add(sql, item)->all = rel;
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
    return sql_item_of_query(sql, scope, view->name, var->alias, &query, var->location);
}

/* The type of a recursion's column is the one that it has in base: what reads it was bound so. */
static bool type_of_recursion(struct sql *sql, const struct sql_cte *cte,
                              const struct sql_query *base, const struct sql_query *step, size_t i,
                              enum sql_type *type)
{
    enum sql_type first = base->outputs[i].type;
    const char *what = sql_text(sql, "WITH RECURSIVE %s: column %zu", cte->name, i + 1);
    int location = cte->syntax->location;

    *type = first;
    if (!sql_widen(sql, type, step->outputs[i].type, what, location))
        return false;
    if (sql_base(*type) != sql_base(first) && first != SQL_NULL && first != SQL_ANY)
        return sql_fail(sql, location,
                        "%s is %s in the first SELECT and %s in all of it; cast it in the first",
                        what, sql_type_name(first), sql_type_name(*type));
    return true;
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
    enum sql_type *types;
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
    types = ARENA_ARRAY(&sql->arena, enum sql_type, query->count);
    for (size_t i = 0; i < query->count; i++)
        if (!type_of_recursion(sql, cte, query, &step, i, &types[i]))
            return false;
    query->plan =
        sql_text(sql, "{\"op\":\"fixpoint\",\"name\":%s,\"base\":%s,\"step\":%s}",
                 sql_quoted(sql, cte->name), query->plan, sql_renamed(sql, &step, query, types));
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
    return sql_item_of_query(sql, scope, cte->name, var->alias, &query, var->location);
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
    if (syntax->search_clause || syntax->cycle_clause) {
        (void)sql_fail(sql, syntax->location,
                       "SEARCH and CYCLE are not supported; a recursion is a set, and ends when "
                       "nothing new appears");
        return NULL;
    }
    if (cte->so_far)
        return item_of_recursion(sql, scope, cte, var);
    cte->reads_itself = false;
    if (bind_recursion(sql, scope->level, cte, &query))
        return sql_item_of_query(sql, scope, cte->name, var->alias, &query, var->location);
    if (sql->err->status != OK)
        return NULL;
    query = (struct sql_query){0};
    cte->busy = true; /* inside it its name is that of a table */
    ok = sql_select(sql, cte->scope, scope->level, syntax->ctequery->select_stmt, &query) &&
         sql_rename(sql, syntax->aliascolnames, syntax->n_aliascolnames, &query, syntax->location);
    cte->busy = false;
    return ok ? sql_item_of_query(sql, scope, cte->name, var->alias, &query, var->location) : NULL;
}

struct sql_item *sql_bind_name(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node)
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

/* What a query in FROM sees that is not LATERAL: nothing of this FROM, but what is given to it. */
struct sql_scope *sql_around(struct sql *sql, const struct sql_scope *scope)
{
    struct sql_scope *around = ARENA_NEW(&sql->arena, struct sql_scope);

    around->parent = scope->parent;
    around->level = scope->level;
    around->ctes = scope->ctes;
    around->apply = scope->apply;
    around->given = scope->given;
    return around;
}

/* The rows of a subquery that is not LATERAL. */
static bool rows_of(struct sql *sql, struct sql_scope *scope, const PgQuery__SelectStmt *select,
                    struct sql_query *query)
{
    struct sql_scope *around = sql_around(sql, scope);

    return scope->apply ? sql_subquery(sql, around, select, false, query)
                        : sql_select(sql, around, scope->level, select, query);
}

struct sql_item *sql_bind_subselect(struct sql *sql, struct sql_scope *scope,
                                    const PgQuery__Node *node)
{
    const PgQuery__RangeSubselect *syntax = node->range_subselect;
    const PgQuery__SelectStmt *select = syntax->subquery->select_stmt;
    struct sql_query query = {.location = sql_location(syntax->subquery)};

    if (syntax->lateral ? !sql_subquery(sql, scope, select, false, &query)
                        : !rows_of(sql, scope, select, &query))
        return NULL;
    return sql_item_of_query(sql, scope, NULL, syntax->alias, &query, query.location);
}

/* SELECT * FROM a join, as syntax. */
struct star_of_join {
    PgQuery__SelectStmt select;
    PgQuery__ResTarget target;
    PgQuery__ColumnRef ref;
    PgQuery__JoinExpr join;
    PgQuery__Node nodes[4];
    PgQuery__Node *lists[3];
};

static const PgQuery__SelectStmt *star_of_join(struct sql *sql, const PgQuery__JoinExpr *join)
{
    struct star_of_join *made = ARENA_NEW(&sql->arena, struct star_of_join);

    pg_query__select_stmt__init(&made->select);
    pg_query__res_target__init(&made->target);
    pg_query__column_ref__init(&made->ref);
    made->join = *join;
    made->join.alias = NULL;
    made->nodes[0].node_case = PG_QUERY__NODE__NODE_A_STAR;
    made->nodes[1].node_case = PG_QUERY__NODE__NODE_COLUMN_REF;
    made->nodes[1].column_ref = &made->ref;
    made->nodes[2].node_case = PG_QUERY__NODE__NODE_RES_TARGET;
    made->nodes[2].res_target = &made->target;
    made->nodes[3].node_case = PG_QUERY__NODE__NODE_JOIN_EXPR;
    made->nodes[3].join_expr = &made->join;
    made->lists[0] = &made->nodes[0];
    made->lists[1] = &made->nodes[2];
    made->lists[2] = &made->nodes[3];
    made->ref.fields = &made->lists[0];
    made->ref.n_fields = 1;
    made->target.val = &made->nodes[1];
    made->select.target_list = &made->lists[1];
    made->select.n_target_list = 1;
    made->select.from_clause = &made->lists[2];
    made->select.n_from_clause = 1;
    made->select.op = PG_QUERY__SET_OPERATION__SETOP_NONE;
    made->select.limit_option = PG_QUERY__LIMIT_OPTION__LIMIT_OPTION_DEFAULT;
    return &made->select;
}

struct sql_item *sql_bind_named_join(struct sql *sql, struct sql_scope *scope,
                                     const PgQuery__Node *node)
{
    struct sql_query query = {.location = sql_location(node)};

    if (!rows_of(sql, scope, star_of_join(sql, node->join_expr), &query))
        return NULL;
    return sql_item_of_query(sql, scope, NULL, node->join_expr->alias, &query, query.location);
}

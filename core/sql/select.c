/* SELECT: its clauses bound in the order in which names become known, its plan written upwards. */
#include "sql/select.h"

#include "sql/from.h"

#include <stdio.h>
#include <string.h>

static bool taken(const struct sql_query *query, const char *name)
{
    for (size_t i = 0; i < query->count; i++)
        if (query->outputs[i].name && strcmp(query->outputs[i].name, name) == 0)
            return true;
    return false;
}

/* A name that stands already gets _2, _3; asking for it by name is ambiguous then. */
void sql_output_add(struct sql *sql, struct sql_query *query, const char *name,
                    struct sql_expr *expr)
{
    const char *unique = name;
    struct sql_output *output;

    for (size_t i = 0; i < query->count; i++)
        if (query->outputs[i].name && strcmp(query->outputs[i].name, name) == 0)
            query->outputs[i].ambiguous = true;
    for (unsigned i = 2; taken(query, unique); i++)
        unique = sql_text(sql, "%s_%u", name, i);
    query->outputs =
        sql_grow(sql, query->outputs, query->count, &query->max, sizeof(struct sql_output));
    output = &query->outputs[query->count++];
    output->name = unique;
    output->expr = expr;
    output->type = expr->type;
}

static const char *name_of(const PgQuery__Node *node);

static const char *name_of_subquery(const PgQuery__SubLink *link)
{
    const PgQuery__SelectStmt *select = link->subselect->select_stmt;
    const PgQuery__ResTarget *first;
    const char *name;

    if (link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK)
        return "exists";
    if (link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK)
        return "array";
    if (link->sub_link_type != PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK)
        return "?column?";
    while (select->larg)
        select = select->larg;
    if (!select->n_target_list)
        return "column1"; /* VALUES */
    first = select->target_list[0]->res_target;
    name = *first->name ? first->name : name_of(first->val);
    return *name ? name : "?column?"; /* of a "*" */
}

/* What a column is called that has no AS, as PostgreSQL calls it. */
static const char *name_of(const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF)
        return sql_string(node->column_ref->fields[node->column_ref->n_fields - 1]);
    if (node->node_case == PG_QUERY__NODE__NODE_FUNC_CALL)
        return sql_string(node->func_call->funcname[node->func_call->n_funcname - 1]);
    if (node->node_case == PG_QUERY__NODE__NODE_GROUPING_FUNC)
        return "grouping";
    if (node->node_case == PG_QUERY__NODE__NODE_COALESCE_EXPR)
        return "coalesce";
    if (node->node_case == PG_QUERY__NODE__NODE_MIN_MAX_EXPR)
        return node->min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_LEAST ? "least" : "greatest";
    if (node->node_case == PG_QUERY__NODE__NODE_SUB_LINK)
        return name_of_subquery(node->sub_link);
    if (node->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR)
        return "array";
    if (node->node_case == PG_QUERY__NODE__NODE_COLLATE_CLAUSE)
        return name_of(node->collate_clause->arg);
    if (node->node_case == PG_QUERY__NODE__NODE_A_EXPR &&
        node->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF)
        return "nullif";
    if (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST) {
        const PgQuery__TypeName *type = node->type_cast->type_name;
        const char *name = name_of(node->type_cast->arg);

        return strcmp(name, "?column?") ? name : sql_string(type->names[type->n_names - 1]);
    }
    if (node->node_case == PG_QUERY__NODE__NODE_CASE_EXPR) {
        const char *name =
            node->case_expr->defresult ? name_of(node->case_expr->defresult) : "?column?";

        return strcmp(name, "?column?") ? name : "case";
    }
    return "?column?";
}

static void add_all(struct sql *sql, struct sql_query *query, struct sql_rel *rel)
{
    /* The id first: it is a column of the table, but no field of its records. */
    if (rel->table)
        sql_output_add(sql, query, "id",
                       sql_of_column(sql, sql_column_make(sql, rel, "id"), rel->location));
    query->outputs =
        sql_grow(sql, query->outputs, query->count, &query->max, sizeof(struct sql_output));
    query->outputs[query->count++] = (struct sql_output){.all = rel};
    query->open = true;
    rel->whole = true;
}

/* t.*: also the columns that USING has merged. */
static void add_rel(struct sql *sql, struct sql_query *query, struct sql_rel *rel)
{
    for (size_t i = 0; !rel->open && i < rel->count; i++)
        sql_output_add(sql, query, rel->columns[i]->name,
                       sql_of_column(sql, rel->columns[i], rel->location));
    if (rel->open)
        add_all(sql, query, rel);
}

static void add_star(struct sql *sql, struct sql_select *select)
{
    const struct sql_item *from = select->from;

    for (size_t i = 0; i < from->star_count; i++) {
        const struct sql_output *output = &from->star[i];

        if (output->all) {
            add_all(sql, select->query, output->all);
            continue;
        }
        if (output->expr->kind == SQL_COLUMN)
            output->expr->column->used = true;
        sql_output_add(sql, select->query, output->name, output->expr);
    }
}

static bool add_target(struct sql *sql, struct sql_select *select, const PgQuery__ResTarget *target)
{
    const PgQuery__Node *value = target->val;
    const PgQuery__ColumnRef *ref =
        value->node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? value->column_ref : NULL;
    struct sql_expr *expr;

    if (ref && ref->fields[ref->n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR) {
        struct sql_rel *only = NULL;

        if (ref->n_fields > 1) {
            only = sql_find_rel(sql, select->scope, sql_string(ref->fields[ref->n_fields - 2]),
                                ref->location);
            if (!only)
                return false;
            if (only->scope != select->scope)
                return sql_fail(sql, ref->location, "%s.* of a query around", only->name);
        }
        if (only)
            add_rel(sql, select->query, only);
        else
            add_star(sql, select);
        return true;
    }
    expr = sql_expr(sql, select->scope, value);
    if (!expr || (expr->type == SQL_LITERAL && !sql_coerce(sql, expr, SQL_TEXT)))
        return false;
    sql_output_add(sql, select->query, *target->name ? target->name : name_of(value), expr);
    return true;
}

static void bind_ctes(struct sql *sql, struct sql_scope *scope, const PgQuery__WithClause *with,
                      struct sql_apply *apply)
{
    for (size_t i = 0; with && i < with->n_ctes; i++) {
        struct sql_cte *cte = ARENA_NEW(&sql->arena, struct sql_cte);

        cte->syntax = with->ctes[i]->common_table_expr;
        cte->name = cte->syntax->ctename;
        cte->scope = ARENA_NEW(&sql->arena, struct sql_scope); /* sees those before it */
        *cte->scope = *scope;
        cte->scope->apply = apply; /* and nothing given */
        cte->next = scope->ctes;
        cte->recursive = with->recursive;
        scope->ctes = cte;
        if (cte->recursive)
            cte->scope->ctes = cte;
    }
}

static bool refuse_clauses(struct sql *sql, const PgQuery__SelectStmt *syntax)
{
    const char *what = syntax->n_locking_clause ? "FOR UPDATE"
                       : syntax->into_clause    ? "SELECT INTO"
                                                : NULL;
    PgQuery__Node node = {.node_case = PG_QUERY__NODE__NODE_SELECT_STMT};

    if (!what)
        return true;
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): only looked at */
    node.select_stmt = (PgQuery__SelectStmt *)(uintptr_t)syntax;
    return sql_fail(sql, sql_location(&node), "%s is not supported", what);
}

static bool bind_clauses(struct sql *sql, struct sql_select *select)
{
    const PgQuery__SelectStmt *syntax = select->syntax;

    select->from = sql_from(sql, select->scope, syntax->from_clause, syntax->n_from_clause);
    if (!select->from)
        return false;
    select->query->one_row = true;
    for (size_t i = 0; i < select->from->count; i++) {
        const struct sql_item *item = select->from->items[i];

        if (item->kind != ITEM_REL || !item->rel->one_row)
            select->query->one_row = false;
    }
    if (syntax->where_clause) {
        select->where = sql_condition(sql, select->scope, syntax->where_clause, "WHERE");
        if (!select->where)
            return false;
    }
    if (sql_covers_key(sql, select))
        select->query->one_row = true;
    sql_take_keys(sql, select);
    for (size_t i = 0; i < select->scope->count; i++)
        select->query->bag = select->query->bag || select->scope->rels[i]->bag;
    if (!sql_bind_windows(sql, select))
        return false;
    select->scope->windows = true;
    for (size_t i = 0; i < syntax->n_target_list; i++)
        if (!add_target(sql, select, syntax->target_list[i]->res_target))
            return false;
    select->scope->windows = false;
    if (!sql_bind_groups(sql, select))
        return false;
    if (syntax->having_clause) {
        select->having = sql_condition(sql, select->scope, syntax->having_clause, "HAVING");
        if (!select->having)
            return false;
    }
    select->scope->windows = true;
    return sql_bind_order(sql, select) && sql_add_order(sql, select) &&
           sql_check_aggregates(sql, select) && sql_give(sql, select) &&
           sql_check_scalar(sql, select);
}

const char *sql_projected(struct sql *sql, struct sql_select *select, const char *plan)
{
    const struct sql_query *query = select->query;
    struct buf buf = BUF_INIT;

    buf_add_string(&buf, "{\"op\":\"project\",\"projections\":[");
    for (size_t i = 0; i < query->count; i++) {
        const struct sql_output *output = &query->outputs[i];

        if (i)
            buf_add_byte(&buf, ',');
        if (output->all)
            buf_add_string(&buf, "{\"type\":\"all\"}");
        else if (output->expr->kind == SQL_COLUMN &&
                 output->expr->column->rel->scope == select->scope)
            buf_add_format(&buf, "{\"type\":\"field\",\"field\":%s,\"alias\":%s}",
                           sql_field(sql, select->scope, output->expr),
                           sql_quoted(sql, output->name));
        else
            buf_add_format(&buf, "{\"type\":\"expr\",\"expr\":%s,\"alias\":%s}",
                           sql_emitted(sql, select->scope, output->expr),
                           sql_quoted(sql, output->name));
    }
    buf_add_format(&buf, "],\"input\":%s}", plan);
    return sql_take(sql, &buf);
}

static bool plain_select(struct sql *sql, struct sql_select *select)
{
    struct sql_item *from;
    const char *plan;

    if (!refuse_clauses(sql, select->syntax) || !bind_clauses(sql, select))
        return false;
    from = sql_with_scalars(sql, select->scope, select->from, select->grouped);
    plan = sql_joined(sql, select->scope, from, select->where);
    if (plan && select->grouped)
        plan = sql_grouped(sql, select, plan);
    if (plan && select->having)
        plan = sql_filter(sql, select->scope, plan, &select->having, 1);
    if (plan)
        plan = sql_windowed(sql, select, plan);
    if (plan)
        plan = sql_ordered(sql, select, plan);
    if (select->syntax->n_distinct_clause)
        select->query->bag = false;
    select->query->plan = plan;
    return plan && sql->err->status == OK;
}

bool sql_select(struct sql *sql, struct sql_scope *parent, unsigned level,
                const PgQuery__SelectStmt *syntax, struct sql_query *query)
{
    struct sql_scope *scope = ARENA_NEW(&sql->arena, struct sql_scope);
    struct sql_select select = {.syntax = syntax, .scope = scope, .query = query};

    scope->parent = parent;
    scope->level = level;
    bind_ctes(sql, scope, syntax->with_clause, query->apply);
    if (syntax->op == PG_QUERY__SET_OPERATION__SETOP_NONE)
        scope->apply = query->apply;
    if (syntax->n_values_lists)
        return sql_values(sql, scope, syntax, query);
    if (syntax->op != PG_QUERY__SET_OPERATION__SETOP_NONE)
        return sql_set_operation(sql, scope, level, syntax, query);
    return plain_select(sql, &select);
}

bool sql_view_query(struct sql *sql, const struct sql_view *view, struct sql_query *query)
{
    if (view->query->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return sql_fail(sql, view->location, "view %s is no SELECT",
                        quote(view->name, strlen(view->name)).text);
    return sql_select(sql, NULL, 0, view->query->select_stmt, query) &&
           sql_rename(sql, view->aliases, view->alias_count, query, view->location);
}

const char *sql_rekeyed(struct sql *sql, const struct sql_query *query, const char *plan)
{
    struct buf buf = BUF_INIT;
    bool any = false;

    plan = sql_text(sql, "{\"op\":\"rekey\",\"input\":%s}", plan);
    buf_add_string(&buf, "{\"op\":\"project\",\"projections\":[");
    for (size_t i = 0; i < query->count; i++) {
        const struct sql_output *output = &query->outputs[i];
        const char *name = output->name ? sql_quoted(sql, output->name) : "";
        int scale = sql_scale(output->type);

        any = any || scale > 0;
        if (!output->name)
            buf_add_string(&buf, "{\"type\":\"all\"},");
        else if (scale > 0)
            buf_add_format(
                &buf,
                "{\"type\":\"expr\",\"expr\":{\"call\":\"fixed\",\"args\":[{\"field\":[%s]},"
                "%d]},\"alias\":%s},",
                name, scale, name);
        else
            buf_add_format(&buf, "{\"type\":\"field\",\"field\":[%s],\"alias\":%s},", name, name);
    }
    buf.size -= query->count > 0;
    buf_add_format(&buf, "],\"input\":%s}", plan);
    if (any)
        return sql_take(sql, &buf);
    buf_release(&buf);
    return plan;
}

const char *sql_root(struct sql *sql, const struct sql_view *view)
{
    struct sql_query query = {.root = true, .flat = view->flat};

    if (!sql_view_query(sql, view, &query))
        return NULL;
    return query.rekeyed ? query.plan : sql_rekeyed(sql, &query, query.plan);
}

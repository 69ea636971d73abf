/*
 * Rows of values: (a, b) = (1, 2) and the like are conditions on their columns, one by one. A row
 * stands only where it is compared.
 */
#include "sql/bind.h"

#include "base/check.h"

#include <string.h>

bool sql_is_row(const PgQuery__Node *node)
{
    return node && node->node_case == PG_QUERY__NODE__NODE_ROW_EXPR;
}

/* Columns must not be given their types twice. */
static struct sql_expr *copy_of(struct sql *sql, const struct sql_expr *expr)
{
    struct sql_expr *copy = ARENA_NEW(&sql->arena, struct sql_expr);

    *copy = *expr;
    return copy;
}

static struct sql_expr *compare(struct sql *sql, const char *op, const struct sql_row *left,
                                const struct sql_row *right, size_t i, int location)
{
    return sql_compare(sql, op, copy_of(sql, left->items[i]), copy_of(sql, right->items[i]),
                       location);
}

/* a < c, or a = c and b < d: the last column decides by the operator itself. */
static struct sql_expr *in_order(struct sql *sql, const char *op, const struct sql_row *left,
                                 const struct sql_row *right, int location)
{
    const char *strict = *op == '<' ? "<" : ">";
    struct sql_expr *all = compare(sql, op, left, right, left->count - 1, location);

    for (size_t i = left->count - 1; all && i-- > 0;) {
        struct sql_expr *before = compare(sql, strict, left, right, i, location);
        struct sql_expr *equal = before ? compare(sql, "=", left, right, i, location) : NULL;

        if (!equal)
            return NULL;
        all = sql_call(sql, SQL_BOOLEAN, "or", location, 2, before,
                       sql_call(sql, SQL_BOOLEAN, "and", location, 2, equal, all));
    }
    return all;
}

struct sql_expr *sql_row_compare(struct sql *sql, const char *op, const struct sql_row *left,
                                 const struct sql_row *right, int location)
{
    bool equal = strcmp(op, "=") == 0;
    struct sql_expr **parts;

    SSP_ASSERT(left->count && right->count);
    if (left->count != right->count) {
        (void)sql_fail(sql, location, "\"%s\" of rows of %zu and %zu columns", op, left->count,
                       right->count);
        return NULL;
    }
    if (left->count == 1)
        return compare(sql, op, left, right, 0, location);
    if (!equal && strcmp(op, "<>") != 0) {
        if (*op == '<' || *op == '>')
            return in_order(sql, op, left, right, location);
        (void)sql_fail(sql, location, "operator \"%s\" of rows; compare their columns one by one",
                       op);
        return NULL;
    }
    parts = ARENA_ARRAY(&sql->arena, struct sql_expr *, left->count);
    for (size_t i = 0; i < left->count; i++) {
        parts[i] = compare(sql, op, left, right, i, location);
        if (!parts[i])
            return NULL;
    }
    return sql_call_list(sql, SQL_BOOLEAN, equal ? "and" : "or", location, parts, left->count);
}

bool sql_row(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node,
             struct sql_row *row)
{
    PgQuery__RowExpr *syntax = sql_is_row(node) ? node->row_expr : NULL;

    row->count = syntax ? syntax->n_args : 1;
    if (row->count == 0)
        return sql_fail(sql, syntax->location, "a row without columns");
    if (syntax)
        return sql_list(sql, scope, syntax->args, syntax->n_args, &row->items);
    row->items = ARENA_ARRAY(&sql->arena, struct sql_expr *, 1);
    row->items[0] = sql_expr(sql, scope, node);
    return row->items[0];
}

static bool both(struct sql *sql, struct sql_scope *scope, const PgQuery__AExpr *syntax,
                 const PgQuery__Node *right, struct sql_row *rows)
{
    if (!sql_is_row(syntax->lexpr) || !sql_is_row(right))
        return sql_fail(sql, syntax->location, "a row can be compared with a row only");
    return sql_row(sql, scope, syntax->lexpr, &rows[0]) && sql_row(sql, scope, right, &rows[1]);
}

static struct sql_expr *is_distinct(struct sql *sql, const struct sql_row *rows, int location)
{
    struct sql_expr **parts = ARENA_ARRAY(&sql->arena, struct sql_expr *, rows[0].count);

    if (rows[0].count != rows[1].count) {
        (void)sql_fail(sql, location, "IS DISTINCT FROM of rows of %zu and %zu columns",
                       rows[0].count, rows[1].count);
        return NULL;
    }
    for (size_t i = 0; i < rows[0].count; i++) {
        parts[i] = sql_distinct(sql, rows[0].items[i], rows[1].items[i], location);
        if (!parts[i])
            return NULL;
    }
    return sql_call_list(sql, SQL_BOOLEAN, "or", location, parts, rows[0].count);
}

static struct sql_expr *in_list(struct sql *sql, struct sql_scope *scope,
                                const PgQuery__AExpr *syntax)
{
    const PgQuery__List *list = syntax->rexpr->list;
    struct sql_expr **parts = ARENA_ARRAY(&sql->arena, struct sql_expr *, list->n_items);

    for (size_t i = 0; i < list->n_items; i++) {
        struct sql_row rows[2] = {{0}};

        if (!both(sql, scope, syntax, list->items[i], rows))
            return NULL;
        parts[i] = sql_row_compare(sql, "=", &rows[0], &rows[1], syntax->location);
        if (!parts[i])
            return NULL;
    }
    return sql_call_list(sql, SQL_BOOLEAN, "or", syntax->location, parts, list->n_items);
}

struct sql_expr *sql_row_operator(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__AExpr *syntax)
{
    PgQuery__AExprKind kind = syntax->kind;
    const char *op = sql_string(syntax->name[syntax->n_name - 1]);
    struct sql_expr *expr = NULL;
    struct sql_row rows[2] = {{0}};
    bool negate = false;

    if (kind == PG_QUERY__A__EXPR__KIND__AEXPR_IN) {
        expr = in_list(sql, scope, syntax);
        negate = strcmp(op, "<>") == 0;
    } else if (!both(sql, scope, syntax, syntax->rexpr, rows)) {
        return NULL;
    } else if (kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP) {
        expr = sql_row_compare(sql, op, &rows[0], &rows[1], syntax->location);
    } else if (kind == PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT ||
               kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT) {
        expr = is_distinct(sql, rows, syntax->location);
        negate = kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT;
    } else {
        (void)sql_fail(
            sql, syntax->location,
            "this comparison of rows is not supported; compare their columns one by one");
    }
    return expr && negate ? sql_call(sql, SQL_BOOLEAN, "not", syntax->location, 1, expr) : expr;
}

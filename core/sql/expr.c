/* Binding expressions: syntax to sql_exprs. Operators and functions have files of their own. */
#include "sql/bind.h"

#include <stdarg.h>
#include <string.h>

enum { DEPTH_MAX = 200 };

struct sql_expr *sql_const(struct sql *sql, enum sql_type type, const char *json, int location)
{
    struct sql_expr *expr = ARENA_NEW(&sql->arena, struct sql_expr);

    expr->kind = SQL_CONST;
    expr->type = type;
    expr->text = json;
    expr->location = location;
    return expr;
}

struct sql_expr *sql_of_column(struct sql *sql, struct sql_column *column, int location)
{
    struct sql_expr *expr = sql_const(sql, column->type, column->name, location);

    expr->kind = SQL_COLUMN;
    expr->column = column;
    column->used = true;
    return expr;
}

struct sql_expr *sql_call_list(struct sql *sql, enum sql_type type, const char *name, int location,
                               struct sql_expr **args, size_t count)
{
    struct sql_expr *expr = sql_const(sql, type, name, location);

    expr->kind = SQL_CALL;
    expr->args = args;
    expr->count = count;
    return expr;
}

struct sql_expr *sql_call(struct sql *sql, enum sql_type type, const char *name, int location,
                          size_t count, ...)
{
    struct sql_expr **args = ARENA_ARRAY(&sql->arena, struct sql_expr *, count);
    va_list list;

    va_start(list, count);
    for (size_t i = 0; i < count; i++)
        args[i] = va_arg(list, struct sql_expr *);
    va_end(list);
    return sql_call_list(sql, type, name, location, args, count);
}

bool sql_is_call(const struct sql_expr *expr, const char *name)
{
    return expr->kind == SQL_CALL && strcmp(expr->text, name) == 0;
}

static bool same_lists(struct sql_expr *const *a, struct sql_expr *const *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!sql_same(a[i], b[i]))
            return false;
    return true;
}

bool sql_same_sort(const struct sql_sort *a, const struct sql_sort *b)
{
    return a->descending == b->descending && a->nulls_first == b->nulls_first &&
           sql_same(a->expr, b->expr);
}

bool sql_same(const struct sql_expr *a, const struct sql_expr *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind || a->column != b->column || a->count != b->count ||
        a->distinct != b->distinct || a->order_count != b->order_count ||
        (a->kind != SQL_COLUMN && strcmp(a->text, b->text) != 0) ||
        !sql_same(a->filter, b->filter) || !sql_same_over(a->over, b->over))
        return false;
    for (size_t i = 0; i < a->order_count; i++)
        if (!sql_same_sort(&a->order[i], &b->order[i]))
            return false;
    return same_lists(a->args, b->args, a->count);
}

bool sql_any(const struct sql_expr *expr, bool (*test)(const struct sql_expr *expr))
{
    if (!expr)
        return false;
    if (test(expr) || sql_any(expr->filter, test))
        return true;
    for (size_t i = 0; i < expr->count; i++)
        if (sql_any(expr->args[i], test))
            return true;
    for (size_t i = 0; i < expr->order_count; i++)
        if (sql_any(expr->order[i].expr, test))
            return true;
    for (size_t i = 0; expr->over && i < expr->over->partition_count; i++)
        if (sql_any(expr->over->partition[i], test))
            return true;
    for (size_t i = 0; expr->over && i < expr->over->order_count; i++)
        if (sql_any(expr->over->order[i].expr, test))
            return true;
    return false;
}

bool sql_list(struct sql *sql, struct sql_scope *scope, PgQuery__Node **nodes, size_t count,
              struct sql_expr ***exprs)
{
    *exprs = ARENA_ARRAY(&sql->arena, struct sql_expr *, count);
    for (size_t i = 0; i < count; i++) {
        (*exprs)[i] = sql_expr(sql, scope, nodes[i]);
        if (!(*exprs)[i])
            return false;
    }
    return true;
}

static struct sql_expr *bind_column(struct sql *sql, struct sql_scope *scope,
                                    const PgQuery__Node *node)
{
    return sql_column_ref(sql, scope, node->column_ref);
}

static struct sql_expr *bind_operator(struct sql *sql, struct sql_scope *scope,
                                      const PgQuery__Node *node)
{
    return sql_operator(sql, scope, node->a_expr);
}

static struct sql_expr *bind_function(struct sql *sql, struct sql_scope *scope,
                                      const PgQuery__Node *node)
{
    return sql_function(sql, scope, node->func_call);
}

static struct sql_expr *bind_sublink(struct sql *sql, struct sql_scope *scope,
                                     const PgQuery__Node *node)
{
    bool condition = sql->condition;

    sql->condition = false; /* of what is inside */
    return sql_sublink(sql, scope, node->sub_link, condition);
}

static bool must_be_boolean(struct sql *sql, struct sql_expr *expr, const char *what)
{
    if (expr->type == SQL_LITERAL)
        return sql_coerce(sql, expr, SQL_BOOLEAN);
    if (expr->type == SQL_BOOLEAN || expr->type == SQL_ANY || expr->type == SQL_NULL)
        return true;
    return sql_fail(sql, expr->location, "%s takes a condition, not a value of type %s", what,
                    sql_type_name(expr->type));
}

struct sql_expr *sql_condition(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node,
                               const char *clause)
{
    const char *before = scope->no_aggregates;
    struct sql_expr *expr;

    scope->no_aggregates = strcmp(clause, "HAVING") == 0 ? before : clause;
    sql->condition = strcmp(clause, "ON") != 0; /* of outer joins */
    expr = sql_expr(sql, scope, node);
    sql->condition = false;
    scope->no_aggregates = before;
    return expr && must_be_boolean(sql, expr, clause) ? expr : NULL;
}

static struct sql_expr *bind_logic(struct sql *sql, struct sql_scope *scope,
                                   const PgQuery__Node *node)
{
    const PgQuery__BoolExpr *syntax = node->bool_expr;
    const char *name = syntax->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR  ? "and"
                       : syntax->boolop == PG_QUERY__BOOL_EXPR_TYPE__OR_EXPR ? "or"
                                                                             : "not";
    struct sql_expr **args;

    if (!sql_list(sql, scope, syntax->args, syntax->n_args, &args))
        return NULL;
    for (size_t i = 0; i < syntax->n_args; i++)
        if (!must_be_boolean(sql, args[i], name))
            return NULL;
    return sql_call_list(sql, SQL_BOOLEAN, name, syntax->location, args, syntax->n_args);
}

static struct sql_expr *bind_null_test(struct sql *sql, struct sql_scope *scope,
                                       const PgQuery__Node *node)
{
    const PgQuery__NullTest *syntax = node->null_test;
    struct sql_expr *arg = sql_expr(sql, scope, syntax->arg);

    if (!arg)
        return NULL;
    arg = sql_call(sql, SQL_BOOLEAN, "is_null", syntax->location, 1, arg);
    if (syntax->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL)
        return arg;
    return sql_call(sql, SQL_BOOLEAN, "not", syntax->location, 1, arg);
}

/* IS [NOT] TRUE, FALSE, UNKNOWN: never unknown. */
static struct sql_expr *bind_boolean_test(struct sql *sql, struct sql_scope *scope,
                                          const PgQuery__Node *node)
{
    const PgQuery__BooleanTest *syntax = node->boolean_test;
    PgQuery__BoolTestType type = syntax->booltesttype;
    struct sql_expr *arg = sql_expr(sql, scope, syntax->arg);
    bool negated = type == PG_QUERY__BOOL_TEST_TYPE__IS_NOT_TRUE ||
                   type == PG_QUERY__BOOL_TEST_TYPE__IS_FALSE ||
                   type == PG_QUERY__BOOL_TEST_TYPE__IS_NOT_UNKNOWN;
    bool otherwise = type == PG_QUERY__BOOL_TEST_TYPE__IS_FALSE ||
                     type == PG_QUERY__BOOL_TEST_TYPE__IS_NOT_FALSE;

    if (!arg || !must_be_boolean(sql, arg, "IS TRUE, FALSE or UNKNOWN"))
        return NULL;
    if (type == PG_QUERY__BOOL_TEST_TYPE__IS_UNKNOWN ||
        type == PG_QUERY__BOOL_TEST_TYPE__IS_NOT_UNKNOWN)
        arg = sql_call(sql, SQL_BOOLEAN, "is_null", syntax->location, 1, arg);
    else
        arg = sql_call(sql, SQL_BOOLEAN, "coalesce", syntax->location, 2, arg,
                       sql_const(sql, SQL_BOOLEAN, otherwise ? "true" : "false", syntax->location));
    return negated ? sql_call(sql, SQL_BOOLEAN, "not", syntax->location, 1, arg) : arg;
}

static struct sql_expr *bind_case(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__Node *node)
{
    const PgQuery__CaseExpr *syntax = node->case_expr;
    size_t count = 2 * syntax->n_args + 1;
    struct sql_expr **args = ARENA_ARRAY(&sql->arena, struct sql_expr *, count);
    struct sql_expr **values = ARENA_ARRAY(&sql->arena, struct sql_expr *, syntax->n_args + 1);
    enum sql_type type;
    size_t i;

    for (i = 0; i < syntax->n_args; i++) {
        const PgQuery__CaseWhen *when = syntax->args[i]->case_when;
        struct sql_expr *condition = sql_expr(sql, scope, when->expr);
        struct sql_expr *subject = syntax->arg ? sql_expr(sql, scope, syntax->arg) : NULL;

        if (condition && subject)
            condition = sql_compare(sql, "=", subject, condition, when->location);
        values[i] = condition ? sql_expr(sql, scope, when->result) : NULL;
        if (!values[i] || (syntax->arg && !subject) || !must_be_boolean(sql, condition, "WHEN"))
            return NULL;
        args[2 * i] = condition;
        args[2 * i + 1] = values[i];
    }
    values[i] = syntax->defresult ? sql_expr(sql, scope, syntax->defresult)
                                  : sql_const(sql, SQL_NULL, "null", syntax->location);
    if (!values[i] || !sql_unify(sql, values, i + 1, "CASE", syntax->location, &type))
        return NULL;
    args[2 * i] = values[i];
    while (i-- > 0)
        args[2 * i + 1] = values[i];
    return sql_call_list(sql, type, "case", syntax->location, args, count);
}

/* NOLINTNEXTLINE(readability-function-size): what the parser has, and its two names */
static struct sql_expr *choice(struct sql *sql, struct sql_scope *scope, PgQuery__Node **nodes,
                               size_t count, const char *what, const char *name, int location)
{
    struct sql_expr **args;
    enum sql_type type;

    if (!sql_list(sql, scope, nodes, count, &args) ||
        !sql_unify(sql, args, count, what, location, &type))
        return NULL;
    return sql_call_list(sql, type, name, location, args, count);
}

static struct sql_expr *bind_coalesce(struct sql *sql, struct sql_scope *scope,
                                      const PgQuery__Node *node)
{
    const PgQuery__CoalesceExpr *syntax = node->coalesce_expr;

    return choice(sql, scope, syntax->args, syntax->n_args, "COALESCE", "coalesce",
                  syntax->location);
}

static struct sql_expr *bind_min_max(struct sql *sql, struct sql_scope *scope,
                                     const PgQuery__Node *node)
{
    const PgQuery__MinMaxExpr *syntax = node->min_max_expr;
    bool least = syntax->op == PG_QUERY__MIN_MAX_OP__IS_LEAST;

    return choice(sql, scope, syntax->args, syntax->n_args, least ? "LEAST" : "GREATEST",
                  least ? "least" : "greatest", syntax->location);
}

static struct sql_expr *bind_cast(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__Node *node)
{
    const PgQuery__TypeCast *syntax = node->type_cast;
    struct sql_expr *arg = sql_expr(sql, scope, syntax->arg);

    return arg ? sql_type_cast(sql, arg, syntax->type_name, syntax->location) : NULL;
}

bool sql_collation(struct sql *sql, const PgQuery__CollateClause *syntax)
{
    const char *name = sql_string(syntax->collname[syntax->n_collname - 1]);

    return strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0 || strcmp(name, "ucs_basic") == 0 ||
           sql_fail(sql, syntax->location, "collation %s: text is in the order of \"C\"",
                    quote(name, strlen(name)).text);
}

static struct sql_expr *bind_collate(struct sql *sql, struct sql_scope *scope,
                                     const PgQuery__Node *node)
{
    const PgQuery__CollateClause *syntax = node->collate_clause;

    return sql_collation(sql, syntax) ? sql_expr(sql, scope, syntax->arg) : NULL;
}

static struct sql_expr *bind_array(struct sql *sql, struct sql_scope *scope,
                                   const PgQuery__Node *node)
{
    const PgQuery__AArrayExpr *syntax = node->a_array_expr;
    struct sql_expr *array = choice(sql, scope, syntax->elements, syntax->n_elements, "ARRAY",
                                    "array", syntax->location);

    if (array)
        array->type = SQL_ARRAY;
    return array;
}

/* a[1]: elements count from 1 in SQL, and nothing is before the first. */
static struct sql_expr *bind_subscript(struct sql *sql, struct sql_scope *scope,
                                       const PgQuery__Node *node)
{
    const PgQuery__AIndirection *syntax = node->a_indirection;
    struct sql_expr *expr = sql_expr(sql, scope, syntax->arg);
    int location = sql_location(syntax->arg);

    for (size_t i = 0; expr && i < syntax->n_indirection; i++) {
        const PgQuery__Node *step = syntax->indirection[i];
        const PgQuery__AIndices *index = step->a_indices;
        struct sql_expr *place;

        if (step->node_case != PG_QUERY__NODE__NODE_A_INDICES || index->is_slice) {
            (void)sql_fail(sql, location,
                           "fields of rows and slices of arrays are not supported; members of "
                           "objects are taken by -> and ->>");
            return NULL;
        }
        place = sql_expr(sql, scope, index->uidx);
        if (!place)
            return NULL;
        if (place->kind != SQL_CONST || place->type != SQL_INTEGER || place->text[0] == '-' ||
            strcmp(place->text, "0") == 0) {
            (void)sql_fail(sql, place->location, "a subscript must be a number from 1");
            return NULL;
        }
        place = sql_call(sql, SQL_INTEGER, "sub", location, 2, place,
                         sql_const(sql, SQL_INTEGER, "1", location));
        expr = sql_call(sql, SQL_ANY, "get", location, 2, expr, place);
    }
    return expr;
}

static struct sql_expr *refuse_clock(struct sql *sql, struct sql_scope *scope,
                                     const PgQuery__Node *node)
{
    (void)scope;
    (void)sql_fail(sql, node->sqlvalue_function->location,
                   "a view cannot depend on the clock or the user; put the time into the records");
    return NULL;
}

static struct sql_expr *refuse_row(struct sql *sql, struct sql_scope *scope,
                                   const PgQuery__Node *node)
{
    (void)scope;
    (void)sql_fail(sql, node->row_expr->location,
                   "a row as a value is not supported; compare its columns one by one");
    return NULL;
}

static struct sql_expr *refuse_param(struct sql *sql, struct sql_scope *scope,
                                     const PgQuery__Node *node)
{
    (void)scope;
    (void)sql_fail(sql, node->param_ref->location, "$%d has no value; write it into the query",
                   (int)node->param_ref->number);
    return NULL;
}

static const struct {
    PgQuery__Node__NodeCase node;
    struct sql_expr *(*bind)(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node);
} binders[] = {
    {PG_QUERY__NODE__NODE_A_CONST, sql_constant},
    {PG_QUERY__NODE__NODE_COLUMN_REF, bind_column},
    {PG_QUERY__NODE__NODE_A_EXPR, bind_operator},
    {PG_QUERY__NODE__NODE_BOOL_EXPR, bind_logic},
    {PG_QUERY__NODE__NODE_FUNC_CALL, bind_function},
    {PG_QUERY__NODE__NODE_SUB_LINK, bind_sublink},
    {PG_QUERY__NODE__NODE_NULL_TEST, bind_null_test},
    {PG_QUERY__NODE__NODE_BOOLEAN_TEST, bind_boolean_test},
    {PG_QUERY__NODE__NODE_CASE_EXPR, bind_case},
    {PG_QUERY__NODE__NODE_COALESCE_EXPR, bind_coalesce},
    {PG_QUERY__NODE__NODE_MIN_MAX_EXPR, bind_min_max},
    {PG_QUERY__NODE__NODE_TYPE_CAST, bind_cast},
    {PG_QUERY__NODE__NODE_COLLATE_CLAUSE, bind_collate},
    {PG_QUERY__NODE__NODE_A_ARRAY_EXPR, bind_array},
    {PG_QUERY__NODE__NODE_A_INDIRECTION, bind_subscript},
    {PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION, refuse_clock},
    {PG_QUERY__NODE__NODE_ROW_EXPR, refuse_row},
    {PG_QUERY__NODE__NODE_PARAM_REF, refuse_param},
    {PG_QUERY__NODE__NODE_GROUPING_FUNC, sql_grouping},
};

/* AND, OR, NOT of conditions are of conditions; so is a subquery. */
static bool passes_condition(const PgQuery__Node *node)
{
    return node->node_case == PG_QUERY__NODE__NODE_BOOL_EXPR ||
           node->node_case == PG_QUERY__NODE__NODE_SUB_LINK;
}

struct sql_expr *sql_expr(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node)
{
    struct sql_expr *expr = NULL;
    bool condition = sql->condition;
    size_t i = 0;

    if (sql->depth == DEPTH_MAX) {
        (void)sql_fail(sql, sql_location(node), "nested deeper than %d", DEPTH_MAX);
        return NULL;
    }
    while (i < sizeof(binders) / sizeof(binders[0]) && binders[i].node != node->node_case)
        i++;
    if (i == sizeof(binders) / sizeof(binders[0])) {
        (void)sql_fail(sql, sql_location(node), "an expression that is not supported");
        return NULL;
    }
    sql->depth++;
    sql->condition = condition && passes_condition(node);
    expr = binders[i].bind(sql, scope, node);
    sql->condition = condition;
    sql->depth--;
    return expr;
}

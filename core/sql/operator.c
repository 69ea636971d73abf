/* Binding operators: comparison, arithmetic, patterns, lists, JSON. */
#include "sql/bind.h"

#include "value/json_write.h"

#include <string.h>

struct operands {
    const char *op;
    struct sql_expr *left; /* NULL: a prefix operator */
    struct sql_expr *right;
    int location;
};

static const char *comparison_of(const char *op)
{
    static const char *const names[][2] = {{"=", "eq"},   {"<>", "neq"}, {">", "gt"},
                                           {">=", "gte"}, {"<", "lt"},   {"<=", "lte"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(op, names[i][0]) == 0)
            return names[i][1];
    return NULL;
}

/* What values of a type are compared by: of intervals not their text. */
static struct sql_expr *comparand(struct sql *sql, struct sql_expr *expr, enum sql_type type)
{
    return type == SQL_INTERVAL && expr->type != SQL_NULL
               ? sql_call(sql, SQL_BIGINT, "interval_order", expr->location, 1, expr)
               : expr;
}

static bool comparable(struct sql *sql, const char *what, struct sql_expr **pair, int location,
                       enum sql_type *type)
{
    if (!sql_unify(sql, pair, 2, what, location, type))
        return false;
    pair[0] = comparand(sql, pair[0], *type);
    pair[1] = comparand(sql, pair[1], *type);
    return true;
}

struct sql_expr *sql_compare(struct sql *sql, const char *op, struct sql_expr *left,
                             struct sql_expr *right, int location)
{
    struct sql_expr *pair[2] = {left, right};
    const char *what = sql_text(sql, "\"%s\"", op);
    enum sql_type type;

    if (!comparable(sql, what, pair, location, &type))
        return NULL;
    return sql_call(sql, SQL_BOOLEAN, comparison_of(op), location, 2, pair[0], pair[1]);
}

static struct sql_expr *negated(struct sql *sql, struct sql_expr *expr, bool negate)
{
    return expr && negate ? sql_call(sql, SQL_BOOLEAN, "not", expr->location, 1, expr) : expr;
}

static struct sql_expr *refuse_types(struct sql *sql, const struct operands *o)
{
    (void)sql_fail(sql, o->location, "\"%s\" of %s%s%s; cast to a type that has it", o->op,
                   o->left ? sql_type_name(o->left->type) : "", o->left ? " and " : "",
                   sql_type_name(o->right->type));
    return NULL;
}

/* ||: text and what becomes text; two arrays are not there yet. */
static struct sql_expr *append(struct sql *sql, const struct operands *o)
{
    struct sql_expr *sides[2] = {o->left, o->right};

    bool text = false;

    for (int i = 0; i < 2; i++) {
        enum sql_type type = sides[i]->type;

        if (type == SQL_JSON || type == SQL_ARRAY)
            return refuse_types(sql, o);
        text = text || type == SQL_TEXT || type == SQL_LITERAL || sql_is_any(type);
    }
    if (!text)
        return refuse_types(sql, o);
    for (int i = 0; i < 2; i++) {
        sides[i] = sql_cast(sql, sides[i], SQL_TEXT, o->location);
        if (!sides[i])
            return NULL;
    }
    return sql_call(sql, SQL_TEXT, "append", o->location, 2, sides[0], sides[1]);
}

/* -> and ->>, by name or by place. */
static struct sql_expr *member(struct sql *sql, const struct operands *o)
{
    bool text = strcmp(o->op, "->>") == 0;
    struct sql_expr *expr;

    if (o->left->type != SQL_JSON && o->left->type != SQL_ANY && o->left->type != SQL_ARRAY)
        return refuse_types(sql, o);
    if (o->right->type == SQL_LITERAL && !sql_coerce(sql, o->right, SQL_TEXT))
        return NULL;
    expr = sql_call(sql, SQL_JSON, "get", o->location, 2, o->left, o->right);
    return text ? sql_cast(sql, expr, SQL_TEXT, o->location) : expr;
}

/* #> and #>>: the path is a literal '{a,0,b}'. */
static struct sql_expr *member_path(struct sql *sql, const struct operands *o)
{
    bool text = strcmp(o->op, "#>>") == 0;
    const char *at = o->right->text + 1;
    struct sql_expr *expr = o->left;

    if (o->right->type != SQL_LITERAL || *at != '{' || strpbrk(at, "\\\" ")[0] != '"') {
        (void)sql_fail(sql, o->right->location, "a path must be a literal such as '{a,0,b}'");
        return NULL;
    }
    if (expr->type != SQL_JSON && expr->type != SQL_ANY)
        return refuse_types(sql, o);
    for (at++; *at && *at != '}'; at += *at == ',') {
        size_t size = strcspn(at, ",}");
        bool number = strspn(at, "0123456789") == size;
        const char *step = sql_text(sql, number ? "%.*s" : "\"%.*s\"", (int)size, at);

        expr = sql_call(sql, SQL_JSON, "get", o->location, 2, expr,
                        sql_const(sql, number ? SQL_INTEGER : SQL_TEXT, step, o->location));
        at += size;
    }
    return text ? sql_cast(sql, expr, SQL_TEXT, o->location) : expr;
}

/* The pattern must stand in the query: it is compiled once. */
static bool check_pattern(struct sql *sql, const struct operands *o)
{
    enum sql_type left = o->left->type;

    if (left == SQL_LITERAL && !sql_coerce(sql, o->left, SQL_TEXT))
        return false;
    if (left != SQL_TEXT && left != SQL_ANY && left != SQL_NULL && left != SQL_LITERAL) {
        (void)refuse_types(sql, o);
        return false;
    }
    if (o->right->kind != SQL_CONST ||
        (o->right->type != SQL_LITERAL && o->right->type != SQL_TEXT))
        return sql_fail(sql, o->right->location, "a pattern must be a literal");
    o->right->type = SQL_TEXT;
    return true;
}

static struct sql_expr *pattern(struct sql *sql, const struct operands *o, const char *name,
                                struct sql_expr *escape)
{
    if (!check_pattern(sql, o))
        return NULL;
    sql_remember(sql, o->right->text, o->right->location);
    if (escape)
        sql_remember(sql, escape->text, escape->location);
    if (escape)
        return sql_call(sql, SQL_BOOLEAN, name, o->location, 3, o->left, o->right, escape);
    return sql_call(sql, SQL_BOOLEAN, name, o->location, 2, o->left, o->right);
}

/* ~ and SIMILAR TO. `escape`: of the latter, else NULL */
static struct sql_expr *regex(struct sql *sql, struct operands *o, const PgQuery__Node *syntax,
                              const char *escape)
{
    const char *text;

    if (!check_pattern(sql, o))
        return NULL;
    if (syntax->node_case != PG_QUERY__NODE__NODE_A_CONST) {
        (void)sql_fail(sql, o->right->location, "a pattern must be a literal");
        return NULL;
    }
    text = syntax->a_const->sval->sval;
    text = escape ? sql_similar(sql, text, escape) : sql_regex(sql, text, strchr(o->op, '*'));
    if (!text) {
        (void)sql_fail(sql, o->right->location,
                       "%s: something in this pattern is not of PostgreSQL, or has no counterpart "
                       "in PCRE2; ssp-sql(7) says what there is",
                       excerpt(o->right->text, strlen(o->right->text)).text);
        return NULL;
    }
    o->right->text = sql_quoted(sql, text);
    sql_remember(sql, o->right->text, o->right->location);
    return negated(sql, sql_call(sql, SQL_BOOLEAN, "regex", o->location, 2, o->left, o->right),
                   o->op[0] == '!');
}

static struct sql_expr *infix(struct sql *sql, struct operands *o, const PgQuery__Node *right)
{
    static const char *const searches[] = {"~", "~*", "!~", "!~*"};

    if (!o->left && strcmp(o->op, "-") == 0)
        return sql_negated(sql, o->right, o->location);
    if (!o->left && strcmp(o->op, "+") == 0)
        return sql_is_number(o->right->type) || sql_is_any(o->right->type) ? o->right
                                                                           : refuse_types(sql, o);
    if (o->left && comparison_of(o->op))
        return sql_compare(sql, o->op, o->left, o->right, o->location);
    if (o->left && strlen(o->op) == 1 && strchr("+-*/%^", *o->op))
        return sql_arithmetic(sql, o->op, o->left, o->right, o->location);
    for (size_t i = 0; o->left && i < sizeof(searches) / sizeof(searches[0]); i++)
        if (strcmp(o->op, searches[i]) == 0)
            return regex(sql, o, right, NULL);
    if (o->left && strcmp(o->op, "||") == 0)
        return append(sql, o);
    if (o->left && (strcmp(o->op, "->") == 0 || strcmp(o->op, "->>") == 0))
        return member(sql, o);
    if (o->left && (strcmp(o->op, "#>") == 0 || strcmp(o->op, "#>>") == 0))
        return member_path(sql, o);
    (void)sql_fail(sql, o->location, "operator \"%s\" is not supported", o->op);
    return NULL;
}

static struct sql_expr *bind_in(struct sql *sql, struct sql_scope *scope,
                                const PgQuery__AExpr *syntax)
{
    const PgQuery__List *list = syntax->rexpr->list;
    struct sql_expr **args = ARENA_ARRAY(&sql->arena, struct sql_expr *, list->n_items + 1);
    enum sql_type type;

    args[0] = sql_expr(sql, scope, syntax->lexpr);
    if (!args[0])
        return NULL;
    for (size_t i = 0; i < list->n_items; i++) {
        args[i + 1] = sql_expr(sql, scope, list->items[i]);
        if (!args[i + 1])
            return NULL;
    }
    if (!sql_unify(sql, args, list->n_items + 1, "IN", syntax->location, &type))
        return NULL;
    for (size_t i = 0; i <= list->n_items; i++)
        args[i] = comparand(sql, args[i], type);
    return negated(sql,
                   sql_call_list(sql, SQL_BOOLEAN, "in", syntax->location, args, list->n_items + 1),
                   strcmp(sql_string(syntax->name[0]), "<>") == 0);
}

static struct sql_expr *bind_between(struct sql *sql, struct sql_scope *scope,
                                     const PgQuery__AExpr *syntax)
{
    const PgQuery__List *list = syntax->rexpr->list;
    PgQuery__AExprKind kind = syntax->kind;
    int location = syntax->location;
    struct sql_expr *between;
    struct sql_expr *args[3];
    enum sql_type type;

    args[0] = sql_expr(sql, scope, syntax->lexpr);
    args[1] = args[0] ? sql_expr(sql, scope, list->items[0]) : NULL;
    args[2] = args[1] ? sql_expr(sql, scope, list->items[1]) : NULL;
    if (!args[2] || !sql_unify(sql, args, 3, "BETWEEN", syntax->location, &type))
        return NULL;
    for (size_t i = 0; i < 3; i++)
        args[i] = comparand(sql, args[i], type);
    between = sql_call(sql, SQL_BOOLEAN, "between", location, 3, args[0], args[1], args[2]);
    if (kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM ||
        kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM)
        between =
            sql_call(sql, SQL_BOOLEAN, "or", location, 2, between,
                     sql_call(sql, SQL_BOOLEAN, "between", location, 3, args[0], args[2], args[1]));
    return negated(sql, between,
                   kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN ||
                       kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM);
}

/* LIKE ... ESCAPE is a call of like_escape(pattern, escape). */
static struct sql_expr *bind_like(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__AExpr *syntax)
{
    const PgQuery__Node *right = syntax->rexpr;
    const PgQuery__FuncCall *call =
        right->node_case == PG_QUERY__NODE__NODE_FUNC_CALL ? right->func_call : NULL;
    bool folded = syntax->kind == PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE;
    struct operands o = {.op = folded ? "ILIKE" : "LIKE", .location = syntax->location};
    struct sql_expr *escape = NULL;

    if (call && strcmp(sql_string(call->funcname[call->n_funcname - 1]), "like_escape") == 0) {
        escape = sql_expr(sql, scope, call->args[1]);
        right = call->args[0];
        if (!escape)
            return NULL;
        escape->type = SQL_TEXT;
    }
    o.left = sql_expr(sql, scope, syntax->lexpr);
    o.right = o.left ? sql_expr(sql, scope, right) : NULL;
    if (!o.right)
        return NULL;
    return negated(sql, pattern(sql, &o, folded ? "ilike" : "like", escape),
                   sql_string(syntax->name[0])[0] == '!');
}

/* SIMILAR TO ... ESCAPE is a call of similar_to_escape(pattern, escape). */
static struct sql_expr *bind_similar(struct sql *sql, struct sql_scope *scope,
                                     const PgQuery__AExpr *syntax)
{
    const PgQuery__FuncCall *call = syntax->rexpr->func_call;
    struct operands o = {.op = sql_string(syntax->name[0]), .location = syntax->location};
    const char *escape = "\\";

    if (call->n_args == 2) {
        const PgQuery__Node *node = call->args[1];

        if (node->node_case != PG_QUERY__NODE__NODE_A_CONST ||
            node->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL) {
            (void)sql_fail(sql, sql_location(node), "ESCAPE takes a literal");
            return NULL;
        }
        escape = node->a_const->sval->sval;
    }
    o.left = sql_expr(sql, scope, syntax->lexpr);
    o.right = o.left ? sql_expr(sql, scope, call->args[0]) : NULL;
    return o.right ? regex(sql, &o, call->args[0], escape) : NULL;
}

/* x = ANY (ARRAY[a, b]) is x = a OR x = b; ALL: AND. */
static struct sql_expr *bind_quantified(struct sql *sql, struct sql_scope *scope,
                                        const PgQuery__AExpr *syntax)
{
    bool any = syntax->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY;
    const PgQuery__Node *right = syntax->rexpr;
    const PgQuery__AArrayExpr *array =
        right->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR ? right->a_array_expr : NULL;
    const char *op = sql_string(syntax->name[syntax->n_name - 1]);
    struct sql_expr **parts;

    if (!array || !comparison_of(op)) {
        (void)sql_fail(sql, syntax->location,
                       "%s of an array that is not written out, ARRAY[a, b]; use a subquery over "
                       "unnest(), as in x = ANY (SELECT unnest(array))",
                       any ? "ANY" : "ALL");
        return NULL;
    }
    parts = ARENA_ARRAY(&sql->arena, struct sql_expr *, array->n_elements);
    for (size_t i = 0; i < array->n_elements; i++) {
        struct sql_expr *left = sql_expr(sql, scope, syntax->lexpr);
        struct sql_expr *element = left ? sql_expr(sql, scope, array->elements[i]) : NULL;

        parts[i] = element ? sql_compare(sql, op, left, element, syntax->location) : NULL;
        if (!parts[i])
            return NULL;
    }
    return sql_call_list(sql, SQL_BOOLEAN, any ? "or" : "and", syntax->location, parts,
                         array->n_elements);
}

struct sql_expr *sql_distinct(struct sql *sql, struct sql_expr *left, struct sql_expr *right,
                              int location)
{
    struct sql_expr *pair[2] = {left, right};
    enum sql_type type;

    return comparable(sql, "IS DISTINCT FROM", pair, location, &type)
               ? sql_call(sql, SQL_BOOLEAN, "is_distinct", location, 2, pair[0], pair[1])
               : NULL;
}

static struct sql_expr *bind_pair(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__AExpr *syntax)
{
    bool nullif = syntax->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF;
    struct sql_expr *pair[2];
    enum sql_type type;

    pair[0] = sql_expr(sql, scope, syntax->lexpr);
    pair[1] = pair[0] ? sql_expr(sql, scope, syntax->rexpr) : NULL;
    if (!pair[1])
        return NULL;
    if (nullif)
        return sql_unify(sql, pair, 2, "NULLIF", syntax->location, &type)
                   ? sql_call(sql, pair[0]->type, "nullif", syntax->location, 2, pair[0], pair[1])
                   : NULL;
    return negated(sql, sql_distinct(sql, pair[0], pair[1], syntax->location),
                   syntax->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT);
}

static struct sql_expr *bind_plain(struct sql *sql, struct sql_scope *scope,
                                   const PgQuery__AExpr *syntax)
{
    struct operands o = {.op = sql_string(syntax->name[syntax->n_name - 1]),
                         .location = syntax->location};

    o.left = syntax->lexpr ? sql_expr(sql, scope, syntax->lexpr) : NULL;
    o.right = !syntax->lexpr || o.left ? sql_expr(sql, scope, syntax->rexpr) : NULL;
    return o.right ? infix(sql, &o, syntax->rexpr) : NULL;
}

struct sql_expr *sql_operator(struct sql *sql, struct sql_scope *scope,
                              const PgQuery__AExpr *syntax)
{
    if (sql_is_row(syntax->lexpr) || sql_is_row(syntax->rexpr))
        return sql_row_operator(sql, scope, syntax);
    switch (syntax->kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP:
        return bind_plain(sql, scope, syntax);
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY:
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL:
        return bind_quantified(sql, scope, syntax);
    case PG_QUERY__A__EXPR__KIND__AEXPR_IN:
        return bind_in(sql, scope, syntax);
    case PG_QUERY__A__EXPR__KIND__AEXPR_LIKE:
    case PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE:
        return bind_like(sql, scope, syntax);
    case PG_QUERY__A__EXPR__KIND__AEXPR_SIMILAR:
        return bind_similar(sql, scope, syntax);
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM:
        return bind_between(sql, scope, syntax);
    case PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT:
    case PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF:
        return bind_pair(sql, scope, syntax);
    case PG_QUERY__A__EXPR__KIND__A_EXPR_KIND_UNDEFINED:
    case _PG_QUERY__A__EXPR__KIND_IS_INT_SIZE:
        break;
    }
    (void)sql_fail(sql, syntax->location, "this operator is not supported");
    return NULL;
}

/*
 * + - * / % ^ and what type comes out, as PostgreSQL has it: of integers, exact numerics with their
 * digits behind the point, doubles, dates, times and intervals.
 */
#include "sql/bind.h"

#include <string.h>

struct operands {
    const char *op;
    struct sql_expr *left;
    struct sql_expr *right;
    int location;
};

static struct sql_expr *refuse_types(struct sql *sql, const struct operands *o)
{
    (void)sql_fail(sql, o->location, "\"%s\" of %s and %s; cast to a type that has it", o->op,
                   sql_type_name(o->left->type), sql_type_name(o->right->type));
    return NULL;
}

static struct sql_expr *type_const(struct sql *sql, enum sql_type type, int location)
{
    return sql_const(sql, SQL_TEXT, sql_text(sql, "\"%s\"", sql_type_name(type)), location);
}

struct sql_expr *sql_exact(struct sql *sql, struct sql_expr *expr)
{
    return sql_call(sql, expr->type, "exact", expr->location, 1, expr);
}

static struct sql_expr *of_doubles(struct sql *sql, const struct operands *o)
{
    static const char *const names[][2] = {
        {"+", "double_add"}, {"-", "double_sub"}, {"*", "double_mul"}, {"/", "double_div"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i][0], o->op) == 0)
            return sql_call(sql, SQL_FLOAT, names[i][1], o->location, 2, o->left, o->right);
    return refuse_types(sql, o);
}

static const char *exact_name(const char *op)
{
    static const char *const names[][2] = {{"+", "add"}, {"-", "sub"}, {"*", "mul"},
                                           {"/", "div"}, {"%", "mod"}, {"^", "power"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i][0], op) == 0)
            return names[i][1];
    return NULL;
}

static int scale_of(const struct sql_expr *expr)
{
    return sql_is_integer(expr->type) ? 0 : sql_scale(expr->type);
}

/* The sum of scales for a product, else the larger one. */
static enum sql_type numeric_type(const struct operands *o)
{
    int left = scale_of(o->left);
    int right = scale_of(o->right);

    if (left < 0 || right < 0 || *o->op == '/')
        return SQL_NUMERIC;
    if (*o->op == '*')
        return sql_scaled(left + right);
    return sql_scaled(left > right ? left : right);
}

/* Told which digits the operands show, as far as that is known. */
static struct sql_expr *quotient(struct sql *sql, const struct operands *o)
{
    int left = scale_of(o->left);
    int right = scale_of(o->right);
    int shown = left > right ? left : right;

    if (shown <= 0)
        return sql_call(sql, SQL_NUMERIC, "numeric_div", o->location, 2, o->left, o->right);
    return sql_call(sql, SQL_NUMERIC, "numeric_div", o->location, 3, o->left, o->right,
                    sql_const(sql, SQL_INTEGER, sql_text(sql, "%d", shown), o->location));
}

static struct sql_expr *of_numbers(struct sql *sql, const struct operands *o)
{
    enum sql_type left = o->left->type;
    enum sql_type right = o->right->type;
    const char *name = exact_name(o->op);
    bool integers = sql_is_integer(left) && sql_is_integer(right);

    if (*o->op == '^')
        return sql_call(sql, SQL_FLOAT, name, o->location, 2, o->left, o->right);
    if (left == SQL_FLOAT || right == SQL_FLOAT)
        return of_doubles(sql, o);
    if (integers)
        return sql_call(sql, left > right ? left : right, *o->op == '/' ? "quotient" : name,
                        o->location, 2, o->left, o->right);
    if (*o->op == '/')
        return quotient(sql, o);
    return sql_exact(sql, sql_call(sql, numeric_type(o), name, o->location, 2, o->left, o->right));
}

static struct sql_expr *moved(struct sql *sql, const struct operands *o, struct sql_expr *time,
                              struct sql_expr *span)
{
    enum sql_type type = time->type == SQL_DATE ? SQL_TIMESTAMP : time->type;

    return sql_call(sql, type, *o->op == '+' ? "time_add" : "time_sub", o->location, 3, time, span,
                    type_const(sql, type, o->location));
}

static struct sql_expr *moved_days(struct sql *sql, const struct operands *o, struct sql_expr *date,
                                   struct sql_expr *days)
{
    if (*o->op == '-')
        days = sql_call(sql, days->type, "neg", o->location, 1, days);
    return sql_call(sql, SQL_DATE, "add_days", o->location, 2, date, days);
}

static struct sql_expr *difference(struct sql *sql, const struct operands *o)
{
    struct sql_expr *pair[2] = {o->left, o->right};
    enum sql_type type;

    if (o->left->type == SQL_DATE && o->right->type == SQL_DATE)
        return sql_call(sql, SQL_INTEGER, "days_between", o->location, 2, o->left, o->right);
    if (!sql_unify(sql, pair, 2, o->op, o->location, &type))
        return NULL;
    return sql_call(sql, SQL_INTERVAL, "time_between", o->location, 2, pair[0], pair[1]);
}

static struct sql_expr *of_times(struct sql *sql, const struct operands *o)
{
    enum sql_type left = o->left->type;
    enum sql_type right = o->right->type;
    bool plus = *o->op == '+';

    if (!plus && *o->op != '-')
        return NULL;
    if (sql_is_time(left) && right == SQL_INTERVAL)
        return moved(sql, o, o->left, o->right);
    if (plus && left == SQL_INTERVAL && sql_is_time(right))
        return moved(sql, o, o->right, o->left);
    if (left == SQL_DATE && right == SQL_INTEGER)
        return moved_days(sql, o, o->left, o->right);
    if (plus && left == SQL_INTEGER && right == SQL_DATE)
        return moved_days(sql, o, o->right, o->left);
    if (!plus && sql_is_time(left) && sql_is_time(right))
        return difference(sql, o);
    if (left == SQL_INTERVAL && right == SQL_INTERVAL)
        return sql_call(sql, SQL_INTERVAL, plus ? "interval_add" : "interval_sub", o->location, 2,
                        o->left, o->right);
    return NULL;
}

static struct sql_expr *of_intervals(struct sql *sql, const struct operands *o)
{
    bool times = *o->op == '*';

    if (o->left->type == SQL_INTERVAL && sql_is_number(o->right->type) && (times || *o->op == '/'))
        return sql_call(sql, SQL_INTERVAL, times ? "interval_mul" : "interval_div", o->location, 2,
                        o->left, o->right);
    if (times && sql_is_number(o->left->type) && o->right->type == SQL_INTERVAL)
        return sql_call(sql, SQL_INTERVAL, "interval_mul", o->location, 2, o->right, o->left);
    return NULL;
}

/* What a quoted literal beside the other operand is: an interval behind a timestamp and a plus,
 * else what the other is. */
static bool settle(struct sql *sql, struct sql_expr *literal, enum sql_type other, const char *op)
{
    if (literal->type != SQL_LITERAL)
        return true;
    if (*op == '+' && (other == SQL_TIMESTAMP || other == SQL_TIMESTAMPTZ))
        other = SQL_INTERVAL;
    if (sql_is_any(other))
        other = SQL_NUMERIC;
    return sql_coerce(sql, literal, sql_base(other));
}

struct sql_expr *sql_arithmetic(struct sql *sql, const char *op, struct sql_expr *left,
                                struct sql_expr *right, int location)
{
    const struct operands o = {op, left, right, location};
    struct sql_expr *expr = NULL;
    bool any;

    if ((left->type == SQL_LITERAL && right->type == SQL_LITERAL) ||
        (left->type == SQL_LITERAL && right->type == SQL_TEXT) ||
        (right->type == SQL_LITERAL && left->type == SQL_TEXT))
        return refuse_types(sql, &o);
    if (!settle(sql, left, right->type, op) || !settle(sql, right, left->type, op))
        return NULL;
    any = sql_is_any(left->type) || sql_is_any(right->type);
    if (sql_is_number(left->type) && sql_is_number(right->type))
        return of_numbers(sql, &o);
    if (any && (sql_is_any(left->type) || sql_is_number(left->type)) &&
        (sql_is_any(right->type) || sql_is_number(right->type)))
        return sql_call(sql,
                        left->type == SQL_NULL    ? right->type
                        : right->type == SQL_NULL ? left->type
                                                  : SQL_ANY,
                        exact_name(op), location, 2, left, right);
    expr = of_times(sql, &o);
    if (!expr && sql->err->status == OK)
        expr = of_intervals(sql, &o);
    return expr || sql->err->status ? expr : refuse_types(sql, &o);
}

struct sql_expr *sql_negated(struct sql *sql, struct sql_expr *expr, int location)
{
    enum sql_type type = expr->type;

    if (type == SQL_INTERVAL)
        return sql_call(sql, type, "interval_mul", location, 2, expr,
                        sql_const(sql, SQL_INTEGER, "-1", location));
    if (!sql_is_number(type) && !sql_is_any(type)) {
        (void)sql_fail(sql, location, "\"-\" of %s; cast to a type that has it",
                       sql_type_name(type));
        return NULL;
    }
    expr = sql_call(sql, type, "neg", location, 1, expr);
    return sql_base(type) == SQL_NUMERIC ? sql_exact(sql, expr) : expr;
}

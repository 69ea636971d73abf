/* Types: names, what quoted literals become, what can be compared, casts. */
#include "sql/bind.h"

#include "value/number.h"
#include "value/time.h"

#include <string.h>
#include <strings.h>

static const char *const type_names[] = {
    [SQL_ANY] = "any",         [SQL_NULL] = "null",       [SQL_LITERAL] = "text",
    [SQL_BOOLEAN] = "boolean", [SQL_INTEGER] = "integer", [SQL_NUMERIC] = "numeric",
    [SQL_FLOAT] = "double",    [SQL_TEXT] = "text",       [SQL_TIMESTAMP] = "timestamp",
    [SQL_DATE] = "date",       [SQL_TIME] = "time",       [SQL_INTERVAL] = "interval",
    [SQL_JSON] = "json",       [SQL_ARRAY] = "array",
};

const char *sql_type_name(enum sql_type type)
{
    return type_names[type];
}

bool sql_is_number(enum sql_type type)
{
    return type == SQL_INTEGER || type == SQL_NUMERIC || type == SQL_FLOAT;
}

bool sql_is_time(enum sql_type type)
{
    return type == SQL_TIMESTAMP || type == SQL_DATE;
}

bool sql_type_of(struct sql *sql, const PgQuery__TypeName *syntax, int location,
                 enum sql_type *type)
{
    static const struct {
        const char *name;
        enum sql_type type;
    } types[] = {
        {"int2", SQL_INTEGER},
        {"int4", SQL_INTEGER},
        {"int8", SQL_INTEGER},
        {"serial", SQL_INTEGER},
        {"bigserial", SQL_INTEGER},
        {"bigint", SQL_INTEGER},
        {"numeric", SQL_NUMERIC},
        {"float4", SQL_FLOAT},
        {"float8", SQL_FLOAT},
        {"text", SQL_TEXT},
        {"varchar", SQL_TEXT},
        {"uuid", SQL_TEXT},
        {"bool", SQL_BOOLEAN},
        {"timestamp", SQL_TIMESTAMP},
        {"date", SQL_DATE},
        {"time", SQL_TIME},
        {"timestamptz", SQL_TIMESTAMP},
        {"interval", SQL_INTERVAL},
        {"json", SQL_JSON},
        {"jsonb", SQL_JSON},
    };
    const char *name = sql_string(syntax->names[syntax->n_names - 1]);

    if (location <= 0)
        location = syntax->location;
    *type = SQL_ARRAY;
    if (syntax->n_array_bounds)
        return true;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(types[i].name, name) == 0) {
            *type = types[i].type;
            return true;
        }
    return sql_fail(sql, location,
                    "unknown type %s; there are text, integer, bigint, numeric, double precision, "
                    "boolean, date, time, timestamp, interval, jsonb, and arrays",
                    quote(name, strlen(name)).text);
}

static bool refuse_literal(struct sql *sql, const struct sql_expr *expr, enum sql_type type)
{
    return sql_fail(sql, expr->location, "%s is no %s",
                    excerpt(expr->text, strlen(expr->text)).text, sql_type_name(type));
}

/* The text of a literal between its quotes; it has no escapes where it is worth reading. */
static bool literal_text(const struct sql_expr *expr, const char **text, size_t *size)
{
    *text = expr->text + 1;
    *size = strlen(expr->text) - 2;
    while (*size && (*text)[0] == ' ') {
        (*text)++;
        (*size)--;
    }
    while (*size && (*text)[*size - 1] == ' ')
        (*size)--;
    return *size > 0;
}

static bool to_boolean(struct sql_expr *expr, const char *text, size_t size)
{
    static const char *const yes[] = {"t", "true", "y", "yes", "on", "1"};
    static const char *const no[] = {"f", "false", "n", "no", "off", "0"};

    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (strlen(yes[i]) == size && strncasecmp(yes[i], text, size) == 0)
            expr->text = "true";
        else if (strlen(no[i]) == size && strncasecmp(no[i], text, size) == 0)
            expr->text = "false";
        else
            continue;
        return true;
    }
    return false;
}

static bool to_number(struct sql *sql, struct sql_expr *expr, enum sql_type type, const char *text,
                      size_t size)
{
    const char *reason;
    int64_t ignored;

    if (size && *text == '+') {
        text++;
        size--;
    }
    if (!number_valid(text, size, &reason) ||
        (type == SQL_INTEGER && (strcspn(text, ".eE") < size || !number_int(text, size, &ignored))))
        return false;
    expr->text = sql_text(sql, "%.*s", (int)size, text);
    return true;
}

static bool to_time(struct sql *sql, struct sql_expr *expr, enum sql_type type, const char *text,
                    size_t size)
{
    struct buf buf = BUF_INIT;
    int64_t time;

    if (!time_read(text, size, &time))
        return false;
    time_write(&buf, time);
    expr->text = type == SQL_DATE ? sql_text(sql, "\"%.10s\"", buf.bytes)
                                  : sql_text(sql, "\"%.*s\"", (int)buf.size, buf.bytes);
    buf_release(&buf);
    return true;
}

bool sql_coerce(struct sql *sql, struct sql_expr *expr, enum sql_type type)
{
    const char *text;
    size_t size;
    bool ok = literal_text(expr, &text, &size);

    switch (type) {
    case SQL_BOOLEAN:
        ok = ok && to_boolean(expr, text, size);
        break;
    case SQL_INTEGER:
    case SQL_NUMERIC:
    case SQL_FLOAT:
        ok = ok && to_number(sql, expr, type, text, size);
        break;
    case SQL_TIMESTAMP:
    case SQL_DATE:
        ok = ok && to_time(sql, expr, type, text, size);
        break;
    case SQL_JSON:
    case SQL_ARRAY:
        ok = false;
        break;
    case SQL_ANY:
    case SQL_NULL:
    case SQL_LITERAL:
    case SQL_TEXT:
    case SQL_TIME:
    case SQL_INTERVAL:
        ok = true;
        break;
    }
    if (!ok)
        return refuse_literal(sql, expr, type);
    expr->type = type == SQL_ANY || type == SQL_NULL || type == SQL_LITERAL ? SQL_TEXT : type;
    return true;
}

/* What two types have in common; false: nothing. */
static bool common(enum sql_type *type, enum sql_type other)
{
    if (*type == other || other == SQL_NULL || other == SQL_LITERAL)
        return true;
    if (*type == SQL_NULL || *type == SQL_LITERAL) {
        *type = other;
        return true;
    }
    if (*type == SQL_ANY || other == SQL_ANY) {
        *type = SQL_ANY;
        return true;
    }
    if (sql_is_number(*type) && sql_is_number(other)) {
        *type = *type > other ? *type : other;
        return true;
    }
    if (sql_is_time(*type) && sql_is_time(other)) {
        *type = SQL_TIMESTAMP;
        return true;
    }
    return false;
}

bool sql_unify(struct sql *sql, struct sql_expr **exprs, size_t count, const char *what,
               int location, enum sql_type *type)
{
    *type = SQL_NULL;
    for (size_t i = 0; i < count; i++) {
        enum sql_type before = *type;

        if (!common(type, exprs[i]->type))
            return sql_fail(sql, location, "%s of %s and %s; cast one of them", what,
                            sql_type_name(before), sql_type_name(exprs[i]->type));
        if (*type == SQL_NULL && exprs[i]->type == SQL_LITERAL)
            *type = SQL_LITERAL;
    }
    if (*type == SQL_LITERAL)
        *type = SQL_TEXT;
    for (size_t i = 0; i < count; i++)
        if (exprs[i]->type == SQL_LITERAL && !sql_coerce(sql, exprs[i], *type))
            return false;
    return true;
}

struct sql_expr *sql_cast(struct sql *sql, struct sql_expr *expr, enum sql_type type, int location)
{
    struct sql_expr *day;

    if (expr->type == SQL_NULL || expr->type == type) {
        expr->type = type;
        return expr;
    }
    if (expr->type == SQL_LITERAL)
        return sql_coerce(sql, expr, type) ? expr : NULL;
    switch (type) {
    case SQL_TEXT:
        return sql_call(sql, type, "cast", location, 2, expr,
                        sql_const(sql, SQL_TEXT, "\"text\"", location));
    case SQL_INTEGER:
        return sql_call(sql, type, "cast", location, 2, expr,
                        sql_const(sql, SQL_TEXT, "\"integer\"", location));
    case SQL_NUMERIC:
    case SQL_FLOAT:
        return sql_call(sql, type, "cast", location, 2, expr,
                        sql_const(sql, SQL_TEXT, "\"number\"", location));
    case SQL_BOOLEAN:
        return sql_call(sql, type, "cast", location, 2, expr,
                        sql_const(sql, SQL_TEXT, "\"boolean\"", location));
    case SQL_TIMESTAMP:
        return sql_call(sql, type, "to_timestamp", location, 1, expr);
    case SQL_DATE:
        day = sql_call(sql, type, "date_trunc", location, 2,
                       sql_const(sql, SQL_TEXT, "\"day\"", location), expr);
        return sql_call(sql, type, "left", location, 2, day,
                        sql_const(sql, SQL_INTEGER, "10", location));
    case SQL_JSON:
    case SQL_ARRAY:
        if (expr->type == SQL_ANY || expr->type == SQL_JSON || expr->type == SQL_ARRAY) {
            expr->type = type;
            return expr;
        }
        break;
    case SQL_ANY:
    case SQL_NULL:
    case SQL_LITERAL:
    case SQL_TIME:
    case SQL_INTERVAL:
        break;
    }
    (void)sql_fail(sql, location, "a cast of %s to %s is not supported", sql_type_name(expr->type),
                   sql_type_name(type));
    return NULL;
}

/* The number behind a type's name, as in numeric(10,2); -1: there is none. */
static int modifier(const PgQuery__TypeName *name, size_t which)
{
    const PgQuery__Node *node = which < name->n_typmods ? name->typmods[which] : NULL;

    if (!node || node->node_case != PG_QUERY__NODE__NODE_A_CONST ||
        node->a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL)
        return -1;
    return node->a_const->ival->ival;
}

/* What comes out has no more digits behind the point, and no more characters, than the type. */
static struct sql_expr *fit(struct sql *sql, struct sql_expr *expr, enum sql_type type,
                            const PgQuery__TypeName *name, int location)
{
    int size = type == SQL_NUMERIC ? modifier(name, 1) : modifier(name, 0);

    if (name->n_typmods == 0 || type == SQL_INTERVAL)
        return expr;
    if (type != SQL_NUMERIC && type != SQL_TEXT) {
        (void)sql_fail(sql, location, "%s of a precision is not supported", sql_type_name(type));
        return NULL;
    }
    return sql_call(
        sql, type, type == SQL_TEXT ? "left" : "round", location, 2, expr,
        sql_const(sql, SQL_INTEGER, sql_text(sql, "%d", size < 0 ? 0 : size), location));
}

struct sql_expr *sql_type_cast(struct sql *sql, struct sql_expr *arg, const PgQuery__TypeName *name,
                               int location)
{
    enum sql_type type;
    struct sql_expr *expr;

    if (!sql_type_of(sql, name, location, &type))
        return NULL;
    expr = sql_cast(sql, arg, type, location);
    return expr ? fit(sql, expr, type, name, location) : NULL;
}

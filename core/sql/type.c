/* Types: names, what quoted literals become, what can be compared, casts. */
#include "sql/bind.h"

#include "value/decimal.h"

#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {
    [SQL_ANY] = "any",
    [SQL_NULL] = "null",
    [SQL_LITERAL] = "text",
    [SQL_BOOLEAN] = "boolean",
    [SQL_INTEGER] = "integer",
    [SQL_BIGINT] = "bigint",
    [SQL_NUMERIC] = "numeric",
    [SQL_FLOAT] = "double precision",
    [SQL_TEXT] = "text",
    [SQL_DATE] = "date",
    [SQL_TIMESTAMP] = "timestamp",
    [SQL_TIMESTAMPTZ] = "timestamptz",
    [SQL_TIME] = "time",
    [SQL_INTERVAL] = "interval",
    [SQL_JSON] = "json",
    [SQL_ARRAY] = "array",
};

const char *sql_type_name(enum sql_type type)
{
    return type_names[sql_base(type)];
}

bool sql_is_integer(enum sql_type type)
{
    return type == SQL_INTEGER || type == SQL_BIGINT;
}

bool sql_is_number(enum sql_type type)
{
    return sql_is_integer(type) || sql_base(type) == SQL_NUMERIC || type == SQL_FLOAT;
}

bool sql_is_time(enum sql_type type)
{
    return type == SQL_DATE || type == SQL_TIMESTAMP || type == SQL_TIMESTAMPTZ;
}

bool sql_is_any(enum sql_type type)
{
    return type == SQL_ANY || type == SQL_NULL;
}

enum sql_type sql_type_of(const struct typed *typed)
{
    static const enum sql_type types[TYPED_KINDS] = {
        [TYPED_SMALLINT] = SQL_INTEGER,
        [TYPED_INTEGER] = SQL_INTEGER,
        [TYPED_BIGINT] = SQL_BIGINT,
        [TYPED_NUMERIC] = SQL_NUMERIC,
        [TYPED_REAL] = SQL_FLOAT,
        [TYPED_DOUBLE] = SQL_FLOAT,
        [TYPED_BOOLEAN] = SQL_BOOLEAN,
        [TYPED_TEXT] = SQL_TEXT,
        [TYPED_VARCHAR] = SQL_TEXT,
        [TYPED_CHAR] = SQL_TEXT,
        [TYPED_UUID] = SQL_TEXT,
        [TYPED_DATE] = SQL_DATE,
        [TYPED_TIME] = SQL_TIME,
        [TYPED_TIMESTAMP] = SQL_TIMESTAMP,
        [TYPED_TIMESTAMPTZ] = SQL_TIMESTAMPTZ,
        [TYPED_INTERVAL] = SQL_INTERVAL,
        [TYPED_JSON] = SQL_JSON,
    };

    if (typed->array)
        return SQL_ARRAY;
    return typed->kind == TYPED_NUMERIC && typed->size >= 0 ? sql_scaled(typed->scale)
                                                            : types[typed->kind];
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

bool sql_typed_of(struct sql *sql, const PgQuery__TypeName *syntax, int location,
                  struct typed *typed)
{
    static const char *const names[][2] = {
        {"int2", "smallint"},     {"int4", "int4"},        {"int8", "bigint"},
        {"serial", "int4"},       {"bigserial", "bigint"}, {"bigint", "bigint"},
        {"numeric", "numeric"},   {"float4", "real"},      {"float8", "double precision"},
        {"text", "text"},         {"varchar", "varchar"},  {"bpchar", "char"},
        {"uuid", "uuid"},         {"bool", "bool"},        {"timestamp", "timestamp"},
        {"date", "date"},         {"time", "time"},        {"timestamptz", "timestamptz"},
        {"interval", "interval"}, {"json", "json"},        {"jsonb", "json"},
    };
    const char *name = sql_string(syntax->names[syntax->n_names - 1]);
    const char *text = NULL;
    bool clock;

    if (location <= 0)
        location = syntax->location;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i][0], name) == 0)
            text = names[i][1];
    if (!text)
        return sql_fail(
            sql, location,
            "unknown type %s; there are text, varchar, char, uuid, smallint, integer, bigint, "
            "numeric, real, double precision, boolean, date, time, timestamp, timestamptz, "
            "interval, json, jsonb, and arrays",
            quote(name, strlen(name)).text);
    (void)typed_read(text, strlen(text), typed);
    typed->array = syntax->n_array_bounds > 0;
    clock = typed->kind == TYPED_TIME || typed->kind == TYPED_TIMESTAMP ||
            typed->kind == TYPED_TIMESTAMPTZ;
    if (!syntax->n_typmods || typed->kind == TYPED_INTERVAL || (clock && modifier(syntax, 0) == 6))
        return true;
    text = sql_text(sql, typed->kind == TYPED_NUMERIC ? "%s(%d,%d)" : "%s(%d)", text,
                    modifier(syntax, 0), syntax->n_typmods > 1 ? modifier(syntax, 1) : 0);
    if (!typed_read(text, strlen(text), typed))
        return sql_fail(sql, location, "%s is not supported; leave out what is in parentheses",
                        text);
    typed->array = syntax->n_array_bounds > 0;
    return true;
}

/* The type's name in the plan language, as a constant. */
static struct sql_expr *name_of(struct sql *sql, const struct typed *typed, int location)
{
    struct buf buf = BUF_INIT;

    buf_add_byte(&buf, '"');
    typed_write(&buf, typed);
    buf_add_byte(&buf, '"');
    return sql_const(sql, SQL_TEXT, sql_take(sql, &buf), location);
}

static struct typed typed_of_type(enum sql_type type)
{
    static const enum typed_kind kinds[] = {
        [SQL_BOOLEAN] = TYPED_BOOLEAN,
        [SQL_INTEGER] = TYPED_INTEGER,
        [SQL_BIGINT] = TYPED_BIGINT,
        [SQL_NUMERIC] = TYPED_NUMERIC,
        [SQL_FLOAT] = TYPED_DOUBLE,
        [SQL_TEXT] = TYPED_TEXT,
        [SQL_DATE] = TYPED_DATE,
        [SQL_TIMESTAMP] = TYPED_TIMESTAMP,
        [SQL_TIMESTAMPTZ] = TYPED_TIMESTAMPTZ,
        [SQL_TIME] = TYPED_TIME,
        [SQL_INTERVAL] = TYPED_INTERVAL,
        [SQL_JSON] = TYPED_JSON,
        [SQL_ARRAY] = TYPED_JSON,
    };

    return (struct typed){kinds[sql_base(type)], -1, -1, false};
}

/* How many digits behind the point a number's text shows. */
static int shown_scale(const char *text)
{
    const char *point = strchr(text, '.');
    const char *exponent = strpbrk(text, "eE");
    int64_t shown = 0;
    int64_t power = 0;

    if (point)
        shown = (int64_t)strspn(point + 1, "0123456789");
    if (exponent)
        power = strtol(exponent + 1, NULL, 10);
    shown -= power;
    return shown < 0 ? 0 : shown > DECIMAL_FRACTION_MAX ? -1 : (int)shown;
}

enum sql_type sql_type_of_number(const char *text)
{
    return sql_scaled(shown_scale(text));
}

bool sql_coerce(struct sql *sql, struct sql_expr *expr, enum sql_type type)
{
    struct typed typed;
    struct buf out = BUF_INIT;
    bool text = sql_is_any(type) || type == SQL_LITERAL;
    const char *before = expr->text;

    if (text || type == SQL_TEXT) {
        expr->type = SQL_TEXT;
        return true;
    }
    typed = typed_of_type(type);
    if (sql_base(type) == SQL_JSON || type == SQL_ARRAY ||
        !typed_take(&typed, value_of(expr->text, strlen(expr->text)), true, &out)) {
        buf_release(&out);
        return sql_fail(sql, expr->location, "%s is no %s",
                        excerpt(expr->text, strlen(expr->text)).text, sql_type_name(type));
    }
    expr->text = sql_take(sql, &out);
    expr->type = sql_base(type) == SQL_NUMERIC ? sql_type_of_number(before) : type;
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
        enum sql_type known = *type == SQL_ANY ? other : *type;

        *type = sql_is_time(known) || known == SQL_TIME || known == SQL_INTERVAL ? known : SQL_ANY;
        return true;
    }
    if (sql_is_number(*type) && sql_is_number(other)) {
        *type = sql_base(*type) > sql_base(other) ? sql_base(*type) : sql_base(other);
        return true;
    }
    if (sql_is_time(*type) && sql_is_time(other)) {
        *type = *type > other ? *type : other;
        return true;
    }
    return false;
}

struct sql_expr *sql_as(struct sql *sql, struct sql_expr *expr, enum sql_type type)
{
    struct typed typed = typed_of_type(type);
    enum sql_type from = expr->type;

    if (from == type || from == SQL_NULL || type == SQL_ANY)
        return expr;
    if ((type == SQL_FLOAT && sql_base(from) == SQL_NUMERIC) || sql_is_time(type) ||
        (from == SQL_ANY && (type == SQL_TIME || type == SQL_INTERVAL)))
        return sql_call(sql, type, "cast", expr->location, 2, expr,
                        name_of(sql, &typed, expr->location));
    return expr;
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
    for (size_t i = 0; i < count; i++) {
        if (exprs[i]->type == SQL_LITERAL && !sql_coerce(sql, exprs[i], *type))
            return false;
        exprs[i] = sql_as(sql, exprs[i], *type);
    }
    return true;
}

bool sql_widen(struct sql *sql, enum sql_type *type, enum sql_type other, const char *what,
               int location)
{
    struct sql_expr *pair[2] = {sql_const(sql, *type, "null", 0), sql_const(sql, other, "null", 0)};

    return sql_unify(sql, pair, 2, what, location, type);
}

static struct sql_expr *replaced(struct sql *sql, struct sql_expr *expr, const char *part,
                                 const char *by, int location)
{
    return sql_call(sql, SQL_TEXT, "replace", location, 3, expr,
                    sql_const(sql, SQL_TEXT, part, location),
                    sql_const(sql, SQL_TEXT, by, location));
}

/* As PostgreSQL writes a value of the type. */
static struct sql_expr *as_text(struct sql *sql, struct sql_expr *expr, int location)
{
    enum sql_type from = expr->type;
    struct sql_expr *copy;

    if (from == SQL_FLOAT)
        return sql_call(sql, SQL_TEXT, "double_text", location, 1, expr);
    if (sql_base(from) == SQL_NUMERIC && sql_scale(from) < 0)
        return sql_call(sql, SQL_TEXT, "digits", location, 1, expr);
    if (sql_base(from) == SQL_NUMERIC)
        return sql_call(
            sql, SQL_TEXT, "digits", location, 2, expr,
            sql_const(sql, SQL_INTEGER, sql_text(sql, "%d", sql_scale(from)), location));
    if (from == SQL_TIMESTAMPTZ)
        expr = replaced(sql, expr, "\"+00:00\"", "\"+00\"", location);
    if (from == SQL_TIMESTAMP || from == SQL_TIMESTAMPTZ)
        return replaced(sql, expr, "\"T\"", "\" \"", location);
    if (from == SQL_TEXT || from == SQL_DATE || from == SQL_TIME || from == SQL_INTERVAL) {
        copy = ARENA_NEW(&sql->arena, struct sql_expr);
        *copy = *expr;
        copy->type = SQL_TEXT;
        return copy;
    }
    return sql_call(sql, SQL_TEXT, "cast", location, 2, expr,
                    sql_const(sql, SQL_TEXT, "\"text\"", location));
}

static bool can_cast(enum sql_type from, const struct typed *typed)
{
    enum sql_type type = sql_type_of(typed);

    if (from == SQL_ANY || from == SQL_TEXT)
        return true;
    if (sql_is_number(type))
        return sql_is_number(from) || from == SQL_JSON ||
               (from == SQL_BOOLEAN && type == SQL_INTEGER);
    if (type == SQL_BOOLEAN)
        return from == SQL_INTEGER || from == SQL_JSON;
    if (type == SQL_TIME)
        return from == SQL_TIMESTAMP || from == SQL_TIMESTAMPTZ || from == SQL_INTERVAL;
    return sql_is_time(type) && sql_is_time(from);
}

static struct sql_expr *refuse_cast(struct sql *sql, enum sql_type from, enum sql_type to,
                                    int location)
{
    (void)sql_fail(sql, location, "a cast of %s to %s is not supported", sql_type_name(from),
                   sql_type_name(to));
    return NULL;
}

static struct sql_expr *cast_to(struct sql *sql, struct sql_expr *expr, const struct typed *typed,
                                int location)
{
    enum sql_type type = sql_type_of(typed);
    enum sql_type from = expr->type;

    if (type == SQL_TEXT && from != SQL_ARRAY) {
        expr = as_text(sql, expr, location);
        return typed->kind == TYPED_TEXT
                   ? expr
                   : sql_call(sql, type, "cast", location, 2, expr, name_of(sql, typed, location));
    }
    if ((type == SQL_JSON || type == SQL_ARRAY) &&
        (from == SQL_ANY || from == SQL_JSON || from == SQL_ARRAY)) {
        expr->type = type;
        return expr;
    }
    if (type == SQL_TEXT || type == SQL_JSON || type == SQL_ARRAY || !can_cast(from, typed))
        return refuse_cast(sql, from, type, location);
    if (from == SQL_FLOAT && sql_is_integer(type))
        expr = sql_call(sql, from, "double_round", location, 1, expr);
    if (from == SQL_FLOAT && sql_base(type) == SQL_NUMERIC)
        expr = sql_call(sql, SQL_NUMERIC, "double_numeric", location, 1, expr);
    if (from == SQL_BOOLEAN)
        return sql_call(sql, type, "cast", location, 2, expr,
                        sql_const(sql, SQL_TEXT, "\"integer\"", location));
    return sql_call(sql, type, "cast", location, 2, expr, name_of(sql, typed, location));
}

struct sql_expr *sql_cast(struct sql *sql, struct sql_expr *expr, enum sql_type type, int location)
{
    struct typed typed = typed_of_type(type);

    if (expr->type == SQL_NULL || expr->type == type) {
        expr->type = type;
        return expr;
    }
    if (expr->type == SQL_LITERAL)
        return sql_coerce(sql, expr, type) ? expr : NULL;
    return cast_to(sql, expr, &typed, location);
}

/* interval '90' day: the unit stands behind. False: refused. */
static bool with_unit(struct sql *sql, struct sql_expr *arg, const PgQuery__TypeName *name,
                      int location)
{
    static const struct {
        int mask;
        const char *unit;
    } units[] = {{1 << 2, "year"},  {1 << 1, "month"},   {1 << 3, "day"},
                 {1 << 10, "hour"}, {1 << 11, "minute"}, {1 << 12, "second"}};
    int mask = modifier(name, 0);

    if (!name->n_typmods || mask == 0x7fff)
        return true;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (units[i].mask == mask && arg->type == SQL_LITERAL && name->n_typmods == 1 &&
            strspn(arg->text + 1, "-+0123456789. ") == strlen(arg->text) - 2) {
            arg->text =
                sql_text(sql, "%.*s %s\"", (int)strlen(arg->text) - 1, arg->text, units[i].unit);
            return true;
        }
    return sql_fail(sql, location, "interval of such fields; write interval '1 day 2 hours'");
}

struct sql_expr *sql_type_cast(struct sql *sql, struct sql_expr *arg, const PgQuery__TypeName *name,
                               int location)
{
    struct typed typed;
    enum sql_type type;

    if (location <= 0) /* of type 'text' */
        location = name->location;
    if (!sql_typed_of(sql, name, location, &typed))
        return NULL;
    type = sql_type_of(&typed);
    if (type == SQL_INTERVAL && !with_unit(sql, arg, name, location))
        return NULL;
    if (arg->type == SQL_NULL) {
        arg->type = type;
        return arg;
    }
    if (arg->type == SQL_LITERAL) {
        if (!sql_coerce(sql, arg, sql_base(type)))
            return NULL;
        if (typed.size < 0 && typed.kind != TYPED_CHAR && typed.kind != TYPED_UUID &&
            typed.kind != TYPED_REAL && typed.kind != TYPED_SMALLINT)
            return arg;
    }
    if (arg->type == type && sql_base(type) != SQL_NUMERIC && typed.size < 0 &&
        typed.kind != TYPED_SMALLINT && typed.kind != TYPED_REAL && typed.kind != TYPED_UUID)
        return arg;
    if (arg->type == type && typed.size < 0)
        return arg;
    if (sql_base(type) == SQL_NUMERIC && typed.size < 0 && sql_is_integer(arg->type))
        type = sql_scaled(0);
    else if (sql_base(type) == SQL_NUMERIC && typed.size < 0)
        type = sql_base(arg->type) == SQL_NUMERIC ? arg->type : SQL_NUMERIC;
    arg = cast_to(sql, arg, &typed, location);
    if (arg && sql_base(type) == SQL_NUMERIC)
        arg->type = type;
    return arg;
}

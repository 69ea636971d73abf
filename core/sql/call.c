/* Binding calls of scalar functions under PostgreSQL's names, and the types of what they return. */
#include "sql/bind.h"

#include "value/span.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ANY_COUNT = 255, SCALE_MAX = 1000 };

/* What arguments must be. */
enum takes { TAKES_ANY, TAKES_NUMBERS, TAKES_TEXT, TAKES_TIME, TAKES_JSON };

struct entry {
    const char *name; /* in SQL */
    const char *call; /* in the plan language */
    uint8_t min;
    uint8_t max;
    enum takes takes;
    enum sql_type type; /* of the result; SQL_ANY: that of the first argument */
};

static const struct entry entries[] = {
    {"abs", "abs", 1, 1, TAKES_NUMBERS, SQL_ANY},
    {"round", "round", 1, 2, TAKES_NUMBERS, SQL_ANY},
    {"trunc", "trunc", 1, 2, TAKES_NUMBERS, SQL_ANY},
    {"floor", "floor", 1, 1, TAKES_NUMBERS, SQL_ANY},
    {"ceil", "ceil", 1, 1, TAKES_NUMBERS, SQL_ANY},
    {"ceiling", "ceil", 1, 1, TAKES_NUMBERS, SQL_ANY},
    {"sign", "sign", 1, 1, TAKES_NUMBERS, SQL_ANY},
    {"power", "power", 2, 2, TAKES_NUMBERS, SQL_FLOAT},
    {"pow", "power", 2, 2, TAKES_NUMBERS, SQL_FLOAT},
    {"sqrt", "sqrt", 1, 1, TAKES_NUMBERS, SQL_FLOAT},
    {"ln", "ln", 1, 1, TAKES_NUMBERS, SQL_FLOAT},
    {"log", "log", 1, 1, TAKES_NUMBERS, SQL_FLOAT},
    {"log10", "log", 1, 1, TAKES_NUMBERS, SQL_FLOAT},
    {"exp", "exp", 1, 1, TAKES_NUMBERS, SQL_FLOAT},
    {"lower", "lower", 1, 1, TAKES_TEXT, SQL_TEXT},
    {"upper", "upper", 1, 1, TAKES_TEXT, SQL_TEXT},
    {"length", "length", 1, 1, TAKES_TEXT, SQL_INTEGER},
    {"char_length", "length", 1, 1, TAKES_TEXT, SQL_INTEGER},
    {"character_length", "length", 1, 1, TAKES_TEXT, SQL_INTEGER},
    {"substr", "substr", 2, 3, TAKES_ANY, SQL_TEXT},
    {"substring", "substr", 2, 3, TAKES_ANY, SQL_TEXT},
    {"left", "left", 2, 2, TAKES_ANY, SQL_TEXT},
    {"right", "right", 2, 2, TAKES_ANY, SQL_TEXT},
    {"repeat", "repeat", 2, 2, TAKES_ANY, SQL_TEXT},
    {"reverse", "reverse", 1, 1, TAKES_TEXT, SQL_TEXT},
    {"btrim", "trim", 1, 2, TAKES_TEXT, SQL_TEXT},
    {"ltrim", "ltrim", 1, 2, TAKES_TEXT, SQL_TEXT},
    {"rtrim", "rtrim", 1, 2, TAKES_TEXT, SQL_TEXT},
    {"replace", "replace", 3, 3, TAKES_TEXT, SQL_TEXT},
    {"split_part", "split_part", 3, 3, TAKES_ANY, SQL_TEXT},
    {"starts_with", "starts_with", 2, 2, TAKES_TEXT, SQL_BOOLEAN},
    {"json_array_length", "array_length", 1, 1, TAKES_JSON, SQL_INTEGER},
    {"jsonb_array_length", "array_length", 1, 1, TAKES_JSON, SQL_INTEGER},
    {"cardinality", "array_length", 1, 1, TAKES_JSON, SQL_INTEGER},
    {"json_typeof", "typeof", 1, 1, TAKES_JSON, SQL_TEXT},
    {"jsonb_typeof", "typeof", 1, 1, TAKES_JSON, SQL_TEXT},
    {"json_build_object", "object", 0, ANY_COUNT, TAKES_ANY, SQL_JSON},
    {"jsonb_build_object", "object", 0, ANY_COUNT, TAKES_ANY, SQL_JSON},
    {"json_build_array", "array", 0, ANY_COUNT, TAKES_ANY, SQL_JSON},
    {"jsonb_build_array", "array", 0, ANY_COUNT, TAKES_ANY, SQL_JSON},
};

bool sql_refuse_argument(struct sql *sql, const struct sql_expr *arg, const char *name)
{
    return sql_fail(sql, arg->location, "function %s does not take %s",
                    quote(name, strlen(name)).text, sql_type_name(arg->type));
}

static bool check_argument(struct sql *sql, const struct entry *entry, struct sql_expr *arg)
{
    enum sql_type type = arg->type;

    if (type == SQL_LITERAL)
        return sql_coerce(sql, arg, entry->takes == TAKES_NUMBERS ? SQL_NUMERIC : SQL_TEXT);
    if (sql_is_any(type) || entry->takes == TAKES_ANY)
        return true;
    if (entry->takes == TAKES_NUMBERS ? sql_is_number(type)
        : entry->takes == TAKES_JSON  ? type == SQL_JSON || type == SQL_ARRAY
                                      : type == SQL_TEXT)
        return true;
    return sql_refuse_argument(sql, arg, entry->name);
}

bool sql_check_count(struct sql *sql, const char *name, size_t count, size_t min, size_t max,
                     int location)
{
    if (count >= min && (count <= max || max == ANY_COUNT))
        return true;
    if (min == max)
        return sql_fail(sql, location, "function %s takes %zu argument%s, not %zu",
                        quote(name, strlen(name)).text, min, min == 1 ? "" : "s", count);
    return sql_fail(sql, location, "function %s takes %zu to %zu arguments, not %zu",
                    quote(name, strlen(name)).text, min, max, count);
}

/* The digits behind the point that the result of round or trunc has. */
static enum sql_type rounded_type(const struct sql_expr *digits)
{
    long count;

    if (!digits)
        return sql_scaled(0);
    if (digits->kind != SQL_CONST || !sql_is_number(digits->type))
        return SQL_NUMERIC;
    count = strtol(digits->text, NULL, 10);
    return sql_scaled(count < 0 ? 0 : count > SCALE_MAX ? SCALE_MAX : (int)count);
}

/* abs, sign, round, trunc, floor and ceil: of numerics numerics, else doubles, as in PostgreSQL. */
static struct sql_expr *of_number(struct sql *sql, const struct entry *entry,
                                  struct sql_expr **args, size_t count, int location)
{
    enum sql_type type = args[0]->type;
    bool whole = strcmp(entry->call, "abs") != 0;
    const char *call = entry->call;

    if (sql_is_any(type))
        return sql_call_list(sql, type, call, location, args, count);
    if (type == SQL_FLOAT && count == 2) {
        (void)sql_fail(sql, location, "%s of double precision to digits; cast it to numeric",
                       entry->name);
        return NULL;
    }
    if (type == SQL_FLOAT && strcmp(call, "round") == 0)
        call = "double_round";
    if (sql_base(type) != SQL_NUMERIC && count == 1)
        return sql_call_list(sql, whole ? SQL_FLOAT : type, call, location, args, count);
    if (whole)
        type = rounded_type(count == 2 ? args[1] : NULL);
    return sql_exact(sql, sql_call_list(sql, type, call, location, args, count));
}

static struct sql_expr *scalar(struct sql *sql, const struct entry *entry, struct sql_expr **args,
                               size_t count, int location)
{
    if (!sql_check_count(sql, entry->name, count, entry->min, entry->max, location))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!check_argument(sql, entry, args[i]))
            return NULL;
    if (entry->takes == TAKES_NUMBERS && entry->type == SQL_ANY)
        return of_number(sql, entry, args, count, location);
    return sql_call_list(sql, entry->type, entry->call, location, args, count);
}

/* strpos(text, part): the plan language has them the other way round, as POSITION does. */
static struct sql_expr *position(struct sql *sql, struct sql_expr **args, size_t count,
                                 const char *name, int location)
{
    if (!sql_check_count(sql, name, count, 2, 2, location))
        return NULL;
    for (int i = 0; i < 2; i++) {
        if (args[i]->type == SQL_LITERAL && !sql_coerce(sql, args[i], SQL_TEXT))
            return NULL;
        if (args[i]->type != SQL_TEXT && !sql_is_any(args[i]->type)) {
            (void)sql_refuse_argument(sql, args[i], name);
            return NULL;
        }
    }
    /* The parser turns POSITION(part IN text) into position(text, part) too. */
    return sql_call(sql, SQL_INTEGER, "position", location, 2, args[1], args[0]);
}

static struct sql_expr *typed(struct sql *sql, struct sql_expr *expr, enum sql_type type,
                              const char *name)
{
    return sql_call(sql, type, "cast", expr->location, 2, expr,
                    sql_const(sql, SQL_TEXT, sql_text(sql, "\"%s\"", name), expr->location));
}

/* A point in time, TIMESTAMPTZ if nothing says which. */
static bool time_argument(struct sql *sql, struct sql_expr **arg, const char *name)
{
    if ((*arg)->type == SQL_LITERAL)
        return sql_coerce(sql, *arg, SQL_TIMESTAMPTZ);
    return sql_is_time((*arg)->type) || sql_is_any((*arg)->type) ||
           sql_refuse_argument(sql, *arg, name);
}

static bool is_one_of(const char *text, const char *words)
{
    size_t size = strlen(text) - 2;

    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");

        if (length == size && strncasecmp(at, text + 1, size) == 0)
            return true;
        at += length;
    }
    return false;
}

/* EXTRACT(part FROM time or interval), date_part('part', ...). */
static struct sql_expr *part_of(struct sql *sql, struct sql_expr **args, size_t count,
                                const char *name, int location)
{
    bool numeric = strcmp(name, "extract") == 0;
    enum sql_type type = numeric ? sql_scaled(0) : SQL_FLOAT;
    bool span = count == 2 && args[1]->type == SQL_INTERVAL;

    if (!sql_check_count(sql, name, count, 2, 2, location))
        return NULL;
    if (!span && !time_argument(sql, &args[1], name))
        return NULL;
    if (args[0]->kind != SQL_CONST ||
        !is_one_of(args[0]->text, span ? "year month day hour minute second epoch"
                                       : "microseconds milliseconds second minute hour day week "
                                         "month quarter year dow isodow doy isoyear epoch")) {
        (void)sql_fail(sql, args[0]->location, "%s has no part %s of %s", name,
                       excerpt(args[0]->text, strlen(args[0]->text)).text,
                       sql_type_name(args[1]->type));
        return NULL;
    }
    if (numeric && is_one_of(args[0]->text, "second"))
        type = sql_scaled(6);
    if (numeric && is_one_of(args[0]->text, "milliseconds"))
        type = sql_scaled(3);
    if (numeric && is_one_of(args[0]->text, "epoch") && args[1]->type != SQL_DATE)
        type = sql_scaled(6);
    return sql_call(sql, type, span ? "interval_part" : "extract", location, 2, args[0], args[1]);
}

static struct sql_expr *date_trunc(struct sql *sql, struct sql_expr **args, size_t count,
                                   const char *name, int location)
{
    struct sql_expr *expr;

    if (!sql_check_count(sql, name, count, 2, 2, location) || !time_argument(sql, &args[1], name))
        return NULL;
    if (args[0]->kind != SQL_CONST ||
        !is_one_of(args[0]->text, "microseconds milliseconds second minute hour day week month "
                                  "quarter year")) {
        (void)sql_fail(sql, args[0]->location, "date_trunc has no unit %s",
                       excerpt(args[0]->text, strlen(args[0]->text)).text);
        return NULL;
    }
    expr = sql_call(sql, args[1]->type, name, location, 2, args[0], args[1]);
    return args[1]->type == SQL_TIMESTAMP ? typed(sql, expr, SQL_TIMESTAMP, "timestamp")
                                          : typed(sql, expr, SQL_TIMESTAMPTZ, "timestamptz");
}

static struct sql_expr *to_timestamp(struct sql *sql, struct sql_expr **args, size_t count,
                                     const char *name, int location)
{
    if (!sql_check_count(sql, name, count, 1, 1, location))
        return NULL;
    if (args[0]->type == SQL_LITERAL && !sql_coerce(sql, args[0], SQL_FLOAT))
        return NULL;
    if (!sql_is_number(args[0]->type) && !sql_is_any(args[0]->type)) {
        (void)sql_refuse_argument(sql, args[0], name);
        return NULL;
    }
    return typed(sql, sql_call(sql, SQL_TIMESTAMPTZ, name, location, 1, args[0]), SQL_TIMESTAMPTZ,
                 "timestamptz");
}

/* Of windows: "5m", a number of seconds, an interval without months. */
static bool length_argument(struct sql *sql, struct sql_expr **arg, const char *name)
{
    struct span span;

    if ((*arg)->type == SQL_LITERAL &&
        !span_read((*arg)->text + 1, strlen((*arg)->text) - 2, &span))
        return sql_coerce(sql, *arg, SQL_TEXT);
    if ((*arg)->type == SQL_LITERAL && !sql_coerce(sql, *arg, SQL_INTERVAL))
        return false;
    if ((*arg)->type == SQL_INTERVAL && (*arg)->kind == SQL_CONST &&
        span_read((*arg)->text + 1, strlen((*arg)->text) - 2, &span) && span.months == 0) {
        *arg = sql_call(sql, SQL_NUMERIC, "interval_part", (*arg)->location, 2,
                        sql_const(sql, SQL_TEXT, "\"epoch\"", (*arg)->location), *arg);
        return true;
    }
    return sql_is_number((*arg)->type) || sql_is_any((*arg)->type) || (*arg)->type == SQL_TEXT ||
           sql_fail(sql, (*arg)->location,
                    "%s takes the length of a window as an interval such as '5 minutes', in the "
                    "query and without months",
                    name);
}

/* tumble(time, size); hop(time, slide, size). */
static struct sql_expr *window_of(struct sql *sql, struct sql_expr **args, size_t count,
                                  const char *name, int location)
{
    bool hop = *name == 'h';
    enum sql_type type;
    struct sql_expr *expr;

    if (!sql_check_count(sql, name, count, hop ? 3 : 2, hop ? 3 : 2, location) ||
        !time_argument(sql, &args[0], name))
        return NULL;
    for (size_t i = 1; i < count; i++)
        if (!length_argument(sql, &args[i], name))
            return NULL;
    type = args[0]->type;
    expr = sql_call_list(sql, type, name, location, args, count);
    if (sql_is_any(type)) {
        expr->type = hop ? SQL_ARRAY : SQL_ANY;
        return expr;
    }
    if (type == SQL_DATE)
        type = SQL_TIMESTAMP;
    return typed(sql, expr, hop ? SQL_ARRAY : type,
                 sql_text(sql, "%s%s", sql_type_name(type), hop ? "[]" : ""));
}

/* concat(...): null is nothing; booleans are t and f. */
static struct sql_expr *concat(struct sql *sql, struct sql_expr **args, size_t count,
                               const char *name, int location)
{
    if (!sql_check_count(sql, name, count, 1, ANY_COUNT, location))
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (args[i]->type == SQL_BOOLEAN)
            args[i] = sql_call(sql, SQL_TEXT, "left", location, 2,
                               sql_call(sql, SQL_TEXT, "cast", location, 2, args[i],
                                        sql_const(sql, SQL_TEXT, "\"text\"", location)),
                               sql_const(sql, SQL_INTEGER, "1", location));
        else
            args[i] = sql_cast(sql, args[i], SQL_TEXT, location);
        if (!args[i])
            return NULL;
    }
    return sql_call_list(sql, SQL_TEXT, "concat", location, args, count);
}

static struct sql_expr *modulo(struct sql *sql, struct sql_expr **args, size_t count,
                               const char *name, int location)
{
    return sql_check_count(sql, name, count, 2, 2, location)
               ? sql_arithmetic(sql, "%", args[0], args[1], location)
               : NULL;
}

/* The whole part of a quotient. */
static struct sql_expr *whole_quotient(struct sql *sql, struct sql_expr **args, size_t count,
                                       const char *name, int location)
{
    for (size_t i = 0; i < count; i++) {
        if (args[i]->type == SQL_LITERAL && !sql_coerce(sql, args[i], SQL_NUMERIC))
            return NULL;
        if (!sql_is_number(args[i]->type) && !sql_is_any(args[i]->type)) {
            (void)sql_refuse_argument(sql, args[i], name);
            return NULL;
        }
    }
    return sql_check_count(sql, name, count, 2, 2, location)
               ? sql_exact(sql, sql_call_list(sql, sql_scaled(0), "quotient", location, args, 2))
               : NULL;
}

static struct sql_expr *age(struct sql *sql, struct sql_expr **args, size_t count, const char *name,
                            int location)
{
    if (!sql_check_count(sql, name, count, 2, 2, location) || !time_argument(sql, &args[0], name) ||
        !time_argument(sql, &args[1], name))
        return NULL;
    return sql_call_list(sql, SQL_INTERVAL, name, location, args, count);
}

/* time AT TIME ZONE 'UTC' is timezone('UTC', time). */
static struct sql_expr *time_zone(struct sql *sql, struct sql_expr **args, size_t count,
                                  const char *name, int location)
{
    if (!sql_check_count(sql, name, count, 2, 2, location) || !time_argument(sql, &args[1], name))
        return NULL;
    if (args[0]->kind != SQL_CONST || !is_one_of(args[0]->text, "utc gmt z")) {
        (void)sql_fail(sql, args[0]->location, "there is no time zone but 'UTC'");
        return NULL;
    }
    return args[1]->type == SQL_TIMESTAMPTZ ? typed(sql, args[1], SQL_TIMESTAMP, "timestamp")
                                            : typed(sql, args[1], SQL_TIMESTAMPTZ, "timestamptz");
}

static struct sql_expr *unknown(struct sql *sql, const char *name, int location)
{
    static const char *const clocks[] = {
        "now",    "clock_timestamp", "statement_timestamp", "transaction_timestamp",
        "random", "timeofday"};

    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
        if (strcmp(name, clocks[i]) == 0) {
            (void)sql_fail(sql, location,
                           "%s: a view cannot depend on the clock or on chance; put the value "
                           "into the records",
                           quote(name, strlen(name)).text);
            return NULL;
        }
    if (sql_is_range_function(name)) {
        (void)sql_fail(sql, location, "function %s stands in FROM only; write FROM t, %s(t.x) AS y",
                       quote(name, strlen(name)).text, name);
        return NULL;
    }
    (void)sql_fail(sql, location, "unknown function %s; ssp-sql(7) lists them",
                   quote(name, strlen(name)).text);
    return NULL;
}

struct sql_expr *sql_scalar_call(struct sql *sql, struct sql_scope *scope,
                                 const PgQuery__FuncCall *syntax, const char *name)
{
    static const struct {
        const char *name;
        struct sql_expr *(*bind)(struct sql *sql, struct sql_expr **args, size_t count,
                                 const char *name, int location);
    } special[] = {
        {"strpos", position},    {"position", position},     {"extract", part_of},
        {"date_part", part_of},  {"date_trunc", date_trunc}, {"to_timestamp", to_timestamp},
        {"tumble", window_of},   {"hop", window_of},         {"concat", concat},
        {"mod", modulo},         {"div", whole_quotient},    {"age", age},
        {"timezone", time_zone},
    };
    struct sql_expr **args;

    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
        if (strcmp(special[i].name, name) == 0)
            return sql_list(sql, scope, syntax->args, syntax->n_args, &args)
                       ? special[i].bind(sql, args, syntax->n_args, name, syntax->location)
                       : NULL;
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        if (strcmp(entries[i].name, name) == 0)
            return sql_list(sql, scope, syntax->args, syntax->n_args, &args)
                       ? scalar(sql, &entries[i], args, syntax->n_args, syntax->location)
                       : NULL;
    return unknown(sql, name, syntax->location);
}

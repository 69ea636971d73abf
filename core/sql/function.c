/* Binding calls: the scalar functions under PostgreSQL's names, and aggregates. */
#include "sql/bind.h"

#include <string.h>

enum { ANY_COUNT = 255 };

/* What arguments must be. */
enum takes { TAKES_ANY, TAKES_NUMBERS, TAKES_TEXT, TAKES_TIME_LAST, TAKES_JSON };

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
    {"mod", "mod", 2, 2, TAKES_NUMBERS, SQL_ANY},
    {"div", "quotient", 2, 2, TAKES_NUMBERS, SQL_ANY},
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
    {"concat", "concat", 1, ANY_COUNT, TAKES_ANY, SQL_TEXT},
    {"btrim", "trim", 1, 2, TAKES_TEXT, SQL_TEXT},
    {"ltrim", "ltrim", 1, 2, TAKES_TEXT, SQL_TEXT},
    {"rtrim", "rtrim", 1, 2, TAKES_TEXT, SQL_TEXT},
    {"replace", "replace", 3, 3, TAKES_TEXT, SQL_TEXT},
    {"split_part", "split_part", 3, 3, TAKES_ANY, SQL_TEXT},
    {"starts_with", "starts_with", 2, 2, TAKES_TEXT, SQL_BOOLEAN},
    {"date_trunc", "date_trunc", 2, 2, TAKES_TIME_LAST, SQL_TIMESTAMP},
    {"date_part", "extract", 2, 2, TAKES_TIME_LAST, SQL_NUMERIC},
    {"extract", "extract", 2, 2, TAKES_TIME_LAST, SQL_NUMERIC},
    {"to_timestamp", "to_timestamp", 1, 1, TAKES_NUMBERS, SQL_TIMESTAMP},
    {"tumble", "tumble", 2, 2, TAKES_ANY, SQL_TIMESTAMP},
    {"hop", "hop", 3, 3, TAKES_ANY, SQL_ARRAY},
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

static const struct {
    const char *name;
    const char *func; /* in the plan language */
    uint8_t args;
    enum sql_type type; /* SQL_ANY: that of the argument */
} aggregates[] = {
    {"count", "count", 1, SQL_INTEGER},
    {"sum", "sum", 1, SQL_ANY},
    {"avg", "avg", 1, SQL_NUMERIC},
    {"min", "min", 1, SQL_ANY},
    {"max", "max", 1, SQL_ANY},
    {"array_agg", "array_agg", 1, SQL_ARRAY},
    {"json_agg", "array_agg", 1, SQL_JSON},
    {"jsonb_agg", "array_agg", 1, SQL_JSON},
    {"string_agg", "string_agg", 2, SQL_TEXT},
    {"bool_and", "bool_and", 1, SQL_BOOLEAN},
    {"bool_or", "bool_or", 1, SQL_BOOLEAN},
    {"every", "bool_and", 1, SQL_BOOLEAN},
    {"stddev", "stddev", 1, SQL_NUMERIC},
    {"stddev_samp", "stddev", 1, SQL_NUMERIC},
    {"stddev_pop", "stddev_pop", 1, SQL_NUMERIC},
    {"variance", "variance", 1, SQL_NUMERIC},
    {"var_samp", "variance", 1, SQL_NUMERIC},
    {"var_pop", "var_pop", 1, SQL_NUMERIC},
};

static bool refuse_argument(struct sql *sql, const struct sql_expr *arg, const char *name)
{
    return sql_fail(sql, arg->location, "function %s does not take %s",
                    quote(name, strlen(name)).text, sql_type_name(arg->type));
}

static bool check_argument(struct sql *sql, const struct entry *entry, struct sql_expr *arg,
                           bool last)
{
    enum sql_type type = arg->type;
    enum sql_type wanted = entry->takes == TAKES_NUMBERS             ? SQL_NUMERIC
                           : entry->takes == TAKES_TIME_LAST && last ? SQL_TIMESTAMP
                                                                     : SQL_TEXT;

    if (type == SQL_LITERAL)
        return sql_coerce(sql, arg, wanted);
    if (type == SQL_ANY || type == SQL_NULL || entry->takes == TAKES_ANY)
        return true;
    if (entry->takes == TAKES_NUMBERS ? sql_is_number(type)
        : entry->takes == TAKES_JSON  ? type == SQL_JSON || type == SQL_ARRAY
        : wanted == SQL_TIMESTAMP     ? sql_is_time(type)
                                      : type == SQL_TEXT)
        return true;
    return refuse_argument(sql, arg, entry->name);
}

static bool check_count(struct sql *sql, const char *name, size_t count, size_t min, size_t max,
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

static struct sql_expr *scalar(struct sql *sql, struct sql_scope *scope,
                               const PgQuery__FuncCall *syntax, const struct entry *entry)
{
    enum sql_type type = entry->type;
    struct sql_expr **args;

    if (!check_count(sql, entry->name, syntax->n_args, entry->min, entry->max, syntax->location) ||
        !sql_list(sql, scope, syntax->args, syntax->n_args, &args))
        return NULL;
    for (size_t i = 0; i < syntax->n_args; i++)
        if (!check_argument(sql, entry, args[i], i + 1 == syntax->n_args))
            return NULL;
    if (type == SQL_ANY)
        type = args[0]->type;
    return sql_call_list(sql, type, entry->call, syntax->location, args, syntax->n_args);
}

/* strpos(text, part): the plan language has them the other way round, as POSITION does. */
static struct sql_expr *position(struct sql *sql, struct sql_scope *scope,
                                 const PgQuery__FuncCall *syntax, const char *name)
{
    struct sql_expr **args;

    if (!check_count(sql, name, syntax->n_args, 2, 2, syntax->location) ||
        !sql_list(sql, scope, syntax->args, 2, &args))
        return NULL;
    for (int i = 0; i < 2; i++) {
        if (args[i]->type == SQL_LITERAL && !sql_coerce(sql, args[i], SQL_TEXT))
            return NULL;
        if (args[i]->type != SQL_TEXT && args[i]->type != SQL_ANY && args[i]->type != SQL_NULL) {
            (void)refuse_argument(sql, args[i], name);
            return NULL;
        }
    }
    /* The parser turns POSITION(part IN text) into position(text, part) too. */
    return sql_call(sql, SQL_INTEGER, "position", syntax->location, 2, args[1], args[0]);
}

bool sql_sorts(struct sql *sql, struct sql_scope *scope, PgQuery__Node **nodes, size_t count,
               struct sql_sort **sorts)
{
    *sorts = ARENA_ARRAY(&sql->arena, struct sql_sort, count);
    for (size_t i = 0; i < count; i++) {
        (*sorts)[i].expr = sql_expr(sql, scope, nodes[i]->sort_by->node);
        if (!(*sorts)[i].expr || !sql_direction(sql, nodes[i]->sort_by, &(*sorts)[i]))
            return false;
    }
    return true;
}

static bool not_an_aggregate(struct sql *sql, struct sql_scope *scope, const char *name,
                             int location)
{
    if (!scope->no_aggregates)
        return true;
    if (strcmp(scope->no_aggregates, "WHERE") == 0)
        return sql_fail(sql, location,
                        "aggregate %s in WHERE; conditions on groups stand in HAVING",
                        quote(name, strlen(name)).text);
    return sql_fail(sql, location, "aggregate %s in %s", quote(name, strlen(name)).text,
                    scope->no_aggregates);
}

static bool aggregate_arguments(struct sql *sql, struct sql_scope *scope,
                                const PgQuery__FuncCall *syntax, const char *name, size_t count,
                                struct sql_expr *expr)
{
    if (!syntax->agg_star &&
        (!check_count(sql, name, syntax->n_args, count, count, syntax->location) ||
         !sql_list(sql, scope, syntax->args, syntax->n_args, &expr->args)))
        return false;
    expr->count = syntax->agg_star ? 0 : syntax->n_args;
    for (size_t i = 0; i < expr->count; i++)
        if (expr->args[i]->type == SQL_LITERAL && !sql_coerce(sql, expr->args[i], SQL_TEXT))
            return false;
    if (expr->count == 2 && expr->args[1]->kind != SQL_CONST)
        return sql_fail(sql, expr->args[1]->location, "the separator must be a literal");
    if (syntax->agg_filter) {
        expr->filter = sql_expr(sql, scope, syntax->agg_filter);
        if (!expr->filter)
            return false;
    }
    expr->order_count = syntax->n_agg_order;
    return sql_sorts(sql, scope, syntax->agg_order, syntax->n_agg_order, &expr->order);
}

/* `inside`: what stands in the way of aggregates in its arguments. */
static struct sql_expr *aggregate(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__FuncCall *syntax, size_t which, const char *inside)
{
    const char *name = aggregates[which].name;
    const char *before = scope->no_aggregates;
    struct sql_expr *expr =
        sql_const(sql, aggregates[which].type, aggregates[which].func, syntax->location);
    bool numbers = strcmp(name, "sum") == 0 || aggregates[which].type == SQL_NUMERIC;

    if (!not_an_aggregate(sql, scope, name, syntax->location))
        return NULL;
    expr->kind = SQL_AGGREGATE;
    expr->distinct = syntax->agg_distinct;
    scope->no_aggregates = inside;
    if (!aggregate_arguments(sql, scope, syntax, name, aggregates[which].args, expr))
        return NULL;
    scope->no_aggregates = before;
    if (numbers && !sql_is_number(expr->args[0]->type) && expr->args[0]->type != SQL_ANY &&
        expr->args[0]->type != SQL_NULL) {
        (void)refuse_argument(sql, expr->args[0], name);
        return NULL;
    }
    if (expr->type == SQL_ANY)
        expr->type = expr->args[0]->type;
    return expr;
}

static size_t aggregate_named(const char *name)
{
    size_t which = 0;

    while (which < sizeof(aggregates) / sizeof(aggregates[0]) &&
           strcmp(aggregates[which].name, name) != 0)
        which++;
    return which;
}

struct sql_expr *sql_aggregate(struct sql *sql, struct sql_scope *scope,
                               const PgQuery__FuncCall *syntax)
{
    const char *name = sql_string(syntax->funcname[syntax->n_funcname - 1]);
    size_t which = aggregate_named(name);

    if (which < sizeof(aggregates) / sizeof(aggregates[0]))
        return aggregate(sql, scope, syntax, which, NULL);
    (void)sql_fail(sql, syntax->location, "there is no window function %s",
                   quote(name, strlen(name)).text);
    return NULL;
}

/* An aggregate of the groups: each once. */
static struct sql_expr *group_aggregate(struct sql *sql, struct sql_scope *scope,
                                        const PgQuery__FuncCall *syntax, size_t which)
{
    struct sql_expr *expr = aggregate(sql, scope, syntax, which, "an aggregate");

    if (!expr)
        return NULL;
    for (size_t i = 0; i < scope->aggregate_count; i++)
        if (sql_same(scope->aggregates[i], expr))
            return scope->aggregates[i];
    scope->aggregates = sql_grow(sql, scope->aggregates, scope->aggregate_count,
                                 &scope->aggregate_max, sizeof(struct sql_expr *));
    scope->aggregates[scope->aggregate_count++] = expr;
    return expr;
}

static struct sql_expr *refuse_clock(struct sql *sql, const char *name, int location)
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
    (void)sql_fail(sql, location, "unknown function %s; ssp-sql(7) lists them",
                   quote(name, strlen(name)).text);
    return NULL;
}

struct sql_expr *sql_function(struct sql *sql, struct sql_scope *scope,
                              const PgQuery__FuncCall *syntax)
{
    const char *name = sql_string(syntax->funcname[syntax->n_funcname - 1]);
    bool plain =
        !syntax->agg_star && !syntax->agg_distinct && !syntax->agg_filter && !syntax->n_agg_order;
    size_t which = aggregate_named(name);

    if (syntax->agg_within_group || syntax->func_variadic) {
        (void)sql_fail(sql, syntax->location, "%s: %s is not supported",
                       quote(name, strlen(name)).text,
                       syntax->agg_within_group ? "WITHIN GROUP" : "VARIADIC");
        return NULL;
    }
    if (syntax->over)
        return sql_window(sql, scope, syntax);
    if (which < sizeof(aggregates) / sizeof(aggregates[0]))
        return group_aggregate(sql, scope, syntax, which);
    if (!plain) {
        (void)sql_fail(sql, syntax->location, "%s is no aggregate", quote(name, strlen(name)).text);
        return NULL;
    }
    if (strcmp(name, "strpos") == 0 || strcmp(name, "position") == 0)
        return position(sql, scope, syntax, name);
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        if (strcmp(entries[i].name, name) == 0)
            return scalar(sql, scope, syntax, &entries[i]);
    return refuse_clock(sql, name, syntax->location);
}

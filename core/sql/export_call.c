/* Printing plans as SQL: calls of functions. */
#include "sql/export.h"

#include "plan/reader.h"
#include "value/json_scan.h"
#include "value/number.h"

#include <string.h>

enum { ARGS_MAX = 64 };

/* %1 and %2 stand for the arguments, %* for all of them, %| for their concatenation. */
static const struct {
    const char *name;
    const char *sql;
    enum export_kind takes; /* of all arguments; unknown: they are of one type, any */
    enum export_kind gives; /* unknown: that of the arguments */
} calls[] = {
    {"add", "(%1 + %2)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"sub", "(%1 - %2)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"mul", "(%1 * %2)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"div", "(%1::numeric / nullif(%2, 0))", EXPORT_NUMBER, EXPORT_NUMBER},
    {"quotient", "div(%1::numeric, nullif(%2, 0)::numeric)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"mod", "mod(%1::numeric, nullif(%2, 0)::numeric)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"power", "power(%1::numeric, %2::numeric)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"neg", "(- %1)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"abs", "abs(%1)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"round", "round(%*)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"trunc", "trunc(%*)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"floor", "floor(%1::numeric)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"ceil", "ceil(%1::numeric)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"sign", "sign(%1::numeric)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"sqrt", "sqrt(CASE WHEN %1 >= 0 THEN %1::numeric END)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"ln", "ln(CASE WHEN %1 > 0 THEN %1::numeric END)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"log", "log(CASE WHEN %1 > 0 THEN %1::numeric END)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"exp", "exp(%1::numeric)", EXPORT_NUMBER, EXPORT_NUMBER},
    {"lower", "lower(%1)", EXPORT_TEXT, EXPORT_TEXT},
    {"upper", "upper(%1)", EXPORT_TEXT, EXPORT_TEXT},
    {"length", "length(%1)", EXPORT_TEXT, EXPORT_NUMBER},
    {"append", "(%|)", EXPORT_TEXT, EXPORT_TEXT},
    {"trim", "btrim(%*)", EXPORT_TEXT, EXPORT_TEXT},
    {"ltrim", "ltrim(%*)", EXPORT_TEXT, EXPORT_TEXT},
    {"rtrim", "rtrim(%*)", EXPORT_TEXT, EXPORT_TEXT},
    {"replace", "replace(%*)", EXPORT_TEXT, EXPORT_TEXT},
    {"position", "strpos(%2, %1)", EXPORT_TEXT, EXPORT_NUMBER},
    {"starts_with", "starts_with(%1, %2)", EXPORT_TEXT, EXPORT_BOOLEAN},
    {"reverse", "reverse(%1)", EXPORT_TEXT, EXPORT_TEXT},
    {"coalesce", "coalesce(%*)", EXPORT_UNKNOWN, EXPORT_UNKNOWN},
    {"nullif", "nullif(%1, %2)", EXPORT_UNKNOWN, EXPORT_UNKNOWN},
    {"greatest", "greatest(%*)", EXPORT_UNKNOWN, EXPORT_UNKNOWN},
    {"least", "least(%*)", EXPORT_UNKNOWN, EXPORT_UNKNOWN},
    {"eq", "(%1 = %2)", EXPORT_UNKNOWN, EXPORT_BOOLEAN},
    {"neq", "(%1 <> %2)", EXPORT_UNKNOWN, EXPORT_BOOLEAN},
    {"gt", "(%1 > %2)", EXPORT_UNKNOWN, EXPORT_BOOLEAN},
    {"gte", "(%1 >= %2)", EXPORT_UNKNOWN, EXPORT_BOOLEAN},
    {"lt", "(%1 < %2)", EXPORT_UNKNOWN, EXPORT_BOOLEAN},
    {"lte", "(%1 <= %2)", EXPORT_UNKNOWN, EXPORT_BOOLEAN},
    {"is_distinct", "(%1 IS DISTINCT FROM %2)", EXPORT_UNKNOWN, EXPORT_BOOLEAN},
    {"is_null", "(%1 IS NULL)", EXPORT_UNKNOWN, EXPORT_BOOLEAN},
    {"not", "(NOT %1)", EXPORT_BOOLEAN, EXPORT_BOOLEAN},
    {"typeof", "jsonb_typeof(%1)", EXPORT_JSON, EXPORT_TEXT},
    {"array_length", "jsonb_array_length(CASE WHEN jsonb_typeof(%1) = 'array' THEN %1 END)",
     EXPORT_JSON, EXPORT_NUMBER},
};

struct arguments {
    const char *sql[ARGS_MAX];
    struct value json[ARGS_MAX];
    struct export_type *types[ARGS_MAX];
    size_t count;
};

static bool read_arguments(struct export *ex, const struct export_row *row, struct value call,
                           struct arguments *args)
{
    struct json_iter iter = json_iter_of(plan_member(call, "args").text);

    while (json_iter_next(&iter)) {
        if (args->count == ARGS_MAX)
            return export_fail(ex, "a call with more than %d arguments", ARGS_MAX);
        args->json[args->count] = value_of(iter.value, iter.value_size);
        args->sql[args->count] =
            export_operand(ex, row, args->json[args->count], &args->types[args->count]);
        if (!args->sql[args->count++])
            return false;
    }
    return true;
}

static const char *joined(struct export *ex, const struct arguments *args, size_t from,
                          const char *separator)
{
    struct buf buf = BUF_INIT;

    for (size_t i = from; i < args->count; i++)
        buf_add_format(&buf, "%s%s", i > from ? separator : "", args->sql[i]);
    return export_take(ex, &buf);
}

/* That none of them is left out. */
static bool takes_all(const char *form, size_t count)
{
    size_t most = 0;

    for (const char *at = form; (at = strchr(at, '%')) != NULL; at++) {
        if (at[1] == '*' || at[1] == '|')
            return true;
        most = (size_t)(at[1] - '0') > most ? (size_t)(at[1] - '0') : most;
    }
    return most == count;
}

static const char *filled(struct export *ex, const char *form, const struct arguments *args)
{
    struct buf buf = BUF_INIT;

    for (; *form; form++) {
        if (*form != '%') {
            buf_add_byte(&buf, *form);
            continue;
        }
        form++;
        if (*form == '*' || *form == '|')
            buf_add_string(&buf, joined(ex, args, 0, *form == '*' ? ", " : " || "));
        else if ((size_t)(*form - '1') < args->count)
            buf_add_string(&buf, args->sql[*form - '1']);
    }
    return export_take(ex, &buf);
}

static bool unify(struct export *ex, struct arguments *args, size_t from, size_t step)
{
    for (size_t i = from + step; i < args->count; i += step)
        if (!export_same(ex, args->types[from], args->types[i]))
            return false;
    return true;
}

/* case(condition, value, ..., otherwise) */
static const char *choice(struct export *ex, struct arguments *args, struct export_type **type)
{
    struct buf buf = BUF_INIT;
    size_t pairs = args->count / 2;

    *type = args->types[args->count == 1 ? 0 : 1];
    buf_add_string(&buf, "CASE");
    for (size_t i = 0; i < pairs; i++) {
        (void)(export_want(ex, args->types[2 * i], EXPORT_BOOLEAN) &&
               export_same(ex, *type, args->types[2 * i + 1]));
        buf_add_format(&buf, " WHEN %s THEN %s", args->sql[2 * i], args->sql[2 * i + 1]);
    }
    if (args->count % 2) {
        (void)export_same(ex, *type, args->types[args->count - 1]);
        buf_add_format(&buf, " ELSE %s", args->sql[args->count - 1]);
    }
    buf_add_string(&buf, " END");
    return export_text(ex, "(%s)", export_take(ex, &buf));
}

/* and, or: of truths */
static const char *logic(struct export *ex, struct arguments *args, const char *op)
{
    for (size_t i = 0; i < args->count; i++)
        if (!export_want(ex, args->types[i], EXPORT_BOOLEAN))
            return NULL;
    return export_text(ex, "(%s)", joined(ex, args, 0, op));
}

/* Functions of a text and numbers. */
static const char *cut(struct export *ex, struct arguments *args, const char *name,
                       struct export_type **type)
{
    *type = export_type_new(ex, EXPORT_TEXT);
    if (!export_want(ex, args->types[0], EXPORT_TEXT))
        return NULL;
    for (size_t i = 1; i < args->count; i++)
        if (!export_want(ex, args->types[i],
                         strcmp(name, "split_part") == 0 && i == 1 ? EXPORT_TEXT : EXPORT_NUMBER))
            return NULL;
    for (size_t i = 1; i < args->count; i++)
        if (export_kind_of(args->types[i]) == EXPORT_NUMBER)
            args->sql[i] = export_text(ex, "%s::integer", args->sql[i]);
    return export_text(ex, "%s(%s)", name, joined(ex, args, 0, ", "));
}

/* "x", {"value":"x"}, {"literal":"x"} */
static struct value constant_of(struct value operand)
{
    struct value value = operand;

    if (operand.type == VALUE_OBJECT)
        value = plan_member(operand, "value");
    return value.type == VALUE_MISSING ? plan_member(operand, "literal") : value;
}

static const char *cast(struct export *ex, const struct arguments *args, struct export_type **type)
{
    const char *word = constant_of(args->json[1]).text;
    bool text = strncmp(word, "\"text\"", 6) == 0;
    bool boolean = strncmp(word, "\"boolean\"", 9) == 0;
    bool integer = strncmp(word, "\"integer\"", 9) == 0;

    *type = export_type_new(ex, text ? EXPORT_TEXT : boolean ? EXPORT_BOOLEAN : EXPORT_NUMBER);
    if (!text && export_kind_of(args->types[0]) == EXPORT_TEXT) { /* null if it says no number */
        const char *number = export_text(
            ex,
            "(CASE WHEN %s ~ '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?$' THEN "
            "CAST(%s AS numeric) END)",
            args->sql[0], args->sql[0]);

        struct value literal = constant_of(args->json[0]);
        const char *reason;

        if (literal.type == VALUE_STRING &&
            !number_valid(literal.text + 1, literal.size - 2, &reason))
            return "NULL";
        if (boolean)
            (void)export_fail(ex, "a cast of text to boolean");
        return integer ? export_text(ex, "round(%s)", number) : number;
    }
    return export_text(ex, "CAST(%s AS %s)", args->sql[0],
                       text      ? "text"
                       : boolean ? "boolean"
                       : integer ? "bigint"
                                 : "numeric");
}

/* date_trunc(unit, time), extract(unit, time) */
static const char *of_time(struct export *ex, const struct arguments *args, const char *name,
                           struct export_type **type)
{
    struct value word = constant_of(args->json[0]);
    const char *unit = export_bytes(ex, word.text, word.size);
    bool extract = strcmp(name, "extract") == 0;

    *type = export_type_new(ex, extract ? EXPORT_NUMBER : EXPORT_TIME);
    if (word.type != VALUE_STRING || !export_want(ex, args->types[1], EXPORT_TIME))
        return NULL;
    return extract ? export_text(ex, "extract(%s FROM %s)", unit, args->sql[1])
                   : export_text(ex, "date_trunc('%s', %s)", unit, args->sql[1]);
}

static const char *special(struct export *ex, struct arguments *args, const char *name,
                           struct export_type **type)
{
    *type = export_type_new(ex, EXPORT_BOOLEAN);
    if (strcmp(name, "and") == 0 || strcmp(name, "or") == 0)
        return logic(ex, args, *name == 'a' ? " AND " : " OR ");
    if (strcmp(name, "in") == 0 && args->count > 1)
        return unify(ex, args, 0, 1)
                   ? export_text(ex, "(%s IN (%s))", args->sql[0], joined(ex, args, 1, ", "))
                   : NULL;
    if (strcmp(name, "between") == 0)
        return unify(ex, args, 0, 1)
                   ? export_text(ex, "(%s BETWEEN %s)", args->sql[0], joined(ex, args, 1, " AND "))
                   : NULL;
    if (strcmp(name, "case") == 0)
        return choice(ex, args, type);
    if (strcmp(name, "cast") == 0)
        return cast(ex, args, type);
    if (strcmp(name, "substr") == 0 || strcmp(name, "left") == 0 || strcmp(name, "right") == 0 ||
        strcmp(name, "repeat") == 0 || strcmp(name, "split_part") == 0)
        return cut(ex, args, name, type);
    if (strcmp(name, "date_trunc") == 0 || strcmp(name, "extract") == 0)
        return of_time(ex, args, name, type);
    if (strcmp(name, "concat") == 0) {
        *type = export_type_new(ex, EXPORT_TEXT);
        return export_text(ex, "concat(%s)", joined(ex, args, 0, ", "));
    }
    (void)export_fail(ex, "function %s", name);
    return NULL;
}

static bool is_order(const char *name)
{
    return strcmp(name, "greatest") == 0 || strcmp(name, "least") == 0 || *name == 'g' ||
           (*name == 'l' && name[1] == 't');
}

const char *export_call(struct export *ex, const struct export_row *row, struct value call,
                        struct export_type **type)
{
    struct value text = plan_member(call, "call");
    const char *name = export_bytes(ex, text.text, text.size);
    struct arguments args = {0};

    if (!name || !read_arguments(ex, row, call, &args))
        return NULL;
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (strcmp(calls[i].name, name) != 0)
            continue;
        for (size_t j = 0; j < args.count; j++)
            if (!export_want(ex, args.types[j], calls[i].takes))
                return NULL;
        if (!takes_all(calls[i].sql, args.count)) {
            (void)export_fail(ex, "function %s of %zu arguments", name, args.count);
            return NULL;
        }
        if (calls[i].takes == EXPORT_UNKNOWN && !unify(ex, &args, 0, 1))
            return NULL;
        if (calls[i].takes == EXPORT_UNKNOWN && is_order(name))
            args.types[0]->ordered = true;
        *type =
            calls[i].gives == EXPORT_UNKNOWN ? args.types[0] : export_type_new(ex, calls[i].gives);
        return filled(ex, calls[i].sql, &args);
    }
    return special(ex, &args, name, type);
}

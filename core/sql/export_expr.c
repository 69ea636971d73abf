/* Printing plans as SQL: paths, constants and predicates, from their canonical JSON. */
#include "sql/export.h"

#include "plan/reader.h"
#include "plan/write.h"
#include "value/json_scan.h"

#include <stdlib.h>
#include <string.h>

struct export_column *export_find(const struct export_row *row, const char *name)
{
    for (size_t i = 0; i < row->count; i++)
        if (strcmp(row->columns[i].name, name) == 0)
            return &row->columns[i];
    return NULL;
}

/* A value of a jsonb as one of its type. */
const char *export_cast(struct export *ex, const char *sql, bool json, struct export_type *type)
{
    enum export_kind kind = export_kind_of(type);

    if (!json || kind == EXPORT_JSON || kind == EXPORT_UNKNOWN)
        return sql;
    if (kind == EXPORT_TEXT)
        return export_text(ex, "(%s #>> '{}')", sql);
    return export_text(ex, "(%s #>> '{}')::%s", sql,
                       kind == EXPORT_NUMBER    ? "numeric"
                       : kind == EXPORT_BOOLEAN ? "boolean"
                                                : "timestamp");
}

/* The field of a record: what is known of it is kept by its table. */
static struct export_column *field_of(struct export *ex, const struct export_row *row,
                                      const char *name)
{
    struct export_table *table = row->open;
    struct export_row fields = {
        .columns = table->columns, .count = table->count, .max = table->max};
    struct export_column *column = export_find(&fields, name);
    struct export_column *copy = ARENA_NEW(&ex->arena, struct export_column);

    if (strcmp(name, "id") == 0) {
        *copy = (struct export_column){.name = "id", .type = &table->id, .hidden = true};
    } else {
        if (!column)
            column =
                export_column_add(ex, &fields, name, NULL, export_type_new(ex, EXPORT_UNKNOWN));
        table->columns = fields.columns;
        table->count = fields.count;
        table->max = fields.max;
        *copy = *column;
    }
    copy->sql = export_text(ex, "%s.%s", row->alias, export_name(ex, name));
    return copy;
}

/* A member inside a value has a type of its own, wherever it is asked for. */
static struct export_type *member_type(struct export *ex, const char *sql)
{
    struct export_table *all = export_table(ex, " "); /* no table has this name */
    size_t i = 0;

    while (i < all->path_count && strcmp(all->path_names[i], sql) != 0)
        i++;
    if (i < all->path_count)
        return all->paths[i];
    if (i == all->path_max) {
        struct export_type **paths = ARENA_ARRAY(&ex->arena, struct export_type *, 2 * i + 8);
        const char **names = ARENA_ARRAY(&ex->arena, const char *, 2 * i + 8);

        if (i) {
            memcpy(paths, all->paths, i * sizeof(*paths));
            memcpy(names, all->path_names, i * sizeof(*names));
        }
        all->paths = paths;
        all->path_names = names;
        all->path_max = 2 * i + 8;
    }
    all->path_names[i] = export_text(ex, "%s", sql);
    all->paths[i] = export_type_new(ex, EXPORT_UNKNOWN);
    all->path_count++;
    return all->paths[i];
}

/* Quoted as SQL does: ' twice. */
static const char *literal(struct export *ex, const char *bytes)
{
    struct buf buf = BUF_INIT;

    buf_add_byte(&buf, '\'');
    for (; *bytes; bytes++) {
        if (*bytes == '\'')
            buf_add_byte(&buf, '\'');
        buf_add_byte(&buf, *bytes);
    }
    buf_add_byte(&buf, '\'');
    return export_take(ex, &buf);
}

static const char *step_into(struct export *ex, const char *sql, const char *step)
{
    bool index = *step && strspn(step, "0123456789") == strlen(step) && strlen(step) < 10;

    return index ? export_text(ex, "(%s -> %s)", sql, step)
                 : export_text(ex, "(%s -> %s)", sql, literal(ex, step));
}

static const char *inside(struct export *ex, const struct export_column *column,
                          struct json_iter *iter, struct export_type **type)
{
    const char *sql = column->sql;

    if (!export_want(ex, column->type, EXPORT_JSON))
        return NULL;
    do {
        const char *step = *iter->value == '"'
                               ? export_bytes(ex, iter->value, iter->value_size)
                               : export_text(ex, "%.*s", (int)iter->value_size, iter->value);

        if (!step)
            return NULL;
        sql = step_into(ex, sql, step);
    } while (json_iter_next(iter));
    *type = member_type(ex, sql);
    return export_cast(ex, sql, true, *type);
}

/* `rest`: the steps behind this one. */
static const char *single(struct export *ex, const struct export_row *row, const char *name,
                          struct json_iter *rest, struct export_type **type)
{
    const struct export_column *column =
        row->open ? field_of(ex, row, name) : export_find(row, name);
    bool more = json_iter_next(rest);

    if (!column && row->origin) { /* it is a column the next time */
        const struct export_row open = {.open = row->origin, .alias = ""};

        *type = field_of(ex, &open, name)->type;
        return "NULL";
    }
    if (!column) {
        *type = export_type_new(ex, EXPORT_UNKNOWN);
        return "NULL";
    }
    if (column->row && !more) {
        (void)export_fail(ex, "the whole row %s is taken as a value", name);
        return NULL;
    }
    if (column->row) {
        const char *step = export_bytes(ex, rest->value, rest->value_size);

        return step ? single(ex, column->row, step, rest, type) : NULL;
    }
    if (more)
        return inside(ex, column, rest, type);
    *type = column->type;
    return export_cast(ex, column->sql, column->json, column->type);
}

const char *export_path(struct export *ex, const struct export_row *row, struct value path,
                        struct export_type **type)
{
    struct json_iter iter;
    const char *first;

    if (path.type == VALUE_STRING) {
        first = export_bytes(ex, path.text, path.size);
        iter = json_iter_of("[]");
        return first ? single(ex, row, first, &iter, type) : NULL;
    }
    iter = json_iter_of(path.text);
    (void)json_iter_next(&iter);
    first = export_bytes(ex, iter.value, iter.value_size);
    return first ? single(ex, row, first, &iter, type) : NULL;
}

static const char *constant(struct export *ex, struct value value, struct export_type **type)
{
    const char *bytes;

    *type =
        export_type_new(ex, value.type == VALUE_STRING                              ? EXPORT_TEXT
                            : value.type == VALUE_NUMBER                            ? EXPORT_NUMBER
                            : value.type == VALUE_TRUE || value.type == VALUE_FALSE ? EXPORT_BOOLEAN
                            : value.type == VALUE_NULL                              ? EXPORT_UNKNOWN
                                                                                    : EXPORT_JSON);
    if (value.type == VALUE_STRING) {
        bytes = export_bytes(ex, value.text, value.size);
        return bytes ? literal(ex, bytes) : NULL;
    }
    if (value.type == VALUE_NULL || value.type == VALUE_MISSING)
        return "NULL";
    if (value.type == VALUE_ARRAY || value.type == VALUE_OBJECT)
        return export_text(ex, "%s::jsonb",
                           literal(ex, export_text(ex, "%.*s", (int)value.size, value.text)));
    return export_text(ex, *value.text == '-' ? "(%.*s)" : "%.*s", (int)value.size, value.text);
}

static const char *context_value(struct export *ex, struct value number, struct export_type **type)
{
    unsigned long n = strtoul(number.text, NULL, 10);
    const struct export_column *column;

    if (!ex->context || n >= ex->context->count) {
        (void)export_fail(ex, "a value of an enclosing row outside of EXISTS");
        return NULL;
    }
    column = &ex->context->values[n];
    *type = column->type;
    return column->sql;
}

static const char *predicate_text(struct export *ex, const struct export_row *row,
                                  struct value predicate);

const char *export_operand(struct export *ex, const struct export_row *row, struct value operand,
                           struct export_type **type)
{
    struct value value;

    if (operand.type != VALUE_OBJECT)
        return constant(ex, operand, type);
    value = plan_member(operand, "field");
    if (plan_member(operand, "type").type == VALUE_STRING) {
        *type = export_type_new(ex, EXPORT_BOOLEAN);
        return predicate_text(ex, row, operand);
    }
    if (value.type != VALUE_MISSING)
        return export_path(ex, row, value, type);
    if (plan_member(operand, "call").type != VALUE_MISSING)
        return export_call(ex, row, operand, type);
    value = plan_member(operand, "$context");
    if (value.type != VALUE_MISSING)
        return context_value(ex, value, type);
    value = plan_member(operand, "literal");
    if (value.type == VALUE_MISSING)
        value = plan_member(operand, "value");
    return constant(ex, value.type == VALUE_MISSING ? value_of("null", 4) : value, type);
}

/* Where a path can stand without braces. */
static const char *field(struct export *ex, const struct export_row *row, struct value value,
                         struct export_type **type)
{
    if (value.type == VALUE_STRING || value.type == VALUE_ARRAY)
        return export_path(ex, row, value, type);
    return export_operand(ex, row, value, type);
}

const char *export_expr(struct export *ex, const struct export_row *row, const struct expr *expr,
                        struct export_type **type)
{
    struct buf buf = BUF_INIT;
    const char *text;
    size_t size;

    plan_write_expr(&buf, expr);
    size = buf.size;
    text = export_take(ex, &buf);
    return export_operand(ex, row, value_of(text, size), type);
}

static const char *list_of(struct export *ex, const struct export_row *row, struct value predicate,
                           bool all)
{
    struct json_iter iter = json_iter_of(plan_member(predicate, "predicates").text);
    struct buf buf = BUF_INIT;

    while (json_iter_next(&iter)) {
        const char *part = predicate_text(ex, row, value_of(iter.value, iter.value_size));

        buf_add_format(&buf, "%s%s", buf.size ? (all ? " AND " : " OR ") : "(", part ? part : "");
    }
    if (buf.size == 0)
        return all ? "true" : "false";
    buf_add_byte(&buf, ')');
    return export_take(ex, &buf);
}

static const char *in_list(struct export *ex, const struct export_row *row, struct value predicate)
{
    struct json_iter iter = json_iter_of(plan_member(predicate, "values").text);
    struct export_type *type;
    const char *subject = field(ex, row, plan_member(predicate, "field"), &type);
    struct buf buf = BUF_INIT;
    bool null = false;

    while (subject && json_iter_next(&iter)) {
        struct value value = value_of(iter.value, iter.value_size);
        struct export_type *of;
        const char *item = export_operand(ex, row, value, &of);

        if (value.type == VALUE_NULL) {
            null = true;
            continue;
        }
        if (!item || !export_same(ex, type, of))
            break;
        buf_add_format(&buf, "%s%s", buf.size ? ", " : "", item);
    }
    subject = subject && buf.size ? export_text(ex, "%s IN (%s)", subject, export_take(ex, &buf))
              : subject && null   ? export_text(ex, "%s IS NULL", subject)
                                  : "false";
    buf_release(&buf);
    if (null && strstr(subject, " IN ("))
        return export_text(ex, "(%s OR %s IS NULL)", subject,
                           field(ex, row, plan_member(predicate, "field"), &type));
    return export_text(ex, "(%s)", subject);
}

static const char *comparison(struct export *ex, const struct export_row *row,
                              struct value predicate, const char *op)
{
    struct value other = plan_member(predicate, "value");
    struct export_type *types[2];
    const char *left = field(ex, row, plan_member(predicate, "field"), &types[0]);
    const char *right = left ? export_operand(ex, row, other, &types[1]) : NULL;

    if (!right)
        return NULL;
    if (other.type == VALUE_NULL && (strcmp(op, "=") == 0 || strcmp(op, "<>") == 0))
        return export_text(ex, "(%s IS %sNULL)", left, *op == '=' ? "" : "NOT ");
    if (!export_same(ex, types[0], types[1]))
        return NULL;
    if (strcmp(op, "=") != 0 && strcmp(op, "<>") != 0)
        types[0]->ordered = true;
    return export_text(ex, "(%s %s %s)", left, op, right);
}

static const char *between(struct export *ex, const struct export_row *row, struct value predicate)
{
    struct export_type *types[3];
    const char *x = field(ex, row, plan_member(predicate, "field"), &types[0]);
    const char *low = x ? export_operand(ex, row, plan_member(predicate, "low"), &types[1]) : NULL;
    const char *high =
        low ? export_operand(ex, row, plan_member(predicate, "high"), &types[2]) : NULL;

    if (!high || !export_same(ex, types[0], types[1]) || !export_same(ex, types[0], types[2]))
        return NULL;
    types[0]->ordered = true;
    return export_text(ex, "(%s BETWEEN %s AND %s)", x, low, high);
}

static const char *pattern(struct export *ex, const struct export_row *row, struct value predicate,
                           const char *op)
{
    struct value text = plan_member(predicate, "pattern");
    struct value escape = plan_member(predicate, "escape");
    struct export_type *type;
    const char *subject = field(ex, row, plan_member(predicate, "field"), &type);
    const char *bytes =
        subject && text.type == VALUE_STRING ? export_bytes(ex, text.text, text.size) : NULL;

    if (!bytes || !export_want(ex, type, EXPORT_TEXT))
        return NULL;
    if (*op == '~' && (strchr(bytes, '\\') || strstr(bytes, "(?") || strstr(bytes, "(*"))) {
        (void)export_fail(ex, "a regular expression of PCRE2 that PostgreSQL may not have: %s",
                          excerpt(text.text, text.size).text);
        return NULL;
    }
    if (escape.type == VALUE_STRING)
        return export_text(ex, "(%s %s %s ESCAPE %s)", subject, op, literal(ex, bytes),
                           literal(ex, export_bytes(ex, escape.text, escape.size)));
    return export_text(ex, "(%s %s %s)", subject, op, literal(ex, bytes));
}

static const char *prefix(struct export *ex, const struct export_row *row, struct value predicate)
{
    struct export_type *types[2];
    const char *x = field(ex, row, plan_member(predicate, "field"), &types[0]);
    const char *y = x ? export_operand(ex, row, plan_member(predicate, "prefix"), &types[1]) : NULL;

    if (!y || !export_want(ex, types[0], EXPORT_TEXT) || !export_want(ex, types[1], EXPORT_TEXT))
        return NULL;
    return export_text(ex, "starts_with(%s, %s)", x, y);
}

static const char *is_null(struct export *ex, const struct export_row *row, struct value predicate)
{
    struct export_type *type;
    const char *x = field(ex, row, plan_member(predicate, "field"), &type);

    return x ? export_text(ex, "(%s IS NULL)", x) : NULL;
}

static const char *not_of(struct export *ex, const struct export_row *row, struct value predicate)
{
    const char *x = predicate_text(ex, row, plan_member(predicate, "predicate"));

    return x ? export_text(ex, "(NOT %s)", x) : NULL;
}

static const char *predicate_text(struct export *ex, const struct export_row *row,
                                  struct value predicate)
{
    static const char *const signs[][2] = {{"eq", "="},   {"neq", "<>"}, {"gt", ">"},
                                           {"gte", ">="}, {"lt", "<"},   {"lte", "<="}};
    static const char *const patterns[][2] = {{"like", "LIKE"}, {"ilike", "ILIKE"}, {"regex", "~"}};
    struct value type = plan_member(predicate, "type");
    const char *name = export_bytes(ex, type.text, type.size);

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (strcmp(name, signs[i][0]) == 0)
            return comparison(ex, row, predicate, signs[i][1]);
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        if (strcmp(name, patterns[i][0]) == 0)
            return pattern(ex, row, predicate, patterns[i][1]);
    if (strcmp(name, "and") == 0 || strcmp(name, "or") == 0)
        return list_of(ex, row, predicate, *name == 'a');
    if (strcmp(name, "not") == 0)
        return not_of(ex, row, predicate);
    if (strcmp(name, "in") == 0)
        return in_list(ex, row, predicate);
    if (strcmp(name, "between") == 0)
        return between(ex, row, predicate);
    if (strcmp(name, "prefix") == 0)
        return prefix(ex, row, predicate);
    if (strcmp(name, "is_null") == 0)
        return is_null(ex, row, predicate);
    if (strcmp(name, "exists") == 0)
        return export_exists(
            ex, row, ex->exists[strtoul(plan_member(predicate, "input").text, NULL, 10) - 1]);
    (void)export_fail(ex, "predicate %s", name);
    return NULL;
}

const char *export_predicate(struct export *ex, const struct export_row *row,
                             const struct predicate *predicate)
{
    struct buf buf = BUF_INIT;
    const char *text;
    size_t size;

    plan_write_predicate(&buf, predicate);
    size = buf.size;
    text = export_take(ex, &buf);
    text = predicate_text(ex, row, value_of(text, size));
    return ex->err->status == OK ? text : NULL;
}

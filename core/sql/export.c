/* Printing plans as SQL: names, types, tables and views. */
#include "sql/export.h"

#include "base/mem.h"
#include "expr/function.h"
#include "value/json_scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool export_fail(struct export *ex, const char *fmt, ...)
{
    char reason[200];
    va_list args;

    if (ex->err->status != OK)
        return false;
    va_start(args, fmt);
    (void)vsnprintf(reason, sizeof(reason), fmt, args);
    va_end(args);
    ex->err->status = ERR_USAGE;
    ex->err->source = NULL;
    (void)snprintf(ex->err->message, sizeof(ex->err->message), "view %s has no SQL: %.140s",
                   quote(ex->view, strlen(ex->view)).text, reason);
    return false;
}

const char *export_text(struct export *ex, const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    text = arena_format(&ex->arena, fmt, args);
    va_end(args);
    return text;
}

const char *export_take(struct export *ex, struct buf *buf)
{
    const char *text = arena_copy(&ex->arena, buf->bytes, buf->size);

    buf_release(buf);
    return text;
}

const char *export_name(struct export *ex, const char *name)
{
    struct buf buf = BUF_INIT;

    buf_add_byte(&buf, '"');
    for (; *name; name++) {
        if (*name == '"')
            buf_add_byte(&buf, '"');
        buf_add_byte(&buf, *name);
    }
    buf_add_byte(&buf, '"');
    return export_take(ex, &buf);
}

const char *export_bytes(struct export *ex, const char *json, size_t size)
{
    struct arena scratch = {0};
    struct value value = value_of(json, size);
    const char *bytes = "";
    const char *copy;
    size_t length = 0;

    (void)string_of(value, &scratch, &bytes, &length);
    copy = arena_copy(&ex->arena, bytes, length);
    arena_release(&scratch);
    if (strlen(copy) == length)
        return copy;
    (void)export_fail(ex, "text with a NUL character");
    return NULL;
}

struct export_type *export_type_new(struct export *ex, enum export_kind kind)
{
    struct export_type *type = ARENA_NEW(&ex->arena, struct export_type);

    type->kind = kind;
    return type;
}

static struct export_type *end_of(struct export_type *type)
{
    while (type->same)
        type = type->same;
    return type;
}

enum export_kind export_kind_of(const struct export_type *type)
{
    while (type->same)
        type = type->same;
    if (type->kind == EXPORT_UNKNOWN && type->ordered)
        return EXPORT_NUMBER;
    return type->kind;
}

static const char *kind_name(enum export_kind kind)
{
    static const char *const names[] = {"unknown", "text",      "numeric",
                                        "boolean", "timestamp", "jsonb"};

    return names[kind];
}

bool export_want(struct export *ex, struct export_type *type, enum export_kind kind)
{
    struct export_type *end = end_of(type);

    if (kind == EXPORT_UNKNOWN || end->kind == kind)
        return true;
    if (end->kind == EXPORT_UNKNOWN) {
        end->kind = kind;
        return true;
    }
    return export_fail(ex, "a value is taken as %s in one place and as %s in another",
                       kind_name(end->kind), kind_name(kind));
}

bool export_same(struct export *ex, struct export_type *a, struct export_type *b)
{
    struct export_type *x = end_of(a);
    struct export_type *y = end_of(b);

    if (x == y)
        return true;
    if (!export_want(ex, x, y->kind) || !export_want(ex, y, x->kind))
        return false;
    y->ordered = y->ordered || x->ordered;
    x->same = y;
    return true;
}

struct export_column *export_column_add(struct export *ex, struct export_row *row, const char *name,
                                        const char *sql, struct export_type *type)
{
    struct export_column *columns = row->columns;

    if (row->count == row->max) {
        row->max = row->max ? 2 * row->max : 8;
        row->columns = ARENA_ARRAY(&ex->arena, struct export_column, row->max);
        if (row->count)
            memcpy(row->columns, columns, row->count * sizeof(*columns));
    }
    row->columns[row->count] = (struct export_column){.name = name, .sql = sql, .type = type};
    return &row->columns[row->count++];
}

struct export_table *export_table(struct export *ex, const char *name)
{
    struct export_table *table = ex->tables;

    while (table && strcmp(table->name, name) != 0)
        table = table->next;
    if (table)
        return table;
    table = ARENA_NEW(&ex->arena, struct export_table);
    table->name = name;
    *ex->last = table;
    ex->last = &table->next;
    return table;
}

enum { TIMES = 3 }; /* for fields asked for above where they stand; for types; in earnest */

static const char *type_of(const struct export_type *type, enum export_kind otherwise)
{
    enum export_kind kind = export_kind_of(type);

    kind = kind == EXPORT_UNKNOWN ? otherwise : kind;
    return kind == EXPORT_TEXT ? "text COLLATE \"C\"" : kind_name(kind);
}

static void write_table(struct export *ex, struct buf *out, const struct export_table *table)
{
    buf_add_format(out, "CREATE TABLE %s (\n  \"id\" %s PRIMARY KEY", export_name(ex, table->name),
                   type_of(&table->id, EXPORT_TEXT));
    for (size_t i = 0; i < table->count; i++)
        buf_add_format(out, ",\n  %s %s", export_name(ex, table->columns[i].name),
                       type_of(table->columns[i].type, EXPORT_JSON));
    buf_add_string(out, "\n);\n");
}

/* Tables and views have names of one kind in SQL. */
static const char *view_name(struct export *ex, const char *id)
{
    for (const struct export_table *table = ex->tables; table; table = table->next)
        if (strcmp(table->name, id) == 0)
            return view_name(ex, export_text(ex, "%s_view", id));
    return id;
}

static bool write_view(struct export *ex, struct buf *out, const struct plan_view *view)
{
    struct export_rel rel = {0};
    const char *select;

    ex->view = view->id;
    ex->multiset = view->semantics == SEMANTICS_MULTISET;
    ex->names = 0;
    select = export_plan(ex, view->root, &rel) ? export_select(ex, &rel) : NULL;
    if (!select)
        return export_fail(ex, "a call that is not understood");
    buf_add_format(out, "CREATE MATERIALIZED VIEW %s AS\n  %s;\n",
                   export_name(ex, view_name(ex, view->id)), select);
    return true;
}

bool sql_export(struct buf *out, const struct plan_view *const *views, size_t count,
                struct err *err)
{
    struct export ex = {.err = err};
    struct buf text = BUF_INIT;
    bool ok = true;

    err->status = OK;
    ex.last = &ex.tables;
    for (int time = 0; time < TIMES; time++) {
        buf_clear(&text);
        for (size_t i = 0; ok && i < count; i++)
            ok = write_view(&ex, &text, views[i]) && err->status == OK;
        for (struct export_table *table = ex.tables; ok && table; table = table->next)
            if (export_kind_of(&table->id) == EXPORT_UNKNOWN)
                ok = export_want(&ex, &table->id, EXPORT_TEXT);
    }
    for (const struct export_table *table = ex.tables; ok && table; table = table->next)
        if (strcmp(table->name, " ") != 0)
            write_table(&ex, out, table);
    if (ok)
        buf_add(out, text.bytes, text.size);
    buf_release(&text);
    arena_release(&ex.arena);
    return ok;
}

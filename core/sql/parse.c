/*
 * Reading a file of SQL: libpg_query parses, the binder compiles, the plan reader takes the result.
 *
 * Parser and binder recurse as deep as statements nest, and libpg_query does not guard its stack.
 * So they run on a thread of their own with a stack that is enough for the deepest nesting that
 * SQL_FILE_MAX bytes can hold (measured: 2 KiB a level, and a level takes two bytes).
 */
#include "sql/bind.h"

#include "base/mem.h"
#include "value/json_write.h"

#include <pg_query.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STACK_SIZE ((size_t)256 << 20)

static void set_place(struct sql *sql, size_t offset)
{
    const struct plan_source *source = sql->source;

    sql->err->status = ERR_USAGE;
    sql->err->source = source->name;
    sql->err->line = source->line;
    sql->err->column = 1;
    for (size_t i = 0; i < offset && i < source->size; i++) {
        sql->err->column++;
        if (source->bytes[i] == '\n') {
            sql->err->line++;
            sql->err->column = 1;
        }
    }
}

bool sql_fail(struct sql *sql, int location, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(sql->err->message, sizeof(sql->err->message), fmt, args);
    va_end(args);
    set_place(sql, (size_t)(location > 0 ? location : sql->location));
    return false;
}

const char *sql_text(struct sql *sql, const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    text = arena_format(&sql->arena, fmt, args);
    va_end(args);
    return text;
}

const char *sql_take(struct sql *sql, struct buf *buf)
{
    const char *text = arena_copy(&sql->arena, buf->bytes, buf->size);

    buf_release(buf);
    return text;
}

const char *sql_quoted(struct sql *sql, const char *name)
{
    struct buf buf = BUF_INIT;

    json_write_string(&buf, name, strlen(name));
    return sql_take(sql, &buf);
}

/* Where a character is, counted from 1 as the parser does, in bytes from 0. */
static size_t place_of(const struct plan_source *source, int character)
{
    size_t at = 0;

    for (int i = 1; i < character && at < source->size; i++) {
        at++;
        while (at < source->size && ((unsigned char)source->bytes[at] & 0xc0) == 0x80)
            at++;
    }
    return at;
}

static bool parse(struct sql *sql)
{
    PgQueryProtobufParseResult result = pg_query_parse_protobuf(sql->text);
    PgQuery__ParseResult *tree;
    bool ok;

    if (result.error) {
        (void)sql_fail(sql, 0, "%s", result.error->message);
        set_place(sql, place_of(sql->source, result.error->cursorpos));
        pg_query_free_protobuf_parse_result(result);
        return false;
    }
    tree = pg_query__parse_result__unpack(NULL, result.parse_tree.len,
                                          (const uint8_t *)result.parse_tree.data);
    pg_query_free_protobuf_parse_result(result);
    if (!tree)
        return sql_fail(sql, 0, "statements too large to be parsed");
    ok = sql_statements(sql, tree);
    pg_query__parse_result__free_unpacked(tree, NULL);
    return ok;
}

/* How many bytes the character at `at` has; 0: it is none. */
static size_t utf8_size(const unsigned char *at, size_t rest)
{
    size_t size = *at < 0x80   ? 1
                  : *at < 0xc2 ? 0
                  : *at < 0xe0 ? 2
                  : *at < 0xf0 ? 3
                  : *at < 0xf5 ? 4
                               : 0;

    if (size > rest)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f) ||
        (*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] > 0x8f))
        return 0;
    return size;
}

static bool check_bytes(struct sql *sql)
{
    const struct plan_source *source = sql->source;
    size_t at = 0;

    if (source->size > SQL_FILE_MAX)
        return sql_fail(sql, 0, "a file of SQL has at most %d bytes, not %zu; divide it",
                        SQL_FILE_MAX, source->size);
    while (at < source->size) {
        size_t size = utf8_size((const unsigned char *)source->bytes + at, source->size - at);

        if (size == 0 || source->bytes[at] == '\0') {
            (void)sql_fail(sql, 0, "%s",
                           size ? "a NUL byte in a file of SQL" : "these bytes are not UTF-8");
            set_place(sql, at);
            return false;
        }
        at += size;
    }
    return true;
}

static void *run(void *argument)
{
    struct sql *sql = argument;
    char *text = arena_copy(&sql->arena, sql->source->bytes, sql->source->size);

    if (sql->source->size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        memset(text, ' ', 3);
    sql->text = text;
    sql_known_tables(sql);
    if (check_bytes(sql))
        (void)parse(sql); /* what is wrong stands in sql->err */
    return NULL;
}

static bool compile(struct sql *sql)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int failed;

    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
    failed = pthread_create(&thread, &attributes, run, sql);
    (void)pthread_attr_destroy(&attributes);
    if (failed)
        return sql_fail(sql, 0, "no thread to read SQL in: %s", strerror(failed));
    (void)pthread_join(thread, NULL);
    return sql->err->status == OK;
}

void sql_remember(struct sql *sql, const char *json, int location)
{
    struct sql_place *place = ARENA_NEW(&sql->arena, struct sql_place);

    place->json = json;
    place->location = location;
    place->next = sql->places;
    sql->places = place;
}

/* What stands at a column of a plan; if nothing is known of it, the view. */
static int place_in(const struct sql *sql, const struct sql_view *view, size_t column)
{
    for (const struct sql_place *place = sql->places; place; place = place->next)
        if (column && column <= strlen(view->json) &&
            strncmp(view->json + column - 1, place->json, strlen(place->json)) == 0)
            return place->location;
    return view->location;
}

/* The compiled view, as the plan reader takes it; what that refuses is told where it comes from. */
static bool add_view(struct sql *sql, const struct sql_view *view, struct json_reader *json,
                     const struct plan_defaults *defaults, struct plan_views *views)
{
    struct buf text = BUF_INIT;
    struct plan_source plan = {.name = sql->source->name, .line = 1};
    char message[sizeof(sql->err->message)];
    bool ok;

    buf_add_string(&text, view->json);
    plan.size = text.size;
    memset(buf_reserve(&text, JSON_PADDING), 0, JSON_PADDING);
    plan.bytes = text.bytes;
    ok = plan_read_file(json, &plan, defaults, views, sql->err) == OK;
    if (!ok) {
        memcpy(message, sql->err->message, sizeof(message));
        (void)sql_fail(sql, place_in(sql, view, sql->err->column), "view %s: %.240s",
                       quote(view->name, strlen(view->name)).text, message);
    }
    buf_release(&text);
    return ok;
}

enum status sql_read_file(struct json_reader *json, const struct plan_source *source,
                          const struct plan_defaults *defaults, const struct sql_into *into,
                          struct err *err)
{
    struct sql sql = {.source = source, .defaults = defaults, .schemas = into->schemas, .err = err};
    bool any;
    bool ok;

    err->status = OK;
    sql.last = &sql.views;
    ok = compile(&sql);
    any = sql.tables && sql.tables->own;
    for (const struct sql_view *view = sql.views; ok && view; view = view->next) {
        if (!view->materialized)
            continue;
        any = true;
        ok = add_view(&sql, view, json, defaults, into->views);
        if (ok && into->texts) {
            buf_add_string(into->texts, view->json);
            buf_add_byte(into->texts, '\n');
        }
    }
    if (ok && !any)
        ok = sql_fail(
            &sql, 0,
            "no view in this file and no table; there must be a CREATE MATERIALIZED VIEW name "
            "AS ...");
    if (ok)
        sql_declare(&sql);
    arena_release(&sql.arena);
    free(sql.columns);
    return ok ? OK : ERR_USAGE;
}

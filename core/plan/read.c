/* Reading views, and the files and lines that hold them. */
#include "plan/read.h"

#include "base/duration.h"
#include "base/hash.h"
#include "base/mem.h"
#include "plan/conflict.h"
#include "plan/nest.h"
#include "plan/reader.h"
#include "value/json_scan.h"
#include "value/number.h"

#include <string.h>

static bool name_of(const char *const *names, size_t count, const char *name, size_t size,
                    size_t *found)
{
    for (*found = 0; *found < count; (*found)++)
        if (strlen(names[*found]) == size && memcmp(names[*found], name, size) == 0)
            return true;
    return false;
}

bool plan_format_of(const char *name, size_t size, enum view_format *format)
{
    static const char *const names[] = {"streaming", "flat", "delta", "tree"};
    size_t found;

    if (!name_of(names, 4, name, size, &found))
        return false;
    *format = (enum view_format)found;
    return true;
}

bool plan_emit_of(const char *name, size_t size, enum view_emit *emit)
{
    static const char *const names[] = {"ids", "rows"};
    size_t found;

    if (!name_of(names, 2, name, size, &found))
        return false;
    *emit = (enum view_emit)found;
    return true;
}

bool plan_semantics_of(const char *name, size_t size, enum view_semantics *semantics)
{
    static const char *const names[] = {"membership", "multiset"};
    size_t found;

    if (!name_of(names, 2, name, size, &found))
        return false;
    *semantics = (enum view_semantics)found;
    return true;
}

static bool read_settings(struct plan_reader *reader, struct value value, struct plan_view *view)
{
    struct value format = plan_member(value, "format");
    struct value emit = plan_member(value, "emit");
    struct value semantics = plan_member(value, "semantics");

    if (format.type != VALUE_MISSING &&
        (format.type != VALUE_STRING ||
         !plan_format_of(format.text + 1, format.size - 2, &view->format)))
        return plan_fail(reader, format,
                         "unknown format %s; there are streaming, flat, delta, tree",
                         excerpt(format.text, format.size).text);
    if (emit.type != VALUE_MISSING &&
        (emit.type != VALUE_STRING || !plan_emit_of(emit.text + 1, emit.size - 2, &view->emit)))
        return plan_fail(reader, emit, "\"emit\" must be \"ids\" or \"rows\", not %s",
                         excerpt(emit.text, emit.size).text);
    if (semantics.type != VALUE_MISSING &&
        (semantics.type != VALUE_STRING ||
         !plan_semantics_of(semantics.text + 1, semantics.size - 2, &view->semantics)))
        return plan_fail(reader, semantics,
                         "\"semantics\" must be \"membership\" or \"multiset\", not %s",
                         excerpt(semantics.text, semantics.size).text);
    return true;
}

static bool read_refresh(struct plan_reader *reader, struct value value, struct plan_view *view)
{
    struct value refresh = plan_member(value, "refresh");
    struct plan_refresh *out = &view->refresh;

    if (refresh.type == VALUE_MISSING ||
        (refresh.size == 6 && memcmp(refresh.text, "\"step\"", 6) == 0))
        return true;
    if (refresh.type == VALUE_NUMBER && number_int(refresh.text, refresh.size, &out->length) &&
        out->length > 0) {
        out->kind = out->length > 1 ? REFRESH_STEPS : REFRESH_EACH_STEP;
        return true;
    }
    out->kind = REFRESH_TIME;
    return (refresh.type == VALUE_STRING &&
            duration_read(refresh.text + 1, refresh.size - 2, &out->length)) ||
           plan_fail(
               reader, refresh,
               "\"refresh\" must be \"step\", a number of steps from 1, or a duration such as "
               "\"16ms\" in us, ms, s, m, h or d, at most \"36500d\", not %s",
               excerpt(refresh.text, refresh.size).text);
}

/* Reads the view whose text stands at json_offset of what reader->json has read. */
static bool read_view(struct plan_reader *reader, struct value value,
                      const struct plan_defaults *defaults, struct plan_view *view)
{
    struct value root;
    struct value id;
    struct plan_memory *memory = plan_memory_new();

    reader->memory = memory;
    reader->text = arena_copy(&memory->arena, value.text, value.size);
    reader->depth = 0;
    reader->operators = 0;
    reader->aside = false;
    reader->frame = NULL;
    reader->scans = NULL;
    value.text = reader->text;
    *view = (struct plan_view){.format = defaults->format,
                               .emit = defaults->emit,
                               .semantics = defaults->semantics,
                               .memory = memory};
    if (!plan_only(reader, value, "a view", "id root format emit semantics params refresh") ||
        !plan_required(reader, value, "a view", "id", &id) ||
        !plan_text(reader, id, "\"id\"", &view->id, &view->id_size) ||
        !read_settings(reader, value, view) || !read_refresh(reader, value, view))
        goto refuse;
    reader->params = plan_member(value, "params");
    if (reader->params.type != VALUE_MISSING && reader->params.type != VALUE_OBJECT) {
        (void)plan_fail(reader, reader->params, "\"params\" must be an object, not %s",
                        excerpt(reader->params.text, reader->params.size).text);
        goto refuse;
    }
    if (!plan_required(reader, value, "a view", "root", &root))
        goto refuse;
    view->root = plan_read_op(reader, root);
    view->operators = reader->operators;
    view->scans = reader->scans;
    if (view->root) {
        size_t table_size;
        const char *table;

        nest_view(&memory->arena, view);
        table = plan_conflict(view, &table_size);
        if (!table)
            return true;
        (void)plan_fail(reader, root,
                        "records of table %s would be written with two different rows; use "
                        "\"format\":\"tree\" or \"emit\":\"ids\"",
                        quote(table, table_size).text);
    }
refuse:
    plan_memory_unref(memory);
    view->memory = NULL;
    return false;
}

/* For struct plan_known. */
static const struct plan_scan *find_scan(const void *context, const char *table, size_t size)
{
    const struct plan_views *views = context;
    uint64_t hash = hash_bytes(table, size);
    size_t at;

    for (uint32_t i = hashtab_first(&views->tables, hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&views->tables, hash, &at))
        if (views->scans[i]->table_size == size && memcmp(views->scans[i]->table, table, size) == 0)
            return views->scans[i];
    return NULL;
}

/* For struct plan_known. */
static const struct plan_view *find_view(const void *context, const char *id, size_t size)
{
    const struct plan_views *views = context;
    uint64_t hash = hash_bytes(id, size);
    size_t at;

    for (uint32_t i = hashtab_first(&views->ids, hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&views->ids, hash, &at))
        if (views->views[i].id_size == size && memcmp(views->views[i].id, id, size) == 0)
            return &views->views[i];
    return NULL;
}

bool plan_views_add(struct plan_views *views, const struct plan_view *view)
{
    uint64_t hash = hash_bytes(view->id, view->id_size);

    if (find_view(views, view->id, view->id_size))
        return false;
    views->views = mem_grow(views->views, &views->max, views->count + 1, sizeof(*views->views));
    hashtab_insert(&views->ids, hash, (uint32_t)views->count);
    views->views[views->count++] = *view;
    for (const struct plan_scan *scan = view->scans; scan; scan = scan->next) {
        if (find_scan(views, scan->table, scan->table_size))
            continue;
        views->scans = mem_grow(views->scans, &views->scan_max, views->scan_count + 1,
                                sizeof(const struct plan_scan *));
        hashtab_insert(&views->tables, hash_bytes(scan->table, scan->table_size),
                       (uint32_t)views->scan_count);
        views->scans[views->scan_count++] = scan;
    }
    return true;
}

static bool add_view(struct plan_reader *reader, struct value value, const char *json_text,
                     const struct plan_defaults *defaults, struct plan_views *views)
{
    struct plan_view view;

    reader->text_offset = (size_t)(value.text - json_text);
    if (!read_view(reader, value, defaults, &view))
        return false;
    if (!plan_views_add(views, &view)) {
        struct value text = {reader->text, (uint32_t)value.size, VALUE_OBJECT};

        (void)plan_fail(reader, plan_member(text, "id"), "a second view with the id %s",
                        quote(view.id, view.id_size).text);
        plan_memory_unref(view.memory);
        return false;
    }
    return true;
}

static bool add_views(struct plan_reader *reader, struct value list, const char *json_text,
                      const struct plan_defaults *defaults, struct plan_views *views)
{
    struct json_iter iter = json_iter_of(list.text);

    while (json_iter_next(&iter))
        if (!add_view(reader, value_of(iter.value, iter.value_size), json_text, defaults, views))
            return false;
    return true;
}

/* One JSON text of a plan file. */
static bool read_text(struct plan_reader *reader, const struct json_text *json,
                      const struct plan_defaults *defaults, struct plan_views *views)
{
    struct value value = value_of(json->text, json->size);
    struct value list;

    if (value.type == VALUE_ARRAY)
        return add_views(reader, value, json->text, defaults, views);
    list = plan_member(value, "views");
    if (list.type == VALUE_MISSING)
        return add_view(reader, value, json->text, defaults, views);
    reader->text = json->text;
    reader->text_offset = 0;
    if (list.type != VALUE_ARRAY)
        return plan_fail(reader, list, "\"views\" must be an array, not %s",
                         excerpt(list.text, list.size).text);
    return plan_only(reader, value, "a file of views", "views") &&
           add_views(reader, list, json->text, defaults, views);
}

/* Where the first JSON text ends, going by brackets alone; what is wrong with it the reader says.
 */
static size_t text_end(const char *bytes, size_t size)
{
    size_t depth = 0;
    bool string = false;

    for (size_t i = 0; i < size; i++) {
        char c = bytes[i];

        if (string && c == '\\')
            i++;
        else if (c == '"')
            string = !string;
        else if (!string && (c == '{' || c == '['))
            depth++;
        else if (!string && (c == '}' || c == ']') && (depth == 0 || --depth == 0))
            return i + 1;
    }
    return size;
}

static size_t skip_space(const char *bytes, size_t size, size_t at)
{
    while (at < size && strchr(" \t\r\n", bytes[at]) && bytes[at])
        at++;
    return at;
}

static bool refuse_duplicate(struct plan_reader *reader, const struct json_text *json)
{
    size_t at = reader->source_offset + json->duplicate - 1;
    const char *key = reader->source->bytes + at;
    const char *end = memchr(key + 1, '"', reader->source->size - at - 1);

    (void)err_set(reader->err, ERR_USAGE, "key %s stands twice in one object",
                  quote(key + 1, end ? (size_t)(end - key - 1) : 0).text);
    return plan_fail_at(reader, at);
}

enum status plan_read_file(struct json_reader *json, const struct plan_source *source,
                           const struct plan_defaults *defaults, struct plan_views *views,
                           struct err *err)
{
    struct plan_reader reader = {
        .json = json, .source = source, .err = err, .known = {find_view, find_scan, views}};
    size_t at = source->size >= 3 && memcmp(source->bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    at = skip_space(source->bytes, source->size, at);
    if (at == source->size) {
        (void)err_set(err, ERR_USAGE, "no view in this file");
        (void)plan_fail_at(&reader, 0);
        return ERR_USAGE;
    }
    while (at < source->size) {
        struct json_text text;
        size_t size = text_end(source->bytes + at, source->size - at);

        reader.source_offset = at;
        if (json_read(json, source->bytes + at, size, JSON_ARRAY | JSON_PLACES, &text, err) != OK) {
            (void)plan_fail_at(&reader, at + err->column - 1);
            return ERR_USAGE;
        }
        if (text.duplicate && defaults->strict ? !refuse_duplicate(&reader, &text)
                                               : !read_text(&reader, &text, defaults, views))
            return ERR_USAGE;
        at = skip_space(source->bytes, source->size, at + size);
    }
    return OK;
}

enum status plan_read_member(struct json_reader *json, const struct plan_source *source,
                             const struct plan_defaults *defaults, const struct plan_known *known,
                             struct plan_view *view, struct err *err)
{
    struct plan_reader reader = {.json = json, .source = source, .err = err, .known = *known};
    struct json_text text;
    struct value value;

    if (json_read(json, source->bytes, source->size, JSON_PLACES, &text, err) != OK)
        return err->status;
    value = plan_member(value_of(text.text, text.size), "view");
    if (value.type == VALUE_MISSING) {
        (void)err_set(err, ERR_INPUT, "no \"view\" in this line");
        return err->status;
    }
    reader.text_offset = (size_t)(value.text - text.text);
    if (!read_view(&reader, value, defaults, view)) {
        err->status = ERR_INPUT;
        return ERR_INPUT;
    }
    return OK;
}

void plan_views_release(struct plan_views *views)
{
    for (size_t i = 0; i < views->count; i++)
        plan_memory_unref(views->views[i].memory);
    free(views->views);
    free(views->scans);
    hashtab_release(&views->ids);
    hashtab_release(&views->tables);
    *views = (struct plan_views){0};
}

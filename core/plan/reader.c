/* The tools of the plan reader; see reader.h. */
#include "plan/reader.h"

#include "base/mem.h"
#include "value/json_scan.h"
#include "value/json_write.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool plan_fail_at(struct plan_reader *reader, size_t offset)
{
    const struct plan_source *source = reader->source;
    struct err *err = reader->err;

    err->status = ERR_USAGE;
    err->source = source->name;
    err->line = source->line;
    err->column = 1;
    for (size_t i = 0; i < offset && i < source->size; i++) {
        err->column++;
        if (source->bytes[i] == '\n') {
            err->line++;
            err->column = 1;
        }
    }
    return false;
}

bool plan_fail(struct plan_reader *reader, struct value at, const char *fmt, ...)
{
    size_t offset = (size_t)(at.text - reader->text) + reader->text_offset;
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(reader->err->message, sizeof(reader->err->message), fmt, args);
    va_end(args);
    return plan_fail_at(reader, reader->source_offset + json_place(reader->json, offset));
}

struct value plan_member(struct value object, const char *name)
{
    struct json_iter iter = json_iter_of(object.text);
    struct value member = VALUE_NONE;
    size_t size = strlen(name);

    while (json_iter_next(&iter))
        if (iter.key_size == size + 2 && memcmp(iter.key + 1, name, size) == 0)
            member = value_of(iter.value, iter.value_size);
    return member;
}

bool plan_required(struct plan_reader *reader, struct value object, const char *what,
                   const char *name, struct value *member)
{
    *member = plan_member(object, name);
    if (member->type == VALUE_MISSING)
        return plan_fail(reader, object, "%s without \"%s\"", what, name);
    return true;
}

static bool listed(const char *list, const char *name, size_t size)
{
    for (const char *at = list; *at;) {
        size_t word = strcspn(at, " ");

        if (word == size && memcmp(at, name, size) == 0)
            return true;
        at += word + strspn(at + word, " ");
    }
    return false;
}

bool plan_only(struct plan_reader *reader, struct value object, const char *what,
               const char *allowed)
{
    struct json_iter iter;
    char list[160];
    size_t used = 0;

    if (object.type != VALUE_OBJECT)
        return plan_fail(reader, object, "%s must be an object, not %s", what,
                         excerpt(object.text, object.size).text);
    iter = json_iter_of(object.text);
    while (json_iter_next(&iter)) {
        if (listed(allowed, iter.key + 1, iter.key_size - 2))
            continue;
        for (const char *c = allowed; *c && used < sizeof(list) - 3; c++) {
            if (*c == ' ')
                list[used++] = ',';
            list[used++] = *c;
        }
        list[used] = '\0';
        return plan_fail(reader, value_of(iter.key, iter.key_size), "%s has no field %s; it has %s",
                         what, quote(iter.key + 1, iter.key_size - 2).text, list);
    }
    return true;
}

bool plan_text(struct plan_reader *reader, struct value value, const char *what, const char **bytes,
               size_t *size)
{
    struct buf scratch = BUF_INIT;
    const char *text;

    if (value.type != VALUE_STRING)
        return plan_fail(reader, value, "%s must be a string, not %s", what,
                         excerpt(value.text, value.size).text);
    text = value_string(value, &scratch, size);
    *bytes = arena_copy(&reader->memory->arena, text, *size);
    buf_release(&scratch);
    return true;
}

struct path *plan_path(struct plan_reader *reader, struct value value)
{
    struct path *path = path_new(&reader->memory->arena, value);

    if (!path)
        (void)plan_fail(reader, value, "a path must be \"a.b\" or [\"a\",\"b\",0], not %s",
                        excerpt(value.text, value.size).text);
    else if (reader->pair && !plan_pair_path(reader, value, path))
        return NULL;
    return path;
}

bool plan_param(struct plan_reader *reader, struct value value, struct value *out, bool *param)
{
    struct value name;

    *out = value;
    *param = false;
    if (value.type != VALUE_OBJECT)
        return true;
    name = plan_member(value, "$param");
    if (name.type == VALUE_MISSING)
        return true;
    if (!plan_only(reader, value, "a parameter", "$param"))
        return false;
    if (name.type != VALUE_STRING)
        return plan_fail(reader, name, "\"$param\" must be the name of a parameter, not %s",
                         excerpt(name.text, name.size).text);
    *param = true;
    if (reader->params.type == VALUE_OBJECT) {
        struct json_iter iter = json_iter_of(reader->params.text);

        out->type = VALUE_MISSING;
        while (json_iter_next(&iter))
            if (iter.key_size == name.size && memcmp(iter.key, name.text, name.size) == 0)
                *out = value_of(iter.value, iter.value_size);
        if (out->type != VALUE_MISSING)
            return true;
    }
    if (name.size > 8 && memcmp(name.text, "\"parent.", 8) == 0)
        return plan_fail(reader, name,
                         reader->frame ? "parameter %s can stand in predicates and projections only"
                                       : "parameter %s is known only inside a subquery",
                         quote(name.text + 1, name.size - 2).text);
    return plan_fail(reader, name, "parameter %s has no value; give it in the view's \"params\"",
                     quote(name.text + 1, name.size - 2).text);
}

/* The position of an item in a frame, added if it is new. */
static uint32_t frame_item(struct plan_frame *frame, struct plan_outer item)
{
    struct buf wanted = BUF_INIT;
    struct buf other = BUF_INIT;
    size_t i = 0;

    if (item.path)
        path_write(&wanted, item.path);
    for (; i < frame->count; i++) {
        buf_clear(&other);
        if (frame->items[i].path)
            path_write(&other, frame->items[i].path);
        if (other.size == wanted.size && frame->items[i].position == item.position &&
            (!wanted.size || memcmp(other.bytes, wanted.bytes, wanted.size) == 0))
            break;
    }
    buf_release(&wanted);
    buf_release(&other);
    if (i == frame->count) {
        frame->items = mem_grow(frame->items, &frame->max, frame->count + 1, sizeof(*frame->items));
        frame->items[frame->count++] = item;
    }
    return (uint32_t)i;
}

/* `name` is "a.b" behind one "parent." already taken off. */
static bool resolve(struct plan_reader *reader, struct plan_frame *frame, struct value at,
                    const char *name, size_t size, uint32_t *position)
{
    static const char again[] = "parent.";
    struct plan_outer item = {0};
    struct buf text = BUF_INIT;

    if (size > sizeof(again) - 1 && memcmp(name, again, sizeof(again) - 1) == 0) {
        if (!frame->around)
            return plan_fail(reader, at, "parameter %s: there is no row around that one",
                             excerpt(at.text, at.size).text);
        if (!resolve(reader, frame->around, at, name + sizeof(again) - 1,
                     size - (sizeof(again) - 1), &item.position))
            return false;
    } else {
        json_write_string(&text, name, size);
        item.path = path_new(&reader->memory->arena, value_of(text.bytes, text.size));
        buf_release(&text);
        if (!item.path)
            return plan_fail(reader, at, "parameter %s names no field",
                             excerpt(at.text, at.size).text);
    }
    *position = frame_item(frame, item);
    return true;
}

bool plan_outer_param(struct plan_reader *reader, struct value value, uint32_t *position)
{
    struct value name = value.type == VALUE_OBJECT ? plan_member(value, "$param") : VALUE_NONE;
    const char *bytes;
    size_t size;

    *position = 0;
    if (!reader->frame || reader->key || name.type != VALUE_STRING || name.size <= 8 ||
        memcmp(name.text, "\"parent.", 8) != 0)
        return true;
    if (!plan_only(reader, value, "a parameter", "$param") ||
        !plan_text(reader, name, "\"$param\"", &bytes, &size) ||
        !resolve(reader, reader->frame, name, bytes + 7, size - 7, position))
        return false;
    (*position)++;
    return true;
}

bool plan_read_subquery(struct plan_reader *reader, struct value plan, struct plan_subquery *to)
{
    struct plan_frame frame = {.around = reader->frame};
    uint32_t exists_count = reader->exists_count;

    reader->frame = &frame;
    to->plan = plan_read_op(reader, plan);
    reader->frame = frame.around;
    reader->exists_count = exists_count;
    to->outer_count = frame.count;
    to->outer = ARENA_ARRAY(&reader->memory->arena, struct plan_outer, frame.count);
    for (size_t i = 0; i < frame.count; i++)
        to->outer[i] = frame.items[i];
    free(frame.items);
    return to->plan != NULL;
}

bool plan_deeper(struct plan_reader *reader, struct value at)
{
    if (reader->depth == PLAN_DEPTH_MAX)
        return plan_fail(reader, at, "plan nested deeper than %d", PLAN_DEPTH_MAX);
    reader->depth++;
    return true;
}

bool plan_array(struct plan_reader *reader, struct value value, const char *what, size_t *count)
{
    struct json_iter iter;

    if (value.type != VALUE_ARRAY)
        return plan_fail(reader, value, "%s must be an array, not %s", what,
                         excerpt(value.text, value.size).text);
    *count = 0;
    iter = json_iter_of(value.text);
    while (json_iter_next(&iter))
        (*count)++;
    return true;
}

/* Paths into rows and values. */
#include "value/path.h"

#include "base/buf.h"
#include "value/json_scan.h"
#include "value/json_write.h"
#include "value/number.h"

#include <string.h>

static struct path_step step_of(struct arena *arena, const char *bytes, size_t size)
{
    struct path_step step = {.index = PATH_NO_INDEX};
    struct buf key = BUF_INIT;
    uint64_t index = 0;
    bool number = size > 0 && size < 10;

    for (size_t i = 0; number && i < size; i++) {
        number = bytes[i] >= '0' && bytes[i] <= '9';
        index = index * 10 + (uint64_t)(bytes[i] - '0');
    }
    if (number)
        step.index = (uint32_t)index;
    json_write_string(&key, bytes, size);
    step.key = arena_copy(arena, key.bytes, key.size);
    step.key_size = (uint32_t)key.size;
    buf_release(&key);
    return step;
}

static bool steps_of_string(struct arena *arena, struct path *path, const char *bytes, size_t size)
{
    size_t count = 1;
    const char *end = bytes + size;

    for (size_t i = 0; i < size; i++)
        count += bytes[i] == '.';
    path->steps = ARENA_ARRAY(arena, struct path_step, count);
    for (; path->count < count; path->count++) {
        const char *dot = memchr(bytes, '.', (size_t)(end - bytes));
        const char *stop = dot ? dot : end;

        if (stop == bytes)
            return false;
        path->steps[path->count] = step_of(arena, bytes, (size_t)(stop - bytes));
        bytes = stop + 1;
    }
    return true;
}

static bool steps_of_array(struct arena *arena, struct path *path, struct value source,
                           struct buf *scratch)
{
    struct json_iter iter = json_iter_of(source.text);
    size_t count = 0;

    while (json_iter_next(&iter))
        count++;
    path->steps = ARENA_ARRAY(arena, struct path_step, count);
    iter = json_iter_of(source.text);
    while (json_iter_next(&iter)) {
        struct value step = value_of(iter.value, iter.value_size);
        const char *bytes;
        size_t size;
        int64_t index;

        if (step.type == VALUE_STRING) {
            bytes = value_string(step, scratch, &size);
        } else if (step.type == VALUE_NUMBER && number_int(step.text, step.size, &index) &&
                   index >= 0) {
            buf_clear(scratch);
            buf_add_int(scratch, index);
            bytes = scratch->bytes;
            size = scratch->size;
        } else {
            return false;
        }
        path->steps[path->count++] = step_of(arena, bytes, size);
    }
    return count > 0;
}

struct path *path_new(struct arena *arena, struct value source)
{
    struct path *path = ARENA_NEW(arena, struct path);
    struct buf scratch = BUF_INIT;
    bool ok = false;

    if (source.type == VALUE_STRING) {
        size_t size;
        const char *bytes = value_string(source, &scratch, &size);

        ok = steps_of_string(arena, path, bytes, size);
    } else if (source.type == VALUE_ARRAY) {
        ok = steps_of_array(arena, path, source, &scratch);
    }
    buf_release(&scratch);
    return ok ? path : NULL;
}

static struct value step_into(const struct path_step *step, struct value value)
{
    struct json_iter iter;
    uint32_t index = 0;

    if (value.type != VALUE_OBJECT && (value.type != VALUE_ARRAY || step->index == PATH_NO_INDEX))
        return VALUE_NONE;
    iter = json_iter_of(value.text);
    while (json_iter_next(&iter)) {
        if (iter.object ? iter.key_size == step->key_size &&
                              memcmp(iter.key, step->key, step->key_size) == 0
                        : index++ == step->index)
            return value_of(iter.value, iter.value_size);
    }
    return VALUE_NONE;
}

struct value path_get_in(const struct path *path, struct value value)
{
    for (uint32_t i = 0; i < path->count && value.type != VALUE_MISSING; i++)
        value = step_into(&path->steps[i], value);
    return value;
}

/* A key is followed by its colon, so comparing both never takes a longer key for this one. */
static bool field_is(const struct row *row, uint32_t i, const struct path_step *step)
{
    uint32_t start = row_field(row, i);
    const char *key = row_text(row) + start;

    return row->size - start > step->key_size && key[step->key_size] == ':' &&
           memcmp(key, step->key, step->key_size) == 0;
}

static struct value first_step(struct path *path, const struct row *row)
{
    const struct path_step *step = &path->steps[0];

    uint32_t hint = __atomic_load_n(&path->hint, __ATOMIC_RELAXED);

    if (hint < row->count && field_is(row, hint, step))
        return row_field_at(row, hint, step->key_size);
    for (uint32_t i = 0; i < row->count; i++)
        if (field_is(row, i, step)) {
            __atomic_store_n(&path->hint, i, __ATOMIC_RELAXED);
            return row_field_at(row, i, step->key_size);
        }
    if (row->id_size && step->key_size == 4 && memcmp(step->key, "\"id\"", 4) == 0)
        return row_id(row);
    return VALUE_NONE;
}

struct value path_get(struct path *path, const struct row *row)
{
    struct value value = first_step(path, row);

    for (uint32_t i = 1; i < path->count && value.type != VALUE_MISSING; i++)
        value = step_into(&path->steps[i], value);
    return value;
}

void path_write(struct buf *buf, const struct path *path)
{
    bool plain = path->count == 1 && !memchr(path->steps[0].key, '.', path->steps[0].key_size);

    if (!plain)
        buf_add_byte(buf, '[');
    for (uint32_t i = 0; i < path->count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        buf_add(buf, path->steps[i].key, path->steps[i].key_size);
    }
    if (!plain)
        buf_add_byte(buf, ']');
}

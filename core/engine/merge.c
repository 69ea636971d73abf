/* RFC 7396. */
#include "engine/merge.h"

#include "base/mem.h"
#include "value/json_scan.h"

#include <string.h>

struct change {
    const char *key;
    size_t key_size;
    struct value value;
    bool *used; /* met in the target; points outside the sorted list */
};

static int change_compare(const void *a, const void *b)
{
    const struct change *x = a;
    const struct change *y = b;
    size_t common = x->key_size < y->key_size ? x->key_size : y->key_size;
    int order = memcmp(x->key, y->key, common);

    return order ? order : (x->key_size > y->key_size) - (x->key_size < y->key_size);
}

static size_t member_count(struct value object)
{
    struct json_iter iter = json_iter_of(object.text);
    size_t count = 0;

    while (json_iter_next(&iter))
        count++;
    return count;
}

static void write_member(struct buf *out, size_t start, const char *key, size_t key_size)
{
    if (out->size > start)
        buf_add_byte(out, ',');
    buf_add(out, key, key_size);
    buf_add_byte(out, ':');
}

/* A patch value over nothing or over an old value. */
static void write_value(struct buf *out, struct value old, struct value value)
{
    if (value.type == VALUE_OBJECT)
        merge_patch(out, old.type == VALUE_OBJECT ? old : value_of("{}", 2), value);
    else
        buf_add(out, value.text, value.size);
}

void merge_patch(struct buf *out, struct value target, struct value patch)
{
    size_t count = member_count(patch);
    struct change *changes = mem_alloc(count * sizeof(*changes));
    bool *used = mem_alloc_zero(count * sizeof(*used));
    struct json_iter iter = json_iter_of(patch.text);
    size_t start;

    for (size_t i = 0; json_iter_next(&iter); i++)
        changes[i] = (struct change){iter.key, iter.key_size, value_of(iter.value, iter.value_size),
                                     &used[i]};
    qsort(changes, count, sizeof(*changes), change_compare);
    buf_add_byte(out, '{');
    start = out->size;
    iter = json_iter_of(target.text);
    while (json_iter_next(&iter)) {
        const struct change wanted = {.key = iter.key, .key_size = iter.key_size};
        const struct change *change =
            count ? bsearch(&wanted, changes, count, sizeof(*changes), change_compare) : NULL;

        if (change)
            *change->used = true;
        if (change && change->value.type == VALUE_NULL)
            continue;
        write_member(out, start, iter.key, iter.key_size);
        if (change)
            write_value(out, value_of(iter.value, iter.value_size), change->value);
        else
            buf_add(out, iter.value, iter.value_size);
    }
    iter = json_iter_of(patch.text);
    for (size_t i = 0; json_iter_next(&iter); i++) {
        struct value value = value_of(iter.value, iter.value_size);

        if (used[i] || value.type == VALUE_NULL)
            continue;
        write_member(out, start, iter.key, iter.key_size);
        write_value(out, VALUE_NONE, value);
    }
    buf_add_byte(out, '}');
    free(changes);
    free(used);
}

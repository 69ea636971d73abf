/* Dropping all but the last of equal keys, in O(n log n). */
#include "plan/literal.h"

#include "base/buf.h"
#include "base/mem.h"
#include "value/json_scan.h"

struct member {
    const char *key;
    size_t key_size;
    size_t position;
};

static int member_compare(const void *a, const void *b)
{
    const struct member *x = a;
    const struct member *y = b;
    size_t common = x->key_size < y->key_size ? x->key_size : y->key_size;
    int order = memcmp(x->key, y->key, common);

    if (order == 0)
        order = (x->key_size > y->key_size) - (x->key_size < y->key_size);
    return order ? order : (x->position > y->position) - (x->position < y->position);
}

/* Which members are the last of their key, by position; the caller frees the list. */
static bool *last_ones(struct value object)
{
    struct json_iter iter = json_iter_of(object.text);
    struct member *members = NULL;
    size_t count = 0;
    size_t max = 0;
    bool *last;

    while (json_iter_next(&iter)) {
        members = mem_grow(members, &max, count + 1, sizeof(*members));
        members[count] = (struct member){iter.key, iter.key_size, count};
        count++;
    }
    if (count > 1)
        qsort(members, count, sizeof(*members), member_compare);
    last = mem_alloc_zero(count * sizeof(*last));
    for (size_t i = 0; i < count; i++)
        last[members[i].position] =
            i + 1 == count || members[i].key_size != members[i + 1].key_size ||
            memcmp(members[i].key, members[i + 1].key, members[i].key_size) != 0;
    free(members);
    return last;
}

static void write_value(struct buf *buf, struct value value)
{
    struct json_iter iter;
    size_t start;
    bool *last;

    if (value.type != VALUE_OBJECT && value.type != VALUE_ARRAY) {
        buf_add(buf, value.text, value.size);
        return;
    }
    iter = json_iter_of(value.text);
    last = iter.object ? last_ones(value) : NULL;
    buf_add_byte(buf, *value.text);
    start = buf->size;
    for (size_t i = 0; json_iter_next(&iter); i++) {
        if (last && !last[i])
            continue;
        if (buf->size > start)
            buf_add_byte(buf, ',');
        if (iter.object) {
            buf_add(buf, iter.key, iter.key_size);
            buf_add_byte(buf, ':');
        }
        write_value(buf, value_of(iter.value, iter.value_size));
    }
    buf_add_byte(buf, value.text[value.size - 1]);
    free(last);
}

struct value literal_normalised(struct arena *arena, struct value value)
{
    struct buf buf = BUF_INIT;

    if (value.type != VALUE_OBJECT && value.type != VALUE_ARRAY)
        return value;
    write_value(&buf, value);
    value = value_of(arena_copy(arena, buf.bytes, buf.size), buf.size);
    buf_release(&buf);
    return value;
}

/* The value model: one order, one equality, one hash. */
#include "value/value.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "value/json_scan.h"
#include "value/number.h"

#include <string.h>

struct value value_of(const char *text, size_t size)
{
    struct value value = {text, (uint32_t)size, VALUE_MISSING};

    if (size == 0)
        return value;
    switch (text[0]) {
    case 'n':
        value.type = VALUE_NULL;
        break;
    case 'f':
        value.type = VALUE_FALSE;
        break;
    case 't':
        value.type = VALUE_TRUE;
        break;
    case '"':
        value.type = VALUE_STRING;
        break;
    case '[':
        value.type = VALUE_ARRAY;
        break;
    case '{':
        value.type = VALUE_OBJECT;
        break;
    default:
        value.type = VALUE_NUMBER;
        break;
    }
    return value;
}

static unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The byte that the escape at p (behind the backslash) stands for. */
static char escaped_byte(const char *p, size_t *size)
{
    *size = 1;
    switch (*p) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u': /* normalised text has \u00xx only */
        *size = 5;
        return (char)(hex_digit(p[3]) << 4 | hex_digit(p[4]));
    default:
        return *p;
    }
}

const char *value_string(struct value value, struct buf *scratch, size_t *size)
{
    const char *p = value.text + 1;
    const char *end = value.text + value.size - 1;
    const char *escape = memchr(p, '\\', (size_t)(end - p));

    if (!escape) {
        *size = (size_t)(end - p);
        return p;
    }
    buf_clear(scratch);
    while (escape) {
        size_t used;
        char byte = escaped_byte(escape + 1, &used);

        buf_add(scratch, p, (size_t)(escape - p));
        buf_add_byte(scratch, byte);
        p = escape + 1 + used;
        escape = memchr(p, '\\', (size_t)(end - p));
    }
    buf_add(scratch, p, (size_t)(end - p));
    *size = scratch->size;
    return scratch->bytes;
}

static int bytes_compare(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t common = a_size < b_size ? a_size : b_size;
    int order = common ? memcmp(a, b, common) : 0;

    return order ? order : (a_size > b_size) - (a_size < b_size);
}

/* By decoded bytes. Escapes matter only at or before the first difference. */
static int string_compare(const char *a, size_t a_size, const char *b, size_t b_size)
{
    struct buf a_scratch = BUF_INIT;
    struct buf b_scratch = BUF_INIT;
    int order;

    if (!memchr(a, '\\', a_size) && !memchr(b, '\\', b_size))
        return bytes_compare(a + 1, a_size - 2, b + 1, b_size - 2);
    {
        size_t a_bytes;
        size_t b_bytes;
        const char *x = value_string(value_of(a, a_size), &a_scratch, &a_bytes);
        const char *y = value_string(value_of(b, b_size), &b_scratch, &b_bytes);

        order = bytes_compare(x, a_bytes, y, b_bytes);
    }
    buf_release(&a_scratch);
    buf_release(&b_scratch);
    return order;
}

struct member {
    const char *key;
    size_t key_size;
    struct value value;
};

static int member_compare(const void *a, const void *b)
{
    const struct member *x = a;
    const struct member *y = b;

    return string_compare(x->key, x->key_size, y->key, y->key_size);
}

/* The members of an object in the order of their keys; the caller frees the list. */
static struct member *members_sorted(struct value object, size_t *count)
{
    struct json_iter iter = json_iter_of(object.text);
    struct member *members = NULL;
    size_t max = 0;

    *count = 0;
    while (json_iter_next(&iter)) {
        members = mem_grow(members, &max, *count + 1, sizeof(*members));
        members[(*count)++] =
            (struct member){iter.key, iter.key_size, value_of(iter.value, iter.value_size)};
    }
    if (*count > 1)
        qsort(members, *count, sizeof(*members), member_compare);
    return members;
}

static int array_compare(struct value a, struct value b)
{
    struct json_iter x = json_iter_of(a.text);
    struct json_iter y = json_iter_of(b.text);

    for (;;) {
        bool more_x = json_iter_next(&x);
        bool more_y = json_iter_next(&y);
        int order;

        if (!more_x || !more_y)
            return more_x - more_y;
        order = value_compare(value_of(x.value, x.value_size), value_of(y.value, y.value_size));
        if (order)
            return order;
    }
}

static int object_compare(struct value a, struct value b)
{
    size_t a_count;
    size_t b_count;
    struct member *x = members_sorted(a, &a_count);
    struct member *y = members_sorted(b, &b_count);
    int order = 0;

    for (size_t i = 0; order == 0 && i < a_count && i < b_count; i++) {
        order = member_compare(&x[i], &y[i]);
        if (order == 0)
            order = value_compare(x[i].value, y[i].value);
    }
    if (order == 0)
        order = (a_count > b_count) - (a_count < b_count);
    free(x);
    free(y);
    return order;
}

int value_compare(struct value a, struct value b)
{
    if (a.type != b.type)
        return a.type < b.type ? -1 : 1;
    switch (a.type) {
    case VALUE_NUMBER:
        return number_compare(a.text, a.size, b.text, b.size);
    case VALUE_STRING:
        return string_compare(a.text, a.size, b.text, b.size);
    case VALUE_ARRAY:
        return array_compare(a, b);
    case VALUE_OBJECT:
        return object_compare(a, b);
    case VALUE_MISSING:
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE:
        break;
    }
    return 0;
}

/* Whether the keys stand in the same order, the usual case; values are only skipped. */
static bool same_keys(struct value a, struct value b)
{
    struct json_iter x = json_iter_of(a.text);
    struct json_iter y = json_iter_of(b.text);

    for (;;) {
        bool more_x = json_iter_next(&x);
        bool more_y = json_iter_next(&y);

        if (!more_x || !more_y)
            return !more_x && !more_y;
        if (x.key_size != y.key_size || memcmp(x.key, y.key, x.key_size) != 0)
            return false;
    }
}

/* Every member is compared once, so that the cost is the depth times the size at worst. */
static bool object_equal(struct value a, struct value b)
{
    struct json_iter x = json_iter_of(a.text);
    struct json_iter y = json_iter_of(b.text);
    struct member *sorted[2];
    size_t counts[2];
    bool equal;

    if (same_keys(a, b)) {
        while (json_iter_next(&x) && json_iter_next(&y))
            if (!value_equal(value_of(x.value, x.value_size), value_of(y.value, y.value_size)))
                return false;
        return true;
    }
    sorted[0] = members_sorted(a, &counts[0]);
    sorted[1] = members_sorted(b, &counts[1]);
    equal = counts[0] == counts[1];
    for (size_t i = 0; equal && i < counts[0]; i++)
        equal = member_compare(&sorted[0][i], &sorted[1][i]) == 0 &&
                value_equal(sorted[0][i].value, sorted[1][i].value);
    free(sorted[0]);
    free(sorted[1]);
    return equal;
}

bool value_equal(struct value a, struct value b)
{
    if (a.type != b.type)
        return false;
    if (a.size == b.size && memcmp(a.text, b.text, a.size) == 0)
        return true;
    if (a.type == VALUE_STRING)
        return false;
    return a.type == VALUE_OBJECT ? object_equal(a, b) : value_compare(a, b) == 0;
}

uint64_t value_hash(struct value value)
{
    uint64_t hash = value.type;
    struct json_iter iter;

    switch (value.type) {
    case VALUE_NUMBER:
        return number_hash(value.text, value.size);
    case VALUE_STRING:
        return hash_bytes(value.text, value.size);
    case VALUE_ARRAY:
        iter = json_iter_of(value.text);
        while (json_iter_next(&iter))
            hash = hash_mix(hash, value_hash(value_of(iter.value, iter.value_size)));
        break;
    case VALUE_OBJECT: /* a sum, because the order of the keys does not count */
        iter = json_iter_of(value.text);
        while (json_iter_next(&iter))
            hash += hash_mix(hash_bytes(iter.key, iter.key_size),
                             value_hash(value_of(iter.value, iter.value_size)));
        break;
    case VALUE_MISSING:
    case VALUE_NULL:
    case VALUE_FALSE:
    case VALUE_TRUE:
        break;
    }
    return hash_mix(hash, value.type);
}

/* The bits of a double as an unsigned number of the same order. */
static uint64_t double_prefix(double number)
{
    uint64_t bits;

    if (number == 0)
        number = 0; /* -0 and 0 are one */
    memcpy(&bits, &number, sizeof(bits));
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static uint64_t string_prefix(struct value value)
{
    struct buf scratch = BUF_INIT;
    size_t size;
    const char *bytes = value_string(value, &scratch, &size);
    uint64_t prefix = 0;

    for (size_t i = 0; i < sizeof(prefix); i++)
        prefix = prefix << 8 | (i < size ? (unsigned char)bytes[i] : 0);
    buf_release(&scratch);
    return prefix;
}

uint64_t value_prefix(struct value value)
{
    uint64_t prefix = 0;

    if (value.type == VALUE_NUMBER)
        prefix = double_prefix(number_double(value.text, value.size));
    else if (value.type == VALUE_STRING)
        prefix = string_prefix(value);
    return (uint64_t)value.type << 61 | prefix >> 3;
}

void value_write_canonical(struct buf *buf, struct value value)
{
    if (value.type == VALUE_NUMBER) {
        number_write_canonical(buf, value.text, value.size);
    } else if (value.type == VALUE_ARRAY) {
        struct json_iter iter = json_iter_of(value.text);
        bool more = json_iter_next(&iter);

        buf_add_byte(buf, '[');
        while (more) {
            value_write_canonical(buf, value_of(iter.value, iter.value_size));
            more = json_iter_next(&iter);
            if (more)
                buf_add_byte(buf, ',');
        }
        buf_add_byte(buf, ']');
    } else if (value.type == VALUE_OBJECT) {
        size_t count;
        struct member *members = members_sorted(value, &count);

        buf_add_byte(buf, '{');
        for (size_t i = 0; i < count; i++) {
            if (i)
                buf_add_byte(buf, ',');
            buf_add(buf, members[i].key, members[i].key_size);
            buf_add_byte(buf, ':');
            value_write_canonical(buf, members[i].value);
        }
        buf_add_byte(buf, '}');
        free(members);
    } else {
        buf_add(buf, value.text, value.size);
    }
}

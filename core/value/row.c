/* Rows; see row.h for the layout. */
#include "value/row.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/pool.h"
#include "value/json_scan.h"

#include <string.h>

static size_t live_count;

static void count_live(size_t more)
{
    if (crew_at_work)
        (void)__atomic_add_fetch(&live_count, more, __ATOMIC_RELAXED);
    else
        live_count += more;
}

static size_t row_size(const struct row *row, size_t context_size)
{
    return sizeof(*row) + (size_t)row->count * (row->wide ? 4 : 2) + row->size + row->key_size +
           row->id_size + (row->lean ? sizeof(struct row_origin) : 0) +
           (row->bound ? sizeof(uint32_t) + context_size : 0);
}

static char *put(char *at, const void *bytes, size_t size)
{
    if (size)
        memcpy(at, bytes, size);
    return at + size;
}

struct row *row_new(const struct row_source *source)
{
    struct row head = {
        .refs = 1,
        .size = (uint32_t)source->size,
        .key_size = (uint32_t)source->key_size,
        .id_size = (uint32_t)source->id_size,
        .count = (uint32_t)source->count,
        .made = source->made,
        .wide = source->size > UINT16_MAX,
        .bound = source->context != NULL,
        .lean = source->origin != NULL,
        .hash = source->hash,
    };
    uint32_t context_size = (uint32_t)source->context_size;
    struct row *row = pool_alloc(row_size(&head, context_size));
    char *at;

    SSP_ASSERT(source->size <= UINT32_MAX && source->key_size <= UINT32_MAX &&
               source->id_size <= UINT32_MAX && source->count <= UINT32_MAX &&
               source->context_size <= UINT32_MAX);
    *row = head;
    if (row->wide)
        (void)put((char *)row->fields, source->fields, source->count * sizeof(uint32_t));
    for (size_t i = 0; !row->wide && i < source->count; i++)
        row->fields[i] = (uint16_t)source->fields[i];
    at = (char *)row->fields + source->count * (row->wide ? 4 : 2);
    if (row->bound) {
        row->hash = hash_mix(row->hash, hash_bytes(source->context, context_size));
        at = put(at, &context_size, sizeof(context_size));
        at = put(at, source->context, context_size);
    }
    if (row->lean)
        at = put(at, source->origin, sizeof(*source->origin));
    at = put(at, source->key, source->key_size);
    at = put(at, source->id, source->id_size);
    (void)put(at, source->text, source->size);
    count_live(1);
    return row;
}

struct value row_context_at(const struct row *row, uint32_t position)
{
    return row->bound ? row_context_value(row_context(row).text, position) : VALUE_NONE;
}

struct value row_context_value(const char *context, uint32_t position)
{
    struct json_iter iter = json_iter_of(context);
    struct json_iter value;

    while (json_iter_next(&iter))
        if (position-- == 0) {
            value = json_iter_of(iter.value);
            return json_iter_next(&value) ? value_of(value.value, value.value_size) : VALUE_NONE;
        }
    return VALUE_NONE;
}

/* The same but for context and id. *row is not copied whole: another thread may be counting its
 * owners. */
static struct row *copy(const struct row *row, struct value context, struct value id)
{
    struct row head = {.refs = 1,
                       .size = row->size,
                       .key_size = row->key_size,
                       .id_size = id.size,
                       .count = row->count,
                       .made = row->made,
                       .wide = row->wide,
                       .bound = context.size > 0,
                       .lean = row->lean,
                       .hash = row->hash};
    struct row *result;
    char *at;

    if (row->bound || head.bound) {
        head.hash = row->bound ? hash_bytes(row_key(row), row->key_size) : row->hash;
        if (head.bound)
            head.hash = hash_mix(head.hash, hash_bytes(context.text, context.size));
    }
    result = pool_alloc(row_size(&head, context.size));
    *result = head;
    at = put((char *)result->fields, row->fields,
             (size_t)(row_fields_end(row) - (const char *)row->fields));
    if (head.bound) {
        at = put(at, &context.size, sizeof(context.size));
        at = put(at, context.text, context.size);
    }
    if (head.lean)
        at = put(at, row_key(row) - sizeof(struct row_origin), sizeof(struct row_origin));
    at = put(at, row_key(row), row->key_size);
    at = put(at, id.text, id.size);
    (void)put(at, row_text(row), row->size);
    count_live(1);
    return result;
}

struct row *row_bind(const struct row *row, struct value context)
{
    return copy(row, context, row_id(row));
}

struct row *row_plain(struct row *row)
{
    return row->bound || row->id_size ? copy(row, VALUE_NONE, VALUE_NONE) : row_ref(row);
}

void row_free(struct row *row)
{
    count_live(SIZE_MAX);
    pool_free(row, row_size(row, row_context(row).size));
}

struct value row_field_at(const struct row *row, uint32_t i, size_t key_size)
{
    uint32_t start = row_field(row, i) + (uint32_t)key_size + 1;
    uint32_t end = i + 1 < row->count ? row_field(row, i + 1) - 1 : row->size - 1;

    return value_of(row_text(row) + start, end - start);
}

int row_key_compare(const struct row *a, const struct row *b)
{
    size_t common = a->key_size < b->key_size ? a->key_size : b->key_size;
    int order = memcmp(row_key(a), row_key(b), common);

    return order ? order : (a->key_size > b->key_size) - (a->key_size < b->key_size);
}

static bool context_equal(const struct row *a, const struct row *b)
{
    struct value x = row_context(a);
    struct value y = row_context(b);

    return x.size == y.size && memcmp(x.text, y.text, x.size) == 0;
}

bool row_key_equal(const struct row *a, const struct row *b)
{
    return a->hash == b->hash && a->key_size == b->key_size &&
           memcmp(row_key(a), row_key(b), a->key_size) == 0 &&
           (!(a->bound || b->bound) || context_equal(a, b));
}

/* Text that is its own canonical spelling: no number but plain digits, no object. */
static bool is_canonical(struct value value)
{
    if (value.type != VALUE_NUMBER)
        return value.type < VALUE_ARRAY;
    if (value.size > 18 || value.text[0] == '-')
        return false;
    for (uint32_t i = 0; i < value.size; i++)
        if (value.text[i] < '0' || value.text[i] > '9')
            return false;
    return true;
}

struct hash128 row_content_hash(const char *text, size_t size, const uint32_t *fields, size_t count,
                                struct buf *scratch)
{
    struct hash128 sum = {0, 0};

    for (size_t i = 0; i < count; i++) {
        const char *start = text + fields[i];
        const char *end = text + (i + 1 < count ? fields[i + 1] - 1 : size - 1);
        const char *value = json_string_end(start) + 1;
        struct hash128 hash;

        if (is_canonical(value_of(value, (size_t)(end - value)))) {
            hash = hash128_bytes_secret(start, (size_t)(end - start));
        } else {
            buf_clear(scratch);
            buf_add(scratch, start, (size_t)(value - start));
            value_write_canonical(scratch, value_of(value, (size_t)(end - value)));
            hash = hash128_bytes_secret(scratch->bytes, scratch->size);
        }
        sum = hash128_add(sum, hash, 1); /* a sum: the order of the keys does not count */
    }
    return sum;
}

/* A member of an object: "key":value, without the comma behind. */
struct piece {
    const char *text;
    size_t size;
};

static bool pieces_equal(struct piece a, struct piece b, bool *same_key)
{
    size_t key;

    *same_key = true;
    if (a.size == b.size && memcmp(a.text, b.text, a.size) == 0)
        return true;
    key = (size_t)(json_string_end(a.text) - a.text) + 1;
    *same_key = b.size > key && memcmp(a.text, b.text, key) == 0;
    return *same_key &&
           value_equal(value_of(a.text + key, a.size - key), value_of(b.text + key, b.size - key));
}

static struct piece piece_of(const struct row *row, uint32_t i)
{
    uint32_t start = row_field(row, i);
    uint32_t end = i + 1 < row->count ? row_field(row, i + 1) - 1 : row->size - 1;

    return (struct piece){row_text(row) + start, end - start};
}

/* How many bytes two texts have in common at their beginning. */
static size_t common_size(const char *a, const char *b, size_t max)
{
    size_t i = 0;

    for (; i + sizeof(uint64_t) <= max; i += sizeof(uint64_t)) {
        uint64_t x;
        uint64_t y;

        memcpy(&x, a + i, sizeof(x));
        memcpy(&y, b + i, sizeof(y));
        if (x != y)
            break;
    }
    while (i < max && a[i] == b[i])
        i++;
    return i;
}

/* The number of fields that end before this place: they are the same bytes in both objects. */
static uint32_t fields_before(const struct row *row, size_t place)
{
    uint32_t i = 0;

    while (i + 1 < row->count && row_field(row, i + 1) <= place)
        i++;
    return i;
}

/* Field by field, by their bytes where those agree, from the first byte in which they differ:
 * mostly that field is another one, and the rest need not be looked at. Keys in another order,
 * rare, take the long way over the whole values. */
bool row_content_equal(const struct row *row, const char *text, size_t size, const uint32_t *fields,
                       size_t count)
{
    size_t least = row->size < size ? row->size : size;
    size_t same = common_size(row_text(row), text, least);
    bool same_key = true;

    if (same == size && same == row->size)
        return true;
    if (row->count != count)
        return false; /* no key stands twice */
    for (uint32_t i = fields_before(row, same); i < row->count; i++) {
        size_t end = i + 1 < count ? fields[i + 1] - 1 : size - 1;

        if (!pieces_equal(piece_of(row, i), (struct piece){text + fields[i], end - fields[i]},
                          &same_key))
            return !same_key && value_equal(row_value(row), value_of(text, size));
    }
    return true;
}

/* The same of two rows. */
static bool contents_equal(const struct row *a, const struct row *b)
{
    size_t least = a->size < b->size ? a->size : b->size;
    size_t same = common_size(row_text(a), row_text(b), least);
    bool same_key = true;

    if (same == a->size && same == b->size)
        return true;
    if (a->count != b->count)
        return false;
    for (uint32_t i = fields_before(a, same); i < a->count; i++)
        if (!pieces_equal(piece_of(a, i), piece_of(b, i), &same_key))
            return !same_key && value_equal(row_value(a), row_value(b));
    return true;
}

static int origin_compare(const struct row *a, const struct row *b)
{
    struct hash128 x = row_origin(a).content;
    struct hash128 y = row_origin(b).content;

    if (x.high != y.high)
        return x.high < y.high ? -1 : 1;
    return (x.low > y.low) - (x.low < y.low);
}

bool row_equal(const struct row *a, const struct row *b)
{
    return a == b || (row_shown_equal(a, b) && value_equal(row_id(a), row_id(b)));
}

bool row_shown_equal(const struct row *a, const struct row *b)
{
    if (a == b)
        return true;
    if (!row_key_equal(a, b))
        return false;
    if (a->lean && b->lean)
        return origin_compare(a, b) == 0;
    return contents_equal(a, b);
}

int row_compare(const struct row *a, const struct row *b)
{
    int order = a == b ? 0 : row_key_compare(a, b);

    if (order || a == b || row_equal(a, b)) /* which is cheap; an order of objects is not */
        return order;
    if (a->lean && b->lean)
        order = origin_compare(a, b);
    else
        order = value_compare(row_value(a), row_value(b));
    if (order == 0)
        order = value_compare(row_id(a), row_id(b));
    return order ? order : value_compare(row_context(a), row_context(b));
}

size_t row_bytes(const struct row *row)
{
    return row_size(row, row_context(row).size);
}

size_t row_live_count(void)
{
    return live_count;
}

size_t row_find_fields(const char *text, uint32_t **fields, size_t *max)
{
    struct json_iter iter = json_iter_of(text);
    size_t count = 0;

    while (json_iter_next(&iter)) {
        *fields = mem_grow(*fields, max, count + 1, sizeof(**fields));
        (*fields)[count++] = (uint32_t)(iter.key - text);
    }
    return count;
}

/* Rows; see row.h for the layout. */
#include "value/row.h"

#include "base/check.h"
#include "base/mem.h"
#include "value/json_scan.h"

#include <string.h>

static size_t live_count;

struct row *row_new(const struct row_source *source)
{
    size_t fields = source->count * sizeof(uint32_t);
    size_t size = sizeof(struct row) + fields + source->size + source->key_size + source->id_size;
    struct row *row = mem_alloc(size + 1);
    char *at = (char *)row->fields + fields;

    SSP_ASSERT(source->size <= UINT32_MAX && source->key_size <= UINT32_MAX &&
               source->id_size <= UINT32_MAX);
    row->refs = 1;
    row->size = (uint32_t)source->size;
    row->key_size = (uint32_t)source->key_size;
    row->id_size = (uint32_t)source->id_size;
    row->count = (uint32_t)source->count;
    row->made = source->made;
    row->hash = source->hash;
    if (fields)
        memcpy(row->fields, source->fields, fields);
    memcpy(at, source->text, source->size);
    at += source->size;
    memcpy(at, source->key, source->key_size);
    at += source->key_size;
    if (source->id_size)
        memcpy(at, source->id, source->id_size);
    live_count++;
    return row;
}

void row_free(struct row *row)
{
    live_count--;
    free(row);
}

struct value row_field_at(const struct row *row, uint32_t i, size_t key_size)
{
    uint32_t start = row->fields[i] + (uint32_t)key_size + 1;
    uint32_t end = i + 1 < row->count ? row->fields[i + 1] - 1 : row->size - 1;

    return value_of(row_text(row) + start, end - start);
}

int row_key_compare(const struct row *a, const struct row *b)
{
    size_t common = a->key_size < b->key_size ? a->key_size : b->key_size;
    int order = memcmp(row_key(a), row_key(b), common);

    return order ? order : (a->key_size > b->key_size) - (a->key_size < b->key_size);
}

bool row_key_equal(const struct row *a, const struct row *b)
{
    return a->hash == b->hash && a->key_size == b->key_size &&
           memcmp(row_key(a), row_key(b), a->key_size) == 0;
}

bool row_equal(const struct row *a, const struct row *b)
{
    return a == b || (row_key_equal(a, b) && value_equal(row_value(a), row_value(b)));
}

int row_compare(const struct row *a, const struct row *b)
{
    int order = a == b ? 0 : row_key_compare(a, b);

    return order || a == b ? order : value_compare(row_value(a), row_value(b));
}

size_t row_bytes(const struct row *row)
{
    return sizeof(*row) + row->count * sizeof(uint32_t) + row->size + row->key_size + row->id_size;
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

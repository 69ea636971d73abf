/* Tables as dense arrays of records with a hash index. */
#include "engine/store.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"

#include <string.h>

static bool is_named(const struct table *table, const char *name, size_t size)
{
    return table->name_size == size && memcmp(table->name, name, size) == 0;
}

struct table *store_find(const struct store *store, const char *name, size_t size)
{
    uint64_t hash;
    size_t at;

    if (store->last && is_named(store->last, name, size))
        return store->last;
    hash = hash_bytes(name, size);
    for (uint32_t i = hashtab_first(&store->index, hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&store->index, hash, &at)) {
        struct table *table = store->tables[i];

        if (is_named(table, name, size))
            return table;
    }
    return NULL;
}

struct table *store_table(struct store *store, const char *name, size_t size)
{
    struct table *table = store_find(store, name, size);

    if (!table) {
        table = mem_alloc_zero(sizeof(*table));
        table->name = mem_copy(name, size);
        table->name_size = size;
        table->hash = hash_bytes(name, size);
        table->generation = UINT64_MAX;
        store->tables =
            mem_grow(store->tables, &store->max, store->count + 1, sizeof(struct table *));
        hashtab_insert(&store->index, table->hash, (uint32_t)store->count);
        store->tables[store->count++] = table;
    }
    store->last = table;
    return table;
}

static void table_free(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        row_unref(table->records[i].row);
    for (size_t i = 0; i < table->version_count; i++)
        free(table->versions[i].key);
    free(table->records);
    free(table->versions);
    free(table->name);
    free(table->prefix);
    hashtab_release(&table->index);
    hashtab_release(&table->version_index);
    free(table);
}

void store_release(struct store *store)
{
    for (size_t i = 0; i < store->count; i++)
        table_free(store->tables[i]);
    free(store->tables);
    hashtab_release(&store->index);
    memset(store, 0, sizeof(*store));
}

uint32_t table_find(const struct table *table, const char *key, size_t size, uint64_t hash)
{
    size_t at;
    uint32_t i = hashtab_first(&table->index, hash, &at);

    for (; i != HASHTAB_NONE; i = hashtab_next(&table->index, hash, &at)) {
        const struct row *row = table->records[i].row;

        if (row->key_size == size && memcmp(row_key(row), key, size) == 0)
            break;
    }
    return i;
}

uint32_t table_insert(struct table *table, struct row *row)
{
    table->records =
        mem_grow(table->records, &table->max, table->count + 1, sizeof(*table->records));
    hashtab_insert(&table->index, row->hash, (uint32_t)table->count);
    table->records[table->count] = (struct record){row, 0, true};
    table->live++;
    return (uint32_t)table->count++;
}

void table_remove(struct table *table, uint32_t at, uint32_t *moved)
{
    struct row *row = table->records[at].row;
    uint32_t last = (uint32_t)table->count - 1;

    SSP_ASSERT(!table->records[at].live);
    hashtab_remove(&table->index, row->hash, at);
    row_unref(row);
    if (at != last) {
        hashtab_move(&table->index, table->records[last].row->hash, last, at);
        table->records[at] = table->records[last];
    }
    table->count--;
    *moved = last;
}

struct version *table_version(const struct table *table, const char *key, size_t size,
                              uint64_t hash)
{
    size_t at;

    for (uint32_t i = hashtab_first(&table->version_index, hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&table->version_index, hash, &at)) {
        struct version *version = &table->versions[i];

        if (version->key_size == size && memcmp(version->key, key, size) == 0)
            return version;
    }
    return NULL;
}

struct version *table_version_add(struct table *table, const char *key, size_t size, uint64_t hash)
{
    struct version *version;

    table->versions = mem_grow(table->versions, &table->version_max, table->version_count + 1,
                               sizeof(*table->versions));
    hashtab_insert(&table->version_index, hash, (uint32_t)table->version_count);
    version = &table->versions[table->version_count++];
    *version = (struct version){mem_copy(key, size), size, 0, true};
    return version;
}

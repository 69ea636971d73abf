/* Arranged Z-sets: two hash tables over one array of entries, chains for equal keys. */
#include "zset/index.h"

#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "zset/zset.h"

#include <string.h>

void index_init(struct index *index, struct index_key key, uint64_t *work)
{
    memset(index, 0, sizeof(*index));
    index->key = key;
    index->work = work;
    index->free = INDEX_NONE;
}

void index_release(struct index *index)
{
    for (size_t i = 0; i < index->count; i++)
        if (index->entries[i].row)
            row_unref(index->entries[i].row);
    free(index->entries);
    hashtab_release(&index->by_key);
    hashtab_release(&index->by_row);
    arena_release(&index->scratch);
    memset(index, 0, sizeof(*index));
}

static struct value key_value(const struct index_key *key, size_t i, const struct row *row,
                              struct arena *scratch)
{
    if (key->kind == KEY_FIELDS)
        return expr_eval(&key->fields[i], row, scratch);
    return row_context_value(row_key(row), key->positions[i]);
}

static struct value key_bytes(const struct index_key *key, const struct row *row)
{
    if (key->kind == KEY_CONTEXT)
        return row_context(row);
    return (struct value){row_key(row), row->key_size, VALUE_STRING};
}

static bool by_value(const struct index_key *key)
{
    return key->kind == KEY_FIELDS || key->kind == KEY_ARRAY;
}

/* False if a component is unknown: such a key equals nothing. */
static bool key_hash(const struct index_key *key, const struct row *row, uint64_t *hash,
                     struct arena *scratch)
{
    struct value bytes;

    *hash = 0;
    for (size_t i = 0; i < key->count; i++) {
        struct value value = key_value(key, i, row, scratch);

        if (value_is_unknown(value))
            return false;
        *hash = hash_mix(*hash, value_hash(value));
    }
    if (!by_value(key)) {
        bytes = key_bytes(key, row);
        *hash = hash_bytes(bytes.text, bytes.size);
    }
    if (key->with_context) {
        bytes = row_context(row);
        *hash = hash_mix(*hash, hash_bytes(bytes.text, bytes.size));
    }
    return true;
}

static bool bytes_equal(struct value a, struct value b)
{
    return a.size == b.size && memcmp(a.text, b.text, a.size) == 0;
}

static bool keys_equal(const struct index_key *a_key, const struct row *a,
                       const struct index_key *b_key, const struct row *b, struct arena *scratch)
{
    for (size_t i = 0; i < a_key->count; i++)
        if (!value_equal(key_value(a_key, i, a, scratch), key_value(b_key, i, b, scratch)))
            return false;
    if (!by_value(a_key) && !bytes_equal(key_bytes(a_key, a), key_bytes(b_key, b)))
        return false;
    return !a_key->with_context || bytes_equal(row_context(a), row_context(b));
}

static uint32_t find_key(struct index *index, const struct index_key *key, const struct row *row,
                         uint64_t hash)
{
    size_t at;
    uint32_t entry = hashtab_first(&index->by_key, hash, &at);

    for (; entry != HASHTAB_NONE; entry = hashtab_next(&index->by_key, hash, &at)) {
        (*index->work)++;
        if (keys_equal(&index->key, index->entries[entry].row, key, row, &index->scratch))
            return entry;
    }
    return INDEX_NONE;
}

uint32_t index_find(struct index *index, const struct index_key *key, const struct row *row)
{
    uint32_t entry = INDEX_NONE;
    uint64_t hash;

    if (key_hash(key, row, &hash, &index->scratch))
        entry = find_key(index, key, row, hash);
    arena_reset(&index->scratch);
    return entry;
}

static uint32_t find_row(const struct index *index, const struct row *row)
{
    size_t at;
    uint32_t entry = hashtab_first(&index->by_row, row->hash, &at);

    for (; entry != HASHTAB_NONE; entry = hashtab_next(&index->by_row, row->hash, &at)) {
        (*index->work)++;
        if (row_equal(index->entries[entry].row, row))
            return entry;
    }
    return INDEX_NONE;
}

static uint32_t take_entry(struct index *index)
{
    uint32_t entry = index->free;

    if (entry != INDEX_NONE) {
        index->free = index->entries[entry].next;
        return entry;
    }
    SSP_ASSERT(index->count < INDEX_NONE);
    index->entries =
        mem_grow(index->entries, &index->max, index->count + 1, sizeof(*index->entries));
    return (uint32_t)index->count++;
}

static uint32_t insert(struct index *index, struct row *row, int64_t weight, uint64_t hash)
{
    uint32_t head = find_key(index, &index->key, row, hash);
    uint32_t entry = take_entry(index);
    struct index_entry *e = &index->entries[entry];

    *e = (struct index_entry){row_ref(row), weight, INDEX_NONE, INDEX_NONE};
    if (head == INDEX_NONE) {
        hashtab_insert(&index->by_key, hash, entry);
    } else { /* second in the chain, so that the head stays */
        e->before = head;
        e->next = index->entries[head].next;
        index->entries[head].next = entry;
        if (e->next != INDEX_NONE)
            index->entries[e->next].before = entry;
    }
    hashtab_insert(&index->by_row, row->hash, entry);
    index->live++;
    return entry;
}

static void remove_entry(struct index *index, uint32_t entry, uint64_t hash)
{
    struct index_entry *e = &index->entries[entry];

    if (e->before != INDEX_NONE)
        index->entries[e->before].next = e->next;
    else if (e->next != INDEX_NONE)
        hashtab_move(&index->by_key, hash, entry, e->next);
    else
        hashtab_remove(&index->by_key, hash, entry);
    if (e->next != INDEX_NONE)
        index->entries[e->next].before = e->before;
    hashtab_remove(&index->by_row, e->row->hash, entry);
    row_unref(e->row);
    *e = (struct index_entry){NULL, 0, index->free, INDEX_NONE};
    index->free = entry;
    index->live--;
}

uint32_t index_add(struct index *index, struct row *row, int64_t weight)
{
    uint64_t hash;
    uint32_t entry;

    if (weight == 0 || !key_hash(&index->key, row, &hash, &index->scratch)) {
        entry = INDEX_NONE;
    } else if ((entry = find_row(index, row)) == INDEX_NONE) {
        entry = insert(index, row, weight, hash);
    } else {
        index->entries[entry].weight = weight_sum(index->entries[entry].weight, weight);
        if (index->entries[entry].weight == 0) {
            remove_entry(index, entry, hash);
            entry = INDEX_NONE;
        }
    }
    arena_reset(&index->scratch);
    return entry;
}

/* A row gives way to another under the same key, the usual change of a record: then the new one
 * takes its entry, and neither table has anything to do. False: nothing has been done. */
static bool replace(struct index *index, const struct zset_entry *old, const struct zset_entry *new)
{
    uint32_t entry;
    struct index_entry *e;
    bool same;

    if (old->weight >= 0 || new->weight <= 0 || old->weight + new->weight != 0 ||
        old->row->hash != new->row->hash)
        return false;
    entry = find_row(index, old->row);
    if (entry == INDEX_NONE || index->entries[entry].weight != new->weight ||
        find_row(index, new->row) != INDEX_NONE)
        return false;
    same = keys_equal(&index->key, old->row, &index->key, new->row, &index->scratch);
    arena_reset(&index->scratch);
    if (!same)
        return false;
    e = &index->entries[entry];
    row_unref(e->row);
    e->row = row_ref(new->row);
    return true;
}

void index_add_all(struct index *index, const struct zset *change)
{
    for (size_t i = 0; i < change->count; i++) {
        const struct zset_entry *entry = &change->entries[i];

        if (i + 1 < change->count && replace(index, entry, entry + 1))
            i++;
        else
            (void)index_add(index, entry->row, entry->weight);
    }
}

size_t index_bytes(const struct index *index)
{
    return index->max * sizeof(*index->entries) + hashtab_bytes(&index->by_key) +
           hashtab_bytes(&index->by_row);
}

bool index_check(const struct index *index)
{
    size_t live = 0;

    SSP_ASSERT(index->by_row.used == index->live);
    for (size_t i = 0; i < index->count; i++) {
        const struct index_entry *e = &index->entries[i];

        if (!e->row)
            continue;
        live++;
        SSP_ASSERT(e->weight != 0);
        SSP_ASSERT(e->next == INDEX_NONE || index->entries[e->next].before == i);
    }
    SSP_ASSERT(live == index->live);
    return true;
}

/* Z-sets with a lazy hash index. */
#include "zset/zset.h"

#include "base/check.h"
#include "base/err.h"
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

#ifdef SSP_STRESS
enum { LINEAR_MAX = 1, KEEP_MAX = 1 };
#else
enum { LINEAR_MAX = 8, KEEP_MAX = 4096 };
#endif

_Noreturn static void overflow(void)
{
    (void)fputs("ssp: a row's weight exceeds 64 bits; no view would be right any more\n", stderr);
    exit(ERR_USAGE);
}

int64_t weight_sum(int64_t a, int64_t b)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        overflow();
    return sum;
}

int64_t weight_product(int64_t a, int64_t b)
{
    int64_t product;

    if (__builtin_mul_overflow(a, b, &product))
        overflow();
    return product;
}

/* The position of row, or HASHTAB_NONE. */
static uint32_t find(struct zset *zset, const struct row *row)
{
    size_t at;

    if (zset->count <= LINEAR_MAX) {
        for (size_t i = 0; i < zset->count; i++)
            if (row_equal(zset->entries[i].row, row))
                return (uint32_t)i;
        return HASHTAB_NONE;
    }
    for (; zset->hashed < zset->count; zset->hashed++)
        hashtab_insert(&zset->index, zset->entries[zset->hashed].row->hash, (uint32_t)zset->hashed);
    for (uint32_t i = hashtab_first(&zset->index, row->hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&zset->index, row->hash, &at))
        if (row_equal(zset->entries[i].row, row))
            return i;
    return HASHTAB_NONE;
}

static void remove_at(struct zset *zset, size_t i)
{
    size_t last = zset->count - 1;
    struct row *row = zset->entries[i].row;

    if (i < zset->hashed)
        hashtab_remove(&zset->index, row->hash, (uint32_t)i);
    if (last < zset->hashed) {
        if (i != last)
            hashtab_move(&zset->index, zset->entries[last].row->hash, (uint32_t)last, (uint32_t)i);
        zset->hashed--;
    } else if (i < zset->hashed) { /* an entry without index takes the place of one that had it */
        hashtab_insert(&zset->index, zset->entries[last].row->hash, (uint32_t)i);
    }
    zset->entries[i] = zset->entries[last];
    zset->count = last;
    row_unref(row);
}

void zset_push(struct zset *zset, struct row *row, int64_t weight)
{
    SSP_ASSERT(weight != 0);
    if (zset->count == zset->max) {
        SSP_ASSERT(zset->count < HASHTAB_NONE);
        zset->entries =
            mem_grow(zset->entries, &zset->max, zset->count + 1, sizeof(*zset->entries));
    }
    zset->entries[zset->count++] = (struct zset_entry){row_ref(row), weight};
}

void zset_take(struct zset *zset, const struct zset_entry *entries, size_t count)
{
    SSP_ASSERT(count < HASHTAB_NONE - zset->count);
    zset->entries =
        mem_grow(zset->entries, &zset->max, zset->count + count, sizeof(*zset->entries));
    memcpy(zset->entries + zset->count, entries, count * sizeof(*entries));
    zset->count += count;
}

void zset_add(struct zset *zset, struct row *row, int64_t weight)
{
    uint32_t i;
    struct zset_entry *entry;

    if (weight == 0)
        return;
    i = find(zset, row);
    if (i == HASHTAB_NONE) {
        zset_push(zset, row, weight);
        return;
    }
    entry = &zset->entries[i];
    entry->weight = weight_sum(entry->weight, weight);
    if (entry->weight == 0)
        remove_at(zset, i);
}

bool zset_replace(struct zset *zset, const struct row *old, struct row *new, int64_t weight)
{
    uint32_t i;

    if (old->hash != new->hash)
        return false;
    i = find(zset, old);
    if (i == HASHTAB_NONE || zset->entries[i].weight != weight || find(zset, new) != HASHTAB_NONE)
        return false;
    row_unref(zset->entries[i].row);
    zset->entries[i].row = row_ref(new);
    return true;
}

void zset_add_all(struct zset *zset, const struct zset *change)
{
    for (size_t i = 0; i < change->count; i++)
        zset_add(zset, change->entries[i].row, change->entries[i].weight);
    SSP_ASSERT_SLOW(zset_check(zset));
}

int64_t zset_weight(struct zset *zset, const struct row *row)
{
    uint32_t i = find(zset, row);

    return i == HASHTAB_NONE ? 0 : zset->entries[i].weight;
}

int64_t zset_key_weight(struct zset *zset, const struct row *row)
{
    int64_t weight = 0;
    size_t at;

    (void)find(zset, row); /* brings the index up to date */
    if (zset->count <= LINEAR_MAX) {
        for (size_t i = 0; i < zset->count; i++)
            if (row_key_equal(zset->entries[i].row, row))
                weight = weight_sum(weight, zset->entries[i].weight);
        return weight;
    }
    for (uint32_t i = hashtab_first(&zset->index, row->hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&zset->index, row->hash, &at))
        if (row_key_equal(zset->entries[i].row, row))
            weight = weight_sum(weight, zset->entries[i].weight);
    return weight;
}

struct row *zset_key_row(struct zset *zset, const struct row *row, size_t n)
{
    size_t at;

    (void)find(zset, row); /* brings the index up to date */
    if (zset->count <= LINEAR_MAX) {
        for (size_t i = 0; i < zset->count; i++)
            if (row_key_equal(zset->entries[i].row, row) && n-- == 0)
                return zset->entries[i].row;
        return NULL;
    }
    for (uint32_t i = hashtab_first(&zset->index, row->hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&zset->index, row->hash, &at))
        if (row_key_equal(zset->entries[i].row, row) && n-- == 0)
            return zset->entries[i].row;
    return NULL;
}

void zset_clear(struct zset *zset)
{
    for (size_t i = 0; i < zset->count; i++)
        row_unref(zset->entries[i].row);
    zset_forget(zset);
}

void zset_forget(struct zset *zset)
{
    size_t count = zset->count;

    zset->count = 0;
    /* The memory of one large step must not make each small one after it slow. */
    if (zset->max > KEEP_MAX && count < zset->max / 16) {
        zset_release(zset);
    } else if (zset->hashed) {
        hashtab_clear(&zset->index);
        zset->hashed = 0;
    }
}

void zset_release(struct zset *zset)
{
    for (size_t i = 0; i < zset->count; i++)
        row_unref(zset->entries[i].row);
    free(zset->entries);
    hashtab_release(&zset->index);
    *zset = (struct zset)ZSET_INIT;
}

bool zset_check(const struct zset *zset)
{
    SSP_ASSERT(zset->count <= zset->max);
    SSP_ASSERT(zset->hashed <= zset->count && zset->index.used == zset->hashed);
    for (size_t i = 0; i < zset->count; i++) {
        SSP_ASSERT(zset->entries[i].weight != 0);
        SSP_ASSERT(__atomic_load_n(&zset->entries[i].row->refs, __ATOMIC_RELAXED) > 0);
    }
    for (size_t i = 0; i < zset->count && zset->count < 64; i++)
        for (size_t j = 0; j < i; j++)
            SSP_ASSERT(!row_equal(zset->entries[i].row, zset->entries[j].row));
    return true;
}

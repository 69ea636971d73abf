#ifndef SSP_ZSET_INDEX_H
#define SSP_ZSET_INDEX_H

#include "base/hashtab.h"
#include "value/path.h"

/*
 * A Z-set arranged by key (an "arrangement", McSherry et al., VLDB 2020): the rows of one join
 * key are found in time proportional to their number, and one row among any number of equal keys
 * in constant time. The key is read from the rows themselves; no key is stored.
 *
 * Keys are compared by value, component by component, so ("a","b|c") is not ("a|b","c").
 */
struct index_entry {
    struct row *row; /* NULL: a free entry */
    int64_t weight;
    uint32_t next; /* rows of the same key; INDEX_NONE ends */
    uint32_t before;
};

#define INDEX_NONE HASHTAB_NONE

struct index {
    struct path **paths; /* of the key in the rows kept here; borrowed */
    size_t path_count;
    uint64_t *work; /* counts entries looked at; borrowed */
    struct index_entry *entries;
    size_t count; /* entries used so far, free ones included */
    size_t live;
    size_t max;
    uint32_t free;         /* head of the free list, linked by next */
    struct hashtab by_key; /* hash of the key -> first entry of that key */
    struct hashtab by_row; /* row->hash -> entry */
};

void index_init(struct index *index, struct path **paths, size_t path_count, uint64_t *work);
void index_release(struct index *index);

/* Adds a weight. A row in whose key a component is null or missing matches nothing and is left
 * out. */
void index_add(struct index *index, struct row *row, int64_t weight);

/* The first entry whose key equals what `paths` find in `row`; INDEX_NONE if there is none. */
uint32_t index_find(const struct index *index, struct path *const *paths, const struct row *row);

size_t index_bytes(const struct index *index);
bool index_check(const struct index *index);

#endif

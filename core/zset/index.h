#ifndef SSP_ZSET_INDEX_H
#define SSP_ZSET_INDEX_H

#include "base/hashtab.h"
#include "expr/expr.h"
#include "zset/zset.h"

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

/* What of a row is its key: the same for rows kept, or another for rows looked up. */
enum index_key_kind {
    KEY_FIELDS,  /* the values of expressions; null and missing equal nothing */
    KEY_ARRAY,   /* values, by position, of the row's own key, a context; null likewise */
    KEY_ROW,     /* the bytes of the row's own key */
    KEY_CONTEXT, /* the bytes of its context */
};

struct index_key {
    enum index_key_kind kind;
    bool with_context; /* and the context */
    const struct expr *fields;
    const uint32_t *positions;
    size_t count; /* of fields or positions */
};

struct index {
    struct index_key key; /* of the rows kept here; what it points to is borrowed */
    uint64_t *work;       /* counts entries looked at; borrowed */
    struct arena scratch; /* of the keys of one call */
    struct index_entry *entries;
    size_t count; /* entries used so far, free ones included */
    size_t live;
    size_t max;
    uint32_t free;         /* head of the free list, linked by next */
    struct hashtab by_key; /* hash of the key -> first entry of that key */
    struct hashtab by_row; /* row->hash -> entry */
};

void index_init(struct index *index, struct index_key key, uint64_t *work);
void index_release(struct index *index);

/* Adds a weight; the row's entry, which stays its own until its weight is 0. A row in whose key a
 * component is null or missing matches nothing and is left out: INDEX_NONE, as for one that is no
 * more. */
uint32_t index_add(struct index *index, struct row *row, int64_t weight);

/* index_add() for every row of a change. */
void index_add_all(struct index *index, const struct zset *change);

/* The first entry whose key equals the row's, read as `key` says; INDEX_NONE if there is none. */
uint32_t index_find(struct index *index, const struct index_key *key, const struct row *row);

size_t index_bytes(const struct index *index);
bool index_check(const struct index *index);

#endif

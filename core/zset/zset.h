#ifndef SSP_ZSET_ZSET_H
#define SSP_ZSET_ZSET_H

#include "base/hashtab.h"
#include "value/row.h"

/*
 * A Z-set (Budiu et al., "DBSP", VLDB 2023, section 3): rows with non-zero integer weights. A
 * collection is a Z-set whose weights are positive; a change is any Z-set; applying a change is
 * addition.
 *
 * Invariants, checked by zset_check():
 *   - no entry has weight zero (an absent row has weight zero);
 *   - no two entries hold equal rows;
 *   - every entry owns one reference to its row.
 *
 * Entries stay in first-insertion order until one is removed; the last entry then takes its
 * place. The hash index is built when a look-up needs it: a change of a few rows never has one.
 */
struct zset_entry {
    struct row *row;
    int64_t weight;
};

struct zset {
    struct zset_entry *entries;
    size_t count;
    size_t max;
    size_t hashed; /* entries[0 .. hashed) are in the index */
    struct hashtab index;
};

#define ZSET_INIT                   \
    {                               \
        NULL, 0, 0, 0, HASHTAB_INIT \
    }

void zset_add(struct zset *zset, struct row *row, int64_t weight); /* takes its own reference */
void zset_add_all(struct zset *zset, const struct zset *change);
/* zset_add() for a row that is known not to be there, with a weight that is not zero. */
void zset_push(struct zset *zset, struct row *row, int64_t weight);
/* For rows that go on to another set: takes entries over, of which none is there yet, with their
 * references; and empties a set whose entries have been taken over. */
void zset_take(struct zset *zset, const struct zset_entry *entries, size_t count);
void zset_forget(struct zset *zset);
/* A row with this weight gives way to another of the same hash, which takes its place: the index
 * has nothing to do. False, and nothing done: it has another weight, or the other one is there. */
bool zset_replace(struct zset *zset, const struct row *old, struct row *new, int64_t weight);
int64_t zset_weight(struct zset *zset, const struct row *row);
int64_t zset_key_weight(struct zset *zset, const struct row *row); /* of all rows of its key */
/* The n-th row of its key, in no order; NULL: there are fewer. */
struct row *zset_key_row(struct zset *zset, const struct row *row, size_t n);
void zset_clear(struct zset *zset);   /* empty, keeps the memory of small sets */
void zset_release(struct zset *zset); /* empty, gives the memory back */
bool zset_check(const struct zset *zset);

/* The sum of two weights; an overflow ends the process rather than a view being wrong. */
int64_t weight_sum(int64_t a, int64_t b);
int64_t weight_product(int64_t a, int64_t b);

#endif

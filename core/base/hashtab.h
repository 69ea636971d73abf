#ifndef SSP_BASE_HASHTAB_H
#define SSP_BASE_HASHTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The index half of a hash table: it maps a hash to positions in an array that the caller keeps.
 * Linear probing over 8-byte slots (32 bits of hash, 1 + position), backward-shift deletion, so
 * that look-ups never slow down with age; growth reads no caller memory. Equality is the
 * caller's: walk the candidates.
 *
 *     for (i = hashtab_first(t, hash, &at); i != HASHTAB_NONE; i = hashtab_next(t, hash, &at))
 *         if (equal(array[i], wanted)) ...
 *
 * Equal hashes may be inserted any number of times. Positions are below 2^32 - 1.
 */
struct hashtab_slot {
    uint32_t hash;
    uint32_t place; /* 1 + position, 0 if empty */
};

struct hashtab {
    struct hashtab_slot *slots;
    size_t mask; /* slots - 1, a power of two less one; 0 if there are none */
    size_t used;
};

#define HASHTAB_INIT \
    {                \
        NULL, 0, 0   \
    }
#define HASHTAB_NONE UINT32_MAX

uint32_t hashtab_first(const struct hashtab *table, uint64_t hash, size_t *at);
/* Brings what hashtab_first() will look at into the cache; nothing else. */
void hashtab_prefetch(const struct hashtab *table, uint64_t hash);
uint32_t hashtab_next(const struct hashtab *table, uint64_t hash, size_t *at);
void hashtab_insert(struct hashtab *table, uint64_t hash, uint32_t position);
void hashtab_remove(struct hashtab *table, uint64_t hash, uint32_t position); /* it is there */
/* The element with this hash moved in the caller's array. */
void hashtab_move(struct hashtab *table, uint64_t hash, uint32_t from, uint32_t to);
void hashtab_clear(struct hashtab *table); /* empty, keeps the memory; O(slots) */
void hashtab_release(struct hashtab *table);
size_t hashtab_bytes(const struct hashtab *table);

#endif

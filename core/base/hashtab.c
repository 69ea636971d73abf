/* Linear probing with stored hashes; see hashtab.h. */
#include "base/hashtab.h"

#include "base/check.h"
#include "base/mem.h"

#include <string.h>

#ifdef SSP_STRESS
enum { HASHTAB_SLOTS_MIN = 2 };
#else
enum { HASHTAB_SLOTS_MIN = 16 };
#endif

/* The bits kept in a slot also choose its home, so a slot can be moved without its element. */
static uint32_t fold(uint64_t hash)
{
    return (uint32_t)(hash ^ hash >> 32);
}

static uint32_t find_from(const struct hashtab *table, uint32_t hash, size_t *at)
{
    for (; table->slots[*at].place; *at = (*at + 1) & table->mask)
        if (table->slots[*at].hash == hash)
            return table->slots[*at].place - 1;
    return HASHTAB_NONE;
}

uint32_t hashtab_first(const struct hashtab *table, uint64_t hash, size_t *at)
{
    if (table->used == 0)
        return HASHTAB_NONE;
    *at = fold(hash) & table->mask;
    return find_from(table, fold(hash), at);
}

void hashtab_prefetch(const struct hashtab *table, uint64_t hash)
{
    if (table->used)
        __builtin_prefetch(&table->slots[fold(hash) & table->mask]);
}

uint32_t hashtab_next(const struct hashtab *table, uint64_t hash, size_t *at)
{
    *at = (*at + 1) & table->mask;
    return find_from(table, fold(hash), at);
}

static void put(struct hashtab *table, struct hashtab_slot slot)
{
    size_t at = slot.hash & table->mask;

    while (table->slots[at].place)
        at = (at + 1) & table->mask;
    table->slots[at] = slot;
}

static void grow(struct hashtab *table)
{
    struct hashtab old = *table;
    size_t slots = old.slots ? (old.mask + 1) * 2 : HASHTAB_SLOTS_MIN;

    SSP_ASSERT(slots <= SIZE_MAX / sizeof(*table->slots));
    table->slots = mem_alloc_zero(slots * sizeof(*table->slots));
    table->mask = slots - 1;
    for (size_t at = 0; old.slots && at <= old.mask; at++)
        if (old.slots[at].place)
            put(table, old.slots[at]);
    free(old.slots);
}

void hashtab_insert(struct hashtab *table, uint64_t hash, uint32_t position)
{
    SSP_ASSERT(position != HASHTAB_NONE);
    /* At most three quarters full, and always one slot empty to stop a search. */
    if (!table->slots || table->used + 1 > (table->mask + 1) / 4 * 3)
        grow(table);
    put(table, (struct hashtab_slot){fold(hash), position + 1});
    table->used++;
}

static size_t locate(const struct hashtab *table, uint64_t hash, uint32_t position)
{
    size_t at = fold(hash) & table->mask;

    SSP_ASSERT(table->used > 0);
    while (table->slots[at].place != position + 1) {
        SSP_ASSERT(table->slots[at].place != 0);
        at = (at + 1) & table->mask;
    }
    return at;
}

void hashtab_remove(struct hashtab *table, uint64_t hash, uint32_t position)
{
    size_t hole = locate(table, hash, position);

    for (size_t at = (hole + 1) & table->mask; table->slots[at].place;
         at = (at + 1) & table->mask) {
        size_t home = table->slots[at].hash & table->mask;

        if (((at - home) & table->mask) >= ((at - hole) & table->mask)) {
            table->slots[hole] = table->slots[at];
            hole = at;
        }
    }
    table->slots[hole] = (struct hashtab_slot){0, 0};
    table->used--;
}

void hashtab_move(struct hashtab *table, uint64_t hash, uint32_t from, uint32_t to)
{
    table->slots[locate(table, hash, from)].place = to + 1;
}

void hashtab_clear(struct hashtab *table)
{
    if (table->used)
        memset(table->slots, 0, (table->mask + 1) * sizeof(*table->slots));
    table->used = 0;
}

void hashtab_release(struct hashtab *table)
{
    free(table->slots);
    *table = (struct hashtab)HASHTAB_INIT;
}

size_t hashtab_bytes(const struct hashtab *table)
{
    return table->slots ? (table->mask + 1) * sizeof(*table->slots) : 0;
}

#ifndef SSP_OP_GROUP_H
#define SSP_OP_GROUP_H

#include "base/buf.h"
#include "base/hashtab.h"
#include "value/row.h"

/*
 * The groups of an aggregate, found by their key: the context, then the JSON array of the values.
 * A group, its key if that is short, and what its aggregates remember lie together, because a
 * change touches all of them and it is the wait for memory that costs. They move when the table
 * grows: positions stay, pointers do not.
 */
enum { GROUP_KEY_NEAR = 32 };

struct group {
    uint64_t hash;
    struct row *shown; /* NULL: none */
    int64_t weight;    /* of its rows */
    int64_t contexts;  /* how often its context is asked for; the root's group: 1 */
    union {
        char near[GROUP_KEY_NEAR];
        char *far; /* of a longer one */
    } key;
    uint32_t size;
    uint32_t context_size;
    uint32_t next; /* free entry */
    bool live;
    bool touched;
};

struct groups {
    char *bytes;
    size_t stride; /* of a group and its state */
    size_t count;  /* used so far, free ones included */
    size_t max;
    uint32_t free;
    struct hashtab index;
};

struct group_key {
    const char *text;
    uint32_t size;
    uint32_t context_size;
    uint64_t hash;
};

void groups_init(struct groups *groups, size_t state_size);
void groups_release(struct groups *groups); /* the groups' states and rows are their owner's */

/* Its position. A new one has a state of zeros; *work counts the groups looked at. */
uint32_t groups_find(struct groups *groups, const struct group_key *key, uint64_t *work);
void groups_remove(struct groups *groups, uint32_t at);

/* The two waits of groups_find(), for keys that will be asked for soon: first its slot, then what
 * the slot tells. */
void groups_prefetch_slot(const struct groups *groups, uint64_t hash);
void groups_prefetch(const struct groups *groups, uint64_t hash);

static inline struct group *group_at(const struct groups *groups, size_t at)
{
    return (void *)(groups->bytes + at * groups->stride);
}

static inline void *group_state(struct group *group)
{
    return group + 1;
}

static inline const char *group_key(const struct group *group)
{
    return group->size <= GROUP_KEY_NEAR ? group->key.near : group->key.far;
}

size_t groups_bytes(const struct groups *groups);

#endif

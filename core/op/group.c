/* Groups by their keys; see group.h. */
#include "op/group.h"

#include "base/check.h"
#include "base/mem.h"

#include <string.h>

enum { ALIGNMENT = 16, LINE = 64 };

_Static_assert(sizeof(struct group) % ALIGNMENT == 0, "a state behind a group is aligned");

void groups_init(struct groups *groups, size_t state_size)
{
    size_t size = sizeof(struct group) + state_size;

    *groups = (struct groups){.free = HASHTAB_NONE};
    groups->stride = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

void groups_release(struct groups *groups)
{
    for (size_t i = 0; i < groups->count; i++)
        if (group_at(groups, i)->live && group_at(groups, i)->size > GROUP_KEY_NEAR)
            free(group_at(groups, i)->key.far);
    free(groups->bytes);
    hashtab_release(&groups->index);
}

static uint32_t new_place(struct groups *groups)
{
    uint32_t at = groups->free;

    if (at != HASHTAB_NONE) {
        groups->free = group_at(groups, at)->next;
        return at;
    }
    SSP_ASSERT(groups->count < HASHTAB_NONE);
    groups->bytes = mem_grow(groups->bytes, &groups->max, groups->count + 1, groups->stride);
    return (uint32_t)groups->count++;
}

static uint32_t add(struct groups *groups, const struct group_key *key)
{
    uint32_t at = new_place(groups);
    struct group *group = group_at(groups, at);

    memset(group, 0, groups->stride);
    group->hash = key->hash;
    group->size = key->size;
    group->context_size = key->context_size;
    group->live = true;
    if (key->size <= GROUP_KEY_NEAR)
        memcpy(group->key.near, key->text, key->size);
    else
        group->key.far = mem_copy(key->text, key->size);
    hashtab_insert(&groups->index, key->hash, at);
    return at;
}

uint32_t groups_find(struct groups *groups, const struct group_key *key, uint64_t *work)
{
    size_t at;

    for (uint32_t i = hashtab_first(&groups->index, key->hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&groups->index, key->hash, &at)) {
        const struct group *group = group_at(groups, i);

        (*work)++;
        if (group->size == key->size && group->context_size == key->context_size &&
            memcmp(group_key(group), key->text, key->size) == 0)
            return i;
    }
    return add(groups, key);
}

void groups_remove(struct groups *groups, uint32_t at)
{
    struct group *group = group_at(groups, at);

    hashtab_remove(&groups->index, group->hash, at);
    if (group->size > GROUP_KEY_NEAR)
        free(group->key.far);
    group->live = false;
    group->next = groups->free;
    groups->free = at;
}

void groups_prefetch_slot(const struct groups *groups, uint64_t hash)
{
    hashtab_prefetch(&groups->index, hash);
}

void groups_prefetch(const struct groups *groups, uint64_t hash)
{
    size_t at;
    uint32_t i = hashtab_first(&groups->index, hash, &at);

    if (i == HASHTAB_NONE)
        return;
    for (size_t line = 0; line < groups->stride; line += LINE)
        __builtin_prefetch((const char *)group_at(groups, i) + line);
}

size_t groups_bytes(const struct groups *groups)
{
    size_t bytes = groups->max * groups->stride + hashtab_bytes(&groups->index);

    for (size_t i = 0; i < groups->count; i++)
        if (group_at(groups, i)->live && group_at(groups, i)->size > GROUP_KEY_NEAR)
            bytes += group_at(groups, i)->size;
    return bytes;
}

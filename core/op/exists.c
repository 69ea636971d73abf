/*
 * exists: filter with subqueries in its predicate.
 *
 * in[0] are the rows, in[1 ..] the rows of each subquery under each context. Not linear: whether a
 * row passes depends on whether its contexts have rows. Kept: the rows, chained by the context that
 * each subquery gives them, with whether they pass; and the weight of each context's rows.
 *
 *     a row comes or goes            evaluate it
 *     a context's weight 0 <-> not 0 evaluate the rows that have this context again
 *     otherwise                      nothing
 *
 * Cost: the rows of the change, and the rows of contexts that flip.
 */
#include "op/op.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"

#include <string.h>

#define NONE HASHTAB_NONE

/* A context of one subquery. */
struct group {
    char *context;
    size_t size;
    uint64_t hash;
    int64_t weight; /* of the subquery's rows */
    int64_t before; /* the same before this step, if the weight has changed in it */
    bool changed;
    uint32_t first; /* of the rows that have it */
};

struct subquery {
    const struct plan_subquery *plan;
    struct group *groups;
    size_t count;
    size_t max;
    uint32_t free; /* a chain by `first` */
    struct hashtab index;
};

/* An entry's place in the chain of a group. */
struct link {
    uint32_t group;
    uint32_t next;
    uint32_t before;
};

struct entry {
    struct row *row; /* NULL: free; then next of its first link is the next free one */
    int64_t weight;
    bool passes;
    bool touched; /* in this step */
};

struct exists {
    struct op op;
    const struct plan_exists *plan;
    struct subquery *subqueries;
    size_t count; /* of subqueries */
    struct entry *entries;
    struct link *links; /* count of them for each entry */
    size_t used;
    size_t max;
    size_t link_max;
    uint32_t free;
    struct hashtab index; /* row->hash -> entry */
    uint32_t *touched;
    size_t touched_count;
    size_t touched_max;
    uint32_t *changed; /* groups of one subquery */
    size_t changed_count;
    size_t changed_max;
    bool *found;
    struct buf context;
};

static void exists_init(struct op *op, const struct plan *plan)
{
    struct exists *self = (struct exists *)op;

    self->plan = &plan->as.exists;
    self->count = self->plan->count;
    self->subqueries = mem_alloc_zero(self->count * sizeof(*self->subqueries));
    self->found = mem_alloc_zero(self->count * sizeof(*self->found));
    self->free = NONE;
    for (size_t i = 0; i < self->count; i++) {
        self->subqueries[i].plan = self->plan->subqueries[i];
        self->subqueries[i].free = NONE;
    }
}

static uint32_t group_of(struct subquery *subquery, const char *context, size_t size)
{
    uint64_t hash = hash_bytes(context, size);
    size_t at;
    uint32_t at_free;
    struct group *group;

    for (uint32_t i = hashtab_first(&subquery->index, hash, &at); i != NONE;
         i = hashtab_next(&subquery->index, hash, &at))
        if (subquery->groups[i].size == size &&
            memcmp(subquery->groups[i].context, context, size) == 0)
            return i;
    if (subquery->free != NONE) {
        at_free = subquery->free;
        subquery->free = subquery->groups[at_free].first;
    } else {
        subquery->groups = mem_grow(subquery->groups, &subquery->max, subquery->count + 1,
                                    sizeof(*subquery->groups));
        at_free = (uint32_t)subquery->count++;
    }
    group = &subquery->groups[at_free];
    *group = (struct group){mem_copy(context, size), size, hash, 0, 0, false, NONE};
    hashtab_insert(&subquery->index, hash, at_free);
    return at_free;
}

/* A context that no row has any more and no rows are found for goes. */
static void group_settle(struct subquery *subquery, uint32_t at)
{
    struct group *group = &subquery->groups[at];

    if (group->weight != 0 || group->first != NONE)
        return;
    hashtab_remove(&subquery->index, group->hash, at);
    free(group->context);
    group->context = NULL;
    group->first = subquery->free;
    subquery->free = at;
}

static struct link *link_of(const struct exists *self, uint32_t entry, size_t subquery)
{
    return &self->links[entry * self->count + subquery];
}

static void touch(struct exists *self, uint32_t entry)
{
    if (self->entries[entry].touched)
        return;
    self->entries[entry].touched = true;
    self->touched = mem_grow(self->touched, &self->touched_max, self->touched_count + 1,
                             sizeof(*self->touched));
    self->touched[self->touched_count++] = entry;
    self->op.work++;
}

static uint32_t find_entry(const struct exists *self, const struct row *row)
{
    size_t at;
    uint32_t i = hashtab_first(&self->index, row->hash, &at);

    while (i != NONE && !row_equal(self->entries[i].row, row))
        i = hashtab_next(&self->index, row->hash, &at);
    return i;
}

static uint32_t add_entry(struct exists *self, struct row *row)
{
    uint32_t at = self->free;

    if (at != NONE) {
        self->free = link_of(self, at, 0)->next;
    } else {
        SSP_ASSERT(self->used < NONE);
        at = (uint32_t)self->used++;
        self->entries = mem_grow(self->entries, &self->max, self->used, sizeof(*self->entries));
        self->links =
            mem_grow(self->links, &self->link_max, self->used * self->count, sizeof(*self->links));
    }
    self->entries[at] = (struct entry){.row = row_ref(row)};
    hashtab_insert(&self->index, row->hash, at);
    for (size_t i = 0; i < self->count; i++) {
        struct subquery *subquery = &self->subqueries[i];
        struct link *link = link_of(self, at, i);
        struct group *group;

        buf_clear(&self->context);
        plan_write_context(&self->context, subquery->plan, row);
        link->group = group_of(subquery, self->context.bytes, self->context.size);
        group = &subquery->groups[link->group];
        link->before = NONE;
        link->next = group->first;
        if (group->first != NONE)
            link_of(self, group->first, i)->before = at;
        group->first = at;
    }
    return at;
}

static void remove_entry(struct exists *self, uint32_t at)
{
    struct entry *entry = &self->entries[at];

    for (size_t i = 0; i < self->count; i++) {
        struct link *link = link_of(self, at, i);

        if (link->before != NONE)
            link_of(self, link->before, i)->next = link->next;
        else
            self->subqueries[i].groups[link->group].first = link->next;
        if (link->next != NONE)
            link_of(self, link->next, i)->before = link->before;
        group_settle(&self->subqueries[i], link->group);
    }
    hashtab_remove(&self->index, entry->row->hash, at);
    row_unref(entry->row);
    entry->row = NULL;
    link_of(self, at, 0)->next = self->free;
    self->free = at;
}

static void add_weight(struct exists *self, struct subquery *subquery, const struct row *row,
                       int64_t weight)
{
    struct value context = row_context(row);
    uint32_t of = group_of(subquery, context.text, context.size);
    struct group *group = &subquery->groups[of];

    if (!group->changed) {
        group->changed = true;
        group->before = group->weight;
        self->changed = mem_grow(self->changed, &self->changed_max, self->changed_count + 1,
                                 sizeof(*self->changed));
        self->changed[self->changed_count++] = of;
    }
    group->weight = weight_sum(group->weight, weight);
}

/* Contexts that flip touch the rows that have them; one whose row is replaced does not. */
static void take_subquery(struct exists *self, size_t i, const struct zset *change)
{
    struct subquery *subquery = &self->subqueries[i];

    for (size_t j = 0; j < change->count; j++)
        add_weight(self, subquery, change->entries[j].row, change->entries[j].weight);
    for (size_t j = 0; j < self->changed_count; j++) {
        struct group *group = &subquery->groups[self->changed[j]];

        group->changed = false;
        if ((group->before != 0) != (group->weight != 0))
            for (uint32_t at = group->first; at != NONE; at = link_of(self, at, i)->next)
                touch(self, at);
        group_settle(subquery, self->changed[j]);
    }
    self->changed_count = 0;
}

static bool passes(struct exists *self, uint32_t at)
{
    for (size_t i = 0; i < self->count; i++)
        self->found[i] = self->subqueries[i].groups[link_of(self, at, i)->group].weight > 0;
    return predicate_eval(self->plan->predicate, self->entries[at].row, self->found,
                          &self->op.scratch) == TRUTH_TRUE;
}

static void exists_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct exists *self = (struct exists *)op;

    for (size_t i = 0; i < self->count; i++)
        take_subquery(self, i, in[1 + i]);
    for (size_t i = 0; i < in[0]->count; i++) {
        const struct zset_entry *change = &in[0]->entries[i];
        uint32_t at = find_entry(self, change->row);

        if (at == NONE)
            at = add_entry(self, change->row);
        touch(self, at);
        if (self->entries[at].passes) /* what of it was there; what stays comes back below */
            zset_add(out, change->row, -self->entries[at].weight);
        self->entries[at].passes = false;
        self->entries[at].weight = weight_sum(self->entries[at].weight, change->weight);
    }
    for (size_t i = 0; i < self->touched_count; i++) {
        struct entry *entry = &self->entries[self->touched[i]];
        bool now = entry->weight != 0 && passes(self, self->touched[i]);

        if (entry->passes != now)
            zset_add(out, entry->row, now ? entry->weight : -entry->weight);
        entry->passes = now;
        entry->touched = false;
        if (entry->weight == 0)
            remove_entry(self, self->touched[i]);
    }
    self->touched_count = 0;
}

static void exists_release(struct op *op)
{
    struct exists *self = (struct exists *)op;

    for (size_t i = 0; i < self->used; i++)
        if (self->entries[i].row)
            row_unref(self->entries[i].row);
    for (size_t i = 0; i < self->count; i++) {
        for (size_t j = 0; j < self->subqueries[i].count; j++)
            free(self->subqueries[i].groups[j].context);
        free(self->subqueries[i].groups);
        hashtab_release(&self->subqueries[i].index);
    }
    free(self->subqueries);
    free(self->found);
    free(self->entries);
    free(self->links);
    free(self->touched);
    free(self->changed);
    hashtab_release(&self->index);
    buf_release(&self->context);
}

static size_t exists_bytes(const struct op *op)
{
    const struct exists *self = (const struct exists *)op;
    size_t bytes = self->max * sizeof(*self->entries) + self->link_max * sizeof(*self->links) +
                   hashtab_bytes(&self->index);

    for (size_t i = 0; i < self->count; i++)
        bytes += self->subqueries[i].max * sizeof(struct group) +
                 hashtab_bytes(&self->subqueries[i].index);
    return bytes;
}

static size_t exists_rows(const struct op *op)
{
    const struct exists *self = (const struct exists *)op;

    return self->index.used;
}

extern const struct op_class op_exists;
const struct op_class op_exists = {
    .name = "exists",
    .size = sizeof(struct exists),
    .init = exists_init,
    .step = exists_step,
    .release = exists_release,
    .bytes = exists_bytes,
    .rows = exists_rows,
};

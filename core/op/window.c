/*
 * window: each row with functions of the rows around it, in the order of its partition.
 *
 * Not linear. Kept: the rows of each partition in an order-statistic tree, and for each row the row
 * that was made of it. A change touches the tree, and then computes anew the rows whose functions
 * can differ, found as ranges of places (window_affected.c), from the tree as it is now:
 *
 *     out = sum over these rows of  -(row made before) +(row made now), where they differ
 *
 * A row of weight w takes w places and comes out w times with what its first place gets.
 *
 * Supported: row_number, rank, dense_rank, ntile, lag and lead (with a distance that the plan
 * states and a default), and over frames first_value, last_value, count, sum, avg, min, max. Frames
 * of rows or of a range, each bound unbounded, a distance that the plan states, or the current row;
 * a range with a distance is over one number of order_by. No groups, exclude, filter, distinct or
 * nth_value. A function without a frame has SQL's: up to the last of the row's peers, all without
 * an order.
 *
 * Cost: for each row of the change O(log n), and of the rows around it, each with O(log n) or less,
 *
 *     row_number, rank, dense_rank   those that are moved: behind an insertion or deletion without
 *                                    a counterpart all, between two places those between
 *     ntile                          those whose bucket changes, and one look at each bucket
 *     lag, lead, frames of rows      as many as the distance
 *     frames of a range              those in whose range the row's value lies
 *     unbounded frames               those whose sum changes, which all behind have in common; of
 *                                    min, max, first and last value until the value is as before
 */
#include "op/window.h"

#include "base/check.h"
#include "base/mem.h"

#define NONE HASHTAB_NONE

struct window_entry {
    struct row *row; /* of the input; NULL: a free entry */
    int64_t weight;
    struct row *shown; /* what was made of it before this step, with its weight; NULL: nothing */
    int64_t shown_weight;
    struct row *made; /* in this step; NULL: not computed */
    bool redone;      /* is in the list */
    uint32_t next;    /* free entry */
};

static void window_init(struct op *op, const struct plan *plan)
{
    struct window *self = (struct window *)op;

    self->plan = &plan->as.window;
    self->partitions = (struct partitions){.by = self->plan->partition,
                                           .by_count = self->plan->partition_count,
                                           .order = self->plan->order,
                                           .order_count = self->plan->order_count,
                                           .size = sizeof(struct window_partition),
                                           .work = &op->work};
    self->free = NONE;
    window_calls_init(self);
}

static uint32_t entry_find(const struct window *self, const struct row *row)
{
    size_t at;
    uint32_t i = hashtab_first(&self->index, row->hash, &at);

    while (i != NONE && !row_equal(self->entries[i].row, row))
        i = hashtab_next(&self->index, row->hash, &at);
    return i;
}

static uint32_t entry_new(struct window *self, struct row *row)
{
    uint32_t i = self->free;

    if (i != NONE) {
        self->free = self->entries[i].next;
    } else {
        SSP_ASSERT(self->entry_count < NONE);
        self->entries = mem_grow(self->entries, &self->entry_max, self->entry_count + 1,
                                 sizeof(*self->entries));
        i = (uint32_t)self->entry_count++;
    }
    self->entries[i] = (struct window_entry){.row = row_ref(row)};
    hashtab_insert(&self->index, row->hash, i);
    return i;
}

static void entry_redo(struct window *self, uint32_t i)
{
    if (self->entries[i].redone)
        return;
    self->entries[i].redone = true;
    self->redone =
        mem_grow(self->redone, &self->redone_max, self->redone_count + 1, sizeof(*self->redone));
    self->redone[self->redone_count++] = i;
}

/* The partition of a row, ready to be changed. */
static struct window_partition *touch(struct window *self, const struct row *row)
{
    struct window_partition *partition =
        (struct window_partition *)partitions_find(&self->partitions, row);
    struct order *order = &partition->base.order;

    if (partition->touched)
        return partition;
    if (!order->root) {
        order->summary = &self->summary;
        order->summary_context = self;
        order_init(&partition->firsts, self->plan->order, self->plan->order_count, &self->op.work);
    }
    partition->touched = true;
    partition->was_odd = partition->odd > 0;
    partition->total = order_total(order);
    partition->first = order_row_at(order, 0);
    partition->last = order_row_at(order, partition->total - 1);
    self->touched = mem_grow(self->touched, &self->touched_max, self->touched_count + 1,
                             sizeof(*self->touched));
    self->touched[self->touched_count++] = partition;
    return partition;
}

/* A row has come into the tree: if it is the first of its value in order, dense_rank counts it and
 * not the one that was. */
static int group_enter(struct window *self, struct window_partition *partition, struct row *row,
                       int64_t weight)
{
    struct order *order = &partition->base.order;
    int64_t from = window_peers(self, partition, row, false);

    if (order_rank(order, row) != from)
        return 0;
    order_add(&partition->firsts, row, 1);
    if (window_peers(self, partition, row, true) == from + weight)
        return 1;
    order_add(&partition->firsts, order_row_at(order, from + weight), -1);
    return 0;
}

/* The same of a row that has gone. */
static int group_leave(struct window *self, struct window_partition *partition, struct row *row)
{
    struct order *order = &partition->base.order;
    int64_t from = window_peers(self, partition, row, false);

    if (order_rank(order, row) != from)
        return 0;
    order_add(&partition->firsts, row, -1);
    if (window_peers(self, partition, row, true) == from)
        return -1;
    order_add(&partition->firsts, order_row_at(order, from), 1);
    return 0;
}

static void take(struct window *self, struct row *row, int64_t weight)
{
    struct window_partition *partition = touch(self, row);
    struct window_change change = {.row = row, .weight = weight};
    uint32_t i = entry_find(self, row);
    int64_t before;

    if (i == NONE)
        i = entry_new(self, row);
    entry_redo(self, i);
    row = self->entries[i].row; /* the tree has this one */
    before = self->entries[i].weight;
    change.now = weight_sum(before, weight);
    self->entries[i].weight = change.now;
    order_add(&partition->base.order, row, weight);
    if (self->has_groups && before == 0)
        change.groups = group_enter(self, partition, row, weight);
    if (self->has_groups && change.now == 0)
        change.groups = group_leave(self, partition, row);
    if (self->has_distances && (before == 0 || change.now == 0) && window_is_odd(self, row)) {
        partition->odd += change.now ? 1 : -1;
        partition->was_odd = true;
    }
    partition->changes = mem_grow(partition->changes, &partition->change_max,
                                  partition->change_count + 1, sizeof(*partition->changes));
    partition->changes[partition->change_count++] = change;
}

/* The entry of a row on a place, with what is made of it now. */
static struct window_entry *redo(struct window *self, const struct row *row, int64_t place)
{
    uint32_t i = entry_find(self, row);
    struct window_entry *entry = &self->entries[i];

    SSP_ASSERT(i != NONE);
    self->op.work++;
    if (!entry->made)
        entry->made = window_row(self, entry->row, place);
    entry_redo(self, i);
    return entry;
}

struct sweep {
    struct window *self;
    int64_t place; /* of the next row; -1: not known */
};

static void redo_next(void *context, struct row *row, int64_t weight)
{
    struct sweep *sweep = context;
    struct window *self = sweep->self;

    (void)weight; /* may be cut */
    if (sweep->place < 0)
        sweep->place = order_rank(&self->current->base.order, row);
    sweep->place += redo(self, row, sweep->place)->weight;
}

/* Whether a function has another value than before; of a row that is new it has. */
static bool differs(const struct window_entry *entry, struct path *field)
{
    return !entry->shown ||
           !value_equal(path_get(field, entry->shown), path_get(field, entry->made));
}

static void chase(struct window *self, const struct window_region *region)
{
    struct order *order = &self->current->base.order;
    int64_t at = region->backward ? region->to - 1 : region->from;

    while (region->from <= at && at < region->to) {
        const struct row *row = order_row_at(order, at);
        int64_t place = order_rank(order, row);
        const struct window_entry *entry = redo(self, row, place);

        if (!differs(entry, region->chased->plan->field))
            break;
        at = region->backward ? place - 1 : place + entry->weight;
    }
}

static void redo_partition(struct window *self, struct window_partition *partition)
{
    window_open(self, partition);
    if (self->has_summaries)
        order_summarise(&partition->base.order);
    window_find_regions(self, partition);
    for (size_t i = 0; i < self->region_count; i++) {
        struct sweep sweep = {self, -1};

        if (self->regions[i].chased)
            chase(self, &self->regions[i]);
        else
            order_range(&partition->base.order, self->regions[i].from, self->regions[i].to,
                        redo_next, &sweep);
    }
}

static void partition_settle(struct window *self, struct window_partition *partition)
{
    partition->touched = false;
    partition->change_count = 0;
    if (partition->base.order.root)
        return;
    SSP_ASSERT(!partition->firsts.root && partition->odd == 0);
    order_release(&partition->firsts);
    free(partition->changes);
    partitions_drop(&self->partitions, &partition->base);
}

static void entry_settle(struct window *self, uint32_t i, struct zset *out)
{
    struct window_entry *entry = &self->entries[i];

    entry->redone = false;
    if (entry->made && entry->shown && row_equal(entry->made, entry->shown)) {
        zset_add(out, entry->shown, weight_sum(entry->weight, -entry->shown_weight));
        row_unref(entry->made);
    } else {
        if (entry->shown) {
            zset_add(out, entry->shown, -entry->shown_weight);
            row_unref(entry->shown);
        }
        if (entry->made)
            zset_add(out, entry->made, entry->weight);
        entry->shown = entry->made;
    }
    entry->made = NULL;
    entry->shown_weight = entry->weight;
    if (entry->weight > 0)
        return;
    SSP_ASSERT(entry->weight == 0 && !entry->shown);
    hashtab_remove(&self->index, entry->row->hash, i);
    row_unref(entry->row);
    *entry = (struct window_entry){.next = self->free};
    self->free = i;
}

static void window_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct window *self = (struct window *)op;

    for (int half = 0; half < 2; half++) /* removals first */
        for (size_t i = 0; i < in[0]->count; i++)
            if ((in[0]->entries[i].weight > 0) == (half == 1))
                take(self, in[0]->entries[i].row, in[0]->entries[i].weight);
    for (size_t i = 0; i < self->touched_count; i++)
        redo_partition(self, self->touched[i]);
    for (size_t i = 0; i < self->redone_count; i++)
        entry_settle(self, self->redone[i], out);
    for (size_t i = 0; i < self->touched_count; i++)
        partition_settle(self, self->touched[i]);
    self->touched_count = 0;
    self->redone_count = 0;
}

static void window_release(struct op *op)
{
    struct window *self = (struct window *)op;

    for (size_t i = 0; i < self->partitions.count; i++) {
        struct window_partition *partition = (struct window_partition *)self->partitions.items[i];

        order_release(&partition->firsts);
        free(partition->changes);
    }
    partitions_release(&self->partitions);
    for (size_t i = 0; i < self->entry_count; i++)
        if (self->entries[i].row) {
            row_unref(self->entries[i].row);
            row_unref(self->entries[i].shown);
        }
    free(self->entries);
    hashtab_release(&self->index);
    free(self->redone);
    free(self->touched);
    free(self->regions);
    free(self->bounds);
    free(self->others);
    window_calls_release(self);
    extender_release(&self->extender);
    buf_release(&self->values);
    buf_release(&self->scratch);
}

static size_t window_bytes(const struct op *op)
{
    const struct window *self = (const struct window *)op;
    size_t bytes = partitions_bytes(&self->partitions) + hashtab_bytes(&self->index) +
                   self->entry_max * sizeof(*self->entries);

    for (size_t i = 0; i < self->partitions.count; i++)
        bytes += order_bytes(&((const struct window_partition *)self->partitions.items[i])->firsts);
    return bytes;
}

static size_t window_rows(const struct op *op)
{
    return ((const struct window *)op)->index.used;
}

static void window_check(const struct op *op)
{
    const struct window *self = (const struct window *)op;

    SSP_ASSERT(partitions_check(&self->partitions));
    for (size_t i = 0; i < self->entry_count; i++) {
        const struct window_entry *entry = &self->entries[i];

        SSP_ASSERT(!entry->redone && !entry->made);
        SSP_ASSERT(!entry->row || (entry->shown && entry->weight == entry->shown_weight));
    }
}

extern const struct op_class op_window;
const struct op_class op_window = {
    .name = "window",
    .size = sizeof(struct window),
    .init = window_init,
    .step = window_step,
    .release = window_release,
    .bytes = window_bytes,
    .rows = window_rows,
    .check = window_check,
};

/*
 * distinct: every row that occurs at all, once.
 *
 * Not linear: whether a row appears depends on its whole history, so the running sum of the input
 * is kept (Budiu et al., "DBSP", VLDB 2023, proposition 4.7). Only rows named in the change can
 * cross zero, so only they are looked at:
 *
 *     total     0 -> positive    emit +1
 *     positive -> 0              emit -1
 *     otherwise                  emit nothing
 *
 * Cost: one look-up for each row of the change.
 */
#include "op/op.h"

#include "base/check.h"

struct distinct {
    struct op op;
    struct zset total;
};

/* A row that was all there was gives way to another version of its record: one look-up for both. */
static bool replace(struct distinct *self, const struct zset_entry *old, struct zset *out)
{
    const struct zset_entry *new = old + 1;

    if (old->weight >= 0 || new->weight <= 0 || old->weight + new->weight != 0 ||
        !zset_replace(&self->total, old->row, new->row, new->weight))
        return false;
    zset_push(out, old->row, -1);
    zset_push(out, new->row, 1);
    self->op.work += 2;
    return true;
}

static void distinct_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct distinct *self = (struct distinct *)op;

    for (size_t i = 0; i < in[0]->count; i++) {
        const struct zset_entry *entry = &in[0]->entries[i];
        int64_t before;
        int64_t after;
        int64_t change;

        if (i + 1 < in[0]->count && replace(self, entry, out)) {
            i++;
            continue;
        }
        before = zset_weight(&self->total, entry->row);
        after = weight_sum(before, entry->weight);
        change = (int64_t)(after > 0) - (int64_t)(before > 0);
        SSP_ASSERT(after >= 0);
        zset_add(&self->total, entry->row, entry->weight);
        op->work++;
        if (change)
            zset_push(out, entry->row, change);
    }
}

static void distinct_release(struct op *op)
{
    zset_release(&((struct distinct *)op)->total);
}

static size_t distinct_bytes(const struct op *op)
{
    const struct zset *total = &((const struct distinct *)op)->total;

    return total->max * sizeof(*total->entries) + hashtab_bytes(&total->index);
}

static size_t distinct_rows(const struct op *op)
{
    return ((const struct distinct *)op)->total.count;
}

static void distinct_check(const struct op *op)
{
    SSP_ASSERT(zset_check(&((const struct distinct *)op)->total));
}

extern const struct op_class op_distinct;
const struct op_class op_distinct = {
    .name = "distinct",
    .size = sizeof(struct distinct),
    .step = distinct_step,
    .release = distinct_release,
    .bytes = distinct_bytes,
    .rows = distinct_rows,
    .check = distinct_check,
};

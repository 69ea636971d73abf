/*
 * limit: the rows on the places [offset, offset + limit) of their partition, in order.
 *
 * Not linear: every row is kept in an order-statistic tree, one a partition. A change of weight w
 * at place p shifts what stands behind it by w places, so what crosses an edge of the window is a
 * range of places just outside or inside it; with [a, b) the window and S the rows before:
 *
 *     insert at p   out  -S[max(a, p, b - w), b)   in  +S[max(p, a - w), min(a, b - w))
 *     remove at p   out  -S[max(a, p + w), min(b, a + w))   in  +S[max(b, a + w, p + w), b + w)
 *
 * and the row itself as far as [p, p + w) lies in the window. Removals go first, so that the old
 * and the new row of a record are never in the tree together. What one change brings in and
 * another takes out cancels in the output.
 *
 * Cost: O(log n + rows that cross an edge) for each row of the change; not O(limit).
 */
#include "op/op.h"
#include "op/partition.h"

#include "base/check.h"

struct limit {
    struct op op;
    const struct plan_limit *plan;
    int64_t end; /* offset + limit */
    struct partitions partitions;
};

static void limit_init(struct op *op, const struct plan *plan)
{
    struct limit *self = (struct limit *)op;

    self->plan = &plan->as.limit;
    self->end = self->plan->offset + self->plan->limit;
    self->partitions = (struct partitions){.by = self->plan->partition,
                                           .by_count = self->plan->partition_count,
                                           .order = self->plan->order,
                                           .order_count = self->plan->order_count,
                                           .size = sizeof(struct partition),
                                           .work = &op->work};
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t sum_or_most(int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

struct emission {
    struct zset *out;
    int64_t sign;
};

static void emit(void *context, struct row *row, int64_t weight)
{
    const struct emission *emission = context;

    zset_add(emission->out, row, emission->sign * weight);
}

static void emit_range(const struct order *order, int64_t from, int64_t to, int64_t sign,
                       struct zset *out)
{
    struct emission emission = {out, sign};

    order_range(order, from, to, emit, &emission);
}

static void insert(const struct limit *self, struct order *order, struct row *row, int64_t weight,
                   struct zset *out)
{
    int64_t a = self->plan->offset;
    int64_t b = self->end;
    int64_t p = order_rank(order, row);
    int64_t own = lesser(sum_or_most(p, weight), b) - greater(p, a);

    if (p < b) {
        emit_range(order, greater(greater(a, p), b - weight), b, -1, out);
        emit_range(order, greater(p, a - weight), lesser(a, b - weight), 1, out);
    }
    if (own > 0)
        zset_add(out, row, own);
    order_add(order, row, weight);
}

static void take(const struct limit *self, struct order *order, struct row *row, int64_t weight,
                 struct zset *out)
{
    int64_t a = self->plan->offset;
    int64_t b = self->end;
    int64_t p = order_rank(order, row);
    int64_t behind = sum_or_most(p, weight);
    int64_t own = lesser(behind, b) - greater(p, a);

    if (p < b) {
        emit_range(order, greater(a, behind), lesser(b, sum_or_most(a, weight)), -1, out);
        emit_range(order, greater(greater(b, behind), sum_or_most(a, weight)),
                   sum_or_most(b, weight), 1, out);
    }
    if (own > 0)
        zset_add(out, row, -own);
    order_add(order, row, -weight);
}

static void limit_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct limit *self = (struct limit *)op;

    for (size_t i = 0; i < in[0]->count; i++) {
        const struct zset_entry *entry = &in[0]->entries[i];

        if (entry->weight < 0) {
            struct partition *partition = partitions_find(&self->partitions, entry->row);

            take(self, &partition->order, entry->row, -entry->weight, out);
            if (!partition->order.root)
                partitions_drop(&self->partitions, partition);
        }
    }
    for (size_t i = 0; i < in[0]->count; i++) {
        const struct zset_entry *entry = &in[0]->entries[i];

        if (entry->weight > 0)
            insert(self, &partitions_find(&self->partitions, entry->row)->order, entry->row,
                   entry->weight, out);
    }
}

static void limit_release(struct op *op)
{
    partitions_release(&((struct limit *)op)->partitions);
}

static size_t limit_bytes(const struct op *op)
{
    return partitions_bytes(&((const struct limit *)op)->partitions);
}

static size_t limit_rows(const struct op *op)
{
    return partitions_rows(&((const struct limit *)op)->partitions);
}

static void limit_check(const struct op *op)
{
    SSP_ASSERT(partitions_check(&((const struct limit *)op)->partitions));
}

extern const struct op_class op_limit;
const struct op_class op_limit = {
    .name = "limit",
    .size = sizeof(struct limit),
    .init = limit_init,
    .step = limit_step,
    .release = limit_release,
    .bytes = limit_bytes,
    .rows = limit_rows,
    .check = limit_check,
};

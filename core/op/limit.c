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

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"

#include <string.h>

struct partition {
    char *key; /* canonical values of partition_by; NULL: a free entry */
    size_t key_size;
    uint64_t hash;
    struct order order;
};

struct limit {
    struct op op;
    const struct plan_limit *plan;
    int64_t end; /* offset + limit */
    struct partition *partitions;
    size_t count;
    size_t max;
    struct hashtab index;
    struct buf key;
};

static void limit_init(struct op *op, const struct plan *plan)
{
    struct limit *self = (struct limit *)op;

    self->plan = &plan->as.limit;
    self->end = self->plan->offset + self->plan->limit;
}

/* Null and missing are one partition, as they are one group. Inside a subquery every context has
 * partitions of its own. */
static void write_key(struct limit *self, const struct row *row)
{
    buf_clear(&self->key);
    buf_add(&self->key, row_context(row).text, row_context(row).size);
    buf_add_byte(&self->key, '[');
    for (size_t i = 0; i < self->plan->partition_count; i++) {
        struct value value = expr_eval(&self->plan->partition[i], row, &self->op.scratch);

        if (value_is_unknown(value))
            buf_add_string(&self->key, "null");
        else
            value_write_canonical(&self->key, value);
        buf_add_byte(&self->key, ',');
    }
    arena_reset(&self->op.scratch);
}

static size_t partition_find(struct limit *self, const struct row *row)
{
    struct partition *partition;
    uint64_t hash;
    size_t at;

    write_key(self, row);
    hash = hash_bytes(self->key.bytes, self->key.size);
    for (uint32_t i = hashtab_first(&self->index, hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&self->index, hash, &at))
        if (self->partitions[i].key_size == self->key.size &&
            memcmp(self->partitions[i].key, self->key.bytes, self->key.size) == 0)
            return i;
    self->partitions =
        mem_grow(self->partitions, &self->max, self->count + 1, sizeof(*self->partitions));
    partition = &self->partitions[self->count];
    partition->key = mem_copy(self->key.bytes, self->key.size);
    partition->key_size = self->key.size;
    partition->hash = hash;
    order_init(&partition->order, self->plan->order, self->plan->order_count, &self->op.work);
    hashtab_insert(&self->index, hash, (uint32_t)self->count);
    return self->count++;
}

/* The last partition takes the place of one that has become empty. */
static void partition_drop(struct limit *self, size_t i)
{
    struct partition *last = &self->partitions[--self->count];

    hashtab_remove(&self->index, self->partitions[i].hash, (uint32_t)i);
    free(self->partitions[i].key);
    order_release(&self->partitions[i].order);
    if (i == self->count)
        return;
    hashtab_move(&self->index, last->hash, (uint32_t)self->count, (uint32_t)i);
    self->partitions[i] = *last;
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
            size_t at = partition_find(self, entry->row);

            take(self, &self->partitions[at].order, entry->row, -entry->weight, out);
            if (!self->partitions[at].order.root)
                partition_drop(self, at);
        }
    }
    for (size_t i = 0; i < in[0]->count; i++) {
        const struct zset_entry *entry = &in[0]->entries[i];

        if (entry->weight > 0) {
            size_t at = partition_find(self, entry->row);

            insert(self, &self->partitions[at].order, entry->row, entry->weight, out);
        }
    }
}

static void limit_release(struct op *op)
{
    struct limit *self = (struct limit *)op;

    for (size_t i = 0; i < self->count; i++) {
        order_release(&self->partitions[i].order);
        free(self->partitions[i].key);
    }
    free(self->partitions);
    hashtab_release(&self->index);
    buf_release(&self->key);
}

static size_t limit_bytes(const struct op *op)
{
    const struct limit *self = (const struct limit *)op;
    size_t bytes = self->max * sizeof(*self->partitions) + hashtab_bytes(&self->index);

    for (size_t i = 0; i < self->count; i++)
        bytes += self->partitions[i].key_size + order_bytes(&self->partitions[i].order);
    return bytes;
}

static size_t limit_rows(const struct op *op)
{
    const struct limit *self = (const struct limit *)op;
    size_t rows = 0;

    for (size_t i = 0; i < self->count; i++)
        rows += order_rows(&self->partitions[i].order);
    return rows;
}

static void limit_check(const struct op *op)
{
    const struct limit *self = (const struct limit *)op;

    for (size_t i = 0; i < self->count; i++)
        SSP_ASSERT(order_check(&self->partitions[i].order));
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

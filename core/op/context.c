/*
 * context: the values that a subquery asks its enclosing rows for, as rows without fields whose key
 * is the JSON array of those values.
 *
 * Linear and stateless. Rows that agree in these values are one row of the output, with the sum of
 * their weights: an enclosing row whose other fields change makes no change here. Cost: one new row
 * for each row of the change.
 */
#include "op/op.h"

#include "base/buf.h"
#include "base/hash.h"

struct context {
    struct op op;
    const struct plan_subquery *subquery;
    struct buf key;
};

static void context_init(struct op *op, const struct plan *plan)
{
    ((struct context *)op)->subquery = plan->as.context;
}

static void context_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct context *self = (struct context *)op;

    for (size_t i = 0; i < in[0]->count; i++) {
        struct row *row;

        buf_clear(&self->key);
        plan_write_context(&self->key, self->subquery, in[0]->entries[i].row);
        row = row_new(&(struct row_source){.key = self->key.bytes,
                                           .key_size = self->key.size,
                                           .made = true,
                                           .hash = hash_bytes(self->key.bytes, self->key.size),
                                           .text = "{}",
                                           .size = 2});
        zset_add(out, row, in[0]->entries[i].weight);
        row_unref(row);
    }
}

static void context_release(struct op *op)
{
    buf_release(&((struct context *)op)->key);
}

extern const struct op_class op_context;
const struct op_class op_context = {
    .name = "context",
    .size = sizeof(struct context),
    .init = context_init,
    .step = context_step,
    .release = context_release,
};

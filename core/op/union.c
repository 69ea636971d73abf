/*
 * union: the rows of all inputs, weights added up (UNION ALL).
 *
 * Linear and stateless: the change of the output is the sum of the changes. Rows that only have to
 * be equal by value are rekeyed above, and a union without duplicates has a distinct above that.
 * The inputs may be one node. Cost: one look-up for each row of the change.
 */
#include "op/op.h"

struct union_op {
    struct op op;
    unsigned inputs;
};

static void union_init(struct op *op, const struct plan *plan)
{
    ((struct union_op *)op)->inputs = plan->input_count;
}

static void union_step(struct op *op, struct zset *const *in, struct zset *out)
{
    for (unsigned i = 0; i < ((const struct union_op *)op)->inputs; i++)
        zset_add_all(out, in[i]);
}

extern const struct op_class op_union;
const struct op_class op_union = {
    .name = "union",
    .size = sizeof(struct union_op),
    .init = union_init,
    .step = union_step,
};

/*
 * filter: the rows for which a predicate is true.
 *
 * Linear and stateless: filter(a + b) == filter(a) + filter(b), so the change of the output is the
 * filter of the change. Cost: one evaluation for each row of the change.
 */
#include "op/op.h"

struct filter {
    struct op op;
    const struct predicate *predicate;
};

static void filter_init(struct op *op, const struct plan *plan)
{
    ((struct filter *)op)->predicate = plan->as.filter;
}

static void filter_step(struct op *op, struct zset *const *in, struct zset *out)
{
    const struct filter *self = (struct filter *)op;

    for (size_t i = 0; i < in[0]->count; i++) {
        const struct zset_entry *entry = &in[0]->entries[i];

        if (predicate_eval(self->predicate, entry->row, NULL, &op->scratch) == TRUTH_TRUE)
            zset_push(out, entry->row, entry->weight);
    }
}

extern const struct op_class op_filter;
const struct op_class op_filter = {
    .name = "filter",
    .size = sizeof(struct filter),
    .init = filter_init,
    .step = filter_step,
};

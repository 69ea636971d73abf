/*
 * members: the rows of a view and those of its subqueries, one Z-set of records.
 *
 * Linear and stateless: the sum of the inputs. The first has the root's rows; the others lose their
 * contexts, and rows that are no records of a table (pairs) are left out. Cost: one row for each
 * row of the change.
 */
#include "op/op.h"

struct members {
    struct op op;
    unsigned inputs;
};

static void members_init(struct op *op, const struct plan *plan)
{
    ((struct members *)op)->inputs = plan->input_count;
}

static void members_step(struct op *op, struct zset *const *in, struct zset *out)
{
    const struct members *self = (const struct members *)op;

    for (size_t i = 0; i < in[0]->count; i++)
        zset_push(out, in[0]->entries[i].row, in[0]->entries[i].weight);
    for (unsigned n = 1; n < self->inputs; n++)
        for (size_t i = 0; i < in[n]->count; i++) {
            const struct zset_entry *entry = &in[n]->entries[i];
            struct row *row;

            if (entry->row->made)
                continue;
            row = row_bind(entry->row, VALUE_NONE);
            zset_add(out, row, entry->weight);
            row_unref(row);
        }
}

extern const struct op_class op_members;
const struct op_class op_members = {
    .name = "members",
    .size = sizeof(struct members),
    .init = members_init,
    .step = members_step,
};

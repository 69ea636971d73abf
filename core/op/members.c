/*
 * members: the rows of a view and those of its subqueries, one Z-set of records.
 *
 * Linear and stateless: the sum of the inputs. The first has the root's rows; of the others rows
 * that are no records of a table (pairs) are left out. Rows lose what is not shown of them,
 * contexts and ids that are no fields, so that a record found in two ways is one row. Cost: one row
 * for each row of the change.
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

    for (unsigned n = 0; n < self->inputs; n++)
        for (size_t i = 0; i < in[n]->count; i++) {
            const struct zset_entry *entry = &in[n]->entries[i];
            struct row *row;

            if (n > 0 && entry->row->made)
                continue;
            row = row_plain(entry->row);
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

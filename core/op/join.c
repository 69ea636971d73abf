/*
 * join: pairs of rows that agree on a key, and of which `where` holds (inner).
 *
 * Bilinear, so with A and B the inputs so far and a, b their changes:
 *
 *     (A + a) x (B + b) - A x B  ==  a x B  +  (A + a) x b
 *
 * Two terms, not three: the left total is brought up to date between them, so a pair whose both
 * sides changed in one step is met once. Weights multiply. Both totals are kept arranged by key;
 * null and missing keys match nothing and are not kept; without a key everything has the same one.
 * The inputs may be one node (a self-join). Inside a subquery rows match only under one context; a
 * pair has the context of either side.
 *
 * Cost: the rows of the change and those that agree with them, whatever the size of the totals.
 */
#include "op/pair.h"

/* Of one side the changes, of the other one what is there. */
static void take_side(struct pairs *self, int side, const struct zset *change, struct zset *out)
{
    struct index *own = &self->sides[side];
    struct index *others = &self->sides[!side];

    for (size_t i = 0; i < change->count; i++) {
        const struct zset_entry *entry = &change->entries[i];
        uint32_t at = index_find(others, &own->key, entry->row);

        for (; at != INDEX_NONE; at = others->entries[at].next) {
            const struct index_entry *other = &others->entries[at];

            self->op.work++;
            (void)pair_meet(self, side ? other->row : entry->row, side ? entry->row : other->row,
                            weight_product(entry->weight, other->weight), out);
        }
    }
    index_add_all(own, change);
}

static void join_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct pairs *self = (struct pairs *)op;

    take_side(self, 0, in[0], out);
    take_side(self, 1, in[1], out);
}

extern const struct op_class op_join;
const struct op_class op_join = {
    .name = "join",
    .size = sizeof(struct pairs),
    .init = pair_init,
    .step = join_step,
    .release = pair_release,
    .bytes = pair_bytes,
    .rows = pair_rows,
    .check = pair_check,
};

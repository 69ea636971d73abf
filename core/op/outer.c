/*
 * outer: join that also keeps the rows of a side that have no match (left, right, full).
 *
 * The matches are join's. The rest is not linear: whether a row stands alone depends on all that
 * the other side has. With A(x) the rows of A that match x, a change x of one side while the other
 * one, A, stands still gives
 *
 *     for each row of x     the pairs with A(x); if there are none and its side is kept, itself
 *     for each row of A(x)  whose side is kept: gone alone when x is its first match, back alone
 *                           when x was its last
 *
 * and a step is four such changes: the kept side's removals, the other side's additions and then
 * removals, the kept side's additions, so that a row whose match comes or goes with it, or is
 * replaced, never stands alone in between. The kept side of full is the left for that; what stands
 * alone in between there cancels.
 *
 * Without `where` all rows of a key have the same matches, so that the first and the last of them
 * are known from whether the other side has rows of that key. With it each row has the weight of
 * its matches. Rows with null or missing keys have no match and need no state: they pass.
 *
 * Cost: the rows of the change and those that agree with them in the key; a row without any O(1).
 */
#include "op/pair.h"

static bool keeps(const struct pairs *self, int side)
{
    return self->plan->kind == JOIN_FULL || self->plan->kind == (side ? JOIN_RIGHT : JOIN_LEFT);
}

static bool has_key(struct index *index, const struct row *row)
{
    return index_find(index, &index->key, row) != INDEX_NONE;
}

/* A match of this weight comes to an entry, or goes. */
static void count_match(struct pairs *self, int side, uint32_t at, int64_t weight, struct zset *out)
{
    const struct index_entry *entry = &self->sides[side].entries[at];
    int64_t *matches = pair_matches(self, side, at);
    int64_t before = *matches;

    *matches = weight_sum(before, weight);
    if ((before == 0) != (*matches == 0))
        pair_alone(self, side, entry->row, before ? entry->weight : -entry->weight, out);
}

static void take_row(struct pairs *self, int side, struct row *row, int64_t weight,
                     struct zset *out)
{
    struct index *own = &self->sides[side];
    struct index *others = &self->sides[!side];
    bool counts = self->plan->where != NULL;
    bool by_key = !counts && keeps(self, !side);
    bool had_key = by_key && has_key(own, row);
    uint32_t first = index_find(others, &own->key, row);
    int64_t matches = 0;
    uint32_t at;

    for (at = first; at != INDEX_NONE; at = others->entries[at].next) {
        const struct index_entry *other = &others->entries[at];

        self->op.work++;
        if (!pair_meet(self, side ? other->row : row, side ? row : other->row,
                       weight_product(weight, other->weight), out))
            continue;
        matches = weight_sum(matches, other->weight);
        if (counts && keeps(self, !side))
            count_match(self, !side, at, weight, out);
    }
    if (keeps(self, side) && matches == 0)
        pair_alone(self, side, row, weight, out);
    at = index_add(own, row, weight);
    if (counts && keeps(self, side) && at != INDEX_NONE)
        *pair_matches(self, side, at) = matches;
    if (by_key && had_key != has_key(own, row))
        for (at = first; at != INDEX_NONE; at = others->entries[at].next) {
            const struct index_entry *other = &others->entries[at];

            pair_alone(self, !side, other->row, had_key ? other->weight : -other->weight, out);
        }
}

/* Those rows of a change that come, or those that go. */
static void take_side(struct pairs *self, int side, const struct zset *change, bool come,
                      struct zset *out)
{
    for (size_t i = 0; i < change->count; i++)
        if ((change->entries[i].weight > 0) == come)
            take_row(self, side, change->entries[i].row, change->entries[i].weight, out);
}

static void outer_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct pairs *self = (struct pairs *)op;
    int kept = !keeps(self, 0);

    take_side(self, kept, in[kept], false, out);
    take_side(self, !kept, in[!kept], true, out);
    take_side(self, !kept, in[!kept], false, out);
    take_side(self, kept, in[kept], true, out);
}

extern const struct op_class op_outer;
const struct op_class op_outer = {
    .name = "join",
    .size = sizeof(struct pairs),
    .init = pair_init,
    .step = outer_step,
    .release = pair_release,
    .bytes = pair_bytes,
    .rows = pair_rows,
    .check = pair_check,
};

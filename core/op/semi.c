/*
 * semi: the left rows that have a match (semi), or that have none (anti), with their own weights.
 *
 * Not linear: whether a left row is shown depends on all that the right side has. A change of one
 * side while the other one stands still gives
 *
 *     a left row              itself, if it has a match (semi), or has none (anti)
 *     a right row, if it is   the left rows that match it come (semi) or go (anti);
 *       their first match
 *     ... their last          the reverse
 *
 * and a step is four such changes: the left removals, the right additions and then removals, the
 * left additions, so that a match that is replaced, or comes or goes with its left row, is not
 * seen.
 *
 * Without `where` all left rows of a key have the same matches, so that the first and the last of
 * them are known from whether the right side has rows of that key, and a right row that is neither
 * costs O(1). With it each left row has the weight of its matches. Left rows with null or missing
 * keys have no match and need no state.
 *
 * Cost: a left row O(1), with `where` those that agree with it in the key; a right row the left
 * rows that agree with it.
 */
#include "op/pair.h"

static bool is_semi(const struct pairs *self)
{
    return self->plan->kind == JOIN_SEMI;
}

static void take_left(struct pairs *self, struct row *row, int64_t weight, struct zset *out)
{
    struct index *right = &self->sides[1];
    uint32_t at = index_find(right, &self->sides[0].key, row);
    int64_t matches = at != INDEX_NONE;

    if (self->plan->where) {
        for (matches = 0; at != INDEX_NONE; at = right->entries[at].next) {
            self->op.work++;
            if (pair_meet(self, row, right->entries[at].row, 0, NULL))
                matches = weight_sum(matches, right->entries[at].weight);
        }
    }
    if ((matches != 0) == is_semi(self))
        zset_add(out, row, weight);
    at = index_add(&self->sides[0], row, weight);
    if (self->plan->where && at != INDEX_NONE)
        *pair_matches(self, 0, at) = matches;
}

/* A left row has got its first match, or lost its last. */
static void turn(struct pairs *self, const struct index_entry *left, bool matched, struct zset *out)
{
    zset_add(out, left->row, matched == is_semi(self) ? left->weight : -left->weight);
}

static void take_right(struct pairs *self, struct row *row, int64_t weight, struct zset *out)
{
    struct index *left = &self->sides[0];
    struct index *right = &self->sides[1];
    bool had_key = index_find(right, &right->key, row) != INDEX_NONE;
    bool has_key;
    uint32_t at;

    (void)index_add(right, row, weight);
    has_key = index_find(right, &right->key, row) != INDEX_NONE;
    if (!self->plan->where && had_key == has_key)
        return;
    at = index_find(left, &right->key, row);
    for (; at != INDEX_NONE; at = left->entries[at].next) {
        int64_t *matches;
        int64_t before;

        self->op.work++;
        if (!self->plan->where) {
            turn(self, &left->entries[at], has_key, out);
        } else if (pair_meet(self, left->entries[at].row, row, 0, NULL)) {
            matches = pair_matches(self, 0, at);
            before = *matches;
            *matches = weight_sum(before, weight);
            if ((before == 0) != (*matches == 0))
                turn(self, &left->entries[at], before == 0, out);
        }
    }
}

static void semi_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct pairs *self = (struct pairs *)op;
    const struct zset *left = in[0];
    const struct zset *right = in[1];

    for (size_t i = 0; i < left->count; i++)
        if (left->entries[i].weight < 0)
            take_left(self, left->entries[i].row, left->entries[i].weight, out);
    for (size_t i = 0; i < right->count; i++)
        if (right->entries[i].weight > 0)
            take_right(self, right->entries[i].row, right->entries[i].weight, out);
    for (size_t i = 0; i < right->count; i++)
        if (right->entries[i].weight < 0)
            take_right(self, right->entries[i].row, right->entries[i].weight, out);
    for (size_t i = 0; i < left->count; i++)
        if (left->entries[i].weight > 0)
            take_left(self, left->entries[i].row, left->entries[i].weight, out);
}

extern const struct op_class op_semi;
const struct op_class op_semi = {
    .name = "join",
    .size = sizeof(struct pairs),
    .init = pair_init,
    .step = semi_step,
    .release = pair_release,
    .bytes = pair_bytes,
    .rows = pair_rows,
    .check = pair_check,
};

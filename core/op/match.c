/* Pairing by key: a x B + (A + a) x b; see match.h. */
#include "op/match.h"

#include "base/check.h"

void match_init(struct match *match, struct index_key left, struct index_key right)
{
    index_init(&match->left, left, &match->op.work);
    index_init(&match->right, right, &match->op.work);
}

static void pair(struct match *match, const struct zset_entry *entry, struct index *others,
                 bool entry_is_left, struct zset *out, match_row *make)
{
    const struct index_key *key = entry_is_left ? &match->left.key : &match->right.key;
    uint32_t at = index_find(others, key, entry->row);

    for (; at != INDEX_NONE; at = others->entries[at].next) {
        const struct index_entry *other = &others->entries[at];
        struct row *row =
            entry_is_left ? make(entry->row, other->row) : make(other->row, entry->row);

        match->op.work++;
        zset_add(out, row, weight_product(entry->weight, other->weight));
        row_unref(row);
    }
}

void match_step(struct op *op, struct zset *const *in, struct zset *out, match_row *make)
{
    struct match *match = (struct match *)op;

    for (size_t i = 0; i < in[0]->count; i++)
        pair(match, &in[0]->entries[i], &match->right, true, out, make);
    index_add_all(&match->left, in[0]);
    for (size_t i = 0; i < in[1]->count; i++)
        pair(match, &in[1]->entries[i], &match->left, false, out, make);
    index_add_all(&match->right, in[1]);
}

void match_release(struct op *op)
{
    struct match *match = (struct match *)op;

    index_release(&match->left);
    index_release(&match->right);
}

size_t match_bytes(const struct op *op)
{
    const struct match *match = (const struct match *)op;

    return index_bytes(&match->left) + index_bytes(&match->right);
}

size_t match_rows(const struct op *op)
{
    const struct match *match = (const struct match *)op;

    return match->left.live + match->right.live;
}

void match_check(const struct op *op)
{
    const struct match *match = (const struct match *)op;

    SSP_ASSERT(index_check(&match->left));
    SSP_ASSERT(index_check(&match->right));
}

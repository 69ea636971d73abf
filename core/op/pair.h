#ifndef SSP_OP_PAIR_H
#define SSP_OP_PAIR_H

#include "op/op.h"
#include "zset/index.h"

/*
 * What the joins have in common: both inputs arranged by key, what makes two rows a match, and the
 * rows that come out.
 *
 * A step is a sequence of changes of one side while the other stands still, so that a pair whose
 * both sides change is met once. The sides are 0, the left, and 1, the right.
 */
struct pairs {
    struct op op;
    const struct plan_join *plan;
    struct index sides[2];
    int64_t *matches[2]; /* for each entry: see pair_matches() */
    size_t max[2];
    struct buf key;
    struct buf text;
};

void pair_init(struct op *op, const struct plan *plan);
void pair_release(struct op *op);
size_t pair_bytes(const struct op *op);
size_t pair_rows(const struct op *op);
void pair_check(const struct op *op);

/* Of two rows that agree in their keys, whether they are a match: whether `where` holds. If they
 * are, what the join shows of them is added to out; NULL: nothing. */
bool pair_meet(struct pairs *self, struct row *left, struct row *right, int64_t weight,
               struct zset *out);

/* Adds what the join shows of a row without a match. */
void pair_alone(struct pairs *self, int side, struct row *row, int64_t weight, struct zset *out);

/*
 * The weight of a row's matches, kept by those who need it: `where` sees single rows, so that each
 * has matches of its own. Without it all rows of one key have the same ones.
 */
int64_t *pair_matches(struct pairs *self, int side, uint32_t entry);

#endif

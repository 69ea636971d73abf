#ifndef SSP_OP_MATCH_H
#define SSP_OP_MATCH_H

#include "op/op.h"
#include "zset/index.h"

/*
 * What correlate, expand and survive have in common with each other: a bilinear pairing of two
 * inputs by a key, of which one side's row is the result (see join.c for the delta rule).
 */
struct match {
    struct op op;
    struct index left;
    struct index right;
};

/* The row that a pair makes; a reference for the caller. */
typedef struct row *match_row(struct row *left, struct row *right);

void match_init(struct match *match, struct index_key left, struct index_key right);
void match_step(struct op *op, struct zset *const *in, struct zset *out, match_row *make);
void match_release(struct op *op);
size_t match_bytes(const struct op *op);
size_t match_rows(const struct op *op);
void match_check(const struct op *op);

#endif

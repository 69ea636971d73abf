/*
 * expand: a subquery's rows, as often as enclosing rows have their context.
 *
 * A join of the contexts, with the weights of the enclosing rows, and the subquery's rows by their
 * context. Delta rule and cost are join's.
 */
#include "op/match.h"

static void expand_init(struct op *op, const struct plan *plan)
{
    const struct index_key row = {.kind = KEY_ROW};
    const struct index_key context = {.kind = KEY_CONTEXT};

    (void)plan;
    match_init((struct match *)op, row, context);
}

static struct row *bind(struct row *context, struct row *row)
{
    (void)context;
    return row_ref(row);
}

static void expand_step(struct op *op, struct zset *const *in, struct zset *out)
{
    match_step(op, in, out, bind);
}

extern const struct op_class op_expand;
const struct op_class op_expand = {
    .name = "expand",
    .size = sizeof(struct match),
    .init = expand_init,
    .step = expand_step,
    .release = match_release,
    .bytes = match_bytes,
    .rows = match_rows,
    .check = match_check,
};

/*
 * correlate: the rows of a subquery under each context that they agree with.
 *
 * A join of the contexts with rows, by those values of the context that a field must equal; without
 * such values every row stands under every context, and costs that. The result is the row, bound to
 * the context. Delta rule and cost are join's.
 */
#include "op/match.h"

static void correlate_init(struct op *op, const struct plan *plan)
{
    const struct plan_correlate *c = &plan->as.correlate;

    match_init((struct match *)op,
               (struct index_key){KEY_ARRAY, false, NULL, c->positions, c->count},
               (struct index_key){KEY_FIELDS, false, c->fields, NULL, c->count});
}

static struct row *bind(struct row *context, struct row *row)
{
    return row_bind(row, (struct value){row_key(context), context->key_size, VALUE_ARRAY});
}

static void correlate_step(struct op *op, struct zset *const *in, struct zset *out)
{
    match_step(op, in, out, bind);
}

extern const struct op_class op_correlate;
const struct op_class op_correlate = {
    .name = "correlate",
    .size = sizeof(struct match),
    .init = correlate_init,
    .step = correlate_step,
    .release = match_release,
    .bytes = match_bytes,
    .rows = match_rows,
    .check = match_check,
};

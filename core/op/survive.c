/*
 * survive: those rows whose keys are among the rows that came out further up, as often as there.
 *
 * A subquery asks the rows of its project for values that may not be among their projected fields,
 * but hangs only from rows that a limit or filter above lets through. A join by the rows' keys and
 * contexts; delta rule and cost are join's. Rows without contexts, of a subquery that asks for
 * nothing, survive under each context of the survivors.
 */
#include "op/match.h"

static void survive_init(struct op *op, const struct plan *plan)
{
    const struct index_key key = {.kind = KEY_ROW, .with_context = plan->as.survive_bound};

    match_init((struct match *)op, key, key);
}

static struct row *bind(struct row *row, struct row *survivor)
{
    if (survivor->bound && !row->bound)
        return row_bind(row, row_context(survivor));
    return row_ref(row);
}

static void survive_step(struct op *op, struct zset *const *in, struct zset *out)
{
    match_step(op, in, out, bind);
}

extern const struct op_class op_survive;
const struct op_class op_survive = {
    .name = "survive",
    .size = sizeof(struct match),
    .init = survive_init,
    .step = survive_step,
    .release = match_release,
    .bytes = match_bytes,
    .rows = match_rows,
    .check = match_check,
};

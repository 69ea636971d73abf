#ifndef SSP_OP_OP_H
#define SSP_OP_OP_H

#include "plan/plan.h"
#include "zset/zset.h"

/*
 * An operator turns changes of its inputs into the change of its output:
 *
 *     sum of outputs so far == query(sum of inputs so far)          (the only law)
 *
 * It sees changes only, never a table; what it has to remember it keeps itself. Building and
 * stepping cannot fail: whatever could be refused was refused when the plan was read.
 *
 * There is no reset and no snapshot. To start over, build the circuit again; loading is a large
 * step.
 */
struct op {
    const struct op_class *class;
    uint64_t rows_in; /* so far; the counters prove that work follows the change */
    uint64_t rows_out;
    uint64_t work;        /* entries looked at in the operator's own state */
    const char *fault;    /* why what it computes is right no more: there is no going on; NULL */
    struct arena scratch; /* what expressions compute; reset after each row */
};

struct op_class {
    const char *name;
    size_t size; /* of the struct that embeds struct op as its first member */

    bool over_nothing; /* stepped once at the start: it may have rows where its inputs have none */

    /* Read the plan's arguments; state is zeroed; the plan outlives the operator. May be NULL. */
    void (*init)(struct op *op, const struct plan *plan);

    /* in[0 .. inputs) are borrowed for the call; out is empty and belongs to the caller. NULL: the
     * change comes from outside (scan). */
    void (*step)(struct op *op, struct zset *const *in, struct zset *out);

    /* Give back what init and step acquired. NULL for stateless operators. */
    void (*release)(struct op *op);

    /* Memory of the state, rows not included, and the number of rows that it holds. NULL, both:
     * the operator keeps none. */
    size_t (*bytes)(const struct op *op);
    size_t (*rows)(const struct op *op);

    /* Assert the invariants of the state; debug builds only. May be NULL. */
    void (*check)(const struct op *op);
};

struct op *op_new(const struct plan *plan);
void op_free(struct op *op);
void op_step(struct op *op, unsigned inputs, struct zset *const *in, struct zset *out);

#endif

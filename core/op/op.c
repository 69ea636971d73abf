/* Making operators and stepping them; what all of them have in common. */
#include "op/op.h"

#include "base/check.h"
#include "base/mem.h"

#define OP(plan_op, name) extern const struct op_class op_##name;
#include "op/op_list.h"
#undef OP

static const struct op_class *const classes[] = {
#define OP(plan_op, name) [plan_op] = &op_##name,
#include "op/op_list.h"
#undef OP
};

/* A join that is not inner is another operator than join.c's. */
extern const struct op_class op_outer;
extern const struct op_class op_semi;
extern const struct op_class op_asof;

static const struct op_class *const joins[] = {
    [JOIN_INNER] = &op_join, [JOIN_LEFT] = &op_outer, [JOIN_RIGHT] = &op_outer,
    [JOIN_FULL] = &op_outer, [JOIN_SEMI] = &op_semi,  [JOIN_ANTI] = &op_semi,
    [JOIN_ASOF] = &op_asof,
};

struct op *op_new(const struct plan *plan)
{
    const struct op_class *class =
        plan->op == PLAN_JOIN ? joins[plan->as.join.kind] : classes[plan->op];
    struct op *op = mem_alloc_zero(class->size);

    SSP_ASSERT(!class->bytes == !class->rows);
    op->class = class;
    if (class->init)
        class->init(op, plan);
    return op;
}

void op_free(struct op *op)
{
    if (op->class->release)
        op->class->release(op);
    arena_release(&op->scratch);
    free(op);
}

void op_step(struct op *op, unsigned inputs, struct zset *const *in, struct zset *out)
{
    SSP_ASSERT(out->count == 0);
    for (unsigned i = 0; i < inputs; i++)
        op->rows_in += in[i]->count;
    op->class->step(op, in, out);
    op->rows_out += out->count;
    SSP_ASSERT_SLOW(zset_check(out));
#ifdef SSP_SLOW_CHECKS
    if (op->class->check)
        op->class->check(op);
#endif
}

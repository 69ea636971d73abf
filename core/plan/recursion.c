/* The step of a fixpoint as it runs; see recursion.h. */
#include "plan/recursion.h"

/* The fixpoint's inputs so far. */
struct lowering {
    struct arena *arena;
    const struct plan *fixpoint; /* as written */
    recursion_lift *lift;
    void *context;
    const struct plan **inputs;
    unsigned count;
};

static unsigned count_operators(const struct plan *plan)
{
    unsigned count = 1;

    for (unsigned i = 0; i < plan->input_count; i++)
        count += count_operators(plan->inputs[i]);
    return count;
}

bool recursion_in(const struct plan *plan, const struct plan *fixpoint)
{
    if (plan->op == PLAN_RECURSE)
        return plan->as.recurse == fixpoint;
    for (unsigned i = 0; i < plan->input_count; i++)
        if (recursion_in(plan->inputs[i], fixpoint))
            return true;
    return false;
}

/* Rows under the keys that their values are. */
static const struct plan *keyed(struct arena *arena, const struct plan_set *columns,
                                const struct plan *input)
{
    struct plan *rekey = ARENA_NEW(arena, struct plan);

    rekey->op = PLAN_REKEY;
    rekey->as.set = *columns;
    rekey->inputs = ARENA_ARRAY(arena, const struct plan *, 1);
    rekey->inputs[0] = input;
    rekey->input_count = 1;
    return rekey;
}

static const struct plan *lower(struct lowering *to, const struct plan *plan)
{
    struct plan *copy = ARENA_NEW(to->arena, struct plan);

    if (!recursion_in(plan, to->fixpoint)) {
        copy->op = PLAN_INPUT;
        copy->as.input = to->count;
        to->inputs[to->count++] = to->lift(to->context, plan);
        return copy;
    }
    copy->op = plan->op;
    copy->as = plan->as;
    copy->input_count = plan->input_count;
    copy->inputs = ARENA_ARRAY(to->arena, const struct plan *, plan->input_count);
    for (unsigned i = 0; i < plan->input_count; i++)
        copy->inputs[i] = lower(to, plan->inputs[i]);
    if (plan->op == PLAN_JOIN)
        copy->as.join.rounds = recursion_in(plan->inputs[0], to->fixpoint) &&
                               recursion_in(plan->inputs[1], to->fixpoint);
    if (plan->op == PLAN_UNION && !plan_keeps_keys(plan))
        return keyed(to->arena, &plan->as.set, copy);
    return copy;
}

const struct plan *recursion_lower(struct arena *arena, const struct plan *fixpoint,
                                   recursion_lift *lift, void *context)
{
    struct plan *plan = ARENA_NEW(arena, struct plan);
    struct lowering to = {
        arena,
        fixpoint,
        lift,
        context,
        ARENA_ARRAY(arena, const struct plan *, 1 + count_operators(fixpoint->inputs[1])),
        1};

    to.inputs[0] = keyed(arena, &fixpoint->as.fixpoint.columns, lift(context, fixpoint->inputs[0]));
    plan->op = PLAN_FIXPOINT;
    plan->as = fixpoint->as;
    plan->as.fixpoint.step =
        keyed(arena, &fixpoint->as.fixpoint.columns, lower(&to, fixpoint->inputs[1]));
    plan->inputs = to.inputs;
    plan->input_count = to.count;
    return plan;
}

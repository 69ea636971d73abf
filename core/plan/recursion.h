#ifndef SSP_PLAN_RECURSION_H
#define SSP_PLAN_RECURSION_H

#include "plan/plan.h"

/* Whether a part of the step recurses. */
bool recursion_in(const struct plan *plan, const struct plan *fixpoint);

/* Lifts a part of the step that does not recurse. */
typedef const struct plan *recursion_lift(void *context, const struct plan *plan);

/*
 * A fixpoint as it runs: its first input is the base, keyed by value; the others are the largest
 * parts of the step that do not recurse. What remains of the step is as.fixpoint.step, over
 * PLAN_INPUT and PLAN_RECURSE, also keyed by value.
 */
const struct plan *recursion_lower(struct arena *arena, const struct plan *fixpoint,
                                   recursion_lift *lift, void *context);

#endif

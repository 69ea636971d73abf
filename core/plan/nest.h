#ifndef SSP_PLAN_NEST_H
#define SSP_PLAN_NEST_H

#include "plan/plan.h"

/*
 * From a plan as it is written to plans as they run: subqueries become joins, and under membership
 * a distinct stands behind each operator that can raise a weight.
 *
 * A subquery is not run for each enclosing row, but once for each context, the values that it asks
 * its enclosing rows for (the "magic set" of decorrelation: Neumann and Kemper, "Unnesting
 * Arbitrary Queries", BTW 2015): its rows carry their context with them from the filter on that
 * compares with it, where an equality becomes the key of a join.
 *
 *     contexts  = CONTEXT(enclosing rows)             as often as rows have them
 *     children  = plan over CORRELATE(DISTINCT(contexts), ...)
 *     expanded  = EXPAND(contexts, children)          as often as rows refer to them
 *     members   = MEMBERS(root rows, expanded ...)
 *
 * Fills in view->circuit.
 */
void nest_view(struct arena *arena, struct plan_view *view);

#endif

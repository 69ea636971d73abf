#ifndef SSP_PLAN_CORRELATION_H
#define SSP_PLAN_CORRELATION_H

#include "plan/plan.h"

/* What plans inside subqueries ask of the rows around them: whether they need their context, and
 * which of its values they look rows up by. */
bool correlation_subquery_asks(const struct plan_subquery *subquery);
bool correlation_predicate_asks(const struct predicate *predicate);

/* Adds every `field = parent's value`, on either side: a key of the join with the contexts. pair:
 * the predicate is its `where`, and the rows are those of one side of it; NULL: of a filter. */
void correlation_keys(struct arena *arena, const struct predicate *predicate,
                      const struct plan_join *pair, int side, struct plan_correlate *to);

#endif

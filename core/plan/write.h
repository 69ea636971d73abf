#ifndef SSP_PLAN_WRITE_H
#define SSP_PLAN_WRITE_H

#include "plan/plan.h"

/*
 * Plans as canonical text: plans that compute the same by the same operators have the same text
 * (defaults written out, parameters replaced, the parts of and/or sorted, numbers canonical). The
 * circuit finds shared sub-plans by it, --explain prints it.
 */
void plan_write(struct buf *buf, const struct plan *plan);           /* with its inputs */
void plan_write_arguments(struct buf *buf, const struct plan *plan); /* without op and inputs */

#endif

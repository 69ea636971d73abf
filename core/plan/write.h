#ifndef SSP_PLAN_WRITE_H
#define SSP_PLAN_WRITE_H

#include "plan/plan.h"

/*
 * The arguments of an operator as canonical JSON, without braces: operators that do the same have
 * the same text (defaults written out, parameters replaced, the parts of and/or sorted, numbers
 * canonical). The circuit finds shared sub-plans by it, --explain prints it.
 */
void plan_write_arguments(struct buf *buf, const struct plan *plan);

#endif

#ifndef SSP_PLAN_CONFLICT_H
#define SSP_PLAN_CONFLICT_H

#include "plan/plan.h"

/* A table whose records the view would have to write with two different rows, by two projections;
 * NULL if there is none. */
const char *plan_conflict(const struct plan_view *view, size_t *size);

/* Of a circuit that has members (plan_has_members()): whether each has one row at most, wherever it
 * is found, and none is a row of no table. */
bool plan_members_agree(const struct plan *circuit);

#endif

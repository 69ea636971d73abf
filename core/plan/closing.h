#ifndef SSP_PLAN_CLOSING_H
#define SSP_PLAN_CLOSING_H

#include "plan/plan.h"

/*
 * When groups are over: an aggregate one of whose groups is the event time of a scan with a
 * lateness, or the start of a window of it (tumble, hop, date_trunc), over rows that are made of
 * one row of the scan each. Such a row comes and goes with its record, and a record that is late
 * does neither. Joins, limits and windows of rows are none of these, because their rows come and go
 * with others. NULL: groups stay as long as they have rows.
 *
 * input: as it runs.
 */
const struct plan_closing *closing_find(struct arena *arena, const struct plan_aggregate *aggregate,
                                        const struct plan *input);

#endif

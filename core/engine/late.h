#ifndef SSP_ENGINE_LATE_H
#define SSP_ENGINE_LATE_H

#include "engine/store.h"
#include "plan/plan.h"

/*
 * Rows that come too late: a table whose scans state a lateness has a watermark, the time of the
 * latest row that it has taken, also of one that is gone again, less the lateness. A mutation is
 * not taken if the row that it changes or the one that it makes is from before that: then no row
 * from before it comes, goes or changes any more. Rows without a time are never late.
 *
 * That is decided mutation by mutation in the order of the log, so it does not depend on how they
 * make steps. The tables keep all rows that they have taken, for views that are registered later.
 *
 * Lateness is NULL for a table of which no scan states one: nothing is late then.
 */
#define LATE_NEVER INT64_MIN

struct late_before; /* what a table's latest row was before the transaction */

struct late {
    struct late_before *before;
    size_t count;
    size_t max;
    struct arena scratch;
};

/* Before rows of a table are asked for, as often as the plans that read it may have changed. With
 * another lateness than before, the latest row is found among those that are there. */
void late_open(struct late *late, struct table *table, const struct plan_lateness *lateness);

/* row: NULL is not late. */
bool late_is(struct late *late, const struct table *table, const struct plan_lateness *lateness,
             const struct row *row);

/* A row is taken, perhaps in a transaction: until it is over, late_undo() takes that back. */
void late_take(struct late *late, struct table *table, const struct plan_lateness *lateness,
               const struct row *row, bool transaction);
void late_undo(struct late *late);
void late_release(struct late *late);

#endif

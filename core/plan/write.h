#ifndef SSP_PLAN_WRITE_H
#define SSP_PLAN_WRITE_H

#include "plan/plan.h"

/*
 * The arguments of an operator as canonical JSON, without braces: operators that do the same have
 * the same text (defaults written out, parameters replaced, the parts of and/or sorted, numbers
 * canonical). The circuit finds shared sub-plans by it, --explain prints it.
 */
void plan_write_arguments(struct buf *buf, const struct plan *plan);

void plan_write_predicate(struct buf *buf, const struct predicate *predicate);
void plan_write_expr(struct buf *buf, const struct expr *expr);
/* The same for what comes out: a constant is in its own spelling, and so no other's. */
void plan_write_output(struct buf *buf, const struct expr *expr);

/* Where a field is expected, in the fewest words; "order_by" and "partition_by". */
void plan_write_field(struct buf *buf, const struct expr *expr);
void plan_write_order(struct buf *buf, const struct order_field *fields, size_t count);
void plan_write_keys(struct buf *buf, const struct expr *keys, size_t count);

void plan_write_asof(struct buf *buf, const struct plan_asof *asof); /* write_time.c */
void plan_write_duration(struct buf *buf, int64_t microseconds);     /* in seconds */
void plan_write_session(struct buf *buf, const struct plan_session *session);
void plan_write_window(struct buf *buf, const struct plan_window *window); /* write_window.c */

#endif

#ifndef SSP_OP_CLOSING_H
#define SSP_OP_CLOSING_H

#include "base/arena.h"
#include "plan/plan.h"

/*
 * The groups of an aggregate in the order of their time, so that those that are over are found in
 * O(log n) each.
 *
 * An operator sees no table. It need not: the row of its latest group has been taken, so a row that
 * is further behind than the lateness is late from then on (plan/closing.h). That is what the table
 * knows, or less by the size of a window.
 */
struct closing {
    const struct plan_closing *plan; /* NULL: no group is ever over */
    struct closing_group *heap;      /* the earliest first; some may have gone */
    size_t count;
    size_t max;
    int64_t latest;
    int64_t bound; /* groups from before it are over */
    struct arena scratch;
};

void closing_init(struct closing *closing, const struct plan_closing *plan);
void closing_release(struct closing *closing);
size_t closing_bytes(const struct closing *closing);

/* A new group at a position, by its key, a JSON array; one without a time is never over. */
void closing_add(struct closing *closing, uint32_t at, const char *key);

/* Takes out the position of a group that was added and is over, if it is there still: another one
 * may stand on the position of one that has gone. False: there is no more. */
bool closing_next(struct closing *closing, uint32_t *at);
bool closing_is_over(struct closing *closing, const char *key);

#endif

#ifndef SSP_ENGINE_PACE_H
#define SSP_ENGINE_PACE_H

#include "engine/mutation.h"
#include "plan/plan.h"

/*
 * When steps are due, and what time it is (ssp(1), STEPS).
 *
 * The clock is the one that the caller tells, or with --window-on a field of the mutations: then
 * it stands at the latest time that was seen, and nothing else moves it, so that a log makes the
 * same steps whenever and however fast it is read. Its windows begin at multiples of their length
 * from the epoch; those of the caller's clock begin with the first mutation that waits.
 *
 * Inside a transaction event time stands still; it moves at the commit, to the latest in it.
 */
#define PACE_UNKNOWN INT64_MIN /* no mutation had a time so far */
#define PACE_NEVER   INT64_MAX

struct pace {
    uint64_t batch;       /* mutations a step; 0: no limit */
    uint64_t max_pending; /* the same, whatever else is set */
    int64_t window;       /* in microseconds; 0: none */
    bool event_time;
    bool by_runs;    /* --batch-on */
    int64_t now;     /* microseconds */
    int64_t reached; /* the time of what is in the tables: now, but while a line moves the clock */
    int64_t opened;  /* when the first mutation that waits came; the caller's clock */
    int64_t ahead;   /* the latest time in the open transaction; event time */
    struct buf run;  /* the --batch-on value of what waits; empty: null or none */
    uint64_t late;   /* mutations from before the window */
};

/* Does what waits have to be a step before this mutation joins it? Outside of transactions. */
bool pace_parts(const struct pace *pace, const struct mutation *mutation, uint64_t waiting);

/* Where the clock will be with this mutation. */
int64_t pace_ahead(const struct pace *pace, const struct mutation *mutation);

/* The mutation waits now, with `waiting` in all. */
void pace_take(struct pace *pace, const struct mutation *mutation, uint64_t waiting,
               bool transaction);

/* Is what waits a step, by number or by the caller's clock? Outside of transactions. */
bool pace_is_full(const struct pace *pace, uint64_t waiting);
bool pace_is_over(const struct pace *pace, uint64_t waiting);

/* When pace_is_over() will hold; PACE_NEVER: some other time. */
int64_t pace_end(const struct pace *pace, uint64_t waiting);

/* When a view that changes in this step, which has a number from 1, is to write: a number of a
 * step or a time. */
int64_t pace_due(const struct pace *pace, const struct plan_refresh *refresh, uint64_t step);

#endif

/* The clock, windows and runs. See pace.h. */
#include "engine/pace.h"

#include "value/json_scan.h"

/* Multiples of `length` count from the epoch, also before it. */
static int64_t multiple_of(int64_t time, int64_t length)
{
    return time / length - (time % length < 0);
}

/* Below 0, 0, above 0: the mutation's window is before, the same, after that of the clock. */
static int window_compare(const struct pace *pace, const struct mutation *mutation)
{
    int64_t now;
    int64_t then;

    if (!pace->event_time || !mutation->has_time || pace->now == PACE_UNKNOWN)
        return 0;
    now = multiple_of(pace->now, pace->window);
    then = multiple_of(mutation->time, pace->window);
    return (then > now) - (then < now);
}

static bool same_run(const struct pace *pace, const struct mutation *mutation)
{
    if (pace->run.size == 0 || mutation->run.type == VALUE_MISSING)
        return pace->run.size == 0 && mutation->run.type == VALUE_MISSING;
    return value_equal(value_of(pace->run.bytes, pace->run.size), mutation->run);
}

bool pace_parts(const struct pace *pace, const struct mutation *mutation, uint64_t waiting)
{
    return waiting > 0 &&
           (window_compare(pace, mutation) > 0 || (pace->by_runs && !same_run(pace, mutation)));
}

int64_t pace_ahead(const struct pace *pace, const struct mutation *mutation)
{
    if (!pace->event_time || !mutation->has_time || mutation->time < pace->now)
        return pace->now;
    return mutation->time;
}

void pace_take(struct pace *pace, const struct mutation *mutation, uint64_t waiting,
               bool transaction)
{
    int64_t ahead = pace_ahead(pace, mutation);

    pace->late += window_compare(pace, mutation) < 0;
    if (transaction)
        pace->ahead = ahead > pace->ahead ? ahead : pace->ahead;
    else
        pace->now = ahead;
    pace->reached = pace->now;
    if (waiting == 1)
        pace->opened = pace->now;
    if (!pace->by_runs)
        return;
    buf_clear(&pace->run);
    buf_add(&pace->run, mutation->run.text, mutation->run.size);
}

bool pace_is_full(const struct pace *pace, uint64_t waiting)
{
    return (pace->batch && waiting >= pace->batch) ||
           (pace->max_pending && waiting >= pace->max_pending);
}

int64_t pace_end(const struct pace *pace, uint64_t waiting)
{
    return waiting > 0 && pace->window && !pace->event_time ? pace->opened + pace->window
                                                            : PACE_NEVER;
}

bool pace_is_over(const struct pace *pace, uint64_t waiting)
{
    return pace->now >= pace_end(pace, waiting);
}

int64_t pace_due(const struct pace *pace, const struct plan_refresh *refresh, uint64_t step)
{
    if (refresh->kind == REFRESH_STEPS) {
        uint64_t length = (uint64_t)refresh->length;
        uint64_t due = step % length ? step + (length - step % length) : step;

        return due < INT64_MAX ? (int64_t)due : PACE_NEVER;
    }
    if (!pace->event_time)
        return pace->reached + refresh->length;
    if (pace->reached == PACE_UNKNOWN)
        return PACE_UNKNOWN + 1; /* as soon as there is a time */
    return (multiple_of(pace->reached, refresh->length) + 1) * refresh->length;
}

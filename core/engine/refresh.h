#ifndef SSP_ENGINE_REFRESH_H
#define SSP_ENGINE_REFRESH_H

#include "engine/view.h"

/*
 * Views that do not write at every step (`refresh` in ssp-plan(5)).
 *
 * Such a view adds up its changes, a Z-set, and when it is due the sum is its change: an update is
 * the difference to what was written last, and nothing if that is empty. A view that has changed
 * waits in a heap by when it is due, so that a step costs nothing for views that do not change and
 * O(log n) for one that does.
 */
struct refresh_queue {
    struct view **views; /* views[i]->due is at most that of views[2i + 1] and views[2i + 2] */
    size_t count;
    size_t max;
};

/* By number of a step, and by time. */
struct refresh {
    struct refresh_queue steps;
    struct refresh_queue times;
};

/* The view has changed by `change` and writes it when it is due, if it does not wait already. */
void refresh_hold(struct refresh *refresh, struct view *view, const struct zset *change,
                  int64_t due);

/* The next view that is due at this step and time, which waits no more; NULL: none. */
struct view *refresh_next(struct refresh *refresh, int64_t step, int64_t time);

/* The view waits no more. */
void refresh_remove(struct refresh *refresh, const struct view *view);

/* When the first is due by time; INT64_MAX: none waits. */
int64_t refresh_time(const struct refresh *refresh);

void refresh_release(struct refresh *refresh);

#endif

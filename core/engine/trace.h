#ifndef SSP_ENGINE_TRACE_H
#define SSP_ENGINE_TRACE_H

#include "base/buf.h"
#include "engine/event.h"
#include "plan/plan.h"

/*
 * --trace: what happened to the records of a view in a step, and to their weights, as JSON lines
 * (ssp-stats(5)). A view that is not traced has none of this.
 */
struct trace {
    bool views; /* lines of them are wanted */
    bool weights;
    uint64_t step;               /* the number that goes into the lines */
    int64_t size;                /* records in the view */
    uint64_t counts[EVENT_NONE]; /* of the last change, by event */
    struct buf lines;            /* of weights, of the last change */
    struct zset known;           /* by trace_replaces(): what consumers hold, */
    bool replaces;               /* until the next change */
};

/*
 * Takes in a change as event_sort() leaves it, before the view does. `content` is the view's, NULL
 * if it is a set with one row a record. The change of a tree view is the old and the new document:
 * its records are the root's rows, and below them those that are in a table, each once under
 * membership however often it stands there.
 */
void trace_change(struct trace *trace, const struct plan_view *view, struct zset *content,
                  const struct zset_entry *entries, size_t count);

/* The tree takes the place of another view, and in its next change no old document counts:
 * consumers hold what is taken away here, the other view's content with weights below 0. */
void trace_replaces(struct trace *trace, const struct plan_view *other, const struct zset *content);

/* Nothing happened. */
void trace_nothing(struct trace *trace);

/* Appends the line of an update that was written for it, and those of weights. */
void trace_write(const struct trace *trace, const struct plan_view *view, bool initial,
                 bool written, struct buf *out);

void trace_free(struct trace *trace);

#endif

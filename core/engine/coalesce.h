#ifndef SSP_ENGINE_COALESCE_H
#define SSP_ENGINE_COALESCE_H

#include "engine/store.h"

/*
 * A step's changes to the tables, at most one a record.
 *
 * Every change is made in its table at once, so that whatever comes next sees it; of each record
 * touched, what it was before the first of them is kept. When the step is due, the change of a
 * record is -before +now, nothing if the two are equal: no rules for pairs of operations are
 * needed, and to drop them all is to put the old rows back. It costs O(1) a change, O(records
 * touched) a step.
 *
 *   - a record is touched if and only if its record.touched is 1 + its place in the list;
 *   - back to its old content, a record has its old row again, in the old spelling;
 *   - a record that is gone has an entry in its table until the step is over.
 */
struct touched {
    struct table *table;
    struct row *before; /* NULL: no such record then */
    uint32_t at;        /* of the record in its table */
};

/* Where the changes go, each as a weighted row. */
typedef void coalesce_sink(void *context, struct table *table, struct row *row, int64_t weight);

struct coalesce {
    coalesce_sink *sink;
    void *context;
    bool eager; /* --no-coalesce: every change goes on as it comes, and the sum is the same */
    struct touched *touched;
    size_t count;
    size_t max;
    uint64_t flushes; /* so far */
    uint64_t tables;  /* changed by the last one */
};

/* The record becomes `row` (taken; NULL: it is deleted); at HASHTAB_NONE it is new. */
void coalesce_set(struct coalesce *coalesce, struct table *table, uint32_t at, struct row *row);

/* Where the row of a record that is touched, as of the last step, is kept; NULL: it is not. */
struct row **coalesce_before(const struct coalesce *coalesce, const struct record *record);

/* The step: what changed goes on, and nothing is touched any more. Returns how many records. */
uint64_t coalesce_flush(struct coalesce *coalesce);

/* The same, but nothing goes on. */
void coalesce_forget(struct coalesce *coalesce);

/* Puts the records back to where they were when none was touched. */
void coalesce_undo(struct coalesce *coalesce);

void coalesce_release(struct coalesce *coalesce);

#endif

#ifndef SSP_OP_WINDOW_H
#define SSP_OP_WINDOW_H

#include "op/extend.h"
#include "op/op.h"
#include "op/partition.h"
#include "value/decimal.h"

/* What the parts of window share; nobody else includes this. */

/* The values of a range of rows, each as often as its row: all that an aggregate needs. It is
 * exact, so that rows can be taken out again. */
struct tally {
    int64_t known;   /* neither null nor missing */
    int64_t numbers; /* of those */
    int64_t unfit;   /* numbers beyond the range of arithmetic, not in the sum */
    struct decimal sum;
};

/* The same, and the rows of the extremes, borrowed from the tree; NULL: no value is known. */
struct summary {
    struct tally tally;
    struct row *min;
    struct row *max;
};

/* A function of the window as it runs. */
struct window_call {
    const struct plan_call *plan;
    struct decimal start; /* of a range: how far its bounds are from a row's value */
    struct decimal end;
    bool valid; /* the summary is that of the places [from, to) */
    int64_t from;
    int64_t to;
    struct summary summary;
};

/* What a step did to a row of a partition. */
struct window_change {
    const struct row *row;
    int64_t weight; /* added */
    int groups;     /* values of order_by that appeared with it; -1: went with it */
    int64_t place;  /* now, of a row that is gone the place where it would be */
    int64_t now;    /* its weight */
};

struct window_partition {
    struct partition base;
    struct order firsts; /* the first row of each value of order_by, for dense_rank */
    int64_t odd;         /* rows whose place in a range cannot be computed */
    bool touched;
    bool was_odd;            /* before the step, or in it */
    int64_t total;           /* before the step */
    const struct row *first; /* before the step */
    const struct row *last;
    struct window_change *changes;
    size_t change_count;
    size_t change_max;
};

/* Rows of a partition to compute anew: all on the places [from, to); or one after the other as long
 * as the value of a function changes. */
struct window_region {
    int64_t from;
    int64_t to;
    struct window_call *chased; /* NULL: all */
    bool backward;
};

struct window_entry;

struct window {
    struct op op;
    const struct plan_window *plan;
    struct window_call *calls;
    struct order_summary summary;
    bool has_summaries;
    bool has_groups;    /* dense_rank */
    bool has_distances; /* a range with a distance */
    struct partitions partitions;
    struct window_partition **touched;
    size_t touched_count;
    size_t touched_max;
    struct window_region *regions;
    size_t region_count;
    size_t region_max;
    int64_t *bounds; /* of the regions of a function: one for each change */
    int64_t *others;
    size_t bound_max;
    size_t other_max;
    struct window_entry *entries; /* window.c */
    size_t entry_count;
    size_t entry_max;
    uint32_t free;
    struct hashtab index;
    uint32_t *redone; /* entries that were changed or computed in this step */
    size_t redone_count;
    size_t redone_max;
    struct window_partition *current;
    int64_t total;      /* of its places */
    int64_t peers_from; /* of the row last asked about */
    int64_t peers_to;
    struct buf values;
    size_t *ends; /* of each value in values */
    struct extra *extras;
    struct extender extender;
    struct buf scratch;
};

/* window_function.c: the values of a row. */
void window_calls_init(struct window *self);
void window_calls_release(struct window *self);
/* Before the first row of a partition that has changed. */
void window_open(struct window *self, struct window_partition *partition);
/* A row of it with its functions; `place` is its first. A reference for the caller. */
struct row *window_row(struct window *self, const struct row *row, int64_t place);
/* Of how many buckets a place is in which, from 0. */
int64_t window_bucket(int64_t place, int64_t total, int64_t buckets);

/* window_frame.c: where rows stand. Of the partition that is open, the frame of the row on a place;
 * and the rows that are equal to it in order, into peers_from and peers_to. */
void window_frame(struct window *self, const struct window_call *call, const struct row *row,
                  int64_t place, int64_t *from, int64_t *to);
void window_find_peers(struct window *self, const struct row *row, int64_t place);
/* How many places are before the rows that are equal to a row in order; upto: these included. */
int64_t window_peers(struct window *self, const struct window_partition *partition,
                     const struct row *row, bool upto);
/* The same of the value that is so far (sign: -1, 1) from the row's; -1: it has no number to count
 * from. */
int64_t window_reach(struct window *self, const struct window_partition *partition,
                     const struct row *row, const struct decimal *distance, int sign, bool upto);
/* Whether a row's value is a number that arithmetic does not know. */
bool window_is_odd(struct window *self, const struct row *row);

/* window_summary.c: aggregates. The summary of a call becomes that of the places [from, to). */
void window_summarise(struct window *self, struct window_call *call, int64_t from, int64_t to);
struct order_summary window_summary(size_t calls); /* of the trees of partitions */
void tally_take(struct tally *tally, const struct expr *expr, const struct row *row, int64_t weight,
                struct arena *scratch);
void tally_release(struct tally *tally);

/* window_affected.c: the regions of a partition, all ahead of those that are chased. */
void window_find_regions(struct window *self, struct window_partition *partition);

#endif

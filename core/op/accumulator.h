#ifndef SSP_OP_ACCUMULATOR_H
#define SSP_OP_ACCUMULATOR_H

#include "base/hashtab.h"
#include "op/op.h"
#include "value/decimal.h"
#include "zset/order.h"

/*
 * What aggregate remembers of the rows of a group. An accumulator takes rows with weights in any
 * order, and after the rows that it took have been taken back it is what it was before: sums are
 * exact, extremes and percentiles stand in order-statistic trees. Aggregates that need the same
 * (min and max of a field, its sum and its average) share one.
 */
enum accumulator_kind {
    ACCUMULATE_COUNT,
    ACCUMULATE_SUM, /* of numbers, and of their squares if asked for */
    ACCUMULATE_TRUTH,
    ACCUMULATE_ORDER, /* the rows themselves, in order */
    ACCUMULATE_MODE,  /* values by how often they are there */
};

/* Which rows are taken. */
enum accumulator_taken {
    TAKE_ALL,
    TAKE_KNOWN,   /* whose value is neither null nor missing */
    TAKE_NUMBERS, /* whose value is a number */
};

struct accumulator_plan {
    enum accumulator_kind kind;
    enum accumulator_taken taken;
    const struct expr *expr; /* the value; NULL: none */
    const struct predicate *filter;
    bool distinct; /* each value once: rows are replaced by rows of one value, {"v":value} */
    bool squares;
    const struct order_field *order;
    size_t order_count;
    const struct expr *inner; /* the value of the rows that the accumulator holds */
};

/* Values with weights; found by their canonical text. */
struct value_weight {
    char *text; /* NULL: a free entry */
    size_t size;
    uint64_t hash;
    int64_t weight;
};
struct value_weights {
    struct value_weight *entries;
    size_t count;
    size_t max;
    struct hashtab index;
};

/* The states, each as large as its kind asks for. */
struct accumulated_sum {
    int64_t count;
    int64_t unfit; /* numbers beyond the range of arithmetic */
    struct decimal sum;
    struct decimal squares; /* there only if asked for */
};
struct accumulated_truth {
    int64_t yes;
    int64_t no;
};
struct accumulated_order {
    struct order_node *root;
    bool first_moved; /* another row is the first one since accumulators_told() */
    bool last_moved;
};

/* One of an operator's accumulators, and where groups have its state. */
struct accumulator {
    struct accumulator_plan plan;
    size_t value;       /* which of the values that a row is asked for; NO_VALUE */
    size_t at;          /* the state */
    size_t values_at;   /* of distinct, and of the mode: struct value_weights */
    struct order order; /* of the group that is looked at */
};

/* The fields of rows of one value: {"v":value}, {"n":weight,"v":value}. */
struct accumulator_fields {
    struct expr value;
    struct order_field by_value[1];
    struct order_field by_weight[2]; /* the greatest weight first */
};
void accumulator_fields_init(struct accumulator_fields *fields, struct arena *arena);

/* All of an operator. */
struct accumulators {
    struct accumulator *all;
    size_t count;
    size_t state_size; /* of a group; zeros are nothing taken */
    const struct expr **exprs;
    struct value *values; /* of the row that is taken; text NULL: not asked for yet */
    size_t value_count;
    struct arena made;      /* the values: a filter in between resets the scratch of op */
    struct hashtab by_plan; /* both, until they are laid out, by the text of what they compute */
    struct hashtab by_expr;
};

/* Room for so many; add the plans, then lay them out. */
void accumulators_init(struct accumulators *self, size_t max, struct arena *arena);
/* The position of one that does for this plan too, else a new one's. */
size_t accumulators_add(struct accumulators *self, const struct accumulator_plan *plan);
/* op: whose work is counted. */
void accumulators_lay_out(struct accumulators *self, struct op *op);
void accumulators_release(struct accumulators *self);

/* The state of a group takes a row, or takes it back; the scratch of op is used and reset. */
void accumulators_take(struct accumulators *self, void *state, struct row *row, int64_t weight,
                       struct op *op);
void accumulators_told(const struct accumulators *self, void *state);
void accumulators_drop(struct accumulators *self, void *state); /* gives back what it holds */
void accumulators_prefetch(const struct accumulators *self, const void *state);
void accumulators_prefetch_ends(const struct accumulators *self, const void *state);
size_t accumulators_bytes(const struct accumulators *self, const void *state); /* beyond itself */
bool accumulators_check(const struct accumulators *self, const void *state);

static inline void *accumulator_state(const struct accumulator *self, void *state)
{
    return (char *)state + self->at;
}

/* The rows that the state has, in order. */
static inline struct order *accumulator_order(struct accumulator *self, const void *state)
{
    const struct accumulated_order *from = (const void *)((const char *)state + self->at);

    self->order.root = from->root;
    return &self->order;
}

/* measure.c: which accumulator an aggregate needs, and what it makes of it: JSON, in the canonical
 * spelling, because equal groups must be equal whatever they were made from. */
struct accumulator_plan measure_accumulator(const struct plan_measure *measure,
                                            const struct accumulator_fields *fields);
void measure_write(const struct plan_measure *measure, struct accumulator *from, void *state,
                   struct buf *out, struct op *op);
/* Whether it makes the same of it as when accumulators_told() was called; false: nobody knows. */
bool measure_is_told(const struct plan_measure *measure, const struct accumulator *from,
                     const void *state);

#endif

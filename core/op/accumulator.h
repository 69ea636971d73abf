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

struct accumulator {
    struct value_weights values; /* of distinct, and of the mode */
    union {
        int64_t count;
        struct {
            int64_t count;
            int64_t unfit; /* numbers beyond the range of arithmetic */
            struct decimal sum;
            struct decimal squares;
        } sum;
        struct {
            int64_t yes;
            int64_t no;
        } truth;
        struct order order;
    } as;
};

/* The fields of rows of one value: {"v":value}, {"n":weight,"v":value}. */
struct accumulator_fields {
    struct expr value;
    struct order_field by_value[1];
    struct order_field by_weight[2]; /* the greatest weight first */
};
void accumulator_fields_init(struct accumulator_fields *fields, struct arena *arena);

/* op: whose work is counted, and whose scratch is used. */
void accumulator_init(struct accumulator *self, const struct accumulator_plan *plan, struct op *op);
void accumulator_release(struct accumulator *self, const struct accumulator_plan *plan);
void accumulator_add(struct accumulator *self, const struct accumulator_plan *plan, struct row *row,
                     int64_t weight, struct op *op);
size_t accumulator_bytes(const struct accumulator *self, const struct accumulator_plan *plan);
bool accumulator_check(struct accumulator *self, const struct accumulator_plan *plan);

/* measure.c: which accumulator an aggregate needs, and what it makes of it: JSON, in the canonical
 * spelling, because equal groups must be equal whatever they were made from. */
struct accumulator_plan measure_accumulator(const struct plan_measure *measure,
                                            const struct accumulator_fields *fields);
void measure_write(const struct plan_measure *measure, const struct accumulator_plan *plan,
                   struct accumulator *from, struct buf *out, struct op *op);

#endif

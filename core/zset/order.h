#ifndef SSP_ZSET_ORDER_H
#define SSP_ZSET_ORDER_H

#include "expr/expr.h"

/*
 * A Z-set in sorted order with ranks: a B+tree whose inner nodes know the weight below each child
 * (an order-statistic tree, Cormen et al., "Introduction to Algorithms", ch. 14). Adding, removing
 * and finding a place are O(log n) comparisons; a range is O(log n + rows).
 *
 * The order: the fields of order_by, each in its direction, by the total order of values; ties by
 * the row's key, then by its content, so that it is total.
 *
 * Places count weight: a row of weight 3 takes three.
 */
enum order_nulls {
    NULLS_BY_VALUE, /* below all else, and so last under descending */
    NULLS_FIRST,    /* whatever the direction; null and missing are one value */
    NULLS_LAST,
};

struct order_field {
    struct expr expr;
    bool descending;
    enum order_nulls nulls;
};

/* Below 0, 0 or above 0: by values of one field; by the fields alone. */
int order_field_compare(const struct order_field *field, struct value a, struct value b);
int order_compare(const struct order_field *fields, size_t count, const struct row *a,
                  const struct row *b, struct arena *scratch);

struct order_node;

/*
 * What is kept of many rows at once, so that a range costs O(log n) and not its rows: a sum, an
 * extreme. A tree that has such a class keeps a summary in each node that order_fold() has needed,
 * until a row below comes or goes. A summary is all zero before the first row.
 */
struct order_summary {
    size_t size;
    void (*add_row)(void *context, void *summary, struct row *row, int64_t weight);
    void (*add)(void *context, void *summary, const void *below); /* in order */
    void (*release)(void *context, void *summary);
};

struct order {
    const struct order_field *fields; /* borrowed */
    size_t field_count;
    uint64_t *work;       /* counts comparisons and rows handed out; borrowed */
    struct arena scratch; /* of the keys of one call */
    struct order_node *root;
    const struct order_summary *summary; /* NULL: none; set while the tree is empty */
    void *summary_context;
};

void order_init(struct order *order, const struct order_field *fields, size_t field_count,
                uint64_t *work);
void order_release(struct order *order);

/* Adds a weight; the row's total must not become negative. */
void order_add(struct order *order, struct row *row, int64_t weight);

/* The rows at its ends, borrowed; NULL: it is empty. The first one O(1), the last one O(log n). */
struct row *order_first(const struct order *order);
struct row *order_last(const struct order *order);
/* An order with this root will take a row soon. */
void order_prefetch(const struct order_node *root);
int64_t order_total(const struct order *order);                 /* places taken */
int64_t order_rank(struct order *order, const struct row *row); /* places before the row */
/* The same, and how many it takes itself: 0: it is not there. */
int64_t order_find(struct order *order, const struct row *row, int64_t *weight);

/* Hands out the rows on the places [from, to), in order; weights are cut at both ends. */
typedef void order_visit(void *context, struct row *row, int64_t weight);
void order_range(const struct order *order, int64_t from, int64_t to, order_visit *visit,
                 void *context);

/* The row that takes a place; NULL: there is none. */
struct row *order_row_at(const struct order *order, int64_t place);

/* How many places are taken by rows that come before something: true for the first rows in order,
 * false for all others. */
typedef bool order_before(void *context, const struct row *row);
int64_t order_search(const struct order *order, order_before *before, void *context);

/* Makes the summaries of nodes that are not known, so that what a step has changed is not left to a
 * later one. */
void order_summarise(const struct order *order);

/* Hands out the places [from, to) in order, whole nodes of them by their summaries. O(log n), and
 * once for each node that changed. */
typedef void order_visit_summary(void *context, const void *summary);
void order_fold(const struct order *order, int64_t from, int64_t to, order_visit *row,
                order_visit_summary *below, void *context);

size_t order_bytes(const struct order *order);
size_t order_rows(const struct order *order); /* entries, whatever their weights; O(n) */
bool order_check(struct order *order);

#endif

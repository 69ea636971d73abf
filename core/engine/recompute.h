#ifndef SSP_ENGINE_RECOMPUTE_H
#define SSP_ENGINE_RECOMPUTE_H

#include "engine/store.h"
#include "plan/plan.h"

/*
 * Queries over the tables from scratch: what --verify and the law tests compare views with.
 *
 * It shares values, paths and predicates with the operators and nothing else: no Z-set, index,
 * order or circuit, only arrays that are sorted and walked; a subquery is a call for each row. Slow
 * on purpose, and short enough to be believed.
 */
struct source;

struct bag_entry {
    struct row *row;
    int64_t weight;
    struct source *sources; /* the projects with subqueries that the row came through */
};

struct bag {
    struct bag_entry *entries;
    size_t count;
    size_t max;
};

/* The view's content: its rows and those that its subqueries find, or for a tree the one row that
 * is its document. Equal rows summed, sorted by key and content, weights above 0. The caller
 * releases it. */
struct bag recompute(const struct store *store, const struct plan_view *view);
void bag_release(struct bag *bag);

#endif

#ifndef SSP_ENGINE_RECOMPUTE_H
#define SSP_ENGINE_RECOMPUTE_H

#include "engine/store.h"
#include "plan/plan.h"

/*
 * Queries over the tables from scratch: what --verify and the law tests compare views with.
 *
 * It shares values, paths and predicates with the operators and nothing else: no Z-set, index,
 * order or circuit, only arrays that are sorted and walked. Slow on purpose, and short enough to be
 * believed.
 */
struct bag_entry {
    struct row *row;
    int64_t weight;
};

struct bag {
    struct bag_entry *entries;
    size_t count;
    size_t max;
};

/* The query's result: equal rows summed, sorted by key and content, weights above 0. Under
 * membership every operator's rows have weight 1. The caller releases it. */
struct bag recompute(const struct store *store, const struct plan *plan,
                     enum view_semantics semantics);
void bag_release(struct bag *bag);

#endif

#ifndef SSP_ENGINE_RECOMPUTE_RUN_H
#define SSP_ENGINE_RECOMPUTE_RUN_H

#include "base/arena.h"
#include "engine/recompute.h"

/* What the parts of the recomputation share; nobody else includes this. */

/* A fixpoint whose step is being computed, and the rows that are there. */
struct recursion {
    const struct plan *fixpoint;
    const struct bag *rows;
    const struct recursion *around;
};

/* A run of the recomputation: one query, with all its subqueries. */
struct run {
    const struct store *store;
    bool membership;
    const struct recursion *recursion;
    struct arena arena;
    struct arena scratch; /* reset after each row */
    struct bag kept;      /* rows that sources point to */
};

/* A project with subqueries, and the row that went into it. */
struct source {
    const struct plan_project *project;
    const struct row *in;
    struct source *next;
};

void bag_add(struct bag *bag, struct row *row, int64_t weight,
             struct source *sources);  /* takes the reference */
void bag_consolidate(struct bag *bag); /* sums equal rows */

/* A row whose object has just been written into text; the fields are found here. */
struct row *recompute_row(struct row_source source, struct buf *text);

/* What rows are sorted by: values, each ascending or as fields say, then key and content. */
struct sort_key {
    struct value *values;
    struct bag_entry entry;
};

struct sort_key *sort_keys_new(struct run *run, const struct bag *bag, const struct expr *exprs,
                               size_t count);
void sort_keys_free(struct sort_key *keys, size_t count);
void sort_keys_sort(struct sort_key *keys, size_t count, const struct order_field *fields,
                    size_t field_count);
int sort_keys_compare(const struct sort_key *a, const struct sort_key *b); /* as sorted last */

struct bag recompute_join(struct run *run, const struct bag *left, const struct bag *right,
                          const struct plan_join *plan);
struct bag recompute_asof(struct run *run, const struct bag *left, const struct bag *right,
                          const struct plan_join *plan);
/* The row of a pair, of which one side may be NULL; with_ids: as `where` sees it. */
struct row *recompute_pair(const struct row *left, const struct row *right,
                           const struct plan_join *plan, bool with_ids);
/* Of two values in an order: below 0, 0, above 0. */
int recompute_order(const struct order_field *field, struct value a, struct value b);

/* A plan's rows; context: the values of the enclosing rows, missing at the root. */
struct bag recompute_rows(struct run *run, const struct plan *plan, struct value context);

struct bag recompute_aggregate(struct run *run, const struct bag *in,
                               const struct plan_aggregate *plan, struct value context);

struct bag recompute_window(struct run *run, const struct bag *in, const struct plan_window *plan);

/* Sets a field of an object's text. */
void recompute_set_field(struct buf *text, const char *name, size_t size, const struct buf *value);
/* A row of this text, otherwise as another one is. */
struct row *recompute_row_like(const struct row *row, struct buf *text);

struct bag recompute_session(struct run *run, const struct bag *in,
                             const struct plan_session *plan);

struct bag recompute_unnest(struct run *run, const struct bag *in, const struct plan_unnest *plan);

/* The rows of a subquery for one enclosing row. */
struct bag recompute_subquery(struct run *run, const struct plan_subquery *subquery,
                              const struct row *around);

struct bag recompute_fixpoint(struct run *run, const struct plan *plan, struct value context);
struct bag recompute_recurse(const struct run *run, const struct plan *plan);

/* Rows under the keys that their values are. */
struct bag recompute_by_value(const struct bag *in, const struct plan_set *set);

/* distinct, union, except or intersect of the rows of its inputs. */
struct bag recompute_set(struct run *run, const struct plan *plan, const struct bag *in);

#endif

#ifndef SSP_PLAN_PLAN_H
#define SSP_PLAN_PLAN_H

#include "base/arena.h"
#include "plan/predicate.h"
#include "zset/order.h"

/*
 * Plans as the engine sees them: read once, checked whole, read-only afterwards (but for the
 * caches inside paths), a view's in one arena. plan/read.h makes them, plan/write.h prints them,
 * the circuit and the recomputation both run from them.
 */
struct plan_memory {
    struct arena arena;
    struct pattern **patterns; /* outside the arena, because they hold PCRE2's memory */
    size_t pattern_count;
    size_t pattern_max;
    uint32_t refs; /* the view, and the nodes that run parts of its plan */
};

struct plan_memory *plan_memory_new(void);
struct plan_memory *plan_memory_ref(struct plan_memory *memory);
void plan_memory_unref(struct plan_memory *memory);

enum plan_op {
    PLAN_SCAN,
    PLAN_FILTER,
    PLAN_PROJECT,
    PLAN_JOIN,
    PLAN_LIMIT,
    PLAN_DISTINCT, /* every row once; not in plan files, membership puts it in */
};

struct plan_scan {
    const char *table; /* as bytes, NUL behind */
    size_t table_size;
};

struct plan_projection {
    struct path *path; /* NULL: all fields of the row */
    const char *alias; /* normalised JSON, with quotes */
    size_t alias_size;
};

struct plan_project {
    struct plan_projection *projections;
    size_t count;
};

struct plan_join {
    struct path **left; /* one for each key, as many on the right */
    struct path **right;
    size_t count;
    bool both;         /* select: both sides' rows, under these names */
    const char *as[2]; /* normalised JSON, with quotes */
    size_t as_size[2];
};

struct plan_limit {
    int64_t limit;
    int64_t offset;
    struct order_field *order;
    size_t order_count;
    struct path **partition;
    size_t partition_count;
};

struct plan {
    enum plan_op op;
    const struct plan **inputs; /* two of them may be one: a plan is a DAG */
    unsigned input_count;
    union {
        struct plan_scan scan;
        struct predicate *filter;
        struct plan_project project;
        struct plan_join join;
        struct plan_limit limit;
    } as;
};

enum view_format { FORMAT_STREAMING, FORMAT_FLAT, FORMAT_DELTA };
enum view_emit { EMIT_IDS, EMIT_ROWS };
enum view_semantics { SEMANTICS_MEMBERSHIP, SEMANTICS_MULTISET };

struct plan_view {
    const char *id; /* as bytes, NUL behind */
    size_t id_size;
    enum view_format format;
    enum view_emit emit;
    enum view_semantics semantics;
    const struct plan *root;
    const struct plan *circuit; /* root as it runs: under membership with distinct put in */
    struct plan_memory *memory; /* where all of it lives; the view owns one reference */
};

/* The operator's name in plan files. */
const char *plan_op_name(enum plan_op op);

/* True if every row of the result has weight 1 at most, given what the inputs are: then no
 * distinct is needed behind it and the weight of a row says nothing. */
bool plan_is_set(const struct plan *plan);

/* The plan with a distinct behind each operator that can raise a weight. */
const struct plan *plan_with_distinct(struct arena *arena, const struct plan *plan);

/* True if rows of the result are records of a table, so that ids can stand for them. */
bool plan_rows_have_ids(const struct plan *plan);

#endif

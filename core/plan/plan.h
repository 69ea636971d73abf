#ifndef SSP_PLAN_PLAN_H
#define SSP_PLAN_PLAN_H

#include "base/arena.h"
#include "plan/predicate.h"
#include "zset/order.h"

enum view_format { FORMAT_STREAMING, FORMAT_FLAT, FORMAT_DELTA, FORMAT_TREE };

enum view_emit { EMIT_IDS, EMIT_ROWS };
enum view_semantics { SEMANTICS_MEMBERSHIP, SEMANTICS_MULTISET };

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
    struct plan_memory **others; /* of views whose plans are part of this one */
    size_t other_count;
    size_t other_max;
    uint32_t refs; /* the view, and the nodes that run parts of its plan */
};

struct plan_memory *plan_memory_new(void);
struct plan_memory *plan_memory_ref(struct plan_memory *memory);
void plan_memory_unref(struct plan_memory *memory);

enum plan_op {
    /* in plan files */
    PLAN_SCAN,
    PLAN_FILTER,
    PLAN_PROJECT,
    PLAN_JOIN,
    PLAN_LIMIT,
    PLAN_UNIQUE, /* the name of it is distinct: one row for each value */
    PLAN_UNION,
    PLAN_EXCEPT,
    PLAN_INTERSECT,
    PLAN_AGGREGATE,
    PLAN_VIEW, /* the rows of another view: its plan, put in here */
    PLAN_FIXPOINT,
    PLAN_RECURSE, /* in the step of a fixpoint: the rows that are there */
    PLAN_REKEY,   /* rows under the keys that their values are; also put in by plan/nest.c */
    PLAN_UNNEST,
    PLAN_WINDOW,
    PLAN_SESSION,
    /* put in by plan/nest.c */
    PLAN_INPUT,     /* in the step of a fixpoint as it runs: the rows of an input of the fixpoint */
    PLAN_DISTINCT,  /* every row once */
    PLAN_CONTEXT,   /* the values that a subquery asks its enclosing rows for */
    PLAN_CORRELATE, /* rows under each context that their keys agree with */
    PLAN_EXPAND,    /* a subquery's rows, as often as enclosing rows have their context */
    PLAN_SURVIVE,   /* rows whose keys are among another plan's */
    PLAN_EXISTS,    /* filter with subqueries */
    PLAN_MEMBERS,   /* root rows and those of subqueries, without contexts */
    PLAN_TREE,      /* one row, the document of a tree view */
};

/*
 * How far behind the latest row of its table a row may be; what is further behind is late, and not
 * taken. All scans of a table say the same.
 */
struct plan_lateness {
    struct expr time;         /* when a row is, in seconds since the epoch; null: never */
    const struct path *field; /* that this reads */
    int64_t by;               /* in microseconds */
    const char *text;         /* canonical JSON, equal for equal ones */
    size_t text_size;
};

struct plan_scan {
    const char *table; /* as bytes, NUL behind */
    size_t table_size;
    const struct plan_lateness *lateness; /* NULL: no row is late */
    const struct plan_scan *next;         /* of the view, of another table */
};

struct plan_projection {
    struct expr *expr; /* NULL: all fields of the row */
    const char *alias; /* normalised JSON, with quotes */
    size_t alias_size;
};

/* A value of the enclosing row: its field, or one that it has from its own context. */
struct plan_outer {
    struct path *path; /* NULL: of the context */
    uint32_t position; /* in it */
};

struct plan_subquery {
    const char *alias; /* normalised JSON, with quotes; NULL in `exists` */
    size_t alias_size;
    const struct plan *plan;
    struct plan_outer *outer; /* what its context is made of */
    size_t outer_count;
    bool single;
};

struct plan_project {
    struct plan_subquery *subqueries;
    size_t subquery_count;
    struct plan_projection *projections;
    size_t count;
};

enum join_kind {
    JOIN_INNER,
    JOIN_LEFT,
    JOIN_RIGHT,
    JOIN_FULL,
    JOIN_SEMI,
    JOIN_ANTI,
    JOIN_ASOF,
};

/* Of an asof join: when rows are, in seconds since the epoch; what is no point in time is null. */
struct plan_asof {
    struct order_field time[2];
    bool inner;        /* left rows without a right row are left out */
    bool bounded;      /* right rows count for so long: */
    int64_t tolerance; /* in microseconds */
};

struct plan_join {
    enum join_kind kind;
    bool bound[2];     /* the side's rows have contexts; of both sides they must agree */
    bool rounds;       /* both sides recurse: a pair is of the later one of their rounds */
    struct expr *left; /* one for each key, as many on the right */
    struct expr *right;
    size_t count;            /* 0: every pair */
    struct predicate *where; /* what else makes a match, over the row of a pair; NULL: nothing */
    bool where_id[2];        /* it asks that side for its id */
    bool both;               /* select: both sides' rows */
    const char *as[2];       /* their names, normalised JSON with quotes */
    size_t as_size[2];
    const struct plan_asof *asof; /* kind asof */
};

struct plan_limit {
    int64_t limit;
    int64_t offset;
    struct order_field *order;
    size_t order_count;
    struct expr *partition;
    size_t partition_count;
};

/*
 * Operators that compare rows by value: PLAN_UNIQUE, PLAN_UNION, PLAN_EXCEPT, PLAN_INTERSECT, and
 * PLAN_REKEY, which makes the value of a row its key. As they run, these five do one thing each:
 * union adds its inputs up, except and intersect count the rows of inputs that are keyed by value.
 */
struct plan_set {
    bool all;
    bool apart;            /* union: of records, no two inputs of one table */
    bool known;            /* rows have no other fields than these columns, */
    struct path **columns; /* each a path of one step */
    size_t column_count;
    struct plan_limit first; /* distinct on: one row in each partition; without partitions: all */
};

struct plan_group {
    struct expr expr;
    const char *alias; /* normalised JSON, with quotes */
    size_t alias_size;
};

enum plan_function {
    AGGREGATE_COUNT,
    AGGREGATE_COUNT_DISTINCT,
    AGGREGATE_SUM,
    AGGREGATE_AVG,
    AGGREGATE_MIN,
    AGGREGATE_MAX,
    AGGREGATE_ARRAY_AGG,
    AGGREGATE_JSON_AGG,
    AGGREGATE_STRING_AGG,
    AGGREGATE_BOOL_AND,
    AGGREGATE_BOOL_OR,
    AGGREGATE_FIRST,
    AGGREGATE_LAST,
    AGGREGATE_ARG_MIN,
    AGGREGATE_ARG_MAX,
    AGGREGATE_STDDEV,
    AGGREGATE_STDDEV_POP,
    AGGREGATE_VARIANCE,
    AGGREGATE_VAR_POP,
    AGGREGATE_MEDIAN,
    AGGREGATE_PERCENTILE,
    AGGREGATE_PERCENTILE_DISC,
    AGGREGATE_MODE,
    AGGREGATE_FUNCTIONS,
};

/* One aggregate: a function of the values that an expression has in the rows of a group. */
struct plan_measure {
    enum plan_function function;
    struct expr *expr; /* NULL: rows are counted */
    bool distinct;     /* each value once */
    unsigned numeric;  /* sums are not rounded, quotients and roots have PostgreSQL's digits: of
                        * values that show (numeric - 1) digits behind the point; 0: no */
    struct predicate *filter;
    struct order_field *order; /* what rows are sorted by: order_by, "by", else the expression */
    size_t order_count;
    struct value parameter; /* p of a percentile; the separator of a string */
    const char *alias;      /* normalised JSON, with quotes */
    size_t alias_size;
};

/* What tells when no row that is taken can be of a group any more: with the time of the latest
 * group less the lateness in the place of `path`, `value` is what the groups that stay have at
 * least. */
struct plan_closing {
    size_t group; /* the one that goes by time */
    int64_t by;
    const struct expr *value; /* never less for a later time */
    const struct path *path;
    bool first; /* an array, of which the first element counts */
};

struct plan_aggregate {
    const struct plan_closing *closing; /* NULL: groups stay as long as they have rows */
    struct plan_group *groups;
    size_t group_count; /* 0: one row, also over nothing */
    struct plan_measure *measures;
    size_t measure_count;
    struct predicate *having;
};

struct plan_unnest {
    struct expr field; /* the array */
    const char *alias; /* of an element; normalised JSON, with quotes */
    size_t alias_size;
    const char *ordinality; /* of its place, counted from 1; NULL: not wanted */
    size_t ordinality_size;
    bool outer; /* a row also where there is no element */
};

enum window_function {
    WINDOW_ROW_NUMBER,
    WINDOW_RANK,
    WINDOW_DENSE_RANK,
    WINDOW_NTILE,
    WINDOW_LAG,
    WINDOW_LEAD,
    WINDOW_FIRST_VALUE, /* from here on with a frame */
    WINDOW_LAST_VALUE,
    WINDOW_COUNT,
    WINDOW_SUM,
    WINDOW_AVG,
    WINDOW_MIN,
    WINDOW_MAX,
    WINDOW_FUNCTIONS,
};

/* Where a frame begins or ends: so many places behind the row, or so far by the value of order_by;
 * at distance 0 stand the rows that are equal to it in order. */
struct frame_bound {
    bool unbounded;
    int64_t places; /* below 0: before the row; in a range 0 only at distance 0 */
    struct value distance;
    bool before; /* preceding */
};

struct window_frame {
    bool range; /* by value, else by places */
    struct frame_bound start;
    struct frame_bound end;
};

struct plan_call {
    enum window_function function;
    struct expr *expr;      /* its first argument; NULL: none */
    int64_t number;         /* how far lag and lead look; the buckets of ntile */
    struct expr *otherwise; /* lag and lead outside of the partition; NULL: null */
    unsigned numeric;       /* sum and avg, as in plan_measure */
    struct window_frame frame;
    struct path *field; /* of one step: its alias */
};

struct plan_window {
    bool bound; /* the rows have contexts, and in each of them windows of their own */
    struct expr *partition;
    size_t partition_count;
    struct order_field *order;
    size_t order_count;
    struct plan_call *calls;
    size_t count;
};

struct plan_session {
    bool bound; /* as of a window */
    struct expr *partition;
    size_t partition_count;
    struct order_field time; /* when a row is, in seconds since the epoch; null: never */
    struct expr start;       /* the same as a session that begins with the row has it */
    int64_t gap;             /* in microseconds: the longest time between two rows of a session */
    const char *alias;       /* normalised JSON, with quotes */
    size_t alias_size;
};

struct plan;

/* Rounds of a recursion that nobody has bounded. */
enum { PLAN_ROUNDS_MAX = 100000 };

struct plan_fixpoint {
    struct plan_set columns; /* of its rows, as those of rekey */
    const char *name;        /* that recurse has, as bytes */
    size_t name_size;
    int64_t max_rounds;
    const struct plan *step; /* as it runs: over PLAN_RECURSE and PLAN_INPUT; NULL before */
};

/*
 * What a tree is made of, one for each subquery projection that stands over rows of the view: the
 * rows it hangs from, and its own rows under each context.
 */
struct plan_level {
    const struct plan_subquery *subquery;
    const struct plan *parents;
    const struct plan *children;
    unsigned input;            /* of the tree: the parents; the next one is the children */
    struct plan_level *levels; /* inside the subquery */
    size_t level_count;
};
struct plan_tree {
    const struct plan *root; /* as written: its limit gives the order */
    const struct plan_level *levels;
    size_t level_count;
    bool multiset; /* weights are shown */
};

struct plan_correlate {
    uint32_t *positions; /* in the context, of each key; */
    struct expr *fields; /* and the field that must equal it */
    size_t count;        /* 0: every row under every context */
};

struct plan_exists {
    const struct predicate *predicate;
    const struct plan_subquery **subqueries; /* of inputs 1, 2, ... */
    size_t count;
};

struct plan {
    enum plan_op op;
    const struct plan **inputs; /* two of them may be one: a plan is a DAG */
    unsigned input_count;
    uint32_t exists_count; /* of a filter */
    union {
        struct plan_scan scan;
        struct predicate *filter;
        struct plan_project project;
        struct plan_join join;
        struct plan_limit limit;
        struct plan_set set;
        struct plan_fixpoint fixpoint; /* inputs: base and step; as it runs the base, and others */
        enum view_semantics view;      /* of that view */
        const struct plan *recurse;    /* the fixpoint */
        unsigned input;                /* which of the fixpoint's */
        struct plan_unnest unnest;
        struct plan_window window;
        struct plan_session session;
        struct plan_aggregate aggregate; /* a second input: contexts that have a row over nothing */
        const struct plan_subquery *context;
        struct plan_correlate correlate;
        struct plan_exists exists;
        struct plan_tree tree;
        bool survive_bound; /* the rows have contexts of their own, as the survivors may */
    } as;
};

/* How often a view writes at most: after every step, every so many steps, or microseconds. */
enum plan_refresh_kind { REFRESH_EACH_STEP, REFRESH_STEPS, REFRESH_TIME };

struct plan_refresh {
    enum plan_refresh_kind kind;
    int64_t length; /* above 0 */
};

struct plan_view {
    const char *id; /* as bytes, NUL behind */
    size_t id_size;
    struct plan_refresh refresh;
    enum view_format format;
    enum view_emit emit;
    enum view_semantics semantics;
    size_t operators;              /* of the plan, with those of other views in it */
    const struct plan_scan *scans; /* of each table one, those of other views not included */
    const struct plan *root;
    const struct plan *circuit; /* as it runs: the members of the view, or its tree */
    struct plan_memory *memory; /* where all of it lives; the view owns one reference */
};

const char *plan_function_name(enum plan_function function);
/* True if it goes by the order of rows: arrays, strings, first and last. */
bool plan_function_is_ordered(enum plan_function function);

/* The operator's name in plan files, and that of a kind of join, of a function of a window. */
const char *plan_op_name(enum plan_op op);
const char *plan_join_name(enum join_kind kind);
const char *plan_window_name(enum window_function function);

/* True if every row of the result has weight 1 at most, given what the inputs are: then no
 * distinct is needed behind it and the weight of a row says nothing. */
bool plan_is_set(const struct plan *plan);

/* True if a weight of the plan's only input is that of what it makes: no operator asks how often a
 * row is there, and each makes one row of one, or none. */
bool plan_keeps_weights(const struct plan *plan);

/* The context that a row gives to a subquery: a JSON array of canonical values, null for missing.
 */
void plan_write_context(struct buf *buf, const struct plan_subquery *subquery,
                        const struct row *row);

/* True if the plan, as it runs, adds rows of subqueries to those of the root. */
bool plan_has_members(const struct plan *plan);

/* True if rows of the result are records of a table, so that ids can stand for them. */
bool plan_rows_have_ids(const struct plan *plan);

/* True if a union's rows keep their keys; else each row's value becomes its key. */
bool plan_keeps_keys(const struct plan *plan);

#endif

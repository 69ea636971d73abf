#ifndef SSP_SQL_EXPORT_H
#define SSP_SQL_EXPORT_H

#include "base/err.h"
#include "plan/plan.h"

/*
 * Plans as SQL that PostgreSQL takes: a CREATE TABLE for each table, a CREATE MATERIALIZED VIEW for
 * each view. What a field of a record is, text, a number, a condition or a point in time, is found
 * out by what the plans do with it; else it is jsonb. Everything is printed three times, and thrown
 * away all but the last time: that is how fields and types are found.
 *
 * False: a plan has no SQL; the reason is in *err.
 */
bool sql_export(struct buf *out, const struct plan_view *const *views, size_t count,
                struct err *err) __attribute__((warn_unused_result));

/* What the parts of it share. */
enum export_kind {
    EXPORT_UNKNOWN,
    EXPORT_TEXT,
    EXPORT_NUMBER,
    EXPORT_BOOLEAN,
    EXPORT_TIME,
    EXPORT_JSON,
};

/* Of a value; types that must be the same are one, at the end of `same`. */
struct export_type {
    struct export_type *same;
    enum export_kind kind;
    bool ordered; /* its order matters: of a number if nothing else is known */
};

struct export_row;

struct export_column {
    const char *name; /* as bytes */
    const char *sql;  /* what it is in the SELECT being made */
    struct export_type *type;
    bool json;              /* its sql is jsonb, whatever its type is */
    bool hidden;            /* the id of a record that has no such field */
    struct export_row *row; /* not a value, but the row of a side of a join */
};

struct export_table;

struct export_row {
    struct export_column *columns;
    size_t count;
    size_t max;
    struct export_table *open;   /* all fields that are asked for, of its records */
    const char *alias;           /* of it */
    struct export_table *origin; /* all fields of its records that any plan asks for are columns */
};

/* A SELECT being made. */
struct export_rel {
    struct export_row *row;
    const char *from;
    const char *where; /* NULL: all */
    const char *distinct;
    const char *tail; /* GROUP BY and behind */
    bool closed;      /* what comes above must take it as a subquery */
};

struct export_table {
    const char *name;
    struct export_column *columns;
    struct export_type **paths; /* of members inside of them: by text */
    const char **path_names;
    size_t path_count;
    size_t path_max;
    size_t count;
    size_t max;
    struct export_type id;
    struct export_table *next;
};

/* What {"$context":n} is. */
struct export_context {
    struct export_column *values;
    size_t count;
};

/* A recursion being printed. */
struct export_recursion {
    const struct plan *fixpoint;
    struct export_row *row;
    const char *name;
    struct export_recursion *next;
};

struct export
{
    struct arena arena;
    struct err *err;
    const char *view; /* being printed */
    struct export_table *tables;
    struct export_table **last;
    struct export_recursion *recursions;
    const struct export_context *context;
    const struct plan_subquery **exists; /* of the filter being printed, by bit */
    bool multiset;
    unsigned names;
};

/* export.c */
bool export_fail(struct export *ex, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *export_text(struct export *ex, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
const char *export_take(struct export *ex, struct buf *buf);
const char *export_name(struct export *ex, const char *name); /* in double quotes */
/* The bytes of a JSON string; NULL: it has a NUL in it, which SQL has not. */
const char *export_bytes(struct export *ex, const char *json, size_t size);
struct export_type *export_type_new(struct export *ex, enum export_kind kind);
enum export_kind export_kind_of(const struct export_type *type);
/* The type must be this one; of the two, they must be the same. */
bool export_want(struct export *ex, struct export_type *type, enum export_kind kind);
bool export_same(struct export *ex, struct export_type *a, struct export_type *b);
struct export_column *export_column_add(struct export *ex, struct export_row *row, const char *name,
                                        const char *sql, struct export_type *type);
struct export_table *export_table(struct export *ex, const char *name);

/* export_expr.c */
/* The value at a path of a row, and its type; JSON text of a path. NULL: refused. */
const char *export_path(struct export *ex, const struct export_row *row, struct value path,
                        struct export_type **type);
const char *export_expr(struct export *ex, const struct export_row *row, const struct expr *expr,
                        struct export_type **type);
const char *export_operand(struct export *ex, const struct export_row *row, struct value operand,
                           struct export_type **type);
const char *export_predicate(struct export *ex, const struct export_row *row,
                             const struct predicate *predicate);
/* What a column is as a value of its type. */
const char *export_cast(struct export *ex, const char *sql, bool json, struct export_type *type);
struct export_column *export_find(const struct export_row *row, const char *name);

/* export_call.c: a call by its canonical JSON */
const char *export_call(struct export *ex, const struct export_row *row, struct value call,
                        struct export_type **type);
/* `kind` of an argument as it must be */
const char *export_argument(struct export *ex, const struct export_row *row, struct value operand,
                            enum export_kind kind);

/* export_rel.c */
bool export_plan(struct export *ex, const struct plan *plan, struct export_rel *rel);
const char *export_select(struct export *ex, const struct export_rel *rel);
/* Whether the query has a row. */
const char *export_exists(struct export *ex, const struct export_row *row,
                          const struct plan_subquery *subquery);
bool export_wrap(struct export *ex, struct export_rel *rel);
const char *export_order(struct export *ex, const struct export_row *row,
                         const struct order_field *order, size_t count, bool reverse);

/* All fields that are known of a table's records. */
void export_fields(struct export *ex, const struct export_row *row, struct export_row *to, bool id);
/* Without the id of what has no such field. */
struct export_row *export_visible(struct export *ex, const struct export_row *row);
/* Rows that tie go by key; the key of a record begins with the name of its table. */
const char *export_with_ties(struct export *ex, const struct export_row *row, const char *order);

/* export_set.c */
bool export_distinct(struct export *ex, const struct plan *plan, struct export_rel *rel);
bool export_set(struct export *ex, const struct plan *plan, struct export_rel *rel);
bool export_unnest(struct export *ex, const struct plan *plan, struct export_rel *rel);
bool export_fixpoint(struct export *ex, const struct plan *plan, struct export_rel *rel);
bool export_recurse(struct export *ex, const struct plan *plan, struct export_rel *rel);

/* export_group.c */
bool export_aggregate(struct export *ex, const struct plan *plan, struct export_rel *rel);
bool export_window(struct export *ex, const struct plan *plan, struct export_rel *rel);

#endif

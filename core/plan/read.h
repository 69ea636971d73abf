#ifndef SSP_PLAN_READ_H
#define SSP_PLAN_READ_H

#include "base/hashtab.h"
#include "plan/plan.h"
#include "value/json_read.h"

/*
 * Reading plans. Whatever can be wrong with a plan is refused here, before a line of the log is
 * read, with file, line and column: unknown operators, predicates and fields, wrong types, values
 * out of range, parameters without a value, nesting over PLAN_DEPTH_MAX, views on views that make
 * more than PLAN_OPERATORS_MAX operators.
 */
enum { PLAN_DEPTH_MAX = 64, PLAN_OPERATORS_MAX = 10000 };

struct plan_defaults {
    enum view_format format;
    enum view_emit emit;
    enum view_semantics semantics;
    bool strict; /* a key twice in an object is refused; else the last one wins */
};

struct plan_views {
    struct plan_view *views;
    size_t count;
    size_t max;
    struct hashtab ids;
    const struct plan_scan **scans; /* of each table one */
    size_t scan_count;
    size_t scan_max;
    struct hashtab tables;
};

/* Where text came from, for messages. */
struct plan_source {
    const char *name;
    const char *bytes; /* followed by JSON_PADDING readable bytes */
    size_t size;
    size_t line; /* number of its first line */
};

/* Reads a plan file: a view, an array of views, {"views":[...]}, or several of these. Adds to
 * views; ids must differ from those already there. */
enum status plan_read_file(struct json_reader *json, const struct plan_source *source,
                           const struct plan_defaults *defaults, struct plan_views *views,
                           struct err *err) __attribute__((warn_unused_result));

/* The views that a plan may read: one by its id; NULL: there is none. */
struct plan_known {
    const struct plan_view *(*find)(const void *context, const char *id, size_t size);
    /* A scan of a table, in any view. */
    const struct plan_scan *(*scan)(const void *context, const char *table, size_t size);
    const void *context;
};

/* Reads the view that is a member of a line of the log: {"op":"register","view":{...}}. known()
 * finds the views that it may read. The caller owns one reference to view->memory. */
enum status plan_read_member(struct json_reader *json, const struct plan_source *source,
                             const struct plan_defaults *defaults, const struct plan_known *known,
                             struct plan_view *view, struct err *err)
    __attribute__((warn_unused_result));

/* Adds a view, with its reference to memory; false: there is one of this id. */
bool plan_views_add(struct plan_views *views, const struct plan_view *view);
void plan_views_release(struct plan_views *views);

/* From their names; false if there is no such one. */
bool plan_format_of(const char *name, size_t size, enum view_format *format);
bool plan_emit_of(const char *name, size_t size, enum view_emit *emit);
bool plan_semantics_of(const char *name, size_t size, enum view_semantics *semantics);

#endif

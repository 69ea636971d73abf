#ifndef SSP_PLAN_READER_H
#define SSP_PLAN_READER_H

#include "plan/read.h"

/*
 * What the parts of the plan reader share; nobody else includes this.
 *
 * A reader function returns NULL or false when it has refused, and the message is in reader->err
 * then. Values are slices of the view's text, which lives in the view's arena; their place in the
 * source is found from their offset.
 */
/* The subquery being read: what it asks its enclosing rows for. */
struct plan_frame {
    struct plan_frame *around; /* NULL: the enclosing row is the view's */
    struct plan_outer *items;
    size_t count;
    size_t max;
};

struct plan_recursion; /* read_recursion.c */

struct plan_reader {
    struct plan_memory *memory;
    const struct json_reader *json;
    const struct plan_source *source;
    size_t source_offset; /* where the JSON text begins in the source */
    const char *text;     /* the view, in the arena */
    size_t text_offset;   /* where the view begins in the JSON text */
    struct value params;
    struct err *err;
    struct plan_known known; /* views read before this one */
    unsigned depth;
    size_t operators;         /* read so far */
    struct plan_frame *frame; /* NULL: in no subquery */
    bool aside;               /* rows read here are no rows of the view: no subqueries here */
    bool key;                 /* an order_by, partition_by or join key is being read */
    uint32_t exists_count;    /* in the filter being read */
    struct plan_recursion *recursion; /* whose step is being read; NULL: none */
    const struct plan_scan *scans;    /* of this view, of each table one */
    struct plan_join *pair;           /* whose "where" is being read; NULL: none */
};

/* Refuses: message with the place of `at`. Always false. */
bool plan_fail(struct plan_reader *reader, struct value at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Gives the message that is already in reader->err its place in the source. Always false. */
bool plan_fail_at(struct plan_reader *reader, size_t offset);

/* The member of an object, the last of equal keys; missing if there is none. */
struct value plan_member(struct value object, const char *name);

/* The member, which must be there; `what` is the object's name in the message. */
bool plan_required(struct plan_reader *reader, struct value object, const char *what,
                   const char *name, struct value *member);

/* Refuses members that are not in `allowed`, a list of names separated by spaces. */
bool plan_only(struct plan_reader *reader, struct value object, const char *what,
               const char *allowed);

/* A string as bytes in the arena, NUL behind. */
bool plan_text(struct plan_reader *reader, struct value value, const char *what, const char **bytes,
               size_t *size);

struct path *plan_path(struct plan_reader *reader, struct value value);

/* A value or the parameter {"$param":"name"} in its place; *param says which. */
bool plan_param(struct plan_reader *reader, struct value value, struct value *out, bool *param);

/* {"$param":"parent.a"}: the position in the subquery's context of that value, from 1; 0 if the
 * value is no such parameter. False: refused. */
bool plan_outer_param(struct plan_reader *reader, struct value value, uint32_t *position);

/* A subquery's plan, tied to the rows around it. */
bool plan_read_subquery(struct plan_reader *reader, struct value plan, struct plan_subquery *to);

/* One level deeper, refused over PLAN_DEPTH_MAX. Every true is followed by depth--. */
bool plan_deeper(struct plan_reader *reader, struct value at);

/* A literal, {"literal":...}, {"value":...}, {"field":"a"}, {"$param":"x"}, {"call":...} or, for
 * its truth, a predicate. */
bool plan_operand(struct plan_reader *reader, struct value value, struct expr *expr);
/* Where a field is expected: a path, or an operand in braces. */
bool plan_field(struct plan_reader *reader, struct value value, struct expr *expr);
/* The same for keys, which have no values of enclosing rows in them. */
/* The member "numeric" of an aggregate: true, or how many digits the values show. */
bool plan_numeric(struct plan_reader *reader, struct value value, unsigned *numeric);
bool plan_key(struct plan_reader *reader, struct value value, struct expr *expr);
bool plan_constant(struct plan_reader *reader, struct value value, struct expr *expr);

/* The "alias" of what an object computes: else the last step of its path. */
bool plan_alias(struct plan_reader *reader, struct value object, const struct expr *expr,
                const char **text, size_t *size);
/* A list of keys: "partition_by". Missing: none. */
bool plan_keys(struct plan_reader *reader, struct value list, const char *what, struct expr **keys,
               size_t *count);
/* "order_by" of an operator. Missing: none. */
bool plan_order(struct plan_reader *reader, struct value list, struct order_field **order,
                size_t *count);
/* Refuses a path in "where" that begins with no side of the join. */
bool plan_pair_path(struct plan_reader *reader, struct value value, const struct path *path);

/* What fields the rows of a plan have, found from its inputs. */
void plan_find_columns(struct plan_reader *reader, const struct plan *plan, struct plan_set *set);
bool plan_read_fixpoint(struct plan_reader *reader, struct value value, struct plan *plan);
bool plan_read_recurse(struct plan_reader *reader, struct value value, struct plan *plan);

bool plan_read_view(struct plan_reader *reader, struct value value, struct plan *plan);

/* Of an aggregate with a group that is made of rows around a row, or of many: the operator that
 * puts its value into the rows of the input. */
struct plan_windowed {
    struct plan *rows;        /* NULL: there is no such group */
    struct plan_group *group; /* by its value */
};

/* read_time.c: {"tumble":...}, {"hop":...} and {"session":...} in "group_by". */
bool plan_is_time_group(struct value value);
bool plan_read_time_group(struct plan_reader *reader, struct value value, struct plan_group *group,
                          struct plan_windowed *windowed);
/* Names the value, when it is known what else the aggregate reads. */
void plan_finish_time_group(struct plan_reader *reader, const struct plan_aggregate *aggregate,
                            const struct plan_windowed *windowed);

/* An aggregate but for its input. */
bool plan_read_aggregate(struct plan_reader *reader, struct value value, struct plan *plan,
                         struct plan_windowed *windowed);

/* read_time.c: "lateness" of a scan; refuses one that is not that of the other scans. */
bool plan_read_lateness(struct plan_reader *reader, struct value value, struct plan_scan *scan);
bool plan_read_session(struct plan_reader *reader, struct value value, struct plan *plan);
bool plan_read_window(struct plan_reader *reader, struct value value, struct plan *plan);
bool plan_read_unnest(struct plan_reader *reader, struct value value, struct plan *plan);

struct predicate *plan_read_predicate(struct plan_reader *reader, struct value value);
/* The same, and ready to be evaluated. */
struct predicate *plan_whole_predicate(struct plan_reader *reader, struct value value);
/* The pattern of like, ilike or regex; escape: missing for the usual one. *pattern is NULL for a
 * parameter that is null: nothing is known to match it. */
bool plan_pattern(struct plan_reader *reader, enum predicate_type type, struct value text,
                  struct value escape, struct pattern **pattern);
const struct plan *plan_read_op(struct plan_reader *reader, struct value value);

bool plan_read_distinct(struct plan_reader *reader, struct value value, struct plan *plan);
bool plan_read_rekey(struct plan_reader *reader, struct value value, struct plan *plan);
bool plan_read_set(struct plan_reader *reader, struct value value, struct plan *plan);
/* The operator that is the member `name` becomes the next input. */
bool plan_read_input(struct plan_reader *reader, struct value value, struct plan *plan,
                     const char *name);
bool plan_read_join(struct plan_reader *reader, struct value value, struct plan *plan);

/* read_time.c: what an asof join has beside other joins. */
bool plan_read_asof(struct plan_reader *reader, struct value value, struct plan_join *join);

/* True for the string `text`. */
bool plan_is(struct value value, const char *text);

/* How many elements an array has; refuses other types. */
bool plan_array(struct plan_reader *reader, struct value value, const char *what, size_t *count);

#endif

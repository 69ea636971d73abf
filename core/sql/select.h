#ifndef SSP_SQL_SELECT_H
#define SSP_SQL_SELECT_H

#include "sql/bind.h"

/* A SELECT while it is compiled; the parts of it that have files of their own. */
struct sql_select {
    const PgQuery__SelectStmt *syntax;
    struct sql_scope *scope;
    struct sql_item *from;
    struct sql_expr *where;
    struct sql_expr *having;
    struct sql_expr **groups;
    size_t group_count;
    size_t group_max;
    uint64_t *sets; /* of groups, a bit for each; one of all unless there are grouping sets */
    size_t set_count;
    uint64_t given_bit; /* the group that is what the query around gives */
    bool grouped;
    bool projected;       /* rows have the columns of the select list */
    bool has_ids;         /* the id of its only table is a field already */
    struct sql_expr **on; /* DISTINCT ON */
    size_t on_count;
    struct sql_sort *sorts;
    size_t sort_count;
    struct sql_query *query; /* what it has found out so far */
};

/* apply.c: adds what the query around gives to groups and outputs */
bool sql_give(struct sql *sql, struct sql_select *select);

/* group.c and grouped.c */
bool sql_bind_groups(struct sql *sql, struct sql_select *select);
/* Refuses aggregates that are of a query around. */
bool sql_check_aggregates(struct sql *sql, const struct sql_select *select);
bool sql_group_add(struct sql *sql, struct sql_select *select, struct sql_expr *expr);
/* An expression of GROUP BY, and its place among all. */
bool sql_group_read(struct sql *sql, struct sql_select *select, const PgQuery__Node *node,
                    size_t *place);
uint64_t sql_group_bit(const struct sql_select *select, const struct sql_expr *expr);
/* Puts the aggregation over the plan; expressions above it become columns of its rows. */
const char *sql_grouped(struct sql *sql, struct sql_select *select, const char *plan);

/* sets.c */
bool sql_bind_sets(struct sql *sql, struct sql_select *select);
const char *sql_union_of_sets(struct sql *sql, struct sql_select *select,
                              const char *(*aggregation)(void *context, uint64_t set),
                              void *context, const char *const *names);

/* window.c */
bool sql_bind_windows(struct sql *sql, struct sql_select *select);
/* Puts the window functions over the plan; where they are asked for there are columns then. */
const char *sql_windowed(struct sql *sql, struct sql_select *select, const char *plan);

/* order.c: DISTINCT, ORDER BY, LIMIT */
/* The rows of FROM with an id that is a field, for operators above which it is not. */
const char *sql_with_ids(struct sql *sql, struct sql_select *select, const char *plan);
bool sql_bind_order(struct sql *sql, struct sql_select *select);
/* Where the order is wanted, it goes by columns. */
bool sql_add_order(struct sql *sql, struct sql_select *select);
const char *sql_order_by(struct sql *sql, const struct sql_scope *scope,
                         const struct sql_sort *sorts, size_t count);
const char *sql_limited(struct sql *sql, struct sql_select *select, const char *plan,
                        const char *order);
/* What stands above the select list and what below it. */
const char *sql_ordered(struct sql *sql, struct sql_select *select, const char *plan);

/* scalar.c */
/* The primary key of its only table is asked for. */
bool sql_covers_key(struct sql *sql, const struct sql_select *select);
/* Of a subquery as a value: takes what ties it to the query around out of WHERE, */
void sql_take_keys(struct sql *sql, struct sql_select *select);
/* makes columns of it, and refuses what may have more rows than one. */
bool sql_check_scalar(struct sql *sql, struct sql_select *select);
/* FROM with the subqueries that are values; grouped: only those that are asked for below. */
struct sql_item *sql_with_scalars(struct sql *sql, struct sql_scope *scope, struct sql_item *from,
                                  bool grouped);

/* setop.c */
bool sql_set_operation(struct sql *sql, struct sql_scope *parent, unsigned level,
                       const PgQuery__SelectStmt *syntax, struct sql_query *query);

bool sql_values(struct sql *sql, struct sql_scope *scope, const PgQuery__SelectStmt *syntax,
                struct sql_query *query);

/* select.c: rows of a view under the keys that their values are; numerics show their digits behind
 * the point, where these are known, whatever equal number made the row. */
const char *sql_rekeyed(struct sql *sql, const struct sql_query *query, const char *plan);
/* the select list as a project */
const char *sql_projected(struct sql *sql, struct sql_select *select, const char *plan);

#endif

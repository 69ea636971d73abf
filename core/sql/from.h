#ifndef SSP_SQL_FROM_H
#define SSP_SQL_FROM_H

#include "sql/bind.h"

/*
 * FROM as a tree. Tables and subqueries are leaves; what is joined by commas, CROSS JOIN or inner
 * JOIN is one list, in any order that suits, with the conditions of its ONs; an outer join has two
 * sides and keeps its condition to itself.
 */
enum sql_item_kind { ITEM_REL, ITEM_LIST, ITEM_OUTER };

struct sql_item {
    enum sql_item_kind kind;
    const char *join; /* "left", "right", "full" */
    struct sql_rel *rel;
    struct sql_item **items; /* of a list; left and right of an outer join */
    size_t count;
    size_t max;
    struct sql_expr **on;
    size_t on_count;
    size_t on_max;
    uint64_t rels;  /* bits of those in it */
    uint64_t needs; /* bits of those that what is LATERAL in it asks for columns */
    const struct sql_scalar *dependents; /* subqueries as values that ask for its columns */
    bool early_only;                     /* of them those below the groups */
    struct sql_output *star;             /* its columns in order */
    size_t star_count;
    size_t star_max;
};

/* Conditions joined by AND, each by itself. */
void sql_conjuncts(struct sql *sql, struct sql_expr *condition, struct sql_expr ***list,
                   size_t *count, size_t *max);

/* source.c: what stands in FROM by itself */
struct sql_output *sql_star_add(struct sql *sql, struct sql_item *item);
struct sql_item *sql_bind_name(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node);
struct sql_item *sql_bind_subselect(struct sql *sql, struct sql_scope *scope,
                                    const PgQuery__Node *node);
/* (a JOIN b ...) AS j: a subquery of all columns; the names of its tables are not seen outside. */
struct sql_item *sql_bind_named_join(struct sql *sql, struct sql_scope *scope,
                                     const PgQuery__Node *node);

struct sql_scope *sql_around(struct sql *sql, const struct sql_scope *scope);

/* rangefunction.c: a function in FROM */
struct sql_item *sql_bind_range_function(struct sql *sql, struct sql_scope *scope,
                                         const PgQuery__Node *node);
/* The rows of a compiled query as a relation; LATERAL if it asks for columns of this scope. */
struct sql_item *sql_item_of_query(struct sql *sql, struct sql_scope *scope, const char *name,
                                   const PgQuery__Alias *alias, struct sql_query *query,
                                   int location);

/* scalar.c: a subquery as a value, joined */
struct sql_item *sql_with_scalar(struct sql *sql, struct sql_item *from, struct sql_scalar *scalar);

#endif

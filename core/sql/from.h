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
    uint64_t rels;           /* bits of those in it */
    struct sql_output *star; /* its columns in order */
    size_t star_count;
    size_t star_max;
};

/* Conditions joined by AND, each by itself. */
void sql_conjuncts(struct sql *sql, struct sql_expr *condition, struct sql_expr ***list,
                   size_t *count, size_t *max);

#endif

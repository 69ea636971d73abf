#ifndef SSP_SQL_APPLY_H
#define SSP_SQL_APPLY_H

#include "sql/bind.h"

/* Subqueries that are computed for all rows around them at once: how is said in apply.c. */

/* A column of a query around, for a scope with `apply`. */
struct sql_expr *sql_given(struct sql *sql, const struct sql_scope *scope, struct sql_expr *expr,
                           int location);
struct sql_apply *sql_apply_new(struct sql *sql);
/* The first table of FROM of such a scope. */
struct sql_item *sql_given_item(struct sql *sql, struct sql_scope *scope);
/* Compiles a query that can ask for columns of `scope`; query->apply is set if it does, or if that
 * is forced. */
bool sql_subquery(struct sql *sql, struct sql_scope *scope, const PgQuery__SelectStmt *syntax,
                  bool forced, struct sql_query *query);
/* The relations that it asks. */
uint64_t sql_asked(struct sql *sql, const struct sql_scope *scope, const struct sql_apply *apply);
/* Replaces marks: the arrays come from the rows of `base`. */
const char *sql_fill(struct sql *sql, const struct sql_scope *scope, const struct sql_apply *apply,
                     const char *plan, const char *base);
bool sql_fill_rel(struct sql *sql, struct sql_scope *scope, struct sql_rel *rel, const char *base);
/* The array that a row gives. */
struct sql_expr *sql_given_key(struct sql *sql, const struct sql_apply *apply, int location);
/* A subquery as a value that cannot be computed by keys. */
bool sql_by_arrays(const struct sql *sql, const void *syntax);
void sql_set_by_arrays(struct sql *sql, const void *syntax);
struct sql_scalar *sql_attach(struct sql *sql, struct sql_scope *scope,
                              const struct sql_query *query, size_t key_count, int location);

#endif

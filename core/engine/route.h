#ifndef SSP_ENGINE_ROUTE_H
#define SSP_ENGINE_ROUTE_H

#include "engine/circuit.h"

/*
 * Many filters over one input, as a thousand views of one table have, each asking a field for
 * equality with a constant: a row of a change goes only to those whose constant its field has.
 *
 * A filter is on a route if its predicate is `eq` of a field and a constant that is not null, or
 * `in` of a field and such constants, or an `and` with one of these in it: without that value the
 * predicate is not true. Whatever else it says, the filter itself decides. For each field there is
 * an index from constants to filters, so that a row costs a look-up for each field that some
 * filter asks for, and the filters that it reaches, however many there are.
 *
 * With few filters it is cheaper to ask each: routes are used from so many on.
 */
struct routes;

/* What a consumer of a node asks for. Adding tells whether it is on a route. */
bool routes_add(struct routes **routes, const struct node *input, struct node *consumer);
void routes_remove(struct routes *routes, const struct node *consumer);
void routes_free(struct routes *routes);

/* Whether rows go by routes; then the consumers that are on none, and the rows for the others. */
bool routes_in_use(const struct routes *routes);
struct node *const *routes_others(const struct routes *routes, size_t *count);
typedef void routes_give(void *context, struct node *filter, const struct zset_entry *entry);
void routes_send(const struct routes *routes, const struct zset *change, routes_give *give,
                 void *context);

#endif

/* From the values of a row to the filters that ask for them. See route.h. */
#include "engine/route.h"

#include "base/check.h"
#include "base/mem.h"

#include <string.h>

#if defined(SSP_STRESS) || defined(SSP_SLOW_CHECKS)
enum { ROUTED_MIN = 1 };
#else
enum { ROUTED_MIN = 8 }; /* filters over one input from which on there are routes */
#endif

struct route_entry {
    struct value constant; /* of the filter's plan */
    struct node *filter;
};

/* The filters that ask for one field. */
struct route {
    struct arena arena; /* of the path */
    struct path *path;
    struct buf text; /* of the path: equal text, equal path */
    struct route_entry *entries;
    size_t count;
    size_t max;
    struct hashtab index; /* by constant */
};

struct routes {
    struct route *routes;
    size_t count;
    size_t max;
    size_t filters;
    struct node **others;
    size_t other_count;
    size_t other_max;
};

/* Does the predicate ask for one of some values of a field? */
static bool is_routed(const struct predicate *p)
{
    if (!p->left.path)
        return false;
    if (p->type == PREDICATE_IN)
        return p->sorted && !p->null_literal;
    return p->type == PREDICATE_EQ && expr_is_constant(&p->operands[0]) &&
           !p->operands[0].program && !value_is_unknown(p->operands[0].value);
}

/* The part of a filter's predicate that decides its route; NULL: it has none. */
static const struct predicate *routed_part(const struct node *node)
{
    const struct predicate *p = node->plan->op == PLAN_FILTER ? node->plan->as.filter : NULL;

    if (!p || is_routed(p))
        return p;
    for (size_t i = 0; p->type == PREDICATE_AND && i < p->child_count; i++)
        if (is_routed(p->children[i]))
            return p->children[i];
    return NULL;
}

static struct route *find_route(const struct routes *routes, const struct path *path)
{
    struct buf text = BUF_INIT;
    struct route *found = NULL;

    path_write(&text, path);
    for (size_t i = 0; !found && i < routes->count; i++)
        if (routes->routes[i].text.size == text.size &&
            memcmp(routes->routes[i].text.bytes, text.bytes, text.size) == 0)
            found = &routes->routes[i];
    buf_release(&text);
    return found;
}

static struct route *add_route(struct routes *routes, const struct path *path)
{
    struct route *route;

    routes->routes =
        mem_grow(routes->routes, &routes->max, routes->count + 1, sizeof(*routes->routes));
    route = &routes->routes[routes->count++];
    *route = (struct route){.text = BUF_INIT};
    path_write(&route->text, path);
    route->path = path_new(&route->arena, value_of(route->text.bytes, route->text.size));
    return route;
}

static void add_filter(struct routes *routes, const struct predicate *part, struct node *filter)
{
    struct route *route = find_route(routes, part->left.path);

    if (!route)
        route = add_route(routes, part->left.path);
    routes->filters++;
    for (size_t i = 0; i < part->count; i++) {
        struct value constant = part->operands[i].value;

        if (i > 0 && value_equal(constant, part->operands[i - 1].value))
            continue; /* they are sorted */
        SSP_ASSERT(route->count < HASHTAB_NONE);
        route->entries =
            mem_grow(route->entries, &route->max, route->count + 1, sizeof(*route->entries));
        hashtab_insert(&route->index, value_hash(constant), (uint32_t)route->count);
        route->entries[route->count++] = (struct route_entry){constant, filter};
    }
}

bool routes_add(struct routes **routes, const struct node *input, struct node *consumer)
{
    const struct predicate *part = routed_part(consumer);
    struct routes *all = *routes;

    if (!all && !part)
        return false;
    if (!all) { /* until now there were others only, the consumer not among them */
        all = *routes = mem_alloc_zero(sizeof(*all));
        all->others = mem_grow(NULL, &all->other_max, input->consumer_count, sizeof(struct node *));
        for (; all->other_count < input->consumer_count; all->other_count++)
            all->others[all->other_count] = input->consumers[all->other_count];
    }
    if (part) {
        add_filter(all, part, consumer);
        return true;
    }
    all->others =
        mem_grow(all->others, &all->other_max, all->other_count + 1, sizeof(struct node *));
    all->others[all->other_count++] = consumer;
    return false;
}

static void remove_entry(struct route *route, const struct node *filter, struct value constant)
{
    uint64_t hash = value_hash(constant);
    size_t last = route->count - 1;
    size_t at;
    uint32_t i = hashtab_first(&route->index, hash, &at);

    while (i != HASHTAB_NONE && !(route->entries[i].filter == filter &&
                                  value_equal(route->entries[i].constant, constant)))
        i = hashtab_next(&route->index, hash, &at);
    if (i == HASHTAB_NONE)
        return; /* it stood twice in the plan */
    hashtab_remove(&route->index, hash, i);
    if (i != last)
        hashtab_move(&route->index, value_hash(route->entries[last].constant), (uint32_t)last, i);
    route->entries[i] = route->entries[last];
    route->count = last;
}

void routes_remove(struct routes *routes, const struct node *consumer)
{
    const struct predicate *part = routed_part(consumer);
    struct route *route;
    size_t i = 0;

    if (!routes)
        return;
    if (!part) {
        while (routes->others[i] != consumer)
            i++;
        routes->others[i] = routes->others[--routes->other_count];
        return;
    }
    route = find_route(routes, part->left.path);
    SSP_ASSERT(route);
    for (i = 0; i < part->count && route->count; i++)
        remove_entry(route, consumer, part->operands[i].value);
    routes->filters--;
}

void routes_free(struct routes *routes)
{
    if (!routes)
        return;
    for (size_t i = 0; i < routes->count; i++) {
        arena_release(&routes->routes[i].arena);
        buf_release(&routes->routes[i].text);
        free(routes->routes[i].entries);
        hashtab_release(&routes->routes[i].index);
    }
    free(routes->routes);
    free(routes->others);
    free(routes);
}

bool routes_in_use(const struct routes *routes)
{
    return routes && routes->filters >= ROUTED_MIN;
}

struct node *const *routes_others(const struct routes *routes, size_t *count)
{
    *count = routes->other_count;
    return routes->others;
}

static void send_row(const struct route *route, const struct zset_entry *entry, routes_give *give,
                     void *context)
{
    struct value value = path_get(route->path, entry->row);
    uint64_t hash;
    size_t at;

    if (value_is_unknown(value))
        return;
    hash = value_hash(value);
    for (uint32_t i = hashtab_first(&route->index, hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&route->index, hash, &at))
        if (value_equal(route->entries[i].constant, value))
            give(context, route->entries[i].filter, entry);
}

void routes_send(const struct routes *routes, const struct zset *change, routes_give *give,
                 void *context)
{
    for (size_t i = 0; i < routes->count; i++)
        for (size_t j = 0; routes->routes[i].count && j < change->count; j++)
            send_row(&routes->routes[i], &change->entries[j], give, context);
}

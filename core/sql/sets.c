/*
 * ROLLUP, CUBE and GROUPING SETS: lists of sets of what GROUP BY has. Each set is an aggregation of
 * its own over the same rows; in its rows what is not in the set is null, and what GROUPING() says
 * is a constant. All of them together are a union.
 */
#include "sql/select.h"

#include <string.h>

enum { SETS_MAX = 128 };

struct sets {
    uint64_t *items; /* a bit for each of select->groups */
    size_t count;
    size_t max;
};

static bool add_set(struct sql *sql, struct sets *sets, uint64_t set, int location)
{
    if (sets->count == SETS_MAX)
        return sql_fail(sql, location, "more than %d grouping sets", SETS_MAX);
    sets->items = sql_grow(sql, sets->items, sets->count, &sets->max, sizeof(uint64_t));
    sets->items[sets->count++] = set;
    return true;
}

/* The bits of an expression, or of the expressions of a list. */
static bool read_bits(struct sql *sql, struct sql_select *select, const PgQuery__Node *node,
                      uint64_t *bits)
{
    PgQuery__Node **items = NULL;
    size_t count = 0;
    size_t place;

    if (node->node_case == PG_QUERY__NODE__NODE_ROW_EXPR) {
        items = node->row_expr->args;
        count = node->row_expr->n_args;
    } else if (node->node_case == PG_QUERY__NODE__NODE_LIST) {
        items = node->list->items;
        count = node->list->n_items;
    } else {
        if (!sql_group_read(sql, select, node, &place))
            return false;
        *bits |= UINT64_C(1) << place;
        return true;
    }
    for (size_t i = 0; i < count; i++)
        if (!read_bits(sql, select, items[i], bits))
            return false;
    return true;
}

static bool read_sets(struct sql *sql, struct sql_select *select, const PgQuery__Node *node,
                      struct sets *sets);

/* Of n parts: all, all but the last, ..., none; or all subsets. */
static bool add_parts(struct sql *sql, struct sql_select *select,
                      const PgQuery__GroupingSet *syntax, struct sets *sets)
{
    bool cube = syntax->kind == PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_CUBE;
    uint64_t parts[SETS_MAX] = {0};
    size_t count = syntax->n_content;

    if (count >= (cube ? 7 : SETS_MAX))
        return sql_fail(sql, syntax->location, "%s of %zu parts: more than %d grouping sets",
                        cube ? "CUBE" : "ROLLUP", count, SETS_MAX);
    for (size_t i = 0; i < count; i++)
        if (!read_bits(sql, select, syntax->content[i], &parts[i]))
            return false;
    for (size_t i = 0; i < (cube ? (size_t)1 << count : count + 1); i++) {
        uint64_t set = 0;

        for (size_t j = 0; j < count; j++)
            if (cube ? !(i >> (count - 1 - j) & 1) : j < count - i)
                set |= parts[j];
        if (!add_set(sql, sets, set, syntax->location))
            return false;
    }
    return true;
}

static bool read_sets(struct sql *sql, struct sql_select *select, const PgQuery__Node *node,
                      struct sets *sets)
{
    const PgQuery__GroupingSet *syntax = node->grouping_set;
    uint64_t bits = 0;

    if (node->node_case != PG_QUERY__NODE__NODE_GROUPING_SET)
        return read_bits(sql, select, node, &bits) && add_set(sql, sets, bits, sql_location(node));
    if (syntax->kind == PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_EMPTY)
        return add_set(sql, sets, 0, syntax->location);
    if (syntax->kind != PG_QUERY__GROUPING_SET_KIND__GROUPING_SET_SETS)
        return add_parts(sql, select, syntax, sets);
    for (size_t i = 0; i < syntax->n_content; i++)
        if (!read_sets(sql, select, syntax->content[i], sets))
            return false;
    return true;
}

static bool has(const struct sets *sets, uint64_t set)
{
    for (size_t i = 0; i < sets->count; i++)
        if (sets->items[i] == set)
            return true;
    return false;
}

/* a, ROLLUP (b), CUBE (c): each set of one with each of the others. */
bool sql_bind_sets(struct sql *sql, struct sql_select *select)
{
    const PgQuery__SelectStmt *syntax = select->syntax;
    struct sets all = {0};

    if (!add_set(sql, &all, 0, sql->location))
        return false;
    for (size_t i = 0; i < syntax->n_group_clause; i++) {
        struct sets part = {0};
        struct sets product = {0};

        if (!read_sets(sql, select, syntax->group_clause[i], &part))
            return false;
        for (size_t j = 0; j < all.count; j++)
            for (size_t k = 0; k < part.count; k++)
                if (!(syntax->group_distinct && has(&product, all.items[j] | part.items[k])) &&
                    !add_set(sql, &product, all.items[j] | part.items[k],
                             sql_location(syntax->group_clause[i])))
                    return false;
        all = product;
    }
    select->sets = all.items;
    select->set_count = all.count;
    return true;
}

/* GROUPING(a, b): a bit for each argument, set where it is not in the grouping set. */
struct sql_expr *sql_grouping(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node)
{
    const PgQuery__GroupingFunc *syntax = node->grouping_func;
    struct sql_expr **args;
    struct sql_expr *expr;

    if (scope->no_aggregates) {
        (void)sql_fail(sql, syntax->location, "GROUPING in %s", scope->no_aggregates);
        return NULL;
    }
    if (syntax->n_args > 31) {
        (void)sql_fail(sql, syntax->location, "GROUPING takes at most 31 arguments");
        return NULL;
    }
    if (!sql_list(sql, scope, syntax->args, syntax->n_args, &args))
        return NULL;
    expr = sql_call_list(sql, SQL_INTEGER, "grouping", syntax->location, args, syntax->n_args);
    for (size_t i = 0; i < scope->grouping_count; i++)
        if (sql_same(scope->groupings[i], expr))
            return scope->groupings[i];
    scope->groupings = sql_grow(sql, scope->groupings, scope->grouping_count, &scope->grouping_max,
                                sizeof(struct sql_expr *));
    scope->groupings[scope->grouping_count++] = expr;
    return expr;
}

static bool check_groupings(struct sql *sql, const struct sql_select *select)
{
    const struct sql_scope *scope = select->scope;

    for (size_t i = 0; i < scope->grouping_count; i++)
        for (size_t j = 0; j < scope->groupings[i]->count; j++)
            if (!(sql_group_bit(select, scope->groupings[i]->args[j])))
                return sql_fail(sql, scope->groupings[i]->args[j]->location,
                                "an argument of GROUPING that is not in GROUP BY");
    return true;
}

static long grouping_of(const struct sql_select *select, const struct sql_expr *call, uint64_t set)
{
    long value = 0;

    for (size_t i = 0; i < call->count; i++)
        value = value << 1 | !(set & sql_group_bit(select, call->args[i]));
    return value;
}

/* The rows of one grouping set with the columns of all: `names` of groups, then of aggregates, then
 * of GROUPING()s. */
static void write_set(struct sql *sql, const struct sql_select *select, struct buf *buf,
                      const char *plan, uint64_t set, const char *const *names)
{
    const struct sql_scope *scope = select->scope;
    size_t fields = select->group_count + scope->aggregate_count;

    buf_add_string(buf, "{\"op\":\"project\",\"projections\":[");
    for (size_t i = 0; i < fields + scope->grouping_count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        if (i >= fields)
            buf_add_format(buf, "{\"type\":\"expr\",\"expr\":%ld,\"alias\":%s}",
                           grouping_of(select, scope->groupings[i - fields], set), names[i]);
        else if (i < select->group_count && !(set >> i & 1))
            buf_add_format(buf, "{\"type\":\"expr\",\"expr\":null,\"alias\":%s}", names[i]);
        else
            buf_add_format(buf, "{\"type\":\"field\",\"field\":[%s]}", names[i]);
    }
    (void)sql;
    buf_add_format(buf, "],\"input\":%s}", plan);
}

const char *sql_union_of_sets(struct sql *sql, struct sql_select *select,
                              const char *(*aggregation)(void *context, uint64_t set),
                              void *context, const char *const *names)
{
    struct buf buf = BUF_INIT;

    if (!check_groupings(sql, select))
        return NULL;
    for (size_t i = 0; i < select->set_count; i++) {
        if (i)
            buf_add_byte(&buf, ',');
        write_set(sql, select, &buf, aggregation(context, select->sets[i]), select->sets[i], names);
    }
    if (select->set_count == 1)
        return sql_take(sql, &buf);
    return sql_text(sql, "{\"op\":\"union\",\"all\":true,\"inputs\":[%s]}", sql_take(sql, &buf));
}

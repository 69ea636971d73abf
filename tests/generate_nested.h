#ifndef SSP_TESTS_GENERATE_NESTED_H
#define SSP_TESTS_GENERATE_NESTED_H

/*
 * Random plans with subqueries: projections that find children, and exists.
 *
 * Seeds count up through the small shapes: every holder of a subquery with every relation between
 * its rows and the row around, with every feature inside it, and with every operator above it; then
 * pairs of these; then larger plans, and trees in which subqueries stand anywhere, up to three
 * deep. What a view reaches is known from its children's sources, so that it is known too which
 * views cannot be written with rows.
 */
#include "generate_tree.h"

enum {
    NESTED_HOLDERS = 7,
    NESTED_RELATIONS = 11,
    NESTED_INSIDES = 18,
    NESTED_ABOVES = 6,
    NESTED_SUBQUERIES = 4, /* of a view at most, but for those that it shares */
};

enum { NESTED_NONE = -1 };

/* What is wanted of a small plan; NESTED_NONE: nothing. */
struct gen_wish {
    int holder;
    int relation;
    int inside[2];
    int above[2];
};

/* The value of the row that is `up` rows further out. */
static inline void gen_outer_path(struct gen *g, unsigned up, const char *path, struct text *out)
{
    text_add(out, "{\"$param\":\"");
    for (unsigned i = 0; i < up; i++)
        text_add(out, "parent.");
    text_add(out, "%s\"}", path);
    if (g->nest - up < g->asked)
        g->asked = g->nest - up;
}

static inline void gen_outer(struct gen *g, struct text *out)
{
    unsigned up = gen_percent(g, 75) ? 1 : 1 + gen_below(g, g->nest);

    gen_outer_path(g, up, gen_path(g, g->around[g->nest - up]), out);
}

/* A comparison of a field of the row with one of the row `up` rows further out. */
static inline void gen_comparison(struct gen *g, const char *type, const char *field, unsigned up,
                                  const char *outer, struct text *out)
{
    text_add(out, "{\"type\":\"%s\",\"field\":", type);
    gen_path_text(g, field, out);
    text_add(out, ",\"value\":");
    gen_outer_path(g, up, outer, out);
    text_add(out, "}");
}

/* Of the row around: 0: r is its id; 1: its r is the id; 2: any two fields; 3: compared otherwise;
 * 4: also something else; 5: or something else; 6: in, between and the like; 7: not; 8: the other
 * way round; 9: a field of the outermost row; 10: not related at all. */
static inline void gen_relation(struct gen *g, const struct gen_node *row, int kind,
                                struct text *out)
{
    static const char *const orders[] = {"neq", "gt", "gte", "lt", "lte"};
    static const char *const common[] = {"a", "b", "r"};
    unsigned up = kind == 9 ? g->nest : gen_percent(g, 80) ? 1 : 1 + gen_below(g, g->nest);
    bool usual = gen_percent(g, 60); /* fields that often agree */
    const char *field = usual ? GEN_PICK(g, common) : gen_path(g, row);
    const char *outer = usual ? GEN_PICK(g, common) : gen_path(g, g->around[g->nest - up]);

    if (kind == 1) {
        gen_comparison(g, "eq", "id", up, "r", out);
    } else if (kind == 2 || kind == 3 || kind == 9) {
        gen_comparison(g, kind == 3 ? GEN_PICK(g, orders) : "eq", field, up, outer, out);
    } else if (kind == 4 || kind == 5) {
        text_add(out, "{\"type\":\"%s\",\"predicates\":[", kind == 4 ? "and" : "or");
        gen_comparison(g, "eq", field, up, outer, out);
        text_add(out, ",");
        gen_predicate(g, row, 3, -1, out);
        text_add(out, "]}");
    } else if (kind == 6) {
        gen_predicate(g, row, 3, 6 + (int)gen_below(g, 4), out);
    } else if (kind == 7) {
        text_add(out, "{\"type\":\"not\",\"predicate\":");
        gen_comparison(g, "eq", field, up, outer, out);
        text_add(out, "}");
    } else if (kind == 8) {
        text_add(out, "{\"type\":\"eq\",\"field\":");
        gen_outer_path(g, up, outer, out);
        text_add(out, ",\"value\":{\"field\":\"%s\"}}", field);
    } else {
        gen_comparison(g, "eq", "r", up, "id", out);
    }
}

static inline struct gen_node gen_related(struct gen *g, int kind)
{
    struct gen_node node = gen_leaf(g);

    if (kind != NESTED_RELATIONS - 1)
        gen_filter(g, &node, GEN_RELATION + kind);
    return node;
}

static inline struct gen_node gen_tied(struct gen *g)
{
    return gen_related(g, gen_percent(g, 40) ? 2 : (int)gen_below(g, NESTED_RELATIONS - 1));
}

static inline void gen_inside(struct gen *g, struct gen_node *node, int kind);

/* The plan of a subquery of the row; wish: what is wanted of it, NULL: anything. */
static inline struct gen_node gen_subplan(struct gen *g, const struct gen_node *row, bool aside,
                                          const struct gen_wish *wish)
{
    bool before = g->aside;
    struct gen_node node;

    g->around[g->nest++] = row;
    g->aside = aside || before;
    g->subqueries -= g->subqueries > 0;
    if (wish) {
        node = gen_related(g, wish->relation);
        gen_inside(g, &node, wish->inside[0]);
        gen_inside(g, &node, wish->inside[1]);
    } else {
        node = gen_tree(g, gen_below(g, 4), NULL, 0);
    }
    g->aside = before;
    g->nest--;
    return node;
}

static inline void gen_exists_of(struct gen *g, const struct gen_node *row, bool negated,
                                 const struct gen_wish *wish, struct text *out)
{
    struct gen_node node = gen_subplan(g, row, true, wish);

    text_add(out, "%s{\"type\":\"exists\",\"plan\":%s}%s",
             negated ? "{\"type\":\"not\",\"predicate\":" : "", node.text, negated ? "}" : "");
    g->limited |= node.has_limit;
    g->selected |= node.has_select_left;
    g->over_nothing |= node.over_nothing;
}

static inline void gen_exists(struct gen *g, const struct gen_node *row, struct text *out)
{
    if (g->nest == GEN_NEST_MAX)
        gen_comparison(g, "neq", "r", 1, "id", out);
    else
        gen_exists_of(g, row, gen_percent(g, 30), NULL, out);
}

/* A subquery's rows and all below it, under one alias; those of that alias are hidden. */
static inline void gen_adopt(struct gen *g, struct gen_node *node, const struct gen_node *child,
                             const char *alias)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < node->child_count; i++)
        if (*node->children[i] != *alias)
            node->children[kept++] = node->children[i];
    for (unsigned i = 0; i < child->source_count + child->child_count; i++) {
        const char *source = i < child->source_count ? child->sources[i]
                                                     : child->children[i - child->source_count] + 2;
        struct text text = {0};

        text_add(&text, "%s %s", alias, source);
        node->children[kept++] = gen_keep(g, &text);
    }
    node->child_count = kept;
    node->has_children = true;
    node->has_limit |= child->has_limit;
    node->has_select_left |= child->has_select_left;
    node->over_nothing |= child->over_nothing;
}

static inline void gen_child(struct gen *g, const struct gen_node *row, struct gen_node *node,
                             const char *alias, bool single, const struct gen_wish *wish,
                             struct text *out)
{
    struct gen_node child = gen_subplan(g, row, false, wish);

    if (node->child_count + child.child_count + child.source_count > GEN_CHILDREN_MAX)
        child = gen_scan(g);
    text_add(out, "%s{\"type\":\"subquery\",\"alias\":\"%s\",%s\"plan\":%s}",
             out->bytes[out->size - 1] == '[' ? "" : ",", alias, single ? "\"single\":true," : "",
             child.text);
    gen_adopt(g, node, &child, alias);
}

static inline void gen_children(struct gen *g, const struct gen_node *row, struct gen_node *node,
                                struct text *out)
{
    static const char *const aliases[] = {"x", "y", "z"};
    unsigned first = gen_below(g, 3);

    if (g->nest == GEN_NEST_MAX)
        return;
    gen_child(g, row, node, aliases[first], gen_percent(g, 25), NULL, out);
    if (g->subqueries && gen_percent(g, 30))
        gen_child(g, row, node, aliases[(first + 1) % 3], gen_percent(g, 25), NULL, out);
}

/* 0: one subquery; 1: single; 2: two of them; 3: exists; 4: not exists; 5: exists or something
 * else; 6: exists and not exists. */
static inline void gen_held(struct gen *g, struct gen_node *node, const struct gen_wish *wish)
{
    const struct gen_node row = *node;
    struct text text = {0};

    if (wish->holder < 3) {
        const char *first = gen_percent(g, 80) ? "{\"type\":\"all\"}" : "";

        text_add(&text, "{\"op\":\"project\",\"projections\":[%s", first);
        if (!*first) {
            gen_narrow(g, node, "|");
            node->path_count = 0;
        }
        gen_child(g, &row, node, "x", wish->holder == 1, wish, &text);
        if (wish->holder == 2)
            gen_child(g, &row, node, "y", gen_percent(g, 30), wish, &text);
        text_add(&text, "],\"input\":%s}", row.text);
    } else {
        text_add(&text, "{\"op\":\"filter\",\"predicate\":");
        if (wish->holder >= 5)
            text_add(&text, "{\"type\":\"%s\",\"predicates\":[", wish->holder == 5 ? "or" : "and");
        gen_exists_of(g, &row, wish->holder == 4, wish, &text);
        if (wish->holder >= 5)
            text_add(&text, ",");
        if (wish->holder == 5)
            gen_predicate(g, &row, 3, (int)gen_below(g, 6), &text);
        if (wish->holder == 6)
            gen_exists_of(g, &row, true, wish, &text);
        text_add(&text, "%s,\"input\":%s}", wish->holder >= 5 ? "]}" : "", row.text);
    }
    node->text = gen_keep(g, &text);
}

/* 0: a filter; 1: one that asks the rows around; 2: a project; 3: of all and a field; 4, 5: a join
 * whose left or right side it is; 6: one of both; 7, 8, 9: a limit without an order, with one, in
 * partitions; 10: a limit in which it is filtered again; 11: with children; 12: with exists; 13: a
 * distinct; 14: a set operation; 15: an aggregate; 16: an unnest; 17: a window. */
static inline void gen_inside(struct gen *g, struct gen_node *node, int kind)
{
    const struct gen_wish deeper = {.holder = kind == 11 ? (int)gen_below(g, 3)
                                                         : 3 + (int)gen_below(g, 4),
                                    .relation = 2 + (int)gen_below(g, NESTED_RELATIONS - 2),
                                    .inside = {NESTED_NONE, NESTED_NONE}};

    if (kind == 0) {
        gen_filter(g, node, -1);
    } else if (kind == 1) {
        gen_filter(g, node, GEN_RELATION + (int)gen_below(g, NESTED_RELATIONS - 1));
    } else if (kind == 2 || kind == 3) {
        gen_project(g, node, kind == 2 ? 1 : 2, false);
    } else if (kind >= 4 && kind <= 6) {
        struct gen_node other = gen_percent(g, 50) && g->nest ? gen_tied(g) : gen_scan(g);
        unsigned join = gen_below(g, GEN_JOINS);
        bool right = kind == 5 && !node->has_children;

        if (gen_joins[join].both != (kind == 6 && !node->has_children))
            join = kind == 6 && !node->has_children ? GEN_COUNTING_JOINS : 0;
        gen_join(g, right ? &other : node, right ? *node : other, join);
        if (right)
            *node = other;
    } else if (kind >= 7 && kind <= 9) {
        gen_limit(g, node, kind == 7 ? 0 : kind == 8 ? 2 : 4);
    } else if (kind == 10) {
        gen_limit(g, node, 1);
        gen_inside(g, node, g->nest ? 1 : 0);
    } else if (kind == 13 && !node->has_children) {
        gen_distinct(g, node, gen_below(g, GEN_DISTINCTS));
    } else if (kind == 14 && !node->has_children) {
        struct gen_node other = gen_percent(g, 70) && g->nest ? gen_tied(g) : gen_scan(g);

        gen_set(g, node, &other, gen_below(g, GEN_SETS - GEN_DISTINCTS));
    } else if (kind == 15) {
        gen_aggregate(g, node, gen_below(g, GEN_AGGREGATES));
    } else if (kind == 16) {
        gen_unnest(g, node, gen_below(g, GEN_UNNESTS));
    } else if (kind == 17) {
        gen_window(g, node, gen_below(g, GEN_WINDOWS));
    } else if ((kind == 11 || kind == 12) && g->nest < GEN_NEST_MAX && (kind == 12 || !g->aside)) {
        gen_held(g, node, &deeper);
    }
}

/* 0: a filter; 1: a project; 2: a limit; 3: a join; 4: another subquery of the same alias; 5: one
 * of both sides where that may be. */
static inline void gen_above(struct gen *g, struct gen_node *node, int kind)
{
    static const int insides[] = {0, 2, 8, 4, 11, 6};

    if (kind != NESTED_NONE)
        gen_inside(g, node, insides[kind]);
}

/* The n-th small shape, or pair; false: there are no more. */
static inline bool gen_wished(struct gen *g, uint64_t n, struct gen_wish *wish)
{
    int *const features[] = {&wish->holder,    &wish->relation, &wish->inside[0],
                             &wish->inside[1], &wish->above[0], &wish->above[1]};
    static const unsigned counts[] = {NESTED_HOLDERS, NESTED_RELATIONS, NESTED_INSIDES,
                                      NESTED_INSIDES, NESTED_ABOVES,    NESTED_ABOVES};
    static const unsigned layers[][2] = {{0, 1}, {0, 2}, {0, 4}, {2, 3},
                                         {1, 2}, {2, 4}, {1, 4}, {4, 5}};

    *wish = (struct gen_wish){(int)gen_below(g, gen_percent(g, 60) ? 3 : NESTED_HOLDERS),
                              gen_percent(g, 60) ? 2 : (int)gen_below(g, NESTED_RELATIONS),
                              {NESTED_NONE, gen_percent(g, 30) ? 11 : NESTED_NONE},
                              {NESTED_NONE, NESTED_NONE}};
    for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
        const unsigned first = layers[i][0];
        const unsigned second = layers[i][1];

        if (n < (uint64_t)counts[first] * counts[second]) {
            *features[first] = (int)(n % counts[first]);
            *features[second] = (int)(n / counts[first]);
            return true;
        }
        n -= (uint64_t)counts[first] * counts[second];
    }
    return false;
}

static inline struct gen_node gen_nested_tree(struct gen *g, uint64_t n)
{
    struct gen_wish wish;
    struct gen_node node;

    if (!gen_wished(g, n, &wish)) {
        if (n % 2)
            return gen_tree(g, 2 + gen_below(g, 4), NULL, 0);
        wish.inside[0] = gen_percent(g, 70) ? (int)gen_below(g, NESTED_INSIDES) : 11;
        wish.inside[1] = gen_percent(g, 50) ? (int)gen_below(g, NESTED_INSIDES) : 11;
        wish.above[0] = gen_percent(g, 50) ? (int)gen_below(g, NESTED_ABOVES) : NESTED_NONE;
    }
    node = gen_scan(g);
    if (gen_percent(g, 40))
        gen_inside(g, &node, GEN_PICK(g, ((const int[]){0, 2, 4, 4, 6, 8})));
    gen_held(g, &node, &wish);
    gen_above(g, &node, wish.above[0]);
    gen_above(g, &node, wish.above[1]);
    return node;
}

/* Whether a window is seen in the view: what is said of its records is more than is known. */
static inline bool gen_is_windowed(const struct gen_node *root)
{
    for (unsigned i = 0; i < root->source_count; i++)
        if (strstr(root->sources[i], "|w"))
            return true;
    for (unsigned i = 0; i < root->child_count; i++)
        if (strstr(root->children[i], "|w"))
            return true;
    return false;
}

/* Whether a record of the view may be found with two different rows: by two sources, or by one that
 * shows the row around. */
static inline bool gen_is_mixed(const struct gen_node *root)
{
    const char *sources[GEN_SOURCES_MAX + GEN_CHILDREN_MAX];
    unsigned count = 0;

    for (unsigned i = 0; i < root->source_count && root->has_children; i++)
        sources[count++] = root->sources[i];
    for (unsigned i = 0; i < root->child_count; i++)
        sources[count++] = root->children[i] + 2;
    for (unsigned i = 0; i < count; i++) {
        if (strchr(sources[i], '^'))
            return true;
        for (unsigned j = 0; j < i; j++)
            if (*sources[i] == *sources[j] && strcmp(sources[i], sources[j]) != 0)
                return true;
    }
    return false;
}

#endif

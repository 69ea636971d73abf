#ifndef SSP_TESTS_GENERATE_TREE_H
#define SSP_TESTS_GENERATE_TREE_H

/*
 * Random trees of operators.
 *
 * Seeds count up through the small shapes: first every feature over a scan, four times each, then
 * every feature over every other, then trees up to five operators deep. The views of a case share
 * sub-plans, or are twins that differ in one operand, so that nodes are shared where they may be
 * and only there.
 */
#include "generate_aggregate.h"
#include "generate_predicate.h"
#include "generate_recursion.h"
#include "generate_sets.h"
#include "generate_window.h"

enum {
    GEN_LINEAR = GEN_PREDICATES + GEN_PROJECTS + GEN_JOINS,
    GEN_FLAT = GEN_LINEAR + GEN_LIMITS + GEN_UNNESTS + GEN_WINDOWS + GEN_AGGREGATES + GEN_SETS,
    GEN_FEATURES = GEN_FLAT + GEN_RECURSIONS
};

/* In generate_nested.h: rows that are tied to those around. */
static inline struct gen_node gen_tied(struct gen *g);

static inline struct gen_node gen_tree(struct gen *g, unsigned depth, const unsigned *features,
                                       unsigned forced);

/* Where a tree begins. */
static inline struct gen_node gen_leaf(struct gen *g)
{
    return g->readable_count && gen_percent(g, 35) ? gen_read(g) : gen_scan(g);
}

/* The other side of an operator; subqueries would add nothing there. False: it grows too large. */
static inline bool gen_other(struct gen *g, const struct gen_node *node, unsigned depth,
                             struct gen_node *other)
{
    bool aside = g->aside;

    g->aside = true;
    *other = gen_tree(g, gen_below(g, depth), NULL, 0);
    g->aside = aside;
    return node->joins + other->joins <= (g->nested ? 0 : 2); /* rows of pairs of pairs */
}

static inline void gen_joined(struct gen *g, struct gen_node *node, unsigned kind, unsigned depth)
{
    struct gen_node other;
    bool fits = gen_other(g, node, depth, &other);

    if (fits && node->has_children) { /* stands on the left and is selected */
        gen_join(g, node, other, gen_joins[kind].both ? kind % GEN_COUNTING_JOINS : kind);
    } else if (fits && !gen_joins[kind].self && gen_percent(g, 50)) {
        gen_join(g, &other, *node, kind);
        *node = other;
    } else if (fits) {
        gen_join(g, node, other, kind);
    }
}

static inline void gen_united(struct gen *g, struct gen_node *node, unsigned kind, unsigned depth)
{
    struct gen_node other;

    if (node->has_children)
        return;
    if (kind < GEN_DISTINCTS)
        gen_distinct(g, node, kind);
    else if (gen_other(g, node, depth, &other))
        gen_set(g, node, &other, kind - GEN_DISTINCTS);
}

/* One operator over a tree of fewer. */
static inline struct gen_node gen_grown(struct gen *g, unsigned depth, const unsigned *features,
                                        unsigned forced)
{
    unsigned feature = forced ? *features : gen_below(g, GEN_FEATURES);
    struct gen_node node =
        gen_tree(g, depth - 1, forced ? features + 1 : NULL, forced ? forced - 1 : 0);

    if (!forced && feature < GEN_PREDICATES && gen_percent(g, 30))
        feature = GEN_PREDICATES + gen_below(g, GEN_FEATURES - GEN_PREDICATES);
    if (g->subqueries && !g->aside && gen_percent(g, 40))
        feature = GEN_PREDICATES;
    if (feature < GEN_PREDICATES) {
        gen_filter(g, &node, g->subqueries && gen_percent(g, 40) ? GEN_EXISTS : (int)feature);
    } else if (feature < GEN_PREDICATES + GEN_PROJECTS) {
        bool children = g->subqueries && !g->aside && gen_percent(g, 70);

        gen_project(g, &node, feature - GEN_PREDICATES, children);
    } else if (feature < GEN_PREDICATES + GEN_PROJECTS + GEN_JOINS) {
        gen_joined(g, &node, feature - GEN_PREDICATES - GEN_PROJECTS, depth);
    } else if (feature < GEN_LINEAR + GEN_LIMITS) {
        gen_limit(g, &node, feature - GEN_LINEAR);
    } else if (feature < GEN_LINEAR + GEN_LIMITS + GEN_UNNESTS) {
        gen_unnest(g, &node, feature - GEN_LINEAR - GEN_LIMITS);
    } else if (feature < GEN_LINEAR + GEN_LIMITS + GEN_UNNESTS + GEN_WINDOWS) {
        gen_window(g, &node, feature - GEN_LINEAR - GEN_LIMITS - GEN_UNNESTS);
    } else if (feature < GEN_FLAT - GEN_SETS) {
        gen_aggregate(g, &node, feature + GEN_SETS + GEN_AGGREGATES - GEN_FLAT);
    } else if (feature < GEN_FLAT) {
        gen_united(g, &node, feature + GEN_SETS - GEN_FLAT, depth);
    } else {
        gen_fixpoint(g, &node, feature - GEN_FLAT, depth);
    }
    return node;
}

/* A tree of `depth` operators over scans. features[0 .. forced) are its top ones; the input under
 * the top one is the left or the right side of a join. */
static inline struct gen_node gen_tree(struct gen *g, unsigned depth, const unsigned *features,
                                       unsigned forced)
{
    unsigned asked = g->asked;
    struct gen_node node;

    if (depth == 0)
        return g->nest && gen_percent(g, 75) ? gen_tied(g) : gen_leaf(g);
    if (!forced && g->made_count && gen_percent(g, 25)) {
        node = g->made[gen_below(g, g->made_count)];
        if (node.alone && !(g->aside && node.has_children))
            return node;
    }
    g->asked = GEN_NEST_MAX;
    node = gen_grown(g, depth, features, forced);
    node.alone = g->asked >= g->nest;
    if (asked < g->asked)
        g->asked = asked;
    if (g->made_count < GEN_MADE_MAX)
        g->made[g->made_count++] = node;
    return node;
}

/* An aggregate of many functions, mostly over the records themselves, so that its few groups meet
 * everything that can happen to a group; or over rows that have weights. */
static inline struct gen_node gen_totals(struct gen *g)
{
    unsigned join = GEN_PREDICATES + GEN_PROJECTS + gen_below(g, GEN_COUNTING_JOINS);
    unsigned depth = gen_percent(g, 60) ? 0 : 1 + gen_below(g, 2);
    struct gen_node node = gen_tree(g, depth, &join, depth == 1);

    gen_aggregate(g, &node, gen_percent(g, 30) ? 3 : gen_below(g, GEN_AGGREGATES));
    return node;
}

/* The top operators that a seed asks for; returns the depth of the tree. Of the larger seeds every
 * fourth asks for a limit over rows that count. */
static inline unsigned gen_shape(struct gen *g, uint64_t seed, unsigned *features, unsigned *forced)
{
    const uint64_t singles = (uint64_t)GEN_FEATURES * 4;
    const uint64_t pairs = (uint64_t)GEN_FEATURES * GEN_FEATURES;
    const unsigned joins = GEN_PREDICATES + GEN_PROJECTS;
    const unsigned pair = (unsigned)((seed - singles) * 1009 % pairs); /* a short run sees all */

    *forced = seed < singles ? 1 : seed < singles + pairs || seed % 4 == 0 ? 2 : 0;
    if (*forced == 1) {
        features[0] = (unsigned)seed % GEN_FEATURES;
    } else if (seed < singles + pairs) {
        features[0] = pair / GEN_FEATURES;
        features[1] = pair % GEN_FEATURES;
    } else if (*forced) {
        features[0] = joins + GEN_JOINS + gen_below(g, GEN_LIMITS);
        features[1] = joins + gen_below(g, GEN_COUNTING_JOINS);
    }
    return seed < singles + pairs ? *forced : 2 + gen_below(g, 4);
}

#endif

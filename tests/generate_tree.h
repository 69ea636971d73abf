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
#include "generate_sets.h"

enum {
    GEN_FEATURES =
        GEN_PREDICATES + GEN_PROJECTS + GEN_JOINS + GEN_LIMITS + GEN_AGGREGATES + GEN_SETS
};

/* A tree of `depth` operators over scans. features[0 .. forced) are its top ones; the input under
 * the top one is the left or the right side of a join. */
static inline struct gen_node gen_tree(struct gen *g, unsigned depth, const unsigned *features,
                                       unsigned forced)
{
    unsigned feature = forced ? *features : gen_below(g, GEN_FEATURES);
    struct gen_node node;

    if (depth == 0)
        return gen_scan(g);
    if (!forced && g->made_count && gen_percent(g, 25))
        return g->made[gen_below(g, g->made_count)];
    node = gen_tree(g, depth - 1, forced ? features + 1 : NULL, forced ? forced - 1 : 0);
    if (!forced && feature < GEN_PREDICATES && gen_percent(g, 30))
        feature = GEN_PREDICATES + gen_below(g, GEN_FEATURES - GEN_PREDICATES);
    if (feature < GEN_PREDICATES) {
        gen_filter(g, &node, (int)feature);
    } else if (feature < GEN_PREDICATES + GEN_PROJECTS) {
        gen_project(g, &node, feature - GEN_PREDICATES);
    } else if (feature < GEN_PREDICATES + GEN_PROJECTS + GEN_JOINS) {
        struct gen_node other = gen_tree(g, gen_below(g, depth), NULL, 0);
        unsigned kind = feature - GEN_PREDICATES - GEN_PROJECTS;
        bool swap = !gen_joins[kind].self && gen_percent(g, 50);

        if (node.joins + other.joins > 2) /* rows of pairs of pairs grow too large */
            return node;
        if (swap)
            gen_join(g, &other, node, kind);
        else
            gen_join(g, &node, other, kind);
        node = swap ? other : node;
    } else if (feature < GEN_FEATURES - GEN_SETS - GEN_AGGREGATES) {
        gen_limit(g, &node, feature - GEN_PREDICATES - GEN_PROJECTS - GEN_JOINS);
    } else if (feature < GEN_FEATURES - GEN_SETS) {
        gen_aggregate(g, &node, feature + GEN_SETS + GEN_AGGREGATES - GEN_FEATURES);
    } else if (feature < GEN_FEATURES - GEN_SETS + GEN_DISTINCTS) {
        gen_distinct(g, &node, feature + GEN_SETS - GEN_FEATURES);
    } else {
        struct gen_node other = gen_tree(g, gen_below(g, depth), NULL, 0);

        if (node.joins + other.joins > 2)
            return node;
        gen_set(g, &node, &other, feature + GEN_SETS - GEN_FEATURES - GEN_DISTINCTS);
    }
    if (g->made_count < GEN_MADE_MAX)
        g->made[g->made_count++] = node;
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

#ifndef SSP_TESTS_GENERATE_SETS_H
#define SSP_TESTS_GENERATE_SETS_H

/* Random operators that compare rows by value: distinct, union, except, intersect. */
#include "generate.h"

enum { GEN_DISTINCTS = 4, GEN_UNIONS = 2, GEN_SETS = GEN_DISTINCTS + GEN_UNIONS + 4 };

/* 0: whole rows; 1, 2: on one field, on two, mostly in an order; 3: no distinct, only its keys. */
static inline void gen_distinct(struct gen *g, struct gen_node *node, unsigned kind)
{
    struct text text = {0};
    bool ordered = kind % 3 && gen_percent(g, 70);

    text_add(&text, "{\"op\":\"%s\"", kind == 3 ? "rekey" : "distinct");
    for (unsigned i = 0; i < kind % 3; i++) {
        text_add(&text, "%s", i ? "," : ",\"on\":[");
        gen_key(g, gen_path(g, node), &text);
        text_add(&text, "%s", i + 1 < kind ? "" : "]");
    }
    if (ordered) {
        text_add(&text, ",\"order_by\":[{\"field\":");
        gen_key(g, gen_path(g, node), &text);
        text_add(&text, "%s}]", gen_direction(g));
    }
    text_add(&text, ",\"input\":%s}", node->text);
    node->text = gen_keep(g, &text);
    node->source_count = 0;
    node->has_select_left = node->has_select_left || kind == 3;
}

/* The input, mostly of a single field, so that rows of many inputs are equal. */
static inline struct gen_node gen_set_input(struct gen *g, struct gen_node node, bool narrow)
{
    struct text text = {0};
    struct text kept = {0};
    const char *path;

    if (!narrow)
        return node;
    path = gen_path(g, &node);
    text_add(&kept, "|,%s:a", path);
    text_add(&text, "{\"op\":\"project\",\"projections\":[{\"type\":\"field\",\"field\":");
    gen_path_text(g, path, &text);
    text_add(&text, ",\"alias\":\"a\"}],\"input\":%s}", node.text);
    node.text = gen_keep(g, &text);
    gen_narrow(g, &node, kept.bytes);
    free(kept.bytes);
    return node;
}

/* Records of the tables of both, if none is in both; else of no table. */
static inline void gen_join_sources(struct gen_node *node, const struct gen_node *other)
{
    bool apart = node->source_count && other->source_count;

    for (unsigned i = 0; apart && i < other->source_count; i++) {
        for (unsigned j = 0; j < node->source_count; j++)
            apart = apart && *node->sources[j] != *other->sources[i];
        if (apart)
            node->sources[node->source_count++] = other->sources[i];
    }
    if (!apart)
        node->source_count = 0;
}

/* 0, 1: union; 2, 3: except; 4, 5: intersect; the odd ones with `all`. */
static inline void gen_set(struct gen *g, struct gen_node *node, const struct gen_node *other,
                           unsigned kind)
{
    static const char *const names[] = {"union", "except", "intersect"};
    const struct gen_node *const inputs[] = {node, gen_percent(g, 85) ? other : node, node, other};
    unsigned count = gen_percent(g, 75) ? 2 : 3 + gen_below(g, 2);
    bool narrow = gen_percent(g, 60);
    bool all = kind % 2;
    struct gen_node sources = {0};
    struct text text = {0};

    text_add(&text, "{\"op\":\"%s\"%s,\"inputs\":[", names[kind / 2],
             all                  ? ",\"all\":true"
             : gen_percent(g, 50) ? ",\"all\":false"
                                  : "");
    for (unsigned i = 0; i < count; i++) {
        struct gen_node input = gen_set_input(g, *inputs[i], narrow);

        text_add(&text, "%s%s", i ? "," : "", input.text);
        if (i == 0)
            sources = input;
        else
            gen_join_sources(&sources, &input);
    }
    text_add(&text, "]}");
    node->text = gen_keep(g, &text);
    memcpy(node->sources, sources.sources, sizeof(node->sources));
    node->source_count = kind == 1 ? sources.source_count : 0;
    node->joins += other->joins;
    node->has_limit = node->has_limit || other->has_limit || kind == 3;
    node->over_nothing = node->over_nothing || other->over_nothing;
    node->has_select_left = node->has_select_left || other->has_select_left || all;
    if (narrow) {
        node->path_count = 0;
        gen_add_path(node, "", "a");
    }
}

#endif

#ifndef SSP_TESTS_GENERATE_SETS_H
#define SSP_TESTS_GENERATE_SETS_H

/* Random operators that compare rows by value: distinct, union, except, intersect. */
#include "generate.h"

enum { GEN_DISTINCTS = 3, GEN_UNIONS = 2, GEN_SETS = GEN_DISTINCTS + GEN_UNIONS + 4 };

/* 0: whole rows; 1, 2: on one field, on two, mostly in an order. */
static inline void gen_distinct(struct gen *g, struct gen_node *node, unsigned kind)
{
    struct text text = {0};
    bool ordered = kind && gen_percent(g, 70);

    text_add(&text, "{\"op\":\"distinct\"");
    for (unsigned i = 0; i < kind; i++) {
        text_add(&text, "%s", i ? "," : ",\"on\":[");
        gen_key(g, gen_path(g, node), &text);
        text_add(&text, "%s", i + 1 < kind ? "" : "]");
    }
    if (ordered) {
        text_add(&text, ",\"order_by\":[{\"field\":");
        gen_key(g, gen_path(g, node), &text);
        text_add(&text, ",\"direction\":\"%s\"}]", gen_percent(g, 50) ? "asc" : "desc");
    }
    text_add(&text, ",\"input\":%s}", node->text);
    node->text = gen_keep(g, &text);
}

/* The input, mostly of a single field, so that rows of many inputs are equal. */
static inline void gen_set_input(struct gen *g, const struct gen_node *node, bool narrow,
                                 struct text *out)
{
    if (!narrow) {
        text_add(out, "%s", node->text);
        return;
    }
    text_add(out, "{\"op\":\"project\",\"projections\":[{\"type\":\"field\",\"field\":");
    gen_path_text(g, gen_path(g, node), out);
    text_add(out, ",\"alias\":\"a\"}],\"input\":%s}", node->text);
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
    struct text text = {0};

    text_add(&text, "{\"op\":\"%s\"%s,\"inputs\":[", names[kind / 2],
             all                  ? ",\"all\":true"
             : gen_percent(g, 50) ? ",\"all\":false"
                                  : "");
    for (unsigned i = 0; i < count; i++) {
        text_add(&text, "%s", i ? "," : "");
        gen_set_input(g, inputs[i], narrow, &text);
    }
    text_add(&text, "]}");
    node->text = gen_keep(g, &text);
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

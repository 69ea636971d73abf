#ifndef SSP_TESTS_GENERATE_RECURSION_H
#define SSP_TESTS_GENERATE_RECURSION_H

/*
 * Random recursions, and views on views.
 *
 * A recursion ends because no value in it is new: a row has at most two columns, and what a step
 * puts into them is a part of a value that the base or another plan of the step has.
 */
#include "generate.h"
#include "generate_predicate.h"
#include "generate_window.h"

enum { GEN_RECURSIONS = 7 };

static inline struct gen_node gen_tree(struct gen *g, unsigned depth, const unsigned *features,
                                       unsigned forced);

/* The rows of a view of the file. */
static inline struct gen_node gen_read(struct gen *g)
{
    unsigned view = gen_below(g, g->readable_count);
    struct gen_node node = g->readable[view];
    struct text text = {0};

    text_add(&text, "{\"op\":\"view\",\"view_id\":\"v%u\"}", view);
    node.text = gen_keep(g, &text);
    node.has_children = false;
    node.child_count = 0;
    node.alone = true;
    return node;
}

/* A tree that knows nothing of rows around. */
static inline struct gen_node gen_apart(struct gen *g, unsigned depth)
{
    struct gen before = *g;
    struct gen_node node;

    g->aside = true;
    g->nest = 0;
    node = gen_tree(g, depth, NULL, 0);
    g->aside = before.aside;
    g->nest = before.nest;
    g->asked = before.asked;
    memcpy(g->around, before.around, sizeof(g->around));
    return node;
}

/* Rows become those of one column, or two, of the paths that they have. */
static inline void gen_two_columns(struct gen *g, struct gen_node *node)
{
    struct text text = {0};

    text_add(&text, "{\"op\":\"project\",\"projections\":[");
    for (unsigned i = 0; i < 2; i++) {
        if (i && gen_percent(g, 25))
            continue;
        text_add(&text, "%s{\"type\":\"field\",\"alias\":\"%s\",\"field\":", i ? "," : "",
                 i ? "b" : "a");
        gen_path_text(g, gen_path(g, node), &text);
        text_add(&text, "}");
    }
    text_add(&text, "],\"input\":%s}", node->text);
    node->text = gen_keep(g, &text);
    node->path_count = 0;
    gen_add_path(node, "", "a");
    gen_add_path(node, "", "b");
}

/* A join with the recursion on one side; the one chosen by gen_joins. */
static inline void gen_step_join(struct gen *g, struct gen_node *recurse, struct gen_node other,
                                 unsigned number)
{
    bool right = number == 9 || (number < 8 && gen_joins[number].both && gen_percent(g, 50));

    recurse->has_children = true; /* so that no side is joined with itself */
    other.has_children = true;
    if (!right) {
        gen_join(g, recurse, other, number);
    } else {
        gen_join(g, &other, *recurse, number);
        *recurse = other;
    }
    recurse->has_children = false;
}

/* Ways made of two ways. */
static inline void gen_ways(struct gen *g, struct gen_node *recurse)
{
    struct text text = {0};

    text_add(
        &text,
        "{\"op\":\"project\",\"projections\":[{\"type\":\"field\",\"field\":\"left.a\"},"
        "{\"type\":\"field\",\"field\":\"right.b\"}],\"input\":{\"op\":\"join\",\"select\":"
        "\"both\",\"on\":{\"left_field\":\"b\",\"right_field\":\"a\"},\"left\":%s,\"right\":%s}}",
        recurse->text, recurse->text);
    recurse->text = gen_keep(g, &text);
}

/* 0: the pairs with other rows; 1: those with one; 2: those without too; 3: a row of which there is
 * another one, or none; 4: some rows; 5: what recurses with itself; 6: two of these. */
static inline void gen_step(struct gen *g, struct gen_node *recurse, const struct gen_node *other,
                            unsigned kind)
{
    static const unsigned joins[4][4] = {
        {4, 5, 7, 4}, {0, 1, 0, 0}, {8, 9, 3, 14}, {12, 13, 15, 16}};
    static const unsigned inner[] = {0, 1, 4, 5};
    unsigned subqueries = g->subqueries;
    unsigned nest = g->nest;
    struct gen_node more = *recurse;
    struct text text = {0};

    if (kind == 5 && gen_percent(g, 60)) {
        gen_ways(g, recurse);
        return;
    }
    g->subqueries = 0; /* no exists in it, and nothing of a row around */
    g->nest = 0;
    if (kind < 4)
        gen_step_join(g, recurse, *other, GEN_PICK(g, joins[kind]));
    else if (kind == 5)
        gen_join(g, recurse, *recurse, GEN_PICK(g, inner));
    if (gen_percent(g, 15))
        gen_unnest(g, recurse, gen_below(g, GEN_UNNESTS));
    if (kind == 4 || gen_percent(g, 20))
        gen_filter(g, recurse, -1);
    g->subqueries = subqueries;
    g->nest = nest;
    if (kind < 6) {
        gen_two_columns(g, recurse);
        return;
    }
    gen_step(g, recurse, other, gen_below(g, 6));
    gen_step(g, &more, other, gen_below(g, 6));
    text_add(&text, "{\"op\":\"union\",\"all\":%s,\"inputs\":[%s,%s]}",
             gen_percent(g, 50) ? "true" : "false", recurse->text, more.text);
    recurse->text = gen_keep(g, &text);
}

static inline void gen_fixpoint(struct gen *g, struct gen_node *node, unsigned kind, unsigned depth)
{
    static const char *const names[] = {"r", "s"};
    const char *name = GEN_PICK(g, names);
    struct gen_node recurse = {.alone = true, .paths = {"a", "b"}, .path_count = 2};
    struct gen_node other;
    struct text text = {0};

    if (node->has_children)
        return;
    if (g->nest)
        *node = gen_apart(g, gen_below(g, depth));
    other = gen_apart(g, gen_below(g, depth));
    if (node->joins + other.joins > (g->nested ? 0 : 1))
        other = gen_apart(g, 0);
    if (gen_percent(g, 85))
        gen_two_columns(g, node);
    text_add(&text, "{\"op\":\"recurse\",\"name\":\"%s\"}", name);
    recurse.text = gen_keep(g, &text);
    gen_step(g, &recurse, &other, kind);
    text = (struct text){0};
    text_add(&text, "{\"op\":\"fixpoint\",\"name\":\"%s\",\"base\":%s,\"step\":%s%s}", name,
             node->text, recurse.text, gen_percent(g, 20) ? ",\"max_rounds\":1000" : "");
    node->text = gen_keep(g, &text);
    node->source_count = 0;
    node->joins += other.joins + 1;
    node->has_limit = node->has_limit || other.has_limit;
    node->over_nothing = node->over_nothing || other.over_nothing;
    node->has_select_left = node->has_select_left || other.has_select_left;
    node->path_count = 0;
    gen_add_path(node, "", "a");
    gen_add_path(node, "", "b");
}

#endif

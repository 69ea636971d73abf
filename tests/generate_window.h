#ifndef SSP_TESTS_GENERATE_WINDOW_H
#define SSP_TESTS_GENERATE_WINDOW_H

/* Random unnests. */
#include "generate.h"

enum { GEN_UNNESTS = 2 };

/* 0: rows without elements go; 1: they stay. */
static inline void gen_unnest(struct gen *g, struct gen_node *node, unsigned kind)
{
    static const char *const names[] = {"a", "b", "e"};
    const char *alias = GEN_PICK(g, names);
    struct text text = {0};

    if (node->has_children) /* would add nothing */
        return;
    text_add(&text, "{\"op\":\"unnest\",\"alias\":\"%s\",\"field\":", alias);
    if (gen_percent(g, 40)) { /* an array, whatever the rows have */
        text_add(&text, "{\"call\":\"array\",\"args\":[{\"field\":\"%s\"},1]}", gen_path(g, node));
    } else {
        const char *path = gen_percent(g, 50) ? "n.y" : gen_path(g, node);

        gen_path_text(g, path, &text);
    }
    if (kind || gen_percent(g, 20))
        text_add(&text, ",\"outer\":%s", kind ? "true" : "false");
    if (gen_percent(g, 40)) {
        text_add(&text, ",\"ordinality\":\"c\"");
        gen_add_path(node, "", "c");
    }
    text_add(&text, ",\"input\":%s}", node->text);
    node->text = gen_keep(g, &text);
    gen_add_path(node, "", alias);
    node->source_count = 0;
}

#endif

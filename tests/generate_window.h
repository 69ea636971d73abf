#ifndef SSP_TESTS_GENERATE_WINDOW_H
#define SSP_TESTS_GENERATE_WINDOW_H

/* Random unnests, and windows of every function over every frame. */
#include "generate.h"

enum { GEN_UNNESTS = 2, GEN_WINDOWS = 8 };

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

static inline void gen_bound(struct gen *g, const char *name, unsigned side, bool range,
                             struct text *out)
{
    static const char *const names[] = {"unbounded_preceding", "", "current_row", "",
                                        "unbounded_following"};
    static const char *const distances[] = {"0", "1", "2", "0.5", "1e0", "9"};

    text_add(out, ",\"%s\":", name);
    if (side % 2 == 0)
        text_add(out, "\"%s\"", names[side]);
    else
        text_add(out, "{\"%s\":%s}", side == 1 ? "preceding" : "following",
                 range ? GEN_PICK(g, distances) : distances[gen_below(g, 3)]);
}

static inline void gen_frame(struct gen *g, bool range, bool distances, struct text *out)
{
    unsigned start = gen_below(g, 4);
    unsigned least = start < 1 ? 1 : start;
    unsigned end = least + gen_below(g, 5 - least);

    if (!distances && start % 2)
        start--;
    if (!distances && end % 2)
        end++;
    text_add(out, ",\"frame\":{\"type\":\"%s\"", range ? "range" : "rows");
    if (start || gen_percent(g, 70))
        gen_bound(g, "start", start, range, out);
    if (end != 2 || gen_percent(g, 70))
        gen_bound(g, "end", end, range, out);
    text_add(out, "}");
}

/* orders: how many fields the window is in order of. */
static inline void gen_call(struct gen *g, const struct gen_node *input, unsigned kind,
                            unsigned orders, struct text *out)
{
    static const char *const ranks[] = {"row_number", "rank", "dense_rank", "ntile"};
    static const char *const looks[] = {"lag", "lead"};
    static const char *const framed[] = {"first_value", "last_value", "count", "sum",
                                         "sum",         "avg",        "min",   "max"};
    const char *function = kind == 0   ? GEN_PICK(g, ranks)
                           : kind == 1 ? GEN_PICK(g, looks)
                           : kind == 2 ? framed[gen_below(g, 2)]
                                       : GEN_PICK(g, framed);
    bool range = kind == 4 || (kind == 2 && gen_percent(g, 50));

    text_add(out, "{\"func\":\"%s\"", function);
    if ((strcmp(function, "sum") == 0 || strcmp(function, "avg") == 0) && gen_percent(g, 25))
        text_add(out, ",\"numeric\":true");
    if (strcmp(function, "ntile") == 0) {
        text_add(out, ",\"args\":[%u]", 1 + gen_below(g, 4));
    } else if (kind > 0 && (strcmp(function, "count") != 0 || gen_percent(g, 60))) {
        text_add(out, ",\"args\":[{\"field\":");
        gen_path_text(g, gen_path(g, input), out);
        text_add(out, "}");
        if (kind == 1 && gen_percent(g, 60))
            text_add(out, ",%u%s", gen_below(g, 4), gen_percent(g, 40) ? ",{\"field\":\"b\"}" : "");
        text_add(out, "]");
    }
    if (kind >= 2 && kind < 5)
        gen_frame(g, range, !range || orders == 1, out);
}

static inline void gen_session(struct gen *g, struct gen_node *node)
{
    static const char *const names[] = {"a", "w", "x"};
    static const char *const gaps[] = {"1", "\"1s\"", "2", "0.5", "\"10s\""};
    const char *name = GEN_PICK(g, names);
    unsigned partitions = gen_below(g, 3);
    char source[32];
    struct text text = {0};

    text_add(&text, "{\"op\":\"session\",\"gap\":%s,\"time\":", GEN_PICK(g, gaps));
    gen_time(g, gen_path(g, node), &text);
    for (unsigned i = 0; i < partitions; i++) {
        text_add(&text, "%s", i ? "," : ",\"partition_by\":[");
        gen_key(g, gen_path(g, node), &text);
        text_add(&text, "%s", i + 1 < partitions ? "" : "]");
    }
    text_add(&text, ",\"alias\":\"%s\",\"input\":%s}", name, node->text);
    node->text = gen_keep(g, &text);
    gen_add_path(node, "", name);
    (void)snprintf(source, sizeof(source), "|ws%zu%s", g->owned_count,
                   g->asked < g->nest ? "^" : "");
    gen_narrow(g, node, source);
}

/* 0: ranks; 1: lag and lead; 2: first and last; 3: over rows; 4: over a range; 5: with the frame
 * that is usual, also without an order; 6, 7: sessions. */
static inline void gen_window(struct gen *g, struct gen_node *node, unsigned kind)
{
    static const char *const names[] = {"a", "w", "x"};
    const struct gen_node input = *node;
    unsigned orders = kind == 4 ? 1U + gen_percent(g, 15) : gen_below(g, 3);
    unsigned partitions = gen_below(g, 3);
    unsigned calls = 1 + gen_below(g, 3);
    char source[32];
    struct text text = {0};

    if (kind > 5) {
        gen_session(g, node);
        return;
    }
    text_add(&text, "{\"op\":\"window\"");
    for (unsigned i = 0; i < orders; i++) {
        text_add(&text, "%s", i ? ",{\"field\":" : ",\"order_by\":[{\"field\":");
        gen_key(g, gen_path(g, &input), &text);
        text_add(&text, "%s%s%s", gen_percent(g, 40) ? ",\"direction\":\"desc\"" : "",
                 gen_percent(g, 80)   ? ""
                 : gen_percent(g, 50) ? ",\"nulls\":\"first\""
                                      : ",\"nulls\":\"last\"",
                 i + 1 < orders ? "}" : "}]");
    }
    for (unsigned i = 0; i < partitions; i++) {
        text_add(&text, "%s", i ? "," : ",\"partition_by\":[");
        gen_key(g, gen_path(g, &input), &text);
        text_add(&text, "%s", i + 1 < partitions ? "" : "]");
    }
    text_add(&text, ",\"functions\":[");
    for (unsigned i = 0; i < calls; i++) {
        gen_call(g, &input, kind, orders, &text);
        text_add(&text, ",\"alias\":\"%s\"}%s", names[i], i + 1 < calls ? "," : "]");
        gen_add_path(node, "", names[i]);
    }
    text_add(&text, ",\"input\":%s}", input.text);
    node->text = gen_keep(g, &text);
    node->has_limit = true;
    (void)snprintf(source, sizeof(source), "|w%zu%s", g->owned_count,
                   g->asked < g->nest ? "^" : "");
    gen_narrow(g, node, source); /* like no other; under other rows around not like itself */
}

#endif

#ifndef SSP_TESTS_GENERATE_AGGREGATE_H
#define SSP_TESTS_GENERATE_AGGREGATE_H

/* Random aggregates: every function, over nothing, one group or many. */
#include "generate.h"

enum { GEN_AGGREGATES = 4 };

static inline void gen_measure(struct gen *g, const struct gen_node *input, unsigned i,
                               struct text *out)
{
    static const char *const functions[] = {"count",
                                            "count",
                                            "count_distinct",
                                            "sum",
                                            "sum",
                                            "avg",
                                            "min",
                                            "max",
                                            "array_agg",
                                            "string_agg",
                                            "bool_and",
                                            "bool_or",
                                            "first",
                                            "last",
                                            "arg_min",
                                            "arg_max",
                                            "stddev",
                                            "stddev_pop",
                                            "variance",
                                            "var_pop",
                                            "median",
                                            "percentile",
                                            "percentile_disc",
                                            "mode"};
    const char *function = GEN_PICK(g, functions);
    bool arg = strncmp(function, "arg_", 4) == 0;
    bool squares = strncmp(function, "var", 3) == 0; /* of large ones the model cannot read */
    bool share = strncmp(function, "percentile", 10) == 0;
    bool ordered =
        strstr(function, "_agg") || !strcmp(function, "first") || !strcmp(function, "last");
    bool distinct = !arg && !share && gen_percent(g, 25);

    text_add(out, "%s{\"func\":\"%s\",\"alias\":\"m%u\"", i ? "," : "", function, i);
    if (strcmp(function, "count") != 0 || distinct || gen_percent(g, 50)) {
        text_add(out, ",\"field\":%s", squares ? "{\"call\":\"mod\",\"args\":[{\"field\":" : "");
        (squares ? gen_path_text : gen_key)(g, gen_path(g, input), out);
        text_add(out, "%s", squares ? "},1000]}" : "");
    }
    if (arg) {
        text_add(out, ",\"by\":");
        gen_key(g, gen_path(g, input), out);
    }
    if (share)
        text_add(out, ",\"p\":%s", GEN_PICK(g, ((const char *const[]){"0", "0.5", "0.9", "1"})));
    if (distinct)
        text_add(out, ",\"distinct\":true");
    if ((strcmp(function, "sum") == 0 || strcmp(function, "avg") == 0 || squares ||
         strncmp(function, "stddev", 6) == 0) &&
        gen_percent(g, 50))
        text_add(out, ",\"numeric\":%s", gen_percent(g, 50) ? "true" : "3");
    if (ordered && !distinct && gen_percent(g, 60)) {
        text_add(out, ",\"order_by\":[{\"field\":");
        gen_key(g, gen_path(g, input), out);
        text_add(out, "%s}]", gen_direction(g));
    }
    if (gen_percent(g, 25)) {
        text_add(out, ",\"filter\":");
        gen_predicate(g, input, 2, -1, out);
    }
    text_add(out, "}");
}

/* A group by windows of time. */
static inline void gen_time_group(struct gen *g, const struct gen_node *input, bool many,
                                  struct text *out)
{
    static const char *const kinds[] = {"tumble", "hop", "session"};
    static const char *const lengths[] = {"\"size\":2", "\"slide\":1,\"size\":\"2s\"",
                                          "\"gap\":\"1s\""};
    unsigned kind = many ? gen_below(g, 3) : 0;

    text_add(out, "{\"%s\":{%s,\"field\":", kinds[kind], lengths[kind]);
    gen_time(g, gen_path(g, input), out);
    text_add(out, "}");
}

/* 0: no groups; 1: by one field; 2: by two; 3: by one, and having. */
static inline void gen_aggregate(struct gen *g, struct gen_node *node, unsigned kind)
{
    const struct gen_node input = *node;
    unsigned subqueries = g->subqueries;
    unsigned nest = g->nest;
    unsigned groups = kind == 2 ? 2 : kind > 0;
    unsigned measures = g->totals ? 2 + gen_below(g, 6) : gen_below(g, 4);
    bool windowed = false;
    struct text text = {0};

    if (node->has_children) /* would add nothing */
        return;
    g->subqueries = 0; /* no exists and no row around in its predicates */
    g->nest = 0;
    text_add(&text, "{\"op\":\"aggregate\",\"group_by\":[");
    node->path_count = 0;
    for (unsigned i = 0; i < groups; i++) {
        char name[8];

        (void)snprintf(name, sizeof(name), "%s", i ? "b" : "a");
        text_add(&text, "%s", i ? "," : "");
        if (gen_percent(g, 30)) {
            gen_time_group(g, &input, !windowed, &text);
            windowed = true;
        } else {
            text_add(&text, "{\"field\":");
            gen_key(g, gen_path(g, &input), &text);
        }
        text_add(&text, ",\"alias\":\"%s\"}", name);
        gen_add_path(node, "", name);
    }
    text_add(&text, "],\"aggregates\":[");
    for (unsigned i = 0; i < measures; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "m%u", i);
        gen_measure(g, &input, i, &text);
        gen_add_path(node, "", name);
    }
    text_add(&text, "]");
    if (kind == 3) {
        text_add(&text, ",\"having\":");
        if (measures && gen_percent(g, g->totals ? 60 : 10))
            text_add(&text, "{\"type\":\"%s\",\"field\":\"m%u\",\"value\":%u}",
                     gen_percent(g, 50) ? "gte" : "lt", gen_below(g, measures), gen_below(g, 4));
        else
            gen_predicate(g, node, 1, -1, &text);
    }
    text_add(&text, ",\"input\":%s}", input.text);
    node->text = gen_keep(g, &text);
    g->subqueries = subqueries;
    g->nest = nest;
    node->source_count = 0;
    node->has_limit = true;
    node->over_nothing = node->over_nothing || groups == 0;
}

#endif

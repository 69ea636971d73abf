#ifndef SSP_TESTS_GENERATE_PREDICATE_H
#define SSP_TESTS_GENERATE_PREDICATE_H

/*
 * Random predicates. They and what they compare with are drawn from the same stream as everything
 * else, but in a twin one of them comes from another.
 */
#include "generate.h"

/* In generate_nested.h: how a row stands to those around, and whether a subquery finds something.
 */
static inline void gen_relation(struct gen *g, const struct gen_node *row, int kind,
                                struct text *out);
static inline void gen_exists(struct gen *g, const struct gen_node *row, struct text *out);

static inline void gen_literal(struct gen *g, struct text *out)
{
    const char *value = gen_value(g);
    bool marked = *value == '{' || gen_percent(g, 5);

    text_add(out, "%s%s%s", marked ? "{\"literal\":" : "", value, marked ? "}" : "");
}

static inline void gen_operand(struct gen *g, const struct gen_node *node, struct text *out)
{
    static const char *const params[] = {"p", "q", "nothing"};
    unsigned kind = gen_below(g, 100);

    if (g->nest && gen_percent(g, 30)) {
        gen_outer(g, out);
    } else if (kind < 65) {
        gen_literal(g, out);
    } else if (kind < 85) {
        text_add(out, "{\"field\":");
        gen_path_text(g, gen_path(g, node), out);
        text_add(out, "}");
    } else {
        text_add(out, "{\"$param\":\"%s\"}", GEN_PICK(g, params));
    }
}

/* Mostly a path, but also what looks like one: a literal text that is a field's name. */
static inline void gen_left(struct gen *g, const struct gen_node *node, struct text *out)
{
    unsigned kind = gen_below(g, 100);

    text_add(out, ",\"field\":");
    if (g->nest && gen_percent(g, 10)) {
        gen_outer(g, out);
    } else if (kind < 88) {
        gen_key(g, gen_path(g, node), out);
    } else if (kind < 92) {
        text_add(out, "{\"literal\":");
        gen_path_text(g, gen_path(g, node), out);
        text_add(out, "}");
    } else if (kind < 94) {
        text_add(out, "{\"value\":%s}", gen_value(g));
    } else if (kind < 97) {
        text_add(out, "{\"$param\":\"p\"}");
    } else {
        text_add(out, "{\"field\":\"%s\"}", gen_path(g, node));
    }
}

static inline void gen_list(struct gen *g, const struct gen_node *node, struct text *out)
{
    unsigned count = gen_below(g, 4);

    if (gen_percent(g, 15)) {
        text_add(out, ",\"values\":{\"$param\":\"list\"}");
        return;
    }
    text_add(out, ",\"values\":[");
    for (unsigned i = 0; i < count; i++) {
        text_add(out, "%s", i ? "," : "");
        gen_operand(g, node, out);
    }
    text_add(out, "]");
}

static inline void gen_connective(struct gen *g, const struct gen_node *node, unsigned depth,
                                  int type, struct text *out)
{
    unsigned count = type == 17 ? 1 : gen_below(g, 4);

    text_add(out, "%s", type == 17 ? ",\"predicate\":" : ",\"predicates\":[");
    for (unsigned i = 0; i < count; i++) {
        text_add(out, "%s", i ? "," : "");
        gen_predicate(g, node, depth + 1, -1, out);
    }
    text_add(out, "%s", type == 17 ? "}" : "]}");
}

static inline void gen_one_predicate(struct gen *g, const struct gen_node *node, unsigned depth,
                                     int type, struct text *out)
{
    static const char *const names[GEN_PREDICATES] = {
        "eq",      "neq",  "gt",    "gte",   "lt",      "lte",        "contains", "prefix", "in",
        "between", "like", "ilike", "regex", "is_null", "is_missing", "and",      "or",     "not"};
    static const char *const likes[] = {"x%", "%", "_", "", "%y", "X_", "\\\\%"};
    static const char *const regexes[] = {"^x", "x|1", "", "^.$", "(?i)X"};
    static const char *const prefixes[] = {"\"x\"", "\"\"", "{\"$param\":\"p\"}"};

    if (type >= GEN_RELATION) {
        gen_relation(g, node, type - GEN_RELATION, out);
        return;
    }
    if (type == GEN_EXISTS || (type < 0 && g->subqueries && depth < 3 && gen_percent(g, 20))) {
        gen_exists(g, node, out);
        return;
    }
    if (type < 0)
        type = (int)gen_below(g, depth < 3 ? GEN_PREDICATES : 15);
    text_add(out, "{\"type\":\"%s\"", names[type]);
    if (type >= 15) {
        gen_connective(g, node, depth, type, out);
        return;
    }
    gen_left(g, node, out);
    if (type <= 6) {
        text_add(out, ",\"value\":");
        gen_operand(g, node, out);
    } else if (type == 7 && gen_percent(g, 25)) {
        text_add(out, ",\"prefix\":{\"field\":\"%s\"}", node->strict ? gen_path(g, node) : "b");
    } else if (type == 7) {
        text_add(out, ",\"prefix\":%s", GEN_PICK(g, prefixes));
    } else if (type == 8) {
        gen_list(g, node, out);
    } else if (type == 9) {
        text_add(out, ",\"low\":");
        gen_operand(g, node, out);
        text_add(out, ",\"high\":");
        gen_operand(g, node, out);
    } else if (type <= 12) {
        text_add(out, ",\"pattern\":\"%s\"",
                 type == 12 ? GEN_PICK(g, regexes) : GEN_PICK(g, likes));
        if (type < 12 && gen_percent(g, 20))
            text_add(out, ",\"escape\":\"%s\"", gen_percent(g, 50) ? "x" : "");
    }
    text_add(out, "}");
}

/* In a twin the chosen predicate comes from another stream, and the streams go on alike. */
static inline void gen_predicate(struct gen *g, const struct gen_node *node, unsigned depth,
                                 int type, struct text *out)
{
    uint64_t before = g->state;
    size_t start = out->size;
    bool twisted = g->twist && --g->twist == 0;
    unsigned subqueries;
    uint64_t after;

    gen_one_predicate(g, node, depth, type, out);
    if (!twisted)
        return;
    after = g->state;
    subqueries = g->subqueries;
    out->size = start;
    g->state = before ^ UINT64_C(0x5555555555555555);
    gen_one_predicate(g, node, depth, type, out);
    g->state = after;
    g->subqueries = subqueries;
}

#endif

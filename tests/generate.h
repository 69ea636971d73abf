#ifndef SSP_TESTS_GENERATE_H
#define SSP_TESTS_GENERATE_H

/*
 * Random operators over tiny domains, as JSON text: a case is a function of one 64-bit seed.
 * Everything made lives until gen_free().
 */
#include "text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GEN_POOL_MAX = 5,
    GEN_PATHS_MAX = 12,
    GEN_MADE_MAX = 24,
    GEN_PREDICATES = 18,
    GEN_PROJECTS = 4,
    GEN_JOINS = 14,
    GEN_LIMITS = 6,
};

/* What is known of a sub-plan: its text, the paths that its rows have, what it costs and counts. */
struct gen_node {
    char *text;
    char paths[GEN_PATHS_MAX + 1][40];
    unsigned path_count;
    unsigned joins;
    bool has_limit;       /* or another operator for which weights count */
    bool over_nothing;    /* may have a row over empty tables */
    bool has_select_left; /* or another operator that may give rows weights above 1 */
    bool strict;          /* a path that it does not have is refused */
};

struct gen {
    uint64_t state;
    bool one_spelling;              /* equal values are spelled alike */
    const char *pool[GEN_POOL_MAX]; /* the values of this case */
    unsigned pool_count;
    unsigned twist; /* counts down to the predicate in which a twin differs; 0: none */
    struct gen_node made[GEN_MADE_MAX];
    unsigned made_count;
    char **owned;
    size_t owned_count;
};

static inline uint64_t gen_next(struct gen *g) /* splitmix64 */
{
    uint64_t z = g->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline unsigned gen_below(struct gen *g, unsigned limit)
{
    return (unsigned)(gen_next(g) % limit);
}

static inline bool gen_percent(struct gen *g, unsigned percent)
{
    return gen_below(g, 100) < percent;
}

#define GEN_PICK(g, list) ((list)[gen_below((g), sizeof(list) / sizeof((list)[0]))])

static inline char *gen_keep(struct gen *g, struct text *text)
{
    g->owned = realloc(g->owned, (g->owned_count + 1) * sizeof(*g->owned));
    if (!g->owned)
        abort();
    text_add(text, "%s", "");
    g->owned[g->owned_count++] = text->bytes;
    return text->bytes;
}

static inline void gen_free(struct gen *g)
{
    for (size_t i = 0; i < g->owned_count; i++)
        free(g->owned[i]);
    free(g->owned);
}

/* The first half of the list has no two spellings of one value. */
static inline const char *gen_any_value(struct gen *g)
{
    static const char *const values[] = {
        "null", "true", "false", "0", "1", "2", "10", "0.5", "\"\"", "\"1\"", "\"x\"", "\"xy\"",
        "\"X\"", "\"\xc3\xa9\"", "\"a\\\"\\n\"", "9007199254740993", "9007199254740992", "[]",
        "[1]", "[[1],null,\"x\"]", "{}", "{\"x\":1}", "{\"x\":\"x\",\"y\":[1,\"x\"]}",
        /* more spellings */
        "1.0", "1e0", "-0", "2.0", "1e1", "5e-1", "\"\\u0078\"", "[1.0]", "{\"x\":1.0}",
        "{\"y\":[1e0,\"x\"],\"x\":\"x\"}", "{ \"x\" : 1 }"};
    static const unsigned plain = 23;
    static const unsigned all = sizeof(values) / sizeof(values[0]);

    return values[gen_below(g, g->one_spelling ? plain : all)];
}

static inline const char *gen_value(struct gen *g)
{
    return gen_percent(g, 92) ? g->pool[gen_below(g, g->pool_count)] : gen_any_value(g);
}

static inline void gen_path_text(struct gen *g, const char *path, struct text *out)
{
    if (gen_percent(g, 80)) {
        text_add(out, "\"%s\"", path);
        return;
    }
    text_add(out, "[\"");
    for (; *path; path++)
        if (*path == '.')
            text_add(out, "\",\"");
        else
            text_add(out, "%c", *path);
    text_add(out, "\"]");
}

static inline const char *gen_path(struct gen *g, const struct gen_node *node)
{
    static const char *const others[] = {"a", "id", "zz", "a.x", "n.y.0", "n.x.x", "left.a"};

    if (node->path_count && (node->strict || gen_percent(g, 93)))
        return node->paths[gen_below(g, node->path_count)];
    return GEN_PICK(g, others);
}

/* Where a key is expected: mostly a path, else something computed from it. */
static inline void gen_key(struct gen *g, const char *path, struct text *out)
{
    static const char *const before[] = {"add\",\"args\":[1,", "typeof\",\"args\":[",
                                         "coalesce\",\"args\":[", "mul\",\"args\":[0.5,",
                                         "array\",\"args\":["};

    if (gen_percent(g, 90)) {
        gen_path_text(g, path, out);
        return;
    }
    text_add(out, "{\"call\":\"%s{\"field\":", GEN_PICK(g, before));
    gen_path_text(g, path, out);
    text_add(out, "}]}");
}

/* A projection of something computed, under the name `b`. */
static inline void gen_computed(struct gen *g, const char *path, struct text *out)
{
    static const char *const types[] = {"number", "text", "integer", "boolean"};

    text_add(out, "{\"type\":\"expr\",\"alias\":\"b\",\"expr\":{\"call\":");
    if (gen_percent(g, 50))
        text_add(out, "\"cast\",\"args\":[{\"field\":\"%s\"},\"%s\"]", path, GEN_PICK(g, types));
    else
        text_add(out,
                 "\"case\",\"args\":[{\"type\":\"gte\",\"field\":\"%s\",\"value\":1},{\"field\":"
                 "\"%s\"},\"else\"]",
                 path, path);
    text_add(out, "}}");
}

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

    if (kind < 65) {
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
    if (kind < 88) {
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

static inline void gen_predicate(struct gen *g, const struct gen_node *node, unsigned depth,
                                 int type, struct text *out);

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
    uint64_t after;

    gen_one_predicate(g, node, depth, type, out);
    if (!twisted)
        return;
    after = g->state;
    out->size = start;
    g->state = before ^ UINT64_C(0x5555555555555555);
    gen_one_predicate(g, node, depth, type, out);
    g->state = after;
}

static inline void gen_add_path(struct gen_node *node, const char *prefix, const char *path)
{
    char *to = node->paths[node->path_count];

    if (node->path_count < GEN_PATHS_MAX &&
        snprintf(to, sizeof(node->paths[0]), "%s%s", prefix, path) < (int)sizeof(node->paths[0]))
        node->path_count++;
}

static inline struct gen_node gen_scan(struct gen *g)
{
    static const char *const paths[] = {"a", "b", "c", "r", "id", "n", "n.x", "n.y.0"};
    struct gen_node node = {0};
    struct text text = {0};

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        gen_add_path(&node, "", paths[i]);
    text_add(&text, "{\"op\":\"scan\",\"table\":\"%s\"}",
             gen_percent(g, 60)   ? "t"
             : gen_percent(g, 90) ? "u"
                                  : "w");
    node.text = gen_keep(g, &text);
    return node;
}

static inline void gen_filter(struct gen *g, struct gen_node *node, int type)
{
    struct text text = {0};

    text_add(&text, "{\"op\":\"filter\",\"predicate\":");
    gen_predicate(g, node, 0, type, &text);
    text_add(&text, ",\"input\":%s}", node->text);
    node->text = gen_keep(g, &text);
}

/* 0: all; 1: fields; 2: all, and a field that replaces one; 3: fields of one name. */
static inline void gen_project(struct gen *g, struct gen_node *node, unsigned kind)
{
    const struct gen_node input = *node;
    struct text text = {0};
    unsigned fields = kind == 0 ? 0 : 1 + gen_below(g, 3) + (kind == 3);

    text_add(&text, "{\"op\":\"project\",\"projections\":[");
    text_add(&text, "%s%s", kind == 0 || kind == 2 ? "{\"type\":\"all\"}" : "", fields ? "" : "]");
    if (kind == 1 || kind == 3)
        node->path_count = 0;
    for (unsigned i = 0; i < fields; i++) {
        const char *path = gen_path(g, &input);
        const char *dot = strrchr(path, '.');

        text_add(&text, "%s", i || kind == 2 ? "," : "");
        if (gen_percent(g, 10)) {
            gen_computed(g, path, &text);
            gen_add_path(node, "", "b");
            text_add(&text, "%s", i + 1 < fields ? "" : "]");
            continue;
        }
        text_add(&text, "{\"type\":\"field\",\"%s\":", gen_percent(g, 90) ? "field" : "name");
        gen_path_text(g, path, &text);
        if (kind == 3 || gen_percent(g, 40)) {
            path = kind == 2 && gen_percent(g, 50) ? "b" : "a";
            text_add(&text, ",\"alias\":\"%s\"", path);
        } else if (dot) {
            path = dot + 1;
        }
        gen_add_path(node, "", path);
        text_add(&text, "%s", i + 1 < fields ? "}" : "}]");
    }
    text_add(&text, ",\"input\":%s}", input.text);
    node->text = gen_keep(g, &text);
}

#include "generate_join.h"

/* 0: no order; 1, 2: by one field; 3: by two; 4, 5: in partitions of one field, of two. */
static inline void gen_limit(struct gen *g, struct gen_node *node, unsigned kind)
{
    static const char *const directions[] = {"", ",\"direction\":\"asc\"",
                                             ",\"direction\":\"desc\""};
    unsigned fields = kind == 0 ? 0 : kind == 3 ? 2 : 1;
    unsigned partitions = kind < 4 ? 0 : kind - 3;
    struct text text = {0};

    text_add(&text, "{\"op\":\"limit\"");
    if (gen_percent(g, 10))
        text_add(&text, ",\"limit\":{\"$param\":\"n\"}");
    else
        text_add(&text, ",\"limit\":%u", gen_percent(g, 5) ? 0 : 1 + gen_below(g, 4));
    if (kind == 2 || gen_percent(g, 40))
        text_add(&text, ",\"offset\":%u", gen_below(g, 4));
    for (unsigned i = 0; i < fields; i++) {
        text_add(&text, "%s", i ? ",{\"field\":" : ",\"order_by\":[{\"field\":");
        gen_key(g, gen_path(g, node), &text);
        text_add(&text, "%s%s", GEN_PICK(g, directions), i + 1 < fields ? "}" : "}]");
    }
    for (unsigned i = 0; i < partitions; i++) {
        text_add(&text, "%s", i ? "," : ",\"partition_by\":[");
        gen_key(g, gen_path(g, node), &text);
        text_add(&text, "%s", i + 1 < partitions ? "" : "]");
    }
    text_add(&text, ",\"input\":%s}", node->text);
    node->text = gen_keep(g, &text);
    node->has_limit = true;
}

#endif

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
    GEN_NEST_MAX = 3,
    GEN_SOURCES_MAX = 4,
    GEN_CHILDREN_MAX = 12,
    GEN_READABLE_MAX = 3,
    GEN_PREDICATES = 18,
    GEN_EXISTS = GEN_PREDICATES, /* these are no features of flat plans */
    GEN_RELATION,                /* and how a row stands to that around it */
    GEN_PROJECTS = 4,
    GEN_JOINS = 17,
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
    bool has_children;    /* has subqueries, and cannot stand where they would add nothing */
    bool alone;           /* asks no row around it */
    /* "t|projections...": the tables whose records its rows are and what is left of them; none: of
     * no table. And an alias and a source for all that subqueries add. */
    const char *sources[GEN_SOURCES_MAX];
    unsigned source_count;
    const char *children[GEN_CHILDREN_MAX];
    unsigned child_count;
};

struct gen {
    uint64_t state;
    const char *late[4];            /* what scans of t, u, v, w say of it; NULL: nothing */
    bool one_spelling;              /* equal values are spelled alike */
    const char *pool[GEN_POOL_MAX]; /* the values of this case */
    unsigned pool_count;
    unsigned twist; /* counts down to the predicate in which a twin differs; 0: none */
    struct gen_node made[GEN_MADE_MAX];
    unsigned made_count;
    struct gen_node readable[GEN_READABLE_MAX]; /* views v0, v1, ... of the plan file */
    unsigned readable_count;
    bool totals;                                 /* plans are aggregates of few groups */
    bool nested;                                 /* plans have subqueries, */
    unsigned subqueries;                         /* so many may still be made */
    const struct gen_node *around[GEN_NEST_MAX]; /* the rows around, outermost first */
    unsigned nest;
    unsigned asked;    /* the outermost of them that was asked; GEN_NEST_MAX: none */
    bool aside;        /* where subqueries would add nothing to the view */
    bool limited;      /* there is an exists with a limit, */
    bool selected;     /* or with rows of weights above 1, */
    bool over_nothing; /* or with a row over empty tables */
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

/* Numbers that make rounding, cancelling and ties show; and what is no number. */
static inline const char *gen_any_number(struct gen *g)
{
    static const char *const values[] = {
        "0.1",   "0.2", "0.3",       "1",    "2",     "3",    "-1",    "0.7",   "1e16",
        "-1e16", "10",  "1000000.1", "null", "false", "true", "\"1\"", "\"x\"", "9007199254740993"};

    return GEN_PICK(g, values);
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

/* When a row is: mostly the length of a value's text, of which few are no number and many are close
 * to each other. */
static inline void gen_time(struct gen *g, const char *path, struct text *out)
{
    if (gen_percent(g, 40)) {
        gen_key(g, path, out);
        return;
    }
    text_add(out, "{\"call\":\"length\",\"args\":[{\"call\":\"cast\",\"args\":[{\"field\":");
    gen_path_text(g, path, out);
    text_add(out, "},\"text\"]}]}");
}

/* In generate_predicate.h and generate_nested.h: a predicate, a value of a row around, and
 * projections with subqueries. */
static inline void gen_predicate(struct gen *g, const struct gen_node *node, unsigned depth,
                                 int type, struct text *out);
static inline void gen_outer(struct gen *g, struct text *out);
static inline void gen_children(struct gen *g, const struct gen_node *row, struct gen_node *node,
                                struct text *out);

/* A projection of something computed, under the name `b`; what it is goes to `kept` too. */
static inline void gen_computed(struct gen *g, const char *path, struct text *out,
                                struct text *kept)
{
    static const char *const types[] = {"number", "text", "integer", "boolean"};
    const char *type = GEN_PICK(g, types);

    text_add(out, "{\"type\":\"expr\",\"alias\":\"b\",\"expr\":");
    if (g->nest && gen_percent(g, 20)) {
        gen_outer(g, out);
        text_add(kept, ",^"); /* a record has another row under another row around */
    } else if (gen_percent(g, 50)) {
        text_add(out, "{\"call\":\"cast\",\"args\":[{\"field\":\"%s\"},\"%s\"]}", path, type);
        text_add(kept, ",cast %s %s", path, type);
    } else {
        text_add(out,
                 "{\"call\":\"case\",\"args\":[{\"type\":\"gte\",\"field\":\"%s\",\"value\":1},"
                 "{\"field\":\"%s\"},\"else\"]}",
                 path, path);
        text_add(kept, ",case %s", path);
    }
    text_add(out, "}");
}

static inline void gen_add_path(struct gen_node *node, const char *prefix, const char *path)
{
    char *to = node->paths[node->path_count];

    if (node->path_count < GEN_PATHS_MAX &&
        snprintf(to, sizeof(node->paths[0]), "%s%s", prefix, path) < (int)sizeof(node->paths[0]))
        node->path_count++;
}

/* What scans of a table say of it; by 0 whatever is older than the latest row is late. */
static inline const char *gen_lateness(struct gen *g)
{
    static const char *const ways[] = {NULL, ",\"lateness\":{\"field\":\"a\",\"by\":0}",
                                       ",\"lateness\":{\"field\":\"a\",\"by\":1}",
                                       ",\"lateness\":{\"field\":\"n.x\",\"by\":\"500ms\"}"};

    return GEN_PICK(g, ways);
}

static inline struct gen_node gen_scan(struct gen *g)
{
    static const char *const paths[] = {"a", "b", "c", "r", "id", "n", "n.x", "n.y.0"};
    const char *table = gen_percent(g, 60) ? "t" : gen_percent(g, 90) ? "u" : "w";
    struct gen_node node = {.alone = true, .sources = {table}, .source_count = 1};
    const char *late = g->late[*table - 't'];
    struct text text = {0};

    for (size_t i = 0; i < (g->totals ? 3 : sizeof(paths) / sizeof(paths[0])); i++)
        gen_add_path(&node, "", paths[i]);
    text_add(&text, "{\"op\":\"scan\",\"table\":\"%s\"%s}", table, late ? late : "");
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

/* A projection leaves this of the rows. */
static inline void gen_narrow(struct gen *g, struct gen_node *node, const char *kept)
{
    for (unsigned i = 0; i < node->source_count; i++) {
        struct text source = {0};

        text_add(&source, "%s%s", node->sources[i], kept);
        node->sources[i] = gen_keep(g, &source);
    }
}

/* 0: all; 1: fields; 2: all, and a field that replaces one; 3: fields of one name. With subqueries
 * if they are wanted. */
static inline void gen_project(struct gen *g, struct gen_node *node, unsigned kind, bool children)
{
    const struct gen_node input = *node;
    bool all = kind == 0 || kind == 2;
    unsigned fields = kind == 0 ? 0 : 1 + gen_below(g, 3) + (kind == 3);
    struct text text = {0};
    struct text kept = {0};

    text_add(&text, "{\"op\":\"project\",\"projections\":[%s", all ? "{\"type\":\"all\"}" : "");
    text_add(&kept, "|%s", all ? "*" : "");
    if (!all)
        node->path_count = 0;
    for (unsigned i = 0; i < fields; i++) {
        const char *path = gen_path(g, &input);
        const char *dot = strrchr(path, '.');

        text_add(&text, "%s", i || all ? "," : "");
        if (gen_percent(g, 10)) {
            gen_computed(g, path, &text, &kept);
            gen_add_path(node, "", "b");
            continue;
        }
        text_add(&text, "{\"type\":\"field\",\"%s\":", gen_percent(g, 90) ? "field" : "name");
        gen_path_text(g, path, &text);
        text_add(&kept, ",%s", path);
        if (kind == 3 || gen_percent(g, 40)) {
            path = kind == 2 && gen_percent(g, 50) ? "b" : "a";
            text_add(&text, ",\"alias\":\"%s\"", path);
        } else if (dot) {
            path = dot + 1;
        }
        text_add(&kept, ":%s", path);
        gen_add_path(node, "", path);
        text_add(&text, "}");
    }
    if (kind)
        gen_narrow(g, node, kept.bytes);
    free(kept.bytes);
    if (children)
        gen_children(g, &input, node, &text);
    text_add(&text, "],\"input\":%s}", input.text);
    node->text = gen_keep(g, &text);
}

#include "generate_join.h"

/* Of a field that rows are ordered by. */
static inline const char *gen_direction(struct gen *g)
{
    static const char *const directions[] = {"",
                                             ",\"direction\":\"asc\"",
                                             ",\"direction\":\"desc\"",
                                             ",\"nulls\":\"last\"",
                                             ",\"direction\":\"desc\",\"nulls\":\"first\"",
                                             ",\"direction\":\"desc\",\"nulls\":\"last\""};

    return GEN_PICK(g, directions);
}

/* 0: no order; 1, 2: by one field; 3: by two; 4, 5: in partitions of one field, of two. */
static inline void gen_limit(struct gen *g, struct gen_node *node, unsigned kind)
{
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
        text_add(&text, "%s%s", gen_direction(g), i + 1 < fields ? "}" : "}]");
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

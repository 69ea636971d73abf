#ifndef SSP_TESTS_GENERATE_JOIN_H
#define SSP_TESTS_GENERATE_JOIN_H

/* The joins of generate.h, which includes this in the place where they belong. */

static inline void gen_join_key(struct gen *g, const struct gen_node *left,
                                const struct gen_node *right, struct text *out)
{
    const char *l = gen_path(g, left);
    const char *r = gen_percent(g, 40) ? l : gen_path(g, right);

    if (gen_percent(g, 25)) {
        l = "r";
        r = "id";
    }
    text_add(out, "{\"left_field\":");
    gen_key(g, l, out);
    text_add(out, ",\"right_field\":");
    gen_key(g, r, out);
    text_add(out, "}");
}

/* What else a match needs: a predicate over the fields that a pair has. */
static inline void gen_where(struct gen *g, const struct gen_node *pair, bool named,
                             struct text *out)
{
    static const char *const own[] = {"left.id", "right.id", "left", "right.n.x"};
    static const char *const others[] = {"l.id", "r.id", "r", "l.n.x"};
    struct gen_node sides = *pair;
    unsigned subqueries = g->subqueries;

    for (unsigned i = 0; i < 2; i++)
        gen_add_path(&sides, "", named ? GEN_PICK(g, others) : GEN_PICK(g, own));
    sides.strict = true;
    g->subqueries = 0; /* no exists in it */
    text_add(out, ",\"where\":");
    gen_predicate(g, &sides, 1, -1, out);
    g->subqueries = subqueries;
}

struct gen_join_form {
    const char *kind;
    bool both;
    bool two; /* keys */
    bool self;
    bool cross;
    bool inner; /* of asof: left rows without a right row go */
};

/* The first ones select the left row of an inner join, whose weight is that of its matches. */
static const struct gen_join_form gen_joins[GEN_JOINS] = {
    {"", .two = false},
    {"inner", .two = true},
    {"", .self = true},
    {"left", .two = false},
    {"", .both = true},
    {"inner", .both = true, .two = true},
    {"", .both = true, .self = true},
    {"", .both = true, .cross = true},
    {"left", .both = true},
    {"right", .both = true},
    {"full", .both = true},
    {"full", .both = true, .two = true, .self = true},
    {"semi", .two = false},
    {"anti", .two = false},
    {"asof", .both = true},
    {"asof", .both = true, .inner = true},
    {"asof", .inner = true},
};

enum { GEN_COUNTING_JOINS = 4 };

/* The paths that a pair's rows have, under the names of the sides. */
static inline struct gen_node gen_pair(const struct gen_node *left, const struct gen_node *right,
                                       bool named)
{
    struct gen_node pair = *left;

    pair.path_count = 0;
    pair.source_count = 0;
    for (unsigned i = 0; i < 5; i++) {
        if (i < left->path_count)
            gen_add_path(&pair, named ? "l." : "left.", left->paths[i]);
        if (i < right->path_count)
            gen_add_path(&pair, named ? "r." : "right.", right->paths[i]);
    }
    return pair;
}

static inline void gen_on(struct gen *g, const struct gen_node *left, const struct gen_node *right,
                          const struct gen_join_form *form, struct text *out)
{
    if (form->cross) {
        text_add(out, "%s", gen_percent(g, 50) ? ",\"on\":[]" : "");
        return;
    }
    text_add(out, ",\"on\":%s", form->two ? "[" : "");
    gen_join_key(g, left, right, out);
    text_add(out, "%s", form->two ? "," : "");
    if (form->two)
        gen_join_key(g, left, right, out);
    text_add(out, "%s", form->two ? "]" : "");
}

/* When the rows of an asof join are, and how old a right row may be. */
static inline void gen_asof(struct gen *g, const struct gen_node *left,
                            const struct gen_node *right, bool inner, struct text *out)
{
    static const char *const tolerances[] = {"0", "0", "1", "\"1s\"", "0.5", "\"500ms\"", "9e0"};

    const char *l = gen_path(g, left);
    const char *r = gen_percent(g, 50) ? l : gen_path(g, right);

    text_add(out, ",\"time\":{\"left_field\":");
    gen_time(g, l, out);
    text_add(out, ",\"right_field\":");
    gen_time(g, r, out);
    text_add(out, "}");
    if (gen_percent(g, 50))
        text_add(out, ",\"tolerance\":%s", GEN_PICK(g, tolerances));
    if (inner || gen_percent(g, 30))
        text_add(out, ",\"inner\":%s", inner ? "true" : "false");
}

static inline void gen_join(struct gen *g, struct gen_node *node, struct gen_node right,
                            unsigned number)
{
    const struct gen_node left = *node;
    struct gen_join_form form = gen_joins[number];
    bool asof = strcmp(form.kind, "asof") == 0;
    bool where = !asof && gen_percent(g, 35);
    bool named = (form.both || where) && gen_percent(g, 50);
    struct gen_node pair;
    struct text text = {0};

    form.two = form.two || gen_percent(g, 15);
    form.cross = form.cross || gen_percent(g, asof ? 40 : 8);
    form.self = (form.self || gen_percent(g, 15)) && !left.has_children;
    if (form.self)
        right = left;
    pair = gen_pair(&left, &right, named);
    text_add(&text, "{\"op\":\"join\"");
    if (*form.kind)
        text_add(&text, ",\"kind\":\"%s\"", form.kind);
    gen_on(g, &left, &right, &form, &text);
    if (asof)
        gen_asof(g, &left, &right, form.inner, &text);
    if (where)
        gen_where(g, &pair, named, &text);
    text_add(&text, "%s%s,\"left\":%s,\"right\":%s}",
             form.both            ? ",\"select\":\"both\""
             : gen_percent(g, 50) ? ",\"select\":\"left\""
                                  : "",
             named ? ",\"as\":[\"l\",\"r\"]" : "", left.text, right.text);
    if (form.both)
        *node = pair;
    node->text = gen_keep(g, &text);
    node->joins = left.joins + right.joins + 1;
    node->has_limit = left.has_limit || right.has_limit;
    node->over_nothing = left.over_nothing || right.over_nothing;
    node->has_select_left =
        left.has_select_left || right.has_select_left || number < GEN_COUNTING_JOINS;
}

#endif

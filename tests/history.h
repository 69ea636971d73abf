#ifndef SSP_TESTS_HISTORY_H
#define SSP_TESTS_HISTORY_H

/*
 * Random cases: the views of a plan file, views that come later, and a log in four phases (build
 * up, change, tear down, build again) over two tables of four records. The text of a view is made
 * when it is needed, so that a run can ask for another format of the same views.
 */
#include "generate_nested.h"

enum { CASE_VIEWS_MAX = 6, CASE_TABLES = 2, CASE_IDS = 4 };

enum line_kind {
    LINE_CHANGE, /* create, update, patch, delete, truncate */
    LINE_FLUSHES,
    LINE_BEGINS,
    LINE_COMMITS,
    LINE_ROLLS_BACK,
    LINE_REGISTERS,
    LINE_UNREGISTERS,
    LINE_SNAPSHOTS,
    LINE_BAD, /* is refused */
};

struct case_line {
    enum line_kind kind;
    const char *text; /* NULL where it is made from the view */
    unsigned view;
};

struct case_view {
    char id[8];
    const char *root;
    const char *format; /* NULL: not stated */
    const char *emit;
    const char *semantics;
    const char *params;
    bool over_nothing; /* may have a row over empty tables */
    bool counts;       /* weights decide what is in it: a limit over a join that selects the left */
    bool mixed;        /* a record may have two rows in it: they can be written in a tree only */
    bool windowed;     /* if so perhaps not, for windows may be alike */
    const char *refresh; /* NULL: not stated */
};

struct case_lines {
    struct case_line *lines;
    size_t count;
    size_t max;
};

struct gen_case {
    uint64_t seed;
    struct gen g;
    struct case_view views[CASE_VIEWS_MAX];
    unsigned file_views; /* views[0 .. file_views) stand in the plan file */
    unsigned view_count;
    unsigned file_form;
    bool versions;
    bool late;         /* rows may be, and then are not taken */
    bool odd_ids;      /* an id has several spellings */
    bool readers_stay; /* views that read others are not registered again; else those they read */
    unsigned control;  /* percent of lines that are no mutation */
    struct gen times; /* streams of their own, so that they shift nothing: times and transactions */
    unsigned now;     /* of mutations, in tenths of a second */
    unsigned txn;
    struct case_lines log;
};

/* What a run puts in the place of what views state; NULL: as they are. */
struct case_settings {
    const char *format;
    const char *emit;
    const char *semantics;
    bool refresh; /* what views state; otherwise they write at every step */
};

static inline const char *setting(const char *own, const char *instead, const char *otherwise)
{
    return instead ? instead : own ? own : otherwise;
}

/* What a view states in a run. */
static inline struct case_settings settings_of(const struct case_view *view,
                                               const struct case_settings *instead)
{
    struct case_settings own = {
        setting(view->format, instead->format, NULL), setting(view->emit, instead->emit, NULL),
        setting(view->semantics, instead->semantics, NULL), instead->refresh};

    if (view->mixed && !(own.format && strcmp(own.format, "tree") == 0)) {
        own.emit = "ids";
        if (own.format && strcmp(own.format, "delta") == 0)
            own.format = NULL;
    }
    return own;
}

static inline void setting_text(struct text *out, const char *name, const char *value)
{
    if (value)
        text_add(out, ",\"%s\":\"%s\"", name, value);
}

static inline void view_text(const struct case_view *view, const struct case_settings *settings,
                             struct text *out)
{
    const struct case_settings own = settings_of(view, settings);

    text_add(out, "{\"id\":\"%s\"", view->id);
    setting_text(out, "format", own.format);
    setting_text(out, "emit", own.emit);
    setting_text(out, "semantics", own.semantics);
    if (view->refresh && settings->refresh)
        text_add(out, ",\"refresh\":%s", view->refresh);
    text_add(out, ",\"params\":%s,\"root\":%s}", view->params, view->root);
}

static inline void case_plan(const struct gen_case *c, const struct case_settings *settings,
                             struct text *out)
{
    static const char *const open[] = {"", "[", "{\"views\":["};
    static const char *const close[] = {"", "]", "]}"};

    text_add(out, "%s", open[c->file_form]);
    for (unsigned i = 0; i < c->file_views; i++) {
        text_add(out, "%s", i == 0 ? "" : c->file_form ? ",\n" : "\n");
        view_text(&c->views[i], settings, out);
    }
    text_add(out, "%s", close[c->file_form]);
}

/* The line as it goes into the engine. */
static inline void line_text(const struct gen_case *c, const struct case_line *line,
                             const struct case_settings *settings, struct text *out)
{
    out->size = 0;
    if (line->kind == LINE_REGISTERS) {
        text_add(out, "{\"op\":\"register\",\"view\":");
        view_text(&c->views[line->view], settings, out);
        text_add(out, "}");
    } else if (line->kind == LINE_UNREGISTERS || line->kind == LINE_SNAPSHOTS) {
        text_add(out, "{\"op\":\"%s\",\"view_id\":\"%s\"}",
                 line->kind == LINE_SNAPSHOTS ? "snapshot" : "unregister", c->views[line->view].id);
    } else {
        text_add(out, "%s", line->text);
    }
}

static inline void lines_add(struct case_lines *lines, struct case_line line)
{
    if (lines->count == lines->max) {
        lines->max = lines->max * 2 + 16;
        lines->lines = realloc(lines->lines, lines->max * sizeof(*lines->lines));
        if (!lines->lines)
            abort();
    }
    lines->lines[lines->count++] = line;
}

static inline void lines_add_text(struct gen_case *c, struct case_lines *lines, enum line_kind kind,
                                  const char *bytes)
{
    struct text text = {0};

    text_add(&text, "%s", bytes);
    lines_add(lines, (struct case_line){kind, gen_keep(&c->g, &text), 0});
}

/* An id as a log may give it; u has a prefix of its own. Spelling 0 is the usual one. */
static inline const char *case_id(unsigned table, unsigned id, unsigned spelling)
{
    static const char *const ids[CASE_TABLES][CASE_IDS][3] = {
        {{"\"1\"", "1", "\"t:1\""},
         {"2", "\"2\"", "\"t:2\""},
         {"\"t:3\"", "3", "\"3\""},
         {"\"x y\"", "\"t:x y\"", "\"x\\u0020y\""}},
        {{"\"usr:1\"", "1", "\"u:1\""},
         {"2", "\"usr:2\"", "\"2\""},
         {"\"usr:3\"", "\"u:3\"", "3"},
         {"\"u:4\"", "\"usr:4\"", "4"}}};

    return ids[table][id][spelling];
}

static inline void gen_nested(struct gen *g, bool patch, struct text *out)
{
    bool x = gen_percent(g, 70);

    if (gen_percent(g, 40)) {
        text_add(out, "%s", patch && gen_percent(g, 40) ? "null" : gen_value(g));
        return;
    }
    text_add(out, "{");
    if (x)
        text_add(out, "\"x\":%s", gen_value(g));
    if (gen_percent(g, 60))
        text_add(out, "%s\"y\":[%s,%s]", x ? "," : "", gen_value(g), gen_value(g));
    text_add(out, "}");
}

static inline void gen_record(struct gen *g, bool patch, struct text *out)
{
    static const char *const fields[] = {"a", "b", "c", "r", "n", "id"};
    static const unsigned percents[] = {80, 70, 30, 60, 40, 4};
    static const char *const references[] = {"\"1\"",     "2",       "\"t:3\"",
                                             "\"usr:1\"", "\"u:4\"", "null"};
    bool backward = !g->one_spelling && gen_percent(g, 15);
    const char *comma = "";

    text_add(out, "{");
    for (unsigned i = 0; i < 6; i++) {
        unsigned f = backward ? 5 - i : i;

        if (!gen_percent(g, patch ? percents[f] / 2 : percents[f]))
            continue;
        text_add(out, "%s\"%s\":", comma, fields[f]);
        comma = ",";
        if (f == 4)
            gen_nested(g, patch, out);
        else if (patch && gen_percent(g, 20))
            text_add(out, "null");
        else
            text_add(out, "%s",
                     f == 3 && gen_percent(g, 70) ? GEN_PICK(g, references) : gen_value(g));
    }
    text_add(out, "}");
}

/* What a phase does: percent of create, update, patch; the rest deletes. */
static const unsigned phase_percents[4][3] = {{50, 25, 20}, {10, 45, 30}, {4, 6, 5}, {45, 30, 20}};

/* When it was and what it belongs to, as --window-on=ts and --batch-on=txn read it; time goes on
 * in small steps, back now and then, and has several spellings. */
static inline void gen_times(struct gen_case *c, struct text *out)
{
    static const unsigned steps[] = {0, 0, 1, 7, 13, 40, 200};
    struct gen *g = &c->times;
    unsigned back = gen_percent(g, 20) ? gen_below(g, 50) : 0;
    unsigned time = c->now += GEN_PICK(g, steps);

    time = back < time ? time - back : 0;
    if (gen_percent(g, 70))
        text_add(out, ",\"ts\":%u.%u", time / 10, time % 10);
    else if (gen_percent(g, 60))
        text_add(out, ",\"ts\":\"1970-01-01T01:%02u:%02u.%u+01:00\"", time / 600 % 60,
                 time / 10 % 60, time % 10);
    c->txn += gen_percent(g, 30);
    if (gen_percent(g, 90))
        text_add(out, gen_percent(g, 50) ? ",\"txn\":%u" : ",\"txn\":%u.0", c->txn);
}

static inline void gen_mutation(struct gen_case *c, struct case_lines *lines, unsigned phase)
{
    static const char *const names[3][3] = {{"create", "insert", "CREATE"},
                                            {"update", "upsert", "Update"},
                                            {"patch", "patch", "PATCH"}};
    const unsigned *percents = phase_percents[phase];
    struct gen *g = &c->g;
    unsigned roll = gen_below(g, 100);
    unsigned op = roll < percents[0]                               ? 0
                  : roll < percents[0] + percents[1]               ? 1
                  : roll < percents[0] + percents[1] + percents[2] ? 2
                                                                   : 3;
    unsigned table = gen_percent(g, 60) ? 0 : 1;
    struct text text = {0};

    if (lines->count && gen_percent(g, 12)) { /* something that was said before: there and back */
        const struct case_line *old =
            &lines->lines[lines->count - 1 - gen_below(g, (unsigned)lines->count) % 6];

        if (old->kind == LINE_CHANGE) {
            lines_add(lines, *old);
            return;
        }
    }
    if (op == 2 && g->one_spelling) /* a patch may change the order of fields */
        op = 1;
    if (op == 3 && gen_percent(g, phase == 2 ? 6 : 2)) {
        text_add(&text, "{\"op\":\"truncate\",\"table\":\"%s\"", table ? "u" : "t");
        gen_times(c, &text);
        text_add(&text, "}");
        lines_add(lines, (struct case_line){LINE_CHANGE, gen_keep(g, &text), 0});
        return;
    }
    text_add(&text, "{\"table\":\"%s\",\"op\":\"%s\",\"id\":%s", table ? "u" : "t",
             op == 3 ? "delete" : names[op][gen_percent(g, 90) ? 0 : gen_below(g, 3)],
             case_id(table, gen_below(g, CASE_IDS), c->odd_ids ? gen_below(g, 3) : 0));
    if (c->versions && gen_percent(g, 50))
        text_add(&text, ",\"version\":%u", gen_below(g, 12));
    if (op < 3) {
        text_add(&text, ",\"%s\":", gen_percent(g, 95) ? "record" : "data");
        gen_record(g, op == 2, &text);
    }
    gen_times(c, &text);
    text_add(&text, "}");
    lines_add(lines, (struct case_line){LINE_CHANGE, gen_keep(g, &text), 0});
}

static inline void gen_transaction(struct gen_case *c, struct case_lines *lines, unsigned phase,
                                   bool commit)
{
    unsigned count = gen_below(&c->g, 6);

    lines_add_text(c, lines, LINE_BEGINS, "{\"op\":\"begin\"}");
    for (unsigned i = 0; i < count; i++)
        gen_mutation(c, lines, phase);
    if (gen_percent(&c->g, 10))
        lines_add_text(c, lines, LINE_FLUSHES, "{\"op\":\"flush\"}");
    if (commit)
        lines_add_text(c, lines, LINE_COMMITS, "{\"op\":\"commit\"}");
    else
        lines_add_text(c, lines, LINE_ROLLS_BACK, "{\"op\":\"rollback\"}");
}

/* Whether a view reads the one of this id. */
static inline bool case_reads(const struct gen_case *c, const char *id)
{
    char text[32];

    (void)snprintf(text, sizeof(text), "\"view_id\":\"%s\"", id);
    for (unsigned i = 0; i < c->view_count; i++)
        if (strstr(c->views[i].root, text))
            return true;
    return false;
}

static inline void gen_control(struct gen_case *c, struct case_lines *lines, unsigned phase)
{
    unsigned roll = gen_below(&c->g, 100);
    struct case_line line = {LINE_SNAPSHOTS, NULL, gen_below(&c->g, c->view_count)};

    if (roll < 20) {
        lines_add_text(c, lines, LINE_FLUSHES, "{\"op\":\"flush\"}");
        return;
    }
    if (roll < 70) {
        gen_transaction(c, lines, phase, roll < 50);
        return;
    }
    if (roll >= 80 && !(c->readers_stay ? strstr(c->views[line.view].root, "\"view_id\"") != NULL
                                        : case_reads(c, c->views[line.view].id)))
        line.kind = roll < 94 ? LINE_REGISTERS : LINE_UNREGISTERS;
    lines_add(lines, line);
}

static inline void gen_log(struct gen_case *c)
{
    for (unsigned phase = 0; phase < 4; phase++) {
        unsigned count = 4 + gen_below(&c->g, phase == 1 ? 14 : 8);

        for (unsigned i = 0; i < count; i++) {
            if (gen_percent(&c->g, c->control))
                gen_control(c, &c->log, phase);
            else
                gen_mutation(c, &c->log, phase);
        }
        if (gen_percent(&c->g, 70))
            lines_add(&c->log,
                      (struct case_line){LINE_SNAPSHOTS, NULL, gen_below(&c->g, c->view_count)});
    }
}

static inline const char *gen_params(struct gen *g)
{
    struct text text = {0};

    text_add(&text, "{\"p\":%s,\"q\":%s,\"nothing\":null,\"n\":2,\"list\":[%s,%s,null]}",
             gen_value(g), gen_value(g), gen_value(g), gen_value(g));
    return gen_keep(g, &text);
}

static inline void gen_view(struct gen_case *c, const struct gen_node *root, const char *id)
{
    static const char *const formats[] = {NULL, "streaming", "flat", "delta", "tree"};
    static const char *const emits[] = {NULL, "ids", "rows"};
    static const char *const semantics[] = {NULL, "membership", "multiset"};
    static const char *const refreshes[] = {NULL, "\"step\"",  "1",      "2",     "3",
                                            "7",  "\"100ms\"", "\"2s\"", "\"1m\""};
    struct gen own = {.state = c->seed ^ c->view_count * UINT64_C(0x1234567)};
    struct case_view *view = &c->views[c->view_count++];

    view->refresh = GEN_PICK(&own, refreshes);
    (void)snprintf(view->id, sizeof(view->id), "%s", id);
    view->root = root->text;
    view->format = GEN_PICK(&c->g, formats);
    view->emit = GEN_PICK(&c->g, emits);
    view->semantics = GEN_PICK(&c->g, semantics);
    view->params = gen_params(&c->g);
    view->over_nothing = root->over_nothing || c->g.over_nothing;
    view->counts = (root->has_limit || c->g.limited) && (root->has_select_left || c->g.selected);
    view->mixed = gen_is_mixed(root);
    view->windowed = gen_is_windowed(root);
    if (view->counts && gen_percent(&c->g, 60))
        view->semantics = "multiset";
}

/* The tree that a seed asks for: of every third one with subqueries. */
static inline struct gen_node gen_first(struct gen *g, uint64_t seed)
{
    unsigned features[2] = {0, 0};
    unsigned forced;
    unsigned depth;

    if (g->totals)
        return gen_totals(g);
    g->nested = seed % 3 == 1;
    g->subqueries = g->nested ? NESTED_SUBQUERIES : 0;
    g->asked = GEN_NEST_MAX;
    if (g->nested)
        return gen_nested_tree(g, seed / 3);
    depth = gen_shape(g, seed / 3 * 2 + seed % 3 / 2, features, &forced);
    return gen_tree(g, depth, features, forced);
}

/* The first tree is the one that the seed asks for; the others share with it or are its twins. */
static inline void gen_views(struct gen_case *c)
{
    static const char *const ids[] = {"v0", "v1", "v2"};
    struct gen *g = &c->g;
    uint64_t before = g->state;
    struct gen_node first = gen_first(g, c->seed);
    unsigned later;

    gen_view(c, &first, ids[0]);
    g->readable[g->readable_count++] = first;
    c->file_views = 1 + gen_below(g, 3);
    later = gen_below(g, 3);
    for (unsigned i = 1; i < c->file_views + later; i++) {
        struct gen_node root = first;
        unsigned kind = gen_below(g, 100);
        unsigned readable = g->readable_count;

        if (kind < 35) {
            uint64_t now = g->state;

            g->state = before;
            g->made_count = 0;
            g->readable_count = 0;
            g->twist = 1 + (unsigned)(now % 3);
            root = gen_first(g, c->seed);
            g->twist = 0;
            g->state = now;
        } else if (kind < 85 && g->totals) {
            root = gen_totals(g);
        } else if (kind < 85) {
            g->subqueries = g->nested ? NESTED_SUBQUERIES : 0;
            root = gen_tree(g, 1 + gen_below(g, 3), NULL, 0);
        }
        g->readable_count = readable;
        if (i < c->file_views)
            g->readable[g->readable_count++] = root;
        gen_view(c, &root,
                 i < c->file_views    ? ids[i]
                 : gen_percent(g, 50) ? ids[gen_below(g, 2)]
                                      : "w");
    }
}

/* Whether cases are aggregates of few groups; before the first one. */
static bool cases_of_totals;

static inline struct gen_case *case_new(uint64_t seed)
{
    struct gen_case *c = calloc(1, sizeof(*c));

    if (!c)
        abort();
    c->seed = seed;
    c->g.state = seed;
    c->g.totals = cases_of_totals;
    c->times.state = ~seed;
    c->g.one_spelling = gen_percent(&c->g, 50);
    c->g.pool_count = 2 + gen_below(&c->g, GEN_POOL_MAX - 1);
    for (unsigned i = 0; i < c->g.pool_count; i++)
        c->g.pool[i] = c->g.totals ? gen_any_number(&c->g) : gen_any_value(&c->g);
    c->file_form = gen_below(&c->g, 3);
    c->versions = gen_percent(&c->g, 20);
    c->odd_ids = !c->g.one_spelling && gen_percent(&c->g, 30);
    c->readers_stay = seed % 2;
    c->control = GEN_PICK(&c->g, ((const unsigned[]){0, 10, 30}));
    c->late = gen_percent(&c->g, 20);
    for (unsigned i = 0; c->late && i < 2; i++)
        c->g.late[i] = gen_lateness(&c->g);
    gen_views(c);
    gen_log(c);
    return c;
}

static inline void case_free(struct gen_case *c)
{
    gen_free(&c->g);
    free(c->log.lines);
    free(c);
}

#endif

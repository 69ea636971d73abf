#ifndef SSP_TESTS_RUN_H
#define SSP_TESTS_RUN_H

/*
 * Running a case through struct ssp, in one way of many, and holding its output against the model:
 * verify finds no difference, replayed updates are the view, everything deleted leaves nothing.
 * Lines that make no sense where they stand (a commit without a begin, a snapshot of no view) are
 * passed over, so that any part of a log is a log.
 */
#include "feed.h"

struct live_facts {
    bool rows;    /* are written */
    bool weights; /* are known to a consumer */
    bool flat;
    bool delta;
    bool tree;
    bool membership;
};

static inline struct live_facts facts_of(const struct run *run, const struct live_view *live)
{
    const struct case_view *view = &run->c->views[live->view];
    const struct case_settings own = settings_of(view, &run->options->settings);
    const char *format = setting(own.format, NULL, "streaming");
    const char *emit = setting(own.emit, NULL, "ids");
    bool membership = strcmp(setting(own.semantics, NULL, "membership"), "membership") == 0;

    return (struct live_facts){.rows = strcmp(emit, "rows") == 0 || strcmp(format, "delta") == 0,
                               .weights = strcmp(format, "streaming") != 0 || membership,
                               .flat = strcmp(format, "flat") == 0,
                               .delta = strcmp(format, "delta") == 0,
                               .tree = strcmp(format, "tree") == 0,
                               .membership = membership};
}

/* After it the content is the snapshot's, so that what events do not tell (rows, weights) is known
 * should a view of another kind take the place of this one. */
static inline void check_snapshot(struct run *run, struct live_view *live, const json_t *line)
{
    struct live_facts facts = facts_of(run, live);
    struct content content = {0};

    if (facts.tree)
        read_tree(line, &content);
    else
        read_content(line, &content);
    if (!check_hash(&content, line, &run->why) ||
        (!run->learns && !live->unknown &&
         !same_content(&live->content, &content, facts.weights,
                       facts.tree || (facts.flat && !live->unordered), &run->why)))
        text_add(&run->why, "  replayed updates of %s against its snapshot\n",
                 run->c->views[live->view].id);
    content_release(&live->content);
    live->content = content;
    live->unordered = false;
    live->unknown = false;
}

static inline void check_update(struct run *run, const char *bytes, size_t size, bool repeats)
{
    json_t *line = read_output(bytes, size, JSON_REJECT_DUPLICATES);
    const char *id = json_string_value(json_object_get(line, "view_id"));
    struct live_view *live = id ? find_live(run, id) : NULL;
    struct live_facts facts;

    if (!live) {
        (void)complain(&run->why, "no JSON, or of no view: %.*s", (int)size, bytes);
        json_decref(line);
        return;
    }
    facts = facts_of(run, live);
    if (json_is_true(json_object_get(line, "snapshot")))
        check_snapshot(run, live, line);
    else if (!live->unknown &&
             (!(facts.tree ? apply_tree(&live->content, line, repeats, &run->why)
                           : apply_update(&live->content, line, facts.rows, repeats, &run->why)) ||
              (facts.weights && !check_hash(&live->content, line, &run->why))))
        (void)complain(&run->why, "  at the update %.*s", (int)size, bytes);
    json_decref(line);
}

/* Takes the output that has collected; recorded: it belongs to the run's output. */
static inline void take(struct run *run, bool recorded, bool repeats)
{
    size_t size;
    const char *bytes = ssp_output(run->ssp, &size);
    const char *end = bytes + size;
    const char *next;

    for (; size > 0 && bytes < end; bytes = next) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t length = (size_t)(newline - bytes);

        next = newline + 1;
        if (recorded)
            text_add(&run->out, "%.*s\n", (int)length, bytes);
        if (recorded && memmem(bytes, length < 80 ? length : 80, ",\"snapshot\":true,", 17))
            text_add(&run->snapshots, "%.*s\n", (int)length, bytes);
        if (run->options->follow)
            check_update(run, bytes, length, repeats);
    }
    ssp_output_taken(run->ssp);
    bytes = ssp_messages(run->ssp, &size);
    if (ssp_counters(run->ssp).differences && run->why.size == 0)
        (void)complain(&run->why, "%.*s", (int)size, bytes);
    if (run->options->watch && run->why.size == 0)
        watch_lines(&run->watch, bytes, size, &run->why);
    ssp_messages_taken(run->ssp);
}

/* A line that must be taken. */
static inline void need(struct run *run, const char *bytes)
{
    struct ssp_error error;

    if (feed(run, bytes, strlen(bytes), false, &error) != SSP_OK && !run->options->strict)
        (void)complain(&run->why, "refused: %s: %s", error.message, bytes);
}

/* Steps may still be on their way: what they write is recorded. */
static inline void settle(struct run *run)
{
    ssp_wait(run->ssp);
    take(run, true, false);
}

static inline void need_snapshots(struct run *run, bool recorded)
{
    settle(run);
    for (unsigned i = 0; i < run->live_count; i++) {
        const struct case_line line = {LINE_SNAPSHOTS, NULL, run->live[i].view};

        line_text(run->c, &line, &run->options->settings, &run->line);
        need(run, run->line.bytes);
        take(run, recorded, true);
    }
}

/* In the place of another view: its content is as the new one's consumers will know it. */
static inline void replace_live(const struct run *run, struct live_view *live, unsigned view)
{
    const struct live_facts old = facts_of(run, live);
    bool mixed = run->c->views[live->view].mixed;
    struct live_facts facts;

    live->view = view;
    facts = facts_of(run, live);
    live->unknown = mixed && facts.delta;
    if (old.tree && !facts.tree) {
        struct content members = tree_members(&live->content, old.membership);

        content_release(&live->content);
        live->content = members;
    }
    for (size_t i = 0; i < live->content.count; i++) /* events do not tell weights */
        if (!facts.flat && !facts.delta && !facts.tree)
            live->content.entries[i].weight = 1;
}

/* A view that the next lines speak of; one of its id goes, its content stays to be changed. */
static inline void add_live(struct run *run, unsigned view)
{
    struct live_view *live = find_live(run, run->c->views[view].id);

    if (live) {
        replace_live(run, live, view);
    } else {
        live = &run->live[run->live_count++];
        live->view = view;
    }
    live->unordered = true;
}

static inline void drop_live(struct run *run, unsigned view)
{
    struct live_view *live = find_live(run, run->c->views[view].id);

    if (run->options->follow && live->content.count)
        (void)complain(&run->why, "records stay in %s after unregister", run->c->views[view].id);
    content_release(&live->content);
    *live = run->live[--run->live_count];
    run->live[run->live_count] = (struct live_view){0};
}

/* Does the line make sense here? */
static inline bool line_fits(struct run *run, const struct case_line *line)
{
    switch (line->kind) {
    case LINE_COMMITS:
    case LINE_ROLLS_BACK:
        return run->inside;
    case LINE_BEGINS:
    case LINE_REGISTERS:
        return !run->inside;
    case LINE_UNREGISTERS:
    case LINE_SNAPSHOTS:
        return !run->inside && find_live(run, run->c->views[line->view].id);
    case LINE_CHANGE:
    case LINE_FLUSHES:
    case LINE_BAD:
        break;
    }
    return true;
}

static inline void run_line(struct run *run, const struct case_line *line)
{
    uint64_t steps = ssp_steps(run->ssp);
    bool comes_or_goes = line->kind == LINE_REGISTERS || line->kind == LINE_UNREGISTERS;
    struct ssp_error error;

    if (!line_fits(run, line))
        return;
    if (comes_or_goes && run->options->follow) { /* no step together with the change of views */
        need(run, "{\"op\":\"flush\"}");
        settle(run);
        if (!run->options->unasked)
            need_snapshots(run, false);
    }
    if (line->kind == LINE_REGISTERS && run->options->unasked) { /* it does so itself, but what */
        ssp_flush(run->ssp); /* comes of it is of the old view */
        take(run, true, false);
    }
    if (line->kind == LINE_REGISTERS)
        add_live(run, line->view);
    line_text(run->c, line, &run->options->settings, &run->line);
    if (line->kind != LINE_BAD)
        need(run, run->line.bytes);
    else if (feed(run, run->line.bytes, run->line.size, false, &error) == SSP_OK)
        (void)complain(&run->why, "taken, but bad: %s", run->line.bytes);
    take(run, true, comes_or_goes);
    if (line->kind == LINE_UNREGISTERS)
        drop_live(run, line->view);
    if (line->kind >= LINE_BEGINS && line->kind <= LINE_ROLLS_BACK)
        run->inside = line->kind == LINE_BEGINS;
    if (run->options->follow && !run->options->unasked && !run->inside &&
        (steps != ssp_steps(run->ssp) || comes_or_goes))
        need_snapshots(run, false);
    if (run->why.size)
        text_add(&run->why, "  at the line %s\n", run->line.bytes);
}

/* Time that makes now one thread, now the other the busier one. */
static inline uint64_t odd_time(void)
{
    static uint64_t calls;
    uint64_t x = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);

    return x * 1000 + x * UINT64_C(0x9e3779b97f4a7c15) % 900;
}

static inline bool run_start(struct run *run)
{
    const struct run_options *o = run->options;
    const struct ssp_options options = {.batch = o->batch,
                                        .max_pending = o->max_pending,
                                        .threads = o->threads,
                                        .window = o->window,
                                        .window_on = o->window_on,
                                        .batch_on = o->batch_on,
                                        .seed = o->seed,
                                        .verify = o->verify,
                                        .no_coalesce = o->no_coalesce,
                                        .strict = o->strict,
                                        .hash = o->hash,
                                        .seq = o->seq,
                                        .loads = o->loads,
                                        .initial = o->initial,
                                        .reread = o->reread ? read_again : NULL,
                                        .reread_context = run,
                                        .stopwatch = o->watch ? watch_clock : NULL,
                                        .profile = o->profile,
                                        .thread_time = odd_time,
                                        .trace = o->watch ? 7 : 0};
    struct ssp_error error;

    run->watch.unknown = o->loads && !o->initial;
    run->ssp = ssp_new(&options, &error);
    case_plan(run->c, &o->settings, &run->line);
    if (feed(run, run->line.bytes, run->line.size, true, &error) != SSP_OK)
        return complain(&run->why, "plan refused: %zu:%zu: %s", error.line, error.column,
                        error.message);
    for (unsigned i = 0; i < run->c->file_views; i++)
        add_live(run, i);
    return true;
}

/* Everything is deleted: every view is empty, its hash zero, and no row is left anywhere; but for
 * views that have rows over nothing. */
static inline void tear_down(struct run *run)
{
    static const char zeros[] =
        "\"result_hash\":\"00000000000000000000000000000000\",\"records\":[]";
    bool over_nothing = false;
    size_t size;

    for (unsigned table = 0; table < CASE_TABLES; table++) {
        for (unsigned id = 0; id < CASE_IDS && !run->options->truncates; id++) {
            run->line.size = 0;
            text_add(&run->line, "{\"table\":\"%s\",\"op\":\"delete\",\"id\":%s}",
                     table ? "u" : "t", case_id(table, id, 0));
            need(run, run->line.bytes);
            take(run, true, false);
        }
        need(run, table ? "{\"op\":\"truncate\",\"table\":\"u\"}"
                        : "{\"op\":\"truncate\",\"table\":\"t\"}");
        take(run, true, false);
    }
    need(run, "{\"op\":\"flush\"}");
    settle(run);
    if (run->c->late) /* what is late to delete stays */
        return;
    for (unsigned i = 0; i < run->live_count; i++) {
        const struct case_line line = {LINE_SNAPSHOTS, NULL, run->live[i].view};

        if (run->c->views[run->live[i].view].over_nothing) {
            over_nothing = true;
            continue;
        }
        line_text(run->c, &line, &run->options->settings, &run->line);
        need(run, run->line.bytes);
        (void)ssp_output(run->ssp, &size);
        if (!memmem(ssp_output(run->ssp, &size), size, zeros, sizeof(zeros) - 1))
            (void)complain(&run->why, "all is deleted, but %s is not empty: %.*s",
                           run->c->views[run->live[i].view].id, (int)size,
                           ssp_output(run->ssp, &size));
        take(run, false, true);
    }
    if (over_nothing)
        return;
    if (row_live_count())
        (void)complain(&run->why, "all is deleted, but %zu rows are alive", row_live_count());
    if (ssp_counters(run->ssp).state_rows)
        (void)complain(&run->why, "all is deleted, but operators hold %llu rows",
                       (unsigned long long)ssp_counters(run->ssp).state_rows);
}

static inline void run_end(struct run *run)
{
    struct ssp_error error = {0};
    int expected = run->options->ends && run->inside ? SSP_INCOMPLETE : SSP_OK;
    int status;

    if (!run->options->ends) {
        if (run->inside)
            need(run, "{\"op\":\"rollback\"}");
        run->inside = false;
        need(run, "{\"op\":\"flush\"}");
        take(run, true, false);
        need_snapshots(run, true);
        if (run->why.size == 0)
            tear_down(run);
    }
    status = ssp_end(run->ssp, &error);
    if (status != expected)
        (void)complain(&run->why, "ssp_end gives %d, not %d", status, expected);
    take(run, true, false);
}

/* The case, with another log if one is given. The caller releases the run; false: see run->why. */
static inline bool run_case(struct run *run, const struct gen_case *c, const struct case_lines *log,
                            const struct run_options *options)
{
    *run = (struct run){.c = c, .options = options, .clock = {.state = options->clock}};
    if (run_start(run)) {
        size_t i = 0;

        for (; i < options->before_start && i < log->count; i++)
            if (log->lines[i].kind == LINE_CHANGE)
                need(run, log->lines[i].text);
        ssp_start(run->ssp);
        ssp_parser_free(run->parser);
        run->parser = NULL;
        take(run, true, false);
        if (options->loads && !options->initial && options->follow) {
            run->learns = true; /* consumers have been told before */
            need_snapshots(run, false);
            run->learns = false;
        }
        for (; i < log->count && run->why.size == 0; i++)
            run_line(run, &log->lines[i]);
        run_end(run);
    }
    ssp_free(run->ssp);
    ssp_parser_free(run->parser);
    ssp_block_free(run->block);
    if (row_live_count())
        (void)complain(&run->why, "%zu rows are alive after ssp_free", row_live_count());
    return run->why.size == 0;
}

static inline void run_release(struct run *run)
{
    for (unsigned i = 0; i < run->live_count; i++)
        content_release(&run->live[i].content);
    for (size_t i = 0; i < run->kept_count; i++)
        free(run->kept[i]);
    free(run->kept);
    free(run->kept_sizes);
    free(run->line.bytes);
    free(run->out.bytes);
    free(run->snapshots.bytes);
    free(run->why.bytes);
    watch_release(&run->watch);
}

#endif

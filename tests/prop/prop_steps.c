/*
 * The laws of steps in time, on random cases as in prop_laws.c: however steps are made and however
 * seldom views write, the content is the same in the end, every update is the difference to what
 * was written before, and coalescing and the clock leave no trace where they must not.
 */
#include "laws.h"
#include "shrink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Any windows, runs, batches and refreshes: the updates are the views, each is verified, the
 * content in the end is that of single steps, and --no-coalesce writes the same bytes. */
static bool law_of_pace(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.seed = 3, .verify = 1, .hash = true};
    struct run plain;
    struct run paced;
    struct run raw;
    bool ok;

    gen_pace(&g, &options);
    options.unasked = gen_percent(&g, 70);
    options.follow = true;
    options.truncates = gen_percent(&g, 30);
    options.settings.emit = gen_percent(&g, 50) ? "rows" : NULL;
    options.settings.format = gen_percent(&g, 25) ? "streaming" : NULL;
    ok = run_log(&paced, c, &c->log, &options, why);
    options.verify = 0;
    options.no_coalesce = true;
    ok = run_log(&raw, c, &c->log, &options, why) && ok &&
         same_text(&paced.out, &raw.out, "with --no-coalesce", why);
    options = (struct run_options){.batch = 1, .seed = 3, .settings = options.settings};
    options.settings.refresh = false;
    ok = run_log(&plain, c, &c->log, &options, why) && ok &&
         same_snapshots(c, &plain, &paced, "paced and single steps", why);
    run_release(&plain);
    run_release(&paced);
    run_release(&raw);
    return ok;
}

/* The log without views that come, go or are asked for. */
static struct case_lines only_changes(const struct gen_case *c)
{
    struct case_lines log = {0};

    for (size_t i = 0; i < c->log.count; i++)
        if (c->log.lines[i].kind < LINE_REGISTERS)
            lines_add(&log, c->log.lines[i]);
    return log;
}

/* A consumer of a run's output, line by line. */
struct reader {
    const char *at;
    json_t *line; /* the next one; NULL: no more */
    uint64_t seq;
    struct content contents[CASE_VIEWS_MAX]; /* of the views of the file */
};

static void read_next(struct reader *reader)
{
    const char *end = reader->at ? strchr(reader->at, '\n') : NULL;

    json_decref(reader->line);
    reader->line = NULL;
    if (!end)
        return;
    reader->line = json_loadb(reader->at, (size_t)(end - reader->at), JSON_ALLOW_NUL, NULL);
    reader->seq = (uint64_t)json_integer_value(json_object_get(reader->line, "seq"));
    reader->at = end + 1;
}

static unsigned view_of(const struct gen_case *c, const json_t *line)
{
    const char *id = json_string_value(json_object_get(line, "view_id"));
    unsigned view = 0;

    while (view + 1 < c->file_views && strcmp(c->views[view].id, id) != 0)
        view++;
    return view;
}

/* Applies the next line. False: it cannot be applied, or is not minimal. */
static bool apply_next(const struct gen_case *c, struct reader *reader, struct text *why)
{
    unsigned view = view_of(c, reader->line);
    bool rows = !c->views[view].mixed;
    bool ok = apply_update(&reader->contents[view], reader->line, rows, false, why);

    read_next(reader);
    return ok;
}

static void reader_release(struct reader *reader)
{
    json_decref(reader->line);
    for (unsigned i = 0; i < CASE_VIEWS_MAX; i++)
        content_release(&reader->contents[i]);
}

/* May a view write after this step? */
static bool may_write(const struct gen_case *c, unsigned view, uint64_t seq, uint64_t last)
{
    const char *refresh = c->views[view].refresh;
    uint64_t steps = refresh ? strtoull(refresh, NULL, 10) : 0;

    return steps < 2 || seq % steps == 0 || seq == last;
}

/* A view writes no more often than it says, what it writes leads to the content that it has after
 * that step, and to the content in the end. */
static bool compare_refreshed(const struct gen_case *c, const struct run *each,
                              const struct run *seldom, struct text *why)
{
    struct reader steps = {.at = each->out.bytes};
    struct reader views = {.at = seldom->out.bytes};
    uint64_t last = 0;
    bool ok = true;

    read_next(&steps);
    read_next(&views);
    for (const char *at = seldom->out.bytes; at && (at = strstr(at, "\"seq\":")); at += 6)
        last = strtoull(at + 6, NULL, 10);
    while (ok && views.line) {
        unsigned view = view_of(c, views.line);
        uint64_t seq = views.seq;

        while (ok && steps.line && steps.seq <= seq)
            ok = apply_next(c, &steps, why);
        if (!may_write(c, view, seq, last))
            ok = complain(why, "view %s writes after step %d", c->views[view].id, (int)seq);
        ok = ok && apply_next(c, &views, why) &&
             same_content(&steps.contents[view], &views.contents[view], true, false, why);
    }
    while (ok && steps.line)
        ok = apply_next(c, &steps, why);
    for (unsigned i = 0; ok && i < c->file_views; i++)
        ok = same_content(&steps.contents[i], &views.contents[i], true, false, why);
    reader_release(&steps);
    reader_release(&views);
    return ok || complain(why, "with and without refresh");
}

static bool law_of_refresh(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {
        .seed = 3, .seq = true, .ends = true, .settings = {"delta", NULL, NULL, false}};
    struct case_lines log = only_changes(c);
    struct run each;
    struct run seldom;
    bool ok;

    gen_pace(&g, &options);
    if (options.settings.format && gen_percent(&g, 50))
        options.settings = (struct case_settings){"streaming", "rows", "membership", false};
    options.settings.refresh = false;
    ok = run_log(&each, c, &log, &options, why);
    options.settings.refresh = true;
    ok =
        run_log(&seldom, c, &log, &options, why) && ok && compare_refreshed(c, &each, &seldom, why);
    run_release(&each);
    run_release(&seldom);
    free(log.lines);
    return ok;
}

/* Event time looks at no clock: the same log makes the same steps at any speed. */
static bool law_of_replay(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.seed = 3, .hash = true, .seq = true};
    struct run a;
    struct run b;
    bool ok;

    gen_pace(&g, &options);
    options.window = options.window ? options.window : "2s";
    options.window_on = "ts";
    ok = run_log(&a, c, &c->log, &options, why);
    options.clock = gen_next(&g);
    options.seed = gen_next(&g);
    ok = run_log(&b, c, &c->log, &options, why) && ok &&
         same_text(&a.out, &b.out, "another speed", why);
    run_release(&a);
    run_release(&b);
    return ok;
}

LAW(test_any_pace_has_the_same_content, law_of_pace)
LAW(test_views_that_write_less_often_write_the_difference, law_of_refresh)
LAW(test_a_replay_makes_the_same_steps, law_of_replay)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_pace_has_the_same_content),
        cmocka_unit_test(test_views_that_write_less_often_write_the_difference),
        cmocka_unit_test(test_a_replay_makes_the_same_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The laws of the engine, each on a few thousand random cases (history.h) through struct ssp.
 *
 * A law is a function that says what is wrong with a case. Cases run in children, so that a failed
 * assertion of the engine is a failure like any other; what fails is cut down to a small plan and
 * log and printed. PROP_SEED=<n> repeats one case, PROP_COUNT=<n> runs so many.
 */
#include "laws.h"
#include "shrink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* incremental == recomputation, replayed minimal updates == view, hashes == sums of rows, and
 * everything deleted leaves nothing: after every step, in a run of any kind. */
static bool law_of_steps(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.batch = GEN_PICK(&g, ((const unsigned[]){1, 1, 1, 2, 3, 0})),
                                  .seed = gen_next(&g),
                                  .verify = 1,
                                  .no_coalesce = gen_percent(&g, 25),
                                  .strict = gen_percent(&g, 10),
                                  .hash = gen_percent(&g, 50),
                                  .seq = gen_percent(&g, 20),
                                  .follow = true,
                                  .truncates = gen_percent(&g, 30)};
    struct run run;
    bool ok;

    if (gen_percent(&g, 25)) {
        options.before_start = gen_below(&g, 15);
        options.loads = gen_percent(&g, 70);
        options.initial = gen_percent(&g, 50);
    }
    options.settings.emit = gen_percent(&g, 50) ? "rows" : NULL;
    options.settings.format = gen_percent(&g, 25) ? "streaming" : NULL;
    ok = run_log(&run, c, &c->log, &options, why);
    run_release(&run);
    return ok;
}

/* Any split into batches ends in the same content; coalescing is invisible. */
static bool law_of_batches(const struct gen_case *c, struct text *why)
{
    static const struct run_options splits[] = {{.batch = 1, .seed = 7},
                                                {.batch = 3, .seed = 7},
                                                {.batch = 0, .seed = 7},
                                                {.batch = 0, .max_pending = 2, .seed = 7}};
    struct run first = {0};
    bool ok = true;

    for (size_t i = 0; ok && i < sizeof(splits) / sizeof(splits[0]); i++) {
        struct run_options raw = splits[i];
        struct run run;
        struct run other;

        raw.no_coalesce = true;
        ok = run_log(&run, c, &c->log, &splits[i], why);
        if (i == 0)
            first = run;
        else
            ok = ok && same_snapshots(c, &first, &run, "another split, another content", why);
        if (ok && run_log(&other, c, &c->log, &raw, why))
            ok = same_text(&run.out, &other.out, "with --no-coalesce", why);
        else
            ok = false;
        if (ok)
            run_release(&other);
        if (i)
            run_release(&run);
    }
    run_release(&first);
    return ok;
}

/* No output depends on the seed of the hash tables. */
static bool law_of_seeds(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.batch = gen_below(&g, 5),
                                  .seed = 0,
                                  .no_coalesce = gen_percent(&g, 50),
                                  .hash = true,
                                  .seq = true};
    struct run a;
    struct run b;
    bool ok = run_log(&a, c, &c->log, &options, why);

    options.seed = gen_next(&g);
    ok = run_log(&b, c, &c->log, &options, why) && ok &&
         same_text(&a.out, &b.out, "another hash seed", why);
    run_release(&a);
    run_release(&b);
    return ok;
}

/* A view that is registered in the middle has what one that was there from the start has. */
static bool law_of_late_views(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.batch = gen_below(&g, 3), .verify = 1, .follow = true};
    struct gen_case *more = calloc(1, sizeof(*more));
    unsigned late = c->view_count;
    unsigned model = gen_below(&g, c->file_views);
    struct case_line line = {LINE_REGISTERS, NULL, late};
    struct case_lines inserted = {&line, 1, 1};
    struct case_lines log = log_with(&c->log, gen_below(&g, (unsigned)c->log.count + 1), &inserted);
    struct text early_snapshot = {0};
    struct text late_snapshot = {0};
    struct run run;
    bool ok;

    *more = *c;
    more->views[more->view_count++] = c->views[model];
    (void)snprintf(more->views[late].id, sizeof(more->views[late].id), "late");
    for (size_t i = 0; i < log.count; i++) /* the model stays what it is */
        if ((log.lines[i].kind == LINE_REGISTERS || log.lines[i].kind == LINE_UNREGISTERS) &&
            (strcmp(c->views[log.lines[i].view].id, c->views[model].id) == 0 ||
             case_reads(c, c->views[log.lines[i].view].id)) &&
            log.lines[i].view != late)
            log.lines[i].kind = LINE_SNAPSHOTS;
    ok = run_log(&run, more, &log, &options, why);
    for (const char *at = run.snapshots.bytes; ok && at && *at; at = strchr(at, '\n') + 1) {
        size_t id = strcspn(at + 12, "\"");
        bool is_late = strncmp(at + 12, "late", id) == 0;

        if (is_late || strncmp(at + 12, c->views[model].id, id) == 0) {
            struct text *to = is_late ? &late_snapshot : &early_snapshot;

            to->size = 0;
            text_add(to, "%.*s", (int)strcspn(at + 12 + id, "\n"), at + 12 + id);
        }
    }
    ok = ok && same_text(&early_snapshot, &late_snapshot, "a view that came late", why);
    run_release(&run);
    free(early_snapshot.bytes);
    free(late_snapshot.bytes);
    free(log.lines);
    free(more);
    return ok;
}

/* Where nothing counts, membership and multiset write the same events. */
static bool law_of_semantics(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.batch = gen_below(&g, 3),
                                  .settings = {"streaming", "rows", "membership", false},
                                  .ends = true};
    struct run a;
    struct run b;
    struct case_lines log = {0};
    bool ok = true;

    for (unsigned i = 0; i < c->view_count; i++)
        if (c->views[i].counts)
            return true;
    for (size_t i = 0; i < c->log.count; i++) /* in snapshots the weights show */
        if (c->log.lines[i].kind != LINE_SNAPSHOTS)
            lines_add(&log, c->log.lines[i]);
    ok = run_log(&a, c, &log, &options, why);
    options.settings.semantics = "multiset";
    ok = run_log(&b, c, &log, &options, why) && ok &&
         same_text(&a.out, &b.out, "membership and multiset", why);
    run_release(&a);
    run_release(&b);
    free(log.lines);
    return ok;
}

/* What a tree shows is the set of its view, record by record and weight by weight. */
static bool same_set(const char *tree_line, const char *flat_line, bool membership,
                     struct text *why)
{
    json_t *tree = read_output(tree_line, strcspn(tree_line, "\n"), 0);
    json_t *flat = read_output(flat_line, strcspn(flat_line, "\n"), 0);
    struct content paths = {0};
    struct content members;
    struct content records = {0};
    bool ok;

    read_tree(tree, &paths);
    read_content(flat, &records);
    members = tree_members(&paths, membership);
    ok = (same_content(&members, &records, true, false, why) && check_hash(&members, flat, why)) ||
         complain(why, "what a tree shows is not the set of its view:\n  %.*s\n  %.*s",
                  (int)strcspn(tree_line, "\n"), tree_line, (int)strcspn(flat_line, "\n"),
                  flat_line);
    content_release(&paths);
    content_release(&members);
    content_release(&records);
    json_decref(tree);
    json_decref(flat);
    return ok;
}

static bool law_of_trees(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    bool membership = gen_percent(&g, 40);
    struct run_options options = {
        .batch = gen_below(&g, 4),
        .hash = true,
        .settings = {"tree", NULL, membership ? "membership" : "multiset", false}};
    struct run trees;
    struct run flats;
    bool ok = run_log(&trees, c, &c->log, &options, why);

    options.settings.format = "flat";
    options.settings.emit = "rows";
    ok = run_log(&flats, c, &c->log, &options, why) && ok;
    for (const char *x = trees.snapshots.bytes, *y = flats.snapshots.bytes; ok && x && *x;
         x = strchr(x, '\n') + 1, y = strchr(y, '\n') + 1)
        ok = same_set(x, y, membership, why);
    run_release(&trees);
    run_release(&flats);
    return ok;
}

/* The same updates with `emit` ids and rows, but for the rows. */
static bool law_of_emitting(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.batch = gen_below(&g, 4),
                                  .hash = true,
                                  .settings = {"streaming", "ids", NULL, false},
                                  .ends = true};
    struct text x = {0};
    struct text y = {0};
    struct run a;
    struct run b;
    struct case_lines log = {0};
    bool ok;

    for (size_t i = 0; i < c->log.count; i++)
        if (c->log.lines[i].kind != LINE_SNAPSHOTS)
            lines_add(&log, c->log.lines[i]);
    ok = run_log(&a, c, &log, &options, why);
    options.settings.emit = "rows";
    options.follow = options.batch == 1;
    options.verify = 1;
    ok = run_log(&b, c, &log, &options, why) && ok;
    without_rows(&a.out, &x);
    without_rows(&b.out, &y);
    ok = ok && same_text(&x, &y, "ids and rows", why);
    run_release(&a);
    run_release(&b);
    free(log.lines);
    free(x.bytes);
    free(y.bytes);
    return ok;
}

/* A transaction of anything, also of what only rolling back makes undone: versions, prefixes. */
static struct case_lines odd_transaction(struct gen_case *c, bool ends)
{
    struct case_lines lines = {0};
    unsigned count = 1 + gen_below(&c->g, 6);

    lines_add_text(c, &lines, LINE_BEGINS, "{\"op\":\"begin\"}");
    lines_add_text(c, &lines, LINE_CHANGE,
                   "{\"table\":\"t\",\"op\":\"create\",\"id\":\"zz:9\",\"record\":{\"a\":1}}");
    lines_add_text(
        c, &lines, LINE_CHANGE,
        "{\"table\":\"u\",\"op\":\"update\",\"id\":\"usr:1\",\"version\":99,\"record\":{}}");
    for (unsigned i = 0; i < count; i++)
        gen_mutation(c, &lines, gen_below(&c->g, 4));
    if (!ends)
        lines_add_text(c, &lines, LINE_ROLLS_BACK, "{\"op\":\"rollback\"}");
    return lines;
}

static void add_other_prefix(struct gen_case *c, struct case_lines *lines)
{
    lines_add_text(c, lines, LINE_CHANGE,
                   "{\"table\":\"t\",\"op\":\"create\",\"id\":\"yy:1\",\"record\":{\"b\":1}}");
}

/* A transaction that is rolled back, or that the log ends in, leaves no trace. */
static bool law_of_rollback(const struct gen_case *original, struct text *why)
{
    struct gen_case *c = case_new(original->seed); /* its log may have been cut */
    struct gen g = options_of(c);
    struct run_options options = {.batch = gen_below(&g, 4),
                                  .no_coalesce = gen_percent(&g, 40),
                                  .hash = true,
                                  .seq = true,
                                  .ends = gen_percent(&g, 25)};
    size_t at = options.ends ? SIZE_MAX : gen_below(&g, (unsigned)original->log.count + 1);
    struct case_lines dropped;
    struct case_lines nothing = {0};
    struct case_lines with;
    struct case_lines without;
    struct run a;
    struct run b;
    bool ok;

    if (gen_percent(&g, 50))
        gen_pace(&g, &options);
    options.clock = 0; /* it would tick more often with more lines */
    c->g.state = original->seed;
    dropped = odd_transaction(c, options.ends);
    lines_add_text(c, &nothing, LINE_FLUSHES, "{\"op\":\"flush\"}");
    if (!options.ends) {
        add_other_prefix(c, &dropped);
        add_other_prefix(c, &nothing);
    }
    with = log_with(&original->log, at, &dropped);
    without = log_with(&original->log, at, &nothing);
    ok = run_log(&a, original, &with, &options, why);
    ok = run_log(&b, original, &without, &options, why) && ok &&
         same_text(&a.out, &b.out, "with and without what was rolled back", why);
    run_release(&a);
    run_release(&b);
    free(dropped.lines);
    free(nothing.lines);
    free(with.lines);
    free(without.lines);
    case_free(c);
    return ok;
}

/* A line that is refused changes nothing. */
static bool law_of_bad_lines(const struct gen_case *c, struct text *why)
{
    static const char *const bad[] = {
        "{\"table\":\"t\",\"op\":\"create\",\"id\":\"1\"}",
        "{\"table\":\"t\",\"op\":\"create\",\"id\":null,\"record\":{}}",
        "{\"table\":\"t\",\"op\":\"explode\",\"id\":\"1\",\"record\":{\"a\":1}}",
        "{\"table\":\"t\",\"op\":\"update\",\"id\":\"1\",\"record\":{\"a\":1}",
        "{\"table\":\"t\",\"op\":\"update\",\"id\":\"1\",\"record\":{\"a\":\"\\ud800\"}}",
        "{\"table\":\"t\",\"op\":\"update\",\"id\":\"1\",\"version\":1.5,\"record\":{\"a\":1}}",
        "{\"table\":\"t\",\"op\":\"patch\",\"id\":1.5,\"record\":{\"a\":1}}",
        "{\"table\":\"t\",\"op\":\"patch\",\"id\":\"1\",\"record\":[1]}",
        "{\"op\":\"truncate\"}",
        "[]",
        "",
        "{\"op\":\"snapshot\",\"view_id\":\"none\"}",
        "{\"op\":\"unregister\",\"view_id\":\"none\"}",
        "{\"op\":\"register\",\"view\":{\"id\":\"v0\",\"root\":{\"op\":\"nothing\"}}}",
        "{\"op\":\"register\",\"view\":{\"id\":\"v0\",\"format\":\"none\",\"root\":{}}}"};
    struct gen g = options_of(c);
    struct run_options options = {.batch = 1, .hash = true, .seq = true, .verify = 1};
    struct text two_rows = {0}; /* a view that would write a record with two rows */
    struct case_lines log = {0};
    struct run a;
    struct run b;
    bool ok;

    if (gen_percent(&g, 50))
        gen_pace(&g, &options);
    options.clock = 0;
    for (unsigned i = 0; !two_rows.size && i < c->view_count; i++)
        if (c->views[i].mixed && !c->views[i].windowed)
            text_add(&two_rows,
                     "{\"op\":\"register\",\"view\":{\"id\":\"v0\",%s,\"params\":%s,\"root\":%s}}",
                     gen_percent(&g, 50) ? "\"emit\":\"rows\",\"format\":\"flat\""
                                         : "\"format\":\"delta\"",
                     c->views[i].params, c->views[i].root);
    for (size_t i = 0; i < c->log.count; i++) {
        while (gen_percent(&g, 15))
            lines_add(&log, (struct case_line){LINE_BAD, GEN_PICK(&g, bad), 0});
        if (two_rows.size && gen_percent(&g, 10))
            lines_add(&log, (struct case_line){LINE_BAD, two_rows.bytes, 0});
        lines_add(&log, c->log.lines[i]);
    }
    ok = run_log(&a, c, &log, &options, why);
    ok = run_log(&b, c, &c->log, &options, why) && ok &&
         same_text(&a.out, &b.out, "with and without bad lines", why);
    free(two_rows.bytes);
    run_release(&a);
    run_release(&b);
    free(log.lines);
    return ok;
}

/* It does not matter how much of the log was there before the start. */
static bool law_of_loading(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.batch = gen_below(&g, 3)};
    size_t changes = 0;
    struct run a;
    struct run b;
    bool ok = run_log(&a, c, &c->log, &options, why);

    while (changes < c->log.count && c->log.lines[changes].kind == LINE_CHANGE)
        changes++;
    options.before_start = gen_below(&g, (unsigned)changes + 1);
    options.loads = true;
    options.verify = 1;
    ok = run_log(&b, c, &c->log, &options, why) && ok &&
         same_snapshots(c, &a, &b, "with and without loading", why);
    run_release(&a);
    run_release(&b);
    return ok;
}

/* Rows that are kept as fields and a hash give what whole rows give. */
static bool law_of_lean_rows(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.batch = gen_below(&g, 4),
                                  .seed = gen_next(&g),
                                  .strict = gen_percent(&g, 20),
                                  .seq = true,
                                  .before_start = gen_percent(&g, 30) ? gen_below(&g, 20) : 0,
                                  .loads = gen_percent(&g, 60)};
    struct run a;
    struct run b;
    bool ok;

    if (gen_percent(&g, 30))
        gen_pace(&g, &options);
    if (gen_percent(&g, 70))
        options.settings =
            (struct case_settings){"streaming", "ids", NULL, options.settings.refresh};
    ok = run_log(&a, c, &c->log, &options, why);
    options.reread = true;
    ok = run_log(&b, c, &c->log, &options, why) && ok &&
         same_text(&a.out, &b.out, "whole and lean rows", why);
    run_release(&a);
    run_release(&b);
    return ok;
}

LAW(test_updates_are_the_view_after_every_step, law_of_steps)
LAW(test_any_split_into_batches_has_the_same_content, law_of_batches)
LAW(test_any_hash_seed_writes_the_same_bytes, law_of_seeds)
LAW(test_a_late_view_has_the_content_of_an_early_one, law_of_late_views)
LAW(test_membership_and_multiset_write_the_same_events, law_of_semantics)
LAW(test_ids_and_rows_are_the_same_updates, law_of_emitting)
LAW(test_a_tree_shows_the_set_of_its_view, law_of_trees)
LAW(test_a_rollback_leaves_no_trace, law_of_rollback)
LAW(test_a_bad_line_leaves_no_trace, law_of_bad_lines)
LAW(test_loading_is_a_large_step, law_of_loading)
LAW(test_lean_rows_write_what_whole_rows_write, law_of_lean_rows)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_updates_are_the_view_after_every_step),
        cmocka_unit_test(test_any_split_into_batches_has_the_same_content),
        cmocka_unit_test(test_any_hash_seed_writes_the_same_bytes),
        cmocka_unit_test(test_a_late_view_has_the_content_of_an_early_one),
        cmocka_unit_test(test_membership_and_multiset_write_the_same_events),
        cmocka_unit_test(test_ids_and_rows_are_the_same_updates),
        cmocka_unit_test(test_a_tree_shows_the_set_of_its_view),
        cmocka_unit_test(test_a_rollback_leaves_no_trace),
        cmocka_unit_test(test_a_bad_line_leaves_no_trace),
        cmocka_unit_test(test_loading_is_a_large_step),
        cmocka_unit_test(test_lean_rows_write_what_whole_rows_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

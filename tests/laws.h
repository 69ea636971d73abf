#ifndef SSP_TESTS_LAWS_H
#define SSP_TESTS_LAWS_H

/* What the laws have in common: options drawn from the seed, logs with something put in, runs whose
 * complaints are the law's, outputs compared. */
#include "run.h"

/* Options of a law's runs are drawn from the case's seed too, in a stream of its own. */
static inline struct gen options_of(const struct gen_case *c)
{
    return (struct gen){.state = c->seed ^ UINT64_C(0xa5a5a5a5a5a5a5a5)};
}

/* Any way of making steps, on any number of threads. */
static inline void gen_pace(struct gen *g, struct run_options *options)
{
    static const char *const windows[] = {"1us", "300ms", "1s", "5s", "30s", "1h"};

    options->batch = GEN_PICK(g, ((const unsigned[]){0, 0, 0, 1, 2, 3, 7}));
    options->max_pending = gen_percent(g, 15) ? 1 + gen_below(g, 5) : 0;
    if (gen_percent(g, 70)) {
        options->window = GEN_PICK(g, windows);
        options->window_on = gen_percent(g, 70) ? "ts" : NULL;
    }
    options->batch_on = gen_percent(g, 30) ? gen_percent(g, 80) ? "txn" : "record.a" : NULL;
    options->clock = gen_percent(g, 80) ? gen_next(g) : 0;
    options->settings.refresh = gen_percent(g, 70);
    options->threads = gen_percent(g, 40) ? 2 + gen_below(g, 3) : 0;
}

static inline bool inside_after(bool inside, enum line_kind kind)
{
    if (kind == LINE_BEGINS)
        return true;
    return inside && kind != LINE_COMMITS && kind != LINE_ROLLS_BACK;
}

/* The log with other lines put in where no transaction is open, at about `at`. */
static inline struct case_lines log_with(const struct case_lines *log, size_t at,
                                         const struct case_lines *more)
{
    struct case_lines copy = {0};
    bool inside = false;
    bool done = false;

    for (size_t i = 0; i <= log->count; i++) {
        if (!done && i >= at && !inside) {
            for (size_t j = 0; j < more->count; j++)
                lines_add(&copy, more->lines[j]);
            done = true;
        }
        if (i == log->count)
            break;
        inside = inside_after(inside, log->lines[i].kind);
        lines_add(&copy, log->lines[i]);
    }
    return copy;
}

static inline void canonical_lines(const struct text *lines, struct text *out)
{
    const char *next;

    for (const char *line = lines->bytes; line && *line; line = next) {
        const char *end = strchr(line, '\n');
        json_t *json = read_output(line, (size_t)(end - line), 0);

        canonical(out, json);
        text_add(out, "\n");
        json_decref(json);
        next = end + 1;
    }
}

/* Says where two outputs part. */
static inline bool same_text(const struct text *a, const struct text *b, const char *what,
                             struct text *why)
{
    const char *x = a->size ? a->bytes : "";
    const char *y = b->size ? b->bytes : "";
    size_t start = 0;

    if (strcmp(x, y) == 0)
        return true;
    for (size_t i = 0; x[i] == y[i]; i++)
        if (x[i] == '\n')
            start = i + 1;
    return complain(why, "%s:\n  %.*s\n  %.*s", what, (int)strcspn(x + start, "\n"), x + start,
                    (int)strcspn(y + start, "\n"), y + start);
}

/* By value; where all values have one spelling, by bytes. */
static inline bool same_snapshots(const struct gen_case *c, const struct run *a,
                                  const struct run *b, const char *what, struct text *why)
{
    struct text x = {0};
    struct text y = {0};
    bool same;

    if (c->g.one_spelling)
        return same_text(&a->snapshots, &b->snapshots, what, why);
    canonical_lines(&a->snapshots, &x);
    canonical_lines(&b->snapshots, &y);
    same = same_text(&x, &y, what, why);
    free(x.bytes);
    free(y.bytes);
    return same;
}

/* Runs the log; on failure the run's complaint becomes the law's. */
static inline bool run_log(struct run *run, const struct gen_case *c, const struct case_lines *log,
                           const struct run_options *options, struct text *why)
{
    if (run_case(run, c, log, options))
        return true;
    text_add(why,
             "%s  in a run with batch %u, max_pending %u, window %s on %s, batch_on %s, clock %d, "
             "refresh %d, threads %u, ahead %d, no_coalesce %d, hash %d, seq %d, strict "
             "%d, follow %d, truncates %d, before_start %u, loads %d, initial %d, format %s, emit "
             "%s, semantics %s\n",
             run->why.bytes, (unsigned)options->batch, (unsigned)options->max_pending,
             setting(options->window, NULL, "-"), setting(options->window_on, NULL, "the clock"),
             setting(options->batch_on, NULL, "-"), options->clock != 0, options->settings.refresh,
             (unsigned)options->threads, options->ahead, options->no_coalesce, options->hash,
             options->seq, options->strict, options->follow, options->truncates,
             (unsigned)options->before_start, options->loads, options->initial,
             setting(options->settings.format, NULL, "-"),
             setting(options->settings.emit, NULL, "-"),
             setting(options->settings.semantics, NULL, "-"));
    return false;
}

/* The lines canonical and without the rows of their records. */
static inline void without_rows(const struct text *lines, struct text *out)
{
    const char *next;

    for (const char *line = lines->bytes; line && *line; line = next) {
        const char *end = strchr(line, '\n');
        json_t *json = read_output(line, (size_t)(end - line), 0);
        json_t *records = json_object_get(json, "records");

        for (size_t i = 0; i < json_array_size(records); i++)
            (void)json_object_del(json_array_get(records, i), "record");
        canonical(out, json);
        text_add(out, "\n");
        json_decref(json);
        next = end + 1;
    }
}

#endif

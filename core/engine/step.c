/* One step: mutations that wait -> tables -> circuit -> views -> lines. */
#include "engine/engine.h"

#include "base/mem.h"
#include "engine/relay.h"
#include "value/json_write.h"

#include <string.h>

struct view_line engine_line(const struct ssp *ssp, enum view_mark mark)
{
    return (struct view_line){mark, mark == MARK_INITIAL, ssp->options.seq, ssp->steps};
}

static int ordinal_compare(const void *a, const void *b)
{
    const struct view *x = *(struct view *const *)a;
    const struct view *y = *(struct view *const *)b;

    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

/* The views whose root changed, in their order; found from the nodes that ran, not by asking all.
 */
static size_t changed_views(struct ssp *ssp, const struct circuit_run *run)
{
    size_t count = 0;
    size_t kept = 0;

    for (size_t i = 0; i < run->ran_count; i++) {
        const struct node *node = run->ran[i];

        ssp->changed = mem_grow(ssp->changed, &ssp->changed_max, count + node->view_count,
                                sizeof(struct view *));
        for (size_t j = 0; j < node->view_count; j++)
            ssp->changed[count++] = node->views[j];
    }
    if (count > 1)
        qsort(ssp->changed, count, sizeof(struct view *), ordinal_compare);
    for (size_t i = 0; i < count; i++) /* a view may listen to two nodes */
        if (kept == 0 || ssp->changed[kept - 1] != ssp->changed[i])
            ssp->changed[kept++] = ssp->changed[i];
    return kept;
}

void engine_write(struct ssp *ssp, struct view *view, const struct zset *change,
                  const struct view_line *line)
{
    struct timer *timer = ssp->writing.timer;
    struct timing timing = timer_start(timer, view->runs++, change->count);
    uint64_t records = view->records;
    bool written;

    if (view->trace)
        trace_nothing(view->trace);
    written = view_step(view, change, line, ssp->writing.out);
    ssp->updates += written;
    ssp->records += view->records - records;
    if (view->trace)
        trace_write(view->trace, &view->plan, line->mark == MARK_INITIAL, written, &ssp->trace);
    view->time += timing.weight * timer_stop(timer, &timing);
}

/* What a step began with, to tell at its end what it did. */
struct step {
    struct timing timing;
    uint64_t mutations;
    uint64_t records;
    uint64_t rows;
    uint64_t updates;
};

static struct step step_begin(struct ssp *ssp)
{
    struct step step = {
        .mutations = ssp->batch.waiting,
        .records = ssp->batch.counters.records,
        .rows = ssp->circuit.run.rows,
        .updates = ssp->updates,
    };

    step.timing = timer_start(&ssp->meter.timer, ssp->steps, step.mutations);
    return step;
}

void engine_tell_trace(struct ssp *ssp)
{
    buf_add(&ssp->messages, ssp->trace.bytes, ssp->trace.size);
    buf_clear(&ssp->trace);
}

static void trace_step(struct ssp *ssp, const struct step *step)
{
    const char *source = ssp->source ? ssp->source : "-";
    struct buf *out = &ssp->messages;

    if (ssp->options.trace & SSP_TRACE_STEPS) {
        buf_add_format(
            out, "{\"trace\":\"step\",\"step\":%llu,\"source\":", (unsigned long long)ssp->steps);
        json_write_string(out, source, strlen(source));
        buf_add_format(out,
                       ",\"line\":%zu,\"mutations\":%llu,\"records\":%llu,\"tables\":%llu,"
                       "\"rows\":%llu,\"updates\":%llu}\n",
                       ssp->line, (unsigned long long)step->mutations,
                       (unsigned long long)(ssp->batch.counters.records - step->records),
                       (unsigned long long)ssp->batch.coalesce.tables,
                       (unsigned long long)(ssp->circuit.run.rows - step->rows),
                       (unsigned long long)(ssp->updates - step->updates));
    }
    engine_tell_trace(ssp);
}

static void step_end(struct ssp *ssp, struct step *step)
{
    const struct buf *key = &ssp->batch.key;
    bool one = step->mutations == 1 && key->size > 0;
    struct meter_step done = {
        .step = ssp->steps,
        .source = ssp->source,
        .line = ssp->line,
        .id = one ? key->bytes : NULL,
        .id_size = one ? key->size : 0,
        .mutations = step->mutations,
        .rows = ssp->circuit.run.rows - step->rows,
        .updates = ssp->updates - step->updates,
    };

    if (ssp->options.trace)
        trace_step(ssp, step);
    if (!ssp->meter.timer.now)
        return;
    done.time = timer_stop(&ssp->meter.timer, &step->timing);
    ssp->meter.step_time += step->timing.own;
    meter_add(&ssp->meter, &done, step->timing.weight);
}

/* Views that write less often take in what changed and write if they are due. Returns how many of
 * ssp->changed, in their order, write now: it had `count` that changed in this step. */
static size_t choose_views(struct ssp *ssp, size_t count, uint64_t step, int64_t time)
{
    size_t kept = 0;
    size_t due = 0;
    struct view *view;

    for (size_t i = 0; i < count; i++) {
        view = ssp->changed[i];
        view_take_head(view);
        if (view->plan.refresh.kind == REFRESH_EACH_STEP)
            ssp->changed[kept++] = view;
        else
            refresh_hold(&ssp->refresh, view, &view->root->out,
                         pace_due(&ssp->pace, &view->plan.refresh, step));
    }
    while ((view = refresh_next(&ssp->refresh, (int64_t)step, time))) {
        ssp->changed =
            mem_grow(ssp->changed, &ssp->changed_max, kept + due + 1, sizeof(struct view *));
        ssp->changed[kept + due++] = view;
    }
    if (due)
        qsort(ssp->changed, kept + due, sizeof(struct view *), ordinal_compare);
    return kept + due;
}

static void write_views(struct ssp *ssp, size_t count, uint64_t step)
{
    const struct view_line line = {MARK_NONE, false, ssp->options.seq, step};

    for (size_t i = 0; i < count; i++) {
        struct view *view = ssp->changed[i];

        if (view->plan.refresh.kind == REFRESH_EACH_STEP) {
            engine_write(ssp, view, &view->root->out, &line);
        } else {
            engine_write(ssp, view, &view->held, &line);
            zset_clear(&view->held);
        }
    }
}

void engine_write_changed(struct ssp *ssp, const struct circuit_run *run, uint64_t step,
                          int64_t time)
{
    write_views(ssp, choose_views(ssp, changed_views(ssp, run), step, time), step);
}

void engine_step(struct ssp *ssp)
{
    struct step step;

    if (ssp->batch.waiting == 0 || ssp->circuit.fault)
        return;
    if (relay_takes(ssp)) {
        relay_step(ssp);
        return;
    }
    relay_wait(ssp);
    step = step_begin(ssp);
    batch_flush(&ssp->batch);
    ssp->steps++;
    circuit_step(&ssp->circuit);
    if (ssp->circuit.fault) { /* no view is told anything of this step */
        circuit_finish(&ssp->circuit);
        return;
    }
    engine_write_changed(ssp, &ssp->circuit.run, ssp->steps, ssp->pace.now);
    circuit_finish(&ssp->circuit);
    step_end(ssp, &step);
    if (ssp->options.verify && ssp->steps % ssp->options.verify == 0)
        engine_verify(ssp);
}

void engine_settle(struct ssp *ssp)
{
    engine_step(ssp);
    relay_wait(ssp);
}

void engine_write_due(struct ssp *ssp)
{
    if (refresh_time(&ssp->refresh) > ssp->pace.now)
        return;
    write_views(ssp, choose_views(ssp, 0, ssp->steps, ssp->pace.now), ssp->steps);
    engine_tell_trace(ssp);
}

void engine_write_all_held(struct ssp *ssp)
{
    write_views(ssp, choose_views(ssp, 0, (uint64_t)PACE_NEVER, PACE_NEVER), ssp->steps);
    engine_tell_trace(ssp);
}

void engine_write_held(struct ssp *ssp, struct view *view)
{
    const struct view_line line = engine_line(ssp, MARK_NONE);

    refresh_remove(&ssp->refresh, view);
    engine_write(ssp, view, &view->held, &line);
    zset_clear(&view->held);
    engine_tell_trace(ssp);
}

void engine_rollback(struct ssp *ssp)
{
    relay_wait(ssp);
    batch_rollback(&ssp->batch);
    circuit_step(&ssp->circuit); /* --no-coalesce: changes that cancel, and run through nothing */
    circuit_finish(&ssp->circuit);
}

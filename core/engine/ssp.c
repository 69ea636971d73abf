/* The public face of the engine: ssp.h in terms of the parts. */
#include "ssp.h"

#include "base/buf.h"
#include "base/crew.h"
#include "base/duration.h"
#include "base/hash.h"
#include "base/mem.h"
#include "engine/ahead.h"
#include "engine/engine.h"
#include "engine/relay.h"

#include <string.h>

enum { LOAD_REST = 1024 };

int engine_give(struct ssp_error *error, const struct err *err, bool torn)
{
    error->status = (int)err->status;
    error->source = err->source;
    error->line = err->line;
    error->column = err->column;
    error->torn = torn;
    memcpy(error->message, err->message, sizeof(error->message));
    return error->status;
}

bool ssp_duration(const char *text, int64_t *microseconds)
{
    return duration_read(text, strlen(text), microseconds);
}

struct ssp *ssp_new(const struct ssp_options *options, struct ssp_error *error)
{
    struct ssp *ssp = mem_alloc_zero(sizeof(*ssp));
    struct err err = {0};

    hash_seed(options->seed);
    ssp->options = *options;
    ssp->place = LEAN_NO_PLACE;
    mutation_reader_init(&ssp->reader);
    mutation_reader_init(&ssp->rereader);
    batch_init(&ssp->batch, &ssp->store, &ssp->circuit, &ssp->lean);
    ssp->batch.schemas = &ssp->schemas;
    ssp->lean.on = options->reread && !options->verify && !options->no_coalesce;
    ssp->batch.strict = options->strict;
    ssp->reader.strict = options->strict;
    ssp->batch.keep_prefix = options->keep_prefix;
    timer_init(&ssp->meter.timer, options->stopwatch, options->profile);
    ssp->circuit.run.timer = &ssp->meter.timer;
    ssp->writing.out = &ssp->out;
    ssp->writing.timer = &ssp->meter.timer;
    ssp->relay = relay_new(ssp);
    ssp->crew = crew_new(options->threads);
    ssp->circuit.crew = ssp->crew;
    if (engine_read_options(ssp, &err) == OK)
        return ssp;
    (void)engine_give(error, &err, false);
    ssp_free(ssp);
    return NULL;
}

void ssp_free(struct ssp *ssp)
{
    if (!ssp)
        return;
    relay_free(ssp->relay);
    batch_release(&ssp->batch);
    buf_release(&ssp->pace.run);
    while (ssp->view_count > 0) { /* the last one first, as unlisten() looks */
        view_release(ssp->views[--ssp->view_count]);
        free(ssp->views[ssp->view_count]);
    }
    free(ssp->views);
    free(ssp->changed);
    refresh_release(&ssp->refresh);
    circuit_release(&ssp->circuit);
    crew_free(ssp->crew);
    store_release(&ssp->store);
    mutation_reader_release(&ssp->reader);
    mutation_reader_release(&ssp->rereader);
    lean_release(&ssp->lean);
    meter_release(&ssp->meter);
    buf_release(&ssp->trace);
    buf_release(&ssp->report);
    arena_release(&ssp->arena);
    buf_release(&ssp->plans);
    schemas_release(&ssp->schemas);
    buf_release(&ssp->out);
    buf_release(&ssp->messages);
    buf_release(&ssp->line_text);
    free(ssp);
}

void ssp_start(struct ssp *ssp)
{
    struct meter *meter = &ssp->meter;
    struct timing timing = timer_start(&meter->timer, 0, SIZE_MAX);
    struct view_line line;

    /* What was loaded is not a step: it goes through the circuit as the tables are now. */
    batch_rest(&ssp->batch);
    ssp->batch.coalesce.eager = ssp->options.no_coalesce; /* not while loading */
    ssp->batch.counters = (struct batch_counters){0};
    ssp->reader.time = ssp->time_path;
    ssp->reader.run = ssp->run_path;
    ssp->started = true;
    (void)engine_load_tables(ssp, &ssp->circuit, false, &(struct err){0});
    circuit_step(&ssp->circuit);
    line = engine_line(ssp, ssp->options.initial ? MARK_INITIAL : MARK_NONE);
    for (size_t i = 0; !ssp->circuit.fault && i < ssp->view_count; i++) {
        struct view *view = ssp->views[i];

        view_take_head(view);
        if (ssp->options.initial || !ssp->options.loads)
            engine_write(ssp, view, &view->root->out, &line);
        else
            view_take(view, &view->root->out);
    }
    circuit_finish(&ssp->circuit);
    engine_tell_trace(ssp);
    meter->start_time = timer_stop(&meter->timer, &timing);
    meter->step_time += timing.own;
    if (ssp->options.verify && !ssp->circuit.fault)
        engine_verify(ssp);
}

void ssp_flush(struct ssp *ssp)
{
    if (ssp->started && !ssp->batch.transaction && !ssp->broken)
        engine_step(ssp);
}

void ssp_wait(struct ssp *ssp)
{
    relay_wait(ssp);
}

void ssp_clock(struct ssp *ssp, int64_t now)
{
    if (ssp->pace.event_time)
        return;
    ssp->pace.now = now;
    ssp->pace.reached = now;
    if (!ssp->started || ssp->broken)
        return;
    if (!ssp->batch.transaction && pace_is_over(&ssp->pace, ssp->batch.waiting))
        engine_step(ssp);
    engine_write_due(ssp);
}

bool ssp_needs_clock(const struct ssp *ssp)
{
    return !ssp->pace.event_time && (ssp->pace.window || ssp->timed_views);
}

int64_t ssp_alarm(const struct ssp *ssp)
{
    int64_t step = PACE_NEVER;
    int64_t write = refresh_time(&ssp->refresh);

    if (ssp->pace.event_time || !ssp->started || ssp->broken || ssp->circuit.fault)
        return PACE_NEVER;
    if (!ssp->batch.transaction)
        step = pace_end(&ssp->pace, ssp->batch.waiting);
    return step < write ? step : write;
}

/* What waits becomes a step, or while loading just content. */
static void finish_batch(struct ssp *ssp)
{
    if (ssp->started)
        engine_step(ssp);
    else
        batch_rest(&ssp->batch);
}

static enum status outside(const struct ssp *ssp, const char *what, struct err *err)
{
    if (!ssp->batch.transaction)
        return OK;
    return err_set(err, ERR_INPUT, "%s inside the transaction begun at line %zu", what, ssp->begin);
}

/* Event time moves on to the latest of the transaction, as it does for a mutation. */
static void commit_time(struct ssp *ssp)
{
    struct pace *pace = &ssp->pace;

    if (!ssp->started || !pace->event_time)
        return;
    pace->now = pace->ahead;
    engine_write_due(ssp);
    pace->reached = pace->now;
}

static enum status control(struct ssp *ssp, const struct mutation *line,
                           const struct plan_source *source, struct err *err)
{
    static const char *const names[] = {
        [LINE_BEGIN] = "begin",
        [LINE_REGISTER] = "register",
        [LINE_UNREGISTER] = "unregister",
        [LINE_SNAPSHOT] = "snapshot",
    };

    if (line->op == LINE_FLUSH) {
        ssp_flush(ssp);
        return OK;
    }
    if (line->op == LINE_COMMIT || line->op == LINE_ROLLBACK) {
        if (!ssp->batch.transaction)
            return err_set(err, ERR_INPUT, "%s without a begin",
                           line->op == LINE_COMMIT ? "commit" : "rollback");
        if (line->op == LINE_ROLLBACK)
            engine_rollback(ssp);
        else
            commit_time(ssp);
        ssp->batch.transaction = false;
        finish_batch(ssp);
        return OK;
    }
    if (outside(ssp, names[line->op], err) != OK)
        return ERR_INPUT;
    if (line->op == LINE_BEGIN) {
        finish_batch(ssp);
        ssp->batch.transaction = true;
        ssp->pace.ahead = ssp->pace.now;
        ssp->begin = ssp->line;
        return OK;
    }
    if (!ssp->started)
        return err_set(err, ERR_INPUT, "%s in a file to load", names[line->op]);
    if (line->op == LINE_REGISTER)
        return engine_register(ssp, source, err);
    if (line->op == LINE_UNREGISTER)
        return engine_unregister(ssp, line, err);
    return engine_snapshot(ssp, line, err);
}

static bool step_is_due(const struct ssp *ssp)
{
    return ssp->started && !ssp->batch.transaction && pace_is_full(&ssp->pace, ssp->batch.waiting);
}

/* Steps and writings that are due before the mutation; none if it is refused. */
static enum status make_way(struct ssp *ssp, const struct mutation *mutation, struct err *err)
{
    struct pace *pace = &ssp->pace;
    bool parts = pace_parts(pace, mutation, ssp->batch.waiting);
    int64_t ahead = pace_ahead(pace, mutation);

    if (!parts && (!pace->event_time || refresh_time(&ssp->refresh) > ahead))
        return OK;
    if (batch_check(&ssp->batch, mutation, err) != OK)
        return err->status;
    pace->now = ahead;
    if (parts)
        engine_step(ssp);
    engine_write_due(ssp);
    return OK;
}

/* A mutation, into the tables. A patch needs the whole of what it patches. */
static enum status apply(struct ssp *ssp, const struct mutation *mutation, struct err *err)
{
    if (!ssp->lean_planned) {
        lean_plan(&ssp->lean, ssp->views, ssp->view_count);
        ssp->lean_planned = true;
    }
    if (ssp->started && !ssp->batch.transaction && make_way(ssp, mutation, err) != OK)
        return err->status;
    if (mutation->op == LINE_PATCH && batch_table(&ssp->batch, mutation)->lean &&
        engine_whole(ssp, err) != OK)
        return err->status;
    if (batch_apply(&ssp->batch, mutation, err) != OK)
        return err->status;
    if (ssp->started)
        pace_take(&ssp->pace, mutation, ssp->batch.waiting, ssp->batch.transaction);
    return OK;
}

void ssp_next_place(struct ssp *ssp, uint64_t place)
{
    ssp->place = place;
}

/* ahead: the line as it was parsed before; NULL: it was not. */
static enum status take_line(struct ssp *ssp, const struct plan_source *text,
                             const struct mutation *ahead, bool *torn, struct err *err)
{
    struct mutation read;
    enum status status = OK;

    /* A line that cannot be read again: it and all others are kept. */
    if (ssp->place == LEAN_NO_PLACE && engine_whole(ssp, err) != OK)
        return err->status;
    if (!ahead) {
        status = mutation_read(&ssp->reader, text->bytes, text->size, &read, torn, err);
        ahead = &read;
    }
    if (status != OK)
        return status;
    ssp->batch.place = ssp->place;
    if (mutation_is_change(ahead))
        return apply(ssp, ahead, err);
    return control(ssp, ahead, text, err);
}

/* An operator that has given up, which is said once: there is no going on. */
static int give_fault(struct ssp *ssp, struct ssp_error *error)
{
    struct err err;

    if (!ssp->circuit.fault || ssp->broken)
        return SSP_OK;
    ssp->broken = true;
    err = (struct err){.source = ssp->source, .line = ssp->line};
    (void)err_set(&err, ERR_USAGE, "%s", ssp->circuit.fault);
    return engine_give(error, &err, false);
}

static int one_line(struct ssp *ssp, const struct plan_source *text, const struct mutation *ahead,
                    struct ssp_error *error)
{
    struct err err;
    bool torn = false;
    enum status status;

    err_clear(&err);
    ssp->source = text->name;
    ssp->line = text->line;
    if (ssp->options.verify) {
        buf_clear(&ssp->line_text);
        buf_add(&ssp->line_text, text->bytes, text->size);
    }
    status = take_line(ssp, text, ahead, &torn, &err);
    ssp->place = LEAN_NO_PLACE;
    ssp->broken = status == ERR_USAGE; /* rows may be half whole: no step is right any more */
    if (status != OK) {
        err.source = text->name;
        err.line = text->line;
        return engine_give(error, &err, torn);
    }
    if (step_is_due(ssp))
        engine_step(ssp);
    else if (!ssp->started && !ssp->batch.transaction && ssp->batch.waiting >= LOAD_REST)
        batch_rest(&ssp->batch); /* loading remembers no old rows */
    return give_fault(ssp, error);
}

static int timed_line(struct ssp *ssp, const struct plan_source *text, const struct mutation *ahead,
                      struct ssp_error *error)
{
    struct meter *meter = &ssp->meter;
    struct timing timing = {0};
    int status;

    if (meter->timer.all)
        timing = timer_start(&meter->timer, 0, 0);
    status = one_line(ssp, text, ahead, error);
    (void)timer_stop(&meter->timer, &timing);
    meter->line_time += timing.own;
    return status;
}

int ssp_line(struct ssp *ssp, const char *source, size_t number, const char *bytes, size_t size,
             struct ssp_error *error)
{
    const struct plan_source text = {source, bytes, size, number};

    return timed_line(ssp, &text, NULL, error);
}

int ssp_line_ahead(struct ssp *ssp, const char *source, size_t number,
                   const struct ssp_block *block, size_t i, struct ssp_error *error)
{
    const struct ahead_line *line = ahead_line(block, i);
    const struct plan_source text = {source, line->bytes, line->size, number};

    ahead_prefetch(&ssp->batch, block, i);
    return timed_line(ssp, &text, line->parsed ? &line->mutation : NULL, error);
}

int ssp_end(struct ssp *ssp, struct ssp_error *error)
{
    struct err err = {0};
    bool open = ssp->batch.transaction;

    if (open) {
        engine_rollback(ssp);
        ssp->batch.transaction = false;
    }
    if (!ssp->broken)
        finish_batch(ssp);
    relay_wait(ssp);
    if (!ssp->broken && ssp->started && !ssp->circuit.fault)
        engine_write_all_held(ssp);
    if (!open || ssp->circuit.fault)
        return give_fault(ssp, error);
    (void)err_set(&err, ERR_USAGE,
                  "the log ended inside the transaction begun at line %zu; it is dropped",
                  ssp->begin);
    err.source = ssp->source;
    err.line = ssp->line;
    (void)engine_give(error, &err, false);
    error->status = SSP_INCOMPLETE;
    return SSP_INCOMPLETE;
}

const char *ssp_output(const struct ssp *ssp, size_t *size)
{
    *size = ssp->out.size;
    return ssp->out.bytes;
}

void ssp_output_taken(struct ssp *ssp)
{
    buf_clear(&ssp->out);
}

const char *ssp_messages(const struct ssp *ssp, size_t *size)
{
    *size = ssp->messages.size;
    return ssp->messages.bytes;
}

void ssp_messages_taken(struct ssp *ssp)
{
    buf_clear(&ssp->messages);
}

uint64_t ssp_steps(const struct ssp *ssp)
{
    return ssp->steps;
}

struct ssp_counters ssp_counters(struct ssp *ssp)
{
    const struct batch_counters *batch = &ssp->batch.counters;
    struct ssp_counters counters;

    relay_wait(ssp);
    counters = (struct ssp_counters){
        .mutations = batch->mutations,
        .records = batch->records,
        .unchanged = batch->unchanged,
        .stale = batch->stale,
        .create_existing = batch->create_existing,
        .update_missing = batch->update_missing,
        .delete_missing = batch->delete_missing,
        .late = ssp->pace.late,
        .too_late = batch->too_late,
        .steps = ssp->steps,
        .updates = ssp->updates,
        .differences = ssp->differences,
        .nodes = ssp->circuit.count,
    };

    for (size_t i = 0; i < ssp->circuit.count; i++) {
        const struct op *op = ssp->circuit.nodes[i]->op;

        counters.rows_in += op->rows_in;
        counters.rows_out += op->rows_out;
        counters.work += op->work;
        counters.state_bytes += op->class->bytes ? op->class->bytes(op) : 0;
        counters.state_rows += op->class->rows ? op->class->rows(op) : 0;
    }
    return counters;
}

int ssp_parse_only(struct ssp *ssp, const char *bytes, size_t size, struct ssp_error *error)
{
    struct mutation mutation;
    struct err err;
    bool torn;

    err_clear(&err);
    if (mutation_read(&ssp->reader, bytes, size, &mutation, &torn, &err) != OK)
        return engine_give(error, &err, torn);
    return SSP_OK;
}

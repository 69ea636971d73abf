/*
 * Views that come and go while the log runs.
 *
 * There is one evaluation path: a new view gets a circuit of its own, the tables go through it as
 * one large step, and what comes out is its content. Then its nodes move into the circuit of all
 * views, where equal nodes, having seen the same tables, have the same state.
 */
#include "engine/document.h"
#include "engine/engine.h"

#include "base/buf.h"
#include "base/mem.h"

#include <string.h>

enum status engine_load_tables(struct ssp *ssp, struct circuit *circuit, bool whole,
                               struct err *err)
{
    for (size_t i = 0; i < ssp->store.count; i++) {
        const struct table *table = ssp->store.tables[i];
        struct node *scan = circuit_scan(circuit, table->name, table->name_size);

        for (size_t j = 0; scan && j < table->count; j++) {
            struct row *row = batch_row_before(&ssp->batch, table, j);

            if (!row)
                continue;
            row = whole ? engine_whole_row(ssp, row, err) : row_ref(row);
            if (!row)
                return err->status;
            circuit_push(circuit, scan, row, 1);
            row_unref(row);
        }
    }
    return OK;
}

static struct view *view_new(struct ssp *ssp, const struct plan_view *plan, struct node *root)
{
    struct view *view = mem_alloc(sizeof(*view));

    view_init(view, plan, root, ssp->options.verify > 0, ssp->options.hash);
    view->ordinal = ssp->next_ordinal++;
    if (ssp->options.trace & (SSP_TRACE_VIEWS | SSP_TRACE_WEIGHTS)) {
        view->trace = mem_alloc_zero(sizeof(*view->trace));
        view->trace->views = ssp->options.trace & SSP_TRACE_VIEWS;
        view->trace->weights = ssp->options.trace & SSP_TRACE_WEIGHTS;
    }
    ssp->timed_views += plan->refresh.kind == REFRESH_TIME;
    return view;
}

static void drop_view(struct ssp *ssp, struct view *view)
{
    struct node *root = view->root;

    refresh_remove(&ssp->refresh, view);
    ssp->timed_views -= view->plan.refresh.kind == REFRESH_TIME;
    view_release(view);
    free(view);
    circuit_drop(&ssp->circuit, root);
}

static void append(struct ssp *ssp, struct view *view)
{
    ssp->views = mem_grow(ssp->views, &ssp->view_max, ssp->view_count + 1, sizeof(struct view *));
    ssp->views[ssp->view_count++] = view;
}

void engine_add_view(struct ssp *ssp, const struct plan_view *plan)
{
    append(ssp, view_new(ssp, plan, circuit_add(&ssp->circuit, plan->circuit, plan->memory)));
}

/* The position of a view, view_count if there is none of this id. */
static size_t find_view(const struct ssp *ssp, const char *id, size_t size)
{
    size_t i = 0;

    while (i < ssp->view_count &&
           (ssp->views[i]->plan.id_size != size || memcmp(ssp->views[i]->plan.id, id, size) != 0))
        i++;
    return i;
}

static enum status find_named(const struct ssp *ssp, const struct mutation *line, size_t *at,
                              struct err *err)
{
    *at = find_view(ssp, line->view_id, line->view_id_size);
    if (*at < ssp->view_count)
        return OK;
    return err_set(err, ERR_INPUT, "there is no view %s",
                   quote(line->view_id, line->view_id_size).text);
}

/* A plan over the tables as they are: the content of its root stands in (*root)->out. On failure
 * there is no circuit. */
static enum status evaluate(struct ssp *ssp, const struct plan_view *plan, bool whole,
                            struct circuit *circuit, struct node **root, struct err *err)
{
    *circuit = (struct circuit){.run = {.timer = ssp->circuit.run.timer}, .crew = ssp->crew};
    *root = circuit_add(circuit, plan->circuit, plan->memory);
    if (engine_load_tables(ssp, circuit, whole, err) == OK) {
        circuit_step(circuit);
        if (!circuit->fault)
            return OK;
        (void)err_set(err, ERR_INPUT, "%s", circuit->fault);
    }
    circuit_release(circuit);
    return err->status;
}

/* content := -content of a view as it was written last, so that adding a new one leaves the
 * difference. */
static void subtract_content(struct ssp *ssp, const struct view *view, struct zset *content)
{
    struct circuit circuit;
    struct node *root;
    struct err none = {0};

    (void)evaluate(ssp, &view->plan, false, &circuit, &root, &none);
    for (size_t i = 0; i < root->out.count; i++)
        zset_add(content, root->out.entries[i].row, -root->out.entries[i].weight);
    zset_add_all(content, &view->held);
    circuit_release(&circuit);
}

/* The change that takes away an old view's content, for consumers of another format: they know what
 * a tree shows as records, and a tree is written whole, if anything was or is there. */
static void translate_content(const struct view *old, const struct view *view,
                              struct view_line *line, struct zset *change)
{
    bool multiset = old->plan.semantics == SEMANTICS_MULTISET;
    struct zset records = ZSET_INIT;

    if ((old->plan.format == FORMAT_TREE) == (view->plan.format == FORMAT_TREE))
        return;
    if (view->plan.format == FORMAT_TREE)
        line->always = change->count > 0;
    else
        records = document_records(change->entries, change->count, -1, multiset);
    zset_release(change);
    for (size_t i = 0; i < records.count; i++)
        zset_add(change, records.entries[i].row, -records.entries[i].weight);
    zset_release(&records);
}

/* In place of the old view; the new one's consumers have been told the old one's content. */
static void replace(struct ssp *ssp, size_t at, struct view *view, const struct zset *content)
{
    struct view *old = ssp->views[at];
    struct view_line line = engine_line(ssp, MARK_NONE);
    struct zset change = ZSET_INIT;
    struct zset before = ZSET_INIT;

    view->ordinal = old->ordinal;
    /* Weights may be the old view's in this one step, so events are told from the content. */
    view->is_set = false;
    view->keep = true;
    subtract_content(ssp, old, &change);
    if (view->trace && view->plan.format == FORMAT_TREE)
        trace_replaces(view->trace, &old->plan, &change);
    translate_content(old, view, &line, &change);
    for (size_t i = 0; i < change.count; i++)
        zset_add(&before, change.entries[i].row, -change.entries[i].weight);
    zset_add_all(&change, content);
    view_take(view, &before);
    engine_write(ssp, view, &change, &line);
    zset_release(&change);
    zset_release(&before);
    view_settle(view, ssp->options.verify > 0);
    drop_view(ssp, old);
    ssp->views[at] = view;
}

/* For plans that read other views. */
static const struct plan_view *find_plan(const void *context, const char *id, size_t size)
{
    const struct ssp *ssp = context;
    size_t at = find_view(ssp, id, size);

    return at < ssp->view_count ? &ssp->views[at]->plan : NULL;
}

static const struct plan_scan *find_scan(const void *context, const char *table, size_t size)
{
    const struct ssp *ssp = context;
    const struct node *scan = circuit_scan(&ssp->circuit, table, size);

    return scan ? &scan->plan->as.scan : NULL;
}

enum status engine_register(struct ssp *ssp, const struct plan_source *source, struct err *err)
{
    struct plan_view plan;
    struct circuit circuit;
    struct node *root;
    struct zset content = ZSET_INIT;
    struct view *view;
    const struct plan_known known = {find_plan, find_scan, ssp};
    size_t at;

    if (plan_read_member(ssp->reader.json, source, &ssp->defaults, &known, &plan, err) != OK)
        return ERR_INPUT;
    engine_settle(ssp);
    if (engine_whole(ssp, err) != OK || evaluate(ssp, &plan, false, &circuit, &root, err) != OK) {
        plan_memory_unref(plan.memory);
        return err->status;
    }
    zset_add_all(&content, &root->out);
    view = view_new(ssp, &plan, root);
    view_take_head(view);
    view_detach(view);
    circuit_finish(&circuit);
    circuit_adopt(&ssp->circuit, &circuit, &root, 1);
    view_attach(view, root);
    at = find_view(ssp, plan.id, plan.id_size);
    if (at < ssp->view_count) {
        replace(ssp, at, view, &content);
    } else {
        const struct view_line line = engine_line(ssp, MARK_NONE);

        append(ssp, view);
        engine_write(ssp, view, &content, &line);
    }
    zset_release(&content);
    view->evaluated++;
    ssp->evaluated++;
    engine_tell_trace(ssp);
    return OK;
}

enum status engine_unregister(struct ssp *ssp, const struct mutation *mutation, struct err *err)
{
    struct view_line line;
    struct zset change = ZSET_INIT;
    struct view *view;
    size_t at;

    if (find_named(ssp, mutation, &at, err) != OK)
        return ERR_INPUT;
    engine_settle(ssp);
    line = engine_line(ssp, MARK_NONE);
    view = ssp->views[at];
    line.always = view->plan.format == FORMAT_FLAT || view->plan.format == FORMAT_TREE;
    subtract_content(ssp, view, &change);
    view_drop_head(view);
    engine_write(ssp, view, &change, &line);
    engine_tell_trace(ssp);
    zset_release(&change);
    memmove(&ssp->views[at], &ssp->views[at + 1], (--ssp->view_count - at) * sizeof(struct view *));
    drop_view(ssp, view);
    return OK;
}

enum status engine_snapshot(struct ssp *ssp, const struct mutation *mutation, struct err *err)
{
    struct view_line line;
    struct plan_view plan;
    struct circuit circuit;
    struct node *root;
    struct view whole;
    size_t at;

    if (find_named(ssp, mutation, &at, err) != OK)
        return ERR_INPUT;
    engine_settle(ssp);
    line = engine_line(ssp, MARK_SNAPSHOT);
    engine_write_held(ssp, ssp->views[at]); /* updates and snapshot agree */
    /* A flat view of the same plan, for as long as it takes to write it; of a tree a tree. */
    plan = ssp->views[at]->plan;
    if (plan.format != FORMAT_TREE)
        plan.format = FORMAT_FLAT;
    plan.emit = ssp->views[at]->rows ? EMIT_ROWS : EMIT_IDS;
    (void)plan_memory_ref(plan.memory);
    if (evaluate(ssp, &plan, true, &circuit, &root, err) != OK) {
        plan_memory_unref(plan.memory);
        return err->status;
    }
    view_init(&whole, &plan, root, false, false);
    view_take_head(&whole);
    line.always = true;
    if (plan.format == FORMAT_TREE) {
        (void)view_step(&whole, &root->out, &line, &ssp->out);
    } else {
        view_take(&whole, &root->out);
        view_write_flat(&whole, &line, &ssp->out);
    }
    ssp->updates++;
    ssp->records += whole.records;
    ssp->evaluated++;
    ssp->views[at]->updates += whole.updates;
    ssp->views[at]->records += whole.records;
    ssp->views[at]->evaluated++;
    view_release(&whole);
    circuit_release(&circuit);
    return OK;
}

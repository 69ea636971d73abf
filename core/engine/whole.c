/*
 * From lean rows back to whole ones: lines of the log are read again.
 *
 * It happens once, at the first patch or registration; the circuit is then built again over whole
 * rows, which is a load like any other. Nothing is written: the views' contents stay.
 */
#include "engine/engine.h"
#include "engine/relay.h"

#include "base/buf.h"

static struct row *fail(const struct row *row, struct err *err)
{
    err->column = 0; /* whatever was wrong with the line read again is not this line's fault */
    (void)err_set(err, ERR_USAGE,
                  "record %s cannot be read again: the log has changed since; pipe it in instead",
                  quote(row_key(row), row->key_size).text);
    return NULL;
}

struct row *engine_whole_row(struct ssp *ssp, struct row *row, struct err *err)
{
    struct row_origin origin;
    struct mutation m;
    struct hash128 content;
    struct value id;
    const char *bytes;
    size_t size;
    bool torn;

    if (!row->lean)
        return row_ref(row);
    origin = row_origin(row);
    if (!ssp->options.reread(ssp->options.reread_context, origin.place, &bytes, &size) ||
        mutation_read(&ssp->rereader, bytes, size, &m, &torn, err) != OK ||
        m.record.type != VALUE_OBJECT)
        return fail(row, err);
    content =
        row_content_hash(m.record.text, m.record.size, m.fields, m.field_count, &ssp->lean.scratch);
    if (content.low != origin.content.low || content.high != origin.content.high)
        return fail(row, err);
    id = row_id(row);
    return row_new(&(struct row_source){.key = row_key(row),
                                        .key_size = row->key_size,
                                        .hash = row->hash,
                                        .text = m.record.text,
                                        .size = m.record.size,
                                        .fields = m.fields,
                                        .count = m.field_count,
                                        .id = id.text,
                                        .id_size = id.size});
}

/* Puts a whole row in the place of a lean one. */
static enum status make_whole(struct ssp *ssp, struct row **row, struct err *err)
{
    struct row *whole = engine_whole_row(ssp, *row, err);

    if (!whole)
        return err->status;
    row_unref(*row);
    *row = whole;
    return OK;
}

static enum status make_table_whole(struct ssp *ssp, struct table *table, struct err *err)
{
    for (size_t i = 0; i < table->count; i++) {
        struct record *record = &table->records[i];
        struct row **before = coalesce_before(&ssp->batch.coalesce, record);
        bool same = before && *before == record->row;

        if (make_whole(ssp, &record->row, err) != OK)
            return err->status;
        if (same) { /* a record that is as before is known by its row being that very row */
            row_unref(*before);
            *before = row_ref(record->row);
        } else if (before && *before && make_whole(ssp, before, err) != OK) {
            return err->status;
        }
    }
    table->lean = NULL;
    return OK;
}

static void rebuild(struct ssp *ssp)
{
    struct err none = {0};
    uint64_t hits = ssp->circuit.hits;

    for (size_t i = 0; i < ssp->view_count; i++) {
        struct view *view = ssp->views[i];
        struct node *old = view->root;

        view_detach(view);
        circuit_drop(&ssp->circuit, old);
    }
    for (size_t i = 0; i < ssp->view_count; i++) {
        struct view *view = ssp->views[i];

        view_attach(view, circuit_add(&ssp->circuit, view->plan.circuit, view->plan.memory));
    }
    (void)engine_load_tables(ssp, &ssp->circuit, false, &none);
    circuit_step(&ssp->circuit);
    for (size_t i = 0; i < ssp->view_count; i++) {
        view_refill(ssp->views[i]);
        ssp->views[i]->evaluated++;
    }
    ssp->evaluated += ssp->view_count;
    ssp->circuit.hits = hits; /* the views' plans were added once */
    circuit_finish(&ssp->circuit);
}

enum status engine_whole(struct ssp *ssp, struct err *err)
{
    if (!ssp->lean.on)
        return OK;
    relay_wait(ssp);
    for (size_t i = 0; i < ssp->store.count; i++)
        if (make_table_whole(ssp, ssp->store.tables[i], err) != OK)
            return err->status;
    ssp->lean.on = false;
    if (ssp->started)
        rebuild(ssp);
    return OK;
}

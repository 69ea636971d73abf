/* What --stats says: the counters of all parts, collected into tables. */
#include "engine/stats.h"

#include "base/check.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/relay.h"
#include "plan/write.h"

#include <string.h>

static struct stat_table *add_table(struct stats *stats, const char *name,
                                    enum stat_table_kind kind, const struct stat_column *columns,
                                    size_t column_count)
{
    struct stat_table *table = &stats->tables[stats->count++];

    SSP_ASSERT(stats->count <= STATS_TABLES_MAX);
    *table = (struct stat_table){
        .name = name, .kind = kind, .columns = columns, .column_count = column_count};
    return table;
}

#define ADD_TABLE(stats, name, kind, columns) \
    add_table((stats), (name), (kind), (columns), sizeof(columns) / sizeof((columns)[0]))

static void add_cell(struct stat_table *table, struct stat_cell cell)
{
    table->cells =
        mem_grow(table->cells, &table->cell_max, table->cell_count + 1, sizeof(*table->cells));
    table->cells[table->cell_count++] = cell;
}

static void add_number(struct stat_table *table, uint64_t number)
{
    add_cell(table, (struct stat_cell){.number = number, .known = true});
}

static void add_if(struct stat_table *table, bool known, uint64_t number)
{
    add_cell(table, (struct stat_cell){.number = number, .known = known});
}

static void add_text(struct stats *stats, struct stat_table *table, const char *text, size_t size)
{
    struct stat_cell cell = {.size = size, .known = text != NULL};

    if (text)
        cell.text = arena_copy(&stats->texts, text, size);
    add_cell(table, cell);
}

static void add_string(struct stats *stats, struct stat_table *table, const char *text)
{
    add_text(stats, table, text, text ? strlen(text) : 0);
}

static void add_run(struct stats *stats, const struct ssp_outside *outside)
{
    static const struct stat_column columns[] = {
        {"at", STAT_NOTE, NULL, NULL},
        {"elapsed", STAT_TIME, "Time since the start of the command", NULL},
        {"cpu", STAT_TIME, "Processor time used", NULL},
        {"peak_memory", STAT_BYTES, "Largest resident memory so far", NULL},
    };
    struct stat_table *table = ADD_TABLE(stats, "run", STAT_SINGLE, columns);

    add_string(stats, table, outside->at);
    add_number(table, outside->elapsed);
    add_number(table, outside->cpu);
    add_number(table, outside->peak_memory);
}

static void add_input(struct stats *stats, const struct ssp_outside *outside)
{
    static const struct stat_column columns[] = {
        {"lines", STAT_COUNT, "Lines read", NULL},
        {"bytes", STAT_COUNT, "Bytes read", NULL},
        {"rejected", STAT_COUNT, "Bad lines", NULL},
    };
    struct stat_table *table = ADD_TABLE(stats, "input", STAT_SINGLE, columns);

    add_number(table, outside->lines);
    add_number(table, outside->bytes_in);
    add_number(table, outside->rejected);
}

static void add_mutations(struct stats *stats, const struct ssp *ssp)
{
    const struct batch_counters *counters = &ssp->batch.counters;
    static const struct stat_column columns[] = {
        {"received", STAT_COUNT, "Mutations taken", NULL},
        {"changes", STAT_COUNT, "Changes of records that steps made of them", NULL},
        {"unchanged", STAT_COUNT, "Mutations that left the content as it was", NULL},
        {"stale", STAT_COUNT, "Mutations with an old version", NULL},
        {"late", STAT_COUNT, "Mutations from before the window that they joined", NULL},
        {"too_late", STAT_COUNT, "Mutations not taken, by the lateness of their table", NULL},
        {"create_existing", STAT_COUNT, "Creates of records that existed", NULL},
        {"update_missing", STAT_COUNT, "Updates and patches of records that did not exist", NULL},
        {"delete_missing", STAT_COUNT, "Deletes of records that did not exist", NULL},
    };
    struct stat_table *table = ADD_TABLE(stats, "mutations", STAT_SINGLE, columns);

    add_number(table, counters->mutations);
    add_number(table, counters->records);
    add_number(table, counters->unchanged);
    add_number(table, counters->stale);
    add_number(table, ssp->pace.late);
    add_number(table, counters->too_late);
    add_number(table, counters->create_existing);
    add_number(table, counters->update_missing);
    add_number(table, counters->delete_missing);
}

static void add_steps(struct stats *stats, const struct ssp *ssp)
{
    static const struct stat_column columns[] = {
        {"made", STAT_COUNT, "Steps", NULL},
        {"tables_touched", STAT_GAUGE, "Tables that a step changed", NULL},
        {"views_updated", STAT_GAUGE, "Views that an update was written for", NULL},
        {"full_recomputations", STAT_COUNT, "Views computed anew after the start", NULL},
        {"start", STAT_TIME, "Time of the evaluation before the first step", NULL},
    };
    struct stat_table *table = ADD_TABLE(stats, "steps", STAT_SINGLE, columns);
    uint64_t tables = 0;
    uint64_t views = 0;

    for (size_t i = 0; i < ssp->store.count; i++)
        tables += ssp->store.tables[i]->changes > 0;
    for (size_t i = 0; i < ssp->view_count; i++)
        views += ssp->views[i]->updates > 0;
    add_number(table, ssp->steps);
    add_number(table, tables);
    add_number(table, views);
    add_number(table, ssp->evaluated);
    add_if(table, ssp->meter.timer.now != NULL, ssp->meter.start_time);
}

static void add_latency(struct stats *stats, const struct meter *meter)
{
    static const struct stat_column columns[] = {
        {"count", STAT_COUNT, "Time of a step, from a sample of the steps", NULL},
        {"total", STAT_TIME, NULL, NULL},
        {"p50", STAT_TIME, NULL, "0.5"},
        {"p90", STAT_TIME, NULL, "0.9"},
        {"p99", STAT_TIME, NULL, "0.99"},
        {"p999", STAT_TIME, NULL, "0.999"},
        {"max", STAT_TIME, NULL, "1"},
    };
    static const double shares[] = {0.5, 0.9, 0.99, 0.999, 1};
    struct stat_table *table = ADD_TABLE(stats, "step_latency", STAT_SUMMARY, columns);
    bool known = meter->timer.now != NULL;

    add_if(table, known, meter->latency.count);
    add_if(table, known, (uint64_t)meter->latency.sum);
    for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
        add_if(table, known, histogram_percentile(&meter->latency, shares[i]));
}

static void add_output(struct stats *stats, const struct ssp *ssp,
                       const struct ssp_outside *outside)
{
    static const struct stat_column columns[] = {
        {"updates", STAT_COUNT, "Updates written", NULL},
        {"records", STAT_COUNT, "Records in them", NULL},
        {"bytes", STAT_COUNT, "Bytes written", NULL},
    };
    struct stat_table *table = ADD_TABLE(stats, "output", STAT_SINGLE, columns);

    add_number(table, ssp->updates);
    add_number(table, ssp->records);
    add_number(table, outside->bytes_out);
}

static void add_circuit(struct stats *stats, struct ssp *ssp)
{
    static const struct stat_column columns[] = {
        {"views", STAT_GAUGE, "Views", NULL},
        {"operators", STAT_GAUGE, "Operators that run for them", NULL},
        {"shared", STAT_GAUGE, "Operators with more than one user", NULL},
        {"shared_hits", STAT_COUNT, "Parts of plans that were there already", NULL},
        {"runs", STAT_COUNT, "Runs of operators", NULL},
        {"runs_saved", STAT_COUNT, "Runs that sharing made needless", NULL},
        {"rows_in", STAT_COUNT, "Rows of changes taken in by operators", NULL},
        {"rows_out", STAT_COUNT, "Rows of changes put out by operators", NULL},
        {"work", STAT_COUNT, "Entries of states looked at", NULL},
        {"state_rows", STAT_GAUGE, "Rows held by operators", NULL},
        {"state", STAT_BYTES, "Memory of states, rows not included", NULL},
        {"time", STAT_TIME, "Time in operators, from a sample of their runs", NULL},
    };
    struct stat_table *table = ADD_TABLE(stats, "circuit", STAT_SINGLE, columns);
    const struct ssp_counters counters = ssp_counters(ssp);
    uint64_t shared = 0;
    uint64_t time = 0;

    for (size_t i = 0; i < ssp->circuit.count; i++) {
        shared += ssp->circuit.nodes[i]->users > 1;
        time += ssp->circuit.nodes[i]->time;
    }
    add_number(table, ssp->view_count);
    add_number(table, counters.nodes);
    add_number(table, shared);
    add_number(table, ssp->circuit.hits);
    add_number(table, ssp->circuit.run.runs + ssp->circuit.back.runs);
    add_number(table, ssp->circuit.run.runs_saved + ssp->circuit.back.runs_saved);
    add_number(table, counters.rows_in);
    add_number(table, counters.rows_out);
    add_number(table, counters.work);
    add_number(table, counters.state_rows);
    add_number(table, counters.state_bytes);
    add_if(table, ssp->meter.timer.now != NULL, time);
}

static void add_tables(struct stats *stats, const struct store *store)
{
    static const struct stat_column columns[] = {
        {"table", STAT_LABEL, NULL, NULL},
        {"records", STAT_GAUGE, "Records of the table", NULL},
        {"changes", STAT_COUNT, "Changes of its records by steps", NULL},
        {"too_late", STAT_COUNT, "Mutations of it that were not taken, by its lateness", NULL},
    };
    struct stat_table *table = ADD_TABLE(stats, "tables", STAT_LIST, columns);

    for (size_t i = 0; i < store->count; i++) {
        add_text(stats, table, store->tables[i]->name, store->tables[i]->name_size);
        add_number(table, store->tables[i]->live);
        add_number(table, store->tables[i]->changes);
        add_number(table, store->tables[i]->late);
    }
}

static void add_views(struct stats *stats, const struct ssp *ssp)
{
    static const struct stat_column columns[] = {
        {"view_id", STAT_LABEL, NULL, NULL},
        {"format", STAT_NOTE, NULL, NULL},
        {"node", STAT_JSON, NULL, NULL},
        {"updates", STAT_COUNT, "Updates written for the view", NULL},
        {"records", STAT_COUNT, "Records in them", NULL},
        {"full_recomputations", STAT_COUNT, "Times that it was computed anew after the start",
         NULL},
        {"time", STAT_TIME, "Time in its updates, from a sample of them", NULL},
    };
    static const char *const formats[] = {
        [FORMAT_STREAMING] = "streaming",
        [FORMAT_FLAT] = "flat",
        [FORMAT_DELTA] = "delta",
        [FORMAT_TREE] = "tree",
    };
    struct stat_table *table = ADD_TABLE(stats, "views", STAT_LIST, columns);
    struct buf text = BUF_INIT;

    for (size_t i = 0; i < ssp->view_count; i++) {
        const struct view *view = ssp->views[i];

        add_text(stats, table, view->plan.id, view->plan.id_size);
        add_string(stats, table, formats[view->plan.format]);
        buf_clear(&text);
        buf_add_format(&text, "%zu", view->root->place);
        add_text(stats, table, text.bytes, text.size);
        add_number(table, view->updates);
        add_number(table, view->records);
        add_number(table, view->evaluated);
        add_if(table, ssp->meter.timer.now != NULL, view->time);
    }
    buf_release(&text);
}

static void add_operator(struct stats *stats, struct stat_table *table, const struct node *node,
                         bool timed)
{
    const struct op *op = node->op;
    struct buf text = BUF_INIT;

    buf_add_format(&text, "%zu", node->place);
    add_text(stats, table, text.bytes, text.size);
    add_string(stats, table, op->class->name);
    buf_clear(&text);
    for (unsigned i = 0; i < node->input_count; i++)
        buf_add_format(&text, "%c%zu", i ? ',' : '[', node->inputs[i]->place);
    buf_add_string(&text, node->input_count ? "]" : "[]");
    add_text(stats, table, text.bytes, text.size);
    add_number(table, node->users);
    add_number(table, node->runs);
    add_number(table, op->rows_in);
    add_number(table, op->rows_out);
    add_number(table, op->work);
    add_number(table, op->class->rows ? op->class->rows(op) : 0);
    add_number(table, op->class->bytes ? op->class->bytes(op) : 0);
    add_if(table, timed, node->time);
    buf_clear(&text);
    buf_add_byte(&text, '{');
    plan_write_arguments(&text, node->plan);
    buf_add_byte(&text, '}');
    add_text(stats, table, text.bytes, text.size);
    buf_release(&text);
}

static void add_operators(struct stats *stats, const struct ssp *ssp, struct node *const *nodes)
{
    static const struct stat_column columns[] = {
        {"node", STAT_KEY, NULL, NULL},
        {"op", STAT_LABEL, NULL, NULL},
        {"inputs", STAT_JSON, NULL, NULL},
        {"users", STAT_GAUGE, "Operators and views that read it", NULL},
        {"runs", STAT_COUNT, "Runs of the operator", NULL},
        {"rows_in", STAT_COUNT, "Rows of changes taken in", NULL},
        {"rows_out", STAT_COUNT, "Rows of changes put out", NULL},
        {"work", STAT_COUNT, "Entries of its state looked at", NULL},
        {"state_rows", STAT_GAUGE, "Rows that it holds", NULL},
        {"state", STAT_BYTES, "Memory of its state, rows not included", NULL},
        {"time", STAT_TIME, "Time in it, from a sample of its runs", NULL},
        {"arguments", STAT_JSON, NULL, NULL},
    };
    struct stat_table *table = ADD_TABLE(stats, "operators", STAT_LIST, columns);

    for (size_t i = 0; i < ssp->circuit.count; i++)
        add_operator(stats, table, nodes[i], ssp->meter.timer.now != NULL);
}

static void add_top(struct stats *stats, const char *name, const struct meter_top *top)
{
    static const struct stat_column columns[] = {
        {"step", STAT_COUNT, NULL, NULL},      {"source", STAT_NOTE, NULL, NULL},
        {"line", STAT_COUNT, NULL, NULL},      {"id", STAT_NOTE, NULL, NULL},
        {"mutations", STAT_COUNT, NULL, NULL}, {"rows", STAT_COUNT, NULL, NULL},
        {"updates", STAT_COUNT, NULL, NULL},   {"time", STAT_TIME, NULL, NULL},
    };
    struct stat_table *table = ADD_TABLE(stats, name, STAT_RANKING, columns);

    for (size_t i = 0; i < top->count; i++) {
        const struct meter_step *step = &top->steps[i];

        add_number(table, step->step);
        add_string(stats, table, step->source);
        add_number(table, step->line);
        add_text(stats, table, step->id, step->id_size);
        add_number(table, step->mutations);
        add_number(table, step->rows);
        add_number(table, step->updates);
        add_if(table, step->time > 0, step->time);
    }
}

static void collect(struct stats *stats, struct ssp *ssp, const struct ssp_outside *outside)
{
    struct node **nodes = circuit_places(&ssp->circuit);

    add_run(stats, outside);
    add_input(stats, outside);
    add_mutations(stats, ssp);
    add_steps(stats, ssp);
    add_latency(stats, &ssp->meter);
    add_output(stats, ssp, outside);
    add_circuit(stats, ssp);
    add_tables(stats, &ssp->store);
    add_views(stats, ssp);
    add_operators(stats, ssp, nodes);
    add_top(stats, "top_by_rows", &ssp->meter.by_rows);
    add_top(stats, "top_by_time", &ssp->meter.by_time);
    free(nodes);
}

const char *ssp_stats(struct ssp *ssp, const char *format, const struct ssp_outside *outside,
                      size_t *size)
{
    void (*write)(const struct stats *, struct buf *) =
        strcmp(format, "json") == 0         ? stats_write_json
        : strcmp(format, "text") == 0       ? stats_write_text
        : strcmp(format, "prometheus") == 0 ? stats_write_prometheus
                                            : NULL;
    struct stats stats = {0};

    if (!write)
        return NULL;
    relay_wait(ssp);
    collect(&stats, ssp, outside);
    buf_clear(&ssp->report);
    write(&stats, &ssp->report);
    for (size_t i = 0; i < stats.count; i++) {
        SSP_ASSERT(stats.tables[i].cell_count % stats.tables[i].column_count == 0);
        free(stats.tables[i].cells);
    }
    arena_release(&stats.texts);
    *size = ssp->report.size;
    return ssp->report.bytes;
}

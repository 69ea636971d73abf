/* One change a record and step: from what it was to what it is. See coalesce.h. */
#include "engine/coalesce.h"

#include "base/check.h"
#include "base/mem.h"

static void send(const struct coalesce *coalesce, struct table *table, struct row *old,
                 struct row *new)
{
    if (old)
        coalesce->sink(coalesce->context, table, old, -1);
    if (new)
        coalesce->sink(coalesce->context, table, new, 1);
}

static void send_eagerly(const struct coalesce *coalesce, struct table *table, struct row *old,
                         struct row *new)
{
    if (coalesce->eager)
        send(coalesce, table, old, new);
}

/* Remembers what the record was before this step. Returns true if it already had. */
static bool touch(struct coalesce *coalesce, struct table *table, uint32_t at, struct row *before)
{
    struct record *record = &table->records[at];

    if (record->touched)
        return true;
    SSP_ASSERT(coalesce->count < UINT32_MAX);
    coalesce->touched =
        mem_grow(coalesce->touched, &coalesce->max, coalesce->count + 1, sizeof(struct touched));
    coalesce->touched[coalesce->count++] =
        (struct touched){table, before ? row_ref(before) : NULL, at};
    record->touched = (uint32_t)coalesce->count;
    return false;
}

void coalesce_set(struct coalesce *coalesce, struct table *table, uint32_t at, struct row *row)
{
    struct record *record;
    struct row *old;

    if (at == HASHTAB_NONE) {
        at = table_insert(table, row);
        (void)touch(coalesce, table, at, NULL);
        send_eagerly(coalesce, table, NULL, row);
        return;
    }
    record = &table->records[at];
    old = record->live ? record->row : NULL;
    if (touch(coalesce, table, at, old) && row) {
        struct row *before = coalesce->touched[record->touched - 1].before;

        if (before && row_equal(before, row)) {
            row_unref(row);
            row = row_ref(before);
        }
    }
    send_eagerly(coalesce, table, old, row);
    table->live += (size_t)(row != NULL) - (size_t)record->live;
    record->live = row != NULL;
    if (row) {
        row_unref(record->row);
        record->row = row;
    }
}

struct row **coalesce_before(const struct coalesce *coalesce, const struct record *record)
{
    return record->touched ? &coalesce->touched[record->touched - 1].before : NULL;
}

/* The record's entry is settled: nothing is remembered of it, and if it is gone so is the entry. */
static void settle(struct coalesce *coalesce, struct touched *touched)
{
    struct table *table = touched->table;
    struct record *record = &table->records[touched->at];
    uint32_t moved;

    record->touched = 0;
    if (touched->before)
        row_unref(touched->before);
    if (record->live)
        return;
    table_remove(table, touched->at, &moved);
    if (touched->at < table->count && table->records[touched->at].touched)
        coalesce->touched[table->records[touched->at].touched - 1].at = touched->at;
}

void coalesce_forget(struct coalesce *coalesce)
{
    for (size_t i = 0; i < coalesce->count; i++)
        settle(coalesce, &coalesce->touched[i]);
    coalesce->count = 0;
}

static void count_table(struct coalesce *coalesce, struct table *table)
{
    coalesce->tables += table->flush != coalesce->flushes;
    table->flush = coalesce->flushes;
    table->changes++;
}

uint64_t coalesce_flush(struct coalesce *coalesce)
{
    uint64_t changed = 0;

    coalesce->flushes++;
    coalesce->tables = 0;
    for (size_t i = 0; i < coalesce->count; i++) {
        struct touched *touched = &coalesce->touched[i];
        const struct record *record = &touched->table->records[touched->at];
        struct row *now = record->live ? record->row : NULL;

        if (touched->before == now)
            continue;
        changed++;
        count_table(coalesce, touched->table);
        if (!coalesce->eager)
            send(coalesce, touched->table, touched->before, now);
    }
    coalesce_forget(coalesce);
    return changed;
}

void coalesce_undo(struct coalesce *coalesce)
{
    for (size_t i = 0; i < coalesce->count; i++) {
        struct touched *touched = &coalesce->touched[i];
        struct table *table = touched->table;
        struct record *record = &table->records[touched->at];
        struct row *before = touched->before;

        send_eagerly(coalesce, table, record->live ? record->row : NULL, before);
        table->live += (size_t)(before != NULL) - (size_t)record->live;
        record->live = before != NULL;
        if (before) {
            row_unref(record->row);
            record->row = row_ref(before);
        }
    }
    coalesce_forget(coalesce);
}

void coalesce_release(struct coalesce *coalesce)
{
    for (size_t i = 0; i < coalesce->count; i++)
        if (coalesce->touched[i].before)
            row_unref(coalesce->touched[i].before);
    free(coalesce->touched);
}

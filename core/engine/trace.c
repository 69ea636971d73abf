/* What a change means for records and their weights, as lines. See trace.h. */
#include "engine/trace.h"

#include "base/mem.h"
#include "engine/document.h"
#include "value/json_write.h"

#include <stdlib.h>
#include <string.h>

static const char *transition_of(struct record_event record)
{
    if (record.before == 0)
        return "inserted";
    if (record.after == 0)
        return "deleted";
    return record.after > record.before ? "multiplicity_increased" : "multiplicity_decreased";
}

static void write_start(struct buf *out, const char *what, uint64_t step,
                        const struct plan_view *view)
{
    buf_add_format(out, "{\"trace\":\"%s\",\"step\":%llu,\"view_id\":", what,
                   (unsigned long long)step);
    json_write_string(out, view->id, view->id_size);
}

static void write_weight(struct trace *trace, const struct plan_view *view, const struct row *row,
                         struct record_event record)
{
    struct buf *out = &trace->lines;

    write_start(out, "weight", trace->step, view);
    buf_add_string(out, ",\"id\":");
    if (row->made)
        buf_add(out, row_key(row), row->key_size);
    else
        json_write_string(out, row_key(row), row->key_size);
    buf_add_format(out, ",\"old_weight\":%lld,\"new_weight\":%lld,\"transition\":\"%s\"}\n",
                   (long long)record.before, (long long)record.after, transition_of(record));
}

static void take(struct trace *trace, const struct plan_view *view, struct zset *content,
                 const struct zset_entry *entries, size_t count)
{
    size_t next;

    for (size_t i = 0; i < count; i = next) {
        struct record_event record;

        for (next = i + 1; next < count && row_key_equal(entries[i].row, entries[next].row);)
            next++;
        record = event_of(content, &entries[i], &entries[next]);
        if (record.event != EVENT_NONE)
            trace->counts[record.event]++;
        if (trace->weights && record.before != record.after)
            write_weight(trace, view, entries[i].row, record);
    }
    trace->size += (int64_t)trace->counts[EVENT_CREATED] - (int64_t)trace->counts[EVENT_DELETED];
}

/* As event_sort() leaves it; to be freed. */
static struct zset_entry *sorted_copy(const struct zset *zset, size_t *count)
{
    struct zset_entry *sorted = mem_alloc(zset->count * sizeof(*sorted));

    if (zset->count)
        memcpy(sorted, zset->entries, zset->count * sizeof(*sorted));
    *count = event_sort(sorted, zset->count);
    return sorted;
}

static void take_documents(struct trace *trace, const struct plan_view *view,
                           const struct zset_entry *entries, size_t count)
{
    bool multiset = view->semantics == SEMANTICS_MULTISET;
    struct zset before =
        trace->replaces ? trace->known : document_records(entries, count, -1, multiset);
    struct zset change = document_records(entries, count, 1, multiset);
    struct zset_entry *sorted;

    trace->known = (struct zset)ZSET_INIT;
    trace->replaces = false;
    for (size_t i = 0; i < before.count; i++)
        zset_add(&change, before.entries[i].row, -before.entries[i].weight);
    sorted = sorted_copy(&change, &count);
    take(trace, view, &before, sorted, count);
    free(sorted);
    zset_release(&before);
    zset_release(&change);
}

void trace_replaces(struct trace *trace, const struct plan_view *other, const struct zset *content)
{
    struct zset_entry *sorted;
    size_t count;

    if (other->format == FORMAT_TREE)
        trace->known = document_records(content->entries, content->count, -1,
                                        other->semantics == SEMANTICS_MULTISET);
    for (size_t i = 0; other->format != FORMAT_TREE && i < content->count; i++)
        zset_add(&trace->known, content->entries[i].row, -content->entries[i].weight);
    trace->replaces = true;
    trace->size = 0;
    sorted = sorted_copy(&trace->known, &count);
    for (size_t i = 0; i < count; i++)
        trace->size += i == 0 || !row_key_equal(sorted[i - 1].row, sorted[i].row);
    free(sorted);
}

void trace_nothing(struct trace *trace)
{
    memset(trace->counts, 0, sizeof(trace->counts));
    buf_clear(&trace->lines);
}

void trace_change(struct trace *trace, const struct plan_view *view, struct zset *content,
                  const struct zset_entry *entries, size_t count)
{
    trace_nothing(trace);
    if (view->format == FORMAT_TREE)
        take_documents(trace, view, entries, count);
    else
        take(trace, view, content, entries, count);
}

void trace_write(const struct trace *trace, const struct plan_view *view, bool initial,
                 bool written, struct buf *out)
{
    if (written && trace->views) {
        write_start(out, "view", trace->step, view);
        buf_add_format(
            out, "%s,\"created\":%llu,\"deleted\":%llu,\"updated\":%llu,\"size\":%lld}\n",
            initial ? ",\"initial\":true" : "", (unsigned long long)trace->counts[EVENT_CREATED],
            (unsigned long long)trace->counts[EVENT_DELETED],
            (unsigned long long)trace->counts[EVENT_UPDATED], (long long)trace->size);
    }
    buf_add(out, trace->lines.bytes, trace->lines.size);
}

void trace_free(struct trace *trace)
{
    if (trace) {
        buf_release(&trace->lines);
        zset_release(&trace->known);
    }
    free(trace);
}

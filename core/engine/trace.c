/* What a change means for records and their weights, as lines. See trace.h. */
#include "engine/trace.h"

#include "base/mem.h"
#include "value/json_scan.h"
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

/* The records of a document, on their way into a Z-set. */
struct reading {
    struct zset *records;
    struct buf text;
    uint32_t *fields;
    size_t field_max;
};

static void read_list(struct reading *reading, const char *list, int64_t weight, bool root);

static void add_record(struct reading *reading, struct value id, struct value record,
                       int64_t weight)
{
    struct row_source source = {.key = id.text,
                                .key_size = id.size,
                                .made = id.type != VALUE_STRING,
                                .text = record.text,
                                .size = record.size};
    struct row *row;

    if (!source.made)
        source.key = value_string(id, &reading->text, &source.key_size);
    source.hash = hash_bytes(source.key, source.key_size);
    source.count = row_find_fields(record.text, &reading->fields, &reading->field_max);
    source.fields = reading->fields;
    row = row_new(&source);
    zset_add(reading->records, row, weight);
    row_unref(row);
}

/* {"id":...,"weight":...,"record":{...},"children":{...}}, weight and children not always. */
static void read_record(struct reading *reading, const char *text, int64_t weight, bool root)
{
    struct json_iter member = json_iter_of(text);
    struct value id = VALUE_NONE;

    while (json_iter_next(&member)) {
        struct value value = value_of(member.value, member.value_size);

        if (member.key[1] == 'i') {
            id = value;
        } else if (member.key[1] == 'w') {
            weight = weight_product(weight, strtoll(value.text, NULL, 10));
        } else if (member.key[1] == 'r') {
            if (root || id.type == VALUE_STRING)
                add_record(reading, id, value, weight);
        } else {
            struct json_iter alias = json_iter_of(value.text);

            while (json_iter_next(&alias))
                read_list(reading, alias.value, weight, false);
        }
    }
}

/* Rows, or one that stands alone, or null. */
static void read_list(struct reading *reading, const char *list, int64_t weight, bool root)
{
    struct json_iter row = json_iter_of(list);

    if (*list == '{')
        read_record(reading, list, weight, root);
    while (*list == '[' && json_iter_next(&row))
        read_record(reading, row.value, weight, root);
}

/* The records of the document whose weight in the change has this sign. */
static struct zset read_document(const struct zset_entry *entries, size_t count, int sign,
                                 bool multiset)
{
    struct zset all = ZSET_INIT;
    struct zset once = ZSET_INIT;
    struct reading reading = {.records = &all};

    for (size_t i = 0; i < count; i++) {
        struct json_iter member = json_iter_of(row_text(entries[i].row));

        while ((entries[i].weight < 0) == (sign < 0) && json_iter_next(&member))
            if (*member.value == '[')
                read_list(&reading, member.value, 1, true);
    }
    buf_release(&reading.text);
    free(reading.fields);
    if (multiset)
        return all;
    for (size_t i = 0; i < all.count; i++)
        zset_push(&once, all.entries[i].row, 1);
    zset_release(&all);
    return once;
}

static void take_documents(struct trace *trace, const struct plan_view *view,
                           const struct zset_entry *entries, size_t count)
{
    bool multiset = view->semantics == SEMANTICS_MULTISET;
    struct zset before = read_document(entries, count, -1, multiset);
    struct zset change = read_document(entries, count, 1, multiset);
    struct zset_entry *sorted;

    for (size_t i = 0; i < before.count; i++)
        zset_add(&change, before.entries[i].row, -before.entries[i].weight);
    sorted = mem_alloc(change.count * sizeof(*sorted));
    memcpy(sorted, change.entries, change.count * sizeof(*sorted));
    take(trace, view, &before, sorted, event_sort(sorted, change.count));
    free(sorted);
    zset_release(&before);
    zset_release(&change);
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
    if (trace)
        buf_release(&trace->lines);
    free(trace);
}

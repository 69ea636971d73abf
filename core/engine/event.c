/* Created, deleted, updated: what a change of rows means for records. See event.h. */
#include "engine/event.h"

#include <stdlib.h>

const char *const event_names[] = {"created", "deleted", "updated"};

static int entry_compare(const void *a, const void *b)
{
    const struct zset_entry *x = a;
    const struct zset_entry *y = b;
    int order = row_key_compare(x->row, y->row);

    if (order == 0)
        order = (x->weight > 0) - (y->weight > 0);
    return order ? order : row_compare(x->row, y->row);
}

size_t event_sort(struct zset_entry *entries, size_t count)
{
    size_t kept = 0;

    if (count > 1)
        qsort(entries, count, sizeof(*entries), entry_compare);
    for (size_t i = 0; i < count; i++) {
        if (kept && row_shown_equal(entries[kept - 1].row, entries[i].row))
            entries[kept - 1].weight = weight_sum(entries[kept - 1].weight, entries[i].weight);
        else
            entries[kept++] = entries[i];
        if (entries[kept - 1].weight == 0)
            kept--;
    }
    return kept;
}

struct record_event event_of(struct zset *content, const struct zset_entry *entries,
                             const struct zset_entry *end)
{
    int64_t before = content ? zset_key_weight(content, entries->row) : 0;
    int64_t change = 0;
    bool differs = false;
    struct record_event record;

    for (const struct zset_entry *e = entries; e < end; e++) {
        int64_t weight = content ? zset_weight(content, e->row) : e->weight < 0;

        if (!content)
            before += weight;
        change = weight_sum(change, e->weight);
        differs = differs || (weight > 0) != (weight + e->weight > 0);
    }
    record = (struct record_event){EVENT_UPDATED, before, before + change};
    if (!differs)
        record.event = EVENT_NONE;
    else if (record.before == 0)
        record.event = EVENT_CREATED;
    else if (record.after == 0)
        record.event = EVENT_DELETED;
    return record;
}

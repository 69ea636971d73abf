/* Created, deleted, updated: what a change of rows means for records. See event.h. */
#include "engine/event.h"

#include "base/mem.h"

#ifdef SSP_STRESS
enum { FEW = 2, MANY = 4, AHEAD = 1 };
#else
enum { FEW = 12, MANY = 256, AHEAD = 8 };
#endif

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

static void sort_few(struct zset_entry *entries, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct zset_entry entry = entries[i];
        size_t at = i;

        for (; at > 0 && entry_compare(&entries[at - 1], &entry) > 0; at--)
            entries[at] = entries[at - 1];
        entries[at] = entry;
    }
}

/* An entry with the first bytes of its key in which any of the keys differ: nearly all comparisons
 * need no more, and to look at a row is to wait for it. */
struct keyed_entry {
    uint64_t prefix;
    struct zset_entry entry;
};

/* How many bytes all keys begin with. */
static size_t common_prefix(const struct zset_entry *entries, size_t count)
{
    const char *first = row_key(entries[0].row);
    size_t common = entries[0].row->key_size;

    for (size_t i = 1; i < count; i++) {
        const char *key = row_key(entries[i].row);
        size_t same = 0;

        if (i + AHEAD < count)
            __builtin_prefetch(entries[i + AHEAD].row);
        if (entries[i].row->key_size < common)
            common = entries[i].row->key_size;
        while (same < common && key[same] == first[same])
            same++;
        common = same;
    }
    return common;
}

static uint64_t prefix_of(const struct row *row, size_t common)
{
    const char *key = row_key(row) + common;
    size_t size = row->key_size - common;
    uint64_t prefix = 0;

    for (size_t i = 0; i < sizeof(prefix); i++)
        prefix = prefix << 8 | (i < size ? (unsigned char)key[i] : 0);
    return prefix;
}

/* By the prefix, a byte at a time from the last one; bytes in which all agree are passed over. The
 * order of equals stays. Returns where the result is: in one of the two. */
static struct keyed_entry *sort_keyed(struct keyed_entry *from, struct keyed_entry *to,
                                      size_t count)
{
    static const unsigned bits = 8;
    size_t counts[8][256] = {{0}};

    for (size_t i = 0; i < count; i++)
        for (unsigned byte = 0; byte < 8; byte++)
            counts[byte][from[i].prefix >> byte * bits & 0xff]++;
    for (unsigned byte = 0; byte < 8; byte++) {
        size_t *places = counts[byte];
        size_t sum = 0;
        struct keyed_entry *swap = from;

        if (places[from->prefix >> byte * bits & 0xff] == count)
            continue;
        for (size_t i = 0; i < 256; i++) {
            size_t here = places[i];

            places[i] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++)
            to[places[from[i].prefix >> byte * bits & 0xff]++] = from[i];
        from = to;
        to = swap;
    }
    return from;
}

static void sort_some(struct zset_entry *entries, size_t count)
{
    if (count > FEW)
        qsort(entries, count, sizeof(*entries), entry_compare);
    else
        sort_few(entries, count);
}

static void sort_many(struct zset_entry *entries, size_t count)
{
    struct keyed_entry *keyed = mem_alloc(2 * count * sizeof(*keyed));
    size_t common = common_prefix(entries, count);
    const struct keyed_entry *sorted;

    for (size_t i = 0; i < count; i++)
        keyed[i] = (struct keyed_entry){prefix_of(entries[i].row, common), entries[i]};
    sorted = sort_keyed(keyed, keyed + count, count);
    for (size_t start = 0, i = 0; i < count; i++) {
        entries[i] = sorted[i].entry;
        if (i + 1 < count && sorted[i + 1].prefix == sorted[i].prefix)
            continue;
        sort_some(entries + start, i + 1 - start);
        start = i + 1;
    }
    free(keyed);
}

size_t event_sort(struct zset_entry *entries, size_t count)
{
    size_t kept = 0;

    if (count > MANY)
        sort_many(entries, count);
    else
        sort_some(entries, count);
    for (size_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            __builtin_prefetch(entries[i + AHEAD].row);
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

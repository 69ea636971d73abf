#ifndef SSP_TESTS_MODEL_H
#define SSP_TESTS_MODEL_H

/*
 * What a consumer holds who replays updates, and what it may complain about: an update that is not
 * minimal, a hash that is not the sum of its rows, records out of order. It reads lines with
 * jansson and knows nothing of the engine but the 128-bit hash function.
 */
#include "base/hash.h"
#include "text.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    PATH_BETWEEN = '\1', /* stands for the byte 0 between the parts of a path */
    IN_FULL = '\2',      /* begins a string that is a number of more digits */
    DOUBLE_DIGITS = 15,  /* that any double keeps */
};

struct entry {
    char *key; /* its bytes; a made key is JSON text; in a tree the path, see model_tree.h */
    char *row; /* canonical text, NULL: not written by this view */
    int64_t weight;
};

struct content {
    struct entry *entries;
    size_t count;
    size_t max;
};

/* A complaint; always false. */
__attribute__((format(printf, 2, 3))) static inline bool complain(struct text *why, const char *fmt,
                                                                  ...)
{
    char line[4000];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(line, sizeof(line), fmt, args);
    va_end(args);
    text_add(why, "%s\n", line);
    return false;
}

/* The end of the number, and how many digits it has; 0 if it is an integer. */
static inline const char *number_end(const char *at, const char *end, size_t *digits)
{
    bool whole = true;

    for (*digits = 0; at < end && strchr("+-.eE0123456789", *at); at++) {
        whole = whole && *at != '.' && *at != 'e' && *at != 'E';
        *digits += *at >= '0' && *at <= '9';
    }
    *digits = whole ? 0 : *digits;
    return at;
}

/* A line of output; what is numeric has more digits than jansson keeps. NULL: no JSON. */
static inline json_t *read_output(const char *bytes, size_t size, size_t flags)
{
    const char *end = bytes + size;
    const char *from = bytes; /* not in the text yet */
    struct text text = {0};
    bool string = false;
    json_t *line;

    for (const char *at = bytes, *next; at < end; at = next) {
        size_t digits = 0;

        next = at + 1;
        if (string)
            next += *at == '\\' && next < end;
        else if (*at == '-' || (*at >= '0' && *at <= '9'))
            next = number_end(at, end, &digits);
        string ^= *at == '"';
        if (digits <= DOUBLE_DIGITS)
            continue;
        text_add(&text, "%.*s\"\\u%04x%.*s\"", (int)(at - from), from, IN_FULL, (int)(next - at),
                 at);
        from = next;
    }
    if (!text.size)
        return json_loadb(bytes, size, flags | JSON_ALLOW_NUL, NULL);
    text_add(&text, "%.*s", (int)(end - from), from);
    line = json_loadb(text.bytes, text.size, flags | JSON_ALLOW_NUL, NULL);
    free(text.bytes);
    return line;
}

static inline void canonical_string(struct text *out, const char *bytes, size_t size)
{
    if (size && *bytes == IN_FULL) {
        text_add(out, "%.*s", (int)size - 1, bytes + 1);
        return;
    }
    text_add(out, "\"");
    for (size_t i = 0; i < size; i++) {
        const char *escape = bytes[i] ? strchr("\"\"\\\\\bb\ff\nn\rr\tt", bytes[i]) : NULL;

        if (escape && strchr("\"\\\b\f\n\r\t", bytes[i]))
            text_add(out, "\\%c", escape[1]);
        else if ((unsigned char)bytes[i] < 0x20)
            text_add(out, "\\u%04x", (unsigned)bytes[i]);
        else
            text_add(out, "%c", bytes[i]);
    }
    text_add(out, "\"");
}

static inline int keys_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Keys sorted by bytes, numbers in one spelling: enough of them for the generated values. */
static inline void canonical(struct text *out, const json_t *value)
{
    if (json_is_string(value)) {
        canonical_string(out, json_string_value(value), json_string_length(value));
    } else if (json_is_integer(value)) {
        text_add(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (json_is_real(value)) {
        double number = json_real_value(value);
        char digits[40];

        for (int i = 15; i <= 17; i++) { /* the shortest that reads back as it */
            (void)snprintf(digits, sizeof(digits), "%.*g", i, number);
            if (strtod(digits, NULL) == number)
                break;
        }
        if (number == floor(number))
            text_add(out, "%.0f", number == 0 ? 0.0 : number);
        else
            text_add(out, "%s", digits);
    } else if (json_is_array(value)) {
        text_add(out, "[");
        for (size_t i = 0; i < json_array_size(value); i++) {
            text_add(out, "%s", i ? "," : "");
            canonical(out, json_array_get(value, i));
        }
        text_add(out, "]");
    } else if (json_is_object(value)) {
        const char **keys = calloc(json_object_size(value) + 1, sizeof(*keys));
        size_t count = 0;
        const char *key;
        json_t *member;

        json_object_foreach((json_t *)(uintptr_t)value, key, member) keys[count++] = key;
        qsort(keys, count, sizeof(*keys), keys_compare);
        text_add(out, "{");
        for (size_t i = 0; i < count; i++) {
            text_add(out, "%s", i ? "," : "");
            canonical_string(out, keys[i], strlen(keys[i]));
            text_add(out, ":");
            canonical(out, json_object_get(value, keys[i]));
        }
        text_add(out, "}");
        free(keys);
    } else {
        text_add(out, json_is_null(value) ? "null" : json_is_true(value) ? "true" : "false");
    }
}

static inline struct entry *content_find(const struct content *content, const char *key)
{
    for (size_t i = 0; i < content->count; i++)
        if (strcmp(content->entries[i].key, key) == 0)
            return &content->entries[i];
    return NULL;
}

static inline void content_add(struct content *content, struct entry entry) /* takes it over */
{
    if (content->count == content->max) {
        content->max = content->max * 2 + 8;
        content->entries = realloc(content->entries, content->max * sizeof(*content->entries));
        if (!content->entries)
            abort();
    }
    content->entries[content->count++] = entry;
}

static inline void entry_release(struct entry *entry)
{
    free(entry->key);
    free(entry->row);
}

static inline void content_remove(struct content *content, struct entry *entry)
{
    entry_release(entry);
    *entry = content->entries[--content->count];
}

static inline void content_release(struct content *content)
{
    for (size_t i = 0; i < content->count; i++)
        entry_release(&content->entries[i]);
    free(content->entries);
    *content = (struct content){0};
}

/* A record of an update: "users:1", ["l","r"], or an object with "id", "weight", "record". */
static inline struct entry read_record(const json_t *record)
{
    const json_t *id = json_is_object(record) ? json_object_get(record, "id") : record;
    const json_t *weight = json_is_object(record) ? json_object_get(record, "weight") : NULL;
    const json_t *row = json_is_object(record) ? json_object_get(record, "record") : NULL;
    struct text key = {0};
    struct text text = {0};

    if (json_is_string(id))
        text_add(&key, "%s", json_string_value(id));
    else
        canonical(&key, id);
    if (row)
        canonical(&text, row);
    return (struct entry){key.bytes, text.bytes, weight ? json_integer_value(weight) : 1};
}

static inline void read_content(const json_t *line, struct content *content)
{
    const json_t *records = json_object_get(line, "records");

    content_release(content);
    for (size_t i = 0; i < json_array_size(records); i++)
        content_add(content, read_record(json_array_get(records, i)));
}

/* The sum that ssp-updates(5) defines. False: rows are not known. */
static inline bool content_hash(const struct content *content, char hex[33])
{
    struct hash128 total = {0, 0};

    for (size_t i = 0; i < content->count; i++) {
        const struct entry *entry = &content->entries[i];
        size_t key_size = strlen(entry->key);
        struct text text = {0};

        if (!entry->row)
            return false;
        text_add(&text, "%s", entry->key);
        for (char *between = text.bytes; (between = strchr(between, PATH_BETWEEN));)
            *between++ = '\0';
        text_add(&text, "%c", '\0');
        text_add(&text, "%s", entry->row);
        total = hash128_add(total, hash128_bytes(text.bytes, key_size + 1 + strlen(entry->row)),
                            entry->weight);
        free(text.bytes);
    }
    (void)snprintf(hex, 33, "%016" PRIx64 "%016" PRIx64, total.high, total.low);
    return true;
}

static inline bool same_row(const struct entry *a, const struct entry *b) /* as far as known */
{
    return !a->row || !b->row || strcmp(a->row, b->row) == 0;
}

static inline bool apply_event(struct content *content, const json_t *record, bool rows,
                               struct text *why)
{
    const char *event = json_string_value(json_object_get(record, "event"));
    struct entry entry = read_record(record);
    struct entry *old = content_find(content, entry.key);
    bool ok = true;

    if (!event) {
        ok = complain(why, "a record without an event");
    } else if (strcmp(event, "deleted") == 0) {
        ok = (old && !entry.row) || complain(why, "deleted, but not in the view: %s", entry.key);
        entry_release(&entry);
        if (ok)
            content_remove(content, old);
        return ok;
    } else if (strcmp(event, "created") == 0) {
        ok = !old || complain(why, "created, but in the view: %s", entry.key);
    } else if (strcmp(event, "updated") == 0) {
        ok = (old && !(old->row && entry.row && same_row(old, &entry))) ||
             complain(why, "updated, but %s: %s", old ? "equal" : "not in the view", entry.key);
    } else {
        ok = complain(why, "unknown event %s", event);
    }
    if (ok && rows && !entry.row)
        ok = complain(why, "no row: %s", entry.key);
    if (old)
        content_remove(content, old);
    content_add(content, entry);
    return ok;
}

static inline bool apply_weight(struct content *content, const json_t *record, struct text *why)
{
    struct entry entry = read_record(record);
    struct entry *old = content_find(content, entry.key);
    int64_t weight = (old ? old->weight : 0) + entry.weight;
    bool ok = true;

    if (entry.weight == 0 || !entry.row)
        ok = complain(why, "a change of nothing: %s", entry.key);
    else if (weight < 0)
        ok = complain(why, "weight falls below 0: %s", entry.key);
    else if (old && !same_row(old, &entry))
        ok = complain(why, "two rows of one record: %s", entry.key);
    else if (old && weight == 0)
        content_remove(content, old);
    else if (old)
        old->weight = weight;
    else {
        content_add(content, entry);
        return ok;
    }
    entry_release(&entry);
    return ok;
}

/* Where a record stands among those of its line: created, deleted, updated; or - before +. */
static inline int record_rank(const json_t *record)
{
    static const char *const events[] = {"created", "deleted", "updated"};
    const char *event = json_string_value(json_object_get(record, "event"));

    for (int i = 0; event && i < 3; i++)
        if (strcmp(event, events[i]) == 0)
            return i;
    return json_integer_value(json_object_get(record, "weight")) > 0;
}

static inline bool check_order(const json_t *records, struct text *why)
{
    struct entry before = {0};
    int rank_before = -1;
    bool ok = true;

    for (size_t i = 0; ok && i < json_array_size(records); i++) {
        struct entry entry = read_record(json_array_get(records, i));
        int rank = record_rank(json_array_get(records, i));

        if (rank < rank_before || (rank == rank_before && strcmp(before.key, entry.key) >= 0))
            ok = complain(why, "records out of order: %s before %s", before.key, entry.key);
        entry_release(&before);
        before = entry;
        rank_before = rank;
    }
    entry_release(&before);
    return ok;
}

/* Equal as far as both know: keys, weights if wanted, rows; in the same order if wanted. */
static inline bool same_content(const struct content *a, const struct content *b, bool weights,
                                bool order, struct text *why)
{
    if (a->count != b->count)
        return complain(why, "%zu records, not %zu", a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct entry *x = &a->entries[i];
        const struct entry *y = order ? &b->entries[i] : content_find(b, x->key);

        if (!y || strcmp(x->key, y->key) != 0)
            return complain(why, "record %s is %s", x->key, y ? "elsewhere" : "missing");
        if (weights && x->weight != y->weight)
            return complain(why, "record %s has weight %" PRId64 ", not %" PRId64, x->key,
                            x->weight, y->weight);
        if (!same_row(x, y))
            return complain(why, "record %s is %s, not %s", x->key, x->row, y->row);
    }
    return true;
}

static inline bool check_hash(const struct content *content, const json_t *line, struct text *why)
{
    const char *hash = json_string_value(json_object_get(line, "result_hash"));
    char right[33];

    if (!hash || !content_hash(content, right) || strcmp(hash, right) == 0)
        return true;
    return complain(why, "result_hash is %s, not %s", hash, right);
}

/* Applies an update to what was there. repeats: a whole state may be the one from before. */
static inline bool apply_update(struct content *content, const json_t *line, bool rows,
                                bool repeats, struct text *why)
{
    const char *format = json_string_value(json_object_get(line, "format"));
    const json_t *records = json_object_get(line, "records");
    bool initial = json_is_true(json_object_get(line, "initial"));
    struct content now = {0};
    struct text ignored = {0};
    bool same;

    if (!format || !json_is_array(records))
        return complain(why, "no update");
    if (strcmp(format, "flat") == 0) {
        read_content(line, &now);
        same = rows && same_content(content, &now, true, true, &ignored);
        free(ignored.bytes);
        content_release(content);
        *content = now;
        return !same || repeats || initial || complain(why, "flat without a change");
    }
    if (json_array_size(records) == 0 && !initial)
        return complain(why, "an empty update");
    if (!check_order(records, why))
        return false;
    for (size_t i = 0; i < json_array_size(records); i++) {
        const json_t *record = json_array_get(records, i);

        if (strcmp(format, "delta") == 0 ? !apply_weight(content, record, why)
                                         : !apply_event(content, record, rows, why))
            return false;
    }
    return true;
}

#endif

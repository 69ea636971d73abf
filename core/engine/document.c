/* From the document of a tree back to records; see document.h. */
#include "engine/document.h"

#include "base/buf.h"
#include "base/hash.h"
#include "value/json_scan.h"
#include "value/value.h"

#include <stdlib.h>

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

struct zset document_records(const struct zset_entry *entries, size_t count, int sign,
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

/* Naive unnest: each array element by element, from its text; see recompute.h. */
#include "engine/recompute_run.h"

#include "base/hash.h"
#include "value/json_scan.h"
#include "value/json_write.h"

#include <stdio.h>
#include <string.h>

/* Writes a row's fields without those of the two names. */
static void write_others(struct buf *text, const struct row *row, const struct plan_unnest *plan,
                         const char *element, const char *place)
{
    struct json_iter iter = json_iter_of(row_text(row));
    bool element_written = false;
    bool place_written = !plan->ordinality;

    buf_add_byte(text, '{');
    while (json_iter_next(&iter)) {
        bool is_element = iter.key_size == plan->alias_size &&
                          memcmp(iter.key, plan->alias, plan->alias_size) == 0;
        bool is_place = plan->ordinality && iter.key_size == plan->ordinality_size &&
                        memcmp(iter.key, plan->ordinality, plan->ordinality_size) == 0;

        buf_add_format(text, "%s%.*s:", text->size > 1 ? "," : "", (int)iter.key_size, iter.key);
        if (is_element)
            buf_add_string(text, element);
        else if (is_place)
            buf_add_string(text, place);
        else
            buf_add(text, iter.value, iter.value_size);
        element_written = element_written || is_element;
        place_written = place_written || is_place;
    }
    if (!element_written)
        buf_add_format(text, "%s%.*s:%s", text->size > 1 ? "," : "", (int)plan->alias_size,
                       plan->alias, element);
    if (!place_written)
        buf_add_format(text, ",%.*s:%s", (int)plan->ordinality_size, plan->ordinality, place);
    buf_add_byte(text, '}');
}

static struct row *unnested(const struct row *row, const struct plan_unnest *plan,
                            const char *element, size_t number)
{
    struct buf text = BUF_INIT;
    struct buf key = BUF_INIT;
    char place[24] = "null";
    struct row *result;

    if (number)
        (void)snprintf(place, sizeof(place), "%zu", number);
    write_others(&text, row, plan, element, place);
    buf_add_byte(&key, '[');
    json_write_string(&key, row_key(row), row->key_size);
    if (number)
        buf_add_format(&key, ",%zu]", number - 1);
    else
        buf_add_string(&key, ",null]");
    result = recompute_row((struct row_source){.key = key.bytes,
                                               .key_size = key.size,
                                               .made = true,
                                               .hash = hash_bytes(key.bytes, key.size),
                                               .context = row->bound ? row_context(row).text : NULL,
                                               .context_size = row_context(row).size},
                           &text);
    buf_release(&text);
    buf_release(&key);
    return result;
}

struct bag recompute_unnest(struct run *run, const struct bag *in, const struct plan_unnest *plan)
{
    struct bag bag = {0};

    for (size_t i = 0; i < in->count; i++) {
        const struct bag_entry *entry = &in->entries[i];
        struct value array = expr_eval(&plan->field, entry->row, &run->scratch);
        size_t count = 0;

        if (array.type == VALUE_ARRAY) {
            struct json_iter iter = json_iter_of(array.text);

            while (json_iter_next(&iter)) {
                char *element = arena_copy(&run->arena, iter.value, iter.value_size);

                bag_add(&bag, unnested(entry->row, plan, element, ++count), entry->weight, NULL);
            }
        }
        if (count == 0 && plan->outer)
            bag_add(&bag, unnested(entry->row, plan, "null", 0), entry->weight, NULL);
        arena_reset(&run->scratch);
    }
    return bag;
}

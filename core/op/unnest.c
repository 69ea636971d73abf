/*
 * unnest: a row for each element of an array that a row has.
 *
 * Linear and stateless: the change of the output is that of each row of the change by itself. A row
 * out is the row with the element as a field, and with its place, from 1, if `ordinality` names a
 * field for it; its key is the JSON array of the row's key and the element's index, from 0. With
 * `outer` a row whose value is no array, or an empty one, stays, with null for the element, its
 * place and its index.
 *
 * Elements that stay where they are in a record whose other fields stay too cancel. Cost: one new
 * row for each element of each row of the change.
 */
#include "op/extend.h"
#include "op/op.h"

#include "expr/function.h"
#include "value/json_scan.h"
#include "value/json_write.h"

struct unnest {
    struct op op;
    const struct plan_unnest *plan;
    struct buf key; /* of the row, as JSON text; then the whole key */
    struct buf place;
    struct extender extender;
};

static void unnest_init(struct op *op, const struct plan *plan)
{
    ((struct unnest *)op)->plan = &plan->as.unnest;
}

/* index below 0: the row of an array without elements. */
static void emit(struct unnest *self, const struct zset_entry *entry, struct value element,
                 int64_t index, struct zset *out)
{
    const struct plan_unnest *plan = self->plan;
    struct extra extras[2] = {{plan->alias, plan->alias_size, element},
                              {plan->ordinality, plan->ordinality_size, make_null()}};
    struct buf *key = &self->key;
    struct row *row;

    buf_clear(key);
    buf_add_byte(key, '[');
    json_write_string(key, row_key(entry->row), entry->row->key_size);
    buf_add_byte(key, ',');
    buf_clear(&self->place);
    if (index < 0) {
        buf_add_string(key, "null");
    } else {
        buf_add_int(key, index);
        buf_add_int(&self->place, index + 1);
        extras[1].value = value_of(self->place.bytes, self->place.size);
    }
    buf_add_byte(key, ']');
    row = extend_row(&self->extender, entry->row, extras, plan->ordinality ? 2 : 1,
                     (struct row_source){.key = key->bytes, .key_size = key->size, .made = true});
    zset_add(out, row, entry->weight);
    row_unref(row);
}

static void unnest_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct unnest *self = (struct unnest *)op;

    for (size_t i = 0; i < in[0]->count; i++) {
        const struct zset_entry *entry = &in[0]->entries[i];
        struct value value = expr_eval(&self->plan->field, entry->row, &op->scratch);
        int64_t index = 0;

        if (value.type == VALUE_ARRAY) {
            struct json_iter iter = json_iter_of(value.text);

            while (json_iter_next(&iter))
                emit(self, entry, value_of(iter.value, iter.value_size), index++, out);
        }
        if (self->plan->outer && index == 0)
            emit(self, entry, make_null(), -1, out);
        arena_reset(&op->scratch);
    }
}

static void unnest_release(struct op *op)
{
    struct unnest *self = (struct unnest *)op;

    buf_release(&self->key);
    buf_release(&self->place);
    extender_release(&self->extender);
}

extern const struct op_class op_unnest;
const struct op_class op_unnest = {
    .name = "unnest",
    .size = sizeof(struct unnest),
    .init = unnest_init,
    .step = unnest_step,
    .release = unnest_release,
};

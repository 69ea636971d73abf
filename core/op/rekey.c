/*
 * rekey: the rows of the input as rows of no table, whose key is their value.
 *
 * Linear and stateless. Rows that are equal by value become one row with the sum of their weights;
 * -old +new of a record whose value stays cancel. A row inside a subquery keeps its context.
 *
 * Equal values are written alike, whichever row comes first: canonical values in those columns that
 * are known, in their order, a missing one as null; if they are not known, the fields that are not
 * null, sorted by name. The key is the same with its names sorted. For `distinct` with `on` the key
 * is the array of those values, and the row has the fields that it had.
 *
 * Cost: one new row for each row of the change.
 */
#include "op/op.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "value/json_scan.h"

#include <string.h>

struct field {
    struct value name;
    struct value value;
    size_t place; /* where it stands in the row */
};

struct rekey {
    struct op op;
    const struct plan_set *plan;
    struct field *fields;
    size_t count;
    size_t max;
    size_t *sorted; /* known columns by name */
    struct buf key;
    struct buf text;
    uint32_t *offsets;
    size_t offset_max;
};

static int name_compare(const void *a, const void *b)
{
    const struct field *x = a;
    const struct field *y = b;

    return value_compare(x->name, y->name);
}

static void add_field(struct rekey *self, const char *name, size_t size, struct value value)
{
    self->fields = mem_grow(self->fields, &self->max, self->count + 1, sizeof(*self->fields));
    self->fields[self->count] = (struct field){value_of(name, size), value, self->count};
    self->count++;
}

static void rekey_init(struct op *op, const struct plan *plan)
{
    struct rekey *self = (struct rekey *)op;
    size_t count = plan->as.set.column_count;

    self->plan = &plan->as.set;
    if (self->plan->first.partition_count || !self->plan->known)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct path_step *step = self->plan->columns[i]->steps;

        add_field(self, step->key, step->key_size, VALUE_NONE);
    }
    if (count > 1)
        qsort(self->fields, count, sizeof(*self->fields), name_compare);
    self->sorted = mem_alloc(count * sizeof(*self->sorted));
    for (size_t i = 0; i < count; i++)
        self->sorted[i] = self->fields[i].place;
}

static void take_columns(struct rekey *self, const struct row *row)
{
    static const struct value null = {"null", 4, VALUE_NULL};

    for (size_t i = 0; i < self->plan->column_count; i++) {
        struct path *path = self->plan->columns[i];
        struct value value = path_get(path, row);

        add_field(self, path->steps->key, path->steps->key_size,
                  value.type == VALUE_MISSING ? null : value);
    }
}

static void take_fields(struct rekey *self, const struct row *row, bool nulls)
{
    for (uint32_t i = 0; i < row->count; i++) {
        const char *name = row_text(row) + row_field(row, i);
        size_t size = (size_t)(json_string_end(name) - name);
        struct value value = row_field_at(row, i, size);

        if (nulls || value.type != VALUE_NULL)
            add_field(self, name, size, value);
    }
}

static void write_object(struct rekey *self, struct buf *buf, const size_t *sorted)
{
    buf_clear(buf);
    buf_add_byte(buf, '{');
    for (size_t i = 0; i < self->count; i++) {
        const struct field *field = &self->fields[sorted ? sorted[i] : i];

        if (i)
            buf_add_byte(buf, ',');
        self->offsets[i] = (uint32_t)buf->size;
        buf_add(buf, field->name.text, field->name.size);
        buf_add_byte(buf, ':');
        value_write_canonical(buf, field->value);
    }
    buf_add_byte(buf, '}');
}

static void write_array(struct rekey *self, const struct row *row)
{
    struct buf *key = &self->key;

    buf_clear(key);
    buf_add_byte(key, '[');
    for (size_t i = 0; i < self->plan->first.partition_count; i++) {
        struct value value = expr_eval(&self->plan->first.partition[i], row, &self->op.scratch);

        if (i)
            buf_add_byte(key, ',');
        if (value_is_unknown(value))
            buf_add_string(key, "null");
        else
            value_write_canonical(key, value);
    }
    buf_add_byte(key, ']');
    arena_reset(&self->op.scratch);
}

static struct row *rekey_row(struct rekey *self, const struct row *row)
{
    bool on = self->plan->first.partition_count > 0;
    const struct buf *key = &self->key;

    self->count = 0;
    if (!on && self->plan->known)
        take_columns(self, row);
    else
        take_fields(self, row, on);
    if (!on && !self->plan->known && self->count > 1)
        qsort(self->fields, self->count, sizeof(*self->fields), name_compare);
    self->offsets = mem_grow(self->offsets, &self->offset_max, self->count, sizeof(uint32_t));
    if (on)
        write_array(self, row);
    else if (self->sorted)
        write_object(self, &self->key, self->sorted);
    else
        key = &self->text;
    write_object(self, &self->text, NULL);
    return row_new(&(struct row_source){.key = key->bytes,
                                        .key_size = key->size,
                                        .made = true,
                                        .hash = hash_bytes(key->bytes, key->size),
                                        .text = self->text.bytes,
                                        .size = self->text.size,
                                        .fields = self->offsets,
                                        .count = self->count,
                                        .context = row->bound ? row_context(row).text : NULL,
                                        .context_size = row_context(row).size});
}

static void rekey_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct rekey *self = (struct rekey *)op;

    for (size_t i = 0; i < in[0]->count; i++) {
        struct row *row = rekey_row(self, in[0]->entries[i].row);

        zset_add(out, row, in[0]->entries[i].weight);
        row_unref(row);
    }
}

static void rekey_release(struct op *op)
{
    struct rekey *self = (struct rekey *)op;

    free(self->fields);
    free(self->sorted);
    free(self->offsets);
    buf_release(&self->key);
    buf_release(&self->text);
}

extern const struct op_class op_rekey;
const struct op_class op_rekey = {
    .name = "rekey",
    .size = sizeof(struct rekey),
    .init = rekey_init,
    .step = rekey_step,
    .release = rekey_release,
};

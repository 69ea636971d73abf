/*
 * project: some fields of each row, under the same key.
 *
 * Linear and stateless: the change of the output is the projection of the change. Two rows of the
 * change may become one, -old and +new of a record whose projected fields stay: they cancel. Cost:
 * one new row for each row of the change.
 *
 * A field is what the last projection of its name says, missing included; it stands where the
 * first one put it.
 */
#include "op/op.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "value/json_scan.h"

#include <string.h>

struct part {
    const char *key; /* normalised, with quotes */
    size_t key_size;
    struct value value;
};

struct project {
    struct op op;
    const struct plan_project *plan;
    bool overlap; /* two projections may give one field */
    struct part *parts;
    size_t part_count;
    size_t part_max;
    struct buf text;
    uint32_t *fields;
    size_t field_max;
};

static void project_init(struct op *op, const struct plan *plan)
{
    struct project *self = (struct project *)op;

    self->plan = &plan->as.project;
    for (size_t i = 0; i < self->plan->count; i++) {
        const struct plan_projection *p = &self->plan->projections[i];

        for (size_t j = 0; j < i; j++) {
            const struct plan_projection *q = &self->plan->projections[j];

            if (!p->expr || !q->expr ||
                (p->alias_size == q->alias_size && memcmp(p->alias, q->alias, p->alias_size) == 0))
                self->overlap = true;
        }
    }
}

/* Replaces a part of the same name among the first `earlier` ones, else adds one. */
static void add_part(struct project *self, const char *key, size_t key_size, struct value value,
                     size_t earlier)
{
    if (self->overlap)
        for (size_t i = 0; i < earlier; i++) {
            struct part *part = &self->parts[i];

            if (part->key_size == key_size && memcmp(part->key, key, key_size) == 0) {
                part->value = value;
                return;
            }
        }
    self->parts =
        mem_grow(self->parts, &self->part_max, self->part_count + 1, sizeof(*self->parts));
    self->parts[self->part_count++] = (struct part){key, key_size, value};
}

static void add_all(struct project *self, const struct row *row)
{
    size_t earlier = self->part_count; /* the row's own fields all differ */

    for (uint32_t i = 0; i < row->count; i++) {
        const char *key = row_text(row) + row_field(row, i);
        size_t key_size = (size_t)(json_string_end(key) - key);

        add_part(self, key, key_size, row_field_at(row, i, key_size), earlier);
    }
}

static struct row *project_row(struct project *self, const struct row *row)
{
    struct buf *text = &self->text;
    size_t count = 0;

    self->part_count = 0;
    for (size_t i = 0; i < self->plan->count; i++) {
        const struct plan_projection *p = &self->plan->projections[i];

        if (p->expr)
            add_part(self, p->alias, p->alias_size, expr_eval(p->expr, row, &self->op.scratch),
                     self->part_count);
        else
            add_all(self, row);
    }
    buf_clear(text);
    buf_add_byte(text, '{');
    for (size_t i = 0; i < self->part_count; i++) {
        const struct part *part = &self->parts[i];

        if (part->value.type == VALUE_MISSING)
            continue;
        if (count)
            buf_add_byte(text, ',');
        self->fields = mem_grow(self->fields, &self->field_max, count + 1, sizeof(*self->fields));
        self->fields[count++] = (uint32_t)text->size;
        buf_add(text, part->key, part->key_size);
        buf_add_byte(text, ':');
        buf_add(text, part->value.text, part->value.size);
    }
    buf_add_byte(text, '}');
    return row_new(&(struct row_source){.key = row_key(row),
                                        .key_size = row->key_size,
                                        .made = row->made,
                                        .hash = row->bound ? hash_bytes(row_key(row), row->key_size)
                                                           : row->hash,
                                        .context = row->bound ? row_context(row).text : NULL,
                                        .context_size = row_context(row).size,
                                        .text = text->bytes,
                                        .size = text->size,
                                        .fields = self->fields,
                                        .count = count});
}

static void project_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct project *self = (struct project *)op;

    for (size_t i = 0; i < in[0]->count; i++) {
        struct row *row = project_row(self, in[0]->entries[i].row);

        arena_reset(&op->scratch);
        zset_add(out, row, in[0]->entries[i].weight);
        row_unref(row);
    }
}

static void project_release(struct op *op)
{
    struct project *self = (struct project *)op;

    free(self->parts);
    free(self->fields);
    buf_release(&self->text);
}

extern const struct op_class op_project;
const struct op_class op_project = {
    .name = "project",
    .size = sizeof(struct project),
    .init = project_init,
    .step = project_step,
    .release = project_release,
};

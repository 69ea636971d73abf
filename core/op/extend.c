/* Rows with fields added; see extend.h. */
#include "op/extend.h"

#include "base/mem.h"

#include <string.h>

static void add(struct extender *self, size_t *count, const char *text, size_t size)
{
    if (*count)
        buf_add_byte(&self->text, ',');
    self->fields = mem_grow(self->fields, &self->field_max, *count + 1, sizeof(*self->fields));
    self->fields[(*count)++] = (uint32_t)self->text.size;
    buf_add(&self->text, text, size);
}

static void add_extra(struct extender *self, size_t *count, const struct extra *extra)
{
    add(self, count, extra->name, extra->name_size);
    buf_add_byte(&self->text, ':');
    buf_add(&self->text, extra->value.text, extra->value.size);
}

/* The extra of a field's name, by the text of its member; `count` if there is none. */
static size_t find(const struct extra *extras, size_t count, const char *member, size_t size)
{
    size_t i = 0;

    while (i < count && (extras[i].name_size >= size || member[extras[i].name_size] != ':' ||
                         memcmp(extras[i].name, member, extras[i].name_size) != 0))
        i++;
    return i;
}

struct row *extend_row(struct extender *self, const struct row *row, const struct extra *extras,
                       size_t count, struct row_source as)
{
    size_t fields = 0;

    self->used = mem_grow(self->used, &self->used_max, count, sizeof(*self->used));
    for (size_t i = 0; i < count; i++)
        self->used[i] = false;
    buf_clear(&self->text);
    buf_add_byte(&self->text, '{');
    for (uint32_t i = 0; i < row->count; i++) {
        uint32_t start = row_field(row, i);
        uint32_t end = i + 1 < row->count ? row_field(row, i + 1) - 1 : row->size - 1;
        size_t extra = find(extras, count, row_text(row) + start, end - start);

        if (extra == count) {
            add(self, &fields, row_text(row) + start, end - start);
        } else {
            add_extra(self, &fields, &extras[extra]);
            self->used[extra] = true;
        }
    }
    for (size_t i = 0; i < count; i++)
        if (!self->used[i])
            add_extra(self, &fields, &extras[i]);
    buf_add_byte(&self->text, '}');
    as.text = self->text.bytes;
    as.size = self->text.size;
    as.fields = self->fields;
    as.count = fields;
    as.hash = hash_bytes(as.key, as.key_size);
    as.context = row->bound ? row_context(row).text : NULL;
    as.context_size = row_context(row).size;
    return row_new(&as);
}

void extender_release(struct extender *self)
{
    buf_release(&self->text);
    free(self->fields);
    free(self->used);
    *self = (struct extender){0};
}

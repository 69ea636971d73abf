/* Rows in partitions; see partition.h. */
#include "op/partition.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"

#include <string.h>

static void write_key(struct partitions *self, const struct expr *by, const struct row *row)
{
    buf_clear(&self->key);
    if (!self->together)
        buf_add(&self->key, row_context(row).text, row_context(row).size);
    buf_add_byte(&self->key, '[');
    for (size_t i = 0; i < self->by_count; i++) {
        struct value value = expr_eval(&by[i], row, &self->scratch);

        if (value_is_unknown(value))
            buf_add_string(&self->key, "null");
        else
            value_write_canonical(&self->key, value);
        buf_add_byte(&self->key, ',');
    }
    arena_reset(&self->scratch);
}

struct partition *partitions_look(struct partitions *self, const struct expr *by,
                                  const struct row *row)
{
    uint64_t hash;
    size_t at;

    write_key(self, by, row);
    hash = hash_bytes(self->key.bytes, self->key.size);
    for (uint32_t i = hashtab_first(&self->index, hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&self->index, hash, &at)) {
        struct partition *partition = self->items[i];

        if (partition->key_size == self->key.size &&
            memcmp(partition->key, self->key.bytes, self->key.size) == 0)
            return partition;
    }
    return NULL;
}

struct partition *partitions_find(struct partitions *self, const struct row *row)
{
    struct partition *partition = partitions_look(self, self->by, row);
    uint64_t hash;

    if (partition)
        return partition;
    hash = hash_bytes(self->key.bytes, self->key.size);
    self->items = mem_grow(self->items, &self->max, self->count + 1, sizeof(*self->items));
    partition = mem_alloc_zero(self->size);
    partition->key = mem_copy(self->key.bytes, self->key.size);
    partition->key_size = self->key.size;
    partition->hash = hash;
    partition->at = (uint32_t)self->count;
    order_init(&partition->order, self->order, self->order_count, self->work);
    hashtab_insert(&self->index, hash, partition->at);
    self->items[self->count++] = partition;
    return partition;
}

static void partition_free(struct partition *partition)
{
    order_release(&partition->order);
    free(partition->key);
    free(partition);
}

/* The last partition takes its place. */
void partitions_drop(struct partitions *self, struct partition *partition)
{
    uint32_t at = partition->at;
    struct partition *last = self->items[--self->count];

    hashtab_remove(&self->index, partition->hash, at);
    partition_free(partition);
    if (at == self->count)
        return;
    hashtab_move(&self->index, last->hash, last->at, at);
    last->at = at;
    self->items[at] = last;
}

void partitions_release(struct partitions *self)
{
    for (size_t i = 0; i < self->count; i++)
        partition_free(self->items[i]);
    free(self->items);
    hashtab_release(&self->index);
    buf_release(&self->key);
    arena_release(&self->scratch);
}

size_t partitions_bytes(const struct partitions *self)
{
    size_t bytes = self->max * sizeof(*self->items) + hashtab_bytes(&self->index);

    for (size_t i = 0; i < self->count; i++)
        bytes += self->size + self->items[i]->key_size + order_bytes(&self->items[i]->order);
    return bytes;
}

size_t partitions_rows(const struct partitions *self)
{
    size_t rows = 0;

    for (size_t i = 0; i < self->count; i++)
        rows += order_rows(&self->items[i]->order);
    return rows;
}

bool partitions_check(const struct partitions *self)
{
    for (size_t i = 0; i < self->count; i++)
        SSP_ASSERT(self->items[i]->at == i && self->items[i]->order.root &&
                   order_check(&self->items[i]->order));
    return true;
}

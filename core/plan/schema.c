/* Declared tables; see schema.h. */
#include "plan/schema.h"

#include "value/json_write.h"

#include <string.h>

const struct schema *schema_find(const struct schemas *schemas, const char *table, size_t size)
{
    for (const struct schema *schema = schemas->first; schema; schema = schema->next)
        if (schema->table_size == size && memcmp(schema->table, table, size) == 0)
            return schema;
    return NULL;
}

void schema_add(struct schemas *schemas, const struct schema *from)
{
    struct schema *schema = ARENA_NEW(&schemas->arena, struct schema);

    *schema = *from;
    schema->next = NULL;
    schema->table = arena_copy(&schemas->arena, from->table, from->table_size);
    schema->source = arena_copy(&schemas->arena, from->source, strlen(from->source));
    schema->columns = ARENA_ARRAY(&schemas->arena, struct schema_column, from->count);
    for (size_t i = 0; i < from->count; i++) {
        struct schema_column *column = &schema->columns[i];
        struct buf key = BUF_INIT;

        *column = from->columns[i];
        json_write_string(&key, column->name, strlen(column->name));
        column->key = arena_copy(&schemas->arena, key.bytes, key.size);
        column->key_size = key.size;
        column->name = arena_copy(&schemas->arena, column->name, strlen(column->name));
        buf_release(&key);
    }
    if (schemas->first)
        *schemas->last = schema;
    else
        schemas->first = schema;
    schemas->last = &schema->next;
}

bool schema_equal(const struct schema *a, const struct schema *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct schema_column *x = &a->columns[i];
        const struct schema_column *y = &b->columns[i];

        if (strcmp(x->name, y->name) != 0 || x->type.kind != y->type.kind ||
            x->type.size != y->type.size || x->type.scale != y->type.scale ||
            x->type.array != y->type.array || x->not_null != y->not_null ||
            x->primary != y->primary)
            return false;
    }
    return true;
}

void schemas_release(struct schemas *schemas)
{
    arena_release(&schemas->arena);
    *schemas = (struct schemas){0};
}

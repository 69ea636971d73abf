/* Records in the types of their table; see conform.h. */
#include "engine/conform.h"

#include "base/mem.h"
#include "value/json_scan.h"

#include <string.h>

/* As CREATE TABLE has it. */
static void write_type(struct buf *buf, const struct typed *type)
{
    if (type->kind == TYPED_INTEGER || type->kind == TYPED_BOOLEAN)
        buf_add_format(buf, "%s%s", type->kind == TYPED_INTEGER ? "integer" : "boolean",
                       type->array ? "[]" : "");
    else
        typed_write(buf, type);
}

static const char *remedy(const struct typed *type, struct value value)
{
    if (type->array)
        return "it takes an array of such values, or declare the column json";
    if (value.type >= VALUE_ARRAY)
        return "declare the column json";
    if (type->kind == TYPED_TIMESTAMP && value.type == VALUE_STRING)
        return "it takes ISO 8601 text in UTC; with other offsets declare the column timestamptz";
    if (type->kind >= TYPED_DATE && type->kind <= TYPED_TIMESTAMPTZ)
        return "it takes ISO 8601 text, or declare the column text or numeric";
    if (type->kind <= TYPED_BIGINT && value.type == VALUE_NUMBER)
        return "it takes whole numbers in its range, or declare the column numeric";
    if (type->kind == TYPED_VARCHAR || type->kind == TYPED_CHAR)
        return "it is too long; declare the column text";
    if (type->kind == TYPED_NUMERIC && type->size >= 0 && value.type == VALUE_NUMBER)
        return "it has too many digits before the point; declare the column numeric";
    if ((type->kind == TYPED_REAL || type->kind == TYPED_DOUBLE) && value.type == VALUE_NUMBER)
        return "it is out of range; declare the column numeric";
    return "correct the value, or declare the column text";
}

static enum status refuse(const struct schema *schema, const struct schema_column *column,
                          struct value value, struct err *err)
{
    struct buf type = BUF_INIT;
    enum status status;

    write_type(&type, &column->type);
    status = err_set(err, ERR_INPUT, "table %s, column %s: %s is no %.*s; %s",
                     quote(schema->table, schema->table_size).text, column->key,
                     excerpt(value.text, value.size).text, (int)type.size, type.bytes,
                     remedy(&column->type, value));
    buf_release(&type);
    return status;
}

/* Records mostly have their fields in the order of the columns. */
static const struct schema_column *find(const struct schema *schema, const char *key, size_t size,
                                        size_t first)
{
    for (size_t i = 0; i < schema->count; i++) {
        const struct schema_column *column =
            &schema->columns[first + i < schema->count ? first + i : first + i - schema->count];

        if (column->key_size == size && memcmp(column->key, key, size) == 0)
            return column;
    }
    return NULL;
}

/* Most values are in their form; those whose bytes show it are not made anew. */
static bool is_plain(const struct typed *type, struct value value)
{
    if (value.type == VALUE_STRING)
        return type->kind == TYPED_TEXT && !type->array;
    if (value.type == VALUE_TRUE || value.type == VALUE_FALSE)
        return type->kind == TYPED_BOOLEAN && !type->array;
    return value_is_unknown(value);
}

static enum status take(struct conform *conform, const struct schema *schema,
                        const struct schema_column *column, struct value *value, struct err *err)
{
    if (is_plain(&column->type, *value))
        return OK;
    buf_clear(&conform->value);
    if (!typed_take(&column->type, *value, false, &conform->value))
        return refuse(schema, column, *value, err);
    *value = value_of(conform->value.bytes, conform->value.size);
    return OK;
}

/* The record is copied from the first value on that is not in its form. */
static enum status take_fields(struct conform *conform, const struct schema *schema,
                               struct value record, bool *changed, struct err *err)
{
    struct json_iter iter = json_iter_of(record.text);
    size_t next = 0;

    buf_clear(&conform->text);
    *changed = false;
    while (json_iter_next(&iter)) {
        const struct schema_column *column = find(schema, iter.key, iter.key_size, next);
        struct value before = value_of(iter.value, iter.value_size);
        struct value value = before;

        if (column) {
            next = (size_t)(column - schema->columns) + 1;
            if (take(conform, schema, column, &value, err) != OK)
                return ERR_INPUT;
            conform->seen[next - 1] = !value_is_unknown(value);
        }
        if (!*changed && value.text != before.text &&
            (value.size != before.size || memcmp(value.text, before.text, value.size) != 0)) {
            *changed = true;
            buf_add(&conform->text, record.text, (size_t)(before.text - record.text));
        } else if (*changed) {
            buf_add_byte(&conform->text, ',');
            buf_add(&conform->text, iter.key, iter.key_size);
            buf_add_byte(&conform->text, ':');
        }
        if (*changed)
            buf_add(&conform->text, value.text, value.size);
    }
    if (*changed)
        buf_add_byte(&conform->text, '}');
    return OK;
}

/* A column "id" that is no field of the record is the id as it was given. */
static enum status take_id(struct conform *conform, const struct schema *schema,
                           struct row_source *content, struct err *err)
{
    const struct schema_column *column = find(schema, "\"id\"", 4, 0);
    struct value id;

    if (!column || !content->id_size)
        return OK;
    id = value_of(content->id, content->id_size);
    if (take(conform, schema, column, &id, err) != OK)
        return ERR_INPUT;
    buf_clear(&conform->id);
    buf_add(&conform->id, id.text, id.size);
    buf_add_byte(&conform->id, '\0');
    content->id = conform->id.bytes;
    content->id_size = id.size;
    conform->seen[column - schema->columns] = true;
    return OK;
}

enum status conform_record(struct conform *conform, const struct schema *schema,
                           struct row_source *content, struct err *err)
{
    bool changed;

    conform->seen = mem_grow(conform->seen, &conform->seen_max, schema->count + 1, sizeof(bool));
    memset(conform->seen, 0, schema->count * sizeof(bool));
    if (take_fields(conform, schema, value_of(content->text, content->size), &changed, err) != OK ||
        take_id(conform, schema, content, err) != OK)
        return ERR_INPUT;
    for (size_t i = 0; i < schema->count; i++)
        if (schema->columns[i].not_null && !conform->seen[i])
            return err_set(err, ERR_INPUT,
                           "table %s, column %s is null or missing, and it is declared %s",
                           quote(schema->table, schema->table_size).text, schema->columns[i].key,
                           schema->columns[i].primary ? "PRIMARY KEY" : "NOT NULL");
    if (!changed)
        return OK;
    content->size = conform->text.size;
    buf_add_byte(&conform->text, '\0');
    content->text = conform->text.bytes;
    content->count = row_find_fields(content->text, &conform->fields, &conform->field_max);
    content->fields = conform->fields;
    return OK;
}

void conform_release(struct conform *conform)
{
    buf_release(&conform->text);
    buf_release(&conform->value);
    buf_release(&conform->id);
    free(conform->fields);
    free(conform->seen);
}

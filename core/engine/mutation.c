/* From a line of the log to a mutation: the fields, their types, what each op needs. */
#include "engine/mutation.h"

#include "base/check.h"
#include "base/mem.h"
#include "value/json_fault.h"
#include "value/json_scan.h"
#include "value/number.h"
#include "value/time.h"

#include <string.h>

/* The fields of a line that mean something. */
enum field {
    FIELD_TABLE,
    FIELD_OP,
    FIELD_ID,
    FIELD_RECORD,
    FIELD_DATA,
    FIELD_VERSION,
    FIELD_TS,
    FIELD_VIEW,
    FIELD_VIEW_ID,
    FIELD_COUNT,
};

#define NAME(text)             \
    {                          \
        text, sizeof(text) - 1 \
    }
static const struct {
    const char *name;
    size_t size;
} field_names[FIELD_COUNT] = {
    NAME("table"),   NAME("op"), NAME("id"),   NAME("record"),  NAME("data"),
    NAME("version"), NAME("ts"), NAME("view"), NAME("view_id"),
};
#undef NAME

struct line {
    const char *source;
    size_t size;
    struct json_text text;
    const struct json_member *members[FIELD_COUNT]; /* NULL: not there */
    struct json_reader *json;
    struct err *err;
};

void mutation_reader_init(struct mutation_reader *reader)
{
    *reader = (struct mutation_reader){.json = json_reader_new()};
    if (!reader->json)
        (void)mem_alloc(SIZE_MAX / 2); /* says that memory ran out */
}

void mutation_reader_release(struct mutation_reader *reader)
{
    json_reader_free(reader->json);
    buf_release(&reader->table);
    buf_release(&reader->id);
    buf_release(&reader->view_id);
}

/* The field of this name, FIELD_COUNT if it means nothing here. Asked for every field of every
 * line: few names have the same size. */
static inline enum field field_of(const char *key, size_t size)
{
    static const unsigned char by_size[][3] = {
        [2] = {FIELD_OP, FIELD_ID, FIELD_TS},
        [4] = {FIELD_DATA, FIELD_VIEW, FIELD_VIEW},
        [5] = {FIELD_TABLE, FIELD_TABLE, FIELD_TABLE},
        [6] = {FIELD_RECORD, FIELD_RECORD, FIELD_RECORD},
        [7] = {FIELD_VERSION, FIELD_VIEW_ID, FIELD_VIEW_ID},
    };

    if (size >= sizeof(by_size) / sizeof(by_size[0]))
        return FIELD_COUNT;
    for (int i = 0; i < 3; i++) {
        unsigned char f = by_size[size][i];

        if (key[0] == field_names[f].name[0] && field_names[f].size == size &&
            memcmp(key, field_names[f].name, size) == 0)
            return (enum field)f;
    }
    return FIELD_COUNT;
}

static void find_members(struct line *line)
{
    for (size_t i = 0; i < line->text.count; i++) {
        const struct json_member *member = &line->text.members[i];
        enum field field =
            field_of(line->text.text + member->key + 1, member->value - member->key - 3);

        if (field < FIELD_COUNT)
            line->members[field] = member;
    }
}

static struct value get(const struct line *line, enum field field)
{
    const struct json_member *member = line->members[field];

    return member ? value_of(line->text.text + member->value, member->end - member->value)
                  : VALUE_NONE;
}

/* Where a field's value begins in the line: the line is read once more, with places. Equal keys:
 * the last one. */
static size_t column_of(struct line *line, enum field field)
{
    struct json_text text;
    struct err ignored = {0};
    size_t column = 1;

    if (json_read(line->json, line->source, line->size, JSON_PLACES, &text, &ignored) != OK)
        return column;
    for (size_t i = 0; i < text.count; i++) {
        const struct json_member *member = &text.members[i];

        if (field_of(text.text + member->key + 1, member->value - member->key - 3) == field)
            column = json_place(line->json, member->value) + 1;
    }
    return column;
}

/* A bad line because of one field's value; quotes it. The message is made before the text goes. */
static bool refuse(struct line *line, enum field field, const char *what)
{
    struct value value = get(line, field);

    (void)err_set(line->err, ERR_INPUT, "\"%s\" must be %s, not %s", field_names[field].name, what,
                  excerpt(value.text, value.size).text);
    line->err->column = column_of(line, field);
    return false;
}

static bool need(struct line *line, enum field field, const char *op)
{
    if (line->members[field])
        return true;
    (void)err_set(line->err, ERR_INPUT, "%s without \"%s\"", op, field_names[field].name);
    line->err->column = 1;
    return false;
}

static const struct {
    const char *name;
    enum line_op op;
} ops[] = {
    {"create", LINE_CREATE},         {"update", LINE_UPDATE},     {"patch", LINE_PATCH},
    {"delete", LINE_DELETE},         {"insert", LINE_CREATE},     {"upsert", LINE_UPDATE},
    {"flush", LINE_FLUSH},           {"begin", LINE_BEGIN},       {"commit", LINE_COMMIT},
    {"rollback", LINE_ROLLBACK},     {"truncate", LINE_TRUNCATE}, {"register", LINE_REGISTER},
    {"unregister", LINE_UNREGISTER}, {"snapshot", LINE_SNAPSHOT},
};

static const char *op_name(enum line_op op)
{
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
        if (ops[i].op == op)
            return ops[i].name;
    return "";
}

static bool read_op(struct line *line, enum line_op *op)
{
    struct value value = get(line, FIELD_OP);

    if (!need(line, FIELD_OP, "line"))
        return false;
    if (value.type != VALUE_STRING)
        return refuse(line, FIELD_OP, "a string");
    for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
        if ((ops[i].name[0] ^ value.text[1]) % 32 == 0 && /* the letter, in either case */
            strlen(ops[i].name) == value.size - 2 &&
            strncasecmp(ops[i].name, value.text + 1, value.size - 2) == 0) {
            *op = ops[i].op;
            return true;
        }
    (void)err_set(line->err, ERR_INPUT,
                  "unknown op %s; there are create, update, patch, delete, "
                  "flush, begin, commit, rollback, truncate, register, unregister, snapshot",
                  quote(value.text + 1, value.size - 2).text);
    line->err->column = column_of(line, FIELD_OP);
    return false;
}

/* A string field as bytes, decoded into its own buffer where it has escapes. */
static bool read_string(struct line *line, enum field field, struct buf *buf, const char **bytes,
                        size_t *size)
{
    struct value value = get(line, field);

    if (value.type != VALUE_STRING)
        return refuse(line, field, "a string");
    *bytes = value_string(value, buf, size);
    return true;
}

static bool read_id(struct line *line, struct buf *buf, struct mutation *out)
{
    struct value id = get(line, FIELD_ID);
    int64_t number;

    out->id = id;
    if (id.type == VALUE_STRING)
        return read_string(line, FIELD_ID, buf, &out->id_text, &out->id_size);
    if (id.type != VALUE_NUMBER)
        return refuse(line, FIELD_ID, "a string or an integer");
    buf_clear(buf);
    number_write_canonical(buf, id.text, id.size);
    if (!number_int(id.text, id.size, &number) &&
        (memchr(buf->bytes, '.', buf->size) || memchr(buf->bytes, 'e', buf->size)))
        return refuse(line, FIELD_ID, "a string or an integer");
    out->id_text = buf->bytes;
    out->id_size = buf->size;
    return true;
}

static bool read_optional(struct line *line, struct mutation *out)
{
    struct value version = get(line, FIELD_VERSION);
    struct value ts = get(line, FIELD_TS);

    out->has_version = version.type != VALUE_MISSING;
    if (out->has_version &&
        (version.type != VALUE_NUMBER || !number_int(version.text, version.size, &out->version)))
        return refuse(line, FIELD_VERSION, "an integer of 64 bits");
    if (ts.type != VALUE_MISSING && ts.type != VALUE_NUMBER && ts.type != VALUE_STRING)
        return refuse(line, FIELD_TS, "a number or ISO 8601 text");
    return true;
}

/* What stands at a path of the line. */
static struct value find(const struct line *line, const struct path *path)
{
    const struct path rest = {path->steps + 1, path->count - 1, 0};

    for (size_t i = 0; i < line->text.count; i++) {
        const struct json_member *member = &line->text.members[i];

        if (member->value - member->key - 1 == path->steps[0].key_size &&
            memcmp(line->text.text + member->key, path->steps[0].key, path->steps[0].key_size) == 0)
            return path_get_in(
                &rest, value_of(line->text.text + member->value, member->end - member->value));
    }
    return VALUE_NONE;
}

static bool refuse_time(struct line *line, const struct path *path, struct value value)
{
    struct json_text text;
    struct err ignored = {0};

    (void)err_set(line->err, ERR_INPUT,
                  "the time of --window-on must be a number of seconds since 1970 or ISO 8601 text "
                  "such as 2024-02-29T12:00:00Z, not %s",
                  excerpt(value.text, value.size).text);
    line->err->column = 1;
    if (json_read(line->json, line->source, line->size, JSON_PLACES, &text, &ignored) == OK) {
        value = path_get_in(path, value_of(text.text, text.size));
        if (value.type != VALUE_MISSING)
            line->err->column = json_place(line->json, (size_t)(value.text - text.text)) + 1;
    }
    return false;
}

static bool read_time(struct value value, int64_t *time)
{
    if (value.type == VALUE_STRING) /* a time has nothing to escape */
        return time_read(value.text + 1, value.size - 2, time);
    return value.type == VALUE_NUMBER && time_read_number(value.text, value.size, time);
}

/* What steps are made by. */
static bool read_pace(const struct mutation_reader *reader, struct line *line, struct mutation *out)
{
    struct value value;

    if (reader->run) {
        value = find(line, reader->run);
        out->run = value_is_unknown(value) ? VALUE_NONE : value;
    }
    if (!reader->time)
        return true;
    value = find(line, reader->time);
    out->has_time = !value_is_unknown(value);
    return !out->has_time || read_time(value, &out->time) || refuse_time(line, reader->time, value);
}

static bool read_record(struct line *line, struct mutation *out)
{
    enum field field = line->members[FIELD_RECORD] ? FIELD_RECORD : FIELD_DATA;
    const struct json_member *member = line->members[field];

    if (!member)
        return need(line, FIELD_RECORD, op_name(out->op));
    out->record = get(line, field);
    if (out->record.type != VALUE_OBJECT)
        return refuse(line, field, "an object");
    out->fields = member->inner_count ? line->text.inner + member->inner : NULL;
    out->field_count = member->inner_count;
    return true;
}

static bool read_fields(struct mutation_reader *reader, struct line *line, struct mutation *out)
{
    const char *name = op_name(out->op);

    switch (out->op) {
    case LINE_CREATE:
    case LINE_UPDATE:
    case LINE_PATCH:
        return need(line, FIELD_TABLE, name) && need(line, FIELD_ID, name) &&
               read_string(line, FIELD_TABLE, &reader->table, &out->table, &out->table_size) &&
               read_id(line, &reader->id, out) && read_optional(line, out) &&
               read_record(line, out);
    case LINE_DELETE:
        return need(line, FIELD_TABLE, name) && need(line, FIELD_ID, name) &&
               read_string(line, FIELD_TABLE, &reader->table, &out->table, &out->table_size) &&
               read_id(line, &reader->id, out) && read_optional(line, out);
    case LINE_TRUNCATE:
        return need(line, FIELD_TABLE, name) &&
               read_string(line, FIELD_TABLE, &reader->table, &out->table, &out->table_size);
    case LINE_REGISTER:
        return need(line, FIELD_VIEW, name);
    case LINE_UNREGISTER:
    case LINE_SNAPSHOT:
        return need(line, FIELD_VIEW_ID, name) && read_string(line, FIELD_VIEW_ID, &reader->view_id,
                                                              &out->view_id, &out->view_id_size);
    case LINE_FLUSH:
    case LINE_BEGIN:
    case LINE_COMMIT:
    case LINE_ROLLBACK:
        break;
    }
    return true;
}

enum status mutation_read(struct mutation_reader *reader, const char *source, size_t size,
                          struct mutation *out, bool *torn, struct err *err)
{
    struct line line = {.source = source, .size = size, .json = reader->json, .err = err};

    memset(out, 0, sizeof(*out));
    *torn = false;
    if (json_read(reader->json, source, size, JSON_LINE, &line.text, err) != OK) {
        *torn = json_is_cut(source, size);
        return ERR_INPUT;
    }
    if (reader->strict && line.text.duplicate) {
        const char *key = source + line.text.duplicate;
        const char *end = json_string_end(key - 1);

        err->column = line.text.duplicate;
        return err_set(err, ERR_INPUT, "key %s stands twice in one object",
                       quote(key, (size_t)(end - key) - 1).text);
    }
    find_members(&line);
    if (!read_op(&line, &out->op) || !read_fields(reader, &line, out))
        return ERR_INPUT;
    if (mutation_is_change(out) && !read_pace(reader, &line, out))
        return ERR_INPUT;
    return OK;
}

/* Bytes that last as long as the copy. */
struct lasting {
    struct arena *arena;
    const char *text;
    size_t size;
};

static const char *last(const struct lasting *lasting, const char *bytes, size_t size)
{
    /* Addresses as numbers: of different objects they have no order. */
    uintptr_t from = (uintptr_t)bytes;
    uintptr_t begin = (uintptr_t)lasting->text;

    if (from >= begin && from - begin < lasting->size)
        return bytes;
    return arena_copy(lasting->arena, bytes, size);
}

static struct value last_value(const struct lasting *lasting, struct value value)
{
    if (value.size)
        value.text = last(lasting, value.text, value.size);
    return value;
}

void mutation_keep(struct mutation *m, struct arena *arena, const char *line, size_t size)
{
    const struct lasting lasting = {arena, line, size};
    size_t in_id = (size_t)((uintptr_t)m->id_text - (uintptr_t)m->id.text);
    struct value id = last_value(&lasting, m->id);

    m->table = last(&lasting, m->table, m->table_size);
    m->id_text = in_id < m->id.size ? id.text + in_id
                                    : last(&lasting, m->id_text, m->id_size); /* it is decoded */
    m->id = id;
    m->record = last_value(&lasting, m->record);
    m->run = last_value(&lasting, m->run);
    if (m->field_count) {
        uint32_t *fields = ARENA_ARRAY(arena, uint32_t, m->field_count);

        memcpy(fields, m->fields, m->field_count * sizeof(*fields));
        m->fields = fields;
    }
}

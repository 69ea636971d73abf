#ifndef SSP_VALUE_ROW_H
#define SSP_VALUE_ROW_H

#include "base/crew.h"
#include "base/hash.h"
#include "value/value.h"

#include <string.h>

/*
 * One immutable row: a key and an object, in one allocation, counted by its owners.
 *
 * The object is kept as its normalised text with the offsets of its keys, so a field is found
 * without parsing and the row is written by copying. Two rows are the same row exactly when their
 * keys are the same bytes and their objects are equal values; `hash` is the key's.
 *
 * `id` is the record's id as its log gave it (JSON text) while the row is still the record of its
 * table and has no field of that name: the value of the path "id". Rows that differ in it alone
 * are different rows, because a plan can tell; views, which do not show it, see no difference.
 *
 * A lean row (engine/lean.h) has only those fields that plans read; what it stands for is told by
 * a hash of the whole content, and by where its line can be read again.
 */
struct row_origin {
    struct hash128 content; /* of all fields, row_content_hash() */
    uint64_t place;         /* the engine's business */
};

struct row {
    uint32_t refs;
    uint32_t size;     /* of the text */
    uint32_t key_size; /* "users:5" */
    uint32_t id_size;  /* 0: none */
    uint32_t count;    /* of fields */
    bool made;         /* the key is JSON text (a pair's, a group's), not TABLE:ID */
    bool wide;         /* offsets take 32 bits, not 16 */
    bool bound;        /* the row has a context: its size in 32 bits and its bytes stand next */
    bool lean;         /* a struct row_origin stands behind the fields */
    uint64_t hash;     /* of the key and the context */
    uint16_t fields[]; /* where each field's key begins; then context if bound, origin if lean,
                          key, id, text */
};

struct row_source {
    const char *key;
    size_t key_size;
    bool made;
    uint64_t hash; /* of the key; of a bound row row_new() makes that of both */
    const char *text;
    size_t size;
    const uint32_t *fields;
    size_t count;
    const char *id;
    size_t id_size;
    const struct row_origin *origin; /* NULL: the row is whole */
    const char *context;             /* NULL: none */
    size_t context_size;
};

struct row *row_new(const struct row_source *source); /* one reference, the caller's */
/* A copy under another context; VALUE_NONE: without one. */
struct row *row_bind(const struct row *row, struct value context);
/* Key and content alone; a reference for the caller. */
struct row *row_plain(struct row *row);
void row_free(struct row *row); /* for row_unref() */

static inline struct row *row_ref(struct row *row)
{
    if (crew_at_work)
        (void)__atomic_add_fetch(&row->refs, 1, __ATOMIC_RELAXED);
    else
        row->refs++;
    return row;
}

static inline void row_unref(struct row *row)
{
    uint32_t refs =
        crew_at_work ? __atomic_sub_fetch(&row->refs, 1, __ATOMIC_ACQ_REL) : --row->refs;

    if (refs == 0)
        row_free(row);
}

static inline const char *row_fields_end(const struct row *row)
{
    return (const char *)(row->fields + (size_t)row->count * (row->wide ? 2 : 1));
}

/* The context of a row inside a subquery: the values of the enclosing row that the subquery asks
 * for, a JSON array of arrays of one. A row that two contexts find is two rows. Empty: none. */
static inline struct value row_context(const struct row *row)
{
    uint32_t size = 0;

    if (!row->bound)
        return VALUE_NONE;
    memcpy(&size, row_fields_end(row), sizeof(size));
    return (struct value){row_fields_end(row) + sizeof(size), size, VALUE_ARRAY};
}

/* A value of the context, [[1],[],["x"]] holding 1, a missing one and "x". */
struct value row_context_at(const struct row *row, uint32_t position);
struct value row_context_value(const char *context, uint32_t position);

/* Close to the head, because finding a record reads it. */
static inline const char *row_key(const struct row *row)
{
    return row_fields_end(row) + (row->bound ? sizeof(uint32_t) + row_context(row).size : 0) +
           (row->lean ? sizeof(struct row_origin) : 0);
}

static inline struct row_origin row_origin(const struct row *row)
{
    struct row_origin origin;

    memcpy(&origin, row_key(row) - sizeof(origin), sizeof(origin));
    return origin;
}

static inline const char *row_text(const struct row *row)
{
    return row_key(row) + row->key_size + row->id_size;
}

/* Where the i-th field's key begins in the text. */
static inline uint32_t row_field(const struct row *row, uint32_t i)
{
    uint32_t wide;

    if (!row->wide)
        return row->fields[i];
    memcpy(&wide, row->fields + (size_t)i * 2, sizeof(wide));
    return wide;
}

/* It will be read soon: the head and what stands behind it in most rows. */
static inline void row_prefetch(const struct row *row)
{
    const char *at = (const char *)row;

    __builtin_prefetch(at);
    __builtin_prefetch(at + 64);
    __builtin_prefetch(at + 128);
}

static inline struct value row_id(const struct row *row)
{
    return value_of(row_key(row) + row->key_size, row->id_size);
}

static inline struct value row_value(const struct row *row)
{
    return (struct value){row_text(row), row->size, VALUE_OBJECT};
}

/* The i-th field's value, its key taking key_size bytes. */
struct value row_field_at(const struct row *row, uint32_t i, size_t key_size);

/* Equal for equal objects, whatever the order of their keys and the spelling of their numbers; 128
 * bits under the process's secret, so that different for different. */
struct hash128 row_content_hash(const char *text, size_t size, const uint32_t *fields, size_t count,
                                struct buf *scratch);

int row_key_compare(const struct row *a, const struct row *b);  /* by bytes */
bool row_key_equal(const struct row *a, const struct row *b);   /* and context */
bool row_equal(const struct row *a, const struct row *b);       /* key, content and id */
bool row_shown_equal(const struct row *a, const struct row *b); /* key and content */
/* Whether an object, given by its text and the offsets of its keys, is the row's content. */
bool row_content_equal(const struct row *row, const char *text, size_t size, const uint32_t *fields,
                       size_t count);
int row_compare(const struct row *a, const struct row *b); /* key, content, id: total */
size_t row_bytes(const struct row *row);                   /* memory held */

size_t row_live_count(void); /* for the laws: everything deleted, nothing alive */

/* The offsets of an object's fields, found by walking its text; *fields is grown as needed. */
size_t row_find_fields(const char *text, uint32_t **fields, size_t *max);

#endif

#ifndef SSP_PLAN_SCHEMA_H
#define SSP_PLAN_SCHEMA_H

#include "base/arena.h"
#include "value/typed.h"

/*
 * Tables that a plan file has declared (CREATE TABLE): what their records must be. It holds for the
 * table, whoever reads it: a record that is not of its table's types is a bad line, and the values
 * of one that is are brought into the forms of their types (value/typed.h) before anything sees
 * them. Other fields than these stay as they are.
 */
struct schema_column {
    const char *name; /* as bytes, NUL behind */
    const char *key;  /* normalised JSON, with quotes */
    size_t key_size;
    struct typed type;
    bool not_null; /* nor missing */
    bool primary;
};

struct schema {
    const char *table; /* as bytes, NUL behind */
    size_t table_size;
    const char *source; /* where it was declared */
    size_t line;
    struct schema_column *columns;
    size_t count;
    struct schema *next;
};

struct schemas {
    struct arena arena;
    struct schema *first;
    struct schema **last; /* NULL: none yet */
};

const struct schema *schema_find(const struct schemas *schemas, const char *table, size_t size);
/* Everything in it is copied. */
void schema_add(struct schemas *schemas, const struct schema *schema);
/* Whether two declarations say the same. */
bool schema_equal(const struct schema *a, const struct schema *b);
void schemas_release(struct schemas *schemas);

#endif

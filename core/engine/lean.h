#ifndef SSP_ENGINE_LEAN_H
#define SSP_ENGINE_LEAN_H

#include "engine/mutation.h"
#include "engine/view.h"

/*
 * Keeping less than whole rows.
 *
 * Where every view that reads a table writes ids only, its rows need the fields that plans look at
 * and a way to tell that something else in them changed: a hash of the content. A row is kept like
 * that if its line can be read again from the log, a regular file, should the whole row be asked
 * for after all: by a patch or a view registered later (then all rows become whole, once) or by a
 * snapshot (for as long as it takes).
 */
#define LEAN_NO_PLACE UINT64_MAX

struct lean_key {
    const char *key; /* normalised, with quotes */
    size_t size;
};

struct lean_table {
    const char *name;
    size_t name_size;
    bool whole; /* some operator or view needs the row itself */
    struct lean_key *keys;
    size_t count;
    size_t max;
    struct hashtab index; /* of the keys, if they are many */
};

struct lean {
    bool on;
    struct arena arena;        /* names and keys: plans may go before tables do */
    struct lean_table *tables; /* that plans read; of the others only the hash is kept */
    size_t count;
    size_t max;
    struct hashtab index; /* of their names */
    struct buf text;      /* scratch */
    struct buf scratch;
    uint32_t *fields;
    size_t field_max;
};

/* What the views' plans need of each table. */
void lean_plan(struct lean *lean, struct view *const *views, size_t count);
void lean_release(struct lean *lean);

/* The fields to keep of a table; NULL: keep rows whole. */
const struct lean_table *lean_of(const struct lean *lean, const char *name, size_t size);

/* The row as it is kept, from its whole content. */
struct row *lean_row(struct lean *lean, const struct lean_table *table,
                     const struct row_source *whole, struct hash128 content, uint64_t place);

#endif

#ifndef SSP_ENGINE_STORE_H
#define SSP_ENGINE_STORE_H

#include "base/hashtab.h"
#include "value/row.h"

/*
 * The tables: what the log has said so far, the argument of every query. Only the batch reads and
 * writes it; operators never see it.
 *
 * A record that is gone keeps its entry until the step is over (live == false), so that what
 * it was before can be told; `touched` is coalesce.h's.
 */
struct record {
    struct row *row; /* the last content, also of a record that is gone */
    uint32_t touched;
    bool live;
};

/* Last versions, of deleted records too; only of tables whose mutations have versions. */
struct version {
    char *key;
    size_t key_size;
    int64_t version;
    bool none; /* not yet, or no more: it came in a transaction that was dropped */
};

struct node;
struct lean_table; /* engine/lean.h */
struct schema;     /* plan/schema.h */

struct table {
    char *name;
    size_t name_size;
    uint64_t hash;
    char *prefix; /* the one that ids of this table carry, NULL: none seen */
    size_t prefix_size;
    struct record *records;
    size_t count; /* entries, records that are gone included */
    size_t live;
    size_t max;
    struct hashtab index; /* by key */
    struct version *versions;
    size_t version_count;
    size_t version_max;
    struct hashtab version_index;
    const struct lean_table *lean; /* the fields kept; NULL: rows are whole */
    const struct schema *schema;   /* what its records must be; NULL: anything */
    bool lean_known;               /* both */
    uint64_t changes;              /* of its records, by steps */
    uint64_t flush;                /* the last one that changed any; coalesce.c */
    struct node *scan;             /* where its changes go, as of `generation` of the circuit */
    uint64_t generation;
    uint64_t timed; /* by which lateness; 0: by none; engine/late.c */
    int64_t latest; /* time of any row taken since; LATE_NEVER: of none */
    uint64_t late;  /* mutations not taken */
};

struct store {
    struct table **tables;
    size_t count;
    size_t max;
    struct hashtab index;
    struct table *last; /* logs speak of one table many times in a row */
};

struct table *store_table(struct store *store, const char *name, size_t size); /* made if new */
struct table *store_find(const struct store *store, const char *name, size_t size); /* or NULL */
void store_release(struct store *store);

/* The position of the record with this key, or HASHTAB_NONE. */
uint32_t table_find(const struct table *table, const char *key, size_t size, uint64_t hash);
uint32_t table_insert(struct table *table, struct row *row); /* takes the reference */
/* Removes the entry of a record that is gone; *moved is the entry that took its place. */
void table_remove(struct table *table, uint32_t at, uint32_t *moved);

struct version *table_version(const struct table *table, const char *key, size_t size,
                              uint64_t hash); /* NULL: none */
struct version *table_version_add(struct table *table, const char *key, size_t size, uint64_t hash);

#endif

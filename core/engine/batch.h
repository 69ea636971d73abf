#ifndef SSP_ENGINE_BATCH_H
#define SSP_ENGINE_BATCH_H

#include "engine/circuit.h"
#include "engine/coalesce.h"
#include "engine/conform.h"
#include "engine/late.h"
#include "engine/lean.h"
#include "engine/mutation.h"

/*
 * The mutations that wait for the next step. They are applied to the tables at once, in their
 * order, so that patches, versions and --strict see what stands before them; coalesce.h remembers
 * what the records were.
 */
struct version_before {
    struct table *table;
    size_t at;
    int64_t version;
    bool none;
};

struct batch_counters {
    uint64_t mutations;
    uint64_t stale;
    uint64_t too_late;  /* of rows that lateness shuts out */
    uint64_t unchanged; /* left the content as it was */
    uint64_t create_existing;
    uint64_t update_missing;
    uint64_t delete_missing;
    uint64_t records; /* that changed, after coalescing */
};

struct batch {
    struct store *store;
    struct circuit *circuit;
    bool strict;
    bool keep_prefix;  /* --id-prefix=keep */
    struct lean *lean; /* engine/lean.h */
    uint64_t place;    /* where the next line can be read again, LEAN_NO_PLACE: nowhere */
    bool transaction;  /* since begin */
    uint64_t waiting;  /* mutations since the last step */
    struct coalesce coalesce;
    struct version_before *versions; /* to put back, within a transaction */
    size_t version_count;
    size_t version_max;
    struct late late;
    struct table **prefixes; /* whose prefix was first seen in this transaction */
    size_t prefix_count;
    size_t prefix_max;
    struct buf key; /* of the record that was spoken of last; empty: no single one */
    struct buf text;
    uint32_t *fields;
    size_t field_max;
    const struct schemas *schemas; /* of tables that are declared; NULL: of none */
    struct conform conform;
    struct batch_counters counters;
};

/* All three outlive it, and it does not move. */
void batch_init(struct batch *batch, struct store *store, struct circuit *circuit,
                struct lean *lean);

/* The table that a mutation speaks of, made if it is new. */
struct table *batch_table(struct batch *batch, const struct mutation *mutation);

/* A record's row as of the last step; NULL: it was not there. Borrowed. */
struct row *batch_row_before(const struct batch *batch, const struct table *table, size_t at);

/* ERR_INPUT: batch_apply() would refuse the mutation, and say the same. */
enum status batch_check(struct batch *batch, const struct mutation *mutation, struct err *err)
    __attribute__((warn_unused_result));

/* The hash of the key that the mutation speaks of, not a truncate; `key` is scratch. */
uint64_t batch_key_hash(struct buf *key, const struct mutation *mutation, bool keep_prefix);

/* Brings into the cache what batch_apply() will look at for a mutation with this key, in so many
 * stages, each after the one before has had time to arrive. */
enum { BATCH_STAGES = 3 };
void batch_prefetch(const struct batch *batch, const struct mutation *mutation, uint64_t hash,
                    int stage);

/* Applies a mutation (create, update, patch, delete, truncate). ERR_INPUT: refused, nothing has
 * changed. */
enum status batch_apply(struct batch *batch, const struct mutation *mutation, struct err *err)
    __attribute__((warn_unused_result));

/* Puts what changed into the scans of the circuit and forgets the old rows. */
void batch_flush(struct batch *batch);

/* Forgets the old rows and passes nothing on: loading. */
void batch_rest(struct batch *batch);

/* Puts the tables back to where they were when the batch was empty. */
void batch_rollback(struct batch *batch);

void batch_release(struct batch *batch);

#endif

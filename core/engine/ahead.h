#ifndef SSP_ENGINE_AHEAD_H
#define SSP_ENGINE_AHEAD_H

#include "engine/batch.h"
#include "ssp.h"

/* A line of a block: what the engine needs of it. */
struct ahead_line {
    const char *bytes; /* padded */
    size_t size;
    bool parsed; /* it is a mutation; else the engine reads it itself, for its own message */
    bool keyed;  /* it has a key, with this hash */
    uint64_t hash;
    struct mutation mutation;
};

const struct ahead_line *ahead_line(const struct ssp_block *block, size_t i);

/* Brings into the cache what the engine will look at for lines that come after this one. */
void ahead_prefetch(const struct batch *batch, const struct ssp_block *block, size_t i);

#endif

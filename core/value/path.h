#ifndef SSP_VALUE_PATH_H
#define SSP_VALUE_PATH_H

#include "base/arena.h"
#include "value/row.h"

/*
 * The way to a field: "a.b.c" or ["a","b.c",0]. A step into an object is a key, a step of digits
 * into an array is an index from 0; through anything else the value is missing.
 */
struct path_step {
    const char *key; /* normalised, with quotes */
    uint32_t key_size;
    uint32_t index; /* PATH_NO_INDEX: not a number */
};

#define PATH_NO_INDEX UINT32_MAX

struct path {
    struct path_step *steps;
    uint32_t count; /* at least 1 */
    uint32_t hint;  /* where the first step was found last: rows of a table look alike */
};

/* From a string or an array of strings and numbers; NULL if the value is neither, or empty. */
struct path *path_new(struct arena *arena, struct value source);

struct value path_get(struct path *path, const struct row *row);
struct value path_get_in(const struct path *path, struct value value);

/* ["a","b.c"] for more than one step or a step with a dot, else "a": one spelling a path. */
void path_write(struct buf *buf, const struct path *path);

#endif

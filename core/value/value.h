#ifndef SSP_VALUE_VALUE_H
#define SSP_VALUE_VALUE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A JSON value: a borrowed slice of normalised text (json_read.h), so that strings are equal
 * exactly when their texts are, numbers keep their spelling, and writing is copying.
 *
 * One total order for everything (ssp-plan(5), VALUES):
 *     missing < null < false < true < numbers < strings < arrays < objects
 * numbers by value, strings by their bytes, arrays element by element, objects as sorted lists of
 * key and value. value_equal() agrees with value_compare() and value_hash() with both.
 */
enum value_type {
    VALUE_MISSING,
    VALUE_NULL,
    VALUE_FALSE,
    VALUE_TRUE,
    VALUE_NUMBER,
    VALUE_STRING,
    VALUE_ARRAY,
    VALUE_OBJECT,
};

struct value {
    const char *text; /* strings with their quotes */
    uint32_t size;
    enum value_type type;
};

#define VALUE_NONE ((struct value){"", 0, VALUE_MISSING})

struct value value_of(const char *text, size_t size); /* size 0: missing */

int value_compare(struct value a, struct value b); /* below 0, 0, above 0 */
bool value_equal(struct value a, struct value b);
uint64_t value_hash(struct value value);

/* Null or missing: what a comparison does not know. */
static inline bool value_is_unknown(struct value value)
{
    return value.type <= VALUE_NULL;
}

/* The bytes of a string: inside the value's own text if it has no escapes, else decoded into
 * scratch (emptied first). */
const char *value_string(struct value value, struct buf *scratch, size_t *size);

/*
 * A 64-bit number that never decreases in the total order: below for below, equal for equal or
 * unknown. Sorted containers compare it first and the values only on a tie.
 */
uint64_t value_prefix(struct value value);

/* The canonical spelling: object keys sorted by bytes, canonical numbers; equal for equal values.
 * It is what hashes and made keys are built from. */
void value_write_canonical(struct buf *buf, struct value value);

#endif

#ifndef SSP_VALUE_TYPED_H
#define SSP_VALUE_TYPED_H

#include "base/buf.h"
#include "value/value.h"

/*
 * The types of SQL, as JSON values have them. A value of a type has one form, so that equal values
 * are equal JSON, and text that is compared by its bytes is in the order of the type:
 *
 *     numeric     a number; of numeric(p,s) with s digits behind the point at most
 *     double      a number, the shortest digits of a double
 *     date        "2024-02-29"
 *     time        "12:00:00.5"
 *     timestamp   "2024-02-29T12:00:00.5"
 *     timestamptz "2024-02-29T12:00:00.5+00:00", always in UTC
 *     interval    "1 day 02:00:00", as PostgreSQL writes it; the one type whose equal values may
 *                 differ in their form ("1 day" and "24:00:00")
 *     char(n)     text without blanks at its end
 *     uuid        lower case, with hyphens
 */
enum typed_kind {
    TYPED_SMALLINT,
    TYPED_INTEGER,
    TYPED_BIGINT,
    TYPED_NUMERIC,
    TYPED_REAL,
    TYPED_DOUBLE,
    TYPED_BOOLEAN,
    TYPED_TEXT,
    TYPED_VARCHAR,
    TYPED_CHAR,
    TYPED_UUID,
    TYPED_DATE,
    TYPED_TIME,
    TYPED_TIMESTAMP,
    TYPED_TIMESTAMPTZ,
    TYPED_INTERVAL,
    TYPED_JSON, /* any value */
    TYPED_KINDS,
};

struct typed {
    enum typed_kind kind;
    int size;   /* precision of numeric, characters of varchar and char; -1: not given */
    int scale;  /* of numeric; -1: not given */
    bool array; /* of such values, nested ones too */
};

/* numeric(10,2), varchar(5), bigint, timestamp[]; false: there is no such type. */
bool typed_read(const char *text, size_t size, struct typed *type);
void typed_write(struct buf *buf, const struct typed *type);

/* The JSON text of the value in the form of the type; null stays null. False: it cannot be of it,
 * and nothing has been added. `cast`: as CAST does it, which rounds to integers, cuts text off and
 * drops the offset of a timestamp; else as a column takes it, which refuses all that. */
bool typed_take(const struct typed *type, struct value value, bool cast, struct buf *out);

#endif

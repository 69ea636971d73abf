#ifndef SSP_VALUE_JSON_READ_H
#define SSP_VALUE_JSON_READ_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reading JSON (RFC 8259) with simdjson: the only part of the engine that sees foreign bytes and
 * the only one that knows the library. Everything is validated; what comes out is normalised
 * text: no spaces, strings escaped as little as JSON allows (\" \\ \b \f \n \r \t, other control
 * characters \u00xx in lower case, the rest as UTF-8), numbers as they were written, of equal keys
 * of an object the last one only. So two strings are equal exactly when their texts are, and a
 * value can be written out by copying it.
 */
enum {
    JSON_DEPTH_MAX = 1024,
    JSON_PADDING = 64,          /* readable bytes needed behind the text; any content */
    JSON_SIZE_MAX = 0x7fffff00, /* of one text, in bytes */
};

/* How to read; flags. */
enum {
    JSON_LINE = 0,   /* one object and nothing behind it */
    JSON_ARRAY = 1,  /* the one text may also be an array; it has no members then */
    JSON_PLACES = 2, /* keep places for json_place(); equal keys are all kept, the last one wins */
};

/* A member of the top object. Its own members, if it is an object, are
 * json_text.inner[inner .. inner + inner_count). */
struct json_member {
    uint32_t key;   /* where its key begins (the quote) in json_text.text */
    uint32_t value; /* and its value */
    uint32_t end;   /* behind the value */
    uint32_t inner;
    uint32_t inner_count;
};

/* Valid until the next call on the same reader, and as long as the source. */
struct json_text {
    const char *text; /* normalised; the source itself, where that was so */
    size_t size;
    const struct json_member *members; /* of the top object, in order */
    size_t count;
    const uint32_t *inner; /* where keys of second-level members begin, from their object's '{' */
    size_t duplicate;      /* 1 + offset in the source of the first key met twice; 0: none */
};

struct json_reader;

struct json_reader *json_reader_new(void);
void json_reader_free(struct json_reader *reader);

/*
 * Reads one JSON text. source[size .. size + JSON_PADDING) must be readable. On failure: ERR_INPUT,
 * err->message, and err->column = 1 + the offset of the offending byte.
 */
enum status json_read(struct json_reader *reader, const char *source, size_t size, unsigned flags,
                      struct json_text *out, struct err *err) __attribute__((warn_unused_result));

/* Offset in the source of the value or key that begins at `offset` of the normalised text.
 * After a call with JSON_PLACES. */
size_t json_place(const struct json_reader *reader, size_t offset);

#ifdef __cplusplus
}
#endif

#endif

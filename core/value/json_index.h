#ifndef SSP_VALUE_JSON_INDEX_H
#define SSP_VALUE_JSON_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The structure of a JSON text: the offsets, in order, of everything that is not inside a string,
 * number or word and not white space, and of each string's first quote and each number's or word's
 * first byte. Behind the last one stands the text's size. It is stage 1 of Langdale and Lemire,
 * "Parsing gigabytes of JSON per second", VLDB Journal 2019, as simdjson has it, which also checks
 * UTF-8, that strings have no control characters, and that the last one ends.
 */
struct json_index;

struct json_index *json_index_new(void);
void json_index_free(struct json_index *index);

/* source[size .. size + JSON_PADDING) must be readable. Valid until the next call. NULL: there is
 * something wrong with the text, or with memory. */
const uint32_t *json_index_of(struct json_index *index, const char *source, size_t size,
                              size_t *count);

#ifdef __cplusplus
}
#endif

#endif

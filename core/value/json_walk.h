#ifndef SSP_VALUE_JSON_WALK_H
#define SSP_VALUE_JSON_WALK_H

#include "value/json_index.h"
#include "value/json_read.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The quick way through a line of JSON, for json_read() alone: nine tenths of all logs are written
 * by machines, without spaces, with no more escapes than necessary, no key twice. Such text is
 * already what normalising would make of it, so it is checked and left where it stands: nothing is
 * copied, nothing decoded. Text with spaces is copied without them. Whatever else is met, wrong
 * text above all, is refused without a word, and the library says what is the matter.
 */
enum {
    JSON_WALK_SIZE_MAX = 1 << 20, /* longer texts gain nothing */
    JSON_WALK_KEYS = 1024,        /* of all objects that are open at once, */
    JSON_WALK_OBJECT_KEYS = 128,  /* and of one: so many are compared one by one */
};

struct json_walk {
    struct json_index *index; /* NULL: there was no memory for one */
    struct json_member *members;
    size_t count;
    size_t max;
    uint32_t *inner;
    size_t inner_count;
    size_t inner_max;
    uint32_t key_count; /* of the open objects: where their keys begin, */
    uint32_t keys[JSON_WALK_KEYS];
    uint64_t tags[JSON_WALK_KEYS]; /* and what is equal for equal keys */
};

/* One object and nothing behind it; source[size] is white space or NUL. `room` has as many bytes as
 * the text. False: not for this reader, or wrong. */
bool json_walk_text(struct json_walk *walk, const char *source, size_t size, char *room,
                    struct json_text *out);

void json_walk_init(struct json_walk *walk);
void json_walk_release(struct json_walk *walk);

#ifdef __cplusplus
}
#endif

#endif

#ifndef SSP_VALUE_JSON_SCAN_H
#define SSP_VALUE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * Walking normalised JSON: valid text as json_read() makes it, without spaces, strings escaped as
 * little as JSON allows. Nothing here checks anything; it must never see foreign bytes.
 */

/* p is at the opening quote; the result is behind the closing one: the first quote with an even
 * number of backslashes before it. A long string is not walked byte by byte, for every level of
 * nesting around it walks over it again. */
static inline const char *json_string_end(const char *p)
{
    const char *quote = p;

    for (;;) {
        const char *before;

        quote = (const char *)rawmemchr(quote + 1, '"');
        before = quote;
        while (before - 1 > p && before[-1] == '\\')
            before--;
        if ((quote - before) % 2 == 0)
            return quote + 1;
    }
}

/* p is at the first byte of a value inside an object or array. */
static inline const char *json_value_end(const char *p)
{
    size_t depth = 0;

    do {
        if (*p == '"') {
            p = json_string_end(p);
            continue;
        }
        if (*p == '{' || *p == '[') {
            depth++;
        } else if (*p == '}' || *p == ']') {
            if (depth == 0)
                return p;
            depth--;
        } else if (depth == 0) {
            while (*p != ',' && *p != '}' && *p != ']')
                p++;
            return p;
        }
        p++;
    } while (depth > 0);
    return p;
}

/* The members of an object or the elements of an array, in the order of the text. */
struct json_iter {
    const char *at; /* next key or element; NULL at the end */
    const char *key;
    size_t key_size; /* with its quotes; 0 in an array */
    const char *value;
    size_t value_size;
    bool object;
};

static inline struct json_iter json_iter_of(const char *text)
{
    bool empty = text[1] == '}' || text[1] == ']';

    return (struct json_iter){empty ? NULL : text + 1, text, 0, text, 0, *text == '{'};
}

static inline bool json_iter_next(struct json_iter *iter)
{
    const char *end;

    if (!iter->at)
        return false;
    iter->value = iter->at;
    if (iter->object) {
        iter->key = iter->at;
        end = json_string_end(iter->at);
        iter->key_size = (size_t)(end - iter->at);
        iter->value = end + 1;
    }
    end = json_value_end(iter->value);
    iter->value_size = (size_t)(end - iter->value);
    iter->at = *end == ',' ? end + 1 : NULL;
    return true;
}

#endif

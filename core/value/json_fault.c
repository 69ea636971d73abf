/* Finding the offending byte of refused JSON. */
#include "value/json_fault.h"

#include <stdint.h>
#include <string.h>

void json_fault_at(struct err *err, const char *source, const char *at, const char *message)
{
    (void)err_set(err, ERR_INPUT, "%s", message);
    err->column = (size_t)(at - source) + 1;
}

void json_fault_quote(struct err *err, const char *source, const char *text, size_t size,
                      const char *message)
{
    (void)err_set(err, ERR_INPUT, "%s: %s", message, quote(text, size).text);
    err->column = (size_t)(text - source) + 1;
}

/* Length of the UTF-8 sequence at p, 0 if it is not one (RFC 3629). */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    size_t size = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

    if (p[0] > 0xf4 || size > left)
        return 0;
    for (size_t i = 1; i < size; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return size;
}

static void find_bytes(struct err *err, const char *source, size_t size)
{
    const char *open = NULL; /* the string we are in */
    bool escaped = false;
    size_t length;

    for (const char *p = source; p < source + size; p += length) {
        length = utf8_length((const unsigned char *)p, size - (size_t)(p - source));
        if (length == 0) {
            json_fault_at(err, source, p, "invalid UTF-8");
            return;
        }
        if (open && (unsigned char)*p < 0x20) {
            json_fault_at(err, source, p, "control character in a string; write it as an escape");
            return;
        }
        if (!open && *p == '\\') {
            json_fault_quote(err, source, p, 1, "not JSON here");
            return;
        }
        if (escaped)
            escaped = false;
        else if (open && *p == '\\')
            escaped = true;
        else if (*p == '"')
            open = open ? NULL : p;
    }
    json_fault_at(err, source, open ? open : source, "string without an end");
}

/* The code unit of the escape \uXXXX at p, NO_UNIT if it is none. */
enum { NO_UNIT = 0x10000 };

static unsigned code_unit(const char *p, const char *end)
{
    unsigned code = 0;

    if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
        return NO_UNIT;
    for (int i = 2; i < 6; i++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = p[i] ? strchr(digits, p[i]) : NULL;

        if (!digit)
            return NO_UNIT;
        code = code << 4 | ((unsigned)(digit - digits) & 15);
    }
    return code;
}

static void find_escape(struct err *err, const char *source, const char *end, const char *string)
{
    const char *p = string + 1;

    while (p + 1 < end && *p != '"') {
        unsigned code = code_unit(p, end);
        unsigned low = end - p > 6 ? code_unit(p + 6, end) : NO_UNIT;

        if (*p == '\\' && (!p[1] || !strchr("\"\\/bfnrtu", p[1]))) {
            json_fault_quote(err, source, p, 2, "bad escape");
            return;
        }
        if (*p == '\\' && p[1] == 'u' && code == NO_UNIT) {
            size_t size = 2;

            while (p + size < end && size < 6 && p[size] != '"')
                size++;
            json_fault_quote(err, source, p, size, "bad escape");
            return;
        }
        if (code >= 0xd800 && code < 0xe000) {
            if (code >= 0xdc00 || low < 0xdc00 || low >= 0xe000) {
                json_fault_quote(err, source, p, 6, "surrogate without its partner");
                return;
            }
            p += 6;
        }
        p += *p != '\\' ? 1 : p[1] == 'u' && end - p >= 6 ? 6 : 2;
    }
    json_fault_quote(err, source, string, (size_t)((p < end ? p : end) - string),
                     "bad escape in a string");
}

static void find_end(struct err *err, const char *source, size_t size)
{
    size_t depth = 0;
    bool string = false;

    for (size_t i = 0; i < size; i++) {
        if (string && source[i] == '\\')
            i++;
        else if (source[i] == '"')
            string = !string;
        else if (!string && (source[i] == '{' || source[i] == '['))
            depth++;
        else if (!string && (source[i] == '}' || source[i] == ']') && depth > 0 && --depth == 0) {
            i++;
            while (i < size && source[i] && strchr(" \t\r\n", source[i]))
                i++;
            json_fault_at(err, source, source + i,
                          i < size ? "text behind the end of the JSON value"
                                   : "object or array closed by the wrong bracket");
            return;
        }
    }
    json_fault_at(err, source, source + size, "object or array without an end");
}

/* The word or sign that stands where JSON wants something else. */
static void find_here(struct err *err, const char *source, const char *end, const char *at)
{
    size_t size = 0;

    if (at < source || at >= end) {
        find_end(err, source, (size_t)(end - source));
        return;
    }
    while (at + size < end && size < 20 && !(at[size] && strchr(" \t\r\n,:]}", at[size])))
        size++;
    json_fault_quote(err, source, at, size ? size : 1, "not JSON here");
}

void json_fault(struct err *err, enum json_fault fault, const char *source, size_t size,
                const char *at)
{
    switch (fault) {
    case JSON_FAULT_BYTES:
        find_bytes(err, source, size);
        break;
    case JSON_FAULT_ESCAPE:
        find_escape(err, source, source + size, at);
        break;
    case JSON_FAULT_END:
        find_end(err, source, size);
        break;
    case JSON_FAULT_HERE:
        find_here(err, source, source + size, at);
        break;
    }
}

bool json_is_cut(const char *text, size_t size)
{
    size_t depth = 0;
    size_t i = 0;
    bool string = false;

    while (i < size && strchr(" \t\r", text[i]) && text[i])
        i++;
    if (i == size || text[i] != '{')
        return false;
    for (; i < size; i++) {
        if (string && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            string = !string;
        else if (!string && (text[i] == '{' || text[i] == '['))
            depth++;
        else if (!string && (text[i] == '}' || text[i] == ']') && --depth == 0)
            return false;
    }
    return true;
}

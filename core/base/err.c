/* Error records and the quoting of foreign text inside them. */
#include "base/err.h"

#include "base/check.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { QUOTED_MAX = 60 };

enum status err_set(struct err *err, enum status status, const char *fmt, ...)
{
    va_list args;

    SSP_ASSERT(status != OK);
    err->status = status;
    va_start(args, fmt);
    (void)vsnprintf(err->message, sizeof(err->message), fmt, args);
    va_end(args);
    return status;
}

struct quoted excerpt(const char *text, size_t size)
{
    static const char hex[] = "0123456789abcdef";
    struct quoted quoted;
    size_t used = 0;
    size_t i = 0;

    for (; i < size && used < sizeof(quoted.text) - 10; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool begins = (byte & 0xc0) != 0x80; /* a character: cut only there */

        if (begins && (i >= QUOTED_MAX || used >= sizeof(quoted.text) - 16))
            break;
        if (byte < 0x20 || byte == 0x7f) {
            quoted.text[used++] = '\\';
            quoted.text[used++] = 'x';
            quoted.text[used++] = hex[byte >> 4];
            quoted.text[used++] = hex[byte & 15];
        } else {
            quoted.text[used++] = (char)byte;
        }
    }
    if (i < size) {
        memcpy(&quoted.text[used], "...", 3);
        used += 3;
    }
    quoted.text[used] = '\0';
    return quoted;
}

struct quoted quote(const char *text, size_t size)
{
    struct quoted inner = excerpt(text, size);
    struct quoted quoted;

    (void)snprintf(quoted.text, sizeof(quoted.text), "\"%.*s\"", (int)sizeof(inner.text) - 3,
                   inner.text);
    return quoted;
}

/* Writing strings as JSON. Everything else is written by copying normalised text. */
#include "value/json_write.h"

#include <stdbool.h>
#include <string.h>

static bool needs_escape(char c)
{
    return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

static void write_escape(struct buf *buf, char c)
{
    static const char hex[] = "0123456789abcdef";
    char text[6] = {'\\', c, '0', '0', 0, 0};
    size_t size = 2;

    switch (c) {
    case '\b':
        text[1] = 'b';
        break;
    case '\f':
        text[1] = 'f';
        break;
    case '\n':
        text[1] = 'n';
        break;
    case '\r':
        text[1] = 'r';
        break;
    case '\t':
        text[1] = 't';
        break;
    case '"':
    case '\\':
        break;
    default:
        text[1] = 'u';
        text[4] = hex[(unsigned char)c >> 4];
        text[5] = hex[c & 15];
        size = 6;
        break;
    }
    buf_add(buf, text, size);
}

/* Whether no byte needs an escape; eight at a time (Warren, "Hacker's Delight", 6-1). */
static bool is_plain(const char *bytes, size_t size)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t i = 0;

    for (; i + sizeof(uint64_t) <= size; i += sizeof(uint64_t)) {
        uint64_t x;
        uint64_t quote;
        uint64_t slash;

        memcpy(&x, bytes + i, sizeof(x));
        quote = x ^ ones * '"';
        slash = x ^ ones * '\\';
        if ((((x - ones * 0x20) & ~x) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) &
            ones * 0x80)
            return false;
    }
    for (; i < size; i++)
        if (needs_escape(bytes[i]))
            return false;
    return true;
}

void json_write_string(struct buf *buf, const char *bytes, size_t size)
{
    size_t from = 0;

    if (is_plain(bytes, size)) {
        char *at = buf_reserve(buf, size + 2);

        at[0] = '"';
        if (size)
            memcpy(at + 1, bytes, size);
        at[size + 1] = '"';
        buf->size += size + 2;
        return;
    }
    buf_add_byte(buf, '"');
    for (size_t i = 0; i < size; i++) {
        if (!needs_escape(bytes[i]))
            continue;
        buf_add(buf, bytes + from, i - from);
        write_escape(buf, bytes[i]);
        from = i + 1;
    }
    buf_add(buf, bytes + from, size - from);
    buf_add_byte(buf, '"');
}

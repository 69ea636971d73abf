/* Growing byte buffers. */
#include "base/buf.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void buf_grow(struct buf *buf, size_t more)
{
    size_t need = buf->size + more;

    SSP_ASSERT(need >= more);
    buf->bytes = mem_grow(buf->bytes, &buf->max, need, 1);
}

void buf_add_int(struct buf *buf, int64_t number)
{
    char digits[24];
    size_t at = sizeof(digits);
    uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

    do {
        digits[--at] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest);
    if (number < 0)
        digits[--at] = '-';
    buf_add(buf, digits + at, sizeof(digits) - at);
}

void buf_add_format(struct buf *buf, const char *fmt, ...)
{
    va_list args;
    int size;

    va_start(args, fmt);
    size = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    SSP_ASSERT(size >= 0);
    va_start(args, fmt);
    (void)vsnprintf(buf_reserve(buf, (size_t)size + 1), (size_t)size + 1, fmt, args);
    va_end(args);
    buf->size += (size_t)size;
}

void buf_clear(struct buf *buf)
{
    buf->size = 0;
}

void buf_release(struct buf *buf)
{
    free(buf->bytes);
    *buf = (struct buf)BUF_INIT;
}

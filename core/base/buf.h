#ifndef SSP_BASE_BUF_H
#define SSP_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A growing run of bytes; NUL is an ordinary byte. */
struct buf {
    char *bytes;
    size_t size;
    size_t max;
};

#define BUF_INIT   \
    {              \
        NULL, 0, 0 \
    }

void buf_grow(struct buf *buf, size_t more); /* for buf_reserve() */

/* Where the next `more` bytes may be written. These four are small and in every row's way. */
static inline char *buf_reserve(struct buf *buf, size_t more)
{
    if (more > buf->max - buf->size)
        buf_grow(buf, more);
    return buf->bytes + buf->size;
}

static inline void buf_add(struct buf *buf, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    memcpy(buf_reserve(buf, size), bytes, size);
    buf->size += size;
}

static inline void buf_add_byte(struct buf *buf, char byte)
{
    *buf_reserve(buf, 1) = byte;
    buf->size++;
}

static inline void buf_add_string(struct buf *buf, const char *string)
{
    buf_add(buf, string, strlen(string));
}

void buf_add_int(struct buf *buf, int64_t number);
void buf_add_format(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_clear(struct buf *buf); /* empty, keeps the memory */
void buf_release(struct buf *buf);

#endif

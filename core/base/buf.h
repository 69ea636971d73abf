#ifndef SSP_BASE_BUF_H
#define SSP_BASE_BUF_H

#include <stddef.h>
#include <stdint.h>

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

char *buf_reserve(struct buf *buf, size_t more); /* where the next `more` bytes may be written */
void buf_add(struct buf *buf, const void *bytes, size_t size);
void buf_add_byte(struct buf *buf, char byte);
void buf_add_string(struct buf *buf, const char *string);
void buf_add_int(struct buf *buf, int64_t number);
void buf_add_format(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_clear(struct buf *buf); /* empty, keeps the memory */
void buf_release(struct buf *buf);

#endif

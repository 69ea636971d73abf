#ifndef SSP_TESTS_TEXT_H
#define SSP_TESTS_TEXT_H

/* Text that grows, for tests that build plans, logs and messages; they share no code with what
 * they test. */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct text {
    char *bytes; /* NUL behind */
    size_t size;
    size_t max;
};

__attribute__((format(printf, 2, 3))) static inline void text_add(struct text *text,
                                                                  const char *fmt, ...)
{
    va_list args;
    va_list again;
    int need;

    va_start(args, fmt);
    va_copy(again, args);
    need = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (text->size + (size_t)need + 1 > text->max) {
        text->max = (text->size + (size_t)need + 1) * 2;
        text->bytes = realloc(text->bytes, text->max);
        if (!text->bytes)
            abort();
    }
    (void)vsnprintf(text->bytes + text->size, text->max - text->size, fmt, again);
    va_end(again);
    text->size += (size_t)need;
}

#endif

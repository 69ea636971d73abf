#ifndef SSP_BASE_ARENA_H
#define SSP_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Memory that dies together: plans live in one until the engine closes, what expressions compute
 * in one that is reset after each row. Allocation never fails
 * and nothing is freed on its own. Under AddressSanitizer every allocation ends at a poisoned
 * gap, so that running past it is a crash in the tests.
 */
struct arena_block;

struct arena {
    struct arena_block *last;
};

#define ARENA_INIT \
    {              \
        NULL       \
    }

void *arena_alloc(struct arena *arena, size_t size); /* zeroed, 16-byte aligned */
void *arena_array(struct arena *arena, size_t count, size_t size);
char *arena_copy(struct arena *arena, const void *bytes, size_t size); /* NUL after the end */
char *arena_format(struct arena *arena, const char *fmt, va_list args)
    __attribute__((format(printf, 2, 0)));
void arena_reset(struct arena *arena); /* empty, keeps one block; free while it is empty */
void arena_release(struct arena *arena);

#define ARENA_NEW(arena, type)      ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, n) ((type *)arena_array((arena), (n), sizeof(type)))

#endif

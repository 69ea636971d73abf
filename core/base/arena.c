/* Block arena. */
#include "base/arena.h"

#include "base/check.h"
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef SSP_STRESS
enum { ARENA_BLOCK_MIN = 64 };
#else
enum { ARENA_BLOCK_MIN = 16 * 1024 };
#endif

enum { ARENA_ALIGN = 16, ARENA_KEEP_MAX = 1 << 20 };

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define ARENA_POISON(p, n)   __asan_poison_memory_region((p), (n))
#define ARENA_UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
enum { ARENA_GAP = ARENA_ALIGN };
#else
#define ARENA_POISON(p, n)   ((void)(p), (void)(n))
#define ARENA_UNPOISON(p, n) ((void)(p), (void)(n))
enum { ARENA_GAP = 0 };
#endif

struct arena_block {
    struct arena_block *before;
    size_t used;
    size_t size;
    _Alignas(ARENA_ALIGN) unsigned char data[];
};

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t rounded = ((size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1)) + ARENA_GAP;
    void *p;

    SSP_ASSERT(rounded >= size);
    if (!arena->last || arena->last->size - arena->last->used < rounded) {
        size_t need = rounded > ARENA_BLOCK_MIN ? rounded : ARENA_BLOCK_MIN;
        struct arena_block *block = mem_alloc(sizeof(*block) + need);

        block->before = arena->last;
        block->used = 0;
        block->size = need;
        ARENA_POISON(block->data, need);
        arena->last = block;
    }
    p = arena->last->data + arena->last->used;
    arena->last->used += rounded;
    ARENA_UNPOISON(p, size);
    memset(p, 0, size);
    return p;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;

    SSP_ASSERT(!__builtin_mul_overflow(count, size, &total));
    return arena_alloc(arena, total);
}

char *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
    char *copy = arena_alloc(arena, size + 1);

    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

char *arena_format(struct arena *arena, const char *fmt, va_list args)
{
    va_list again;
    int size;
    char *text;

    va_copy(again, args);
    size = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    SSP_ASSERT(size >= 0);
    text = arena_alloc(arena, (size_t)size + 1);
    (void)vsnprintf(text, (size_t)size + 1, fmt, args);
    return text;
}

void arena_reset(struct arena *arena)
{
    struct arena_block *last = arena->last;

    if (!last || (last->used == 0 && !last->before))
        return;
    while (last->before) {
        struct arena_block *before = last->before;

        last->before = before->before;
        ARENA_UNPOISON(before->data, before->size);
        free(before);
    }
    if (last->size > ARENA_KEEP_MAX) {
        arena_release(arena);
        return;
    }
    ARENA_POISON(last->data, last->size);
    last->used = 0;
}

void arena_release(struct arena *arena)
{
    while (arena->last) {
        struct arena_block *before = arena->last->before;

        ARENA_UNPOISON(arena->last->data, arena->last->size);
        free(arena->last);
        arena->last = before;
    }
}

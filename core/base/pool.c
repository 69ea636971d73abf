/* Size-class free lists. */
#include "base/pool.h"

#include "base/mem.h"

enum { POOL_STEP = 16, POOL_MAX = 1024, POOL_BLOCK = 256 * 1024 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(SSP_STRESS)
#define POOL_OFF 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define POOL_OFF 1
#endif
#endif

#ifdef POOL_OFF

void *pool_alloc(size_t size)
{
    return mem_alloc(size);
}

void pool_free(void *object, size_t size)
{
    (void)size;
    free(object);
}

#else

struct free_object {
    struct free_object *next;
};

static struct free_object *free_lists[POOL_MAX / POOL_STEP + 1];
/* Blocks live as long as the process; linked, so that tools see them in use. */
struct pool_block {
    struct pool_block *before;
    _Alignas(POOL_STEP) char bytes[POOL_BLOCK];
};

static struct pool_block *last_block;
static size_t block_left;

void *pool_alloc(size_t size)
{
    size_t class = (size + POOL_STEP - 1) / POOL_STEP;
    struct free_object *object;

    if (size > POOL_MAX)
        return mem_alloc(size);
    object = free_lists[class];
    if (object) {
        free_lists[class] = object->next;
        return object;
    }
    size = class * POOL_STEP;
    if (block_left < size) {
        struct pool_block *block = mem_alloc(sizeof(*block));

        block->before = last_block;
        last_block = block;
        block_left = POOL_BLOCK;
    }
    block_left -= size;
    return last_block->bytes + block_left;
}

void pool_free(void *object, size_t size)
{
    struct free_object *first = object;
    size_t class = (size + POOL_STEP - 1) / POOL_STEP;

    if (size > POOL_MAX) {
        free(object);
        return;
    }
    first->next = free_lists[class];
    free_lists[class] = first;
}

#endif

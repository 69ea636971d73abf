/* Size-class free lists. */
#include "base/pool.h"

#include "base/mem.h"

#include <pthread.h>
#include <stdbool.h>

enum { POOL_STEP = 16, POOL_MAX = 1024, POOL_BLOCK = 256 * 1024, POOL_BATCH = 256 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(SSP_STRESS)
#define POOL_OFF 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define POOL_OFF 1
#endif
#endif

#ifdef POOL_OFF

void pool_share(void)
{
}

void pool_give_back(void)
{
}

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
    struct free_object *batch; /* of the first one of a batch: the next batch */
};

/* Objects are as large as that at least. */
_Static_assert(sizeof(struct free_object) <= POOL_STEP, "two pointers fit in the smallest class");

struct free_list {
    struct free_object *first;
    size_t count;
};

/* Blocks live as long as the process; linked, so that tools see them in use. */
struct pool_block {
    struct pool_block *before;
    _Alignas(POOL_STEP) char bytes[POOL_BLOCK];
};

static _Thread_local struct free_list lists[POOL_MAX / POOL_STEP + 1];
static _Thread_local struct pool_block *block;
static _Thread_local size_t block_left;

/* Of all threads. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct free_object *batches[POOL_MAX / POOL_STEP + 1];
static struct pool_block *last_block;
static bool shared;

void pool_share(void)
{
    shared = true;
}

static void *new_object(size_t size)
{
    if (block_left < size) {
        block = mem_alloc(sizeof(*block));
        block_left = POOL_BLOCK;
        (void)pthread_mutex_lock(&lock);
        block->before = last_block;
        last_block = block;
        (void)pthread_mutex_unlock(&lock);
    }
    block_left -= size;
    return block->bytes + block_left;
}

/* A batch that some thread has given back; NULL: there is none. */
static struct free_object *take_batch(size_t class)
{
    struct free_object *first;

    (void)pthread_mutex_lock(&lock);
    first = batches[class];
    if (first)
        batches[class] = first->batch;
    (void)pthread_mutex_unlock(&lock);
    return first;
}

static void give_batch(size_t class, struct free_object *first)
{
    (void)pthread_mutex_lock(&lock);
    first->batch = batches[class];
    batches[class] = first;
    (void)pthread_mutex_unlock(&lock);
}

void *pool_alloc(size_t size)
{
    size_t class = (size + POOL_STEP - 1) / POOL_STEP;
    struct free_list *list;
    struct free_object *object;

    if (size > POOL_MAX)
        return mem_alloc(size);
    list = &lists[class];
    if (!list->first && shared) {
        list->first = take_batch(class);
        list->count = list->first ? POOL_BATCH : 0;
    }
    object = list->first;
    if (!object)
        return new_object(class * POOL_STEP);
    list->first = object->next;
    list->count--;
    __builtin_prefetch(list->first); /* the next one has long been free */
    return object;
}

/* Keeps one batch, gives one. */
static void spill(size_t class)
{
    struct free_list *list = &lists[class];
    struct free_object *first = list->first;
    struct free_object *last = first;

    for (size_t i = 1; i < POOL_BATCH; i++)
        last = last->next;
    list->first = last->next;
    list->count -= POOL_BATCH;
    last->next = NULL;
    give_batch(class, first);
}

void pool_free(void *object, size_t size)
{
    struct free_object *first = object;
    size_t class = (size + POOL_STEP - 1) / POOL_STEP;
    struct free_list *list;

    if (size > POOL_MAX) {
        free(object);
        return;
    }
    list = &lists[class];
    first->next = list->first;
    list->first = first;
    list->count++;
    if (shared && list->count >= (size_t)2 * POOL_BATCH)
        spill(class);
}

void pool_give_back(void)
{
    for (size_t class = 0; class <= POOL_MAX / POOL_STEP; class ++)
        while (lists[class].count >= POOL_BATCH)
            spill(class);
}

#endif

/* Threads that wait for work; see crew.h. */
#include "base/crew.h"

#include "base/check.h"
#include "base/mem.h"
#include "base/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdint.h>

bool crew_at_work;

struct crew {
    pthread_mutex_t lock;
    pthread_cond_t work; /* there is some, or it is over */
    pthread_cond_t done;
    pthread_t *threads;
    size_t thread_count; /* without the caller */
    bool over;
    uint64_t round;
    void (*task)(void *context, size_t i);
    void *context;
    size_t next; /* part to be done */
    size_t count;
    size_t busy; /* threads that still look for parts */
};

/* Parts of the round, as long as there are any; the lock is held outside of them. */
static void take_parts(struct crew *crew)
{
    while (crew->next < crew->count) {
        size_t i = crew->next++;

        (void)pthread_mutex_unlock(&crew->lock);
        crew->task(crew->context, i);
        (void)pthread_mutex_lock(&crew->lock);
    }
}

static void *member(void *argument)
{
    struct crew *crew = argument;
    uint64_t seen = 0;

    (void)pthread_mutex_lock(&crew->lock);
    for (;;) {
        while (!crew->over && crew->round == seen)
            (void)pthread_cond_wait(&crew->work, &crew->lock);
        if (crew->over)
            break;
        seen = crew->round;
        take_parts(crew);
        if (--crew->busy == 0)
            (void)pthread_cond_signal(&crew->done);
    }
    (void)pthread_mutex_unlock(&crew->lock);
    pool_give_back();
    return NULL;
}

struct crew *crew_new(size_t threads)
{
    struct crew *crew;
    sigset_t all;
    sigset_t before;

    if (threads < 2)
        return NULL;
    crew = mem_alloc_zero(sizeof(*crew));
    (void)pthread_mutex_init(&crew->lock, NULL);
    (void)pthread_cond_init(&crew->work, NULL);
    (void)pthread_cond_init(&crew->done, NULL);
    crew->threads = mem_alloc((threads - 1) * sizeof(*crew->threads));
    pool_share();
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the caller */
    while (crew->thread_count < threads - 1 &&
           pthread_create(&crew->threads[crew->thread_count], NULL, member, crew) == 0)
        crew->thread_count++; /* with fewer it takes longer */
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return crew;
}

void crew_free(struct crew *crew)
{
    if (!crew)
        return;
    (void)pthread_mutex_lock(&crew->lock);
    crew->over = true;
    (void)pthread_cond_broadcast(&crew->work);
    (void)pthread_mutex_unlock(&crew->lock);
    for (size_t i = 0; i < crew->thread_count; i++)
        (void)pthread_join(crew->threads[i], NULL);
    (void)pthread_cond_destroy(&crew->work);
    (void)pthread_cond_destroy(&crew->done);
    (void)pthread_mutex_destroy(&crew->lock);
    free(crew->threads);
    free(crew);
}

void crew_run(struct crew *crew, void (*task)(void *context, size_t i), void *context, size_t count)
{
    SSP_ASSERT(!crew_at_work);
    crew_at_work = true;
    (void)pthread_mutex_lock(&crew->lock);
    crew->task = task;
    crew->context = context;
    crew->next = 0;
    crew->count = count;
    crew->busy = crew->thread_count;
    crew->round++;
    (void)pthread_cond_broadcast(&crew->work);
    take_parts(crew);
    while (crew->busy)
        (void)pthread_cond_wait(&crew->done, &crew->lock);
    (void)pthread_mutex_unlock(&crew->lock);
    crew_at_work = false;
}

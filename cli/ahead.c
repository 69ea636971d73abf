/* The thread that reads and parses. See ahead.h. */
#include "ahead.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
    CHUNKS = 8,
    CHUNK_LINES = 512,
    CHUNK_BYTES = 128 * 1024,
    HELD_MAX = 16 * 1024 * 1024, /* bytes read ahead; more only if one line has more */
    BUSY_WAIT = 10000,           /* microseconds after which a reader that is busy counts as idle */
};

/* What a chunk knows of a line besides what its block does. */
struct place {
    struct line line; /* bytes and size are the block's */
    enum input_result result;
};

struct chunk {
    struct ssp_block *block;
    struct place places[CHUNK_LINES + 1]; /* the last one may be the end */
    size_t count;
    size_t bytes;
    int error; /* errno, at an INPUT_ERROR */
    struct chunk *next;
};

/* First in, first out. */
struct queue {
    struct chunk *first;
    struct chunk *last;
};

struct ahead {
    pthread_t thread;
    struct ssp_parser *parser;
    struct input *input;
    int64_t (*idle)(void *context); /* the input's own is the thread's, meanwhile */
    void *context;
    int ready; /* eventfd: a chunk, or the reader waits; */
    int stop;  /* the reader is to end */
    struct chunk chunks[CHUNKS];
    struct chunk *filling; /* the reader's */
    struct chunk *reading; /* the other's, */
    size_t at;             /* its next line */

    pthread_mutex_t mutex; /* for all that follows */
    pthread_cond_t room;
    struct queue full;
    struct queue empty;
    size_t held; /* bytes of full chunks, and of the one that is read */
    bool waits;  /* for input */
    bool stopped;
};

static void queue_add(struct queue *queue, struct chunk *chunk)
{
    chunk->next = NULL;
    if (queue->first)
        queue->last->next = chunk;
    else
        queue->first = chunk;
    queue->last = chunk;
}

static struct chunk *queue_take(struct queue *queue)
{
    struct chunk *chunk = queue->first;

    if (chunk)
        queue->first = chunk->next;
    return chunk;
}

static void notify(int event)
{
    const uint64_t one = 1;

    while (write(event, &one, sizeof(one)) < 0 && errno == EINTR)
        ;
}

/* Gives away what is filled and takes an empty chunk. False: it is to stop. */
static bool turn_over(struct ahead *ahead, bool waits)
{
    struct chunk *chunk;

    (void)pthread_mutex_lock(&ahead->mutex);
    if (ahead->filling && ahead->filling->count > 0) {
        queue_add(&ahead->full, ahead->filling);
        ahead->held += ahead->filling->bytes;
        ahead->filling = NULL;
    }
    ahead->waits = waits;
    notify(ahead->ready);
    while (!ahead->filling && !ahead->stopped) {
        ahead->filling = ahead->held <= HELD_MAX ? queue_take(&ahead->empty) : NULL;
        if (!ahead->filling)
            (void)pthread_cond_wait(&ahead->room, &ahead->mutex);
    }
    chunk = ahead->filling;
    (void)pthread_mutex_unlock(&ahead->mutex);
    return chunk != NULL;
}

/* The reader's input is about to wait. */
static int64_t when_waiting(void *context)
{
    (void)turn_over(context, true);
    return -1;
}

/* True: there is room for more. */
static bool add_line(struct ahead *ahead, const struct line *line, enum input_result result)
{
    struct chunk *chunk = ahead->filling;

    ssp_block_add(chunk->block, ahead->parser, line->bytes, line->size);
    chunk->bytes += line->size;
    chunk->places[chunk->count++] = (struct place){*line, result};
    return chunk->count < CHUNK_LINES && chunk->bytes < CHUNK_BYTES;
}

static void *read_ahead(void *context)
{
    struct ahead *ahead = context;
    bool goes_on = turn_over(ahead, false);

    while (goes_on) {
        struct line line = {0};
        enum input_result result = input_next(ahead->input, &line);
        int error = errno;

        if (!ahead->filling) /* stopped while it waited */
            break;
        if (result == INPUT_LINE || result == INPUT_TOO_LONG) {
            if (!add_line(ahead, &line, result))
                goes_on = turn_over(ahead, false);
            continue;
        }
        ahead->filling->error = error;
        ahead->filling->places[ahead->filling->count++] = (struct place){line, result};
        (void)turn_over(ahead, true);
        break;
    }
    return NULL;
}

/* All signals are for the other thread. */
static bool start_thread(struct ahead *ahead)
{
    sigset_t all;
    sigset_t before;
    int error;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&ahead->thread, NULL, read_ahead, ahead);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return error == 0;
}

static void ahead_free(struct ahead *ahead)
{
    for (size_t i = 0; i < CHUNKS; i++)
        ssp_block_free(ahead->chunks[i].block);
    ssp_parser_free(ahead->parser);
    if (ahead->ready >= 0)
        (void)close(ahead->ready);
    if (ahead->stop >= 0)
        (void)close(ahead->stop);
    free(ahead);
}

struct ahead *ahead_start(struct input *input, struct ssp_parser *parser)
{
    struct ahead *ahead = calloc(1, sizeof(*ahead));

    if (!ahead) {
        ssp_parser_free(parser);
        errno = ENOMEM;
        return NULL;
    }
    ahead->parser = parser;
    ahead->input = input;
    ahead->idle = input->idle;
    ahead->context = input->context;
    ahead->ready = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ahead->stop = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    (void)pthread_mutex_init(&ahead->mutex, NULL);
    (void)pthread_cond_init(&ahead->room, NULL);
    for (size_t i = 0; i < CHUNKS; i++) {
        ahead->chunks[i].block = ssp_block_new();
        queue_add(&ahead->empty, &ahead->chunks[i]);
    }
    input->idle = when_waiting;
    input->context = ahead;
    input->stop = ahead->stop;
    if (ahead->ready >= 0 && ahead->stop >= 0 && start_thread(ahead))
        return ahead;
    ahead_free(ahead);
    return NULL;
}

/* Gives an emptied chunk back and takes the next full one. *waits: the reader does, for input. */
static struct chunk *exchange(struct ahead *ahead, struct chunk *emptied, bool *waits)
{
    struct chunk *chunk;
    uint64_t count;

    (void)!read(ahead->ready, &count, sizeof(count)); /* before looking: no news is lost */
    (void)pthread_mutex_lock(&ahead->mutex);
    if (emptied) {
        ahead->held -= emptied->bytes;
        emptied->bytes = 0;
        queue_add(&ahead->empty, emptied);
        (void)pthread_cond_signal(&ahead->room);
    }
    chunk = queue_take(&ahead->full);
    *waits = ahead->waits;
    (void)pthread_mutex_unlock(&ahead->mutex);
    return chunk;
}

/* The next chunk; NULL: a signal came first. */
static struct chunk *next_chunk(struct ahead *ahead)
{
    struct chunk *emptied = ahead->reading;
    bool ready = true;

    if (emptied) {
        ssp_block_clear(emptied->block);
        emptied->count = 0;
    }
    ahead->reading = NULL;
    ahead->at = 0;
    while (!input_signal()) {
        bool waits;
        struct chunk *chunk = exchange(ahead, emptied, &waits);

        if (chunk)
            return chunk;
        emptied = NULL;
        ready =
            input_wait(ahead->ready, -1, waits || !ready ? ahead->idle(ahead->context) : BUSY_WAIT);
    }
    return NULL;
}

enum input_result ahead_next(struct ahead *ahead, struct line *line, const struct ssp_block **block,
                             size_t *index)
{
    const struct place *place;

    if (!ahead->reading || ahead->at == ahead->reading->count)
        ahead->reading = next_chunk(ahead);
    if (!ahead->reading || input_signal())
        return INPUT_STOPPED;
    place = &ahead->reading->places[ahead->at];
    *line = place->line;
    *block = ahead->reading->block;
    *index = ahead->at++;
    if (place->result == INPUT_LINE || place->result == INPUT_TOO_LONG)
        line->bytes = ssp_block_line(*block, *index, &line->size);
    else
        errno = ahead->reading->error;
    return place->result;
}

void ahead_stop(struct ahead *ahead)
{
    if (!ahead)
        return;
    (void)pthread_mutex_lock(&ahead->mutex);
    ahead->stopped = true;
    (void)pthread_cond_signal(&ahead->room);
    (void)pthread_mutex_unlock(&ahead->mutex);
    notify(ahead->stop);
    (void)pthread_join(ahead->thread, NULL);
    (void)pthread_mutex_destroy(&ahead->mutex);
    (void)pthread_cond_destroy(&ahead->room);
    ahead_free(ahead);
}

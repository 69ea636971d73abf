/* The thread that writes. See writer.h. */
#include "writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UNWRITTEN_MAX = 4 * 1024 * 1024 };

struct bytes {
    char *bytes;
    size_t size;
    size_t max;
};

struct writer {
    pthread_t thread;
    int fd;
    struct bytes writing; /* the thread's */

    pthread_mutex_t mutex; /* for all that follows */
    pthread_cond_t news;
    struct bytes given;
    bool busy;
    bool stopped;
    int error; /* errno, 0: none */
};

/* 0 or errno. */
static int write_all(int fd, const struct bytes *bytes)
{
    size_t done = 0;

    while (done < bytes->size) {
        ssize_t wrote = write(fd, bytes->bytes + done, bytes->size - done);

        if (wrote < 0 && errno != EINTR)
            return errno;
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return 0;
}

static void *write_behind(void *context)
{
    struct writer *writer = context;

    (void)pthread_mutex_lock(&writer->mutex);
    for (;;) {
        struct bytes bytes = writer->given;
        int error;

        if (writer->stopped || writer->error)
            break;
        if (bytes.size == 0) {
            (void)pthread_cond_wait(&writer->news, &writer->mutex);
            continue;
        }
        writer->given = writer->writing;
        writer->given.size = 0;
        writer->writing = bytes;
        writer->busy = true;
        (void)pthread_mutex_unlock(&writer->mutex);
        error = write_all(writer->fd, &bytes);
        (void)pthread_mutex_lock(&writer->mutex);
        writer->busy = false;
        writer->error = error;
        (void)pthread_cond_broadcast(&writer->news);
    }
    (void)pthread_mutex_unlock(&writer->mutex);
    return NULL;
}

static void writer_free(struct writer *writer)
{
    (void)pthread_mutex_destroy(&writer->mutex);
    (void)pthread_cond_destroy(&writer->news);
    free(writer->given.bytes);
    free(writer->writing.bytes);
    free(writer);
}

struct writer *writer_start(int fd)
{
    struct writer *writer = calloc(1, sizeof(*writer));
    sigset_t most;
    sigset_t before;
    int error;

    if (!writer) {
        errno = ENOMEM;
        return NULL;
    }
    writer->fd = fd;
    (void)pthread_mutex_init(&writer->mutex, NULL);
    (void)pthread_cond_init(&writer->news, NULL);
    (void)sigfillset(&most);
    (void)sigdelset(&most, SIGPIPE);
    (void)pthread_sigmask(SIG_SETMASK, &most, &before);
    error = pthread_create(&writer->thread, NULL, write_behind, writer);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0)
        return writer;
    writer_free(writer);
    errno = error;
    return NULL;
}

static bool make_room(struct bytes *bytes, size_t more)
{
    size_t max = bytes->max;
    char *bigger;

    while (max < bytes->size + more)
        max = max * 2 + 4096;
    if (max == bytes->max)
        return true;
    bigger = realloc(bytes->bytes, max);
    if (!bigger)
        return false;
    bytes->bytes = bigger;
    bytes->max = max;
    return true;
}

bool writer_give(struct writer *writer, const char *bytes, size_t size)
{
    struct bytes *given = &writer->given;
    int error;

    (void)pthread_mutex_lock(&writer->mutex);
    while (given->size >= UNWRITTEN_MAX && !writer->error)
        (void)pthread_cond_wait(&writer->news, &writer->mutex);
    error = writer->error;
    if (!error && !make_room(given, size))
        error = ENOMEM;
    if (!error && size > 0) {
        memcpy(given->bytes + given->size, bytes, size);
        given->size += size;
        (void)pthread_cond_broadcast(&writer->news);
    }
    (void)pthread_mutex_unlock(&writer->mutex);
    errno = error;
    return error == 0;
}

bool writer_wait(struct writer *writer)
{
    int error;

    (void)pthread_mutex_lock(&writer->mutex);
    while ((writer->given.size > 0 || writer->busy) && !writer->error)
        (void)pthread_cond_wait(&writer->news, &writer->mutex);
    error = writer->error;
    (void)pthread_mutex_unlock(&writer->mutex);
    errno = error;
    return error == 0;
}

void writer_stop(struct writer *writer)
{
    if (!writer)
        return;
    (void)pthread_mutex_lock(&writer->mutex);
    writer->stopped = true;
    (void)pthread_cond_broadcast(&writer->news);
    (void)pthread_mutex_unlock(&writer->mutex);
    (void)pthread_join(writer->thread, NULL);
    writer_free(writer);
}

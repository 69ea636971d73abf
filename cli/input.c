/* Reading logs line by line, and the signals that may interrupt it. */
#include "input.h"

#include "ssp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 256 * 1024, REREAD_STEP = 4096 };

/* Atomic, because other threads may look. */
static atomic_int caught;
static atomic_int asked;

static void on_signal(int number)
{
    caught = number;
}

static void on_question(int number)
{
    (void)number;
    asked = 1;
}

void input_catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction question = {.sa_handler = on_question, .sa_flags = SA_RESTART};

    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGUSR1, &question, NULL);
}

bool input_asked(void)
{
    bool was = asked != 0;

    if (was)
        asked = 0;
    return was;
}

int input_signal(void)
{
    return caught;
}

bool input_open(struct input *input, const char *path, size_t max_line)
{
    bool standard = strcmp(path, "-") == 0;

    *input = (struct input){.name = standard ? "<stdin>" : path, .stop = -1, .max_line = max_line};
    input->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0)
        return false;
    input->max = BLOCK;
    input->bytes = malloc(input->max + SSP_PADDING);
    if (!input->bytes) {
        input_close(input);
        errno = ENOMEM;
        return false;
    }
    memset(input->bytes, 0, input->max + SSP_PADDING);
    input->base = lseek(input->fd, 0, SEEK_CUR);
    return true;
}

void input_close(struct input *input)
{
    if (input->fd > STDIN_FILENO)
        (void)close(input->fd);
    free(input->bytes);
    input->bytes = NULL;
}

/* Between looking at the flags and going to sleep no signal can slip in. */
bool input_wait(int fd, int other, int64_t microseconds)
{
    const struct timespec time = {(time_t)(microseconds / 1000000),
                                  (long)(microseconds % 1000000) * 1000};
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = other, .events = POLLIN}};
    sigset_t block;
    sigset_t before;
    int ready = 0;

    (void)sigemptyset(&block);
    (void)sigaddset(&block, SIGINT);
    (void)sigaddset(&block, SIGTERM);
    (void)sigaddset(&block, SIGUSR1);
    (void)pthread_sigmask(SIG_BLOCK, &block, &before);
    if (other >= 0 || (!caught && !asked))
        ready = ppoll(fds, 2, microseconds < 0 ? NULL : &time, &before);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* lets in what came together with input */
    return ready > 0 || (ready < 0 && !caught && errno != EINTR); /* the read will tell */
}

static bool is_stopped(const struct input *input)
{
    struct pollfd stop = {.fd = input->stop, .events = POLLIN};

    return input->stop < 0 ? caught != 0 : poll(&stop, 1, 0) != 0;
}

/* Waits until a read would not block. False: it is to stop. */
static bool wait_readable(struct input *input)
{
    struct pollfd poll_fd = {.fd = input->fd, .events = POLLIN};
    bool ready = poll(&poll_fd, 1, 0) != 0;

    while (!ready && !is_stopped(input))
        ready = input_wait(input->fd, input->stop, input->idle(input->context));
    return !is_stopped(input);
}

/* Moves what is left to the front, makes room, reads a block. */
static enum input_result fill(struct input *input)
{
    ssize_t got;

    if (input->start > 0) {
        input->base += (off_t)input->start;
        memmove(input->bytes, input->bytes + input->start, input->end - input->start);
        input->end -= input->start;
        input->start = 0;
    }
    if (input->end == input->max) {
        char *bigger = realloc(input->bytes, input->max * 2 + SSP_PADDING);

        if (!bigger) {
            errno = ENOMEM;
            return INPUT_ERROR;
        }
        input->bytes = bigger;
        input->max *= 2;
    }
    if (!wait_readable(input))
        return INPUT_STOPPED;
    do
        got = read(input->fd, input->bytes + input->end, input->max - input->end);
    while (got < 0 && errno == EINTR && !is_stopped(input));
    if (got < 0)
        return errno == EINTR ? INPUT_STOPPED : INPUT_ERROR;
    input->end += (size_t)got;
    input->read += (uint64_t)got;
    input->eof = got == 0;
    memset(input->bytes + input->end, 0, SSP_PADDING);
    return INPUT_LINE;
}

static bool is_blank(const char *line, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    return true;
}

/* The rest of a line that is too long is read and thrown away. */
static enum input_result skip_line(struct input *input)
{
    for (;;) {
        char *lf = memchr(input->bytes + input->start, '\n', input->end - input->start);
        enum input_result result;

        if (lf) {
            input->start = (size_t)(lf - input->bytes) + 1;
            return INPUT_TOO_LONG;
        }
        input->start = input->end;
        if (input->eof)
            return INPUT_TOO_LONG;
        result = fill(input);
        if (result != INPUT_LINE)
            return result;
    }
}

/* One line, blank ones included. */
static enum input_result next_line(struct input *input, struct line *line)
{
    size_t searched = 0;

    for (;;) {
        char *begin = input->bytes + input->start;
        size_t have = input->end - input->start;
        char *lf = memchr(begin + searched, '\n', have - searched);
        enum input_result result;

        if (lf || (input->eof && have > 0)) {
            line->bytes = begin;
            line->size = lf ? (size_t)(lf - begin) : have;
            line->whole = lf != NULL;
            input->start += line->size + line->whole;
            input->line++;
            return line->size > input->max_line ? INPUT_TOO_LONG : INPUT_LINE;
        }
        if (input->eof)
            return INPUT_END;
        if (have > input->max_line) {
            input->line++;
            return skip_line(input);
        }
        searched = have;
        result = fill(input);
        if (result != INPUT_LINE)
            return result;
    }
}

static void skip_bom(const struct input *input, struct line *line)
{
    line->bom = input->line == 1 && line->size >= 3 && memcmp(line->bytes, "\xef\xbb\xbf", 3) == 0;
    line->bytes += line->bom ? 3 : 0;
    line->size -= line->bom ? 3 : 0;
}

enum input_result input_next(struct input *input, struct line *line)
{
    enum input_result result;

    do { /* while it waits, the line tells how far it has come */
        result = input->stop < 0 && caught ? INPUT_STOPPED : next_line(input, line);
        if (result == INPUT_LINE)
            skip_bom(input, line);
        line->number = input->line;
        line->taken = input->read - (input->end - input->start);
    } while (result == INPUT_LINE && is_blank(line->bytes, line->size));
    if (result == INPUT_LINE)
        line->offset = input->base + (line->bytes - input->bytes);
    else
        line->size = 0;
    return result;
}

bool input_held(struct input *input, struct line *line)
{
    do {
        char *begin = input->bytes + input->start;
        char *lf = memchr(begin, '\n', input->end - input->start);

        if (!lf || (size_t)(lf - begin) > input->max_line)
            return false;
        *line = (struct line){.bytes = begin, .size = (size_t)(lf - begin), .whole = true};
        input->start += line->size + 1;
        line->number = ++input->line;
    } while (is_blank(line->bytes, line->size));
    line->taken = input->read - (input->end - input->start);
    line->offset = input->base + (line->bytes - input->bytes);
    return true;
}

char *input_slurp(const char *path, size_t *size)
{
    bool standard = strcmp(path, "-") == 0;
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    size_t max = (size_t)64 * 1024;
    char *bytes = malloc(max + SSP_PADDING);
    ssize_t got = fd < 0 || !bytes ? -1 : 1;

    *size = 0;
    while (got > 0) {
        if (*size == max) {
            char *bigger = realloc(bytes, max * 2 + SSP_PADDING);

            if (!bigger)
                break;
            bytes = bigger;
            max *= 2;
        }
        got = read(fd, bytes + *size, max - *size);
        *size += got > 0 ? (size_t)got : 0;
    }
    if (fd > STDIN_FILENO) {
        int error = errno;

        (void)close(fd);
        errno = error;
    }
    if (got != 0) {
        free(bytes);
        return NULL;
    }
    memset(bytes + *size, 0, SSP_PADDING);
    return bytes;
}

bool input_is_regular(const char *path)
{
    struct stat status;

    if ((strcmp(path, "-") == 0 ? fstat(STDIN_FILENO, &status) : stat(path, &status)) != 0)
        return false;
    return S_ISREG(status.st_mode);
}

static bool reread_open(struct reread *reread, const char *path)
{
    if (reread->path && strcmp(reread->path, path) == 0)
        return true;
    if (reread->path && reread->fd > STDIN_FILENO)
        (void)close(reread->fd);
    reread->path = NULL;
    reread->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (reread->fd < 0)
        return false;
    reread->path = path;
    return true;
}

bool reread_line(struct reread *reread, const char *path, off_t offset, const char **line,
                 size_t *size)
{
    size_t have = 0;

    if (!reread_open(reread, path))
        return false;
    for (;;) {
        const char *lf;
        size_t step;
        ssize_t got;

        if (have == reread->max) {
            size_t max = reread->max ? reread->max * 2 : 4096;
            char *bigger = realloc(reread->bytes, max + SSP_PADDING);

            if (!bigger)
                return false;
            reread->bytes = bigger;
            reread->max = max;
        }
        step = have ? have : REREAD_STEP; /* most lines are short, whatever the longest was */
        step = step < reread->max - have ? step : reread->max - have;
        got = pread(reread->fd, reread->bytes + have, step, offset + (off_t)have);
        if (got < 0)
            return false;
        lf = memchr(reread->bytes + have, '\n', (size_t)got);
        have += (size_t)got;
        if (lf || got == 0) {
            *line = reread->bytes;
            *size = lf ? (size_t)(lf - reread->bytes) : have;
            memset(reread->bytes + have, 0, SSP_PADDING);
            return true;
        }
    }
}

void reread_release(struct reread *reread)
{
    if (reread->path && reread->fd > STDIN_FILENO)
        (void)close(reread->fd);
    free(reread->bytes);
}

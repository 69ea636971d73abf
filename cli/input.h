#ifndef SSP_CLI_INPUT_H
#define SSP_CLI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Lines from a file descriptor: read in blocks, handed out where they lie, with SSP_PADDING
 * readable bytes behind each. A BOM at the start is skipped. Before a read that would block, idle()
 * is called, so that what was written goes out while nothing comes in, and what is due by the clock
 * is done; it tells for how many microseconds to wait before it is called again, below 0: for ever.
 */
struct input {
    const char *name; /* for messages */
    int fd;
    int stop; /* a file descriptor; readable: INPUT_STOPPED, in place of a signal; -1: none */
    char *bytes;
    size_t max;    /* room, padding not included */
    off_t base;    /* offset in the file of bytes[0] */
    size_t start;  /* of the next line */
    size_t end;    /* of what was read */
    size_t line;   /* number of the line handed out last */
    uint64_t read; /* bytes so far */
    size_t max_line;
    bool eof;
    int64_t (*idle)(void *context);
    void *context;
};

struct line {
    const char *bytes; /* until the next one is read */
    size_t size;
    size_t number;  /* from 1 */
    off_t offset;   /* in the file */
    uint64_t taken; /* bytes of the log up to here */
    bool whole;     /* an LF stands behind it */
    bool bom;       /* stood before it */
};

enum input_result {
    INPUT_LINE,
    INPUT_TOO_LONG, /* longer than max_line; skipped, only the place is known */
    INPUT_END,
    INPUT_STOPPED, /* SIGINT or SIGTERM came */
    INPUT_ERROR,   /* errno */
};

/* "-" is standard input. False: errno. */
bool input_open(struct input *input, const char *path, size_t max_line);
void input_close(struct input *input);

/* Whatever it is, the number of the last line and what is taken are told. */
enum input_result input_next(struct input *input, struct line *line);

/* The next line if that has been read already, so that all lines since the last input_next() stay
 * where they are. False: ask input_next(). */
bool input_held(struct input *input, struct line *line);

/* Waits until one of the two can be read, so long and below 0 for ever; a descriptor below 0 is
 * none. Signals that are caught are let in only meanwhile. True: one can. */
bool input_wait(int fd, int other, int64_t microseconds);

/* True if its bytes can be read again: a regular file. */
bool input_is_regular(const char *path);

/* Reads the line that begins at an offset, padded, into a buffer that is kept and reused. */
struct reread {
    const char *path; /* that is open; NULL: none */
    int fd;
    char *bytes;
    size_t max;
};

bool reread_line(struct reread *reread, const char *path, off_t offset, const char **line,
                 size_t *size);
void reread_release(struct reread *reread);

/* A whole file, padded, to be freed; NULL: errno. */
char *input_slurp(const char *path, size_t *size);

/* From now on SIGINT and SIGTERM only make input_next() return INPUT_STOPPED; a second one kills.
 * input_signal() is the one that came, 0 if none. */
void input_catch_signals(void);
int input_signal(void);

/* Whether SIGUSR1 came since the last call; it also makes a wait call idle() again. */
bool input_asked(void);

#endif

#ifndef SSP_CLI_LINES_H
#define SSP_CLI_LINES_H

#include "input.h"
#include "ssp.h"

/*
 * The lines of one log. With a parser they are parsed before they are asked for: on a thread
 * (ahead.h), or here, as many as have been read and fit a handful, so that the engine can bring
 * into the cache what it will need for the ones to come. Either way they come in their order and
 * with the same places, and nobody waits for a line but for the one that is asked for.
 */
enum { HANDFUL = 128 };

struct handful {
    struct ssp_parser *parser; /* NULL: lines are not parsed */
    struct ssp_block *block;
    struct line lines[HANDFUL];
    size_t count;
    size_t at; /* the next one */
};

struct lines {
    const char *name;              /* of the log, for messages */
    struct line line;              /* handed out last */
    const struct ssp_block *block; /* in which it is parsed, */
    size_t index;                  /* as this one; NULL: it is not */
    struct input input;
    struct handful handful;
    struct ahead *ahead; /* NULL: nothing is read ahead */
};

/* How lines are parsed; lines_close() frees the parser. */
struct lines_parse {
    struct ssp_parser *parser; /* NULL: not at all */
    bool thread;               /* on another thread */
};

/* idle: see input.h. False: errno. */
bool lines_open(struct lines *lines, const char *path, size_t max_line,
                int64_t (*idle)(void *context), void *context, struct lines_parse parse);
void lines_close(struct lines *lines); /* again: nothing */

/* The next one into lines->line. */
enum input_result lines_next(struct lines *lines);

#endif

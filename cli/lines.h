#ifndef SSP_CLI_LINES_H
#define SSP_CLI_LINES_H

#include "input.h"
#include "ssp.h"

/*
 * The lines of one log, read when they are asked for, or ahead of that on a thread that also parses
 * them (ahead.h). Either way they come in their order and with the same places.
 */
struct lines {
    const char *name;              /* of the log, for messages */
    struct line line;              /* handed out last */
    const struct ssp_block *block; /* in which it is parsed, */
    size_t index;                  /* as this one; NULL: it is not */
    struct input input;
    struct ahead *ahead; /* NULL: nothing is read ahead */
};

/* idle: see input.h. With a parser lines are parsed on another thread; lines_close() frees it.
 * False: errno. */
bool lines_open(struct lines *lines, const char *path, size_t max_line,
                int64_t (*idle)(void *context), void *context, struct ssp_parser *parser);
void lines_close(struct lines *lines); /* again: nothing */

/* The next one into lines->line. */
enum input_result lines_next(struct lines *lines);

#endif

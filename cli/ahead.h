#ifndef SSP_CLI_AHEAD_H
#define SSP_CLI_AHEAD_H

#include "input.h"
#include "ssp.h"

/*
 * Reading and parsing ahead: a thread fills chunks of lines from an input, while whoever asks for
 * lines empties them. A few chunks go round between the two, so that memory is bounded. The reader
 * gives a chunk away when it is full, or when it would have to wait for input.
 *
 * Signals are the other thread's; it is that thread that waits, for the reader or a signal, and
 * calls input->idle() when the reader has to wait for input.
 */
struct ahead;

/* Takes over the parser; the input until ahead_stop(). NULL: errno. */
struct ahead *ahead_start(struct input *input, struct ssp_parser *parser);

/* As input_next(). The line is number *index of *block, until the next one is asked for. */
enum input_result ahead_next(struct ahead *ahead, struct line *line, const struct ssp_block **block,
                             size_t *index);

/* Ends the thread, whatever it is doing; what it has read and nobody has asked for is gone. */
void ahead_stop(struct ahead *ahead);

#endif

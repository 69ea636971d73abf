#ifndef SSP_CLI_WRITER_H
#define SSP_CLI_WRITER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writing behind: a thread writes to a file descriptor what it has been given, in order. It is
 * given copies, and whoever gives waits while too much is unwritten. Signals are not for the
 * thread, but SIGPIPE, which ends the process as ever.
 */
struct writer;

struct writer *writer_start(int fd); /* NULL: errno */

/* False: errno; something that was given could not be written, and nothing after it was. */
bool writer_give(struct writer *writer, const char *bytes, size_t size);
bool writer_wait(struct writer *writer); /* until all is written */

/* Ends the thread; what is not written by then is lost. */
void writer_stop(struct writer *writer);

#endif

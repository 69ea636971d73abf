#ifndef SSP_CLI_PROGRESS_H
#define SSP_CLI_PROGRESS_H

#include "run.h"

/*
 * --progress: one line on standard error, drawn over again, of how far the logs are read. Whoever
 * writes to the terminal calls progress_clear() first; the next drawing brings the line back.
 */
void progress_start(struct run *run);

/* Draws if it is time to. */
void progress_draw(struct run *run);

/* Microseconds until it is; below 0: never. */
int64_t progress_wait(const struct run *run);

void progress_clear(void);
void progress_clear_for_output(void); /* if updates go to a terminal */

/* Draws for the last time, and leaves the line. */
void progress_end(struct run *run);

#endif

#ifndef SSP_CLI_REPORT_H
#define SSP_CLI_REPORT_H

#include "run.h"

/* Statistics and profiles (ssp-stats(5)): when and where they are written. */

/* Before ssp_new(): what will be asked for has to be measured. */
void report_prepare(struct run *run);

/* SIGUSR1 came, or an interval is over: writes statistics then. What cannot be written ends the
 * command. */
void report_due(struct run *run);

/* Microseconds until the next interval is over; below 0: never. */
int64_t report_wait(const struct run *run);

/* At the end: writes what is wanted. Returns 0 or an exit status, and has said why. */
int report_end(struct run *run);

#endif

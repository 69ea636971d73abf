#ifndef SSP_CLI_REPORT_H
#define SSP_CLI_REPORT_H

#include "run.h"

/* Statistics (ssp-stats(5)): when and where they are written. */

/* Before ssp_new(): what will be asked for has to be measured. */
void report_prepare(struct run *run);

/* Writes them, if they are wanted. Returns 0 or an exit status, and has said why. */
int report_stats(struct run *run, const char *at);

#endif

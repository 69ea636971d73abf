#ifndef SSP_CLI_RUN_H
#define SSP_CLI_RUN_H

#include "lines.h"
#include "options.h"
#include "ssp.h"
#include "writer.h"

#include <stdio.h>

/* A run of the command: what its parts share. */
struct run {
    struct options options;
    size_t file; /* the one being read: loads first, then logs */
    struct reread reread;
    struct ssp *ssp;
    int out;
    struct writer *writer; /* to it, with threads; NULL */
    FILE *rejects;
    FILE *stats;
    FILE *profile;
    int64_t next_report; /* by run_clock(); INT64_MAX: none */
    uint64_t started;    /* nanoseconds of the clock */
    struct lines log;    /* being read */
    uint64_t lines;      /* of those before it */
    uint64_t bytes_in;
    uint64_t bytes_out;
    int status;       /* so far: 0, or SSP_INCOMPLETE */
    uint64_t errors;  /* bad lines */
    uint64_t applied; /* good ones */
    uint64_t flushed; /* steps whose output was written, for --line-buffered */
};

/* Microseconds of a clock that never goes back and costs next to nothing; a few milliseconds late.
 */
int64_t run_clock(void);

/* output.c: where things are written. Functions that return int return 0 or an exit status, and
 * have said why. */
int fail_system(const char *name); /* says errno */
void print_error(FILE *to, const struct ssp_error *error, const char *name);
int open_outputs(struct run *run);
int close_outputs(struct run *run);

/* plans.c: hands the plan files to the engine. 0, or an exit status; it has said why. */
int read_plans(struct run *run);

/* Everything written so far goes out, and is out; what cannot be written ends the command. */
void flush_output(struct run *run);
void flush_if_due(struct run *run);   /* out, sooner or later, if there is much of it */
void flush_messages(struct run *run); /* the engine's, before one of the command's own */

#endif

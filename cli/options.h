#ifndef SSP_CLI_OPTIONS_H
#define SSP_CLI_OPTIONS_H

#include "ssp.h"

/* The command line, read and checked. Strings are argv's. */
struct list {
    const char **items;
    size_t count;
};

enum progress_option { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct options {
    struct ssp_options engine;
    bool batch_given; /* or engine.batch is a default */
    struct list plans;
    const char *plan_format; /* "json" or "sql"; NULL: by the name of the file */
    struct list loads;
    struct list logs;    /* "-" is standard input */
    bool from_stdin;     /* no LOG was given */
    const char *output;  /* NULL: standard output */
    const char *rejects; /* NULL: bad lines are not kept */
    bool skip;           /* --on-error=skip */
    uint64_t max_errors; /* 0: no limit */
    size_t max_line;
    const char *explain; /* NULL: run */
    bool check;
    bool line_buffered;
    bool stats;
    const char *stats_file;   /* NULL: standard error */
    const char *stats_format; /* json, text or prometheus */
    int64_t stats_every;      /* microseconds; 0: never */
    const char *profile;      /* a file; NULL: none */
    enum progress_option progress;
    bool quiet;
    bool verbose;
    bool parse_only; /* --bench=parse, for tests/bench */
};

enum options_result { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_BAD };

/* OPTIONS_DONE: help or version is printed; OPTIONS_BAD: the reason is, on stderr. */
enum options_result options_read(struct options *options, int argc, char **argv);
void options_release(struct options *options);

#endif

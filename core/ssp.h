#ifndef SSP_SSP_H
#define SSP_SSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The engine as a library: plans and lines in, lines of updates out. It opens no file, knows no
 * clock and prints nothing; the command around it does (cli/).
 *
 *     ssp_new  ssp_plan...  ssp_load...  ssp_start  ssp_line...  ssp_end  ssp_free
 *
 * Output collects in a buffer that the caller takes whenever it likes. Functions that can fail
 * return an exit status of the command (0, or SSP_USAGE or SSP_BAD_LINE) and fill in the error.
 * No memory ends the process.
 */
enum {
    SSP_OK = 0,
    SSP_INCOMPLETE = 1, /* done, but something was dropped or a view was wrong */
    SSP_USAGE = 2,      /* options, plans, the operating system */
    SSP_BAD_LINE = 3,
};

enum { SSP_PADDING = 64 }; /* readable bytes needed behind every text handed in */

struct ssp_error {
    int status;
    const char *source; /* as handed in, NULL if unknown */
    size_t line;        /* from 1, 0 if unknown */
    size_t column;      /* from 1, in bytes, 0 if unknown */
    bool torn; /* a line that begins an object and does not end it: it may have been cut off */
    char message[320]; /* one line, lower case, no full stop */
};

struct ssp_options {
    const char *format;    /* of views that state none; NULL: "streaming" */
    const char *emit;      /* NULL: "ids" */
    const char *semantics; /* NULL: "membership" */
    uint64_t batch;        /* mutations a step; 0: no limit */
    uint64_t max_pending;  /* a step when so many wait, whatever else is set; 0: no limit */
    const char *window;    /* "5s": a step so long after its first mutation; NULL: whenever */
    const char *window_on; /* windows are of this field of mutations; NULL: of ssp_clock() */
    const char *batch_on;  /* a step for each run of mutations that agree on it; NULL: no runs */
    bool no_coalesce;
    bool strict;
    bool keep_prefix; /* --id-prefix=keep */
    bool loads;       /* lines before ssp_start() are content that was there already */
    bool initial;     /* ssp_start() writes every view, whatever was there */
    bool hash;
    bool seq;
    uint64_t threads; /* that large steps may run on; 0 and 1: the caller's alone */
    bool prompt;      /* what a step writes is there when the line is done, whatever the threads */
    uint64_t verify;  /* every so many steps; 0: never */
    /* Reads the line at a place again (ssp_next_place()), padded; false: it cannot. With it, rows
     * that no view shows are kept as the fields that plans read and a hash. NULL: rows are kept
     * whole.
     */
    bool (*reread)(void *context, uint64_t place, const char **bytes, size_t *size);
    void *reread_context;
    uint64_t seed; /* secret of the hash tables; outputs do not depend on it */
    /* Nanoseconds of a clock that never goes back. With it steps, operators and views are timed,
     * for ssp_stats(): a sample of them, all if `profile` is set. Outputs do not depend on it.
     * NULL: nothing is timed. */
    uint64_t (*stopwatch)(void);
    bool profile;
    /* With threads: nanoseconds of processor time that the calling thread has used, by which work
     * is divided. Outputs do not depend on it. NULL: it is divided as it comes. */
    uint64_t (*thread_time)(void);
    unsigned trace; /* SSP_TRACE_..., as lines among the messages */
};

enum { SSP_TRACE_STEPS = 1, SSP_TRACE_VIEWS = 2, SSP_TRACE_WEIGHTS = 4 };

struct ssp_counters {
    uint64_t mutations;       /* taken in, --load not included */
    uint64_t records;         /* changed, after coalescing */
    uint64_t unchanged;       /* mutations that left the content as it was */
    uint64_t stale;           /* mutations with an old version */
    uint64_t create_existing; /* what --strict refuses */
    uint64_t update_missing;
    uint64_t delete_missing;
    uint64_t late;     /* mutations with a time before the window they joined */
    uint64_t too_late; /* mutations not taken, by the lateness of their table */
    uint64_t steps;
    uint64_t updates;     /* lines written */
    uint64_t differences; /* found by verify */
    uint64_t nodes;       /* operators in the circuit */
    uint64_t rows_in;     /* over all operators */
    uint64_t rows_out;
    uint64_t work; /* entries looked at in operators' states */
    uint64_t state_bytes;
    uint64_t state_rows;
};

/* Microseconds of text such as "16ms", "5s", "2m" or "1h"; false: it is something else. */
bool ssp_duration(const char *text, int64_t *microseconds);

struct ssp;

struct ssp *ssp_new(const struct ssp_options *options, struct ssp_error *error);
void ssp_free(struct ssp *ssp);

/* A plan file: one or more views. Before ssp_start(). */
int ssp_plan(struct ssp *ssp, const char *source, const char *bytes, size_t size,
             struct ssp_error *error);

/* The same, in SQL. */
int ssp_plan_sql(struct ssp *ssp, const char *source, const char *bytes, size_t size,
                 struct ssp_error *error);

/* A line of a log, without its LF. Before ssp_start() it is loaded silently. */
int ssp_line(struct ssp *ssp, const char *source, size_t number, const char *bytes, size_t size,
             struct ssp_error *error);

/*
 * Reading ahead. A block takes copies of lines and parses them; ssp_line_ahead() does with one of
 * them what ssp_line() does, and says the same of a bad one. A parser and the blocks it fills may
 * be used on another thread than the engine, each by one thread at a time. The parser has the
 * settings of the engine as they are when it is made: one for what is loaded, another after
 * ssp_start().
 */
struct ssp_parser;
struct ssp_block;

struct ssp_parser *ssp_parser_new(const struct ssp *ssp);
void ssp_parser_free(struct ssp_parser *parser);
struct ssp_block *ssp_block_new(void);
void ssp_block_free(struct ssp_block *block);
void ssp_block_clear(struct ssp_block *block);

/* Lines count from 0. The text of a line is padded, and stays until the block is cleared. */
void ssp_block_add(struct ssp_block *block, struct ssp_parser *parser, const char *bytes,
                   size_t size);
/* The same without a copy: the text is padded, and the caller's until the block is cleared. */
void ssp_block_refer(struct ssp_block *block, struct ssp_parser *parser, const char *bytes,
                     size_t size);
const char *ssp_block_line(const struct ssp_block *block, size_t i, size_t *size);
int ssp_line_ahead(struct ssp *ssp, const char *source, size_t number,
                   const struct ssp_block *block, size_t i, struct ssp_error *error);

/* Before ssp_line(): that line can be read again, at this place. */
void ssp_next_place(struct ssp *ssp, uint64_t place);

/*
 * The time, in microseconds from any beginning, never decreasing: a step whose window is over and
 * what is due of views that write less often. Called before lines, and when ssp_alarm() has come;
 * not needed while ssp_needs_clock() is false.
 */
void ssp_clock(struct ssp *ssp, int64_t now);
bool ssp_needs_clock(const struct ssp *ssp);
int64_t ssp_alarm(const struct ssp *ssp); /* INT64_MAX: nothing is due before the next line */

/* Evaluates the views over what was loaded. */
void ssp_start(struct ssp *ssp);

/* A step now, if anything waits and no transaction is open. */
void ssp_flush(struct ssp *ssp);

/* The log is over: the last step. SSP_INCOMPLETE if an open transaction was dropped. */
int ssp_end(struct ssp *ssp, struct ssp_error *error);

/* With threads: until all steps so far have written. */
void ssp_wait(struct ssp *ssp);

/* Lines of updates so far, with threads those that are ready; ssp_output_taken() empties the
 * buffer. */
const char *ssp_output(const struct ssp *ssp, size_t *size);
void ssp_output_taken(struct ssp *ssp);

/* What verify found, as text for people; emptied likewise. */
const char *ssp_messages(const struct ssp *ssp, size_t *size);
void ssp_messages_taken(struct ssp *ssp);

/* Appends the circuit to the output: "text", "json" or "dot", or the plans as JSON: "plan", or in
 * SQL: "sql". SSP_USAGE: there is no such format, or a plan that has no SQL. */
int ssp_explain(struct ssp *ssp, const char *format, struct ssp_error *error)
    __attribute__((warn_unused_result));

struct ssp_counters ssp_counters(struct ssp *ssp);

/* What only the caller knows of a run, for ssp_stats(). Times in nanoseconds. */
struct ssp_outside {
    const char *at; /* why now: "end", "signal", ... */
    uint64_t elapsed;
    uint64_t cpu;
    uint64_t peak_memory; /* bytes */
    uint64_t lines;       /* of all logs and loads */
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t rejected;
};

/* The statistics of ssp-stats(5) so far: "json" (one line), "text" or "prometheus"; NULL: no such
 * format. The text stays until the next report. */
const char *ssp_stats(struct ssp *ssp, const char *format, const struct ssp_outside *outside,
                      size_t *size);

/* With options.profile: the time of operators and views so far, as folded stacks (ssp-stats(5)). */
const char *ssp_profile(struct ssp *ssp, size_t *size);
uint64_t ssp_steps(const struct ssp *ssp);

/* Reads a line as ssp_line() would and applies nothing: the floor that benchmarks compare with. */
int ssp_parse_only(struct ssp *ssp, const char *bytes, size_t size, struct ssp_error *error);

#endif

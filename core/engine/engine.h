#ifndef SSP_ENGINE_ENGINE_H
#define SSP_ENGINE_ENGINE_H

#include "engine/batch.h"
#include "engine/meter.h"
#include "engine/pace.h"
#include "engine/refresh.h"
#include "engine/view.h"
#include "plan/read.h"
#include "ssp.h"

/*
 * What the parts of the engine share: the tables, the mutations that wait, the one circuit, the
 * views in the order of the plan files, and the output.
 */
struct ssp {
    struct ssp_options options;
    struct plan_defaults defaults;
    struct mutation_reader reader;
    struct mutation_reader rereader; /* for lines read again while another is open */
    struct lean lean;
    bool lean_planned;
    struct store store;
    struct batch batch;
    struct pace pace;
    struct refresh refresh;
    struct arena arena;           /* of paths of options */
    const struct path *time_path; /* NULL: no --window-on */
    const struct path *run_path;  /* NULL: no --batch-on */
    struct circuit circuit;
    struct crew *crew; /* NULL: one thread */
    struct view **views;
    size_t view_count;
    size_t view_max;
    size_t timed_views; /* whose refresh is a duration */
    uint64_t next_ordinal;
    struct view **changed; /* scratch of a step */
    size_t changed_max;
    bool started;
    bool broken; /* a line could not be read again: there is no going on */
    uint64_t steps;
    uint64_t updates;
    uint64_t records; /* in them */
    uint64_t differences;
    uint64_t evaluated; /* views computed anew after the start */
    struct meter meter;
    struct relay *relay; /* NULL: every step is whole before the next begins */
    struct {             /* updates, on whichever thread does (relay.h) */
        struct buf *out;
        struct timer *timer;
    } writing;
    struct buf trace; /* lines of views, until it is known what stands before them */
    struct buf report;
    struct schemas schemas;
    struct buf plans; /* as JSON, for --explain=plan */
    struct buf out;
    struct buf messages;
    const char *source; /* of the last line, for verify's messages */
    size_t line;
    size_t begin;         /* line of the open transaction's begin */
    uint64_t place;       /* where the next line can be read again */
    struct buf line_text; /* kept under verify */
};

/* engine/options.c: what struct ssp_options says in words, checked. */
enum status engine_read_options(struct ssp *ssp, struct err *err);

/* What went wrong, as the library's users see it; returns its status. */
int engine_give(struct ssp_error *error, const struct err *err, bool torn);

/* engine/step.c: the change that waits goes through the circuit and the views. */
void engine_step(struct ssp *ssp);
void engine_settle(struct ssp *ssp); /* the same, and it and all before it are done */
struct view_line engine_line(const struct ssp *ssp, enum view_mark mark);

/* Of a step that has gone through the circuit: each view that changed, or is due, writes. */
void engine_write_changed(struct ssp *ssp, const struct circuit_run *run, uint64_t step,
                          int64_t time);

/* The view's line for a change, into the output, with what is traced and measured of it. */
void engine_write(struct ssp *ssp, struct view *view, const struct zset *change,
                  const struct view_line *line);

/* What is traced of views goes to the messages; a step does so itself. */
void engine_tell_trace(struct ssp *ssp);
/* The views that are due by the clock write what they have held back; no step. */
void engine_write_due(struct ssp *ssp);
void engine_write_held(struct ssp *ssp, struct view *view); /* due or not */
void engine_write_all_held(struct ssp *ssp);

/* Drops the open transaction; what of it went to the circuit already is taken back there. */
void engine_rollback(struct ssp *ssp);

/* engine/lifecycle.c: views that come and go while the log runs. What waits becomes a step first,
 * if the line is not refused. */
void engine_add_view(struct ssp *ssp, const struct plan_view *plan); /* before the start */
enum status engine_register(struct ssp *ssp, const struct plan_source *source, struct err *err);
enum status engine_unregister(struct ssp *ssp, const struct mutation *line, struct err *err);
enum status engine_snapshot(struct ssp *ssp, const struct mutation *line, struct err *err);

/* Puts all records of the tables, as of the last step, into the scans of a circuit: loading is a
 * step. whole: rows that are kept lean are read again. */
enum status engine_load_tables(struct ssp *ssp, struct circuit *circuit, bool whole,
                               struct err *err);

/* engine/whole.c: from now on all rows are kept whole; those that are not are read again. Fails
 * if the log has changed under us; there is no going on then. */
enum status engine_whole(struct ssp *ssp, struct err *err);
struct row *engine_whole_row(struct ssp *ssp, struct row *row, struct err *err); /* NULL: failed */

/* engine/verify.c: compares every view with its recomputation; differences go to ssp->messages. */
void engine_verify(struct ssp *ssp);

#endif

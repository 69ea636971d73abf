#ifndef SSP_ENGINE_VIEW_H
#define SSP_ENGINE_VIEW_H

#include "base/hash.h"
#include "engine/circuit.h"
#include "engine/event.h"
#include "engine/trace.h"

/*
 * A view: the change of its root node becomes a line of output (ssp-updates(5)).
 *
 * What a view keeps is what its output needs: nothing where the change tells all; the weights
 * where rows may have other weights than 1; everything, in order, for `flat`.
 */
struct view {
    struct plan_view plan;
    struct node *root;
    struct buf start;    /* of all its lines */
    uint64_t ordinal;    /* its place among the lines of a step */
    bool is_set;         /* rows have weight 1 */
    bool keep;           /* content is kept: weights can differ from 1, or --verify wants it */
    bool sorted;         /* sorted is kept: flat */
    bool hashed;         /* hash is kept: flat, or --hash */
    bool hash_shown;     /* also in streaming and delta: --hash */
    bool rows;           /* records carry their row; those of no table always do */
    struct zset content; /* as it was written last */
    struct zset held;    /* with `refresh`: what it has changed by since */
    bool waits;          /* to write that, */
    int64_t due;         /* when this step or time has come */
    struct order sorted_content;
    struct node *head;     /* of a flat view with children whose root is a limit: the root's rows */
    struct zset head_rows; /* which are written first, */
    struct order head_order;  /* in the limit's order; */
    struct hash128 head_told; /* their keys, as consumers know them */
    uint64_t sorted_work;
    struct hash128 hash;
    struct zset_entry *entries; /* scratch of a step: the change, sorted */
    size_t entry_count;
    size_t entry_max;
    enum event *events;
    size_t event_max;
    uint64_t updates;   /* lines written */
    uint64_t records;   /* in them */
    uint64_t evaluated; /* times that it was computed anew after the start */
    uint64_t runs;      /* of view_step(), and their time in nanoseconds, by a sample (timer.h) */
    uint64_t time;
    struct trace *trace; /* --trace; NULL: off */
};

/* How a line is marked. */
enum view_mark { MARK_NONE, MARK_INITIAL, MARK_SNAPSHOT };

struct view_line {
    enum view_mark mark;
    bool always; /* also if nothing changed */
    bool seq_shown;
    uint64_t seq;
};

/* Takes the reference to plan->memory; the view is one user of the node and hears of its steps. */
void view_init(struct view *view, const struct plan_view *plan, struct node *root, bool verify,
               bool show_hash);
void view_release(struct view *view);

/* Listens to another root; the node's user is the caller's business. */
void view_attach(struct view *view, struct node *root);
void view_detach(struct view *view);

/* Its content is kept, but made of other rows: takes it anew from the root's change, a load, but
 * for what is held. */
void view_refill(struct view *view);

/* Keeps the content that its plan (or --verify) asks for, and no more. */
void view_settle(struct view *view, bool verify);

/*
 * Takes in the change and appends the view's line to out: if something is to be said, or if
 * line->always. Returns whether a line was written.
 */
bool view_step(struct view *view, const struct zset *change, const struct view_line *line,
               struct buf *out);

/* Before view_step(): takes in what changed among the root's own rows, where they come first. */
void view_take_head(struct view *view);
void view_drop_head(struct view *view); /* all of them go */

/* The same without output: content that consumers have been told of already, or never are. */
void view_take(struct view *view, const struct zset *change);

/* Appends the view's whole content as a flat line. Needs the sorted content. */
void view_write_flat(struct view *view, const struct view_line *line, struct buf *out);

/* XXH3-128(key, 0x00, canonical row), the term of one row in result_hash. */
struct hash128 view_row_hash(const struct row *row, struct buf *scratch);

#endif

#ifndef SSP_TESTS_FEED_H
#define SSP_TESTS_FEED_H

/* A run of a case through struct ssp: its options and what it has seen, and how lines come in. */
#include "history.h"
#include "model_tree.h"
#include "ssp.h"
#include "value/row.h"
#include "watch.h"

struct run_options {
    uint64_t batch;
    uint64_t max_pending;
    uint64_t threads;
    uint64_t seed;
    uint64_t verify;
    bool no_coalesce;
    bool strict;
    bool hash;
    bool seq;
    bool follow;         /* apply every update to the model, compare it after every step */
    bool truncates;      /* how everything goes in the end: tables at once, or records */
    bool ends;           /* the log ends as it is, inside a transaction or not */
    size_t before_start; /* lines that come before ssp_start() */
    bool loads;          /* ... and are content that was there already */
    bool initial;
    const char *window; /* as in struct ssp_options */
    const char *window_on;
    const char *batch_on;
    uint64_t clock; /* ssp_clock() before every line, at times of this seed; 0: never */
    bool unasked;   /* no snapshots but those of the log: updates are held back as long as can be */
    bool ahead;     /* lines are parsed before they are applied */
    bool reread;    /* lines can be read again, so rows need not be kept whole */
    bool watch;     /* all is traced and timed, and the trace is held against itself */
    bool profile;   /* ... each run of an operator */
    struct case_settings settings;
};

struct live_view {
    unsigned view;  /* in the case */
    bool unordered; /* it has taken the place of a view that may have had another order, */
    bool unknown;   /* or of one in which records had two rows, which its content does not tell */
    struct content content;
};

struct run {
    const struct gen_case *c;
    const struct run_options *options;
    struct ssp *ssp;
    struct live_view live[CASE_VIEWS_MAX];
    unsigned live_count;
    bool inside;               /* a transaction */
    struct ssp_parser *parser; /* with `ahead` */
    struct ssp_block *block;
    struct gen clock;
    int64_t now;
    bool learns; /* takes snapshots as they are */
    char **kept; /* the lines so far, padded, if they can be read again */
    size_t *kept_sizes;
    size_t kept_count;
    struct text line;
    struct text out;       /* all that was written */
    struct text snapshots; /* the snapshots in it */
    struct watch watch;
    struct text why; /* what is wrong; empty: nothing */
};

static inline struct live_view *find_live(struct run *run, const char *id)
{
    for (unsigned i = 0; i < run->live_count; i++)
        if (strcmp(run->c->views[run->live[i].view].id, id) == 0)
            return &run->live[i];
    return NULL;
}

static inline bool read_again(void *context, uint64_t place, const char **bytes, size_t *size)
{
    const struct run *run = context;

    if (place >= run->kept_count)
        return false;
    *bytes = run->kept[place];
    *size = run->kept_sizes[place];
    return true;
}

/* Exactly the padding that the engine asks for, and nothing that ends a string or a number. */
static inline char *padded(const char *bytes, size_t size)
{
    char *copy = malloc(size + SSP_PADDING);

    if (!copy)
        abort();
    memcpy(copy, bytes, size);
    memset(copy + size, '1', SSP_PADDING);
    return copy;
}

/* Time goes on; then nothing may be due. */
static inline void tick(struct run *run)
{
    run->now += gen_below(&run->clock, 3000000) / (1 + gen_below(&run->clock, 50));
    ssp_clock(run->ssp, run->now);
    if (ssp_alarm(run->ssp) <= run->now)
        (void)complain(&run->why, "something is due at %" PRId64 ", and it is %" PRId64,
                       ssp_alarm(run->ssp), run->now);
}

/* Three copies of the line: it must not matter which one is taken. */
static inline int feed_ahead(struct run *run, const char *bytes, size_t size,
                             struct ssp_error *error)
{
    if (!run->parser)
        run->parser = ssp_parser_new(run->ssp);
    if (!run->block)
        run->block = ssp_block_new();
    ssp_block_clear(run->block);
    for (int i = 0; i < 3; i++)
        ssp_block_add(run->block, run->parser, bytes, size);
    return ssp_line_ahead(run->ssp, "log", 1, run->block, 1, error);
}

static inline int feed(struct run *run, const char *bytes, size_t size, bool plan,
                       struct ssp_error *error)
{
    char *copy = padded(bytes, size);
    int status;

    memset(error, 0, sizeof(*error));
    if (!plan && run->options->clock)
        tick(run);
    if (!plan && run->options->reread) {
        run->kept = realloc(run->kept, (run->kept_count + 1) * sizeof(*run->kept));
        run->kept_sizes =
            realloc(run->kept_sizes, (run->kept_count + 1) * sizeof(*run->kept_sizes));
        if (!run->kept || !run->kept_sizes)
            abort();
        run->kept[run->kept_count] = copy;
        run->kept_sizes[run->kept_count] = size;
        ssp_next_place(run->ssp, run->kept_count++);
    }
    status = plan                  ? ssp_plan(run->ssp, "plan.json", copy, size, error)
             : run->options->ahead ? feed_ahead(run, copy, size, error)
                                   : ssp_line(run->ssp, "log", 1, copy, size, error);
    if (plan || !run->options->reread)
        free(copy);
    return status;
}

#endif

#ifndef SSP_ENGINE_STATS_H
#define SSP_ENGINE_STATS_H

#include "base/arena.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Statistics as tables, so that what is collected (stats.c) and how it is written (stats_write.c)
 * know nothing of each other. Every column is documented in ssp-stats(5).
 */
enum stat_type {
    STAT_LABEL, /* bytes that tell the rows of a table apart */
    STAT_KEY,   /* JSON text that does */
    STAT_NOTE,  /* bytes for readers, no label */
    STAT_JSON,  /* JSON text for readers */
    STAT_COUNT, /* a number that only grows */
    STAT_GAUGE, /* a number that comes and goes */
    STAT_BYTES, /* a gauge */
    STAT_TIME,  /* nanoseconds; only grows */
};

struct stat_column {
    const char *name; /* without the unit */
    enum stat_type type;
    const char *help;     /* for Prometheus; no full stop */
    const char *quantile; /* of a summary; else NULL */
};

struct stat_cell {
    uint64_t number;
    const char *text; /* of the types that are text; NULL: not known */
    size_t size;
    bool known;
};

enum stat_table_kind {
    STAT_SINGLE,  /* one row: an object */
    STAT_LIST,    /* any number of rows */
    STAT_SUMMARY, /* one row: a count, a total and quantiles */
    STAT_RANKING, /* a list for readers: not in Prometheus */
};

struct stat_table {
    const char *name;
    enum stat_table_kind kind;
    const struct stat_column *columns;
    size_t column_count;
    struct stat_cell *cells; /* row by row */
    size_t cell_count;
    size_t cell_max;
};

enum { STATS_TABLES_MAX = 16 };

struct stats {
    struct stat_table tables[STATS_TABLES_MAX];
    size_t count;
    struct arena texts; /* that cells point to */
};

void stats_write_json(const struct stats *stats, struct buf *out); /* one line */
void stats_write_text(const struct stats *stats, struct buf *out); /* aligned */
void stats_write_prometheus(const struct stats *stats, struct buf *out);

#endif

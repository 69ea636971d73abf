#ifndef SSP_TESTS_WORK_H
#define SSP_TESTS_WORK_H

/* What one mutation costs: an engine with counters, filled with tables t and u of any size. */
#include "ssp.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#if defined(SSP_STRESS)
enum { LARGEST = 10000 }; /* arrays grow by one element at a time */
#elif defined(SSP_SLOW_CHECKS) && !SSP_LONG
enum { LARGEST = 100000 }; /* whole states are checked after each step */
#else
enum { LARGEST = 1000000 };
#endif

struct engine {
    struct ssp *ssp;
    struct text line;
};

struct work {
    uint64_t in;
    uint64_t out;
    uint64_t looked_at;
};

#define SCAN(table)    "{\"op\":\"scan\",\"table\":\"" table "\"}"
#define VIEW(id, root) "{\"id\":\"" id "\",\"root\":" root "}"
#define JOIN                                                                                    \
    "{\"op\":\"join\",\"on\":{\"left_field\":\"k\",\"right_field\":\"k\"},\"select\":\"left\"," \
    "\"left\":" SCAN("t") ",\"right\":" SCAN("u") "}"

static inline struct engine engine_new(uint64_t batch)
{
    const struct ssp_options options = {.batch = batch, .loads = true, .seed = 11};
    struct ssp_error error;

    return (struct engine){.ssp = ssp_new(&options, &error)};
}

static inline void engine_free(struct engine *engine)
{
    ssp_free(engine->ssp);
    free(engine->line.bytes);
}

static inline void send(struct engine *engine, bool plan)
{
    struct text *line = &engine->line;
    size_t size = line->size;
    struct ssp_error error = {0};
    int status;

    text_add(line, "%64s", "");
    status = plan ? ssp_plan(engine->ssp, "plan", line->bytes, size, &error)
                  : ssp_line(engine->ssp, "log", 1, line->bytes, size, &error);
    if (status != SSP_OK)
        fail_msg("%s: %.*s", error.message, (int)size, line->bytes);
    line->size = 0;
    ssp_output_taken(engine->ssp);
}

static inline void plan(struct engine *engine, const char *bytes)
{
    text_add(&engine->line, "%s", bytes);
    send(engine, true);
}

static inline void put(struct engine *engine, const char *table, size_t id, size_t k, size_t v)
{
    text_add(&engine->line,
             "{\"table\":\"%s\",\"op\":\"update\",\"id\":%zu,\"record\":{\"k\":%zu,\"v\":%zu}}",
             table, id, k, v);
    send(engine, false);
}

static inline void drop(struct engine *engine, const char *table, size_t id)
{
    text_add(&engine->line, "{\"table\":\"%s\",\"op\":\"delete\",\"id\":%zu}", table, id);
    send(engine, false);
}

/* Rows 0 .. n of a table: k and v are the number, spread so that ids do not come in order. */
static inline void fill(struct engine *engine, const char *table, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put(engine, table, i * 7919 % n, i * 7919 % n, i * 7919 % n);
}

static inline struct work so_far(const struct engine *engine)
{
    struct ssp_counters counters = ssp_counters(engine->ssp);

    return (struct work){counters.rows_in, counters.rows_out, counters.work};
}

static inline struct work since(const struct engine *engine, struct work before)
{
    struct work now = so_far(engine);

    return (struct work){now.in - before.in, now.out - before.out,
                         now.looked_at - before.looked_at};
}

static inline struct work work_of_put(struct engine *engine, const char *table, size_t id, size_t k,
                                      size_t v)
{
    struct work before = so_far(engine);

    put(engine, table, id, k, v);
    return since(engine, before);
}

static inline void assert_at_most(const char *what, size_t n, struct work work, uint64_t in,
                                  uint64_t out, uint64_t looked_at)
{
    if (work.in > in || work.out > out || work.looked_at > looked_at)
        fail_msg("%s over %zu rows: %llu rows in, %llu out, %llu entries looked at; at most %llu, "
                 "%llu, %llu",
                 what, n, (unsigned long long)work.in, (unsigned long long)work.out,
                 (unsigned long long)work.looked_at, (unsigned long long)in,
                 (unsigned long long)out, (unsigned long long)looked_at);
}

static inline uint64_t log2_of(size_t n)
{
    uint64_t bits = 0;

    for (; n > 1; n /= 2)
        bits++;
    return bits;
}

#endif

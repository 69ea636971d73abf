#ifndef SSP_TESTS_HOSTILE_H
#define SSP_TESTS_HOSTILE_H

/* An engine to be fed with hostile lines and plans, and a clock that says how long it took. */
#include "ssp.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* The number that a case's name speaks of, or fewer where arrays grow by one element at a time. */
#if defined(SSP_STRESS)
enum { SLOWER = 20, A_HUNDRED_THOUSAND = 2000 };
#elif defined(SSP_SLOW_CHECKS) /* whole states are checked after each step */
enum { SLOWER = 2, A_HUNDRED_THOUSAND = 100000 };
#else
enum { SLOWER = 1, A_HUNDRED_THOUSAND = 100000 };
#endif

#define SCAN      "{\"op\":\"scan\",\"table\":\"t\"}"
#define SCAN_VIEW "{\"id\":\"v\",\"root\":" SCAN "}"

struct engine {
    struct ssp *ssp;
    struct text line;
    struct ssp_error error; /* of the last line or plan */
    double start;           /* processor seconds */
};

static inline double seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline struct engine engine_new(uint64_t batch)
{
    const struct ssp_options options = {.batch = batch, .seed = (uint64_t)time(NULL)};
    struct ssp_error error;

    return (struct engine){.ssp = ssp_new(&options, &error), .start = seconds()};
}

static inline void engine_free(struct engine *e, double bound, const char *what)
{
    double took;

    ssp_free(e->ssp);
    free(e->line.bytes);
    took = seconds() - e->start;
    (void)printf("%.2f s: %s\n", took, what);
    if (took > bound * SLOWER)
        fail_msg("%s took %.1f s, at most %.1f", what, took, bound * SLOWER);
}

/* Hands in what stands in e->line, with padding behind it, and empties it. */
static inline int hand_in(struct engine *e, bool plan)
{
    size_t size = e->line.size;
    int status;

    text_add(&e->line, "%64s", "");
    e->error = (struct ssp_error){0};
    status = plan ? ssp_plan(e->ssp, "plan", e->line.bytes, size, &e->error)
                  : ssp_line(e->ssp, "log", 1, e->line.bytes, size, &e->error);
    e->line.size = 0;
    return status;
}

static inline void take_line(struct engine *e)
{
    if (hand_in(e, false) != SSP_OK)
        fail_msg("refused: %s", e->error.message);
}

static inline void take_plan(struct engine *e, const char *bytes)
{
    text_add(&e->line, "%s", bytes);
    if (hand_in(e, true) != SSP_OK)
        fail_msg("refused: %s", e->error.message);
}

static inline void line(struct engine *e, const char *bytes)
{
    text_add(&e->line, "%s", bytes);
    take_line(e);
}

static inline void repeat(struct text *text, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_add(text, "%s", bytes);
}

static inline void fill(struct text *text, char byte, size_t count)
{
    text_add(text, "%*s", (int)count, "");
    memset(text->bytes + text->size - count, byte, count);
}

static inline bool output_has(const struct engine *e, const char *part)
{
    size_t size;
    const char *bytes = ssp_output(e->ssp, &size);

    return memmem(bytes, size, part, strlen(part)) != NULL;
}

#endif

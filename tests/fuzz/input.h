#ifndef SSP_TESTS_FUZZ_INPUT_H
#define SSP_TESTS_FUZZ_INPUT_H

/* Handing arbitrary bytes to the engine, in heap blocks of exactly the size that it may read, so
 * that a byte too far is seen. */
#include "ssp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum input_kind { INPUT_LINE, INPUT_PLAN, INPUT_SQL };

static inline int input_give_as(struct ssp *ssp, const uint8_t *bytes, size_t size,
                                enum input_kind kind)
{
    static const char behind[] = ",1\"]}:{ \n";
    char *copy = malloc(size + SSP_PADDING);
    struct ssp_error error = {0};
    int status;

    if (!copy)
        abort();
    if (size)
        memcpy(copy, bytes, size);
    memset(copy + size, behind[size % sizeof(behind)], SSP_PADDING); /* anything may stand there */
    status = kind == INPUT_PLAN  ? ssp_plan(ssp, "plan", copy, size, &error)
             : kind == INPUT_SQL ? ssp_plan_sql(ssp, "plan", copy, size, &error)
                                 : ssp_line(ssp, "log", 1, copy, size, &error);
    free(copy);
    if (status != SSP_OK && (error.message[0] == '\0' || !memchr(error.message, 0, 320)))
        abort(); /* refused without a word */
    return status;
}

static inline int input_give(struct ssp *ssp, const uint8_t *bytes, size_t size, bool plan)
{
    return input_give_as(ssp, bytes, size, plan ? INPUT_PLAN : INPUT_LINE);
}

/* Line by line; what verify finds is a crash. */
static inline void input_give_lines(struct ssp *ssp, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        const uint8_t *newline = memchr(bytes, '\n', size);
        size_t length = newline ? (size_t)(newline - bytes) : size;

        (void)input_give(ssp, bytes, length, false);
        if (ssp_counters(ssp).differences) {
            const char *messages = ssp_messages(ssp, &length);

            (void)fprintf(stderr, "%.*s", (int)length, messages);
            abort();
        }
        ssp_output_taken(ssp);
        length += newline != NULL;
        bytes += length;
        size -= length;
    }
}

/* Options that the size chooses, so that an input stays text that can be read. */
static inline struct ssp_options input_options(size_t size)
{
    return (struct ssp_options){.batch = size % 3,
                                .max_pending = 1000,
                                .no_coalesce = size / 3 % 2,
                                .strict = size / 6 % 5 == 0,
                                .hash = size / 30 % 2,
                                .seq = size / 60 % 2,
                                .seed = size};
}

#endif

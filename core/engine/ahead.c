/*
 * Lines parsed ahead of the engine, on whatever thread. Only mutations that are good are parsed:
 * of control lines and bad ones the engine gets the text, so that there is one place where errors
 * come from, in the order of the input.
 */
#include "engine/ahead.h"

#include "base/check.h"
#include "base/mem.h"
#include "engine/engine.h"

#include <string.h>

/* Lines are prefetched so many before they are applied, for each stage. */
enum { PREFETCH_STEP = 4 };

struct ssp_parser {
    struct mutation_reader reader;
    struct buf key;
    bool keep_prefix;
};

struct ssp_block {
    struct arena arena;
    struct ahead_line *lines;
    size_t count;
    size_t max;
};

struct ssp_parser *ssp_parser_new(const struct ssp *ssp)
{
    struct ssp_parser *parser = mem_alloc(sizeof(*parser));

    mutation_reader_init(&parser->reader);
    parser->reader.strict = ssp->reader.strict;
    parser->reader.time = ssp->reader.time;
    parser->reader.run = ssp->reader.run;
    parser->key = (struct buf)BUF_INIT;
    parser->keep_prefix = ssp->batch.keep_prefix;
    return parser;
}

void ssp_parser_free(struct ssp_parser *parser)
{
    if (!parser)
        return;
    mutation_reader_release(&parser->reader);
    buf_release(&parser->key);
    free(parser);
}

struct ssp_block *ssp_block_new(void)
{
    return mem_alloc_zero(sizeof(struct ssp_block));
}

void ssp_block_free(struct ssp_block *block)
{
    if (!block)
        return;
    arena_release(&block->arena);
    free(block->lines);
    free(block);
}

void ssp_block_clear(struct ssp_block *block)
{
    arena_reset(&block->arena);
    block->count = 0;
}

void ssp_block_add(struct ssp_block *block, struct ssp_parser *parser, const char *bytes,
                   size_t size)
{
    char *copy = arena_alloc(&block->arena, size + JSON_PADDING);

    if (size)
        memcpy(copy, bytes, size);
    ssp_block_refer(block, parser, copy, size);
}

void ssp_block_refer(struct ssp_block *block, struct ssp_parser *parser, const char *bytes,
                     size_t size)
{
    struct ahead_line *line;
    struct err ignored;
    bool torn;

    block->lines = mem_grow(block->lines, &block->max, block->count + 1, sizeof(*block->lines));
    line = &block->lines[block->count++];
    line->bytes = bytes;
    line->size = size;
    err_clear(&ignored);
    line->parsed =
        mutation_read(&parser->reader, bytes, size, &line->mutation, &torn, &ignored) == OK &&
        mutation_is_change(&line->mutation);
    line->keyed = line->parsed && line->mutation.op != LINE_TRUNCATE;
    if (line->parsed)
        mutation_keep(&line->mutation, &block->arena, bytes, size);
    if (line->keyed)
        line->hash = batch_key_hash(&parser->key, &line->mutation, parser->keep_prefix);
}

const struct ahead_line *ahead_line(const struct ssp_block *block, size_t i)
{
    SSP_ASSERT(i < block->count);
    return &block->lines[i];
}

const char *ssp_block_line(const struct ssp_block *block, size_t i, size_t *size)
{
    *size = ahead_line(block, i)->size;
    return block->lines[i].bytes;
}

void ahead_prefetch(const struct batch *batch, const struct ssp_block *block, size_t i)
{
    for (int stage = 0; stage < BATCH_STAGES; stage++) {
        size_t next = i + (size_t)(BATCH_STAGES - stage) * PREFETCH_STEP;

        if (next < block->count && block->lines[next].keyed)
            batch_prefetch(batch, &block->lines[next].mutation, block->lines[next].hash, stage);
    }
}

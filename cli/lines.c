/* Lines from here or from another thread. See lines.h. */
#include "lines.h"

#include "ahead.h"

bool lines_open(struct lines *lines, const char *path, size_t max_line,
                int64_t (*idle)(void *context), void *context, struct lines_parse parse)
{
    *lines = (struct lines){0};
    if (!input_open(&lines->input, path, max_line)) {
        ssp_parser_free(parse.parser);
        return false;
    }
    lines->name = lines->input.name;
    lines->input.idle = idle;
    lines->input.context = context;
    if (parse.thread) {
        lines->ahead = ahead_start(&lines->input, parse.parser);
        return lines->ahead;
    }
    lines->handful.parser = parse.parser;
    if (parse.parser)
        lines->handful.block = ssp_block_new();
    return true;
}

void lines_close(struct lines *lines)
{
    ahead_stop(lines->ahead);
    ssp_block_free(lines->handful.block);
    ssp_parser_free(lines->handful.parser);
    input_close(&lines->input);
    *lines = (struct lines){0};
}

/* Takes the next line, waiting for it if it must, and those behind it that are there already. */
static enum input_result take_handful(struct lines *lines)
{
    struct handful *handful = &lines->handful;
    struct line *line = &handful->lines[0];
    enum input_result result;

    handful->at = 0;
    handful->count = 0;
    ssp_block_clear(handful->block);
    result = input_next(&lines->input, line);
    if (result != INPUT_LINE) {
        lines->line = *line;
        lines->block = NULL;
        return result;
    }
    do {
        ssp_block_refer(handful->block, handful->parser, line->bytes, line->size);
        line = &handful->lines[++handful->count];
    } while (handful->count < HANDFUL && input_held(&lines->input, line));
    return INPUT_LINE;
}

static enum input_result next_of_handful(struct lines *lines)
{
    struct handful *handful = &lines->handful;

    if (input_signal() && handful->at < handful->count)
        return INPUT_STOPPED;
    if (handful->at == handful->count) {
        enum input_result result = take_handful(lines);

        if (result != INPUT_LINE)
            return result;
    }
    lines->block = handful->block;
    lines->index = handful->at;
    lines->line = handful->lines[handful->at++];
    return INPUT_LINE;
}

enum input_result lines_next(struct lines *lines)
{
    if (lines->ahead)
        return ahead_next(lines->ahead, &lines->line, &lines->block, &lines->index);
    if (lines->handful.parser)
        return next_of_handful(lines);
    return input_next(&lines->input, &lines->line);
}

/* Lines from here or from another thread. See lines.h. */
#include "lines.h"

#include "ahead.h"

bool lines_open(struct lines *lines, const char *path, size_t max_line,
                int64_t (*idle)(void *context), void *context, struct ssp_parser *parser)
{
    *lines = (struct lines){0};
    if (!input_open(&lines->input, path, max_line)) {
        ssp_parser_free(parser);
        return false;
    }
    lines->name = lines->input.name;
    lines->input.idle = idle;
    lines->input.context = context;
    if (parser)
        lines->ahead = ahead_start(&lines->input, parser);
    return !parser || lines->ahead;
}

void lines_close(struct lines *lines)
{
    ahead_stop(lines->ahead);
    input_close(&lines->input);
    *lines = (struct lines){0};
}

enum input_result lines_next(struct lines *lines)
{
    if (!lines->ahead)
        return input_next(&lines->input, &lines->line);
    return ahead_next(lines->ahead, &lines->line, &lines->block, &lines->index);
}

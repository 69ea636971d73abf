/* Reading plan files, JSON or SQL, and saying what is wrong with them. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_MAX = 200 }; /* bytes of a line of SQL that is shown with a message */

static bool is_sql(const struct options *options, const char *path)
{
    size_t size = strlen(path);

    if (options->plan_format)
        return strcmp(options->plan_format, "sql") == 0;
    return size > 4 && strcmp(path + size - 4, ".sql") == 0;
}

/* The line of the source and a caret under the column; tabs stay, so that they line up. */
static void show_place(const char *bytes, size_t size, const struct ssp_error *error)
{
    const char *end = bytes + size;
    const char *line = bytes;
    const char *line_end;
    size_t before = error->column ? error->column - 1 : 0;

    for (size_t i = 1; i < error->line && line < end; i++) {
        const char *next = memchr(line, '\n', (size_t)(end - line));

        line = next ? next + 1 : end;
    }
    line_end = memchr(line, '\n', (size_t)(end - line));
    line_end = line_end ? line_end : end;
    if (error->column == 0 || before > (size_t)(line_end - line) || line_end - line > SHOWN_MAX)
        return;
    (void)fprintf(stderr, "%.*s\n", (int)(line_end - line), line);
    for (size_t i = 0; i < before; i++)
        if (((unsigned char)line[i] & 0xc0) != 0x80) /* one column a character */
            (void)fputc(line[i] == '\t' ? '\t' : ' ', stderr);
    (void)fputs("^\n", stderr);
}

int read_plans(struct run *run)
{
    for (size_t i = 0; i < run->options.plans.count; i++) {
        const char *path = run->options.plans.items[i];
        struct ssp_error error = {0};
        const char *name;
        size_t size;
        char *bytes = input_slurp(path, &size);
        int status;

        if (!bytes)
            return fail_system(path);
        name = strcmp(path, "-") == 0 ? "<stdin>" : path;
        if (is_sql(&run->options, path)) {
            status = ssp_plan_sql(run->ssp, name, bytes, size, &error);
            if (status != SSP_OK) {
                print_error(stderr, &error, name);
                show_place(bytes, size, &error);
            }
        } else {
            status = ssp_plan(run->ssp, name, bytes, size, &error);
            if (status != SSP_OK)
                print_error(stderr, &error, name);
        }
        free(bytes);
        if (status != SSP_OK)
            return status;
    }
    return 0;
}

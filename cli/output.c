/* Where updates, bad lines and messages go, and what is refused as a place for them. */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OUTPUT_BLOCK = 256 * 1024 };

int fail_system(const char *name)
{
    (void)fprintf(stderr, "ssp: %s: %s\n", name, strerror(errno));
    return SSP_USAGE;
}

void print_error(FILE *to, const struct ssp_error *error, const char *name)
{
    (void)fputs("ssp: ", to);
    if (name)
        (void)fprintf(to, "%s:", name);
    if (name && error->line)
        (void)fprintf(to, "%zu:", error->line);
    if (name && error->column)
        (void)fprintf(to, "%zu:", error->column);
    (void)fprintf(to, "%s%s\n", name ? " " : "", error->message);
}

void flush_output(struct run *run)
{
    size_t size;
    const char *bytes = ssp_output(run->ssp, &size);
    size_t done = 0;

    while (done < size) {
        ssize_t wrote = write(run->out, bytes + done, size - done);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            exit(fail_system(run->options.output ? run->options.output : "standard output"));
        done += (size_t)wrote;
    }
    ssp_output_taken(run->ssp);
    bytes = ssp_messages(run->ssp, &size);
    if (size)
        (void)fwrite(bytes, 1, size, stderr);
    ssp_messages_taken(run->ssp);
}

void flush_if_due(struct run *run)
{
    size_t size;

    (void)ssp_output(run->ssp, &size);
    if (size >= OUTPUT_BLOCK ||
        (run->options.line_buffered && size > 0 && run->flushed != ssp_steps(run->ssp)))
        flush_output(run);
    run->flushed = ssp_steps(run->ssp);
}

/* Opening the output truncates it; a file that is also read would be gone. */
static bool is_input(const struct stat *out, const struct list *list)
{
    struct stat in;

    for (size_t i = 0; i < list->count; i++)
        if ((strcmp(list->items[i], "-") == 0 ? fstat(STDIN_FILENO, &in)
                                              : stat(list->items[i], &in)) == 0 &&
            S_ISREG(in.st_mode) && in.st_dev == out->st_dev && in.st_ino == out->st_ino)
            return true;
    return false;
}

static bool safe_to_write(const struct options *options, const char *path)
{
    struct stat out;

    if (stat(path, &out) != 0 ||
        !(is_input(&out, &options->plans) || is_input(&out, &options->loads) ||
          is_input(&out, &options->logs)))
        return true;
    (void)fprintf(stderr, "ssp: %s: is read too; write to another file\n", path);
    return false;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x;
    struct stat y;

    return strcmp(a, b) == 0 || (stat(a, &x) == 0 && stat(b, &y) == 0 && S_ISREG(x.st_mode) &&
                                 x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

int open_outputs(struct run *run)
{
    const struct options *options = &run->options;

    run->out = STDOUT_FILENO;
    if (options->output) {
        if (!safe_to_write(options, options->output))
            return SSP_USAGE;
        run->out = open(options->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (run->out < 0)
            return fail_system(options->output);
    }
    if (options->rejects && options->output && same_file(options->output, options->rejects)) {
        (void)fprintf(stderr, "ssp: %s: --output and --rejects are one file\n", options->rejects);
        return SSP_USAGE;
    }
    if (options->rejects) {
        if (!safe_to_write(options, options->rejects))
            return SSP_USAGE;
        run->rejects = fopen(options->rejects, "we");
        if (!run->rejects)
            return fail_system(options->rejects);
    }
    return 0;
}

/* Full disks and closed pipes may show only now. */
int close_outputs(struct run *run)
{
    if (close(run->out) != 0)
        return fail_system(run->options.output ? run->options.output : "standard output");
    if (run->rejects && (ferror(run->rejects) | fclose(run->rejects)) != 0)
        return fail_system(run->options.rejects);
    return 0;
}

/* Where updates, bad lines and messages go, and what is refused as a place for them. */
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OUTPUT_BLOCK = 256 * 1024 };

int fail_system(const char *name)
{
    progress_clear();
    (void)fprintf(stderr, "ssp: %s: %s\n", name, strerror(errno));
    return SSP_USAGE;
}

void print_error(FILE *to, const struct ssp_error *error, const char *name)
{
    if (to == stderr)
        progress_clear();
    (void)fputs("ssp: ", to);
    if (name)
        (void)fprintf(to, "%s:", name);
    if (name && error->line)
        (void)fprintf(to, "%zu:", error->line);
    if (name && error->column)
        (void)fprintf(to, "%zu:", error->column);
    (void)fprintf(to, "%s%s\n", name ? " " : "", error->message);
}

void flush_messages(struct run *run)
{
    size_t size;
    const char *bytes = ssp_messages(run->ssp, &size);

    if (size) {
        progress_clear();
        (void)fwrite(bytes, 1, size, stderr);
    }
    ssp_messages_taken(run->ssp);
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t wrote = write(fd, bytes + done, size - done);

        if (wrote < 0 && errno != EINTR)
            return false;
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return true;
}

/* Ends the command, and its threads first. */
static void fail_output(struct run *run)
{
    int status = fail_system(run->options.output ? run->options.output : "standard output");

    lines_close(&run->log);
    ssp_wait(run->ssp);
    writer_stop(run->writer);
    exit(status);
}

static void pass_output(struct run *run)
{
    size_t size;
    const char *bytes = ssp_output(run->ssp, &size);

    if (size)
        progress_clear_for_output();
    if (!(run->writer ? writer_give(run->writer, bytes, size) : write_all(run->out, bytes, size)))
        fail_output(run);
    run->bytes_out += size;
    ssp_output_taken(run->ssp);
}

void flush_output(struct run *run)
{
    ssp_wait(run->ssp);
    pass_output(run);
    if (run->writer && !writer_wait(run->writer))
        fail_output(run);
    flush_messages(run);
}

void flush_if_due(struct run *run)
{
    size_t size;
    size_t messages;

    (void)ssp_output(run->ssp, &size);
    (void)ssp_messages(run->ssp, &messages);
    if (size >= OUTPUT_BLOCK || messages >= OUTPUT_BLOCK ||
        (run->options.line_buffered && size > 0 && run->flushed != ssp_steps(run->ssp))) {
        pass_output(run);
        flush_messages(run);
    }
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

/* Devices and pipes may take more than one thing. */
static bool same_file(const char *a, const char *b)
{
    struct stat x;
    struct stat y;

    if (stat(a, &x) != 0 || stat(b, &y) != 0)
        return strcmp(a, b) == 0;
    return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* A file that is written, as an option names it. */
struct named {
    const char *option;
    const char *path; /* NULL: none */
};

/* The file is not read, and not one of those before it. */
static bool is_free(const struct options *options, const struct named *files, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (files[i].path && same_file(files[i].path, files[at].path)) {
            (void)fprintf(stderr, "ssp: %s: %s and %s are one file\n", files[at].path,
                          files[i].option, files[at].option);
            return false;
        }
    return safe_to_write(options, files[at].path);
}

int open_outputs(struct run *run)
{
    const struct options *options = &run->options;
    const struct named files[] = {
        {"--output", options->output},
        {"--rejects", options->rejects},
        {"--stats", options->stats_file},
        {"--profile", options->profile},
    };
    FILE **const streams[] = {NULL, &run->rejects, &run->stats, &run->profile};

    run->out = STDOUT_FILENO;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        const char *path = files[i].path;

        if (!path)
            continue;
        if (!is_free(options, files, i))
            return SSP_USAGE;
        if (streams[i])
            *streams[i] = fopen(path, "we");
        else
            run->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (streams[i] ? !*streams[i] : run->out < 0)
            return fail_system(path);
    }
    return 0;
}

static int close_file(FILE *file, const char *path)
{
    return file && (ferror(file) | fclose(file)) != 0 ? fail_system(path) : 0;
}

/* Full disks and closed pipes may show only now. */
int close_outputs(struct run *run)
{
    int status = 0;

    writer_stop(run->writer);
    run->writer = NULL;
    if (close(run->out) != 0)
        return fail_system(run->options.output ? run->options.output : "standard output");
    if (ferror(stderr) && (run->options.stats || run->options.engine.trace))
        status = SSP_USAGE; /* where these go, and there is no saying why */
    status |= close_file(run->rejects, run->options.rejects);
    status |= close_file(run->stats, run->options.stats_file);
    return status | close_file(run->profile, run->options.profile);
}

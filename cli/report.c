/* When statistics are asked for: the engine's, and the command's own. */
#include "report.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { NANOSECONDS = 1000000000 };

static uint64_t now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

static uint64_t nanoseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_usec * 1000;
}

void report_prepare(struct run *run)
{
    run->started = now();
    if (run->options.stats)
        run->options.engine.stopwatch = now;
}

static struct ssp_outside outside(const struct run *run, const char *at)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return (struct ssp_outside){
        .at = at,
        .elapsed = now() - run->started,
        .cpu = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime),
        .peak_memory = (uint64_t)usage.ru_maxrss * 1024,
        .lines = run->lines + run->input.line,
        .bytes_in = run->bytes_in + input_taken(&run->input),
        .bytes_out = run->bytes_out,
        .rejected = run->errors,
    };
}

/* A collector that looks in may never see half of it: the new file takes the old one's place. Where
 * that cannot be, at a pipe or a device, it is written as it is. */
static int replace_file(const char *path, const char *text, size_t size)
{
    char other[PATH_MAX];
    struct stat status;
    bool direct = stat(path, &status) != 0 || !S_ISREG(status.st_mode);
    FILE *file;

    if ((size_t)snprintf(other, sizeof(other), "%s.tmp", path) >= sizeof(other)) {
        errno = ENAMETOOLONG;
        return fail_system(path);
    }
    file = fopen(direct ? path : other, "we");
    if (!file)
        return fail_system(direct ? path : other);
    (void)fwrite(text, 1, size, file);
    if ((ferror(file) | fclose(file)) != 0)
        return fail_system(direct ? path : other);
    return direct || rename(other, path) == 0 ? 0 : fail_system(path);
}

int report_stats(struct run *run, const char *at)
{
    const struct options *options = &run->options;
    const struct ssp_outside around = outside(run, at);
    const char *text;
    size_t size;

    if (!options->stats)
        return 0;
    text = ssp_stats(run->ssp, options->stats_format, &around, &size);
    if (options->stats_file && strcmp(options->stats_format, "prometheus") == 0)
        return replace_file(options->stats_file, text, size);
    (void)fwrite(text, 1, size, run->stats ? run->stats : stderr);
    if (!run->stats || fflush(run->stats) == 0)
        return 0;
    (void)fail_system(options->stats_file);
    (void)fclose(run->stats); /* said once */
    run->stats = NULL;
    return SSP_USAGE;
}

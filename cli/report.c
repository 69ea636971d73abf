/* When statistics are asked for: the engine's, and the command's own. */
#include "report.h"

#include "progress.h"

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

static uint64_t thread_time(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

static uint64_t nanoseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_usec * 1000;
}

void report_prepare(struct run *run)
{
    const struct options *options = &run->options;

    run->started = now();
    run->next_report = options->stats_every ? run_clock() + options->stats_every : INT64_MAX;
    if (options->stats || options->profile)
        run->options.engine.stopwatch = now;
    run->options.engine.thread_time = thread_time;
    run->options.engine.profile = options->profile != NULL;
}

int64_t run_clock(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &time); /* a few nanoseconds, at every line */
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
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
        .lines = run->lines + run->log.line.number,
        .bytes_in = run->bytes_in + run->log.line.taken,
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

/* Without --stats, where SIGUSR1 asked: to standard error. */
static int report(struct run *run, const char *at)
{
    const struct options *options = &run->options;
    const struct ssp_outside around = outside(run, at);
    const char *text;
    size_t size;

    text = ssp_stats(run->ssp, options->stats_format, &around, &size);
    if (options->stats_file && strcmp(options->stats_format, "prometheus") == 0)
        return replace_file(options->stats_file, text, size);
    if (!run->stats)
        progress_clear();
    (void)fwrite(text, 1, size, run->stats ? run->stats : stderr);
    if (!run->stats || fflush(run->stats) == 0)
        return 0;
    (void)fail_system(options->stats_file);
    (void)fclose(run->stats); /* said once */
    run->stats = NULL;
    return SSP_USAGE;
}

void report_due(struct run *run)
{
    const char *at = NULL;

    if (run->next_report < INT64_MAX && run_clock() >= run->next_report) {
        int64_t every = run->options.stats_every;

        at = "interval";
        run->next_report += (run_clock() - run->next_report) / every * every + every;
    }
    if (input_asked())
        at = "signal";
    if (!at)
        return;
    flush_messages(run);
    if (report(run, at) != 0)
        exit(SSP_USAGE);
}

int64_t report_wait(const struct run *run)
{
    int64_t left = run->next_report - run_clock();

    if (run->next_report == INT64_MAX)
        return -1;
    return left > 0 ? left : 0;
}

int report_end(struct run *run)
{
    if (run->profile) { /* closing it tells whether it could be written */
        size_t size;
        const char *text = ssp_profile(run->ssp, &size);

        (void)fwrite(text, 1, size, run->profile);
    }
    return run->options.stats ? report(run, "end") : 0;
}

/* ssp: plans and logs in, updates out. The flow of the command; ssp.h does the work. */
#include "progress.h"
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The place of a line: which of the files, loads first, in 16 bits, and the offset in it. */
enum { PLACE_FILES_MAX = 1 << 15, PLACE_OFFSET_BITS = 48 };

/* Notes a bad line. Returns 0 to go on, or the exit status to stop with. */
static int bad_line(struct run *run, const struct ssp_error *error)
{
    const struct lines *log = &run->log;

    run->errors++;
    if (!run->options.skip) {
        struct ssp_error ignored;

        (void)ssp_end(run->ssp, &ignored); /* what stands before is not lost */
        flush_output(run);
        print_error(stderr, error, log->name);
        return SSP_BAD_LINE;
    }
    run->status = SSP_INCOMPLETE;
    flush_messages(run);
    if (run->rejects) {
        print_error(run->rejects, error, log->name);
        (void)fwrite(log->line.bytes, 1, log->line.size, run->rejects);
        (void)fputc('\n', run->rejects);
    } else if (!run->options.quiet) {
        print_error(stderr, error, log->name);
    }
    if (!run->options.max_errors || run->errors < run->options.max_errors)
        return 0;
    (void)ssp_end(run->ssp, &(struct ssp_error){0});
    flush_output(run);
    progress_clear();
    (void)fprintf(stderr, "ssp: %s:%zu: stopped at bad line number %llu (--max-errors)\n",
                  log->name, log->line.number, (unsigned long long)run->errors);
    return SSP_BAD_LINE;
}

/* A last line that was cut off is told and dropped, whatever --on-error says. */
static int torn_line(struct run *run, struct ssp_error *error)
{
    char message[sizeof(error->message)];

    memcpy(message, error->message, sizeof(message));
    (void)snprintf(error->message, sizeof(error->message), "the log ends inside a line: %.280s",
                   message);
    flush_output(run);
    print_error(stderr, error, run->log.name);
    run->status = SSP_INCOMPLETE;
    return 0;
}

/* In microseconds from some beginning. */
static int64_t clock_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void tell_time(struct run *run)
{
    if (ssp_needs_clock(run->ssp))
        ssp_clock(run->ssp, clock_now());
}

/* What people asked to see while it runs. */
static void observe(struct run *run)
{
    report_due(run);
    progress_draw(run);
}

static int apply_line(struct run *run, struct ssp_error *error)
{
    const struct lines *log = &run->log;
    const struct line *line = &log->line;

    if (run->options.parse_only)
        return ssp_parse_only(run->ssp, line->bytes, line->size, error);
    if (log->block)
        return ssp_line_ahead(run->ssp, log->name, line->number, log->block, log->index, error);
    return ssp_line(run->ssp, log->name, line->number, line->bytes, line->size, error);
}

static int one_line(struct run *run)
{
    const struct line *line = &run->log.line;
    struct ssp_error error; /* set if there is one */
    int status;

    if (run->options.engine.reread)
        ssp_next_place(run->ssp, (uint64_t)run->file << PLACE_OFFSET_BITS | (uint64_t)line->offset);
    tell_time(run);
    status = apply_line(run, &error);
    if (status == SSP_OK) {
        run->applied++;
        flush_if_due(run);
        observe(run);
        return 0;
    }
    if (status == SSP_USAGE) { /* not the line's fault */
        print_error(stderr, &error, error.source);
        return status;
    }
    error.line = line->number;
    if (line->bom && error.column)
        error.column += 3;
    if (error.torn && !line->whole)
        return torn_line(run, &error);
    return bad_line(run, &error);
}

/* SIGINT or SIGTERM: the step is finished, then the signal does what it does. */
static void stop_by_signal(struct run *run)
{
    struct ssp_error ignored;
    int number = input_signal();

    (void)ssp_end(run->ssp, &ignored);
    flush_output(run);
    if (run->rejects)
        (void)fflush(run->rejects);
    progress_end(run);
    (void)report_end(run);
    if (run->profile)
        (void)fflush(run->profile);
    (void)fprintf(stderr, "ssp: stopped by signal %d after %llu lines\n", number,
                  (unsigned long long)run->applied);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* Of two times to wait, below 0: for ever. */
static int64_t sooner(int64_t a, int64_t b)
{
    return a < 0 || (b >= 0 && b < a) ? b : a;
}

/* Before a read that has to wait: until something is due by the clock. */
static int64_t when_idle(void *context)
{
    struct run *run = context;
    int64_t alarm;
    int64_t now;

    tell_time(run);
    flush_output(run);
    observe(run);
    alarm = ssp_alarm(run->ssp);
    now = clock_now();
    return sooner(sooner(report_wait(run), progress_wait(run)), alarm == INT64_MAX ? -1
                                                                : alarm > now      ? alarm - now
                                                                                   : 0);
}

static int long_line(struct run *run)
{
    struct ssp_error error = {.line = run->log.line.number};

    (void)snprintf(error.message, sizeof(error.message),
                   "line longer than %zu bytes; --max-line=BYTES allows more",
                   run->options.max_line);
    return bad_line(run, &error);
}

static int read_log(struct run *run, const char *path)
{
    struct lines *log = &run->log;
    struct lines_parse parse = {NULL, false};
    int status = 0;

    if (!run->options.parse_only)
        parse = (struct lines_parse){ssp_parser_new(run->ssp), run->options.engine.threads > 1};
    if (!lines_open(log, path, run->options.max_line, when_idle, run, parse))
        return fail_system(path);
    while (status == 0) {
        enum input_result result = lines_next(log);

        if (result == INPUT_LINE) {
            status = one_line(run);
        } else if (result == INPUT_TOO_LONG) {
            status = long_line(run);
        } else {
            if (result == INPUT_STOPPED)
                stop_by_signal(run);
            if (result == INPUT_ERROR)
                status = fail_system(log->name);
            break;
        }
    }
    run->lines += log->line.number;
    run->bytes_in += log->line.taken;
    lines_close(log);
    return status;
}

static int read_logs(struct run *run, const struct list *logs)
{
    int status = 0;

    for (size_t i = 0; status == 0 && i < logs->count; i++, run->file++)
        status = read_log(run, logs->items[i]);
    return status;
}

/* The end of a log, or of what is loaded: a transaction may be open. */
static void end(struct run *run)
{
    struct ssp_error error = {0};

    if (ssp_end(run->ssp, &error) != SSP_OK) {
        print_error(stderr, &error, error.source);
        run->status = SSP_INCOMPLETE;
    }
}

/* With a standard descriptor closed, the next file opened would be taken for it. */
static bool open_standard(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 &&
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            return false;
    return true;
}

static void say_what_was_done(const struct run *run)
{
    const struct ssp_counters c = ssp_counters(run->ssp);

    (void)fprintf(stderr,
                  "ssp: %llu mutations (%llu unchanged, %llu stale, %llu late, %llu too_late, %llu "
                  "create_existing, "
                  "%llu update_missing, %llu delete_missing, %llu rejected) in %llu steps, "
                  "%llu updates written\n",
                  (unsigned long long)c.mutations, (unsigned long long)c.unchanged,
                  (unsigned long long)c.stale, (unsigned long long)c.late,
                  (unsigned long long)c.too_late, (unsigned long long)c.create_existing,
                  (unsigned long long)c.update_missing, (unsigned long long)c.delete_missing,
                  (unsigned long long)run->errors, (unsigned long long)c.steps,
                  (unsigned long long)c.updates);
}

static bool read_again(void *context, uint64_t place, const char **bytes, size_t *size)
{
    struct run *run = context;
    const struct list *loads = &run->options.loads;
    size_t file = (size_t)(place >> PLACE_OFFSET_BITS);
    const char *path =
        file < loads->count ? loads->items[file] : run->options.logs.items[file - loads->count];

    return reread_line(&run->reread, path,
                       (off_t)(place & ((UINT64_C(1) << PLACE_OFFSET_BITS) - 1)), bytes, size);
}

/* Rows need not be kept whole if every line can be read again. */
static bool can_read_again(const struct options *options)
{
    for (size_t i = 0; i < options->loads.count; i++)
        if (!input_is_regular(options->loads.items[i]))
            return false;
    for (size_t i = 0; i < options->logs.count; i++)
        if (!input_is_regular(options->logs.items[i]))
            return false;
    return options->loads.count + options->logs.count < PLACE_FILES_MAX;
}

static int run_logs(struct run *run)
{
    int status = open_outputs(run);

    if (status)
        return status;
    run->writer = run->options.engine.threads > 1 ? writer_start(run->out) : NULL;
    if (run->options.engine.threads > 1 && !run->writer)
        return fail_system("a thread to write");
    input_catch_signals();
    progress_start(run);
    status = read_logs(run, &run->options.loads);
    if (status == 0) {
        end(run);
        ssp_start(run->ssp);
        flush_if_due(run);
        run->applied = 0;
        status = read_logs(run, &run->options.logs);
    }
    end(run); /* also after an error: what was applied is not lost */
    flush_output(run);
    progress_end(run);
    if (run->options.verbose && !run->options.parse_only)
        say_what_was_done(run);
    if (ssp_counters(run->ssp).differences)
        run->status = SSP_INCOMPLETE;
    if (status == 0 || status == SSP_BAD_LINE) {
        int reported = report_end(run);
        int closed = close_outputs(run);

        closed = closed ? closed : reported;

        status = closed ? closed : status;
    }
    return status ? status : run->status;
}

static int run_command(struct run *run)
{
    struct ssp_error error = {0};
    uint64_t seed = 0;
    int status;

    if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
        seed = (uint64_t)getpid() * UINT64_C(0x9e3779b97f4a7c15);
    run->options.engine.seed = seed;
    report_prepare(run);
    run->options.engine.reread = can_read_again(&run->options) ? read_again : NULL;
    run->options.engine.reread_context = run;
    run->ssp = ssp_new(&run->options.engine, &error);
    if (!run->ssp) {
        print_error(stderr, &error, NULL);
        return error.status;
    }
    status = read_plans(run);
    if (status || run->options.check)
        return status;
    if (run->options.explain) {
        status = open_outputs(run);
        if (status)
            return status;
        if (ssp_explain(run->ssp, run->options.explain, &error) != SSP_OK) {
            print_error(stderr, &error, NULL);
            return error.status;
        }
        flush_output(run);
        return close_outputs(run);
    }
    if (run->options.from_stdin && isatty(STDIN_FILENO)) {
        (void)fputs("ssp: no log: standard input is a terminal; give a LOG, or pipe one in\n",
                    stderr);
        return SSP_USAGE;
    }
    return run_logs(run);
}

int main(int argc, char **argv)
{
    struct run run = {0};
    bool opened = open_standard();
    enum options_result result = options_read(&run.options, argc, argv);
    int status = result == OPTIONS_BAD || !opened ? SSP_USAGE : SSP_OK;

    if (opened && result == OPTIONS_RUN)
        status = run_command(&run);
    writer_stop(run.writer);
    ssp_free(run.ssp);
    reread_release(&run.reread);
    options_release(&run.options);
    if (result == OPTIONS_DONE && fclose(stdout) != 0)
        return fail_system("standard output");
    return status;
}

/* How far the logs are read, as pv shows it. */
#include "progress.h"

#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    INTERVAL = 500000, /* microseconds */
    TICK = 1000,       /* a run that is over within a tick of its clock takes this long */
    WIDTH_MAX = 200,
    WIDTH = 80, /* of what is no terminal */
    BAR_MIN = 10,
};

/* Of the process, as the terminal is. */
static struct {
    bool on;
    bool mixed;     /* updates go to a terminal */
    uint64_t total; /* bytes, 0: not known */
    int64_t started;
    int64_t drawn; /* when, and what: */
    uint64_t bytes;
    double rate; /* bytes a second, lately */
    int width;   /* of what stands there now */
} state;

/* The bytes of all that is read; 0 if not all of it is files. */
static uint64_t total_size(const struct options *options)
{
    const struct list *const lists[] = {&options->loads, &options->logs};
    uint64_t total = 0;

    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < lists[i]->count; j++) {
            const char *path = lists[i]->items[j];
            bool standard = strcmp(path, "-") == 0;
            off_t start = standard ? lseek(STDIN_FILENO, 0, SEEK_CUR) : 0;
            struct stat status;

            if ((standard ? fstat(STDIN_FILENO, &status) : stat(path, &status)) != 0 ||
                !S_ISREG(status.st_mode))
                return 0;
            total += status.st_size > start ? (uint64_t)(status.st_size - start) : 0;
        }
    return total;
}

void progress_start(struct run *run)
{
    const struct options *options = &run->options;

    state.total = total_size(options);
    state.on = options->progress == PROGRESS_ALWAYS ||
               (options->progress == PROGRESS_AUTO && state.total > 0 && !options->quiet &&
                isatty(STDERR_FILENO));
    state.mixed = isatty(run->out);
    state.started = run_clock();
    state.drawn = state.started;
}

static int columns(void)
{
    struct winsize size;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return WIDTH;
    return size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX;
}

struct drawing {
    char text[WIDTH_MAX + 64];
    int size;
};

static void add(struct drawing *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add(struct drawing *line, const char *format, ...)
{
    size_t room = sizeof(line->text) - (size_t)line->size;
    va_list arguments;
    int size;

    va_start(arguments, format);
    /* NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized): it was started above */
    size = vsnprintf(line->text + line->size, room, format, arguments);
    va_end(arguments);
    line->size += size < (int)room ? size : (int)room - 1;
}

static void add_scaled(struct drawing *line, double number, double base, const char *const *units)
{
    int digits = 0;

    while (number >= base && units[1]) {
        number /= base;
        units++;
        digits = number < 10 ? 2 : number < 100;
    }
    add(line, "%.*f%s", digits, number, *units);
}

static void add_time(struct drawing *line, double seconds)
{
    long whole = seconds < 1e6 ? (long)seconds : 999999;

    add(line, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
}

static void add_bar(struct drawing *line, double share, int room)
{
    int done = (int)(share * room);

    add(line, " [");
    for (int i = 0; i < room; i++)
        add(line, "%c", i < done ? '=' : i == done ? '>' : ' ');
    add(line, "]");
}

static void compose(const struct run *run, uint64_t bytes, double seconds, struct drawing *line)
{
    static const char *const sizes[] = {"B", "KiB", "MiB", "GiB", "TiB", NULL};
    static const char *const counts[] = {"", "k", "M", "G", NULL};
    double share = state.total ? (double)bytes / (double)state.total : 0;
    int room;

    add_scaled(line, (double)bytes, 1024, sizes);
    add(line, " ");
    add_scaled(line, (double)(run->lines + run->log.line.number), 1000, counts);
    add(line, " lines ");
    add_time(line, seconds);
    add(line, " [");
    add_scaled(line, state.rate, 1024, sizes);
    add(line, "/s]");
    if (!state.total)
        return;
    share = share < 1 ? share : 1;
    room = columns() - line->size - (int)sizeof(" [] 100% ETA 0:00:00");
    if (room >= BAR_MIN)
        add_bar(line, share, room);
    add(line, " %d%%", (int)(share * 100));
    if (room >= 0 && bytes > 0 && share < 1) {
        add(line, " ETA ");
        add_time(line, seconds * (1 - share) / share);
    }
}

static void draw(struct run *run, int64_t now)
{
    uint64_t bytes = run->bytes_in + run->log.line.taken;
    double passed = (double)(now > state.drawn ? now - state.drawn : TICK) / 1e6;
    double seconds = (double)(now - state.started) / 1e6;
    struct drawing line = {.size = 0};
    int most = columns() - 1;

    state.rate = (double)(bytes - state.bytes) / passed;
    state.drawn = now;
    state.bytes = bytes;
    compose(run, bytes, seconds, &line);
    line.size = line.size < most ? line.size : most;
    (void)fprintf(stderr, "\r%.*s", line.size, line.text);
    if (state.width > line.size)
        (void)fprintf(stderr, "%*s", state.width - line.size, "");
    state.width = line.size;
}

void progress_draw(struct run *run)
{
    if (state.on && run_clock() - state.drawn >= INTERVAL)
        draw(run, run_clock());
}

int64_t progress_wait(const struct run *run)
{
    int64_t left;

    (void)run;
    if (!state.on)
        return -1;
    left = state.drawn + INTERVAL - run_clock();
    return left > 0 ? left : 0;
}

void progress_clear(void)
{
    if (state.width)
        (void)fprintf(stderr, "\r%*s\r", state.width, "");
    state.width = 0;
}

void progress_clear_for_output(void)
{
    if (state.mixed)
        progress_clear();
}

void progress_end(struct run *run)
{
    if (!state.on)
        return;
    state.drawn = state.started; /* the rate of all of it */
    state.bytes = 0;
    draw(run, run_clock());
    (void)fputc('\n', stderr);
    state.width = 0;
    state.on = false;
}

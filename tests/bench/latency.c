/*
 * Time per update inside the engine: latency PLAN LOG [UPDATES [ROUNDS]]
 *
 * Loads all lines of LOG but the last UPDATES (1000), then applies those one step each, ROUNDS (20)
 * times over, each round with a field changed so that no update is a repetition, and prints the
 * median and the 99th percentile in microseconds.
 */
#include "ssp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct lines {
    char *bytes;
    size_t size;
    char **line;
    size_t count;
};

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static struct lines read_lines(const char *path)
{
    struct lines lines = {0};
    FILE *file = fopen(path, "rb");
    long size = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    size_t at = 0;

    if (size < 0 || fseek(file, 0, SEEK_SET) != 0)
        die(path);
    lines.size = (size_t)size;
    lines.bytes = calloc(lines.size + SSP_PADDING, 1);
    lines.line = malloc((lines.size / 2 + 2) * sizeof(char *));
    if (!lines.bytes || !lines.line || fread(lines.bytes, 1, lines.size, file) != lines.size)
        die(path);
    (void)fclose(file);
    while (at < lines.size) {
        const char *lf = memchr(lines.bytes + at, '\n', lines.size - at);

        lines.line[lines.count++] = lines.bytes + at;
        at = lf ? (size_t)(lf - lines.bytes) + 1 : lines.size;
    }
    lines.line[lines.count] = lines.bytes + at;
    return lines;
}

static void apply(struct ssp *ssp, const struct lines *lines, size_t i)
{
    struct ssp_error error = {0};
    size_t size = (size_t)(lines->line[i + 1] - lines->line[i]);

    if (ssp_line(ssp, "log", i + 1, lines->line[i], size, &error) != SSP_OK) {
        (void)fprintf(stderr, "line %zu: %s\n", i + 1, error.message);
        exit(3);
    }
}

static double now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

/* "rev":12 -> "rev":92: another row, of the same length. */
static void change(struct lines *lines, size_t i, size_t round)
{
    char *rev =
        memmem(lines->line[i], (size_t)(lines->line[i + 1] - lines->line[i]), "\"rev\":", 6);

    if (rev)
        rev[6] = (char)('1' + (rev[6] - '1' + 1 + (int)(round % 2)) % 9);
}

int main(int argc, char **argv)
{
    size_t updates = argc > 3 ? strtoul(argv[3], NULL, 10) : 1000;
    size_t rounds = argc > 4 ? strtoul(argv[4], NULL, 10) : 20;
    struct ssp_options options = {.batch = 1, .loads = true, .emit = "rows", .seed = 1};
    struct ssp_error error = {0};
    struct ssp *ssp = ssp_new(&options, &error);
    struct lines plan;
    struct lines log;
    double *times;
    size_t count = 0;

    if (argc < 3 || !ssp) {
        (void)fputs("usage: latency PLAN LOG [UPDATES [ROUNDS]]\n", stderr);
        return 2;
    }
    plan = read_lines(argv[1]);
    log = read_lines(argv[2]);
    times = malloc(updates * rounds * sizeof(*times));
    if (!times || ssp_plan(ssp, argv[1], plan.bytes, plan.size, &error) != SSP_OK ||
        log.count < updates) {
        (void)fprintf(stderr, "%s: %s\n", argv[1], error.message);
        return 2;
    }
    for (size_t i = 0; i < log.count - updates; i++)
        apply(ssp, &log, i);
    ssp_start(ssp);
    for (size_t round = 0; round < rounds; round++)
        for (size_t i = log.count - updates; i < log.count; i++) {
            double start;

            change(&log, i, round);
            start = now_us();
            apply(ssp, &log, i);
            times[count++] = now_us() - start;
            ssp_output_taken(ssp);
        }
    qsort(times, count, sizeof(*times), compare);
    (void)printf("%.2f %.2f\n", times[count / 2], times[count * 99 / 100]);
    ssp_free(ssp);
    return 0;
}

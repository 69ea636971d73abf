/* Options: getopt_long, and the two texts --help and --version. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef SSP_VERSION
#error "SSP_VERSION comes from CMakeLists.txt"
#endif

enum {
    OPT_EMIT = 256,
    OPT_PLAN_FORMAT,
    OPT_SEMANTICS,
    OPT_WINDOW_ON,
    OPT_BATCH_ON,
    OPT_MAX_PENDING,
    OPT_NO_COALESCE,
    OPT_LOAD,
    OPT_INITIAL,
    OPT_ON_ERROR,
    OPT_REJECTS,
    OPT_MAX_ERRORS,
    OPT_STRICT,
    OPT_ID_PREFIX,
    OPT_MAX_LINE,
    OPT_HASH,
    OPT_SEQ,
    OPT_EXPLAIN,
    OPT_CHECK,
    OPT_VERIFY,
    OPT_STATS,
    OPT_STATS_FORMAT,
    OPT_STATS_EVERY,
    OPT_PROFILE,
    OPT_PROGRESS,
    OPT_TRACE,
    OPT_LINE_BUFFERED,
    OPT_BENCH,
};

static const struct option long_options[] = {
    {"plan", required_argument, NULL, 'p'},
    {"plan-format", required_argument, NULL, OPT_PLAN_FORMAT},
    {"output", required_argument, NULL, 'o'},
    {"format", required_argument, NULL, 'F'},
    {"from", required_argument, NULL, 'f'},
    {"batch", required_argument, NULL, 'b'},
    {"threads", required_argument, NULL, 'j'},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {"emit", required_argument, NULL, OPT_EMIT},
    {"semantics", required_argument, NULL, OPT_SEMANTICS},
    {"window", required_argument, NULL, 'w'},
    {"window-on", required_argument, NULL, OPT_WINDOW_ON},
    {"batch-on", required_argument, NULL, OPT_BATCH_ON},
    {"max-pending", required_argument, NULL, OPT_MAX_PENDING},
    {"no-coalesce", no_argument, NULL, OPT_NO_COALESCE},
    {"load", required_argument, NULL, OPT_LOAD},
    {"initial", no_argument, NULL, OPT_INITIAL},
    {"on-error", required_argument, NULL, OPT_ON_ERROR},
    {"rejects", required_argument, NULL, OPT_REJECTS},
    {"max-errors", required_argument, NULL, OPT_MAX_ERRORS},
    {"strict", no_argument, NULL, OPT_STRICT},
    {"id-prefix", required_argument, NULL, OPT_ID_PREFIX},
    {"max-line", required_argument, NULL, OPT_MAX_LINE},
    {"hash", no_argument, NULL, OPT_HASH},
    {"seq", no_argument, NULL, OPT_SEQ},
    {"explain", optional_argument, NULL, OPT_EXPLAIN},
    {"check", no_argument, NULL, OPT_CHECK},
    {"verify", optional_argument, NULL, OPT_VERIFY},
    {"stats", optional_argument, NULL, OPT_STATS},
    {"stats-format", required_argument, NULL, OPT_STATS_FORMAT},
    {"stats-every", required_argument, NULL, OPT_STATS_EVERY},
    {"profile", required_argument, NULL, OPT_PROFILE},
    {"progress", required_argument, NULL, OPT_PROGRESS},
    {"trace", required_argument, NULL, OPT_TRACE},
    {"line-buffered", no_argument, NULL, OPT_LINE_BUFFERED},
    {"bench", required_argument, NULL, OPT_BENCH},
    {NULL, 0, NULL, 0},
};

static const char help[] =
    "usage: ssp [OPTION]... PLAN [LOG]...\n"
    "       ssp [OPTION]... -p PLAN [-p PLAN]... [LOG]...\n"
    "\n"
    "Keeps the views that PLAN defines up to date with the mutations in LOGs (or standard\n"
    "input; JSON, one a line) and writes their changes to standard output.\n"
    "\n"
    "  -p, --plan=FILE        a plan file; may be repeated\n"
    "      --plan-format=NAME json or sql; by default sql for files named *.sql, else json\n"
    "  -o, --output=FILE      write updates to FILE\n"
    "  -F, --format=FORMAT    of views that state none: streaming (default), flat, tree, delta\n"
    "      --emit=WHAT        what records carry: ids (default) or rows\n"
    "      --semantics=NAME   membership (default) or multiset\n"
    "  -f, --from=NAME        input format: native (default)\n"
    "  -b, --batch=N          at most N mutations a step; 0: no limit (default 1, with\n"
    "                         --window or --batch-on 0)\n"
    "  -w, --window=DURATION  a step at the latest this long after its first mutation: 16ms, 5s\n"
    "      --window-on=FIELD  measure windows on this field of the mutations, not on the clock\n"
    "      --batch-on=FIELD   a step for each run of mutations that agree on this field\n"
    "      --max-pending=N    a step when N mutations wait (default 1000000)\n"
    "      --no-coalesce      do not reduce a step to one mutation a record first\n"
    "      --load=FILE        load mutations silently before the first step; may be repeated\n"
    "      --initial          write every view's content before the first step\n"
    "      --on-error=WHAT    on a bad line: stop (default) or skip\n"
    "      --rejects=FILE     with skip: keep the bad lines, each after its reason\n"
    "      --max-errors=N     with skip: stop at the N-th bad line\n"
    "      --strict           create of an existing record, update or delete of a missing one\n"
    "                         and duplicate keys are bad lines\n"
    "      --id-prefix=WHAT   strip (default) the prefix of ids such as user:5, or keep it\n"
    "      --max-line=BYTES   longest line taken (default 256M)\n"
    "      --hash             add result_hash to streaming and delta updates\n"
    "      --seq              add the number of the step to updates\n"
    "  -j, --threads=N        threads (default 1); from 2 on reading, writing and views have\n"
    "                         their own, and large steps may run on N\n"
    "      --explain[=FORMAT] print the circuit and exit: text (default), json, dot;\n"
    "                         or plan: the plans as JSON; or sql: for PostgreSQL\n"
    "      --check            check the plans and exit\n"
    "      --verify[=N]       every N steps (default 1) compare views with a recomputation\n"
    "      --stats[=FILE]     at the end counters and times, as JSON, to standard error or FILE;\n"
    "                         -: as text to standard error\n"
    "      --stats-format=F   json, text or prometheus\n"
    "      --stats-every=TIME also every so often: 500ms, 10s, 5m, 1h\n"
    "      --trace=LIST       JSON lines on standard error of steps, views, weights\n"
    "      --profile=FILE     the time of views and operators as folded stacks, for flame graphs\n"
    "      --progress=WHEN    a line of how far the logs are read on standard error: always,\n"
    "                         never, or auto (default): on a terminal, if they are files\n"
    "      --line-buffered    flush after every step\n"
    "  -q, --quiet            no notes on standard error\n"
    "  -v, --verbose          at the end say what was done on standard error\n"
    "  -h, --help             this text\n"
    "  -V, --version          the version\n"
    "\n"
    "exit status: 0 done, 1 done but something was dropped or wrong, 2 usage, plan or system\n"
    "error, 3 stopped at a bad line. See ssp(1), ssp-plan(5), ssp-sql(7), ssp-mutations(5),\n"
    "ssp-updates(5), ssp-stats(5).\n";

enum { THREADS_MAX = 64 };

static bool bad(const char *option, const char *want, const char *got)
{
    (void)fprintf(stderr, "ssp: %s must be %s, not \"%s\"\n", option, want, got);
    return false;
}

static bool read_number(const char *option, const char *text, uint64_t least, uint64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || *out < least)
        return bad(option, least ? "a number from 1" : "a number from 0", text);
    return true;
}

static bool read_size(const char *option, const char *text, size_t *out)
{
    static const char *const units = "KMG";
    const size_t most = (size_t)1 << 30;
    char *end;
    unsigned long long number;
    const char *unit;

    errno = 0;
    number = strtoull(text, &end, 10);
    unit = *end ? strchr(units, *end) : NULL;
    if (text[0] < '0' || text[0] > '9' || errno || number == 0 || (*end && (!unit || end[1])))
        return bad(option, "a size in bytes such as 4096 or 16M", text);
    for (; unit && unit >= units && number <= most; unit--)
        number *= 1024;
    if (number > most)
        return bad(option, "at most 1G", text);
    *out = (size_t)number;
    return true;
}

static void add(struct list *list, const char *item)
{
    list->items[list->count++] = item;
}

static bool one_of(const char *option, const char *text, const char *first, const char *second,
                   bool *is_second)
{
    char want[64];

    *is_second = strcmp(text, second) == 0;
    if (*is_second || strcmp(text, first) == 0)
        return true;
    (void)snprintf(want, sizeof(want), "%s or %s", first, second);
    return bad(option, want, text);
}

/* Names with commas between them, each at least once. */
static bool read_trace(const char *text, unsigned *trace)
{
    static const char *const names[] = {"steps", "views", "weights"};
    const char *at = text;

    for (*trace = 0;; at++) {
        size_t size = strcspn(at, ",");
        unsigned i = 0;

        while (i < 3 && (strlen(names[i]) != size || memcmp(names[i], at, size) != 0))
            i++;
        if (i == 3)
            return bad("--trace",
                       "one or more of steps, views and weights, with commas between them", text);
        *trace |= 1U << i;
        at += size;
        if (!*at)
            return true;
    }
}

static bool read_engine_option(struct ssp_options *engine, int option)
{
    switch (option) {
    case 'F':
        engine->format = optarg;
        return true;
    case OPT_EMIT:
        engine->emit = optarg;
        return true;
    case OPT_SEMANTICS:
        engine->semantics = optarg;
        return true;
    case 'w':
        engine->window = optarg;
        return true;
    case OPT_WINDOW_ON:
        engine->window_on = optarg;
        return true;
    case OPT_BATCH_ON:
        engine->batch_on = optarg;
        return true;
    case OPT_MAX_PENDING:
        return read_number("--max-pending", optarg, 1, &engine->max_pending);
    case OPT_NO_COALESCE:
        engine->no_coalesce = true;
        return true;
    case OPT_INITIAL:
        engine->initial = true;
        return true;
    case OPT_STRICT:
        engine->strict = true;
        return true;
    case OPT_ID_PREFIX:
        return one_of("--id-prefix", optarg, "strip", "keep", &engine->keep_prefix);
    case OPT_HASH:
        engine->hash = true;
        return true;
    case OPT_SEQ:
        engine->seq = true;
        return true;
    case OPT_VERIFY:
        engine->verify = 1;
        return !optarg || read_number("--verify", optarg, 1, &engine->verify);
    case OPT_TRACE:
        return read_trace(optarg, &engine->trace);
    default:
        return false; /* getopt_long has said what is wrong */
    }
}

static bool read_progress(const char *text, enum progress_option *progress)
{
    static const char *const names[] = {"auto", "always", "never"};

    for (unsigned i = 0; i < 3; i++)
        if (strcmp(text, names[i]) == 0) {
            *progress = (enum progress_option)i;
            return true;
        }
    return bad("--progress", "auto, always or never", text);
}

static bool read_report_option(struct options *options, int option)
{
    switch (option) {
    case OPT_STATS:
        options->stats = true;
        options->stats_file = optarg;
        return !optarg || *optarg || bad("--stats", "a file or -", optarg);
    case OPT_STATS_FORMAT:
        options->stats_format = optarg;
        return strcmp(optarg, "json") == 0 || strcmp(optarg, "text") == 0 ||
               strcmp(optarg, "prometheus") == 0 ||
               bad("--stats-format", "json, text or prometheus", optarg);
    case OPT_STATS_EVERY:
        return ssp_duration(optarg, &options->stats_every) ||
               bad("--stats-every", "a duration such as 500ms, 10s, 5m or 1h", optarg);
    case OPT_PROFILE:
        options->profile = optarg;
        return *optarg || bad("--profile", "a file", optarg);
    case OPT_PROGRESS:
        return read_progress(optarg, &options->progress);
    default:
        return read_engine_option(&options->engine, option);
    }
}

static bool read_option(struct options *options, int option)
{
    switch (option) {
    case 'p':
        add(&options->plans, optarg);
        return true;
    case OPT_PLAN_FORMAT:
        options->plan_format = optarg;
        return strcmp(optarg, "json") == 0 || strcmp(optarg, "sql") == 0 ||
               bad("--plan-format", "json or sql", optarg);
    case 'o':
        options->output = optarg;
        return true;
    case 'b':
        options->batch_given = true;
        return read_number("--batch", optarg, 0, &options->engine.batch);
    case 'j':
        if (!read_number("--threads", optarg, 1, &options->engine.threads))
            return false;
        return options->engine.threads <= THREADS_MAX || bad("--threads", "at most 64", optarg);
    case 'f':
        return strcmp(optarg, "native") == 0 || bad("--from", "native", optarg);
    case 'q':
        options->quiet = true;
        return true;
    case 'v':
        options->verbose = true;
        return true;
    case OPT_LOAD:
        add(&options->loads, optarg);
        options->engine.loads = true;
        return true;
    case OPT_ON_ERROR:
        return one_of("--on-error", optarg, "stop", "skip", &options->skip);
    case OPT_REJECTS:
        options->rejects = optarg;
        return true;
    case OPT_MAX_ERRORS:
        return read_number("--max-errors", optarg, 1, &options->max_errors);
    case OPT_MAX_LINE:
        return read_size("--max-line", optarg, &options->max_line);
    case OPT_EXPLAIN:
        options->explain = optarg ? optarg : "text";
        return strcmp(options->explain, "text") == 0 || strcmp(options->explain, "json") == 0 ||
               strcmp(options->explain, "dot") == 0 || strcmp(options->explain, "plan") == 0 ||
               strcmp(options->explain, "sql") == 0 ||
               bad("--explain", "text, json, dot, plan or sql", options->explain);
    case OPT_CHECK:
        options->check = true;
        return true;
    case OPT_LINE_BUFFERED:
        options->line_buffered = true;
        options->engine.prompt = true;
        return true;
    case OPT_BENCH:
        options->parse_only = true;
        return strcmp(optarg, "parse") == 0 || bad("--bench", "parse", optarg);
    default:
        return read_report_option(options, option);
    }
}

static bool check(const struct options *options)
{
    const char *needs_skip = options->rejects      ? "--rejects"
                             : options->max_errors ? "--max-errors"
                                                   : NULL;

    if (options->plans.count == 0) {
        (void)fputs("ssp: no plan; usage: ssp [OPTION]... PLAN [LOG]..., see ssp --help\n", stderr);
        return false;
    }
    if (needs_skip && !options->skip) {
        (void)fprintf(stderr, "ssp: %s goes with --on-error=skip\n", needs_skip);
        return false;
    }
    if (!options->stats && (options->stats_format || options->stats_every)) {
        (void)fprintf(stderr, "ssp: --stats-%s goes with --stats\n",
                      options->stats_format ? "format" : "every");
        return false;
    }
    return true;
}

enum options_result options_read(struct options *options, int argc, char **argv)
{
    static const char **items;
    static char name[] = "ssp";
    size_t room = (size_t)argc + 1;
    int option;

    *options = (struct options){
        .engine = {.batch = 1, .max_pending = 1000000},
        .max_line = (size_t)256 << 20,
    };
    items = calloc(3 * room, sizeof(*items));
    if (!items) {
        (void)fputs("ssp: out of memory\n", stderr);
        return OPTIONS_BAD;
    }
    options->plans.items = items;
    options->loads.items = items + room;
    options->logs.items = items + 2 * room;
    argv[0] = name; /* as getopt_long's messages begin */
    while ((option = getopt_long(argc, argv, "p:o:F:f:b:w:j:qvhV", long_options, NULL)) != -1) {
        if (option == 'h' || option == 'V') {
            (void)fputs(option == 'h' ? help : "ssp " SSP_VERSION "\n", stdout);
            return OPTIONS_DONE;
        }
        if (!read_option(options, option))
            return OPTIONS_BAD;
    }
    if (!options->batch_given && (options->engine.window || options->engine.batch_on))
        options->engine.batch = 0;
    if (options->plans.count == 0 && optind < argc)
        add(&options->plans, argv[optind++]);
    while (optind < argc)
        add(&options->logs, argv[optind++]);
    if (options->stats_file && strcmp(options->stats_file, "-") == 0) {
        options->stats_file = NULL;
        options->stats_format = options->stats_format ? options->stats_format : "text";
    }
    options->from_stdin = options->logs.count == 0;
    if (options->from_stdin)
        add(&options->logs, "-");
    if (!check(options))
        return OPTIONS_BAD;
    options->stats_format = options->stats_format ? options->stats_format : "json";
    return OPTIONS_RUN;
}

void options_release(struct options *options)
{
    free(options->plans.items); /* the three lists are one allocation */
}

#ifndef SSP_TESTS_SHRINK_H
#define SSP_TESTS_SHRINK_H

/*
 * Trying a law on many cases in child processes, and cutting down what fails: lines of the log,
 * views, parts of plans, as long as it still fails in some way.
 */
#include "run.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Says in *why what is wrong; false: something is. */
typedef bool law(const struct gen_case *c, struct text *why);

enum { CHILD_CASES = 100, CASE_SECONDS = 60, CUT_SECONDS = 8 };

/* Cutting stops here; static because it is one thing for a process. */
static time_t cut_end;

/* A plan that a cut has made nonsense is no failure: it is refused. */
static inline bool try_law(law *check, const struct gen_case *c, bool print, bool cut)
{
    struct text why = {0};
    bool ok;

    (void)alarm(CASE_SECONDS);
    ok = check(c, &why) || (cut && why.bytes && strstr(why.bytes, "refused: "));
    if (!ok && print)
        (void)fprintf(stderr, "%s", why.bytes ? why.bytes : "");
    free(why.bytes);
    return ok;
}

/* In a child a crash ends it; cmocka would go on with the next test. */
static inline void own_signals(void)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS};

    for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
        (void)signal(crashes[i], SIG_DFL);
}

/* In a child, because the engine may abort. When the time is over nothing fails any more. */
static inline bool holds(law *check, const struct gen_case *c, bool print)
{
    int status;
    pid_t child;

    if (!print && time(NULL) >= cut_end)
        return true;
    (void)fflush(NULL);
    child = fork();
    if (child < 0)
        abort();
    if (child == 0) {
        own_signals();
        if (!print && !freopen("/dev/null", "w", stderr))
            _exit(2);
        _exit(!try_law(check, c, print, !print));
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static inline void cut_lines(law *check, struct gen_case *c)
{
    struct case_lines *log = &c->log;

    for (size_t size = log->count / 2 + 1; size > 0; size /= 2)
        for (size_t i = 0; i < log->count;) {
            struct case_lines whole = *log;
            size_t cut = size < log->count - i ? size : log->count - i;

            log->lines = calloc(whole.count + 1, sizeof(*log->lines));
            if (!log->lines)
                abort();
            memcpy(log->lines, whole.lines, i * sizeof(*log->lines));
            memcpy(log->lines + i, whole.lines + i + cut,
                   (whole.count - i - cut) * sizeof(*log->lines));
            log->count -= cut;
            if (holds(check, c, false)) {
                free(log->lines);
                *log = whole;
                i += size;
            } else {
                free(whole.lines);
            }
        }
}

static inline void cut_views(law *check, struct gen_case *c)
{
    for (unsigned i = c->file_views; c->file_views > 1 && i-- > 0;) {
        unsigned last = c->file_views - 1;
        struct case_view view = c->views[i];

        c->views[i] = c->views[last];
        c->views[last] = view;
        c->file_views--;
        if (!holds(check, c, false))
            continue;
        c->file_views++;
        c->views[last] = c->views[i];
        c->views[i] = view;
    }
}

/* Makes the n-th possible cut at or below a part of a plan: an operator or predicate gives way to
 * one of its inputs, or an element leaves a list. Returns what stands in its place then; NULL:
 * there are fewer. */
static inline json_t *with_cut(json_t *part, int *n)
{
    static const char *const names[] = {"input", "left", "right", "predicate"};
    const json_t *list =
        json_object_get(part, json_object_get(part, "op") ? "inputs" : "predicates");
    json_t *less = NULL;
    const char *key;
    json_t *value;

    for (unsigned i = json_object_get(part, "op") ? 0 : 3; i < 4; i++) {
        value = json_object_get(part, names[i]);
        if (json_is_object(value) && (i < 3 || json_object_get(part, "type")) && (*n)-- == 0)
            return json_incref(value);
    }
    for (size_t i = 0; i < json_array_size(list); i++)
        if ((*n)-- == 0)
            return json_incref(json_array_get(list, i));
    for (size_t i = 0; i < json_array_size(part); i++)
        if (json_is_object(json_array_get(part, i)) && (*n)-- == 0)
            return json_array_remove(part, i) == 0 ? json_incref(part) : NULL;
    for (size_t i = 0; !less && i < json_array_size(part); i++) {
        less = with_cut(json_array_get(part, i), n);
        if (less)
            (void)json_array_set_new(part, i, less);
    }
    json_object_foreach(part, key, value)
    {
        less = with_cut(value, n);
        if (less) {
            (void)json_object_set_new(part, key, less);
            break;
        }
    }
    return less ? json_incref(part) : NULL;
}

enum { CUT_FAILS, CUT_HOLDS, CUT_NONE };

static inline int cut_plan(law *check, struct gen_case *c, struct case_view *view, int n)
{
    json_t *root = json_loads(view->root, JSON_ALLOW_NUL, NULL);
    json_t *less = with_cut(root, &n);
    const char *before = view->root;
    int result = CUT_NONE;

    if (less) {
        char *dump = json_dumps(less, JSON_COMPACT);
        struct text text = {0};

        text_add(&text, "%s", dump);
        free(dump);
        view->root = gen_keep(&c->g, &text);
        result = holds(check, c, false) ? CUT_HOLDS : CUT_FAILS;
        if (result == CUT_HOLDS)
            view->root = before;
    }
    json_decref(less);
    json_decref(root);
    return result;
}

static inline void cut_plans(law *check, struct gen_case *c)
{
    for (unsigned v = 0; v < c->view_count; v++)
        for (int n = 0, result = CUT_FAILS; result != CUT_NONE; n += result == CUT_HOLDS)
            result = cut_plan(check, c, &c->views[v], n);
}

static inline void print_case(const struct gen_case *c)
{
    struct text text = {0};

    case_plan(c, &(struct case_settings){.refresh = true}, &text);
    (void)fprintf(stderr, "plan:\n%s\nlog:\n", text.bytes);
    for (size_t i = 0; i < c->log.count; i++) {
        line_text(c, &c->log.lines[i], &(struct case_settings){.refresh = true}, &text);
        (void)fprintf(stderr, "%s\n", text.bytes);
    }
    free(text.bytes);
}

static inline void print_failure(law *check, uint64_t seed)
{
    struct gen_case *c = case_new(seed);

    if (holds(check, c, true)) {
        (void)fprintf(stderr, "alone the case of seed %" PRIu64 " does not fail\n", seed);
    } else {
        cut_end = time(NULL) + CUT_SECONDS;
        cut_lines(check, c);
        cut_views(check, c);
        cut_plans(check, c);
        cut_lines(check, c);
        (void)fprintf(stderr, "\ncut down:\n");
        (void)holds(check, c, true);
    }
    print_case(c);
    (void)fprintf(stderr, "PROP_SEED=%" PRIu64 " repeats it\n", seed);
    case_free(c);
}

/* A child tries some cases and says in *seed where it is. */
static inline bool try_cases(law *check, uint64_t first, uint64_t end, volatile uint64_t *seed)
{
    int status;
    pid_t child;

    (void)fflush(NULL);
    child = fork();
    if (child < 0)
        abort();
    if (child == 0) {
        own_signals();
        for (*seed = first; *seed < end; (*seed)++) {
            struct gen_case *c = case_new(*seed);
            bool ok = try_law(check, c, false, false);

            case_free(c);
            if (!ok)
                _exit(1);
        }
        exit(0); /* and not _exit(): leaks are looked for */
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* `count` cases, fewer if the seconds are over. False: one failed, and it has been printed. */
static inline bool law_holds(law *check, uint64_t count, time_t seconds)
{
    const char *only = getenv("PROP_SEED");
    const char *number = getenv("PROP_COUNT");
    volatile uint64_t *seed =
        mmap(NULL, sizeof(*seed), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t at = only ? strtoull(only, NULL, 10) : 0;
    uint64_t end = only ? at + 1 : number ? strtoull(number, NULL, 10) : count;
    time_t start = time(NULL);
    bool ok = true;

    while (ok && at < end && (only || number || time(NULL) - start < seconds)) {
        uint64_t next = at + CHILD_CASES < end ? at + CHILD_CASES : end;

        ok = try_cases(check, at, next, seed);
        at = ok ? next : *seed;
    }
    if (ok)
        (void)printf("%" PRIu64 " cases in %ld s\n", only ? 1 : at, (long)(time(NULL) - start));
    else
        print_failure(check, at);
    (void)munmap((void *)(uintptr_t)seed, sizeof(*seed));
    return ok;
}

enum { NORMAL_CASES = 4000, NORMAL_SECONDS = 3, LONG_SECONDS = 700 };

/* A test of a law; cmocka.h is included by then. */
#define LAW(name, check)                                                  \
    static void name(void **state)                                        \
    {                                                                     \
        (void)state;                                                      \
        assert_true(law_holds(check, SSP_LONG ? SSP_LONG : NORMAL_CASES,  \
                              SSP_LONG ? LONG_SECONDS : NORMAL_SECONDS)); \
    }

#endif

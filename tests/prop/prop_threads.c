/*
 * Threads are for speed alone: what is parsed ahead, and steps that run on several threads, write
 * the same bytes (see prop_laws.c for what a law is).
 */
#include "laws.h"
#include "shrink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Any options; the threads are the law's. */
static struct run_options gen_options(struct gen *g)
{
    struct run_options options = {.batch = gen_below(g, 4),
                                  .seed = gen_next(g),
                                  .strict = gen_percent(g, 20),
                                  .no_coalesce = gen_percent(g, 15),
                                  .hash = true,
                                  .seq = true,
                                  .before_start = gen_percent(g, 30) ? gen_below(g, 20) : 0,
                                  .reread = gen_percent(g, 30)};

    if (gen_percent(g, 60))
        gen_pace(g, &options);
    options.threads = 0;
    return options;
}

/* No output depends on how many threads there are. */
static bool law_of_threads(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = gen_options(&g);
    struct run a;
    struct run b;
    bool ok = run_log(&a, c, &c->log, &options, why);

    options.threads = 2 + gen_below(&g, 3);
    options.ahead = gen_percent(&g, 50);
    ok = run_log(&b, c, &c->log, &options, why) && ok &&
         same_text(&a.out, &b.out, "with more threads", why);
    run_release(&a);
    run_release(&b);
    return ok;
}

/* Lines that are parsed before they are applied do what they do when they are read one by one. */
static bool law_of_reading_ahead(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = gen_options(&g);
    struct run a;
    struct run b;
    bool ok = run_log(&a, c, &c->log, &options, why);

    options.ahead = true;
    ok = run_log(&b, c, &c->log, &options, why) && ok &&
         same_text(&a.out, &b.out, "read one by one and ahead", why);
    run_release(&a);
    run_release(&b);
    return ok;
}

LAW(test_any_number_of_threads_writes_the_same_bytes, law_of_threads)
LAW(test_reading_ahead_changes_nothing, law_of_reading_ahead)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_number_of_threads_writes_the_same_bytes),
        cmocka_unit_test(test_reading_ahead_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The laws of watching, on random cases as in prop_laws.c: traces and times change no update, and a
 * trace tells of every record how it came to the weight that it has.
 */
#include "laws.h"
#include "shrink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static bool law_of_watching(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.batch = gen_below(&g, 4),
                                  .seed = gen_next(&g),
                                  .verify = gen_percent(&g, 50),
                                  .no_coalesce = gen_percent(&g, 25),
                                  .seq = true,
                                  .follow = true,
                                  .reread = gen_percent(&g, 50),
                                  .truncates = gen_percent(&g, 30)};
    struct run plain;
    struct run watched;
    bool ok;

    if (gen_percent(&g, 50))
        gen_pace(&g, &options);
    if (gen_percent(&g, 25)) {
        options.before_start = gen_below(&g, 15);
        options.loads = gen_percent(&g, 70);
        options.initial = gen_percent(&g, 50);
    }
    options.settings.emit = gen_percent(&g, 50) ? "rows" : NULL;
    options.settings.format = gen_percent(&g, 25) ? "streaming" : NULL;
    ok = run_log(&plain, c, &c->log, &options, why);
    options.watch = true;
    options.profile = gen_percent(&g, 50);
    ok = run_log(&watched, c, &c->log, &options, why) && ok &&
         same_text(&plain.out, &watched.out, "with and without a trace", why);
    run_release(&plain);
    run_release(&watched);
    return ok;
}

LAW(test_a_trace_tells_the_weights_and_changes_nothing, law_of_watching)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_trace_tells_the_weights_and_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

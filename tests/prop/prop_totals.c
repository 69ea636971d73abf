/*
 * The laws of the engine where they are hardest to keep: aggregates of every function over few
 * groups, whose rows come, go and change in values that tie, cancel and round. See prop_laws.c for
 * the rest, and for how a case is repeated.
 */
#include "laws.h"
#include "shrink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* incremental == recomputation == the model that follows the updates, after every step. */
static bool law_of_totals(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.batch = GEN_PICK(&g, ((const unsigned[]){1, 1, 2, 3, 0})),
                                  .seed = gen_next(&g),
                                  .verify = 1,
                                  .no_coalesce = gen_percent(&g, 25),
                                  .hash = gen_percent(&g, 50),
                                  .follow = true};
    struct run run;
    bool ok;

    options.settings.format = gen_percent(&g, 50) ? "streaming" : NULL;
    ok = run_log(&run, c, &c->log, &options, why);
    run_release(&run);
    return ok;
}

/* Any split into batches ends in the same content. */
static bool law_of_split_totals(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    struct run_options options = {.batch = 1, .seed = 7};
    struct run one;
    struct run other;
    bool ok = run_log(&one, c, &c->log, &options, why);

    options.batch = gen_below(&g, 6);
    options.batch += options.batch == 1;
    options.seed = gen_next(&g);
    ok = run_log(&other, c, &c->log, &options, why) && ok &&
         same_snapshots(c, &one, &other, "another split, another content", why);
    run_release(&one);
    run_release(&other);
    return ok;
}

LAW(test_aggregates_are_those_of_the_rows_that_are_there, law_of_totals)
LAW(test_aggregates_do_not_depend_on_the_batches, law_of_split_totals)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_aggregates_are_those_of_the_rows_that_are_there),
        cmocka_unit_test(test_aggregates_do_not_depend_on_the_batches),
    };

    cases_of_totals = true;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

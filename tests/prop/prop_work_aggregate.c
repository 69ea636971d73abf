/*
 * Work of aggregate follows the change, whatever the number of groups: sums cost as much in a group
 * of 10^6 rows as in one of two, orders a descent; see prop_work.c.
 */
#include "work.h"

#define OF_V(function) "{\"func\":\"" function "\",\"field\":\"v\"}"

static struct engine open_aggregate(const char *group_by, const char *aggregates, size_t n)
{
    struct engine e = engine_new(1);

    text_add(&e.line,
             "{\"id\":\"v\",\"root\":{\"op\":\"aggregate\",\"group_by\":[%s],\"aggregates\":[%s],"
             "\"input\":" SCAN("t") "}}",
             group_by, aggregates);
    send(&e, true);
    fill(&e, "t", n);
    ssp_start(e.ssp);
    return e;
}

static struct work work_of_drop(struct engine *engine, size_t id)
{
    struct work before = so_far(engine);

    drop(engine, "t", id);
    return since(engine, before);
}

static void test_an_update_touches_its_groups_only(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = open_aggregate("\"k\"", OF_V("count") "," OF_V("sum") "," OF_V("max"), n);

        /* a row of t is a group; each change of one looks it up, and adds to three accumulators */
        assert_at_most("another value", n, work_of_put(&e, "t", 5, 5, 0), 2, 4, 12);
        assert_at_most("moves", n, work_of_put(&e, "t", 5, 6, 0), 2, 5, 14);
        assert_at_most("to a group of its own", n, work_of_put(&e, "t", 5, n, 0), 2, 5, 14);
        assert_at_most("goes", n, work_of_drop(&e, 5), 1, 2, 6);
        assert_at_most("comes", n, work_of_put(&e, "t", 5, 6, 5), 1, 3, 8);
        engine_free(&e);
    }
}

static void test_sums_cost_the_same_in_any_group(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = open_aggregate(
            "",
            OF_V("count") "," OF_V("sum") "," OF_V("avg") "," OF_V("stddev") "," OF_V("bool_or"),
            n);

        /* three accumulators: a count, the sums, the truths */
        assert_at_most("another value", n, work_of_put(&e, "t", 5, 5, 0), 2, 4, 8);
        assert_at_most("goes", n, work_of_drop(&e, 5), 1, 3, 4);
        assert_at_most("comes", n, work_of_put(&e, "t", 5, 5, 5), 1, 3, 4);
        engine_free(&e);
    }
}

static void test_an_extreme_that_goes_costs_a_descent(void **state)
{
    static const char *const aggregates[] = {
        OF_V("min"),
        OF_V("max"),
        OF_V("median"),
        OF_V("first"),
        OF_V("mode"),
        "{\"func\":\"percentile_disc\",\"field\":\"v\",\"p\":0.9}",
        "{\"func\":\"arg_max\",\"field\":\"k\",\"by\":\"v\"}",
    };

    (void)state;
    for (size_t f = 0; f < sizeof(aggregates) / sizeof(aggregates[0]); f++)
        for (size_t n = 1000; n <= LARGEST / 10; n *= 10) {
            struct engine e = open_aggregate("", aggregates[f], n);
            const uint64_t descents = 2 * (log2_of(n) + 4);

            for (size_t i = 0; i < 4; i++) {
                assert_at_most("the least", n, work_of_drop(&e, i), 1, 3, descents);
                assert_at_most("the greatest", n, work_of_drop(&e, n - 1 - i), 1, 3, descents);
                assert_at_most("the middle", n, work_of_drop(&e, n / 2 - i), 1, 3, descents);
            }
            for (size_t i = 4; i--;)
                assert_at_most("comes back", n, work_of_put(&e, "t", i, i, i), 1, 3, descents);
            engine_free(&e);
        }
}

static void test_a_distinct_value_is_looked_up(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = open_aggregate("",
                                         "{\"func\":\"count_distinct\",\"field\":\"v\"},"
                                         "{\"func\":\"sum\",\"distinct\":true,\"field\":\"v\"}",
                                         n);

        assert_at_most("one of two copies", n, work_of_put(&e, "t", 5, 5, 6), 2, 4, 6);
        assert_at_most("the last copy", n, work_of_put(&e, "t", 5, 5, n), 2, 4, 6);
        engine_free(&e);
    }
}

static void test_a_step_writes_each_group_once(void **state)
{
    struct engine e = engine_new(1000);
    struct work before;

    (void)state;
    plan(&e, VIEW("v", "{\"op\":\"aggregate\",\"group_by\":[\"k\"],\"aggregates\":[" OF_V(
                           "sum") "],\"input\":" SCAN("t") "}"));
    ssp_start(e.ssp);
    before = so_far(&e);
    for (size_t i = 0; i < 1000; i++)
        put(&e, "t", i, i % 2, i);
    assert_at_most("two groups of 500 new rows", 1000, since(&e, before), 1000, 1002, 2000);
    before = so_far(&e);
    for (size_t i = 0; i < 1000; i++)
        put(&e, "t", i, i % 2, i + 1);
    assert_at_most("and all rows changed", 1000, since(&e, before), 2000, 2004, 4000);
    engine_free(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_update_touches_its_groups_only),
        cmocka_unit_test(test_sums_cost_the_same_in_any_group),
        cmocka_unit_test(test_an_extreme_that_goes_costs_a_descent),
        cmocka_unit_test(test_a_distinct_value_is_looked_up),
        cmocka_unit_test(test_a_step_writes_each_group_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

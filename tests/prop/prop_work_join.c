/* Work of joins follows the matches; see prop_work.c. */
#include "work.h"

static void test_a_join_looks_at_matches_only(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = engine_new(1);

        plan(&e, "{\"id\":\"v\",\"semantics\":\"multiset\",\"root\":" JOIN "}");
        fill(&e, "t", n);
        fill(&e, "u", n);
        for (size_t i = 0; i < 9; i++)
            put(&e, "u", n + i, 7, 0); /* ten matches of key 7 */
        ssp_start(e.ssp);
        assert_at_most("one match", n, work_of_put(&e, "t", 5, 5, 0), 2, 4, 8);
        assert_at_most("moved", n, work_of_put(&e, "t", 5, 6, 0), 2, 4, 8);
        assert_at_most("no match", n, work_of_put(&e, "t", 5, n * 2, 0), 2, 3, 8);
        assert_at_most("ten matches", n, work_of_put(&e, "t", 7, 7, 1), 2, 4, 24);
        assert_at_most("one of ten", n, work_of_put(&e, "u", n, 7, 1), 2, 2, 8);
        engine_free(&e);
    }
}

static void test_one_of_many_equal_keys_costs_its_matches(void **state)
{
    struct engine e = engine_new(1);
    const size_t n = 10000;

    (void)state;
    plan(&e, "{\"id\":\"v\",\"semantics\":\"multiset\",\"root\":" JOIN "}");
    for (size_t i = 0; i < n; i++)
        put(&e, "t", i, 1, i); /* one key */
    put(&e, "u", 0, 1, 0);
    put(&e, "u", 1, 1, 0);
    ssp_start(e.ssp);
    for (size_t i = 0; i < n; i += n / 20) {
        assert_at_most("another value", n, work_of_put(&e, "t", i, 1, n), 2, 4, 10);
        assert_at_most("away", n, work_of_put(&e, "t", i, 2, n), 2, 4, 10);
        assert_at_most("back", n, work_of_put(&e, "t", i, 1, i), 2, 4, 10);
    }
    assert_at_most("the other side", n, work_of_put(&e, "u", 0, 2, 0), 2, n + 2, n + 16);
    engine_free(&e);
}

/* All rows of the other side, and nothing of its own. */
static void test_a_cross_join_looks_at_the_other_side(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = engine_new(1);

        plan(&e, VIEW("v", "{\"op\":\"join\",\"select\":\"both\",\"left\":" SCAN(
                               "t") ",\"right\":" SCAN("u") "}"));
        fill(&e, "t", n);
        fill(&e, "u", 3);
        ssp_start(e.ssp);
        assert_at_most("beside few rows", n, work_of_put(&e, "t", 5, 1, 1), 2, 2 + 2 * 3, 16);
        assert_at_most("beside many rows", n, work_of_put(&e, "u", 1, 1, 2), 2, 2 + 2 * n,
                       2 * n + 16);
        engine_free(&e);
    }
}

/* A join of t with u by k, of this kind and with these other members. */
static void plan_join(struct engine *engine, const char *kind, const char *more)
{
    text_add(
        &engine->line,
        "{\"id\":\"v\",\"semantics\":\"multiset\",\"root\":{\"op\":\"join\",\"kind\":\"%s\",\"on\":"
        "{\"left_field\":\"k\",\"right_field\":\"k\"}%s,\"left\":" SCAN("t") ",\"right\":" SCAN(
            "u") "}}",
        kind, more);
    send(engine, true);
}

#define BOTH  ",\"select\":\"both\""
#define WHERE ",\"where\":{\"type\":\"lte\",\"field\":\"left.v\",\"value\":{\"field\":\"right.v\"}}"

static void test_an_outer_join_looks_at_matches_only(void **state)
{
    static const char *const kinds[][2] = {{"left", BOTH}, {"right", BOTH}, {"full", BOTH},
                                           {"left", ""},   {"left", WHERE}, {"full", BOTH WHERE}};

    (void)state;
    for (size_t n = 1000; n <= LARGEST / 10; n *= 10)
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
            struct engine e = engine_new(1);

            plan_join(&e, kinds[i][0], kinds[i][1]);
            fill(&e, "t", n);
            fill(&e, "u", n);
            for (size_t j = 0; j < 9; j++)
                put(&e, "u", n + j, 7, n); /* ten matches of key 7 */
            ssp_start(e.ssp);
            assert_at_most("one match", n, work_of_put(&e, "t", 5, 5, 4), 2, 4, 16);
            assert_at_most("moved", n, work_of_put(&e, "t", 5, 6, 4), 2, 6, 16);
            assert_at_most("the last match goes", n, work_of_put(&e, "u", 5, n * 2, 0), 2, 4, 16);
            assert_at_most("the first one comes", n, work_of_put(&e, "u", n + 20, 8, n), 1, 2, 16);
            assert_at_most("ten matches", n, work_of_put(&e, "t", 7, 7, 1), 2, 22, 48);
            assert_at_most("one of ten", n, work_of_put(&e, "u", n, 7, n + 1), 2, 4, 16);
            assert_at_most("no match", n, work_of_put(&e, "t", n, n * 3, 0), 1, 2, 4);
            assert_at_most("alone again", n, work_of_put(&e, "t", n, n * 3, 1), 2, 4, 8);
            assert_at_most("no match", n, work_of_put(&e, "u", n + 30, n * 4, 0), 1, 2, 4);
            engine_free(&e);
        }
}

/* A right row that is neither the first nor the last match is seen by nobody. */
static void test_a_semi_join_looks_at_what_turns(void **state)
{
    static const char *const kinds[] = {"semi", "anti"};

    (void)state;
    for (size_t n = 1000; n <= LARGEST / 10; n *= 10)
        for (size_t i = 0; i < 2; i++) {
            struct engine e = engine_new(1);

            plan_join(&e, kinds[i], "");
            fill(&e, "t", n);
            fill(&e, "u", n);
            for (size_t j = 0; j < n / 10; j++) {
                put(&e, "t", n + j, 7, 0); /* many of one key */
                put(&e, "u", n + j, 7, 0);
            }
            ssp_start(e.ssp);
            assert_at_most("one of many", n, work_of_put(&e, "t", n, 7, 1), 2, 4, 8);
            assert_at_most("a match of many", n, work_of_put(&e, "u", n, 7, 1), 2, 2, 10);
            assert_at_most("one match more", n, work_of_put(&e, "u", 3 * n, 7, 1), 1, 1, 5);
            assert_at_most("moved", n, work_of_put(&e, "t", 5, n * 2, 0), 2, 4, 8);
            assert_at_most("the last match goes", n, work_of_put(&e, "u", 6, n * 3, 0), 2, 3, 12);
            assert_at_most("no match", n, work_of_put(&e, "t", 2 * n, n * 4, 0), 1, 2, 4);
            assert_at_most("no match", n, work_of_put(&e, "u", 2 * n, n * 5, 0), 1, 1, 4);
            engine_free(&e);
        }
}

#define TIME ",\"time\":{\"left_field\":\"v\",\"right_field\":\"v\"}"

/* Of one key many rows on both sides: what a right row turns are the rows up to the next one. */
static void test_an_asof_join_turns_the_rows_up_to_the_next_one(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST / 10; n *= 10) {
        struct engine e = engine_new(1);
        uint64_t log = 8 * log2_of(n) + 40;

        plan_join(&e, "asof", TIME BOTH);
        for (size_t i = 0; i < n; i++) {
            put(&e, "t", i, 1, 10 * i);
            if (i % 5 == 0)
                put(&e, "u", i, 1, 10 * i);
        }
        ssp_start(e.ssp);
        assert_at_most("a left row", n, work_of_put(&e, "t", n, 1, 5 * n + 3), 1, 2, log);
        assert_at_most("a left row moves", n, work_of_put(&e, "t", n, 1, 3), 2, 4, 2 * log);
        assert_at_most("nine rows turn", n, work_of_put(&e, "u", 10, 1, 9), 2, 20, 3 * log);
        assert_at_most("and back", n, work_of_put(&e, "u", 10, 1, 100), 2, 20, 3 * log);
        assert_at_most("between", n, work_of_put(&e, "u", n, 1, 511), 1, 10, 2 * log);
        assert_at_most("of no left row", n, work_of_put(&e, "u", n + 1, 1, 512), 1, 10, 2 * log);
        assert_at_most("another key", n, work_of_put(&e, "u", n + 2, 2, 512), 1, 1, log);
        engine_free(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_join_looks_at_matches_only),
        cmocka_unit_test(test_one_of_many_equal_keys_costs_its_matches),
        cmocka_unit_test(test_a_cross_join_looks_at_the_other_side),
        cmocka_unit_test(test_an_outer_join_looks_at_matches_only),
        cmocka_unit_test(test_a_semi_join_looks_at_what_turns),
        cmocka_unit_test(test_an_asof_join_turns_the_rows_up_to_the_next_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

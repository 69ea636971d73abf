/* What a change costs a recursion and the views that others read. A row of t is a node where ways
 * begin, k; one of u an edge from k to v. */
#include "work.h"

static const char reach[] =
    "{\"id\":\"v\",\"root\":{\"op\":\"fixpoint\",\"name\":\"r\","
    "\"base\":{\"op\":\"project\",\"projections\":[{\"type\":\"field\",\"field\":\"k\"}],"
    "\"input\":{\"op\":\"scan\",\"table\":\"t\"}},"
    "\"step\":{\"op\":\"project\","
    "\"projections\":[{\"type\":\"field\",\"field\":\"right.v\",\"alias\":\"k\"}],"
    "\"input\":{\"op\":\"join\",\"select\":\"both\","
    "\"on\":{\"left_field\":\"k\",\"right_field\":\"k\"},"
    "\"left\":{\"op\":\"recurse\",\"name\":\"r\"},"
    "\"right\":{\"op\":\"scan\",\"table\":\"u\"}}}}}";

/* A tree of n edges: from each node to two others; node 0 is where ways begin. */
static struct engine tree_of(size_t n)
{
    struct engine engine = engine_new(1);

    plan(&engine, reach);
    put(&engine, "t", 0, 0, 0);
    for (size_t i = 1; i <= n; i++)
        put(&engine, "u", i, (i - 1) / 2, i);
    ssp_start(engine.ssp);
    return engine;
}

static void test_an_edge_costs_what_it_leads_to(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST / 10; n *= 10) {
        struct engine engine = tree_of(n);
        struct work work = work_of_put(&engine, "u", n + 1, n, n + 1);

        assert_at_most("a leaf comes", n, work, 2, 2, 12);
        work = work_of_put(&engine, "u", n + 2, 0, n + 1);
        assert_at_most("and earlier", n, work, 2, 1, 20);
        work = so_far(&engine);
        drop(&engine, "u", n + 1);
        assert_at_most("a way of two goes", n, since(&engine, work), 2, 1, 20);
        work = so_far(&engine);
        drop(&engine, "u", n + 2);
        assert_at_most("the leaf goes", n, since(&engine, work), 2, 2, 12);
        work = so_far(&engine);
        drop(&engine, "u", n / 4);
        assert_at_most("some nodes go", n, since(&engine, work), 10, 10, 100);
        engine_free(&engine);
    }
}

/* Nodes 1 .. n in a loop that is entered from node 0, beside a tree. */
static void test_a_loop_costs_its_nodes_once(void **state)
{
    (void)state;
    for (size_t n = 100; n <= LARGEST / 10; n *= 10) {
        struct engine engine = tree_of(1000);
        struct work work;

        for (size_t i = 0; i < n; i++)
            put(&engine, "u", 5000 + i, 5000 + i, 5000 + (i + 1) % n);
        work = work_of_put(&engine, "u", 4999, 0, 5000);
        assert_at_most("a loop comes", n, work, 2 * n + 10, 2 * n + 10, 12 * n + 10);
        work = so_far(&engine);
        drop(&engine, "u", 4999);
        assert_at_most("a loop goes", n, since(&engine, work), 2 * n + 10, 2 * n + 10, 12 * n + 10);
        engine_free(&engine);
    }
}

/* A chain of n nodes, all of which lead to one: that one is given by n rounds. */
static void test_the_end_of_all_edges_costs_no_square(void **state)
{
    (void)state;
    for (size_t n = 100; n <= LARGEST / 10; n *= 10) {
        struct engine engine = engine_new(1);
        const uint64_t most = n * (20 + 2 * log2_of(n));
        struct work work;

        plan(&engine, reach);
        put(&engine, "t", 0, 0, 0);
        ssp_start(engine.ssp);
        for (size_t i = 0; i < n; i++) {
            put(&engine, "u", i, i, i + 1);
            put(&engine, "u", n + i, i, 2 * n);
        }
        work = so_far(&engine);
        drop(&engine, "t", 0);
        assert_at_most("a chain goes", n, since(&engine, work), 2 * n + 10, 2 * n + 10, most);
        work = work_of_put(&engine, "t", 0, 0, 0);
        assert_at_most("a chain comes", n, work, 2 * n + 10, 2 * n + 10, most);
        engine_free(&engine);
    }
}

static void test_a_view_that_is_read_is_computed_once(void **state)
{
    static const char reader[] =
        "{\"op\":\"filter\",\"predicate\":{\"type\":\"gt\",\"field\":\"v\","
        "\"value\":5},\"input\":{\"op\":\"view\",\"view_id\":\"v\"}}";

    (void)state;
    for (size_t readers = 0; readers <= 20; readers += 10) {
        struct engine engine = engine_new(1);
        struct text text = {0};
        struct work work;

        text_add(&text, "[" VIEW("v", JOIN));
        for (size_t i = 0; i < readers; i++)
            text_add(&text, ",{\"id\":\"r%zu\",\"root\":%s}", i, reader);
        text_add(&text, "]");
        plan(&engine, text.bytes);
        free(text.bytes);
        fill(&engine, "t", 1000);
        fill(&engine, "u", 1000);
        ssp_start(engine.ssp);
        work = work_of_put(&engine, "t", 7, 7, 8);
        /* the join; its distinct; and, however many they are, the filter of the readers */
        assert_at_most("an update", readers, work, readers ? 6 : 4, readers ? 8 : 6, 10);
        engine_free(&engine);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_edge_costs_what_it_leads_to),
        cmocka_unit_test(test_a_loop_costs_its_nodes_once),
        cmocka_unit_test(test_the_end_of_all_edges_costs_no_square),
        cmocka_unit_test(test_a_view_that_is_read_is_computed_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

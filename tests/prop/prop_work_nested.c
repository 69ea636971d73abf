/*
 * Work follows the change in nested views too: neither the number of enclosing rows counts nor that
 * of children, but those that a change touches. Two exceptions are by definition: a correlation
 * without an equality pairs every row with every context, which --explain names; and a tree is
 * written whole, so it is made whole.
 */
#include "work.h"

#if defined(SSP_STRESS)
enum { MOST = 1000 }; /* more operators than elsewhere, and every array grows by one */
#else
enum { MOST = LARGEST };
#endif

#define SUBQUERY(type)                                                   \
    "{\"op\":\"filter\",\"predicate\":{\"type\":\"" type "\",\"field\":" \
    "\"k\",\"value\":{\"$param\":\"parent.k\"}},\"input\":" SCAN("u") "}"
#define WITH(children)                                                                \
    "{\"op\":\"project\",\"projections\":[{\"type\":\"all\"},{\"type\":\"subquery\"," \
    "\"alias\":\"u\",\"plan\":" children "}],\"input\":" SCAN("t") "}"
#define NEWEST(children)                                                          \
    "{\"op\":\"limit\",\"limit\":2,\"order_by\":[{\"field\":\"v\",\"direction\":" \
    "\"desc\"}],\"input\":" children "}"
#define EXISTS(children)                                                       \
    "{\"op\":\"filter\",\"predicate\":{\"type\":\"exists\",\"plan\":" children \
    "},\"input\":" SCAN("t") "}"
#define MULTISET(root) "{\"id\":\"v\",\"semantics\":\"multiset\",\"root\":" root "}"

/* n enclosing rows, each with a child of its own. */
static struct engine pairs(const char *view, size_t n)
{
    struct engine e = engine_new(1);

    plan(&e, view);
    fill(&e, "t", n);
    fill(&e, "u", n);
    ssp_start(e.ssp);
    return e;
}

/* n enclosing rows that agree in what their subquery asks for, and n children. */
static struct engine one_context(const char *view, size_t n)
{
    struct engine e = engine_new(1);

    plan(&e, view);
    for (size_t i = 0; i < n; i++)
        put(&e, "t", i, 1, i);
    fill(&e, "u", n);
    ssp_start(e.ssp);
    return e;
}

static void test_a_child_costs_the_rows_that_it_belongs_to(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e = pairs(MULTISET(WITH(SUBQUERY("eq"))), n);

        /* two rows each through scan, correlate, expand, members */
        assert_at_most("another field", n, work_of_put(&e, "u", 5, 5, n), 8, 10, 12);
        assert_at_most("to another row", n, work_of_put(&e, "u", 5, 6, n), 8, 10, 14);
        assert_at_most("to no row", n, work_of_put(&e, "u", 5, 2 * n, n), 5, 6, 8);
        assert_at_most("and back", n, work_of_put(&e, "u", 5, 5, n), 5, 6, 8);
        engine_free(&e);
    }
}

static void test_an_enclosing_row_costs_its_children(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e = pairs(VIEW("v", WITH(SUBQUERY("eq"))), n);

        assert_at_most("another field", n, work_of_put(&e, "t", 5, 5, n), 8, 8, 4);
        assert_at_most("other children", n, work_of_put(&e, "t", 5, 6, n), 20, 20, 20);
        assert_at_most("no children", n, work_of_put(&e, "t", 5, 2 * n, n), 16, 14, 12);
        for (size_t i = 0; i < 10; i++)
            put(&e, "u", n + i, 7, i);
        assert_at_most("eleven children", n, work_of_put(&e, "t", 5, 7, n), 44, 44, 28);
        engine_free(&e);
    }
}

static void test_a_child_of_many_rows_costs_what_a_child_of_one_does(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e = one_context(MULTISET(WITH(SUBQUERY("eq"))), n);

        assert_at_most("another field", n, work_of_put(&e, "u", 1, 1, n), 8, 10, 12);
        assert_at_most("a second one", n, work_of_put(&e, "u", 2, 1, n), 5, 6, 8);
        assert_at_most("the first goes", n, work_of_put(&e, "u", 1, 2, n), 5, 6, 8);
        assert_at_most("one of the rows", n, work_of_put(&e, "t", 1, 1, n), 6, 6, 4);
        assert_at_most("one of them goes", n, work_of_put(&e, "t", 1, n, n), 16, 14, 12);
        engine_free(&e);
    }
}

static void test_rows_that_a_filter_lets_through_keep_their_children(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e =
            pairs(VIEW("v", "{\"op\":\"filter\",\"predicate\":{\"type\":\"gte\",\"field\":\"v\","
                            "\"value\":3},\"input\":" WITH(SUBQUERY("eq")) "}"),
                  n);

        assert_at_most("a child", n, work_of_put(&e, "u", 5, 5, n), 10, 12, 14);
        assert_at_most("a row", n, work_of_put(&e, "t", 5, 5, n), 14, 12, 16);
        assert_at_most("a row goes", n, work_of_put(&e, "t", 5, 5, 0), 18, 16, 24);
        assert_at_most("and its child", n, work_of_put(&e, "u", 5, 5, 0), 4, 4, 8);
        engine_free(&e);
    }
}

static void test_a_limit_inside_a_subquery_is_refilled_from_its_context(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e = pairs(VIEW("v", WITH(NEWEST(SUBQUERY("eq")))), n);
        const uint64_t descents = 8 * (log2_of(n) + 4);

        for (size_t i = 0; i < 10; i++)
            put(&e, "u", n + i, 5, n + i);
        assert_at_most("the first", n, work_of_put(&e, "u", n + 9, 5, 0), 14, 18, descents);
        assert_at_most("the last", n, work_of_put(&e, "u", n, 5, 1), 6, 6, descents);
        assert_at_most("to another row", n, work_of_put(&e, "u", n + 8, 6, 1), 16, 20, descents);
        engine_free(&e);
    }
}

static void test_exists_costs_the_rows_whose_answer_may_change(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e = pairs(VIEW("v", EXISTS(SUBQUERY("eq"))), n);

        assert_at_most("another field", n, work_of_put(&e, "u", 5, 5, n), 6, 6, 8);
        assert_at_most("the only one goes", n, work_of_put(&e, "u", 5, 2 * n, n), 5, 6, 8);
        assert_at_most("and comes back", n, work_of_put(&e, "u", 5, 5, n), 5, 6, 8);
        assert_at_most("a row", n, work_of_put(&e, "t", 5, 5, n), 4, 4, 4);
        assert_at_most("a row asks for another", n, work_of_put(&e, "t", 5, 6, n), 10, 10, 10);
        engine_free(&e);
    }
}

/* All rows ask for one context: only 0 <-> 1 concerns them. */
static void test_exists_looks_at_nobody_if_no_answer_changes(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e = one_context(VIEW("v", EXISTS(SUBQUERY("eq"))), n);

        assert_at_most("another field", n, work_of_put(&e, "u", 1, 1, n), 6, 6, 8);
        assert_at_most("a second one", n, work_of_put(&e, "u", 2, 1, n), 4, 4, 8);
        assert_at_most("the first goes", n, work_of_put(&e, "u", 1, 2, n), 4, 4, 8);
        assert_at_most("the last goes", n, work_of_put(&e, "u", 2, 2, n), 4, n + 4, n + 8);
        engine_free(&e);
    }
}

/* Whether --explain names a product. */
static bool warns(const struct engine *e)
{
    static const char said[] = "[every row under every context]";
    struct ssp_error error;
    size_t size;
    const char *text;

    assert_int_equal(ssp_explain(e->ssp, "text", &error), SSP_OK);
    text = ssp_output(e->ssp, &size);
    return memmem(text, size, said, sizeof(said) - 1) != NULL;
}

/* The children of a context are the rows below it, so a child has half of the contexts, and costs
 * them; what no subquery asks about still costs nothing. */
static void test_a_correlation_without_an_equality_costs_every_context_and_says_so(void **state)
{
    (void)state;
    for (size_t n = 10; n * n <= MOST; n *= 10) { /* there are half of n * n pairs */
        struct engine e = pairs(MULTISET(WITH(SUBQUERY("lt"))), n);
        struct work work = work_of_put(&e, "u", 5, n / 2, n);

        assert_at_most("a child", n, work, 6 * n, 6 * n, 8 * n);
        assert_true(work.looked_at > n);
        assert_at_most("another field", n, work_of_put(&e, "t", 5, 5, n), 8, 8, 4);
        assert_true(warns(&e));
        engine_free(&e);
        e = pairs(MULTISET(WITH(SUBQUERY("eq"))), 1);
        assert_false(warns(&e));
        engine_free(&e);
    }
}

/* Its document is made anew, but the rows that go through the circuit are those that changed. */
static void test_a_tree_is_made_whole_from_the_rows_that_changed(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e =
            pairs("{\"id\":\"v\",\"format\":\"tree\",\"root\":" WITH(SUBQUERY("eq")) "}", n);

        assert_at_most("a child", n, work_of_put(&e, "u", 5, 5, n), 6, 8, 2 * n + 12);
        assert_at_most("a row", n, work_of_put(&e, "t", 5, 5, n), 8, 8, 2 * n + 12);
        engine_free(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_child_costs_the_rows_that_it_belongs_to),
        cmocka_unit_test(test_an_enclosing_row_costs_its_children),
        cmocka_unit_test(test_a_child_of_many_rows_costs_what_a_child_of_one_does),
        cmocka_unit_test(test_rows_that_a_filter_lets_through_keep_their_children),
        cmocka_unit_test(test_a_limit_inside_a_subquery_is_refilled_from_its_context),
        cmocka_unit_test(test_exists_costs_the_rows_whose_answer_may_change),
        cmocka_unit_test(test_exists_looks_at_nobody_if_no_answer_changes),
        cmocka_unit_test(test_a_correlation_without_an_equality_costs_every_context_and_says_so),
        cmocka_unit_test(test_a_tree_is_made_whole_from_the_rows_that_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

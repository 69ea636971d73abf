/*
 * Work follows the change: what one mutation costs, in rows through operators and entries looked
 * at in their states, over tables of 10^3 to 10^6 rows. Counters prove it, not the clock.
 */
#include "work.h"

static void test_a_filter_takes_the_old_and_the_new_row(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = engine_new(1);

        plan(&e, VIEW("v", "{\"op\":\"filter\",\"predicate\":{\"type\":\"gte\",\"field\":\"v\","
                           "\"value\":500},\"input\":" SCAN("t") "}"));
        fill(&e, "t", n);
        ssp_start(e.ssp);
        /* out: two rows of the scan, then what passes the filter */
        assert_at_most("inside", n, work_of_put(&e, "t", 600, 1, 700), 2, 4, 0);
        assert_at_most("out of", n, work_of_put(&e, "t", 600, 1, 100), 2, 3, 0);
        assert_at_most("into", n, work_of_put(&e, "t", 600, 1, 600), 2, 3, 0);
        assert_at_most("outside", n, work_of_put(&e, "t", 3, 1, 4), 2, 2, 0);
        assert_at_most("the same", n, work_of_put(&e, "t", 3, 1, 4), 0, 0, 0);
        engine_free(&e);
    }
}

/* Two rows of the scan, two made of them; none where what is computed stays. */
static void test_a_project_makes_the_rows_of_a_change(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = engine_new(1);

        plan(&e, VIEW("v", "{\"op\":\"project\",\"projections\":[{\"type\":\"expr\",\"alias\":"
                           "\"x\",\"expr\":{\"call\":\"quotient\",\"args\":[{\"field\":\"v\"},"
                           "10]}}],\"input\":" SCAN("t") "}"));
        fill(&e, "t", n);
        ssp_start(e.ssp);
        assert_at_most("another value", n, work_of_put(&e, "t", 600, 1, 700), 2, 4, 0);
        assert_at_most("the same value", n, work_of_put(&e, "t", 600, 1, 701), 2, 2, 0);
        assert_at_most("the same row", n, work_of_put(&e, "t", 600, 1, 701), 0, 0, 0);
        engine_free(&e);
    }
}

/* Records of two tables: what goes in comes out, whatever is there. */
static void test_a_union_of_all_adds_up_a_change(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = engine_new(1);

        plan(&e, "{\"id\":\"v\",\"semantics\":\"multiset\",\"root\":{\"op\":\"union\",\"all\":true,"
                 "\"inputs\":[" SCAN("t") "," SCAN("u") "]}}");
        fill(&e, "t", n);
        fill(&e, "u", n);
        ssp_start(e.ssp);
        assert_at_most("a row", n, work_of_put(&e, "t", 6, 1, 7), 2, 4, 0);
        assert_at_most("of the other", n, work_of_put(&e, "u", 6, 1, 7), 2, 4, 0);
        engine_free(&e);
    }
}

static void test_membership_costs_a_look_up(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = engine_new(1);

        plan(&e, VIEW("v", JOIN));
        fill(&e, "t", n);
        fill(&e, "u", n);
        put(&e, "u", n, 7, 0);
        ssp_start(e.ssp);
        assert_at_most("the left row", n, work_of_put(&e, "t", 5, 5, 0), 4, 6, 10);
        assert_at_most("a second match", n, work_of_put(&e, "u", n, 8, 0), 4, 4, 10);
        assert_at_most("the only match", n, work_of_put(&e, "u", 3, n * 2, 0), 3, 4, 10);
        engine_free(&e);
    }
}

/* Updates around the window of a limit. Each costs a few descents and the rows that cross. */
static void check_limit(size_t n, size_t limit, size_t offset)
{
    struct engine e = engine_new(1);
    const uint64_t descents = 5 * (log2_of(n) + 4);
    const struct {
        const char *what;
        size_t id;
        size_t v;
        uint64_t out; /* of the scan and of the limit */
    } updates[] = {
        {"inside", offset + limit / 2, offset + limit / 2, 4},
        {"the first", offset, offset, 4},
        {"the last", offset + limit - 1, offset + limit - 1, 4},
        {"the one before", offset ? offset - 1 : 0, offset ? offset - 1 : 0, 2},
        {"the one behind", offset + limit, offset + limit, 2},
        {"far behind", n - 2, n - 2, 2},
        {"from behind to the front", n - 1, 0, 4},
        {"from the front to behind", 0, n, 4},
        {"from inside to behind", offset + limit / 2, n + 1, 4},
        {"back inside", offset + limit / 2, offset + limit / 2, 4},
    };

    text_add(&e.line,
             "{\"id\":\"v\",\"root\":{\"op\":\"limit\",\"limit\":%zu,\"offset\":%zu,\"order_by\":"
             "[{\"field\":\"v\"}],\"input\":" SCAN("t") "}}",
             limit, offset);
    send(&e, true);
    fill(&e, "t", n);
    ssp_start(e.ssp);
    for (size_t i = 0; i < sizeof(updates) / sizeof(updates[0]); i++)
        assert_at_most(updates[i].what, n, work_of_put(&e, "t", updates[i].id, 1, updates[i].v), 2,
                       updates[i].out, descents);
    engine_free(&e);
}

static void test_a_limit_pays_for_what_crosses_its_edges(void **state)
{
    (void)state;
    for (size_t n = 10000; n <= LARGEST; n *= 10) {
        check_limit(n, 10, 0);
        check_limit(n, 10, 1000);
        check_limit(n, 1000, 0);
        check_limit(n, 1000, 1000);
    }
    check_limit(1000, 10, 5);
}

static void test_deleting_from_the_front_of_a_top_k(void **state)
{
    struct engine e = engine_new(1);
    const size_t n = LARGEST < 100000 ? LARGEST : 100000;

    (void)state;
    plan(&e, VIEW("v", "{\"op\":\"limit\",\"limit\":100,\"order_by\":[{\"field\":\"v\"}],"
                       "\"input\":" SCAN("t") "}"));
    fill(&e, "t", n);
    ssp_start(e.ssp);
    for (size_t i = 0; i < 200; i++) {
        struct work before = so_far(&e);

        drop(&e, "t", i);
        assert_at_most("delete the first", n, since(&e, before), 1, 3, 3 * (log2_of(n) + 4));
    }
    engine_free(&e);
}

#define FIELD(table, field)                                                               \
    "{\"op\":\"project\",\"projections\":[{\"type\":\"field\",\"field\":\"" field "\"}]," \
    "\"input\":" SCAN(table) "}"

static void test_a_distinct_looks_up_the_values_of_a_change(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = engine_new(1);

        plan(&e, VIEW("v", "{\"op\":\"distinct\",\"input\":" FIELD("t", "k") "}"));
        fill(&e, "t", n);
        ssp_start(e.ssp);
        /* two rows each through scan, project, rekey, distinct */
        assert_at_most("another field", n, work_of_put(&e, "t", 5, 5, 0), 2, 2, 0);
        assert_at_most("a copy moves", n, work_of_put(&e, "t", 5, 6, 0), 6, 7, 2);
        assert_at_most("and on", n, work_of_put(&e, "t", 5, 7, 0), 6, 6, 2);
        assert_at_most("back", n, work_of_put(&e, "t", 5, 5, 0), 6, 7, 2);
        engine_free(&e);
    }
}

static void test_a_distinct_on_fields_costs_a_descent(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = engine_new(1);
        const uint64_t descents = 5 * (log2_of(n) + 4);

        plan(&e, VIEW("v", "{\"op\":\"distinct\",\"on\":[\"none\"],\"order_by\":[{\"field\":"
                           "\"v\"}],\"input\":" SCAN("t") "}"));
        fill(&e, "t", n);
        ssp_start(e.ssp);
        assert_at_most("far behind", n, work_of_put(&e, "t", n - 2, 0, n), 2, 2, descents);
        assert_at_most("the first", n, work_of_put(&e, "t", 0, 0, 0), 4, 6, descents);
        assert_at_most("to behind", n, work_of_put(&e, "t", 0, 0, n), 4, 6, descents);
        assert_at_most("another first", n, work_of_put(&e, "t", 0, 0, 0), 4, 6, descents);
        engine_free(&e);
    }
}

static void test_set_operations_look_up_the_values_of_a_change(void **state)
{
    static const char *const sets[] = {"\"union\"", "\"except\",\"all\":true",
                                       "\"intersect\",\"all\":true"};

    (void)state;
    for (size_t n = 1000; n < LARGEST; n *= 10) {
        struct engine e = engine_new(1);

        for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
            text_add(&e.line, "{\"id\":\"v%zu\",\"root\":{\"op\":%s,\"inputs\":[%s,%s]}}", i,
                     sets[i], FIELD("t", "k"), FIELD("u", "k"));
            send(&e, true);
        }
        fill(&e, "t", n);
        fill(&e, "u", n);
        ssp_start(e.ssp);
        /* in, by project; union, rekey, distinct; rekey, and two operators with a distinct each */
        assert_at_most("left", n, work_of_put(&e, "t", 5, 6, 0), 16, 16, 8);
        assert_at_most("right", n, work_of_put(&e, "u", 5, 6, 0), 16, 16, 8);
        assert_at_most("another field", n, work_of_put(&e, "u", 5, 6, 1), 2, 2, 0);
        engine_free(&e);
    }
}

static void test_an_unnest_makes_the_rows_of_a_change(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= LARGEST; n *= 10) {
        struct engine e = engine_new(1);

        plan(&e,
             VIEW("v", "{\"op\":\"unnest\",\"alias\":\"e\",\"field\":{\"call\":\"array\",\"args\":"
                       "[1,{\"field\":\"v\"},2]},\"input\":{\"op\":\"project\",\"projections\":"
                       "[{\"type\":\"field\",\"field\":\"v\"}],\"input\":" SCAN("t") "}}"));
        fill(&e, "t", n);
        ssp_start(e.ssp);
        /* out: two rows each of scan and project, and for each of those three */
        assert_at_most("another value", n, work_of_put(&e, "t", 5, 5, 0), 4, 10, 0);
        assert_at_most("another field", n, work_of_put(&e, "t", 5, 6, 0), 2, 2, 0);
        engine_free(&e);
    }
}

static void test_a_table_that_no_plan_reads_costs_nothing(void **state)
{
    struct engine e = engine_new(1);

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        text_add(&e.line,
                 "{\"id\":\"v%zu\",\"root\":{\"op\":\"filter\",\"predicate\":{\"type\":\"gt\","
                 "\"field\":\"v\",\"value\":%zu},\"input\":{\"op\":\"scan\",\"table\":\"t%zu\"}}}",
                 i, i, i);
        send(&e, true);
    }
    ssp_start(e.ssp);
    assert_at_most("unread", 0, work_of_put(&e, "unread", 1, 1, 1), 0, 0, 0);
    assert_at_most("unread", 0, work_of_put(&e, "unread", 1, 1, 2), 0, 0, 0);
    /* and one of a thousand tables costs its own view only */
    assert_at_most("one view", 0, work_of_put(&e, "t5", 1, 1, 9), 1, 2, 0);
    engine_free(&e);
}

static void test_equal_views_are_computed_once(void **state)
{
    struct engine e = engine_new(1);

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        text_add(&e.line, "{\"id\":\"v%zu\",\"root\":" JOIN "}", i);
        send(&e, true);
    }
    fill(&e, "t", 100);
    fill(&e, "u", 100);
    ssp_start(e.ssp);
    assert_at_most("a thousand equal views", 100, work_of_put(&e, "t", 5, 5, 0), 4, 6, 10);
    assert_int_equal(ssp_counters(e.ssp).nodes, 4);
    engine_free(&e);
}

/* One of a thousand views of a table, each of which asks for a value of k. */
static void add_view_of(struct engine *e, size_t i)
{
    text_add(&e->line, "{\"id\":\"v%zu\",\"root\":{\"op\":\"filter\",\"predicate\":", i);
    if (i % 3 == 0)
        text_add(&e->line, "{\"type\":\"eq\",\"field\":\"k\",\"value\":%zu}", i);
    else if (i % 3 == 1)
        text_add(&e->line,
                 "{\"type\":\"and\",\"predicates\":[{\"type\":\"gte\",\"field\":\"v\",\"value\":0},"
                 "{\"type\":\"eq\",\"field\":\"k\",\"value\":%zu.0}]}",
                 i);
    else
        text_add(&e->line, "{\"type\":\"in\",\"field\":\"k\",\"values\":[%zu,%zu.0,\"x\"]}", i, i);
    text_add(&e->line, ",\"input\":" SCAN("t") "}}");
}

static uint64_t updates_of_put(struct engine *e, size_t id, size_t k, size_t v)
{
    uint64_t before = ssp_counters(e->ssp).updates;

    put(e, "t", id, k, v);
    return ssp_counters(e->ssp).updates - before;
}

static void test_of_a_thousand_views_a_step_costs_the_one_it_reaches(void **state)
{
    struct engine e = engine_new(1);
    struct work before;

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        add_view_of(&e, i);
        send(&e, true);
    }
    fill(&e, "t", 2000);
    ssp_start(e.ssp);
    for (size_t i = 3; i < 9; i++) {
        assert_at_most("inside one", 2000, work_of_put(&e, "t", i, i, 7000), 2, 4, 0);
        assert_at_most("from one to another", 2000, work_of_put(&e, "t", i, i + 90, 1), 2, 4, 0);
        assert_at_most("out of one", 2000, work_of_put(&e, "t", i, 1000 + i, 0), 2, 3, 0);
        assert_at_most("past all", 2000, work_of_put(&e, "t", i, 1001 + i, 0), 0, 2, 0);
        assert_int_equal(updates_of_put(&e, i, i, 5), 1);
    }
    text_add(&e.line, "{\"op\":\"begin\"}");
    send(&e, false);
    for (size_t i = 0; i < 1000; i++)
        put(&e, "t", i, i, 12345);
    before = so_far(&e);
    text_add(&e.line, "{\"op\":\"commit\"}");
    send(&e, false); /* each row goes to one filter */
    assert_at_most("each once", 2000, since(&e, before), 2000, 4000, 0);
    for (size_t i = 0; i < 1000; i += 2) { /* and filters that go take their routes along */
        text_add(&e.line, "{\"op\":\"unregister\",\"view_id\":\"v%zu\"}", i);
        send(&e, false);
    }
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(updates_of_put(&e, i, i, 1), i % 2);
    assert_int_equal(ssp_counters(e.ssp).nodes, 501);
    for (size_t i = 0; i < 1000; i += 2) { /* and come back */
        text_add(&e.line, "{\"op\":\"register\",\"view\":");
        add_view_of(&e, i);
        text_add(&e.line, "}");
        send(&e, false);
    }
    for (size_t i = 0; i < 12; i++)
        assert_int_equal(updates_of_put(&e, i, i, 2), 1);
    assert_at_most("inside one", 2000, work_of_put(&e, "t", 8, 8, 7000), 2, 4, 0);
    engine_free(&e);
}

static void test_a_step_costs_its_net_change(void **state)
{
    struct engine e = engine_new(1000);
    struct work before;

    (void)state;
    plan(&e, VIEW("v", JOIN));
    fill(&e, "t", 1000);
    fill(&e, "u", 1000);
    ssp_start(e.ssp);
    before = so_far(&e);
    for (size_t i = 0; i < 1000; i++)
        put(&e, "t", 5, 5, i);
    assert_at_most("a thousand updates of one record", 1000, since(&e, before), 4, 6, 10);
    before = so_far(&e);
    for (size_t i = 0; i < 500; i++) {
        put(&e, "t", 2000 + i, 5, i);
        drop(&e, "t", 2000 + i);
    }
    assert_at_most("what comes and goes", 1000, since(&e, before), 0, 0, 0);
    before = so_far(&e);
    for (size_t i = 0; i < 1000; i++)
        put(&e, "t", i, i, i + 1);
    assert_at_most("a thousand records", 1000, since(&e, before), 4000, 6000, 8000);
    engine_free(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_filter_takes_the_old_and_the_new_row),
        cmocka_unit_test(test_a_project_makes_the_rows_of_a_change),
        cmocka_unit_test(test_a_union_of_all_adds_up_a_change),
        cmocka_unit_test(test_membership_costs_a_look_up),
        cmocka_unit_test(test_a_limit_pays_for_what_crosses_its_edges),
        cmocka_unit_test(test_deleting_from_the_front_of_a_top_k),
        cmocka_unit_test(test_a_distinct_looks_up_the_values_of_a_change),
        cmocka_unit_test(test_a_distinct_on_fields_costs_a_descent),
        cmocka_unit_test(test_set_operations_look_up_the_values_of_a_change),
        cmocka_unit_test(test_an_unnest_makes_the_rows_of_a_change),
        cmocka_unit_test(test_a_table_that_no_plan_reads_costs_nothing),
        cmocka_unit_test(test_equal_views_are_computed_once),
        cmocka_unit_test(test_of_a_thousand_views_a_step_costs_the_one_it_reaches),
        cmocka_unit_test(test_a_step_costs_its_net_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

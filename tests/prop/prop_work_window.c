/* Work of windows follows the rows whose functions change; see prop_work.c. */
#include "work.h"

/* Many windows are filled, with all their rows. */
enum { MOST = LARGEST / 10 };

/* A window over t in the order of v. */
static struct engine window_of(const char *function, size_t n)
{
    struct engine e = engine_new(1);

    text_add(&e.line,
             "{\"id\":\"v\",\"root\":{\"op\":\"window\",\"order_by\":[{\"field\":\"v\"}],"
             "\"functions\":[%s],\"input\":%s}}",
             function, SCAN("t"));
    send(&e, true);
    fill(&e, "t", n);
    ssp_start(e.ssp);
    return e;
}

/* The same record with another field that no function sees. */
static struct work work_of_note(struct engine *e, size_t id)
{
    struct work before = so_far(e);

    text_add(&e->line,
             "{\"table\":\"t\",\"op\":\"patch\",\"id\":%zu,\"record\":{\"note\":\"another\"}}", id);
    send(e, false);
    return since(e, before);
}

/* `rows` rows of a window go and come; the scan gives two. What is looked at: some descents for
 * each of them, and the nodes on the way of the changed one, whose summaries are made again. */
static void check(const char *what, size_t n, struct work work, uint64_t rows)
{
    const uint64_t descent = log2_of(n) + 8;
    const uint64_t nodes = 8 * 64;

    if (work.out != 2 + 2 * rows)
        fail_msg("%s over %zu rows: %llu rows out, not 2 and twice %llu", what, n,
                 (unsigned long long)work.out, (unsigned long long)rows);
    assert_at_most(what, n, work, 2, 2 + 2 * rows, (rows + 6) * 12 * descent + nodes);
}

static void test_ranks_look_at_rows_that_move(void **state)
{
    static const char *const functions[] = {"{\"func\":\"row_number\"}", "{\"func\":\"rank\"}",
                                            "{\"func\":\"dense_rank\"}"};

    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10)
        for (size_t i = 0; i < 3; i++) {
            struct engine e = window_of(functions[i], n);

            check("another field", n, work_of_note(&e, 5), 1);
            if (i == 2) { /* the last two values become one, and two again */
                check("a value less", n, work_of_put(&e, "t", n - 1, 0, n - 2), 1);
                check("a value more", n, work_of_put(&e, "t", n - 1, 0, n - 1), 1);
            } else { /* 5 goes behind 20, where it stands after 20 or is its equal */
                check("to behind", n, work_of_put(&e, "t", 5, 0, 20), 16);
                check("and back", n, work_of_put(&e, "t", 5, 0, 5), 16);
            }
            engine_free(&e);
        }
}

static void test_ntile_looks_at_the_edges_of_buckets(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e = window_of("{\"func\":\"ntile\",\"args\":[4]}", n);
        struct work work = work_of_put(&e, "t", n, 0, n);

        assert_at_most("one more", n, work, 1, 1 + 1 + 2 * 3, 20 * (log2_of(n) + 8));
        check("another field", n, work_of_note(&e, 5), 1);
        engine_free(&e);
    }
}

static void test_lag_and_lead_look_at_neighbours(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e = window_of("{\"func\":\"lag\",\"args\":[{\"field\":\"k\"}]},"
                                    "{\"func\":\"lead\",\"args\":[{\"field\":\"k\"},2]}",
                                    n);

        check("another value", n, work_of_put(&e, "t", n / 2, 0, n / 2), 3);
        check("another field", n, work_of_note(&e, n / 2), 1);
        engine_free(&e);
    }
}

#define SUM(type, start, end)                                                    \
    "{\"func\":\"sum\",\"args\":[{\"field\":\"k\"}],\"frame\":{\"type\":\"" type \
    "\",\"start\":" start ",\"end\":" end "}}"

static void test_frames_of_rows_and_ranges_look_at_as_many(void **state)
{
    static const char *const functions[] = {SUM("rows", "{\"preceding\":10}", "\"current_row\""),
                                            SUM("range", "{\"preceding\":10}", "\"current_row\""),
                                            SUM("range", "{\"preceding\":5}", "{\"following\":5}")};

    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10)
        for (size_t i = 0; i < 3; i++) {
            struct engine e = window_of(functions[i], n);

            check("another value", n, work_of_put(&e, "t", n / 2, 1, n / 2), 11);
            check("another field", n, work_of_note(&e, n / 2), 1);
            engine_free(&e);
        }
}

static void test_running_sums_look_at_what_is_behind(void **state)
{
    static const char *const functions[] = {
        SUM("rows", "\"unbounded_preceding\"", "\"current_row\""),
        SUM("range", "\"unbounded_preceding\"", "\"current_row\""),
        "{\"func\":\"avg\",\"args\":[{\"field\":\"k\"}]}"};

    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10)
        for (size_t i = 0; i < 3; i++) {
            struct engine e = window_of(functions[i], n);

            check("the last", n, work_of_put(&e, "t", n - 1, 5, n - 1), 1);
            check("the tenth from behind", n, work_of_put(&e, "t", n - 10, 5, n - 10), 10);
            check("another field of the first", n, work_of_note(&e, 0), 1);
            /* the sums behind both are what they were; in a range that of its equal, too; and
             * 7 is the mean of 0 to 14 with it and without it */
            check("to another place", n, work_of_put(&e, "t", 7, 7, 17), 11 - i);
            engine_free(&e);
        }
}

static void test_extremes_are_chased_until_they_are_as_before(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e = window_of("{\"func\":\"min\",\"args\":[{\"field\":\"k\"}]},"
                                    "{\"func\":\"first_value\",\"args\":[{\"field\":\"k\"}]}",
                                    n);

        check("not the least", n, work_of_put(&e, "t", n / 2, n, n / 2), 1);
        check("another field of the first", n, work_of_note(&e, 0), 1);
        engine_free(&e);
        e = window_of("{\"func\":\"max\",\"args\":[{\"field\":\"k\"}]}", n);
        check("the greatest but one behind it", n, work_of_put(&e, "t", n / 2, 0, n / 2), 1);
        /* the maxima behind it are those of the next ones */
        check("until the next is greater", n, work_of_put(&e, "t", 100, 105, 100), 5);
        engine_free(&e);
    }
}

static void test_a_partition_knows_nothing_of_others(void **state)
{
    struct engine e = engine_new(1);
    const size_t n = 10000;

    (void)state;
    plan(&e,
         VIEW("v", "{\"op\":\"window\",\"partition_by\":[\"k\"],\"order_by\":[{\"field\":\"v\"}],"
                   "\"functions\":[{\"func\":\"sum\",\"args\":[{\"field\":\"v\"}],\"alias\":"
                   "\"total\"}],\"input\":" SCAN("t") "}"));
    for (size_t i = 0; i < n; i++)
        put(&e, "t", i, i / 10, i);
    ssp_start(e.ssp);
    assert_at_most("the first of ten", n, work_of_put(&e, "t", 50, 5, 49), 2, 2 + 20, 600);
    assert_at_most("to another ten", n, work_of_put(&e, "t", 50, 6, 0), 2, 2 + 2 * 20, 1200);
    engine_free(&e);
}

/* Many sessions of ten rows, at v = 20, 21 ... 29, 40 ... of one partition; a gap of 10. */
static void test_sessions_look_at_rows_that_get_another_start(void **state)
{
    (void)state;
    for (size_t n = 1000; n <= MOST; n *= 10) {
        struct engine e = engine_new(1);
        uint64_t log = 16 * (log2_of(n) + 8);

        plan(&e,
             "{\"id\":\"v\",\"root\":{\"op\":\"session\",\"time\":\"v\",\"gap\":10,\"input\":" SCAN(
                 "t") "}}");
        for (size_t i = 0; i < n; i++)
            put(&e, "t", i, 0, 20 + i / 10 * 20 + i % 10);
        ssp_start(e.ssp);
        assert_at_most("a row inside", n, work_of_put(&e, "t", n, 0, 45), 1, 2, log);
        assert_at_most("moves inside", n, work_of_put(&e, "t", n, 0, 46), 2, 4, 2 * log);
        assert_at_most("to the end", n, work_of_put(&e, "t", n, 0, 49), 2, 4, 2 * log);
        assert_at_most("two merge", n, work_of_put(&e, "t", n, 0, 50), 2, 24, 4 * log);
        assert_at_most("and split", n, work_of_put(&e, "t", n, 0, 45), 2, 24, 4 * log);
        assert_at_most("another start", n, work_of_put(&e, "t", n, 0, 59), 2, 24, 4 * log);
        engine_free(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sessions_look_at_rows_that_get_another_start),
        cmocka_unit_test(test_ranks_look_at_rows_that_move),
        cmocka_unit_test(test_ntile_looks_at_the_edges_of_buckets),
        cmocka_unit_test(test_lag_and_lead_look_at_neighbours),
        cmocka_unit_test(test_frames_of_rows_and_ranges_look_at_as_many),
        cmocka_unit_test(test_running_sums_look_at_what_is_behind),
        cmocka_unit_test(test_extremes_are_chased_until_they_are_as_before),
        cmocka_unit_test(test_a_partition_knows_nothing_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Hostile plans and logs: whatever the input, the engine answers soon. Every case states the
 * seconds it may take, some ten times what it does take; builds that check slowly get more.
 */
#include "hostile.h"

#include <inttypes.h>

static void test_a_million_updates_of_one_record_in_a_batch(void **state)
{
    struct engine e = engine_new(0);

    (void)state;
    take_plan(&e, SCAN_VIEW);
    ssp_start(e.ssp);
    for (int i = 0; i < 10 * A_HUNDRED_THOUSAND; i++) {
        text_add(&e.line, "{\"table\":\"t\",\"op\":\"update\",\"id\":1,\"record\":{\"a\":%d}}", i);
        take_line(&e);
    }
    ssp_flush(e.ssp);
    assert_int_equal(ssp_counters(e.ssp).records, 1);
    engine_free(&e, 8, "10^6 updates of one id");
}

static void test_a_hundred_thousand_predicates(void **state)
{
    struct engine e = engine_new(1);

    (void)state;
    text_add(&e.line, "{\"id\":\"v\",\"root\":{\"op\":\"filter\",\"input\":" SCAN
                      ",\"predicate\":{\"type\":\"or\",\"predicates\":[");
    for (int i = 0; i < A_HUNDRED_THOUSAND; i++)
        text_add(&e.line, "%s{\"type\":\"eq\",\"field\":\"a\",\"value\":%d}", i ? "," : "", i);
    take_plan(&e, "]}}}");
    ssp_start(e.ssp);
    for (int i = 0; i < 20; i++) {
        text_add(&e.line, "{\"table\":\"t\",\"op\":\"create\",\"id\":%d,\"record\":{\"a\":%d}}", i,
                 A_HUNDRED_THOUSAND - 1);
        take_line(&e);
    }
    assert_int_equal(ssp_counters(e.ssp).updates, 20);
    engine_free(&e, 5, "10^5 predicates in an or");
}

static void test_a_hundred_thousand_values(void **state)
{
    struct engine e = engine_new(1);

    (void)state;
    text_add(&e.line, "{\"id\":\"v\",\"root\":{\"op\":\"filter\",\"input\":" SCAN
                      ",\"predicate\":{\"type\":\"in\",\"field\":\"a\",\"values\":[0");
    for (int i = 0; i < A_HUNDRED_THOUSAND; i++) {
        static const char *const before[] = {",", ",\"", ",{\"literal\":{\"x\":", ",[", ","};
        static const char *const after[] = {"", "\"", "}}", "]", ".0"};

        text_add(&e.line, "%s%d%s", before[i % 5], i / 7, after[i % 5]);
    }
    take_plan(&e, "]}}}");
    ssp_start(e.ssp);
    for (int i = 0; i < 10000; i++) {
        text_add(&e.line, "{\"table\":\"t\",\"op\":\"create\",\"id\":%d,\"record\":{\"a\":-5}}", i);
        take_line(&e);
    }
    line(&e, "{\"table\":\"t\",\"op\":\"create\",\"id\":\"x\",\"record\":{\"a\":{\"x\":1}}}");
    assert_int_equal(ssp_counters(e.ssp).updates, 1);
    engine_free(&e, 5, "10^5 values in an in");
}

static void test_a_hundred_thousand_views_on_one_table(void **state)
{
    struct engine e = engine_new(1);
    const int views = A_HUNDRED_THOUSAND;

    (void)state;
    for (int i = 0; i < views; i++)
        text_add(&e.line,
                 "{\"id\":\"v%d\",\"root\":{\"op\":\"filter\",\"input\":" SCAN
                 ",\"predicate\":{\"type\":\"eq\",\"field\":\"a\",\"value\":%d}}}\n",
                 i, i / 2);
    take_plan(&e, "");
    ssp_start(e.ssp);
    line(&e, "{\"table\":\"t\",\"op\":\"create\",\"id\":1,\"record\":{\"a\":7}}");
    assert_int_equal(ssp_counters(e.ssp).updates, 2);
    for (int i = 0; i < views / 100; i++) {
        text_add(&e.line, "{\"op\":\"unregister\",\"view_id\":\"v%d\"}", i * 3);
        take_line(&e);
    }
    engine_free(&e, 8, "10^5 views on one table");
}

static void test_ten_thousand_views_come_and_go(void **state)
{
    struct engine e = engine_new(1);
    const int views = A_HUNDRED_THOUSAND / 10;

    (void)state;
    take_plan(&e, SCAN_VIEW);
    ssp_start(e.ssp);
    for (int i = 0; i < views; i++) {
        text_add(&e.line,
                 "{\"op\":\"register\",\"view\":{\"id\":\"v%d\",\"root\":{\"op\":\"filter\","
                 "\"input\":" SCAN
                 ",\"predicate\":{\"type\":\"eq\",\"field\":\"a\",\"value\":%d}}}}",
                 i, i % 100);
        take_line(&e);
    }
    line(&e, "{\"table\":\"t\",\"op\":\"create\",\"id\":1,\"record\":{\"a\":7}}");
    for (int i = 0; i < views; i++) {
        text_add(&e.line, "{\"op\":\"unregister\",\"view_id\":\"v%d\"}", i);
        take_line(&e);
    }
    assert_int_equal(ssp_counters(e.ssp).nodes, 1);
    engine_free(&e, 5, "10^4 views come and go");
}

static void refuse_plan(const char *open, size_t depth, const char *what)
{
    struct engine e = engine_new(1);

    text_add(&e.line, "{\"id\":\"v\",\"root\":");
    repeat(&e.line, open, depth);
    assert_int_equal(hand_in(&e, true), SSP_USAGE);
    engine_free(&e, 1, what);
}

static void test_nesting_is_refused_before_it_is_followed(void **state)
{
    struct engine e = engine_new(1);

    (void)state;
    refuse_plan("{\"op\":\"limit\",\"limit\":1,\"input\":", 100000, "10^5 nested operators");
    refuse_plan("{\"op\":\"filter\",\"input\":" SCAN ",\"predicate\":{\"type\":\"not\","
                "\"predicate\":",
                100000, "10^5 nested predicates");
    refuse_plan("[", 1000000, "10^6 brackets in a plan");
    refuse_plan("{\"op\":\"project\",\"projections\":[],\"input\":", 65, "65 nested operators");
    take_plan(&e, SCAN_VIEW);
    ssp_start(e.ssp);
    repeat(&e.line, "[", 1000000);
    assert_int_equal(hand_in(&e, false), SSP_BAD_LINE);
    repeat(&e.line, "{\"a\":[", 1000000);
    assert_int_equal(hand_in(&e, false), SSP_BAD_LINE);
    text_add(&e.line, "{\"table\":\"t\",\"op\":\"create\",\"id\":1,\"record\":");
    repeat(&e.line, "{\"a\":", 1023);
    repeat(&e.line, "1", 1);
    repeat(&e.line, "}", 1024);
    take_line(&e);
    text_add(&e.line, "{\"table\":\"t\",\"op\":\"create\",\"id\":1,\"record\":");
    repeat(&e.line, "{\"a\":", 1024);
    repeat(&e.line, "1", 1);
    repeat(&e.line, "}", 1025);
    assert_int_equal(hand_in(&e, false), SSP_BAD_LINE);
    engine_free(&e, 2, "10^6 brackets in a line");
}

/* Everything looks at the numbers: comparison, order, keys, hashes, ids, versions. */
static void test_numbers_of_any_size(void **state)
{
    static const char *const numbers[] = {"1e999999999",    "-1e999999999", "1e-999999999",
                                          "0.1e1000000000", "4.9e-324",     "9223372036854775808",
                                          "1e400",          "10e-1"};
    enum { DIGITS = 10 * A_HUNDRED_THOUSAND };
    struct engine e = engine_new(1);

    (void)state;
    take_plan(
        &e, "{\"id\":\"f\",\"format\":\"flat\",\"emit\":\"rows\",\"root\":{\"op\":\"limit\","
            "\"limit\":3,\"order_by\":[{\"field\":\"a\"}],\"partition_by\":[\"a\"],\"input\":" SCAN
            "}}\n{\"id\":\"j\",\"root\":{\"op\":\"join\",\"on\":{\"left_field\":\"a\","
            "\"right_field\":\"a\"},\"left\":" SCAN ",\"right\":" SCAN "}}\n"
            "{\"id\":\"g\",\"root\":{\"op\":\"filter\",\"predicate\":{\"type\":\"between\","
            "\"field\":\"a\",\"low\":1e99999999,\"high\":1e999999999},\"input\":" SCAN "}}");
    ssp_start(e.ssp);
    for (int i = 0; i < 30; i++) {
        text_add(&e.line,
                 "{\"table\":\"t\",\"op\":\"update\",\"id\":%d,\"record\":{\"a\":", i % 10);
        if (i % 3)
            text_add(&e.line, "%s", numbers[i % 8]);
        else
            fill(&e.line, (char)('1' + i % 5), DIGITS);
        text_add(&e.line, "%s}}", i % 6 == 3 ? "e-100000" : "");
        take_line(&e);
        ssp_output_taken(e.ssp);
    }
    text_add(&e.line, "{\"table\":\"t\",\"op\":\"update\",\"id\":");
    fill(&e.line, '7', DIGITS);
    text_add(&e.line, ",\"record\":{}}");
    take_line(&e);
    text_add(&e.line, "{\"table\":\"t\",\"op\":\"update\",\"id\":1,\"version\":");
    fill(&e.line, '7', DIGITS);
    text_add(&e.line, ",\"record\":{}}");
    assert_int_equal(hand_in(&e, false), SSP_BAD_LINE);
    text_add(&e.line, "{\"table\":\"t\",\"op\":\"update\",\"id\":1e999999,\"record\":{}}");
    (void)hand_in(&e, false);
    text_add(&e.line, "{\"table\":\"t\",\"op\":\"update\",\"id\":1,\"record\":"
                      "{\"a\":1e99999999999999999999}}");
    assert_int_equal(hand_in(&e, false), SSP_BAD_LINE);
    engine_free(&e, 5, "numbers of 10^6 digits and exponents of 10^9");
}

/* Seconds to put so many ids, each made by the format, into two tables that are joined. */
static double time_of_ids(const char *before, const char *after, uint64_t step)
{
    struct engine e = engine_new(0);
    double start;

    take_plan(&e, "{\"id\":\"j\",\"semantics\":\"multiset\",\"root\":{\"op\":\"join\",\"on\":"
                  "{\"left_field\":\"a\",\"right_field\":\"a\"},\"left\":" SCAN ",\"right\":"
                  "{\"op\":\"scan\",\"table\":\"u\"}}}");
    ssp_start(e.ssp);
    start = seconds();
    for (uint64_t i = 0; i < A_HUNDRED_THOUSAND / 2; i++) {
        text_add(&e.line,
                 "{\"table\":\"%s\",\"op\":\"create\",\"id\":\"%s%016" PRIx64 "%s\",\"record\":"
                 "{\"a\":\"%s%016" PRIx64 "%s\",\"b\":%" PRIu64 "}}",
                 i % 2 ? "u" : "t", before, i * step, after, before, i * step, after, i * step);
        take_line(&e);
    }
    ssp_flush(e.ssp);
    start = seconds() - start;
    ssp_free(e.ssp);
    free(e.line.bytes);
    return start;
}

/* Ids that differ in few bits, at chosen places, against ids that look random; under a secret seed
 * neither is worse. The best of three, because the machine has other work. */
static void test_no_choice_of_ids_is_slow(void **state)
{
    static const struct {
        const char *before;
        const char *after;
        uint64_t step;
    } chosen[] = {{"", "", 1},
                  {"", "", UINT64_C(1) << 32},
                  {"", "", UINT64_C(0x9e3779b97f4a7c15)},
                  {"aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", UINT64_C(1) << 48},
                  {"AaBB", "BBAa", UINT64_C(0x0101010101010101)}};
    double random = 1e9;

    (void)state;
    for (int i = 0; i < 3; i++) {
        double took = time_of_ids("", "", UINT64_C(0xd1342543de82ef95));

        random = took < random ? took : random;
    }
    random = random < 0.02 ? 0.02 : random; /* below that it is noise */
    for (size_t c = 0; c < sizeof(chosen) / sizeof(chosen[0]); c++) {
        double best = 1e9;

        for (int i = 0; i < 3 && best > random * 4; i++) {
            double took = time_of_ids(chosen[c].before, chosen[c].after, chosen[c].step);

            best = took < best ? took : best;
        }
        if (best > random * 4)
            fail_msg("ids of kind %zu take %.2f s, random ones %.2f s", c, best, random);
    }
}

static void test_strings_of_16_megabytes(void **state)
{
    enum { SIZE = 160 * A_HUNDRED_THOUSAND };
    struct engine e = engine_new(1);

    (void)state;
    text_add(
        &e.line,
        "{\"id\":\"v\",\"format\":\"flat\",\"root\":{\"op\":\"filter\",\"predicate\":{\"type\":"
        "\"or\",\"predicates\":[{\"type\":\"like\",\"field\":\"a\",\"pattern\":\"%%b%%c_d\"},"
        "{\"type\":\"ilike\",\"field\":\"a\",\"pattern\":\"%%b%%c_d\"},"
        "{\"type\":\"regex\",\"field\":\"a\",\"pattern\":\"(a+)+$b\"},"
        "{\"type\":\"prefix\",\"field\":\"a\",\"prefix\":{\"field\":\"b\"}},"
        "{\"type\":\"contains\",\"field\":\"a\",\"value\":\"");
    fill(&e.line, 'a', SIZE / 16);
    take_plan(&e, "b\"}]},\"input\":" SCAN "}}");
    ssp_start(e.ssp);
    for (int i = 0; i < 3; i++) {
        text_add(&e.line, "{\"table\":\"t\",\"op\":\"update\",\"id\":1,\"record\":{\"a\":\"");
        fill(&e.line, i == 1 ? '\x7f' : 'a', SIZE);
        text_add(&e.line, "%s\",\"b\":\"x\"}}", i ? "" : "\\u0000\\n");
        take_line(&e);
    }
    text_add(&e.line, "{\"table\":\"t\",\"op\":\"create\",\"id\":\"");
    fill(&e.line, 'x', SIZE);
    text_add(&e.line, "\",\"record\":{\"a\":1}}");
    take_line(&e);
    text_add(&e.line, "{\"table\":\"");
    fill(&e.line, 't', SIZE);
    text_add(&e.line, "\",\"op\":\"delete\",\"id\":1}");
    take_line(&e);
    engine_free(&e, 8, "strings of 16 MB");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_million_updates_of_one_record_in_a_batch),
        cmocka_unit_test(test_a_hundred_thousand_predicates),
        cmocka_unit_test(test_a_hundred_thousand_values),
        cmocka_unit_test(test_a_hundred_thousand_views_on_one_table),
        cmocka_unit_test(test_ten_thousand_views_come_and_go),
        cmocka_unit_test(test_nesting_is_refused_before_it_is_followed),
        cmocka_unit_test(test_numbers_of_any_size),
        cmocka_unit_test(test_no_choice_of_ids_is_slow),
        cmocka_unit_test(test_strings_of_16_megabytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

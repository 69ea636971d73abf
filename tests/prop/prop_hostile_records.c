/*
 * Hostile records and transactions: wide, deep, full of equal keys, many tables, many partitions.
 * Every case states the seconds it may take.
 */
#include "hostile.h"

enum { WIDE = A_HUNDRED_THOUSAND };

/* {"f0":0,"f1":...}, or the other way round, or all under one key. */
static void wide_record(struct text *out, int first, const char *key)
{
    text_add(out, "{");
    for (int i = 0; i < WIDE; i++) {
        int n = first ? WIDE - 1 - i : i;

        if (key)
            text_add(out, "%s\"%s\":%d", i ? "," : "", key, n);
        else
            text_add(out, "%s\"f%d\":%d", i ? "," : "", n, n);
    }
    text_add(out, "}");
}

static void put_wide(struct engine *e, const char *op, int id, int first, const char *key)
{
    text_add(&e->line, "{\"table\":\"t\",\"op\":\"%s\",\"id\":%d,\"record\":", op, id);
    wide_record(&e->line, first, key);
    text_add(&e->line, "}");
    take_line(e);
}

/* A view over records of 10^5 fields, and what is done to them. */
static void check_wide(const char *root, const char *what)
{
    struct engine e = engine_new(1);

    text_add(&e.line, "{\"id\":\"v\",\"root\":%s}", root);
    take_plan(&e, "");
    ssp_start(e.ssp);
    put_wide(&e, "create", 1, 0, NULL);
    put_wide(&e, "update", 1, 1, NULL); /* the same, in another order */
    assert_int_equal(ssp_counters(e.ssp).unchanged, 1);
    line(&e, "{\"table\":\"t\",\"op\":\"patch\",\"id\":1,\"record\":{\"f777\":7}}");
    put_wide(&e, "patch", 1, 1, NULL);
    put_wide(&e, "patch", 2, 0, NULL);
    line(&e, "{\"table\":\"t\",\"op\":\"delete\",\"id\":1}");
    engine_free(&e, 3, what);
}

static void test_records_of_a_hundred_thousand_fields(void **state)
{
    (void)state;
    check_wide(SCAN, "10^5 fields: scan");
    check_wide("{\"op\":\"filter\",\"predicate\":{\"type\":\"eq\",\"field\":\"f777\",\"value\":7},"
               "\"input\":" SCAN "}",
               "10^5 fields: filter");
    check_wide("{\"op\":\"project\",\"projections\":[{\"type\":\"all\"}],\"input\":" SCAN "}",
               "10^5 fields: project all");
}

static void test_a_field_replaced_among_a_hundred_thousand(void **state)
{
    struct engine e = engine_new(1);

    (void)state;
    take_plan(&e, "{\"id\":\"v\",\"root\":{\"op\":\"project\",\"projections\":[{\"type\":\"all\"},"
                  "{\"type\":\"field\",\"field\":\"f1\",\"alias\":\"f0\"}],\"input\":" SCAN "}}");
    ssp_start(e.ssp);
    put_wide(&e, "create", 1, 0, NULL);
    engine_free(&e, 1, "10^5 fields: project all and one");
}

static void test_a_join_of_records_of_a_hundred_thousand_fields(void **state)
{
    (void)state;
    check_wide("{\"op\":\"join\",\"select\":\"both\",\"on\":{\"left_field\":\"f5\",\"right_field\":"
               "\"f5\"},\"left\":" SCAN ",\"right\":" SCAN "}",
               "10^5 fields: join");
}

static void test_ten_thousand_projected_fields(void **state)
{
    struct engine e = engine_new(1);

    (void)state;
    text_add(&e.line, "{\"id\":\"v\",\"root\":{\"op\":\"project\",\"projections\":[");
    for (int i = 0; i < WIDE / 10; i++)
        text_add(&e.line, "%s{\"type\":\"field\",\"field\":\"f%d\"}", i ? "," : "", i);
    take_plan(&e, "],\"input\":" SCAN "}}");
    ssp_start(e.ssp);
    for (int n = 0; n < 3; n++) {
        text_add(&e.line, "{\"table\":\"t\",\"op\":\"update\",\"id\":1,\"record\":{\"n\":%d", n);
        for (int i = 0; i < WIDE / 10; i++)
            text_add(&e.line, ",\"f%d\":%d", n % 2 ? i : WIDE / 10 - 1 - i, n);
        text_add(&e.line, "}}");
        take_line(&e);
    }
    engine_free(&e, 5, "10^4 projected fields");
}

/* Each of another value, so that none shares what it remembers. */
static void test_a_hundred_thousand_aggregates(void **state)
{
    struct engine e = engine_new(1);
    char last[40];

    (void)state;
    (void)snprintf(last, sizeof(last), "\"m%d\":%d", WIDE - 1, WIDE);
    text_add(&e.line, "{\"id\":\"v\",\"root\":{\"op\":\"aggregate\",\"aggregates\":[");
    for (int i = 0; i < WIDE; i++)
        text_add(&e.line,
                 "%s{\"func\":\"sum\",\"alias\":\"m%d\",\"field\":{\"call\":\"add\",\"args\":[{"
                 "\"field\":\"n\"},%d]}}",
                 i ? "," : "", i, i);
    take_plan(&e, "],\"input\":" SCAN "}}");
    ssp_start(e.ssp);
    text_add(&e.line, "{\"table\":\"t\",\"op\":\"update\",\"id\":1,\"record\":{\"n\":1}}");
    take_line(&e);
    assert_true(output_has(&e, last));
    text_add(&e.line, "{\"table\":\"t\",\"op\":\"delete\",\"id\":1}");
    take_line(&e);
    engine_free(&e, 10, "10^5 aggregates");
}

static void test_a_hundred_thousand_equal_keys(void **state)
{
    struct engine e = engine_new(1);
    char last[40];

    (void)state;
    (void)snprintf(last, sizeof(last), "\"record\":{\"k\":%d}}", WIDE - 1);
    take_plan(&e, "{\"id\":\"v\",\"emit\":\"rows\",\"root\":" SCAN "}");
    ssp_start(e.ssp);
    put_wide(&e, "create", 1, 0, "k");
    assert_true(output_has(&e, last));
    put_wide(&e, "patch", 1, 1, "k");
    text_add(&e.line, "{");
    for (int i = 0; i < WIDE; i++)
        text_add(&e.line, "\"table\":\"u\",\"id\":%d,\"record\":{\"a\":1},", i);
    line(&e, "\"table\":\"t\",\"op\":\"create\",\"id\":2,\"record\":{}}");
    engine_free(&e, 3, "10^5 equal keys");
}

/* Objects under objects, each level with two keys, and a long text at the bottom. */
static void test_a_deep_record_with_a_long_text(void **state)
{
    struct engine e = engine_new(1);

    (void)state;
    take_plan(&e, "{\"id\":\"v\",\"format\":\"flat\",\"root\":{\"op\":\"limit\",\"limit\":9,"
                  "\"order_by\":[{\"field\":\"a\"}],\"input\":" SCAN "}}");
    ssp_start(e.ssp);
    for (int i = 0; i < 4; i++) {
        text_add(&e.line, "{\"table\":\"t\",\"op\":\"update\",\"id\":%d,\"record\":", i / 2);
        repeat(&e.line, i % 2 ? "{\"a\":" : "{\"b\":0,\"a\":", 1000);
        text_add(&e.line, "\"");
        fill(&e.line, 'x', WIDE * 5 / 2);
        text_add(&e.line, "%d\"", i);
        repeat(&e.line, i % 2 ? ",\"b\":0}" : "}", 1000);
        text_add(&e.line, "}");
        take_line(&e);
    }
    engine_free(&e, 2, "1000 levels over 250 KB");
}

static void test_a_hundred_thousand_tables_in_as_many_transactions(void **state)
{
    struct engine e = engine_new(1);

    (void)state;
    take_plan(&e, SCAN_VIEW);
    ssp_start(e.ssp);
    for (int i = 0; i < A_HUNDRED_THOUSAND; i++) {
        line(&e, "{\"op\":\"begin\"}");
        text_add(&e.line,
                 "{\"table\":\"t%d\",\"op\":\"create\",\"id\":\"p:1\",\"version\":1,"
                 "\"record\":{}}",
                 i);
        take_line(&e);
        line(&e, i % 2 ? "{\"op\":\"commit\"}" : "{\"op\":\"rollback\"}");
    }
    engine_free(&e, 3, "10^5 transactions on tables of their own");
}

static void test_a_hundred_thousand_partitions(void **state)
{
    struct engine e = engine_new(0);

    (void)state;
    take_plan(&e, "{\"id\":\"v\",\"root\":{\"op\":\"limit\",\"limit\":1,\"order_by\":[{\"field\":"
                  "\"a\"}],\"partition_by\":[\"p\"],\"input\":" SCAN "}}");
    ssp_start(e.ssp);
    for (int i = 0; i < A_HUNDRED_THOUSAND; i++) {
        text_add(&e.line,
                 "{\"table\":\"t\",\"op\":\"create\",\"id\":%d,\"record\":{\"a\":1,\"p\":%d}}", i,
                 i);
        take_line(&e);
    }
    ssp_flush(e.ssp);
    line(&e, "{\"op\":\"truncate\",\"table\":\"t\"}");
    ssp_flush(e.ssp);
    engine_free(&e, 5, "10^5 partitions");
}

static void test_a_truncated_table_is_filled_again_in_one_batch(void **state)
{
    struct engine e = engine_new(0);

    (void)state;
    take_plan(&e, "{\"id\":\"v\",\"root\":{\"op\":\"limit\",\"limit\":10,\"order_by\":[{\"field\":"
                  "\"a\"}],\"input\":" SCAN "}}");
    ssp_start(e.ssp);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < A_HUNDRED_THOUSAND; i++) {
            text_add(&e.line, "{\"table\":\"t\",\"op\":\"create\",\"id\":%d,\"record\":{\"a\":1}}",
                     i);
            take_line(&e);
        }
        ssp_flush(e.ssp);
        line(&e, "{\"op\":\"truncate\",\"table\":\"t\"}");
    }
    ssp_flush(e.ssp);
    engine_free(&e, 8, "10^5 records of one sort key, truncated");
}

/* Ten thousand rows on both sides of a join under one key would be 10^8 pairs; one side is small.
 */
static void test_ten_thousand_rows_of_one_key_move(void **state)
{
    struct engine e = engine_new(0);

    (void)state;
    take_plan(&e, "{\"id\":\"v\",\"root\":{\"op\":\"join\",\"on\":{\"left_field\":\"a\","
                  "\"right_field\":\"a\"},\"left\":" SCAN
                  ",\"right\":{\"op\":\"scan\",\"table\":\"u\"}}}");
    ssp_start(e.ssp);
    line(&e, "{\"table\":\"u\",\"op\":\"create\",\"id\":1,\"record\":{\"a\":1}}");
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < WIDE / 10; i++) {
            text_add(&e.line, "{\"table\":\"t\",\"op\":\"update\",\"id\":%d,\"record\":{\"a\":%d}}",
                     i, round % 3);
            take_line(&e);
        }
        ssp_flush(e.ssp);
    }
    engine_free(&e, 5, "10^4 rows of one key move");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_of_a_hundred_thousand_fields),
        cmocka_unit_test(test_a_field_replaced_among_a_hundred_thousand),
        cmocka_unit_test(test_a_join_of_records_of_a_hundred_thousand_fields),
        cmocka_unit_test(test_ten_thousand_projected_fields),
        cmocka_unit_test(test_a_hundred_thousand_aggregates),
        cmocka_unit_test(test_a_hundred_thousand_equal_keys),
        cmocka_unit_test(test_a_deep_record_with_a_long_text),
        cmocka_unit_test(test_a_hundred_thousand_tables_in_as_many_transactions),
        cmocka_unit_test(test_a_hundred_thousand_partitions),
        cmocka_unit_test(test_a_truncated_table_is_filled_again_in_one_batch),
        cmocka_unit_test(test_ten_thousand_rows_of_one_key_move),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Intervals: their text, adding them to times, differences of times. */
#include "test.h"

#include "value/span.h"
#include "value/time.h"

static void check_text(const char *text, const char *wanted)
{
    struct buf buf = BUF_INIT;
    struct span span;

    if (!span_read(text, strlen(text), &span))
        fail_msg("%s is refused", text);
    span_write(&buf, &span);
    buf_add_byte(&buf, '\0');
    assert_string_equal(buf.bytes, wanted);
    buf_release(&buf);
}

static void check_refused(const char *text)
{
    struct span span;

    if (span_read(text, strlen(text), &span))
        fail_msg("%s is taken", text);
}

static void test_text_is_written_as_postgresql_does(void **state)
{
    (void)state;
    check_text("1 day", "1 day");
    check_text("0 seconds", "00:00:00");
    check_text("90 minutes", "01:30:00");
    check_text("1 year 2 months 3 days 04:05:06.7", "1 year 2 mons 3 days 04:05:06.7");
    check_text("-1 day +02:03", "-1 days +02:03:00");
    check_text("1 mon -1 days", "1 mon -1 days");
    check_text("P1Y2M3DT4H5M6.5S", "1 year 2 mons 3 days 04:05:06.5");
    check_text("PT36H", "36:00:00");
    check_text("1.5 days", "1 day 12:00:00");
    check_text("1.5 months", "1 mon 15 days");
    check_text("1.5 years", "1 year 6 mons");
    check_text("1500 ms", "00:00:01.5");
    check_text("2 weeks ago", "-14 days");
    check_text("12", "00:00:12");
    check_text("-00:00:01", "-00:00:01");
}

static void test_other_text_is_refused(void **state)
{
    (void)state;
    check_refused("");
    check_refused("soon");
    check_refused("1 fortnight");
    check_refused("P");
    check_refused("P1");
    check_refused("01:61");
    check_refused("30000 years");
    check_refused("99999999999999999999 days");
}

static int64_t at(const char *text)
{
    int64_t time;

    assert_true(time_read(text, strlen(text), &time));
    return time;
}

static void check_sum(const char *time, const char *span, const char *wanted)
{
    struct span parts;
    int64_t sum;

    assert_true(span_read(span, strlen(span), &parts));
    assert_true(span_add_to(at(time), &parts, &sum));
    assert_int_equal(sum, at(wanted));
}

static void test_months_end_on_the_last_day(void **state)
{
    struct span span = {108000, 0, 0};
    int64_t sum;

    (void)state;
    check_sum("2024-01-31", "1 month", "2024-02-29");
    check_sum("2023-01-31", "1 month", "2023-02-28");
    check_sum("2024-02-29", "1 year", "2025-02-28");
    check_sum("2024-01-31", "1 month 1 day", "2024-03-01");
    check_sum("2024-03-31", "-1 month", "2024-02-29");
    check_sum("2024-01-01", "-1 second", "2023-12-31T23:59:59");
    assert_false(span_add_to(at("2024-01-01"), &span, &sum));
}

static void check_span(struct span span, const char *wanted)
{
    struct buf buf = BUF_INIT;

    span_write(&buf, &span);
    buf_add_byte(&buf, '\0');
    assert_string_equal(buf.bytes, wanted);
    buf_release(&buf);
}

static void test_differences_are_in_days_and_ages_in_months(void **state)
{
    (void)state;
    check_span(span_between(at("2024-03-01T10:00:00"), at("2024-01-01")), "60 days 10:00:00");
    check_span(span_between(at("2024-01-01"), at("2024-01-02T01:00:00")), "-1 days -01:00:00");
    check_span(span_age(at("2001-04-10"), at("1957-06-13")), "43 years 9 mons 27 days");
    check_span(span_age(at("1957-06-13"), at("2001-04-10")), "-43 years -9 mons -27 days");
    check_span(span_age(at("2024-03-01"), at("2024-02-29T12:00:00")), "12:00:00");
}

static void test_products_carry_what_is_left_of_months_and_days(void **state)
{
    struct span month = {1, 0, 0};
    struct span product;

    (void)state;
    assert_true(span_times(&month, 0.5, &product));
    check_span(product, "15 days");
    assert_true(span_times(&(struct span){0, 1, 0}, 1.5, &product));
    check_span(product, "1 day 12:00:00");
    assert_false(span_times(&month, 1e300, &product));
}

static void test_order_takes_a_month_for_thirty_days(void **state)
{
    (void)state;
    assert_int_equal(span_order(&(struct span){1, 0, 0}), span_order(&(struct span){0, 30, 0}));
    assert_int_equal(span_order(&(struct span){0, 1, 0}),
                     span_order(&(struct span){0, 0, TIME_DAY}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_written_as_postgresql_does),
        cmocka_unit_test(test_other_text_is_refused),
        cmocka_unit_test(test_months_end_on_the_last_day),
        cmocka_unit_test(test_differences_are_in_days_and_ages_in_months),
        cmocka_unit_test(test_products_carry_what_is_left_of_months_and_days),
        cmocka_unit_test(test_order_takes_a_month_for_thirty_days),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

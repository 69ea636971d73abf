/* Points in time: ISO 8601 text, seconds as numbers, the calendar. */
#include "test.h"

#include "value/number.h"
#include "value/time.h"

#include <time.h>

static void check_text(const char *text, int64_t wanted)
{
    int64_t time;

    if (!time_read(text, strlen(text), &time))
        fail_msg("%s is refused", text);
    if (time != wanted)
        fail_msg("%s is %lld, not %lld", text, (long long)time, (long long)wanted);
}

static void test_text_is_microseconds_since_the_epoch(void **state)
{
    (void)state;
    check_text("1970-01-01", 0);
    check_text("1970-01-01T00:00", 0);
    check_text("1970-01-01 00:00:00", 0);
    check_text("1970-01-01T00:00:00Z", 0);
    check_text("1970-01-01t00:00:01z", 1000000);
    check_text("1969-12-31T23:59:59.999999Z", -1);
    check_text("2024-02-29T12:34:56.789Z", 1709210096789000);
    check_text("2000-02-29", 951782400000000);
    check_text("2038-01-19T03:14:08Z", 2147483648000000);
    check_text("0000-01-01", TIME_MIN);
    check_text("9999-12-31T23:59:59.999999Z", TIME_MAX);
}

static void test_fractions_are_cut_after_six_digits(void **state)
{
    (void)state;
    check_text("1970-01-01T00:00:00.5", 500000);
    check_text("1970-01-01T00:00:00,25", 250000);
    check_text("1970-01-01T00:00:00.000001Z", 1);
    check_text("1970-01-01T00:00:00.0000019999Z", 1);
    check_text("1969-12-31T23:59:59.9999999999Z", -1);
    check_text("1970-01-01T00:00:00.123456789+00:00", 123456);
}

static void test_offsets_are_subtracted(void **state)
{
    (void)state;
    check_text("1970-01-01T01:00:00+01:00", 0);
    check_text("1970-01-01T01:00+0100", 0);
    check_text("1970-01-01T01:00:00.5+01", 500000);
    check_text("1969-12-31T18:30:00-05:30", 0);
    check_text("1970-01-01T00:00:00-00:00", 0);
    check_text("1970-01-01T23:59:00+23:59", 0);
    check_text("2024-03-01T00:30:00+01:00", 1709249400000000); /* the evening of the leap day */
}

static void test_leap_seconds_and_midnight_are_what_comes_next(void **state)
{
    (void)state;
    check_text("2016-12-31T23:59:60Z", 1483228800000000);
    check_text("2016-12-31T23:59:60.5Z", 1483228800500000);
    check_text("2017-01-01T00:59:60+01:00", 1483228800000000);
    check_text("2023-02-28T24:00:00Z", 1677628800000000);
    check_text("1969-12-31T24:00Z", 0);
}

static void test_other_text_is_refused(void **state)
{
    static const char *const texts[] = {
        "",
        "1970",
        "1970-01",
        "1970-1-1",
        "70-01-01",
        "19700101",
        "01-01-1970",
        "1970/01/01",
        "+1970-01-01",
        "-0001-01-01",
        "10000-01-01",
        " 1970-01-01",
        "1970-01-01 ",
        "1970-01-01Z",
        "1970-01-01T",
        "1970-01-01T00",
        "1970-01-01T0000",
        "1970-01-01T00:0",
        "1970-01-01T00:00:",
        "1970-01-01T00:00:0",
        "1970-01-01T00:00.5",
        "1970-01-01T00:00:00.",
        "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00 Z",
        "1970-01-01T00:00:00ZZ",
        "1970-01-01T00:00:00+",
        "1970-01-01T00:00:00+1",
        "1970-01-01T00:00:00+1:00",
        "1970-01-01T00:00:00+01:",
        "1970-01-01T00:00:00+01:0",
        "1970-01-01T00:00:00+010",
        "1970-01-01T00:00:00+01:000",
        "1970-01-01T00:00:00+24:00",
        "1970-01-01T00:00:00+01:60",
        "1970-01-01T00:00:00 UTC",
        "1970-01-01x00:00:00",
        "1970-00-01",
        "1970-13-01",
        "1970-01-00",
        "1970-01-32",
        "1970-04-31",
        "1970-02-29",
        "1900-02-29",
        "2023-02-29",
        "1970-01-01T24:00:01",
        "1970-01-01T24:01",
        "1970-01-01T25:00",
        "1970-01-01T00:60",
        "1970-01-01T00:00:61",
        "0000-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "9999-12-31T24:00:00",
        "9999-12-31T23:59:60",
        "1970-01-01T00:00:0\xd9\xa1",
        "yesterday",
    };
    int64_t time;

    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++)
        if (time_read(texts[i], strlen(texts[i]), &time))
            fail_msg("%s is taken for a time", texts[i]);
    assert_false(time_read("1970-01-01\0", 11, &time));
    assert_false(time_read("1970-01-01\0000:00", 16, &time));
}

/* The C library's calendar is the judge: every day of its range at some time of the day. */
static void test_the_calendar_is_the_one_of_the_c_library(void **state)
{
    (void)state;
    for (int64_t day = TIME_MIN / TIME_DAY; day <= TIME_MAX / TIME_DAY; day += 7) {
        for (int64_t next = 0; next < 2; next++) {
            int64_t time = (day + next) * TIME_DAY + day % 86399 * TIME_SECOND + 42;
            time_t seconds = (time_t)((time - 42) / TIME_SECOND);
            struct time_parts parts;
            int64_t back;
            struct tm tm;

            if (time < TIME_MIN || time > TIME_MAX)
                continue;
            parts = time_split(time);
            assert_non_null(gmtime_r(&seconds, &tm));
            assert_int_equal(parts.year, tm.tm_year + 1900);
            assert_int_equal(parts.month, tm.tm_mon + 1);
            assert_int_equal(parts.day, tm.tm_mday);
            assert_int_equal(parts.hour, tm.tm_hour);
            assert_int_equal(parts.minute, tm.tm_min);
            assert_int_equal(parts.second, tm.tm_sec);
            assert_int_equal(parts.microsecond, 42);
            assert_int_equal(parts.weekday, tm.tm_wday);
            assert_int_equal(parts.day_of_year, tm.tm_yday + 1);
            assert_true(time_join(&parts, &back));
            assert_true(back == time);
        }
    }
}

static void test_times_are_written_so_that_they_read_back(void **state)
{
    static const struct {
        int64_t time;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00Z"},
        {-1, "1969-12-31T23:59:59.999999Z"},
        {500000, "1970-01-01T00:00:00.5Z"},
        {1709210096789000, "2024-02-29T12:34:56.789Z"},
        {1, "1970-01-01T00:00:00.000001Z"},
        {TIME_MIN, "0000-01-01T00:00:00Z"},
        {TIME_MAX, "9999-12-31T23:59:59.999999Z"},
        {951868799000000, "2000-02-29T23:59:59Z"},
    };
    struct buf buf = BUF_INIT;

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        buf_clear(&buf);
        time_write(&buf, cases[i].time);
        buf_add_byte(&buf, '\0');
        assert_string_equal(buf.bytes, cases[i].text);
        check_text(cases[i].text, cases[i].time);
    }
    buf_release(&buf);
}

static void test_numbers_are_seconds_rounded_down(void **state)
{
    static const struct {
        const char *text;
        int64_t time;
    } cases[] = {
        {"0", 0},
        {"-0", 0},
        {"-0.0", 0},
        {"1", 1000000},
        {"1.5", 1500000},
        {"15e-1", 1500000},
        {"1e3", 1000000000},
        {"0.0000019", 1},
        {"-0.0000001", -1},
        {"-0.000001", -1},
        {"-1.5000001", -1500001},
        {"1e-400", 0},
        {"-1e-400", -1},
        {"1709210096.789", 1709210096789000},
        {"1709210096.123456789", 1709210096123456},
        {"253402300799.999999", TIME_MAX},
        {"-62167219200", TIME_MIN},
    };
    static const char *const beyond[] = {"253402300800", "-62167219200.0000001", "1e13",
                                         "-1e13",        "1e99999999999999999",  "1e20"};
    int64_t time;

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        if (!time_read_number(cases[i].text, strlen(cases[i].text), &time))
            fail_msg("%s is refused", cases[i].text);
        if (time != cases[i].time)
            fail_msg("%s is %lld", cases[i].text, (long long)time);
    }
    for (size_t i = 0; i < LENGTH(beyond); i++)
        if (time_read_number(beyond[i], strlen(beyond[i]), &time))
            fail_msg("%s is taken for a time", beyond[i]);
}

static void test_the_floor_of_a_number_keeps_to_64_bits(void **state)
{
    int64_t out;

    (void)state;
    assert_true(number_floor("9223372036854775807.9", 21, 0, &out) && out == INT64_MAX);
    assert_false(number_floor("9223372036854775808", 19, 0, &out));
    assert_true(number_floor("-9223372036854775808", 20, 0, &out) && out == INT64_MIN);
    assert_false(number_floor("-9223372036854775808.1", 22, 0, &out));
    assert_true(number_floor("-9223372036854775807.1", 22, 0, &out) && out == INT64_MIN);
    assert_false(number_floor("18446744073709551615", 20, 0, &out));
    assert_false(number_floor("-18446744073709551615.5", 23, 0, &out));
    assert_true(number_floor("12.345", 6, 2, &out) && out == 1234);
    assert_true(number_floor("12345", 5, -2, &out) && out == 123);
    assert_true(number_floor("-12345", 6, -2, &out) && out == -124);
}

static void test_parts_that_are_no_time_are_refused(void **state)
{
    struct time_parts parts = {.year = 2023, .month = 2, .day = 28};
    int64_t time;

    (void)state;
    assert_true(time_join(&parts, &time));
    assert_true(time == 1677542400000000);
    parts.day = 29;
    assert_false(time_join(&parts, &time));
    parts = (struct time_parts){.year = 2023, .month = 0, .day = 1};
    assert_false(time_join(&parts, &time));
    parts = (struct time_parts){.year = -1, .month = 1, .day = 1};
    assert_false(time_join(&parts, &time));
    parts = (struct time_parts){.year = 2023, .month = 1, .day = 1, .second = 60};
    assert_false(time_join(&parts, &time));
    parts = (struct time_parts){.year = 2023, .month = 1, .day = 1, .microsecond = 1000000};
    assert_false(time_join(&parts, &time));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_microseconds_since_the_epoch),
        cmocka_unit_test(test_fractions_are_cut_after_six_digits),
        cmocka_unit_test(test_offsets_are_subtracted),
        cmocka_unit_test(test_leap_seconds_and_midnight_are_what_comes_next),
        cmocka_unit_test(test_other_text_is_refused),
        cmocka_unit_test(test_the_calendar_is_the_one_of_the_c_library),
        cmocka_unit_test(test_times_are_written_so_that_they_read_back),
        cmocka_unit_test(test_numbers_are_seconds_rounded_down),
        cmocka_unit_test(test_the_floor_of_a_number_keeps_to_64_bits),
        cmocka_unit_test(test_parts_that_are_no_time_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

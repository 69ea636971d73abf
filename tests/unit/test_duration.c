/* Durations as they stand in options and plans. */
#include "test.h"

#include "base/duration.h"

static void test_a_duration_is_a_number_and_a_unit(void **state)
{
    static const struct {
        const char *text;
        int64_t microseconds;
    } cases[] = {
        {"1us", 1},
        {"16ms", 16000},
        {"5s", 5000000},
        {"2m", 120000000},
        {"1h", INT64_C(3600000000)},
        {"1d", INT64_C(86400000000)},
        {"007s", 7000000},
        {"36500d", DURATION_MAX},
        {"3153600000s", DURATION_MAX},
        {"3153600000000000us", DURATION_MAX},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        int64_t got = -1;

        assert_true(duration_read(cases[i].text, strlen(cases[i].text), &got));
        assert_int_equal(got, cases[i].microseconds);
    }
}

static void test_anything_else_is_none(void **state)
{
    static const char *const cases[] = {
        "",
        "5",
        "s",
        "ms",
        "-5s",
        "+5s",
        " 5s",
        "5s ",
        "5 s",
        "5S",
        "5sec",
        "1.5s",
        "1m30s",
        "0s",
        "00ms",
        "5mss",
        "5y",
        "\xc2"
        "5s",
        "36501d",
        "3153600001s",
        "3153600000000001us",
        "876001h",
        "99999999999999999999999999s",
    };
    int64_t got = -1;

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        if (duration_read(cases[i], strlen(cases[i]), &got))
            fail_msg("\"%s\" was taken for %lld us", cases[i], (long long)got);
    }
    assert_false(duration_read("5s\0", 3, &got));
    assert_true(duration_read("5sx", 2, &got)); /* the size counts, not what stands behind */
    assert_int_equal(got, 5000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_duration_is_a_number_and_a_unit),
        cmocka_unit_test(test_anything_else_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

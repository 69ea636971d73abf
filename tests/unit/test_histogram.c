/* The histogram of latencies: what its percentiles may be off by, over the whole range. */
#include "test.h"

#include "base/histogram.h"

static struct histogram histogram;

static int clear(void **state)
{
    (void)state;
    memset(&histogram, 0, sizeof(histogram));
    return 0;
}

static void test_an_empty_histogram_is_all_zero(void **state)
{
    (void)state;
    assert_int_equal(histogram_percentile(&histogram, 0.5), 0);
    assert_int_equal(histogram.max, 0);
}

static void test_small_numbers_are_exact(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 63; i++)
        histogram_add(&histogram, i, 1);
    assert_int_equal(histogram.count, 63);
    assert_true(histogram.sum == 63 * 32);
    for (uint64_t i = 1; i <= 63; i++)
        assert_int_equal(histogram_percentile(&histogram, (double)i / 63 - 0.001), i);
}

/* One number alone, with a larger one above it so that the maximum does not tell it. */
static void check_bounds(uint64_t number)
{
    uint64_t got;

    memset(&histogram, 0, sizeof(histogram));
    histogram_add(&histogram, number, 1);
    histogram_add(&histogram, UINT64_MAX, 1);
    got = histogram_percentile(&histogram, 0.5);
    if (got < number || got - number > number / 32)
        fail_msg("%llu became %llu", (unsigned long long)number, (unsigned long long)got);
    assert_int_equal(histogram_percentile(&histogram, 1), UINT64_MAX);
}

static void test_a_percentile_is_never_below_and_at_most_a_thirtysecond_above(void **state)
{
    (void)state;
    for (int bit = 0; bit < 64; bit++)
        for (int below = 0; below < 64; below++) {
            uint64_t number = UINT64_C(1) << bit;

            check_bounds(number);
            check_bounds(number - 1);
            check_bounds(number + (number >> 6) * (uint64_t)below);
            check_bounds(number + (number - 1) / 63 * (uint64_t)below);
        }
}

static void test_the_last_percentile_is_the_maximum(void **state)
{
    (void)state;
    histogram_add(&histogram, 1000, 1);
    histogram_add(&histogram, 1001, 1);
    assert_int_equal(histogram_percentile(&histogram, 1), 1001);
    assert_int_equal(histogram.max, 1001);
}

static void test_a_number_may_stand_for_many(void **state)
{
    (void)state;
    histogram_add(&histogram, 10, 98);
    histogram_add(&histogram, 20, 1);
    histogram_add(&histogram, 30, 1);
    assert_int_equal(histogram.count, 100);
    assert_int_equal(histogram_percentile(&histogram, 0.5), 10);
    assert_int_equal(histogram_percentile(&histogram, 0.98), 10);
    assert_int_equal(histogram_percentile(&histogram, 0.985), 20);
    assert_int_equal(histogram_percentile(&histogram, 0.995), 30);
    assert_true(histogram.sum == 980 + 20 + 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_an_empty_histogram_is_all_zero, clear),
        cmocka_unit_test_setup(test_small_numbers_are_exact, clear),
        cmocka_unit_test(test_a_percentile_is_never_below_and_at_most_a_thirtysecond_above),
        cmocka_unit_test_setup(test_the_last_percentile_is_the_maximum, clear),
        cmocka_unit_test_setup(test_a_number_may_stand_for_many, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

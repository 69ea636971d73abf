/* What is measured of steps and operators, by a clock that the test turns. */
#include "test.h"

#include "engine/meter.h"

static uint64_t clock_time;
static uint64_t readings;

static uint64_t now(void)
{
    readings++;
    return clock_time += 3; /* what it takes to look at it */
}

/* A run of this length, of a kind with so many runs before. */
static uint64_t timed_run(struct timer *timer, uint64_t runs, size_t rows, uint64_t length)
{
    struct timing timing = timer_start(timer, runs, rows);

    clock_time += length;
    return timing.weight * timer_stop(timer, &timing);
}

static void test_nothing_is_timed_without_a_clock(void **state)
{
    struct timer timer;
    struct timing timing;

    (void)state;
    timer_init(&timer, NULL, true);
    timing = timer_start(&timer, 0, 1000);
    assert_int_equal(timing.weight, 0);
    assert_int_equal(timer_stop(&timer, &timing), 0);
    assert_int_equal(timing.own, 0);
}

static void test_first_and_large_runs_are_timed_exactly(void **state)
{
    struct timer timer;

    (void)state;
    timer_init(&timer, now, false);
    for (uint64_t i = 0; i < 4096; i++)
        assert_int_equal(timed_run(&timer, i, 1, i), i); /* the look is taken off */
    for (uint64_t i = 4096; i < 5000; i++)
        assert_int_equal(timed_run(&timer, i, 64, 7), 7);
}

static void test_a_sample_stands_for_all_whatever_their_rhythm(void **state)
{
    static const uint64_t lengths[4] = {10, 1000, 10, 400};
    struct timer timer;
    uint64_t real[4] = {0};
    uint64_t estimated[4] = {0};

    (void)state;
    timer_init(&timer, now, false);
    readings = 0;
    for (uint64_t i = 0; i < 400000; i++) { /* four kinds that take turns */
        real[i % 4] += lengths[i % 4];
        estimated[i % 4] += timed_run(&timer, 4096 + i / 4, 1, lengths[i % 4]);
    }
    for (int i = 0; i < 4; i++) {
        double ratio = (double)estimated[i] / (double)real[i];

        if (ratio < 0.9 || ratio > 1.1)
            fail_msg("kind %d: %f of the real time", i, ratio);
    }
    assert_in_range(readings, 400000 / 32 * 2 * 9 / 10, 400000 / 32 * 2 * 11 / 10);
}

static void test_own_times_add_up_to_the_outermost(void **state)
{
    struct timer timer;
    struct timing outer;
    struct timing inner;
    struct timing innermost;
    uint64_t whole;

    (void)state;
    timer_init(&timer, now, true);
    outer = timer_start(&timer, 1000000, 1);
    clock_time += 100;
    inner = timer_start(&timer, 1000000, 1);
    clock_time += 20;
    innermost = timer_start(&timer, 1000000, 1);
    clock_time += 3;
    assert_int_equal(timer_stop(&timer, &innermost), 3);
    assert_int_equal(timer_stop(&timer, &inner), 20 + 3 + 2 * 3);
    clock_time += 5;
    whole = timer_stop(&timer, &outer);
    assert_int_equal(innermost.own, 3);
    assert_int_equal(inner.own, 20 + 2 * 3);
    assert_int_equal(outer.own + inner.own + innermost.own, whole);
    assert_int_equal(timer.own, whole);
}

static void test_the_ten_heaviest_steps_are_kept_the_earlier_of_equal_ones_first(void **state)
{
    static const uint64_t rows[] = {0, 5, 9, 5, 1, 7, 9, 2, 3, 4, 6, 8, 5, 5};
    static const uint64_t expected[METER_TOP] = {2, 6, 11, 5, 10, 1, 3, 12, 13, 9};
    struct meter *meter = mem_alloc_zero(sizeof(*meter));
    char id[] = "t:a";

    (void)state;
    for (uint64_t i = 0; i < LENGTH(rows); i++) {
        const struct meter_step step = {.step = i, .id = id, .id_size = 3, .rows = rows[i]};

        id[2] = (char)('a' + i);
        meter_add(meter, &step, 0);
    }
    assert_int_equal(meter->by_rows.count, METER_TOP);
    for (size_t i = 0; i < METER_TOP; i++) {
        const struct meter_step *step = &meter->by_rows.steps[i];

        assert_int_equal(step->step, expected[i]);
        assert_int_equal(step->rows, rows[step->step]);
        assert_int_equal(step->id[2], 'a' + (char)step->step);
    }
    assert_int_equal(meter->by_time.count, 0); /* none was timed */
    assert_int_equal(meter->latency.count, 0);
    meter_release(meter);
    free(meter);
}

static void test_latencies_count_for_what_they_stand_for(void **state)
{
    struct meter *meter = mem_alloc_zero(sizeof(*meter));

    (void)state;
    meter_add(meter, &(struct meter_step){.step = 1, .time = 10}, 1);
    meter_add(meter, &(struct meter_step){.step = 2, .time = 20}, 32);
    meter_add(meter, &(struct meter_step){.step = 3}, 0);
    assert_int_equal(meter->latency.count, 33);
    assert_int_equal(histogram_percentile(&meter->latency, 0.5), 20);
    assert_int_equal(meter->by_time.count, 2);
    assert_int_equal(meter->by_time.steps[0].step, 2);
    meter_release(meter);
    free(meter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_timed_without_a_clock),
        cmocka_unit_test(test_first_and_large_runs_are_timed_exactly),
        cmocka_unit_test(test_a_sample_stands_for_all_whatever_their_rhythm),
        cmocka_unit_test(test_own_times_add_up_to_the_outermost),
        cmocka_unit_test(test_the_ten_heaviest_steps_are_kept_the_earlier_of_equal_ones_first),
        cmocka_unit_test(test_latencies_count_for_what_they_stand_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Views that wait to write: a heap by step and one by time, against a list. */
#include "test.h"

#include "engine/refresh.h"

enum { VIEWS = 64, ROUNDS = 20000 };

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407U;
    return *state >> 33;
}

/* Nobody that is due is left, and the first one by time is told. */
static void check_rest(const struct refresh *refresh, const struct view *views, int64_t step,
                       int64_t time)
{
    int64_t first = INT64_MAX;

    for (size_t i = 0; i < VIEWS; i++) {
        bool by_step = views[i].plan.refresh.kind == REFRESH_STEPS;

        if (!views[i].waits)
            continue;
        assert_true(views[i].due > (by_step ? step : time));
        if (!by_step && views[i].due < first)
            first = views[i].due;
    }
    assert_true(refresh_time(refresh) == first);
}

static void test_views_come_out_when_they_are_due(void **state)
{
    static struct view views[VIEWS];
    struct refresh refresh = {0};
    const struct zset nothing = ZSET_INIT;
    uint64_t random = 42;
    int64_t step = 0;
    int64_t time = 0;

    (void)state;
    for (size_t i = 0; i < VIEWS; i++)
        views[i].plan.refresh.kind = i % 3 ? REFRESH_TIME : REFRESH_STEPS;
    for (int round = 0; round < ROUNDS; round++) {
        struct view *view = &views[next(&random) % VIEWS];
        bool by_step = view->plan.refresh.kind == REFRESH_STEPS;
        bool waited = view->waits;
        int64_t due = view->due;

        switch (next(&random) % 8) {
        case 0:
            refresh_remove(&refresh, view);
            assert_false(view->waits);
            break;
        case 1:
            step += (int64_t)(next(&random) % 4);
            time += (int64_t)(next(&random) % 20);
            while ((view = refresh_next(&refresh, step, time))) {
                assert_false(view->waits);
                assert_true(view->due <= (view->plan.refresh.kind == REFRESH_STEPS ? step : time));
            }
            check_rest(&refresh, views, step, time);
            break;
        default:
            refresh_hold(&refresh, view, &nothing,
                         (by_step ? step : time) + 1 + (int64_t)(next(&random) % 50));
            assert_true(view->waits);
            assert_true(!waited || view->due == due); /* since when it waits is what counts */
            break;
        }
    }
    refresh_release(&refresh);
}

static void test_changes_are_added_up(void **state)
{
    struct view view = {.plan = {.refresh = {REFRESH_STEPS, 5}}};
    struct refresh refresh = {0};
    struct zset change = ZSET_INIT;

    (void)state;
    test_zset_add(&change, "a{'x':1} b");
    refresh_hold(&refresh, &view, &change, 5);
    zset_clear(&change);
    test_zset_add(&change, "a{'x':1}*-1 a{'x':2} b*-1");
    refresh_hold(&refresh, &view, &change, 10);
    CHECK_ZSET(&view.held, "a{'x':2}");
    assert_null(refresh_next(&refresh, 4, INT64_MAX));
    assert_ptr_equal(refresh_next(&refresh, 5, 0), &view);
    assert_null(refresh_next(&refresh, 5, 0));
    zset_release(&change);
    zset_release(&view.held);
    refresh_release(&refresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views_come_out_when_they_are_due),
        cmocka_unit_test(test_changes_are_added_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

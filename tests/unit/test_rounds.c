/* The rounds that give a row, against a plain array of weights. */
#include "op/rounds.h"
#include "test.h"

enum { ROUNDS = 40 };

/* A stream of numbers, the same in each run. */
static unsigned below(uint64_t *state, unsigned limit)
{
    *state = *state * UINT64_C(6364136223846793005) + 1;
    return (unsigned)(*state >> 33) % limit;
}

static void check(const struct rounds *rounds, const int64_t *weights)
{
    uint64_t work = 0;
    size_t count = 0;

    for (int64_t last = 0; last < ROUNDS; last++) {
        int64_t sum = 0;
        int64_t first = ROUND_NEVER;
        int64_t after = ROUND_NEVER;

        for (int64_t i = 0; i <= last && first == ROUND_NEVER; i++) {
            sum += weights[i];
            first = sum > 0 ? i : ROUND_NEVER;
        }
        for (int64_t i = last + 1; i < ROUNDS && after == ROUND_NEVER; i++)
            after = weights[i] ? i : ROUND_NEVER;
        assert_int_equal(rounds_first(rounds, last), first);
        assert_int_equal(rounds_after(rounds, last, &work), after);
        count += weights[last] != 0;
    }
    assert_int_equal(rounds->count, count);
}

static void test_rounds_are_found_whatever_comes_and_goes(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct rounds rounds = {NULL, 0, 0, 0};
        int64_t weights[ROUNDS] = {0};
        uint64_t random = seed;
        uint64_t work = 0;

        for (int i = 0; i < 300; i++) {
            unsigned number = below(&random, seed % 2 ? ROUNDS : 5);
            int64_t weight =
                weights[number] && below(&random, 2) ? -weights[number] : 1 - 2 * (int)(i % 7 == 0);

            weights[number] += weight;
            rounds_add(&rounds, number, weight, &work);
            check(&rounds, weights);
        }
        rounds_release(&rounds);
    }
}

/* A row that every round gives, as the end of all edges of a chain: n come and go in n log n. */
static void test_rounds_that_go_at_the_front_cost_their_search(void **state)
{
    enum { MANY = 200000 };
    struct rounds rounds = {NULL, 0, 0, 0};
    uint64_t work = 0;

    (void)state;
    for (int64_t i = 0; i < MANY; i++)
        rounds_add(&rounds, i, 1, &work);
    for (int64_t i = 0; i < MANY; i++) {
        assert_int_equal(rounds_first(&rounds, INT64_MAX), i);
        rounds_add(&rounds, i, -1, &work);
        rounds_add(&rounds, MANY + i, 1, &work);
    }
    assert_int_equal(rounds.count, MANY);
    assert_true(rounds.max <= 3 * MANY);
    assert_true(work < 20 * 3 * MANY);
    rounds_release(&rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rounds_are_found_whatever_comes_and_goes),
        cmocka_unit_test(test_rounds_that_go_at_the_front_cost_their_search),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

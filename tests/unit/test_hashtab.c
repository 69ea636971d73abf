/* The hash index: every position is found under its hash, through growth, removal and age. */
#include "test.h"

#include "base/hashtab.h"

/* How often the walk over a hash's candidates meets a position. */
static size_t found(const struct hashtab *table, uint64_t hash, uint32_t position)
{
    size_t times = 0;
    size_t at;

    for (uint32_t i = hashtab_first(table, hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(table, hash, &at))
        times += i == position;
    return times;
}

static size_t candidates(const struct hashtab *table, uint64_t hash)
{
    size_t count = 0;
    size_t at;

    for (uint32_t i = hashtab_first(table, hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(table, hash, &at))
        count++;
    return count;
}

static void test_an_empty_table_finds_nothing_and_takes_no_memory(void **state)
{
    struct hashtab table = HASHTAB_INIT;
    size_t at;

    (void)state;
    assert_int_equal(hashtab_first(&table, 0, &at), HASHTAB_NONE);
    assert_int_equal(hashtab_first(&table, UINT64_MAX, &at), HASHTAB_NONE);
    assert_int_equal(hashtab_bytes(&table), 0);
    hashtab_clear(&table);
    hashtab_release(&table);
}

static void test_a_position_is_found_under_its_hash_and_no_other(void **state)
{
    struct hashtab table = HASHTAB_INIT;

    (void)state;
    hashtab_insert(&table, 5, 17);
    assert_int_equal(found(&table, 5, 17), 1);
    assert_int_equal(candidates(&table, 5), 1);
    assert_int_equal(candidates(&table, 6), 0);
    assert_int_equal(candidates(&table, 5 + 16), 0); /* the same slot in a small table */
    hashtab_remove(&table, 5, 17);
    assert_int_equal(candidates(&table, 5), 0);
    assert_int_equal(table.used, 0);
    hashtab_release(&table);
}

static void test_equal_hashes_are_all_found_once(void **state)
{
    struct hashtab table = HASHTAB_INIT;

    (void)state;
    for (uint32_t i = 0; i < 100; i++)
        hashtab_insert(&table, 42, i);
    assert_int_equal(candidates(&table, 42), 100);
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(found(&table, 42, i), 1);
    hashtab_remove(&table, 42, 37);
    assert_int_equal(candidates(&table, 42), 99);
    assert_int_equal(found(&table, 42, 37), 0);
    assert_int_equal(found(&table, 42, 36), 1);
    hashtab_release(&table);
}

static void test_hashes_that_differ_only_above_32_bits_keep_their_positions(void **state)
{
    struct hashtab table = HASHTAB_INIT;

    (void)state;
    for (uint32_t i = 0; i < 64; i++)
        hashtab_insert(&table, (uint64_t)1 << i, i);
    for (uint32_t i = 0; i < 64; i++)
        assert_int_equal(found(&table, (uint64_t)1 << i, i), 1);
    hashtab_remove(&table, UINT64_C(1) << 40, 40);
    assert_int_equal(found(&table, UINT64_C(1) << 40, 40), 0);
    assert_int_equal(found(&table, UINT64_C(1) << 8, 8), 1);
    hashtab_release(&table);
}

static void test_the_first_and_the_last_position_can_be_kept(void **state)
{
    struct hashtab table = HASHTAB_INIT;

    (void)state;
    hashtab_insert(&table, 1, 0);
    hashtab_insert(&table, 1, UINT32_MAX - 1);
    assert_int_equal(found(&table, 1, 0), 1);
    assert_int_equal(found(&table, 1, UINT32_MAX - 1), 1);
    hashtab_remove(&table, 1, UINT32_MAX - 1);
    assert_int_equal(candidates(&table, 1), 1);
    hashtab_release(&table);
}

/* Ten hashes of one home and of the homes behind it; any of them may go first. */
static void test_removing_from_a_cluster_loses_no_other(void **state)
{
    static const uint64_t hashes[] = {3, 3, 4, 3, 5, 4, 3 + 16, 6, 5, 3};

    (void)state;
    for (size_t gone = 0; gone < LENGTH(hashes); gone++) {
        struct hashtab table = HASHTAB_INIT;

        for (uint32_t i = 0; i < LENGTH(hashes); i++)
            hashtab_insert(&table, hashes[i], i);
        hashtab_remove(&table, hashes[gone], (uint32_t)gone);
        for (uint32_t i = 0; i < LENGTH(hashes); i++)
            assert_int_equal(found(&table, hashes[i], i), i != gone);
        hashtab_release(&table);
    }
}

static void test_removing_closes_a_cluster_that_wraps_around_the_end(void **state)
{
    static const uint64_t hashes[] = {14, 15, 15, 14, 15, 0, 1, 15, 13};

    (void)state;
    for (size_t gone = 0; gone < LENGTH(hashes); gone++) {
        struct hashtab table = HASHTAB_INIT;

        for (uint32_t i = 0; i < LENGTH(hashes); i++)
            hashtab_insert(&table, hashes[i], i);
        hashtab_remove(&table, hashes[gone], (uint32_t)gone);
        for (uint32_t i = 0; i < LENGTH(hashes); i++)
            assert_int_equal(found(&table, hashes[i], i), i != gone);
        hashtab_release(&table);
    }
}

static void test_move_gives_an_element_its_new_position(void **state)
{
    struct hashtab table = HASHTAB_INIT;

    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        hashtab_insert(&table, 9, i);
    hashtab_move(&table, 9, 3, 100);
    assert_int_equal(found(&table, 9, 3), 0);
    assert_int_equal(found(&table, 9, 100), 1);
    assert_int_equal(candidates(&table, 9), 4);
    hashtab_release(&table);
}

static void test_growth_keeps_all_and_stays_under_three_quarters_full(void **state)
{
    enum { COUNT = 100000 };
    struct hashtab table = HASHTAB_INIT;

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++)
        hashtab_insert(&table, i * UINT64_C(0x9e3779b97f4a7c15), i);
    assert_int_equal(table.used, COUNT);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(found(&table, i * UINT64_C(0x9e3779b97f4a7c15), i), 1);
    assert_int_equal(hashtab_bytes(&table), 262144 * 8); /* 131072 slots would be 76 % full */
    hashtab_release(&table);
    assert_int_equal(hashtab_bytes(&table), 0);
}

static void test_clear_keeps_the_memory(void **state)
{
    struct hashtab table = HASHTAB_INIT;
    size_t bytes;

    (void)state;
    for (uint32_t i = 0; i < 1000; i++)
        hashtab_insert(&table, i, i);
    bytes = hashtab_bytes(&table);
    hashtab_clear(&table);
    assert_int_equal(table.used, 0);
    assert_int_equal(hashtab_bytes(&table), bytes);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(candidates(&table, i), 0);
    hashtab_insert(&table, 7, 7);
    assert_int_equal(found(&table, 7, 7), 1);
    hashtab_release(&table);
}

/* Removal leaves no tombstones: ten elements never need more than their slots, whatever went. */
static void test_a_table_does_not_age(void **state)
{
    struct hashtab table = HASHTAB_INIT;
    uint64_t random = 7;
    uint64_t hashes[10];
    size_t slots = 0;

    (void)state;
    for (uint32_t i = 0; i < 10; i++)
        hashtab_insert(&table, hashes[i] = test_random(&random), i);
    for (uint32_t n = 0; n < 1000000; n++) {
        hashtab_remove(&table, hashes[n % 10], n % 10);
        hashtab_insert(&table, hashes[n % 10] = test_random(&random), n % 10);
    }
    assert_int_equal(hashtab_bytes(&table), 16 * 8);
    for (size_t i = 0; i <= table.mask; i++)
        slots += table.slots[i].place != 0;
    assert_int_equal(slots, 10);
    hashtab_release(&table);
}

/* The oracle is a list of positions with their hashes; few hashes, so that clusters are common. */
static void test_random_operations_agree_with_a_list(void **state)
{
    enum { POSITIONS = 48, OPERATIONS = 100000 };

    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        struct hashtab table = HASHTAB_INIT;
        uint64_t random = seed;
        uint64_t hash_of[POSITIONS];
        bool in[POSITIONS] = {false};

        for (int n = 0; n < OPERATIONS; n++) {
            uint32_t i = (uint32_t)test_below(&random, POSITIONS);
            uint32_t free = (uint32_t)test_below(&random, POSITIONS);

            if (!in[i]) {
                hash_of[i] = test_below(&random, 24) | (uint64_t)test_below(&random, 2) << 33;
                hashtab_insert(&table, hash_of[i], i);
                in[i] = true;
            } else if (!in[free]) {
                hashtab_move(&table, hash_of[i], i, free);
                hash_of[free] = hash_of[i];
                in[free] = true;
                in[i] = false;
            } else {
                hashtab_remove(&table, hash_of[i], i);
                in[i] = false;
            }
            i = (uint32_t)test_below(&random, POSITIONS);
            if (in[i] && found(&table, hash_of[i], i) != 1)
                fail_msg("seed %d, operation %d: position %u is lost", (int)seed, n, i);
        }
        for (uint32_t i = 0; i < POSITIONS; i++)
            if (in[i])
                hashtab_remove(&table, hash_of[i], i);
        assert_int_equal(table.used, 0);
        hashtab_release(&table);
    }
}

static void remove_absent(void)
{
    struct hashtab table = HASHTAB_INIT;

    hashtab_insert(&table, 1, 1);
    hashtab_remove(&table, 1, 2);
}

static void test_removing_what_is_not_there_is_caught(void **state)
{
    (void)state;
    assert_int_equal(test_end_of(remove_absent), 128 + SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_table_finds_nothing_and_takes_no_memory),
        cmocka_unit_test(test_a_position_is_found_under_its_hash_and_no_other),
        cmocka_unit_test(test_equal_hashes_are_all_found_once),
        cmocka_unit_test(test_hashes_that_differ_only_above_32_bits_keep_their_positions),
        cmocka_unit_test(test_the_first_and_the_last_position_can_be_kept),
        cmocka_unit_test(test_removing_from_a_cluster_loses_no_other),
        cmocka_unit_test(test_removing_closes_a_cluster_that_wraps_around_the_end),
        cmocka_unit_test(test_move_gives_an_element_its_new_position),
        cmocka_unit_test(test_growth_keeps_all_and_stays_under_three_quarters_full),
        cmocka_unit_test(test_clear_keeps_the_memory),
        cmocka_unit_test(test_a_table_does_not_age),
        cmocka_unit_test(test_random_operations_agree_with_a_list),
        cmocka_unit_test(test_removing_what_is_not_there_is_caught),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

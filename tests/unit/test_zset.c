/* Z-sets: addition, cancelling, equality, what is kept and what is given back. */
#include "test.h"

static int64_t weight_of(struct zset *zset, const char *key, const char *object)
{
    struct row *row = test_row(key, object);
    int64_t weight = zset_weight(zset, row);

    row_unref(row);
    return weight;
}

static void test_weights_of_one_row_add_up(void **state)
{
    struct zset zset = ZSET_INIT;

    (void)state;
    test_zset_add(&zset, "a*2 b*-1 a*3");
    CHECK_ZSET(&zset, "a*5 b*-1");
    assert_int_equal(zset.count, 2);
    assert_int_equal(weight_of(&zset, "a", "{}"), 5);
    assert_int_equal(weight_of(&zset, "b", "{}"), -1);
    assert_int_equal(weight_of(&zset, "c", "{}"), 0);
    zset_release(&zset);
}

static void test_a_row_whose_weight_becomes_zero_is_gone(void **state)
{
    struct zset zset = ZSET_INIT;

    (void)state;
    test_zset_add(&zset, "a b*2 c a*-1");
    CHECK_ZSET(&zset, "b*2 c");
    test_zset_add(&zset, "b*-2 c*-1");
    CHECK_ZSET(&zset, "");
    assert_int_equal(zset.count, 0);
    zset_release(&zset);
}

static void test_adding_weight_zero_changes_nothing(void **state)
{
    struct zset zset = ZSET_INIT;

    (void)state;
    test_zset_add(&zset, "a*0");
    assert_int_equal(zset.count, 0);
    test_zset_add(&zset, "a a*0");
    CHECK_ZSET(&zset, "a*1");
    zset_release(&zset);
}

static void test_rows_of_one_key_with_other_content_are_other_rows(void **state)
{
    struct zset zset = ZSET_INIT;

    (void)state;
    test_zset_add(&zset, "a{'x':1}*-1 a{'x':2}");
    CHECK_ZSET(&zset, "a{'x':1}*-1 a{'x':2}*1");
    assert_int_equal(weight_of(&zset, "a", "{'x':1}"), -1);
    assert_int_equal(weight_of(&zset, "a", "{'x':2}"), 1);
    assert_int_equal(weight_of(&zset, "a", "{}"), 0);
    zset_release(&zset);
}

static void test_rows_are_one_row_when_their_content_is_equal_by_value(void **state)
{
    struct zset zset = ZSET_INIT;

    (void)state;
    test_zset_add(&zset, "a{'x':1,'y':[0]} a{'y':[-0.0],'x':1.0}");
    CHECK_ZSET(&zset, "a{'x':1,'y':[0]}*2"); /* the first spelling stays */
    test_zset_add(&zset, "a{'y':[0e9],'x':10e-1}*-2");
    CHECK_ZSET(&zset, "");
    zset_release(&zset);
}

static void test_entries_stand_in_the_order_in_which_they_came(void **state)
{
    static const char *const keys[] = {"q", "c", "x", "a", "m"};
    struct zset zset = ZSET_INIT;

    (void)state;
    test_zset_add(&zset, "q c x a m x q");
    assert_int_equal(zset.count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_memory_equal(row_key(zset.entries[i].row), keys[i], 1);
    test_zset_add(&zset, "c*-1"); /* the last one takes its place */
    assert_int_equal(zset.count, 4);
    assert_memory_equal(row_key(zset.entries[1].row), "m", 1);
    assert_memory_equal(row_key(zset.entries[3].row), "a", 1);
    zset_release(&zset);
}

static void test_add_all_adds_a_change_and_its_inverse_takes_it_back(void **state)
{
    struct zset total = ZSET_INIT;
    struct zset change = ZSET_INIT;
    struct zset inverse = ZSET_INIT;

    (void)state;
    test_zset_add(&total, "a*2 b c*-4");
    test_zset_add(&change, "a*-2 b d*7");
    test_zset_add(&inverse, "a*2 b*-1 d*-7");
    zset_add_all(&total, &change);
    CHECK_ZSET(&total, "b*2 c*-4 d*7");
    zset_add_all(&total, &inverse);
    CHECK_ZSET(&total, "a*2 b c*-4");
    zset_release(&total);
    zset_release(&change);
    zset_release(&inverse);
}

/* By the weights that are found. */
static bool weigh_the_same(struct zset *a, struct zset *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (zset_weight(b, a->entries[i].row) != a->entries[i].weight)
            return false;
    return true;
}

static void check_equal(const char *a, const char *b, bool expected)
{
    struct zset x = ZSET_INIT;
    struct zset y = ZSET_INIT;

    test_zset_add(&x, a);
    test_zset_add(&y, b);
    assert_int_equal(weigh_the_same(&x, &y), expected);
    assert_int_equal(weigh_the_same(&y, &x), expected);
    zset_release(&x);
    zset_release(&y);
}

static void test_equal_means_the_same_rows_with_the_same_weights(void **state)
{
    (void)state;
    check_equal("", "", true);
    check_equal("a*2 b", "b a*2", true);
    check_equal("a{'x':1}", "a{'x':1.0}", true);
    check_equal("a*2 b", "b*2 a", false);
    check_equal("a", "a*-1", false);
    check_equal("a", "a b", false);
    check_equal("a b", "a c", false);
    check_equal("a{'x':1}", "a{'x':2}", false);
    check_equal("a b c d e f g h i j k", "k j i h g f e d c b a", true);
    check_equal("a b c d e f g h i j k", "k j i h g f e d c b z", false);
}

static void test_the_weight_of_a_key_is_that_of_all_its_rows(void **state)
{
    struct zset zset = ZSET_INIT;
    struct row *a = test_row("a", "{}");
    struct row *bound = row_bind(a, test_value("[1]"));
    struct row *z = test_row("z", "{}");

    (void)state;
    test_zset_add(&zset, "a{'x':1}*-1 a{'x':2}*3 b*7");
    assert_int_equal(zset_key_weight(&zset, a), 2);
    assert_int_equal(zset_key_weight(&zset, z), 0);
    test_zset_add(&zset, "c d e f g h i j k a{'x':3}*5"); /* as many as need an index */
    zset_add(&zset, bound, 100);
    assert_int_equal(zset_key_weight(&zset, a), 7);
    assert_int_equal(zset_key_weight(&zset, bound), 100); /* a context makes another key */
    assert_int_equal(zset_key_weight(&zset, z), 0);
    zset_release(&zset);
    row_unref(a);
    row_unref(bound);
    row_unref(z);
}

static void test_every_entry_owns_one_reference(void **state)
{
    size_t before = row_live_count();
    struct row *row = test_row("a", "{}");
    struct zset zset = ZSET_INIT;

    (void)state;
    zset_add(&zset, row, 2);
    zset_add(&zset, row, 3);
    assert_int_equal(row->refs, 2);
    zset_add(&zset, row, -5);
    assert_int_equal(row->refs, 1);
    zset_push(&zset, row, -1);
    assert_int_equal(row->refs, 2);
    zset_clear(&zset);
    assert_int_equal(row->refs, 1);
    zset_add(&zset, row, 1);
    zset_release(&zset);
    assert_int_equal(row->refs, 1);
    row_unref(row);
    assert_int_equal(row_live_count(), before);
}

static struct row *numbered_row(size_t i)
{
    char key[24];

    (void)snprintf(key, sizeof(key), "t:%zu", i);
    return test_row(key, "{}");
}

static void test_clear_empties_and_the_set_can_be_used_again(void **state)
{
    size_t before = row_live_count();
    struct zset zset = ZSET_INIT;

    (void)state;
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < 5000; i++) {
            struct row *row = numbered_row(i);

            zset_add(&zset, row, 1);
            row_unref(row);
        }
        assert_int_equal(zset.count, 5000);
        zset_clear(&zset);
        assert_int_equal(zset.count, 0);
        assert_int_equal(row_live_count(), before);
        assert_true(zset_check(&zset));
        test_zset_add(&zset, "t:7*4 t:8");
        CHECK_ZSET(&zset, "t:7*4 t:8");
        zset_clear(&zset);
    }
    zset_release(&zset);
}

/* Look-ups build the index lazily, pushes leave entries out of it, removals fill holes from both
 * sides of that line. The oracle is an array of weights. */
static void test_random_changes_agree_with_an_array_of_weights(void **state)
{
    enum { ROWS = 40, CHANGES = 40000 };
    struct row *rows[ROWS];
    int64_t weights[ROWS] = {0};
    struct zset zset = ZSET_INIT;
    uint64_t random = 1;

    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = numbered_row(i);
    for (int n = 0; n < CHANGES; n++) {
        size_t i = test_below(&random, ROWS);
        int64_t weight = (int64_t)test_below(&random, 5) - 2;

        /* It fills and empties by turns, so that all sizes occur. */
        if (test_below(&random, 10) < (n / 500 % 2 ? 9 : 2))
            weight = -weights[i];
        if (weights[i] == 0 && weight != 0 && test_below(&random, 2))
            zset_push(&zset, rows[i], weight);
        else
            zset_add(&zset, rows[i], weight);
        weights[i] += weight;
        i = test_below(&random, ROWS);
        if (test_below(&random, 4) == 0)
            assert_int_equal(zset_weight(&zset, rows[i]), weights[i]);
        assert_true(zset_check(&zset));
    }
    for (size_t i = 0; i < ROWS; i++)
        assert_int_equal(zset_weight(&zset, rows[i]), weights[i]);
    zset_release(&zset);
    for (size_t i = 0; i < ROWS; i++) {
        assert_int_equal(rows[i]->refs, 1);
        row_unref(rows[i]);
    }
}

static void overflow_sum(void)
{
    (void)weight_sum(INT64_MAX, 1);
}

static void overflow_product(void)
{
    (void)weight_product(INT64_MIN, -1);
}

static void overflow_entry(void)
{
    struct zset zset = ZSET_INIT;

    test_zset_add(&zset, "a*9223372036854775807 a*1");
}

static void test_weights_use_all_64_bits_and_overflow_ends_the_process(void **state)
{
    (void)state;
    assert_true(weight_sum(INT64_MAX - 1, 1) == INT64_MAX);
    assert_true(weight_sum(INT64_MIN, INT64_MAX) == -1);
    assert_true(weight_product(INT64_C(3037000499), INT64_C(3037000499)) ==
                INT64_C(9223372030926249001));
    assert_true(weight_product(-2, INT64_C(4611686018427387904)) == INT64_MIN);
    assert_int_equal(test_end_of(overflow_sum), ERR_USAGE);
    assert_int_equal(test_end_of(overflow_product), ERR_USAGE);
    assert_int_equal(test_end_of(overflow_entry), ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_of_one_row_add_up),
        cmocka_unit_test(test_a_row_whose_weight_becomes_zero_is_gone),
        cmocka_unit_test(test_adding_weight_zero_changes_nothing),
        cmocka_unit_test(test_rows_of_one_key_with_other_content_are_other_rows),
        cmocka_unit_test(test_rows_are_one_row_when_their_content_is_equal_by_value),
        cmocka_unit_test(test_entries_stand_in_the_order_in_which_they_came),
        cmocka_unit_test(test_add_all_adds_a_change_and_its_inverse_takes_it_back),
        cmocka_unit_test(test_equal_means_the_same_rows_with_the_same_weights),
        cmocka_unit_test(test_the_weight_of_a_key_is_that_of_all_its_rows),
        cmocka_unit_test(test_every_entry_owns_one_reference),
        cmocka_unit_test(test_clear_empties_and_the_set_can_be_used_again),
        cmocka_unit_test(test_random_changes_agree_with_an_array_of_weights),
        cmocka_unit_test(test_weights_use_all_64_bits_and_overflow_ends_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Where null and missing stand in an order. */
#include "test.h"

#include "zset/order.h"

static void list_row(void *context, struct row *row, int64_t weight)
{
    (void)weight;
    buf_add(context, row_key(row), row->key_size);
}

/* The keys of rows of every kind in an order by x. */
static void check(bool descending, enum order_nulls nulls, const char *expected)
{
    struct arena arena = ARENA_INIT;
    struct order_field field = {.descending = descending, .nulls = nulls};
    struct zset rows = ZSET_INIT;
    struct buf text = BUF_INIT;
    struct order order;
    uint64_t work = 0;

    field.expr.path = path_new(&arena, value_of("\"x\"", 3));
    order_init(&order, &field, 1, &work);
    test_zset_add(&rows, "a{'x':1} b{'x':null} c{} d{'x':{}} e{'x':false} f{'x':null}");
    for (size_t i = 0; i < rows.count; i++)
        order_add(&order, rows.entries[i].row, 1);
    assert_true(order_check(&order));
    order_range(&order, 0, 9, list_row, &text);
    buf_add_byte(&text, '\0');
    assert_string_equal(text.bytes, expected);
    buf_release(&text);
    zset_release(&rows);
    order_release(&order);
    arena_release(&arena);
}

static void test_by_value_missing_is_below_null_and_both_below_all_else(void **state)
{
    (void)state;
    check(false, NULLS_BY_VALUE, "cbfead");
    check(true, NULLS_BY_VALUE, "daebfc");
}

static void test_nulls_and_missing_are_one_value_first_or_last_in_both_directions(void **state)
{
    (void)state;
    check(false, NULLS_FIRST, "bcfead");
    check(false, NULLS_LAST, "eadbcf");
    check(true, NULLS_FIRST, "bcfdae");
    check(true, NULLS_LAST, "daebcf");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_value_missing_is_below_null_and_both_below_all_else),
        cmocka_unit_test(test_nulls_and_missing_are_one_value_first_or_last_in_both_directions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Rows: what they keep, when they are equal, their order, their counts of references. */
#include "test.h"

static void check_field(const struct row *row, uint32_t i, const char *key, const char *value)
{
    size_t key_size = strlen(key);
    struct value found = row_field_at(row, i, key_size);

    assert_memory_equal(row_text(row) + row_field(row, i), key, key_size);
    assert_int_equal(found.size, strlen(value));
    assert_memory_equal(found.text, value, found.size);
}

static void test_a_row_keeps_its_key_its_text_and_its_fields(void **state)
{
    struct row *row = test_row("users:5", "{ 'a' : 1.50, 'b':[1, 2], 'c':'x' }");

    (void)state;
    assert_int_equal(row->refs, 1);
    assert_int_equal(row->count, 3);
    assert_int_equal(row->key_size, 7);
    assert_memory_equal(row_key(row), "users:5", 7);
    assert_true(row->hash == hash_bytes("users:5", 7));
    assert_int_equal(row->size, 28);
    assert_memory_equal(row_text(row), "{\"a\":1.50,\"b\":[1,2],\"c\":\"x\"}", 28);
    assert_int_equal(row_value(row).type, VALUE_OBJECT);
    assert_int_equal(row_value(row).size, 28);
    assert_false(row->made);
    check_field(row, 0, "\"a\"", "1.50");
    check_field(row, 1, "\"b\"", "[1,2]");
    check_field(row, 2, "\"c\"", "\"x\"");
    row_unref(row);
}

static void test_an_empty_object_has_no_fields(void **state)
{
    struct row *row = test_row("k", "{}");

    (void)state;
    assert_int_equal(row->count, 0);
    assert_int_equal(row->size, 2);
    assert_memory_equal(row_text(row), "{}", 2);
    assert_int_equal(row_id(row).type, VALUE_MISSING);
    row_unref(row);
}

static void test_a_row_keeps_the_id_its_log_gave(void **state)
{
    struct row *text = test_row_of("users:5", 7, "{\"a\":1}", "\"user:5\"");
    struct row *number = test_row_of("users:5", 7, "{\"a\":1}", "5");

    (void)state;
    assert_int_equal(row_id(text).type, VALUE_STRING);
    assert_int_equal(row_id(text).size, 8);
    assert_memory_equal(row_id(text).text, "\"user:5\"", 8);
    assert_int_equal(row_id(number).type, VALUE_NUMBER);
    assert_memory_equal(row_id(number).text, "5", 1);
    assert_memory_equal(row_text(number), "{\"a\":1}", 7);
    row_unref(text);
    row_unref(number);
}

/* A plan can tell them apart by the path "id"; a view, which shows key and content, cannot. */
static void test_rows_that_differ_in_their_id_alone_are_shown_alike(void **state)
{
    struct row *text = test_row_of("users:5", 7, "{'a':1}", "\"user:5\"");
    struct row *number = test_row_of("users:5", 7, "{'a':1.0}", "5");
    struct row *none = test_row_of("users:5", 7, "{'a':1}", NULL);
    struct row *same = test_row_of("users:5", 7, "{'a':1}", "5.0");

    (void)state;
    assert_false(row_equal(text, number));
    assert_true(row_shown_equal(text, number));
    assert_true(row_compare(text, number) > 0); /* strings stand above numbers, */
    assert_true(row_compare(number, text) < 0);
    assert_true(row_compare(none, number) < 0); /* and nothing below all */
    assert_true(row_equal(number, same));
    assert_int_equal(row_compare(number, same), 0);
    row_unref(text);
    row_unref(number);
    row_unref(none);
    row_unref(same);
}

static void test_a_key_may_hold_any_byte(void **state)
{
    struct row *a = test_row_of("t:\0a", 4, "{}", NULL);
    struct row *b = test_row_of("t:\0b", 4, "{}", NULL);

    (void)state;
    assert_memory_equal(row_key(a), "t:\0a", 4);
    assert_false(row_key_equal(a, b));
    assert_true(row_key_compare(a, b) < 0);
    row_unref(a);
    row_unref(b);
}

static bool hashes_agree(const struct row *a, const struct row *b)
{
    const struct row *rows[] = {a, b};
    struct hash128 hashes[2];
    struct buf scratch = BUF_INIT;

    for (size_t i = 0; i < 2; i++) {
        uint32_t *fields = NULL;
        size_t max = 0;
        size_t count = row_find_fields(row_text(rows[i]), &fields, &max);

        hashes[i] = row_content_hash(row_text(rows[i]), rows[i]->size, fields, count, &scratch);
        free(fields);
    }
    buf_release(&scratch);
    return hashes[0].low == hashes[1].low && hashes[0].high == hashes[1].high;
}

static void check_equal(const char *a, const char *b, bool expected)
{
    struct row *x = test_row("k", a);
    struct row *y = test_row("k", b);
    uint32_t *fields = NULL;
    size_t max = 0;
    size_t count = row_find_fields(row_text(y), &fields, &max);

    if (row_equal(x, y) != expected || row_equal(y, x) != expected)
        fail_msg("%s and %s", a, b);
    assert_int_equal(row_shown_equal(x, y), expected);
    assert_int_equal(hashes_agree(x, y), expected);
    assert_int_equal(row_compare(x, y) == 0, expected);
    assert_int_equal(row_content_equal(x, row_text(y), y->size, fields, count), expected);
    free(fields);
    row_unref(x);
    row_unref(y);
}

static void test_equal_rows_have_equal_values_in_any_order_and_spelling(void **state)
{
    (void)state;
    check_equal("{}", "{}", true);
    check_equal("{'a':1}", "{'a':1}", true);
    check_equal("{'a':1}", "{'a':1.0}", true);
    check_equal("{'a':1,'b':2}", "{'b':2,'a':1}", true);
    check_equal("{'a':1,'b':2,'c':3}", "{'a':1.0,'c':3.0,'b':2.0}", true);
    check_equal("{'a':{'x':1,'y':[2]}}", "{'a':{'y':[2.0],'x':1e0}}", true);
    check_equal("{'a':'\\u0041'}", "{'a':'A'}", true);
}

static void test_other_rows_are_not_equal(void **state)
{
    (void)state;
    check_equal("{}", "{'a':null}", false);
    check_equal("{'a':1}", "{'a':2}", false);
    check_equal("{'a':1}", "{'b':1}", false);
    check_equal("{'a':1}", "{'a':'1'}", false);
    check_equal("{'a':1,'b':2}", "{'a':2,'b':1}", false);
    check_equal("{'a':1,'b':2}", "{'a':1,'b':2,'c':3}", false);
    check_equal("{'a':1,'b':2}", "{'a':1,'c':2}", false);
    check_equal("{'a':1,'b':2}", "{'b':2,'a':2}", false);
    check_equal("{'a':[1,2]}", "{'a':[2,1]}", false);
    check_equal("{'ab':1,'c':2}", "{'a':1,'bc':2}", false);
    check_equal("{'a':1,'bb':2}", "{'aa':1,'b':2}", false);
}

static void test_equal_content_under_another_key_is_another_row(void **state)
{
    struct row *a = test_row("a", "{'x':1}");
    struct row *b = test_row("b", "{'x':1}");
    struct row *prefix = test_row("a:", "{'x':0}");

    (void)state;
    assert_false(row_equal(a, b));
    assert_false(row_key_equal(a, b));
    assert_true(row_compare(a, b) < 0);
    assert_true(row_compare(b, a) > 0);
    assert_true(row_key_compare(a, prefix) < 0); /* shorter first on a tie */
    assert_true(row_compare(a, prefix) < 0);
    row_unref(a);
    row_unref(b);
    row_unref(prefix);
}

static void test_rows_are_ordered_by_key_then_by_content(void **state)
{
    static const char *const rows[][2] = {
        {"t:1", "{'x':9}"},  {"t:10", "{}"},      {"t:2", "{}"},        {"t:2", "{'x':1}"},
        {"t:2", "{'x':10}"}, {"t:2", "{'x':''}"}, {"t:\xc3\xa9", "{}"},
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++)
        for (size_t j = 0; j < LENGTH(rows); j++) {
            struct row *a = test_row(rows[i][0], rows[i][1]);
            struct row *b = test_row(rows[j][0], rows[j][1]);
            int order = row_compare(a, b);

            assert_int_equal((order > 0) - (order < 0), (int)(i > j) - (int)(i < j));
            row_unref(a);
            row_unref(b);
        }
}

static void test_the_last_owner_frees_the_row(void **state)
{
    size_t before = row_live_count();
    struct row *row = test_row("k", "{}");

    (void)state;
    assert_int_equal(row_live_count(), before + 1);
    assert_ptr_equal(row_ref(row), row);
    assert_int_equal(row->refs, 2);
    row_unref(row);
    assert_int_equal(row_live_count(), before + 1);
    assert_memory_equal(row_key(row), "k", 1);
    row_unref(row);
    assert_int_equal(row_live_count(), before);
}

static void test_the_memory_of_a_row_counts_all_its_parts(void **state)
{
    struct row *small = test_row("k", "{}");
    struct row *large = test_row_of("key", 3, "{\"a\":1}", "\"id\"");

    (void)state;
    assert_int_equal(row_bytes(small), sizeof(struct row) + 2 + 1);
    assert_true(row_bytes(large) >= sizeof(struct row) + 7 + 3 + 4 + sizeof(uint16_t));
    row_unref(small);
    row_unref(large);
}

/* A row {"a":"xx..","b":1,"c":2} of exactly this many bytes. */
static struct row *row_of_size(size_t size)
{
    struct buf text = BUF_INIT;
    struct row *row;

    (void)buf_reserve(&text, size + 1);
    buf_add_string(&text, "{\"a\":\"");
    while (text.size < size - 14)
        buf_add_byte(&text, 'x');
    buf_add_string(&text, "\",\"b\":1,\"c\":2}");
    buf_add_byte(&text, '\0');
    row = test_row("k", text.bytes);
    assert_int_equal(row->size, size);
    buf_release(&text);
    return row;
}

/* Offsets take 16 or 32 bits, by the size of the text. */
static void test_fields_behind_64_kib_are_found_too(void **state)
{
    static const size_t sizes[] = {100, 65534, 65535, 65536, 65537, 65542, 65543, 200000};

    (void)state;
    for (size_t i = 0; i < LENGTH(sizes); i++) {
        struct row *row = row_of_size(sizes[i]);
        struct row *same = row_of_size(sizes[i]);

        assert_int_equal(row->count, 3);
        check_field(row, 1, "\"b\"", "1");
        check_field(row, 2, "\"c\"", "2");
        assert_int_equal(row_field(row, 0), 1);
        assert_int_equal(row_field(row, 2), sizes[i] - 6);
        assert_memory_equal(row_key(row), "k", 1);
        assert_true(row_equal(row, same));
        row_unref(row);
        row_unref(same);
    }
}

static struct row *lean_row(const char *object, uint64_t content, uint64_t place)
{
    struct row_origin origin = {{content, 7}, place};
    char *text = test_normal(object);
    uint32_t *fields = NULL;
    size_t max = 0;
    size_t count = row_find_fields(text, &fields, &max);
    struct row *row = row_new(&(struct row_source){.key = "t:1",
                                                   .key_size = 3,
                                                   .hash = hash_bytes("t:1", 3),
                                                   .text = text,
                                                   .size = strlen(text),
                                                   .fields = fields,
                                                   .count = count,
                                                   .id = "1",
                                                   .id_size = 1,
                                                   .origin = &origin});

    free(fields);
    free(text);
    return row;
}

static void test_a_lean_row_is_told_by_the_hash_of_what_it_stands_for(void **state)
{
    struct row *a = lean_row("{'x':1,'y':2}", 5, 100);
    struct row *same = lean_row("{'x':1,'y':2}", 5, 200);
    struct row *other = lean_row("{'x':1,'y':2}", 6, 100);
    struct row *whole = test_row("t:1", "{'x':1,'y':2}");

    (void)state;
    assert_true(a->lean && !whole->lean);
    assert_memory_equal(row_key(a), "t:1", 3);
    assert_memory_equal(row_text(a), "{\"x\":1,\"y\":2}", 13);
    assert_memory_equal(row_id(a).text, "1", 1);
    check_field(a, 1, "\"y\"", "2");
    assert_true(row_origin(a).content.low == 5 && row_origin(a).content.high == 7);
    assert_int_equal(row_origin(same).place, 200);
    assert_true(row_equal(a, same)); /* wherever they came from */
    assert_int_equal(row_compare(a, same), 0);
    assert_false(row_equal(a, other));
    assert_false(row_shown_equal(a, other));
    assert_true(row_compare(a, other) < 0 && row_compare(other, a) > 0);
    assert_int_equal(row_bytes(a), row_bytes(whole) + sizeof(struct row_origin) + 1);
    row_unref(a);
    row_unref(same);
    row_unref(other);
    row_unref(whole);
}

static void test_a_bound_row_has_a_context(void **state)
{
    struct row *row = test_row_of("t:1", 3, "{'x':1}", "1");
    struct row *a = row_bind(row, test_value("[[\"u:7\"],[],[[2]]]"));
    struct row *b = row_bind(row, test_value("[]"));
    struct row *again = row_bind(a, test_value("[]"));
    struct row *free_again = row_bind(a, VALUE_NONE);

    (void)state;
    assert_true(a->bound && b->bound && !row->bound && !free_again->bound);
    assert_int_equal(row_context(row).type, VALUE_MISSING);
    assert_int_equal(row_context(a).size, 18);
    assert_memory_equal(row_context(a).text, "[[\"u:7\"],[],[[2]]]", 18);
    assert_int_equal(row_context_at(a, 0).size, 5);
    assert_memory_equal(row_context_at(a, 0).text, "\"u:7\"", 5);
    assert_int_equal(row_context_at(a, 1).type, VALUE_MISSING); /* in the enclosing row */
    assert_int_equal(row_context_at(a, 2).size, 3);
    assert_memory_equal(row_context_at(a, 2).text, "[2]", 3);
    assert_int_equal(row_context_at(a, 3).type, VALUE_MISSING);
    assert_int_equal(row_context_at(b, 0).type, VALUE_MISSING);
    assert_int_equal(row_context_at(row, 0).type, VALUE_MISSING);
    assert_memory_equal(row_key(a), "t:1", 3);
    assert_memory_equal(row_id(a).text, "1", 1);
    check_field(a, 0, "\"x\"", "1");
    assert_int_equal(row_bytes(a), row_bytes(row) + sizeof(uint32_t) + 18);
    assert_false(row_equal(a, b) || row_equal(a, row) || row_key_equal(a, b));
    assert_true(row_compare(row, b) < 0 && row_compare(b, a) < 0 && row_compare(a, b) > 0);
    assert_true(row_equal(b, again) && row_compare(b, again) == 0 && b->hash == again->hash);
    assert_true(row_equal(row, free_again) && row->hash == free_again->hash);
    row_unref(row);
    row_unref(a);
    row_unref(b);
    row_unref(again);
    row_unref(free_again);
}

static void test_a_plain_row_is_key_and_content_alone(void **state)
{
    struct row *row = test_row_of("t:1", 3, "{'x':1}", "1");
    struct row *bound = row_bind(row, test_value("[2]"));
    struct row *plain = row_plain(bound);
    struct row *same = row_plain(plain);

    (void)state;
    assert_int_equal(row_id(plain).type, VALUE_MISSING);
    assert_false(plain->bound);
    assert_memory_equal(row_text(plain), "{\"x\":1}", 7);
    assert_ptr_equal(same, plain); /* one more reference, no copy */
    assert_int_equal(plain->refs, 2);
    row_unref(row);
    row_unref(bound);
    row_unref(plain);
    row_unref(same);
}

static void test_the_fields_of_an_object_are_found_in_its_text(void **state)
{
    static const char text[] =
        "{\"a\":{\"x\":1,\"y\":[{\"z\":2}]},\"b,\\\"\":\"{\\\"c\\\":3}\",\"d\":[]}";
    uint32_t *fields = NULL;
    size_t max = 0;

    (void)state;
    assert_int_equal(row_find_fields(text, &fields, &max), 3);
    assert_int_equal(fields[0], 1);
    assert_memory_equal(text + fields[1], "\"b,\\\"\":", 7);
    assert_memory_equal(text + fields[2], "\"d\":", 4);
    assert_int_equal(row_find_fields("{}", &fields, &max), 0);
    free(fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_keeps_its_key_its_text_and_its_fields),
        cmocka_unit_test(test_an_empty_object_has_no_fields),
        cmocka_unit_test(test_a_row_keeps_the_id_its_log_gave),
        cmocka_unit_test(test_rows_that_differ_in_their_id_alone_are_shown_alike),
        cmocka_unit_test(test_a_key_may_hold_any_byte),
        cmocka_unit_test(test_equal_rows_have_equal_values_in_any_order_and_spelling),
        cmocka_unit_test(test_other_rows_are_not_equal),
        cmocka_unit_test(test_equal_content_under_another_key_is_another_row),
        cmocka_unit_test(test_rows_are_ordered_by_key_then_by_content),
        cmocka_unit_test(test_the_last_owner_frees_the_row),
        cmocka_unit_test(test_the_memory_of_a_row_counts_all_its_parts),
        cmocka_unit_test(test_fields_behind_64_kib_are_found_too),
        cmocka_unit_test(test_a_lean_row_is_told_by_the_hash_of_what_it_stands_for),
        cmocka_unit_test(test_a_bound_row_has_a_context),
        cmocka_unit_test(test_a_plain_row_is_key_and_content_alone),
        cmocka_unit_test(test_the_fields_of_an_object_are_found_in_its_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

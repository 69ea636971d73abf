/* Values: types, strings decoded, the total order, equality, hashes, prefixes, canonical text. */
#include "test.h"

#include "value/json_write.h"

static void test_the_first_byte_tells_the_type(void **state)
{
    (void)state;
    assert_int_equal(test_value("").type, VALUE_MISSING);
    assert_int_equal(test_value("null").type, VALUE_NULL);
    assert_int_equal(test_value("false").type, VALUE_FALSE);
    assert_int_equal(test_value("true").type, VALUE_TRUE);
    assert_int_equal(test_value("0").type, VALUE_NUMBER);
    assert_int_equal(test_value("-1").type, VALUE_NUMBER);
    assert_int_equal(test_value("9e9").type, VALUE_NUMBER);
    assert_int_equal(test_value("\"\"").type, VALUE_STRING);
    assert_int_equal(test_value("[]").type, VALUE_ARRAY);
    assert_int_equal(test_value("{}").type, VALUE_OBJECT);
    assert_int_equal(VALUE_NONE.type, VALUE_MISSING);
    assert_int_equal(VALUE_NONE.size, 0);
    assert_int_equal(test_value("[1,2]").size, 5);
}

static void test_null_and_missing_are_unknown(void **state)
{
    (void)state;
    assert_true(value_is_unknown(VALUE_NONE));
    assert_true(value_is_unknown(test_value("null")));
    assert_false(value_is_unknown(test_value("false")));
    assert_false(value_is_unknown(test_value("0")));
    assert_false(value_is_unknown(test_value("\"\"")));
    assert_false(value_is_unknown(test_value("[]")));
}

static void check_string(const char *text, const char *bytes, size_t size)
{
    struct buf scratch = BUF_INIT;
    struct buf again = BUF_INIT;
    size_t have_size;
    const char *have;

    buf_add_string(&scratch, "left over");
    have = value_string(test_value(text), &scratch, &have_size);
    assert_int_equal(have_size, size);
    assert_memory_equal(have, bytes, size);
    if (!strchr(text, '\\'))
        assert_ptr_equal(have, text + 1); /* nothing was copied */
    json_write_string(&again, have, have_size);
    assert_int_equal(again.size, strlen(text));
    assert_memory_equal(again.bytes, text, again.size);
    buf_release(&scratch);
    buf_release(&again);
}

static void test_strings_are_decoded_and_written_back_the_same(void **state)
{
    (void)state;
    check_string("\"\"", "", 0);
    check_string("\"abc\"", "abc", 3);
    check_string("\"\\\"\"", "\"", 1);
    check_string("\"\\\\\"", "\\", 1);
    check_string("\"\\\\\\\\\"", "\\\\", 2);
    check_string("\"a\\\\\"", "a\\", 2);
    check_string("\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t", 5);
    check_string("\"\\u0000\"", "\0", 1);
    check_string("\"\\u0001\\u001f\\u000b\"", "\x01\x1f\x0b", 3);
    check_string("\"a\\u0000b\"", "a\0b", 3);
    check_string("\"/\x7f\"", "/\x7f", 2);
    check_string("\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
                 9);
    check_string("\"\\\\u0041\"", "\\u0041", 6);
    check_string("\"\\\"\xc3\xa9\\n\"", "\"\xc3\xa9\n", 4);
}

static void check_order(const char *a, const char *b, int expected)
{
    struct value x = test_value(a);
    struct value y = test_value(b);
    int order = value_compare(x, y);
    int back = value_compare(y, x);

    if ((order > 0) - (order < 0) != expected || (back > 0) - (back < 0) != -expected)
        fail_msg("%s and %s compare as %d and %d", a, b, order, back);
    if (value_equal(x, y) != (expected == 0) || value_equal(y, x) != (expected == 0))
        fail_msg("%s and %s: equality does not agree with the order", a, b);
    if (expected == 0)
        assert_true(value_hash(x) == value_hash(y));
}

static void test_types_have_an_order(void **state)
{
    static const char *const texts[] = {
        "",   "null",   "false", "true",      "-1e400", "1e400", "\"\"", "\"\xf4\x8f\xbf\xbf\"",
        "[]", "[[[]]]", "{}",    "{\"a\":1}",
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++)
        for (size_t j = 0; j < LENGTH(texts); j++)
            check_order(texts[i], texts[j], (i > j) - (i < j));
}

static void test_equal_values_of_different_types_do_not_exist(void **state)
{
    (void)state;
    check_order("1", "\"1\"", -1);
    check_order("true", "1", -1);
    check_order("\"true\"", "true", 1);
    check_order("null", "\"null\"", -1);
    check_order("[1]", "1", 1);
    check_order("[]", "{}", -1);
    check_order("0", "false", 1);
}

static void test_numbers_are_compared_by_value(void **state)
{
    (void)state;
    check_order("1", "1.0", 0);
    check_order("1", "1e0", 0);
    check_order("0", "-0.0", 0);
    check_order("9007199254740992", "9007199254740993", -1);
    check_order("2", "10", -1);
    check_order("-2", "-10", 1);
}

static void test_strings_are_compared_by_their_decoded_bytes(void **state)
{
    (void)state;
    check_order("\"a\"", "\"a\"", 0);
    check_order("\"\"", "\"a\"", -1);
    check_order("\"a\"", "\"ab\"", -1);
    check_order("\"Z\"", "\"a\"", -1);
    check_order("\"a\"", "\"\xc3\xa9\"", -1);
    check_order("\"\xef\xbf\xbd\"", "\"\xf0\x90\x80\x80\"", -1); /* UTF-16 would say 1 */
    check_order("\"\xc3\xa9\"", "\"e\xcc\x81\"", 1);             /* no normalisation */
    check_order("\"\\n\"", "\" \"", -1);                         /* \ itself stands above both */
    check_order("\"\\u0000\"", "\"\\u0001\"", -1);
    check_order("\"\\\\\"", "\"[\"", 1);
    check_order("\"\\\\\"", "\"]\"", -1);
    check_order("\"\\\"\"", "\"!\"", 1);
    check_order("\"\\\"\"", "\"#\"", -1);
    check_order("\"a\\u0000\"", "\"a\"", 1);
    check_order("\"a\\tb\"", "\"a\\tc\"", -1);
}

static void test_arrays_are_compared_element_by_element_and_shorter_first(void **state)
{
    (void)state;
    check_order("[]", "[null]", -1);
    check_order("[1,2]", "[1,2]", 0);
    check_order("[1,2]", "[1.0,2e0]", 0);
    check_order("[1]", "[1,null]", -1);
    check_order("[2]", "[1,3]", 1);
    check_order("[[1],2]", "[[1,0]]", -1);
    check_order("[10]", "[9]", 1);
    check_order("[\"a\",\"b|c\"]", "[\"a|b\",\"c\"]", -1);
    check_order("[{\"a\":1,\"b\":2}]", "[{\"b\":2.0,\"a\":1}]", 0);
}

static void test_objects_are_compared_as_sorted_lists_of_members(void **state)
{
    (void)state;
    check_order("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", 0);
    check_order("{\"a\":1,\"b\":2}", "{\"b\":2.0,\"a\":10e-1}", 0);
    check_order("{\"a\":1}", "{\"a\":1,\"b\":0}", -1);
    check_order("{\"a\":2}", "{\"a\":1,\"b\":0}", 1);
    check_order("{\"b\":0}", "{\"a\":9}", 1);
    check_order("{\"z\":0,\"a\":1}", "{\"a\":1,\"y\":5}", 1);
    check_order("{\"a\":{\"x\":1,\"y\":2}}", "{\"a\":{\"y\":2,\"x\":1}}", 0);
    check_order("{\"a\":null}", "{}", 1);
    check_order("{\"\\n\":1}", "{\" \":0}", -1); /* keys by their decoded bytes too */
    check_order("{\"a\":1,\"b\":2,\"c\":3}", "{\"a\":1,\"c\":3,\"b\":4}", -1);
    check_order("{\"a\":1}", "{\"b\":1}", -1);
}

static void test_values_nested_1024_deep_are_compared_and_written(void **state)
{
    struct buf a = BUF_INIT;
    struct buf b = BUF_INIT;
    struct buf canonical = BUF_INIT;

    (void)state;
    for (int i = 0; i < 512; i++)
        buf_add_string(&a, "{\"a\":[");
    buf_add(&b, a.bytes, a.size);
    buf_add_string(&a, "1");
    buf_add_string(&b, "1.0");
    for (int i = 0; i < 512; i++) {
        buf_add_string(&a, "]}");
        buf_add_string(&b, "]}");
    }
    assert_int_equal(value_compare(value_of(a.bytes, a.size), value_of(b.bytes, b.size)), 0);
    assert_true(value_equal(value_of(a.bytes, a.size), value_of(b.bytes, b.size)));
    assert_true(value_hash(value_of(a.bytes, a.size)) == value_hash(value_of(b.bytes, b.size)));
    value_write_canonical(&canonical, value_of(b.bytes, b.size));
    assert_int_equal(canonical.size, a.size);
    assert_memory_equal(canonical.bytes, a.bytes, a.size);
    buf_release(&a);
    buf_release(&b);
    buf_release(&canonical);
}

static void test_hashes_tell_structures_apart(void **state)
{
    static const char *const texts[] = {
        "",
        "null",
        "false",
        "true",
        "0",
        "1",
        "\"\"",
        "\"0\"",
        "[]",
        "[0]",
        "[[]]",
        "[0,0]",
        "[[0],0]",
        "[[0,0]]",
        "{}",
        "{\"a\":0}",
        "{\"a\":[]}",
        "{\"a\":{}}",
        "{\"a\":0,\"b\":1}",
        "{\"a\":1,\"b\":0}",
        "{\"b\":0}",
        "[\"a\",0]",
        "[1,2]",
        "[2,1]",
        "[null]",
        "{\"a\":0,\"b\":0}",
        "{\"a\":1,\"b\":1}",
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++)
        for (size_t j = 0; j < i; j++)
            if (value_hash(test_value(texts[i])) == value_hash(test_value(texts[j])))
                fail_msg("%s and %s have one hash", texts[i], texts[j]);
}

/* Pairs in ascending order, whose prefixes may not descend; where the prefix can tell them apart
 * it must, or sorted containers are slow. */
static void test_prefixes_follow_the_order(void **state)
{
    static const char *const texts[] = {
        "",       "null",  "false",        "true", "-1e400", "-1e9",
        "-2",     "-1",    "-0.5",         "0",    "0.5",    "1",
        "2",      "1e9",   "1e400",        "\"\"", "\"a\"",  "\"aa\"",
        "\"ab\"", "\"b\"", "\"\xc3\xa9\"", "[]",   "{}",
    };

    (void)state;
    for (size_t i = 1; i < LENGTH(texts); i++)
        if (value_prefix(test_value(texts[i - 1])) >= value_prefix(test_value(texts[i])))
            fail_msg("%s and %s", texts[i - 1], texts[i]);
    assert_true(value_prefix(test_value("1")) == value_prefix(test_value("10e-1")));
    assert_true(value_prefix(test_value("0")) == value_prefix(test_value("-0.0")));
    assert_true(value_prefix(test_value("[1]")) == value_prefix(test_value("[2]")));
    assert_true(value_prefix(test_value("\"abcdefgh1\"")) ==
                value_prefix(test_value("\"abcdefgh2\"")));
    assert_true(value_prefix(test_value("\"\\n\"")) < value_prefix(test_value("\" \"")));
}

static void check_canonical(const char *text, const char *expected)
{
    struct buf buf = BUF_INIT;

    value_write_canonical(&buf, test_value(text));
    buf_add_byte(&buf, '\0');
    assert_string_equal(buf.bytes, expected);
    buf_release(&buf);
}

static void test_canonical_text_sorts_keys_and_spells_numbers_one_way(void **state)
{
    (void)state;
    check_canonical("", "");
    check_canonical("null", "null");
    check_canonical("true", "true");
    check_canonical("1.50", "1.5");
    check_canonical("\"a\\n\\u0000\"", "\"a\\n\\u0000\"");
    check_canonical("[]", "[]");
    check_canonical("{}", "{}");
    check_canonical("[1.0,[2e0,[]],{}]", "[1,[2,[]],{}]");
    check_canonical("{\"b\":1.0,\"a\":{\"d\":-0,\"c\":[1e2]}}",
                    "{\"a\":{\"c\":[100],\"d\":0},\"b\":1}");
    check_canonical("{\"ab\":1,\"a\":2,\"\":3,\"B\":4}", "{\"\":3,\"B\":4,\"a\":2,\"ab\":1}");
    check_canonical("{\"\xc3\xa9\":1,\"z\":2,\" \":3,\"\\n\":4,\"\\\"\":5}",
                    "{\"\\n\":4,\" \":3,\"\\\"\":5,\"z\":2,\"\xc3\xa9\":1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_byte_tells_the_type),
        cmocka_unit_test(test_null_and_missing_are_unknown),
        cmocka_unit_test(test_strings_are_decoded_and_written_back_the_same),
        cmocka_unit_test(test_types_have_an_order),
        cmocka_unit_test(test_equal_values_of_different_types_do_not_exist),
        cmocka_unit_test(test_numbers_are_compared_by_value),
        cmocka_unit_test(test_strings_are_compared_by_their_decoded_bytes),
        cmocka_unit_test(test_arrays_are_compared_element_by_element_and_shorter_first),
        cmocka_unit_test(test_objects_are_compared_as_sorted_lists_of_members),
        cmocka_unit_test(test_values_nested_1024_deep_are_compared_and_written),
        cmocka_unit_test(test_hashes_tell_structures_apart),
        cmocka_unit_test(test_prefixes_follow_the_order),
        cmocka_unit_test(test_canonical_text_sorts_keys_and_spells_numbers_one_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

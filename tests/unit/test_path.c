/* Paths: how they are written, and what they find in rows and values. */
#include "test.h"

#include "value/path.h"

/* What the path written as `path` finds in the row. */
static void check_row(const struct row *row, const char *path, const char *expected)
{
    struct arena arena = ARENA_INIT;
    struct path *found = path_new(&arena, test_value(path));
    struct value value;
    struct value again;

    if (!found)
        fail_msg("%s is no path", path);
    value = path_get(found, row);
    again = path_get_in(found, row_value(row));
    if (value.size != strlen(expected) || memcmp(value.text, expected, value.size) != 0)
        fail_msg("%s finds %.*s instead of %s", path, (int)value.size, value.text, expected);
    if (row->id_size == 0)
        assert_int_equal(value.type, again.type);
    arena_release(&arena);
}

static void check(const char *object, const char *path, const char *expected)
{
    struct row *row = test_row("t:1", object);

    check_row(row, path, expected);
    row_unref(row);
}

static void test_a_path_finds_a_field(void **state)
{
    (void)state;
    check("{\"a\":1,\"b\":\"x\"}", "\"a\"", "1");
    check("{\"a\":1,\"b\":\"x\"}", "\"b\"", "\"x\"");
    check("{\"a\":1,\"b\":\"x\"}", "\"c\"", "");
    check("{\"a\":1,\"b\":\"x\"}", "[\"b\"]", "\"x\"");
    check("{}", "\"a\"", "");
    check("{\"a\":null}", "\"a\"", "null");
    check("{\"a\":{\"b\":1}}", "\"a\"", "{\"b\":1}");
    check("{\"ab\":1,\"a\":2,\"abc\":3}", "\"a\"", "2");
    check("{\"ab\":1,\"a\":2,\"abc\":3}", "\"abc\"", "3");
    check("{\"ab\":1,\"a\":2,\"abc\":3}", "\"b\"", "");
    check("{\"a\":1}", "\"a\\\":1}, and on behind the end of the row\"", "");
}

static void test_dots_lead_into_objects(void **state)
{
    (void)state;
    check("{\"a\":{\"b\":{\"c\":7}}}", "\"a.b.c\"", "7");
    check("{\"a\":{\"b\":{\"c\":7}}}", "[\"a\",\"b\",\"c\"]", "7");
    check("{\"a\":{\"b\":{\"c\":7}}}", "\"a.b\"", "{\"c\":7}");
    check("{\"a\":{\"b\":{\"c\":7}}}", "\"a.c\"", "");
    check("{\"a\":{\"x\":{\"b\":1},\"b\":2}}", "\"a.b\"", "2");
    check("{\"a\":{\"bb\":1,\"b\":[1,2],\"c\":3}}", "\"a.b\"", "[1,2]");
}

static void test_a_key_with_dots_needs_the_array_form(void **state)
{
    (void)state;
    check("{\"b.c\":1,\"b\":{\"c\":2}}", "\"b.c\"", "2");
    check("{\"b.c\":1,\"b\":{\"c\":2}}", "[\"b.c\"]", "1");
    check("{\"a\":{\"b.c\":3}}", "[\"a\",\"b.c\"]", "3");
    check("{\"\":4}", "[\"\"]", "4");
    check("{\"a\":{\"\":5}}", "[\"a\",\"\"]", "5");
}

static void test_through_anything_but_an_object_the_value_is_missing(void **state)
{
    (void)state;
    check("{\"a\":1}", "\"a.b\"", "");
    check("{\"a\":\"b\"}", "\"a.b\"", "");
    check("{\"a\":null}", "\"a.b\"", "");
    check("{\"a\":true}", "\"a.b.c.d\"", "");
    check("{\"a\":[{\"b\":1}]}", "\"a.b\"", "");
    check("{\"a\":\"x\"}", "[\"a\",0]", "");
}

static void test_numbers_index_arrays_from_zero(void **state)
{
    (void)state;
    check("{\"a\":[10,20,30]}", "[\"a\",0]", "10");
    check("{\"a\":[10,20,30]}", "[\"a\",2]", "30");
    check("{\"a\":[10,20,30]}", "[\"a\",3]", "");
    check("{\"a\":[10,20,30]}", "[\"a\",1e0]", "20");
    check("{\"a\":[10,20,30]}", "\"a.1\"", "20");
    check("{\"a\":[10,20,30]}", "[\"a\",\"1\"]", "20");
    check("{\"a\":[]}", "[\"a\",0]", "");
    check("{\"a\":[[1,2],[3,{\"b\":4}]]}", "\"a.1.1.b\"", "4");
    check("{\"a\":[10]}", "[\"a\",4294967295]", "");
    check("{\"a\":[10]}", "[\"a\",4294967296]", ""); /* 0 modulo 2^32 */
    check("{\"a\":[10]}", "[\"a\",9223372036854775807]", "");
}

static void test_numbers_are_keys_of_objects(void **state)
{
    (void)state;
    check("{\"a\":{\"0\":\"x\",\"1\":\"y\"}}", "[\"a\",1]", "\"y\"");
    check("{\"0\":7}", "[0]", "7");
    check("{\"4294967296\":7}", "[4294967296]", "7");
}

static void test_escapes_mean_what_they_say(void **state)
{
    (void)state;
    check("{\"\\u0061\\\"b\":1}", "\"a\\\"b\"", "1");
    check("{\"a\\\\\":1}", "\"a\\\\\"", "1");
    check("{\"a\\\"\":1,\"a\":2}", "\"a\"", "2");
    check("{\"\\u0000\":1}", "\"\\u0000\"", "1");
    check("{\"a\\nb\":{\"c\":2}}", "\"a\\nb.c\"", "2");
    check("{\"\xc3\xa9\":3}", "\"\xc3\xa9\"", "3");
    check("{\"a:\":1,\"a\":2}", "\"a:\"", "1");
    check("{\"x\":\"\\\"a\\\":9\",\"a\":2}", "\"a\"", "2"); /* a value that looks like a field */
}

static void test_the_id_of_a_record_is_found_where_it_has_no_such_field(void **state)
{
    struct row *text = test_row_of("users:5", 7, "{\"a\":1}", "\"user:5\"");
    struct row *number = test_row_of("users:5", 7, "{}", "5");
    struct row *own = test_row_of("users:5", 7, "{\"a\":1,\"id\":9}", "5");
    struct row *null = test_row_of("users:5", 7, "{\"id\":null}", "5");
    struct row *none = test_row_of("users:5", 7, "{\"a\":{\"id\":3}}", NULL);

    (void)state;
    check_row(text, "\"id\"", "\"user:5\"");
    check_row(number, "\"id\"", "5");
    check_row(own, "\"id\"", "9");
    check_row(null, "\"id\"", "null");
    check_row(none, "\"id\"", "");
    check_row(none, "\"a.id\"", "3");
    check_row(text, "\"a.id\"", "");
    check_row(text, "\"id.x\"", "");
    row_unref(text);
    row_unref(number);
    row_unref(own);
    row_unref(null);
    row_unref(none);
}

/* The path remembers where it found its field last; rows of other shapes must not be misled. */
static void test_one_path_serves_rows_of_different_shapes(void **state)
{
    static const struct {
        const char *object;
        const char *expected;
    } rows[] = {
        {"{\"a\":1,\"b\":2,\"c\":3}", "3"},
        {"{\"c\":4,\"a\":1,\"b\":2}", "4"},
        {"{\"a\":1,\"b\":2}", ""},
        {"{\"a\":1,\"b\":2,\"cc\":3,\"c\":5}", "5"},
        {"{}", ""},
        {"{\"c\":6}", "6"},
        {"{\"a\":1,\"b\":2,\"d\":3}", ""},
        {"{\"a\":\"c\",\"b\":2,\"c\":{\"c\":7}}", "{\"c\":7}"},
        {"{\"c\":8,\"x\":1,\"y\":2}", "8"},
    };
    struct arena arena = ARENA_INIT;
    struct path *path = path_new(&arena, test_value("\"c\""));

    (void)state;
    for (size_t round = 0; round < 3; round++)
        for (size_t i = 0; i < LENGTH(rows); i++) {
            size_t at = round == 1 ? LENGTH(rows) - 1 - i : i;
            struct row *row = test_row("t:1", rows[at].object);
            struct value value = path_get(path, row);

            assert_int_equal(value.size, strlen(rows[at].expected));
            assert_memory_equal(value.text, rows[at].expected, value.size);
            row_unref(row);
        }
    arena_release(&arena);
}

static void test_what_is_no_path_is_refused(void **state)
{
    static const char *const texts[] = {
        "",           "null",        "1",        "true",
        "{}",         "[]",          "\"\"",     "\".\"",
        "\".a\"",     "\"a.\"",      "\"a..b\"", "[null]",
        "[\"a\",-1]", "[\"a\",0.5]", "[true]",   "[\"a\",[\"b\"]]",
        "[{}]",       "[1e30]",
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct arena arena = ARENA_INIT;

        if (path_new(&arena, test_value(texts[i])))
            fail_msg("%s is taken for a path", texts[i]);
        arena_release(&arena);
    }
}

static void check_written(const char *path, const char *expected)
{
    struct arena arena = ARENA_INIT;
    struct buf buf = BUF_INIT;

    path_write(&buf, path_new(&arena, test_value(path)));
    buf_add_byte(&buf, '\0');
    assert_string_equal(buf.bytes, expected);
    buf_release(&buf);
    arena_release(&arena);
}

static void test_equal_paths_have_one_spelling(void **state)
{
    (void)state;
    check_written("\"a\"", "\"a\"");
    check_written("[\"a\"]", "\"a\"");
    check_written("\"a.b\"", "[\"a\",\"b\"]");
    check_written("[\"a\",\"b\"]", "[\"a\",\"b\"]");
    check_written("[\"a.b\"]", "[\"a.b\"]");
    check_written("[\"a\",\"b.c\",0]", "[\"a\",\"b.c\",\"0\"]");
    check_written("\"a.0\"", "[\"a\",\"0\"]");
    check_written("\"a\\\"b\"", "\"a\\\"b\"");
    check_written("[1.0]", "\"1\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_path_finds_a_field),
        cmocka_unit_test(test_dots_lead_into_objects),
        cmocka_unit_test(test_a_key_with_dots_needs_the_array_form),
        cmocka_unit_test(test_through_anything_but_an_object_the_value_is_missing),
        cmocka_unit_test(test_numbers_index_arrays_from_zero),
        cmocka_unit_test(test_numbers_are_keys_of_objects),
        cmocka_unit_test(test_escapes_mean_what_they_say),
        cmocka_unit_test(test_the_id_of_a_record_is_found_where_it_has_no_such_field),
        cmocka_unit_test(test_one_path_serves_rows_of_different_shapes),
        cmocka_unit_test(test_what_is_no_path_is_refused),
        cmocka_unit_test(test_equal_paths_have_one_spelling),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

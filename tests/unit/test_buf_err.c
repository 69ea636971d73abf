/* Growing buffers, error records, and foreign text quoted inside messages. */
#include "test.h"

#include "base/buf.h"
#include "base/err.h"

#define TEN   "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

static void check_bytes(const struct buf *buf, const char *bytes, size_t size)
{
    assert_int_equal(buf->size, size);
    assert_memory_equal(buf->bytes, bytes, size);
}

static void test_a_buffer_keeps_what_was_added_in_order(void **state)
{
    struct buf buf = BUF_INIT;

    (void)state;
    buf_add(&buf, "ab", 2);
    buf_add_byte(&buf, 'c');
    buf_add_string(&buf, "de");
    buf_add(&buf, "", 0);
    buf_add_string(&buf, "");
    buf_add_int(&buf, -7);
    buf_add_format(&buf, "%s=%d;", "x", 12);
    check_bytes(&buf, "abcde-7x=12;", 12);
    buf_release(&buf);
    assert_int_equal(buf.size, 0);
    assert_int_equal(buf.max, 0);
    assert_null(buf.bytes);
}

/* Adding zero to a null pointer is undefined; clang's sanitizer knows. */
static void test_nothing_can_be_added_to_an_empty_buffer(void **state)
{
    struct buf buf = BUF_INIT;

    (void)state;
    buf_add(&buf, NULL, 0);
    buf_add_string(&buf, "");
    assert_int_equal(buf.size, 0);
    buf_release(&buf);
}

static void test_nul_is_an_ordinary_byte(void **state)
{
    struct buf buf = BUF_INIT;

    (void)state;
    buf_add(&buf, "a\0b", 3);
    buf_add_byte(&buf, '\0');
    check_bytes(&buf, "a\0b\0", 4);
    buf_release(&buf);
}

static void test_integers_are_written_over_their_whole_range(void **state)
{
    struct buf buf = BUF_INIT;

    (void)state;
    buf_add_int(&buf, INT64_MIN);
    buf_add_byte(&buf, ' ');
    buf_add_int(&buf, INT64_MAX);
    buf_add_byte(&buf, ' ');
    buf_add_int(&buf, 0);
    check_bytes(&buf, "-9223372036854775808 9223372036854775807 0", 42);
    buf_release(&buf);
}

static void test_formatted_text_may_be_longer_than_the_buffer(void **state)
{
    struct buf buf = BUF_INIT;

    (void)state;
    buf_add_format(&buf, "%s", "");
    assert_int_equal(buf.size, 0);
    buf_add_format(&buf, "<%s|%s>", SIXTY SIXTY, SIXTY);
    check_bytes(&buf, "<" SIXTY SIXTY "|" SIXTY ">", 183);
    buf_release(&buf);
}

/* Each byte moves the buffer under stress, up to a page; otherwise it moves a number of times that
 * is logarithmic in its size. */
static void test_a_buffer_grows_without_losing_a_byte(void **state)
{
#ifdef SSP_STRESS
    enum { SIZE = 4096 };
#else
    enum { SIZE = 200000 };
#endif
    struct buf buf = BUF_INIT;
    size_t max = 0;
    size_t moves = 0;

    (void)state;
    for (size_t i = 0; i < SIZE; i++) {
        buf_add_byte(&buf, (char)('a' + i % 26));
        assert_true(buf.max >= buf.size);
        moves += buf.max != max;
        max = buf.max;
    }
    assert_int_equal(buf.size, SIZE);
    for (size_t i = 0; i < SIZE; i++)
        assert_int_equal(buf.bytes[i], 'a' + i % 26);
#ifdef SSP_STRESS
    assert_int_equal(moves, SIZE);
#else
    assert_true(moves < 30); /* log(200000) / log(1.5) */
#endif
    buf_release(&buf);
}

static void test_reserve_gives_room_and_counts_nothing(void **state)
{
    struct buf buf = BUF_INIT;
    char *room;

    (void)state;
    buf_add(&buf, "ab", 2);
    room = buf_reserve(&buf, 1000);
    assert_ptr_equal(room, buf.bytes + 2);
    assert_true(buf.max >= 1002);
    assert_int_equal(buf.size, 2);
    memset(room, 'x', 1000);
    buf.size += 1000;
    assert_memory_equal(buf.bytes, "abxx", 4);
    buf_release(&buf);
}

static void test_clear_keeps_the_memory(void **state)
{
    struct buf buf = BUF_INIT;
    size_t max;

    (void)state;
    buf_add_string(&buf, SIXTY);
    max = buf.max;
    buf_clear(&buf);
    assert_int_equal(buf.size, 0);
    assert_int_equal(buf.max, max);
    buf_add_string(&buf, "x");
    check_bytes(&buf, "x", 1);
    buf_release(&buf);
}

static void test_an_error_is_a_status_and_a_line_of_text(void **state)
{
    struct err err = {.source = "plan", .line = 3, .column = 9};

    (void)state;
    assert_int_equal(err_set(&err, ERR_INPUT, "no %s in %d", "id", 5), ERR_INPUT);
    assert_int_equal(err.status, ERR_INPUT);
    assert_string_equal(err.message, "no id in 5");
    assert_string_equal(err.source, "plan"); /* the place is another's to set */
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 9);
    assert_int_equal(err_set(&err, ERR_USAGE, "x"), ERR_USAGE);
    assert_int_equal(ERR_USAGE, 2); /* exit statuses */
    assert_int_equal(ERR_INPUT, 3);
}

static void test_a_message_that_is_too_long_is_cut(void **state)
{
    struct err err = {0};

    (void)state;
    (void)err_set(&err, ERR_INPUT, "%s", SIXTY SIXTY SIXTY SIXTY SIXTY SIXTY);
    assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
    assert_memory_equal(err.message, SIXTY SIXTY SIXTY SIXTY SIXTY, 300);
}

static void check_quote(const char *text, size_t size, const char *expected)
{
    struct quoted inner = excerpt(text, size);
    struct quoted outer = quote(text, size);
    size_t length = strlen(expected);

    assert_string_equal(inner.text, expected);
    assert_int_equal(strlen(outer.text), length + 2);
    assert_int_equal(outer.text[0], '"');
    assert_memory_equal(outer.text + 1, expected, length);
    assert_int_equal(outer.text[length + 1], '"');
}

#define CHECK_QUOTE(text, expected) check_quote((text), sizeof(text) - 1, (expected))

static void test_short_text_is_quoted_as_it_is(void **state)
{
    (void)state;
    CHECK_QUOTE("", "");
    CHECK_QUOTE("tru", "tru");
    CHECK_QUOTE("a\"b\\c", "a\"b\\c");
    CHECK_QUOTE("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
}

static void test_unprintable_bytes_are_quoted_in_hexadecimal(void **state)
{
    (void)state;
    CHECK_QUOTE("a\nb\tc", "a\\x0ab\\x09c");
    CHECK_QUOTE("\0\x1f\x7f\x1b[2J", "\\x00\\x1f\\x7f\\x1b[2J");
}

static void test_quoted_text_is_cut_after_60_bytes(void **state)
{
    (void)state;
    CHECK_QUOTE(SIXTY, SIXTY);
    CHECK_QUOTE(SIXTY "k", SIXTY "...");
    CHECK_QUOTE(SIXTY SIXTY SIXTY SIXTY, SIXTY "...");
    CHECK_QUOTE(TEN TEN TEN TEN TEN "abcdefgh\n" TEN, TEN TEN TEN TEN TEN "abcdefgh\\x0aa...");
}

/* Each of é, €, 😀 across the 60th byte: a character begun before the cut is whole. */
static void test_quoted_text_is_cut_between_characters(void **state)
{
    (void)state;
    CHECK_QUOTE(TEN TEN TEN TEN TEN "abcdefghi\xc3\xa9z",
                TEN TEN TEN TEN TEN "abcdefghi\xc3\xa9...");
    CHECK_QUOTE(TEN TEN TEN TEN TEN "abcdefghi\xe2\x82\xacz",
                TEN TEN TEN TEN TEN "abcdefghi\xe2\x82\xac...");
    CHECK_QUOTE(TEN TEN TEN TEN TEN "abcdefghi\xf0\x9f\x98\x80z",
                TEN TEN TEN TEN TEN "abcdefghi\xf0\x9f\x98\x80...");
    CHECK_QUOTE(TEN TEN TEN TEN TEN "abcdefghi\xf0\x9f\x98\x80",
                TEN TEN TEN TEN TEN "abcdefghi\xf0\x9f\x98\x80");
    CHECK_QUOTE(SIXTY "\xc3\xa9", SIXTY "...");
}

static bool whole_characters(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;

    while (*p) {
        size_t size = *p < 0x80 ? 1 : *p < 0xc0 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

        if (size == 0)
            return false;
        for (size_t i = 1; i < size; i++)
            if ((p[i] & 0xc0) != 0x80)
                return false;
        p += size;
    }
    return true;
}

/* Escapes take four bytes each, so the room can end before 60 bytes are quoted. */
static void test_a_full_quote_ends_between_characters_too(void **state)
{
    (void)state;
    for (size_t controls = 0; controls < 60; controls++) {
        for (size_t letters = 0; letters < 8; letters++) {
            struct buf text = BUF_INIT;
            struct quoted inner;
            struct quoted outer;

            for (size_t i = 0; i < controls; i++)
                buf_add_byte(&text, '\x01');
            for (size_t i = 0; i < letters; i++)
                buf_add_byte(&text, 'a');
            for (size_t i = 0; i < 20; i++)
                buf_add_string(&text, "\xf0\x9f\x98\x80");
            inner = excerpt(text.bytes, text.size);
            outer = quote(text.bytes, text.size);
            buf_release(&text);
            assert_true(strlen(outer.text) == strlen(inner.text) + 2);
            assert_string_equal(inner.text + strlen(inner.text) - 3, "...");
            if (!whole_characters(inner.text))
                fail_msg("%zu control characters, %zu letters, emoji: cut inside a character",
                         controls, letters);
        }
    }
}

static void test_text_of_control_characters_fits_into_a_quote(void **state)
{
    static const char zeros[4000];
    struct quoted quoted = quote(zeros, sizeof(zeros));
    size_t size = strlen(quoted.text);

    (void)state;
    assert_memory_equal(quoted.text, "\"\\x00\\x00", 9);
    assert_string_equal(quoted.text + size - 8, "\\x00...\"");
    assert_true(size < sizeof(quoted.text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_buffer_keeps_what_was_added_in_order),
        cmocka_unit_test(test_nothing_can_be_added_to_an_empty_buffer),
        cmocka_unit_test(test_nul_is_an_ordinary_byte),
        cmocka_unit_test(test_integers_are_written_over_their_whole_range),
        cmocka_unit_test(test_formatted_text_may_be_longer_than_the_buffer),
        cmocka_unit_test(test_a_buffer_grows_without_losing_a_byte),
        cmocka_unit_test(test_reserve_gives_room_and_counts_nothing),
        cmocka_unit_test(test_clear_keeps_the_memory),
        cmocka_unit_test(test_an_error_is_a_status_and_a_line_of_text),
        cmocka_unit_test(test_a_message_that_is_too_long_is_cut),
        cmocka_unit_test(test_short_text_is_quoted_as_it_is),
        cmocka_unit_test(test_unprintable_bytes_are_quoted_in_hexadecimal),
        cmocka_unit_test(test_quoted_text_is_cut_after_60_bytes),
        cmocka_unit_test(test_quoted_text_is_cut_between_characters),
        cmocka_unit_test(test_a_full_quote_ends_between_characters_too),
        cmocka_unit_test(test_text_of_control_characters_fits_into_a_quote),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

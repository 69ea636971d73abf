/*
 * The JSON reader: what it accepts and refuses and where, normalised text, and the traps of the
 * library behind it. Every text ends, with its padding, at a page that cannot be read. In the texts
 * ' stands for ".
 */
#include "test.h"

static struct json_reader *reader;

static struct test_reading read_as(const char *text, size_t size, unsigned flags, char padding)
{
    char *copy = mem_copy(text, size);
    struct test_reading reading;

    for (size_t i = 0; i < size; i++)
        if (copy[i] == '\'')
            copy[i] = '"';
    reading = test_read(reader, copy, size, flags, padding);
    free(copy);
    return reading;
}

static void check_accepted(const char *text, size_t size, const char *expected)
{
    struct test_reading r = read_as(text, size, JSON_ARRAY, 'Z');
    char *wanted = test_quotes(expected);

    if (r.status != OK)
        fail_msg("%.80s is refused at %zu: %s", text, r.err.column, r.err.message);
    assert_string_equal(r.out.text, wanted);
    assert_int_equal(r.out.size, strlen(wanted));
    test_check_offsets(&r.out);
    free(wanted);
}

static void check_refused(const char *text, size_t size, size_t column, const char *message)
{
    struct test_reading r = read_as(text, size, JSON_LINE, 'Z');
    char *wanted = test_quotes(message);

    if (r.status != ERR_INPUT || r.err.status != ERR_INPUT)
        fail_msg("%.80s is accepted", text);
    if (r.err.column != column || strcmp(r.err.message, wanted) != 0)
        fail_msg("%.80s: column %zu, %s; not column %zu, %s", text, r.err.column, r.err.message,
                 column, wanted);
    free(wanted);
}

#define ACCEPT(text, expected)        check_accepted((text), sizeof(text) - 1, (expected))
#define REFUSE(text, column, message) check_refused((text), sizeof(text) - 1, (column), (message))

static void test_numbers_keep_their_text_where_the_library_would_round_wrongly(void **state)
{
    (void)state;
    ACCEPT("{'a':0.3333333333333333333333}", "{'a':0.3333333333333333333333}");
    ACCEPT("{'a':0.1000000000000000055511151231257827}",
           "{'a':0.1000000000000000055511151231257827}");
    ACCEPT("{'a':9007199254740993,'b':18446744073709551616,'c':-9223372036854775809}",
           "{'a':9007199254740993,'b':18446744073709551616,'c':-9223372036854775809}");
    ACCEPT("[1e400,-1E+400,4.9e-324,1e-400,-0,-0.0,1.50,100e-2,1E5]",
           "[1e400,-1E+400,4.9e-324,1e-400,-0,-0.0,1.50,100e-2,1E5]");
    ACCEPT("[1e99999999999999999,1e-99999999999999999]",
           "[1e99999999999999999,1e-99999999999999999]");
    ACCEPT("[ 1 ,\t2\n,3\r]", "[1,2,3]");
}

static void test_number_tokens_are_checked_by_the_grammar(void **state)
{
    static const char *const bad[] = {
        "01", "-01", "00", "1.",    "-",     "1e",        "1e+", "1.e1", "0x10", "1_000",
        "1a", "--1", "-a", "1.2.3", "1e1.5", "-Infinity", "1-1", "0e",   "1E",   "-.5",
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(bad); i++) {
        char text[64];
        char message[64];

        (void)snprintf(message, sizeof(message), "not a number: '%s'", bad[i]);
        (void)snprintf(text, sizeof(text), "{'a':%s}", bad[i]);
        check_refused(text, strlen(text), 6, message);
        (void)snprintf(text, sizeof(text), "{'a':[{'b':[0,  %s ]}]}", bad[i]);
        check_refused(text, strlen(text), 17, message);
    }
    REFUSE("{'a':+1}", 6, "not a JSON value: '+1'");
    REFUSE("{'a':.5}", 6, "not a JSON value: '.5'");
    REFUSE("{'a':1e123456789012345678}", 6,
           "a number whose exponent is out of range: '1e123456789012345678'");
}

static void test_values_that_nobody_reads_are_validated_too(void **state)
{
    (void)state;
    REFUSE("{'a':tru}", 6, "not a JSON value: 'tru'");
    REFUSE("{'a':{'b':[nul]}}", 12, "not a JSON value: 'nul'");
    REFUSE("{'a':NaN}", 6, "not a JSON value: 'NaN'");
    REFUSE("{'a':Infinity}", 6, "not a JSON value: 'Infinity'");
    REFUSE("{'a':truefalse}", 6, "not a JSON value: 'truefalse'");
    REFUSE("{'a':TRUE}", 6, "not a JSON value: 'TRUE'");
    REFUSE("{'a':[1 2]}", 9, "not JSON here: '2'");
    REFUSE("{'a':[[1,]]}", 10, "not a JSON value: ']'");
    REFUSE("{'a':{'b':1,}}", 13, "not JSON here: '}'");
    REFUSE("{'a':[,1]}", 7, "not a JSON value: ','");
    REFUSE("{'a':{,}}", 7, "not JSON here: ','");
    REFUSE("{'a':{'b'}}", 10, "not JSON here: '}'");
    REFUSE("{'a':{'b' 1}}", 11, "not JSON here: '1'");
    REFUSE("{'a':{1:1}}", 7, "not JSON here: '1'");
    REFUSE("{'a':[1,2}}", 10, "not JSON here: '}'");
    REFUSE("{'a':{'b':1]}", 12, "not JSON here: ']'");
    REFUSE("{'a':/*c*/1}", 6, "not a JSON value: '/*c*/1'");
    REFUSE("{'a':\\x}", 6, "not a JSON value: '\\x'");
    REFUSE("{'a':'x''y'}", 9, "not JSON here: ''y''");
    REFUSE("{'a':'x'y}", 9, "not JSON here: 'y'");
    REFUSE("{'a':1,,'b':2}", 8, "not JSON here: ','");
    REFUSE("{'a'::1}", 6, "not a JSON value: ':'");
    REFUSE("{'a':}", 6, "not a JSON value: '}'");
}

/* The library skips a string that was looked at but not taken, and takes it for a key if a colon
 * follows: what stood behind was dropped, whatever it was. */
static void test_a_colon_behind_a_string_value_is_refused(void **state)
{
    (void)state;
    REFUSE("{'a':'b':{'c':1}}}", 9, "not JSON here: ':'");
    REFUSE("{'a':'b':[tru]]}", 9, "not JSON here: ':'");
    REFUSE("{'x':{'a':'b':[1]]},'y':1}", 14, "not JSON here: ':'");
    REFUSE("{'a':['b':[1]]]}", 10, "not JSON here: ':'");
    REFUSE("{'a':'b' : 1}", 10, "not JSON here: ':'");
    REFUSE("{'a':1:2}", 7, "not JSON here: ':'");
    assert_int_equal(read_as("['a':[1]]]", 10, JSON_ARRAY, ' ').status, ERR_INPUT);
}

/* `levels` brackets that open and close, as a value of a root object that is level 1. */
static struct buf nested(const char *open, const char *close, size_t levels)
{
    struct buf text = BUF_INIT;

    (void)buf_reserve(&text, levels * (strlen(open) + strlen(close)) + 16);
    buf_add_string(&text, "{'a':");
    for (size_t i = 1; i < levels; i++)
        buf_add_string(&text, open);
    buf_add_string(&text, strcmp(open, "[") == 0 ? "" : "0");
    for (size_t i = 1; i < levels; i++)
        buf_add_string(&text, close);
    buf_add_byte(&text, '}');
    buf_add_byte(&text, '\0');
    return text;
}

static void test_1024_levels_are_read_and_the_1025th_is_refused(void **state)
{
    static const char *const kinds[][2] = {{"[", "]"}, {"{'a':", "}"}};

    (void)state;
    for (size_t i = 0; i < LENGTH(kinds); i++) {
        struct buf good = nested(kinds[i][0], kinds[i][1], 1024);
        struct buf bad = nested(kinds[i][0], kinds[i][1], 1025);

        check_accepted(good.bytes, good.size - 1, good.bytes);
        check_refused(bad.bytes, bad.size - 1, 6 + 1023 * strlen(kinds[i][0]),
                      "nested deeper than 1024");
        buf_release(&good);
        buf_release(&bad);
    }
}

static void test_a_million_brackets_end_in_an_error_not_in_a_crash(void **state)
{
    static const char *const kinds[][2] = {{"[", "]"}, {"{'a':[", "]}"}, {"{'a':", "}"}};

    (void)state;
    for (size_t i = 0; i < LENGTH(kinds); i++) {
        struct buf closed = nested(kinds[i][0], kinds[i][1], 1000000);
        struct test_reading r = read_as(closed.bytes, closed.size - 1, JSON_LINE, 'Z');

        assert_int_equal(r.status, ERR_INPUT);
        assert_string_equal(r.err.message, "nested deeper than 1024");
        r = read_as(closed.bytes, 5 + 999999 * strlen(kinds[i][0]), JSON_LINE, '}');
        assert_int_equal(r.status, ERR_INPUT);
        r = read_as(closed.bytes + 5, closed.size - 7, JSON_ARRAY, 'Z');
        assert_string_equal(r.err.message, "nested deeper than 1024");
        buf_release(&closed);
    }
}

static void test_blanks_are_dropped_wherever_they_stand(void **state)
{
    (void)state;
    ACCEPT(" { 'a' : [ 1 , { 'b' : 2 } ] , 'c'\t:\r'x y' , 'd' :\n{ } , 'e' : [ ] } \r\n ",
           "{'a':[1,{'b':2}],'c':'x y','d':{},'e':[]}");
    ACCEPT("{'a':{'x':1} ,'b':[2]\t,'c':true ,'d':null\t,'e':'s'\n}",
           "{'a':{'x':1},'b':[2],'c':true,'d':null,'e':'s'}");
    ACCEPT("[ ]", "[]");
    ACCEPT("\t{}\r", "{}");
    ACCEPT("{'a':'\\n'  }", "{'a':'\\n'}");
    REFUSE("{'a':\f1}", 6, "not a JSON value: '\\x0c'");
    REFUSE("{'a':1\xc2\xa0}", 6, "not a number: '1\xc2\xa0'"); /* no-break space */
}

static void test_text_behind_the_value_is_refused_at_its_first_byte(void **state)
{
    (void)state;
    REFUSE("{'a':1}{}", 8, "text behind the end of the JSON value");
    REFUSE("{'a':1} {'b':2}", 9, "text behind the end of the JSON value");
    REFUSE("{'a':1}}", 8, "text behind the end of the JSON value");
    REFUSE("{'a':1},}", 8, "text behind the end of the JSON value");
}

static void test_text_behind_that_is_no_closing_brace_is_refused_there_too(void **state)
{
    (void)state;
    REFUSE("{'a':1} x", 9, "text behind the end of the JSON value");
    REFUSE("{'a':1},", 8, "text behind the end of the JSON value");
    REFUSE("{}]", 3, "text behind the end of the JSON value");
    REFUSE("{}\0", 3, "text behind the end of the JSON value");
    REFUSE("{} 'a'", 4, "text behind the end of the JSON value");
}

static const char *const torn[] = {
    "{'a':{'b':1}",
    "{'a':[1]",
    "{'a':[{}",
    "{'a':[1,{'b':2}",
    "[[]",
    "[[1],[2]",
    "[{}",
    "{'a':[[],{}",
    "{'a':1",
    "{'a':",
    "{'a'",
    "{'a",
    "{",
    "[",
    "[1",
    "[1,",
    "{'a':tr",
    "{'a':'x\\",
    "{'a':1,'b'",
    "{'a':{}",
    "{'a':[{'b':{}}",
    "{'a':12",
    "[{'a':1}",
    "{'a':'\\ud800\\",
};

/* What lies behind the text, the next line perhaps. */
static const char paddings[] = "}],:\"{[1e \n\\nt-/";

static void test_padding_is_never_read_as_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(torn); i++)
        for (size_t p = 0; p < sizeof(paddings); p++)
            if (read_as(torn[i], strlen(torn[i]), JSON_ARRAY, paddings[p]).status == OK)
                fail_msg("%s is whole before '%c'", torn[i], paddings[p]);
}

static void test_padding_does_not_change_what_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(torn); i++)
        for (size_t p = 0; p < sizeof(paddings); p++) {
            struct test_reading a = read_as(torn[i], strlen(torn[i]), JSON_ARRAY, ' ');
            struct test_reading b = read_as(torn[i], strlen(torn[i]), JSON_ARRAY, paddings[p]);

            if (a.err.column != b.err.column || strcmp(a.err.message, b.err.message) != 0)
                fail_msg("%s before '%c': %zu, %s; before blanks %zu, %s", torn[i], paddings[p],
                         b.err.column, b.err.message, a.err.column, a.err.message);
        }
}

static void test_torn_texts_are_refused_at_their_end(void **state)
{
    (void)state;
    REFUSE("{'a':1", 7, "object or array without an end");
    REFUSE("{'a':[1,2", 10, "object or array without an end");
    REFUSE("{'a':'b", 6, "string without an end");
    REFUSE("{'a':'b\\", 6, "string without an end");
    REFUSE("{'a':'b\\'}", 6, "string without an end");
    REFUSE("{'a':{'b':1}", 13, "object or array without an end");
    REFUSE("{", 2, "object or array without an end");
}

static void test_every_text_is_read_at_every_length_without_a_byte_too_many(void **state)
{
    static const char text[] =
        "{'table':'users','op':'create','id':'user:1','record':{'n':-12.5e+3,'s':'"
        "\\u00e9\\n\xc3\xa9"
        "\xe2\x82\xac\\ud83d\\ude00','o':{'x':[true,false,null]},'e':[],'p':{}},'long':'0123456789"
        "012345678901234567890123456789012345678901234567890123456789'}";

    (void)state;
    for (size_t size = 0; size < sizeof(text) - 1; size++) {
        struct test_reading r = read_as(text, size, JSON_LINE, '\n');

        assert_int_equal(r.status, ERR_INPUT);
        assert_in_range(r.err.column, 1, size + 1);
    }
    assert_int_equal(read_as(text, sizeof(text) - 1, JSON_LINE, '\n').status, OK);
}

static void test_strings_are_escaped_as_little_as_json_allows(void **state)
{
    (void)state;
    ACCEPT("['\\\"\\\\\\/\\b\\f\\n\\r\\t']", "['\\\"\\\\/\\b\\f\\n\\r\\t']");
    ACCEPT("['\\u0022\\u005c\\u002f\\u0008\\u000c\\u000a\\u000d\\u0009']",
           "['\\\"\\\\/\\b\\f\\n\\r\\t']");
    ACCEPT("['\\u0000\\u0001\\u001F\\u000B\\u007f']", "['\\u0000\\u0001\\u001f\\u000b\x7f']");
    ACCEPT("['\\u0041\\u00e9\\u20AC\\uD83D\\uDE00\\uffff']",
           "['A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbf']");
    ACCEPT("['A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 e\xcc\x81']",
           "['A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 e\xcc\x81']");
    ACCEPT("{'\\u0061\\/\\u000A':{'\\u0062':1}}", "{'a/\\n':{'b':1}}");
    ACCEPT("['\\\\u0041','\\\\\\\\','x\\\\']", "['\\\\u0041','\\\\\\\\','x\\\\']");
    ACCEPT("['\\ud800\\udc00\\udbff\\udfff']", "['\xf0\x90\x80\x80\xf4\x8f\xbf\xbf']");
    REFUSE("{'a':'x\\x'}", 8, "bad escape: '\\x'");
    REFUSE("{'a':'\\n\\N'}", 9, "bad escape: '\\N'");
    REFUSE("{'a\\-':1}", 4, "bad escape: '\\-'");
}

static void test_a_bad_unicode_escape_is_refused_at_its_backslash(void **state)
{
    static const char *const bad[] = {"\\u12G4", "\\u",     "\\u1",    "\\u123",
                                      "\\u+123", "\\u 123", "\\U0041", "\\u00\xc3\xa9"};

    (void)state;
    for (size_t i = 0; i < LENGTH(bad); i++) {
        char text[64];
        struct test_reading r;

        (void)snprintf(text, sizeof(text), "{'a':'xy%s','b':1}", bad[i]);
        r = read_as(text, strlen(text), JSON_LINE, 'Z');
        assert_int_equal(r.status, ERR_INPUT);
        if (r.err.column != 9 || strstr(r.err.message, "\"b\""))
            fail_msg("%s: column %zu, %s", text, r.err.column, r.err.message);
    }
}

static void test_surrogates_without_a_partner_are_refused(void **state)
{
    (void)state;
    REFUSE("{'a':'\\ud800'}", 7, "surrogate without its partner: '\\ud800'");
    REFUSE("{'a':'\\uDFFF'}", 7, "surrogate without its partner: '\\uDFFF'");
    REFUSE("{'a':'x\\ud800\\u0041'}", 8, "surrogate without its partner: '\\ud800'");
    REFUSE("{'a':'\\ud800\\ud800'}", 7, "surrogate without its partner: '\\ud800'");
    REFUSE("{'a':'\\udc00\\ud800'}", 7, "surrogate without its partner: '\\udc00'");
    REFUSE("{'a':'\\ud83d\\ude00\\ud83d'}", 19, "surrogate without its partner: '\\ud83d'");
    REFUSE("{'a':'\\ud800\\n'}", 7, "surrogate without its partner: '\\ud800'");
    REFUSE("{'a':'\\ud800x'}", 7, "surrogate without its partner: '\\ud800'");
    REFUSE("{'\\udead':1}", 3, "surrogate without its partner: '\\udead'");
}

static void test_invalid_utf8_is_refused_at_its_byte(void **state)
{
    (void)state;
    REFUSE("{'a':'x\xff'}", 8, "invalid UTF-8");
    REFUSE("{'a':'\x80'}", 7, "invalid UTF-8");
    REFUSE("{'a':'\xc3'}", 7, "invalid UTF-8");
    REFUSE("{'a':'\xc0\xaf'}", 7, "invalid UTF-8");         /* overlong */
    REFUSE("{'a':'\xe0\x9f\xbf'}", 7, "invalid UTF-8");     /* overlong */
    REFUSE("{'a':'\xf0\x8f\xbf\xbf'}", 7, "invalid UTF-8"); /* overlong */
    REFUSE("{'a':'\xed\xa0\x80'}", 7, "invalid UTF-8");     /* a surrogate */
    REFUSE("{'a':'\xf4\x90\x80\x80'}", 7, "invalid UTF-8"); /* above U+10FFFF */
    REFUSE("{'a\xfe':1}", 4, "invalid UTF-8");
    REFUSE("{'a':1}\xff", 8, "invalid UTF-8");
    REFUSE("{'a':'\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 \xe2\x82'}", 17, "invalid UTF-8");
    REFUSE("{'a':'\xe2\x82", 7, "invalid UTF-8");
}

static void test_an_invalid_byte_behind_a_backslash_is_refused_at_its_byte(void **state)
{
    (void)state;
    REFUSE("{'a':'\\n\xc3\xa9\\\xff'}", 12, "invalid UTF-8");
    REFUSE("{'a':'\\\xc3'}", 8, "invalid UTF-8");
}

/* The text with its '?' replaced. */
static void check_control(const char *text, size_t size, char c, size_t column)
{
    char *copy = mem_copy(text, size);

    *strchr(copy, '?') = c;
    check_refused(copy, size, column, "control character in a string; write it as an escape");
    free(copy);
}

static void test_control_characters_in_strings_are_refused_at_their_byte(void **state)
{
    (void)state;
    for (char c = 0; c < 0x20; c++) {
        check_control("{'a\\'':1,'b':['\xc3\xa9\\\\?']}", 22, c, 20);
        check_control("{'a?':1}", 8, c, 4);
    }
    ACCEPT("['\x7f']", "['\x7f']");
}

static void test_a_control_character_behind_a_backslash_is_refused_at_its_byte(void **state)
{
    (void)state;
    for (char c = 0; c < 0x20; c++)
        check_control("{'a':'x\\?'}", 11, c, 9);
}

static void test_a_backslash_outside_of_strings_is_refused_at_its_byte(void **state)
{
    static const char *const texts[] = {"{\\'a':1}", "{'a':1,\\'b':2}", "{'a':\\'b'}"};
    static const size_t columns[] = {2, 8, 6};

    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct test_reading r = read_as(texts[i], strlen(texts[i]), JSON_LINE, ' ');

        assert_int_equal(r.status, ERR_INPUT);
        if (r.err.column != columns[i])
            fail_msg("%s: column %zu, %s", texts[i], r.err.column, r.err.message);
    }
}

static void test_nul_bytes_are_refused_raw_and_kept_as_escapes(void **state)
{
    (void)state;
    REFUSE("\0{}", 1, "not JSON here: '\\x00{'");
    REFUSE("{\0}", 2, "not JSON here: '\\x00'");
    REFUSE("{'a':\0}", 6, "not a JSON value: '\\x00'");
    REFUSE("{'a':1\0}", 6, "not a number: '1\\x00'");
    ACCEPT("{'a\\u0000b':'\\u0000'}", "{'a\\u0000b':'\\u0000'}");
}

static void test_the_root_is_an_object_or_if_asked_for_an_array(void **state)
{
    static const char *const scalars[] = {"1", "'a'", "null", "true", "-", "x", "'"};

    (void)state;
    for (size_t i = 0; i < LENGTH(scalars); i++)
        for (unsigned flags = JSON_LINE; flags <= JSON_ARRAY; flags++)
            assert_int_equal(read_as(scalars[i], strlen(scalars[i]), flags, ' ').status, ERR_INPUT);
    REFUSE("[{}]", 1, "not a JSON object");
    REFUSE("1", 1, "not a JSON object");
    assert_string_equal(read_as("7", 1, JSON_ARRAY, ' ').err.message, "not a JSON object or array");
    REFUSE("", 1, "no JSON value");
    REFUSE(" \t\r\n", 1, "no JSON value");
    REFUSE("}", 1, "not JSON here: '}'");
    REFUSE("\xef\xbb\xbf{}", 1, "not JSON here: '\xef\xbb\xbf{'"); /* a BOM is not for us to skip */
}

static void test_a_wrong_root_behind_blanks_is_refused_at_its_byte(void **state)
{
    (void)state;
    REFUSE("  'a'", 3, "not a JSON object");
    REFUSE(" 5", 2, "not a JSON object");
    REFUSE(" \t[1]", 3, "not a JSON object");
    REFUSE("  nonsense", 3, "not a JSON object");
}

static int open_reader(void **state)
{
    (void)state;
    reader = json_reader_new();
    return reader ? 0 : -1;
}

static int close_reader(void **state)
{
    (void)state;
    json_reader_free(reader);
    return 0;
}

#define READER_TEST(test) cmocka_unit_test_setup_teardown(test, open_reader, close_reader)

int main(void)
{
    const struct CMUnitTest tests[] = {
        READER_TEST(test_numbers_keep_their_text_where_the_library_would_round_wrongly),
        READER_TEST(test_number_tokens_are_checked_by_the_grammar),
        READER_TEST(test_values_that_nobody_reads_are_validated_too),
        READER_TEST(test_a_colon_behind_a_string_value_is_refused),
        READER_TEST(test_1024_levels_are_read_and_the_1025th_is_refused),
        READER_TEST(test_a_million_brackets_end_in_an_error_not_in_a_crash),
        READER_TEST(test_blanks_are_dropped_wherever_they_stand),
        READER_TEST(test_text_behind_the_value_is_refused_at_its_first_byte),
        READER_TEST(test_text_behind_that_is_no_closing_brace_is_refused_there_too),
        READER_TEST(test_padding_is_never_read_as_text),
        READER_TEST(test_padding_does_not_change_what_is_said),
        READER_TEST(test_torn_texts_are_refused_at_their_end),
        READER_TEST(test_every_text_is_read_at_every_length_without_a_byte_too_many),
        READER_TEST(test_strings_are_escaped_as_little_as_json_allows),
        READER_TEST(test_a_bad_unicode_escape_is_refused_at_its_backslash),
        READER_TEST(test_surrogates_without_a_partner_are_refused),
        READER_TEST(test_invalid_utf8_is_refused_at_its_byte),
        READER_TEST(test_an_invalid_byte_behind_a_backslash_is_refused_at_its_byte),
        READER_TEST(test_control_characters_in_strings_are_refused_at_their_byte),
        READER_TEST(test_a_control_character_behind_a_backslash_is_refused_at_its_byte),
        READER_TEST(test_a_backslash_outside_of_strings_is_refused_at_its_byte),
        READER_TEST(test_nul_bytes_are_refused_raw_and_kept_as_escapes),
        READER_TEST(test_the_root_is_an_object_or_if_asked_for_an_array),
        READER_TEST(test_a_wrong_root_behind_blanks_is_refused_at_its_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

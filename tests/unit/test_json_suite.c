/*
 * The reader against JSONTestSuite (testdata/jsontestsuite), with jansson as the judge.
 *
 * The reader takes objects, and arrays if asked to; the suite has texts of all kinds. Each text is
 * read as it is with JSON_ARRAY, where a scalar must be refused, and once more as the value of
 * {"a":...}. Neither makes a bad text good or a good one bad: that jansson says the same of the
 * wrapped text is part of the test.
 */
#include "test.h"

/* Both libraries have a JSON_ARRAY. */
#define JSON_ARRAY JANSSON_ARRAY
#include <jansson.h>
#undef JSON_ARRAY

static struct json_reader *reader;

struct suite_case {
    char name[120];
    struct buf text;
    struct buf wrapped;
    bool scalar; /* the root is no object or array, if it is anything */
};

/* What the reader says of a text: its normalised text, NULL if it is refused. The caller frees. */
static char *normalised(const struct buf *text)
{
    struct test_reading r = test_read(reader, text->bytes, text->size, JSON_ARRAY, 'Z');

    assert_int_equal(r.status, r.err.status);
    if (r.status != OK) {
        assert_int_equal(r.status, ERR_INPUT);
        assert_in_range(r.err.column, 1, text->size + 1);
        return NULL;
    }
    assert_int_equal(strlen(r.out.text), r.out.size); /* NUL is written as an escape */
    test_check_offsets(&r.out);
    return mem_copy(r.out.text, r.out.size);
}

static json_t *judge(const char *text, size_t size)
{
    json_error_t error;

    return json_loadb(text, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
}

static unsigned base64_digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *digit = strchr(digits, c);

    assert_true(c && digit);
    return (unsigned)(digit - digits);
}

static void add_decoded(struct buf *out, const char *base64)
{
    size_t size = strlen(base64);

    assert_int_equal(size % 4, 0);
    (void)buf_reserve(out, size);
    for (size_t i = 0; i < size; i += 4) {
        unsigned bits = 0;
        size_t count = base64[i + 2] == '=' ? 1 : base64[i + 3] == '=' ? 2 : 3;

        for (size_t j = 0; j < 4; j++)
            bits = bits << 6 | (j <= count ? base64_digit(base64[i + j]) : 0);
        for (size_t j = 0; j < count; j++)
            buf_add_byte(out, (char)(unsigned char)(bits >> (16 - 8 * j)));
    }
}

/* Hands out the cases whose names begin with `letter`; returns how many. */
static size_t for_each(char letter, void (*run)(const struct suite_case *))
{
    FILE *file = fopen(TESTDATA "/jsontestsuite/parsing.jsonl", "rb");
    size_t count = 0;
    json_t *line;

    assert_non_null(file);
    while ((line = json_loadf(file, JSON_DISABLE_EOF_CHECK | JSON_ALLOW_NUL, NULL))) {
        struct suite_case c = {.text = BUF_INIT, .wrapped = BUF_INIT};
        size_t blanks = 0;

        (void)snprintf(c.name, sizeof(c.name), "%s",
                       json_string_value(json_object_get(line, "name")));
        add_decoded(&c.text, json_string_value(json_object_get(line, "base64")));
        assert_int_equal(c.text.size, json_integer_value(json_object_get(line, "bytes")));
        json_decref(line);
        buf_add_string(&c.wrapped, "{\"a\":");
        buf_add(&c.wrapped, c.text.bytes, c.text.size);
        buf_add_byte(&c.wrapped, '}');
        while (blanks < c.text.size && strchr(" \t\r\n", c.text.bytes[blanks]))
            blanks++;
        c.scalar =
            blanks == c.text.size || (c.text.bytes[blanks] != '{' && c.text.bytes[blanks] != '[');
        if (c.name[0] == letter) {
            run(&c);
            count++;
        }
        buf_release(&c.text);
        buf_release(&c.wrapped);
    }
    assert_int_equal(fclose(file), 0);
    return count;
}

/* jansson has no NUL in keys, and loses a raw NUL byte behind a number. */
static bool beyond_the_judge(const char *name)
{
    return strcmp(name, "y_object_escaped_null_in_key.json") == 0 ||
           strcmp(name, "n_multidigit_number_then_00.json") == 0;
}

/* The reader accepts the text, and what it makes of it has the values that jansson finds. */
static void check_values(const struct suite_case *c, const struct buf *text)
{
    char *normal = normalised(text);
    char *again;
    json_t *wanted;
    json_t *have;

    if (!normal) {
        fail_msg("%s is refused", c->name);
        return;
    }
    wanted = judge(text->bytes, text->size);
    have = judge(normal, strlen(normal));
    if (beyond_the_judge(c->name)) {
        assert_null(wanted);
        assert_non_null(strstr(normal, "{\"foo\\u0000bar\":42}"));
    } else if (!wanted || !have || !json_equal(wanted, have)) {
        fail_msg("%s: other values in %s", c->name, normal);
    }
    json_decref(wanted);
    json_decref(have);
    {
        struct buf copy = {normal, strlen(normal), 0};

        again = normalised(&copy);
    }
    assert_non_null(again);
    assert_string_equal(again, normal); /* normal is normal */
    free(again);
    free(normal);
}

static void check_good(const struct suite_case *c)
{
    char *normal = normalised(&c->text);

    if (c->scalar != !normal)
        fail_msg("%s is %s", c->name, normal ? "accepted" : "refused");
    free(normal);
    if (!c->scalar)
        check_values(c, &c->text);
    check_values(c, &c->wrapped);
}

static void test_what_must_be_accepted_is_accepted_with_its_values(void **state)
{
    (void)state;
    assert_int_equal(for_each('y', check_good), 95);
}

static void check_bad(const struct suite_case *c)
{
    const struct buf *texts[] = {&c->text, &c->wrapped};

    for (size_t i = 0; i < LENGTH(texts); i++) {
        char *normal = normalised(texts[i]);
        json_t *wanted = judge(texts[i]->bytes, texts[i]->size);

        if (normal)
            fail_msg("%s is accepted: %s", c->name, normal);
        if (wanted && !beyond_the_judge(c->name))
            fail_msg("%s: jansson accepts it%s", c->name, i ? " in an object" : "");
        json_decref(wanted);
    }
}

static void test_what_must_be_refused_is_refused(void **state)
{
    (void)state;
    assert_int_equal(for_each('n', check_bad), 188);
}

#define NUMBERS      "numbers are the decimals of their text, of any size"
#define BIG_EXPONENT "an exponent has 17 digits at most, so that it can be counted with"
#define LONE         "a surrogate without its partner is no character and has no UTF-8"
#define UTF8         "text is UTF-8 and nothing else"

/* text: the normalised text, NULL for what is refused. */
static const struct {
    const char *name;
    const char *text;
    const char *reason;
} choices[] = {
    {"i_number_double_huge_neg_exp.json", "[123.456e-789]", NUMBERS},
    {"i_number_huge_exp.json", NULL, BIG_EXPONENT},
    {"i_number_neg_int_huge_exp.json", "[-1e+9999]", NUMBERS},
    {"i_number_pos_double_huge_exp.json", "[1.5e+9999]", NUMBERS},
    {"i_number_real_neg_overflow.json", "[-123123e100000]", NUMBERS},
    {"i_number_real_pos_overflow.json", "[123123e100000]", NUMBERS},
    {"i_number_real_underflow.json", "[123e-10000000]", NUMBERS},
    {"i_number_too_big_neg_int.json", "[-123123123123123123123123123123]", NUMBERS},
    {"i_number_too_big_pos_int.json", "[100000000000000000000]", NUMBERS},
    {"i_number_very_big_negative_int.json", "[-237462374673276894279832749832423479823246327846]",
     NUMBERS},
    {"i_object_key_lone_2nd_surrogate.json", NULL, LONE},
    {"i_string_1st_surrogate_but_2nd_missing.json", NULL, LONE},
    {"i_string_1st_valid_surrogate_2nd_invalid.json", NULL, LONE},
    {"i_string_incomplete_surrogate_and_escape_valid.json", NULL, LONE},
    {"i_string_incomplete_surrogate_pair.json", NULL, LONE},
    {"i_string_incomplete_surrogates_escape_valid.json", NULL, LONE},
    {"i_string_invalid_lonely_surrogate.json", NULL, LONE},
    {"i_string_invalid_surrogate.json", NULL, LONE},
    {"i_string_inverted_surrogates_U+1D11E.json", NULL, LONE},
    {"i_string_lone_second_surrogate.json", NULL, LONE},
    {"i_string_UTF8_surrogate_U+D800.json", NULL, LONE},
    {"i_string_UTF-8_invalid_sequence.json", NULL, UTF8},
    {"i_string_invalid_utf-8.json", NULL, UTF8},
    {"i_string_iso_latin_1.json", NULL, UTF8},
    {"i_string_lone_utf8_continuation_byte.json", NULL, UTF8},
    {"i_string_not_in_unicode_range.json", NULL, UTF8},
    {"i_string_overlong_sequence_2_bytes.json", NULL, UTF8},
    {"i_string_overlong_sequence_6_bytes.json", NULL, UTF8},
    {"i_string_overlong_sequence_6_bytes_null.json", NULL, UTF8},
    {"i_string_truncated-utf-8.json", NULL, UTF8},
    {"i_string_UTF-16LE_with_BOM.json", NULL, UTF8},
    {"i_string_utf16BE_no_BOM.json", NULL, UTF8},
    {"i_string_utf16LE_no_BOM.json", NULL, UTF8},
    {"i_structure_500_nested_arrays.json", "", "1024 levels are read; compared by hand"},
    {"i_structure_UTF-8_BOM_empty_object.json", NULL,
     "a BOM is for whoever reads the file, where it stands once, to skip"},
};

static void check_choice(const struct suite_case *c)
{
    char *normal = normalised(&c->text);
    size_t i = 0;

    while (i < LENGTH(choices) && strcmp(choices[i].name, c->name) != 0)
        i++;
    if (i == LENGTH(choices))
        fail_msg("%s has no choice here", c->name);
    if (!choices[i].text) {
        if (normal)
            fail_msg("%s is accepted: %s", c->name, choices[i].reason);
        assert_null(normalised(&c->wrapped));
        return;
    }
    if (!normal)
        fail_msg("%s is refused: %s", c->name, choices[i].reason);
    if (*choices[i].text)
        assert_string_equal(normal, choices[i].text);
    else
        assert_memory_equal(normal, c->text.bytes, c->text.size);
    free(normal);
    normal = normalised(&c->wrapped);
    assert_non_null(normal);
    free(normal);
}

static void test_what_is_free_is_decided_as_the_table_says(void **state)
{
    (void)state;
    assert_int_equal(for_each('i', check_choice), LENGTH(choices));
    assert_int_equal(LENGTH(choices), 35);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_must_be_accepted_is_accepted_with_its_values),
        cmocka_unit_test(test_what_must_be_refused_is_refused),
        cmocka_unit_test(test_what_is_free_is_decided_as_the_table_says),
    };

    return cmocka_run_group_tests(tests, open_reader, close_reader);
}

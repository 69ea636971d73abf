/* Exact decimal numbers: grammar, order, integers, doubles, the canonical spelling. */
#include "test.h"

#include "value/number.h"

#include <math.h>

/* The largest exponent. */
#define HUGE    "1e99999999999999999"
#define TINY    "1e-99999999999999999"
#define ZERO_UP "0e99999999999999999"

static void test_the_grammar_accepts_json_numbers(void **state)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "1",
        "-1",
        "10",
        "123456789012345678901234567890",
        "0.0",
        "0.5",
        "-0.5",
        "10.01",
        "1.000",
        "0e0",
        "0e5",
        "-0e-5",
        "1e1",
        "1E1",
        "1e+1",
        "1e-1",
        "1E+01",
        "1e00",
        "1.5e10",
        "1e400",
        "4.9e-324",
        "1e-400",
        HUGE,
        TINY,
        "1e+000000000000000000000001",
        "0.1e00000000000000000000000000",
        "9007199254740993",
        "18446744073709551616",
        "1e99999",
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        const char *reason = NULL;

        if (!number_valid(texts[i], strlen(texts[i]), &reason))
            fail_msg("%s is refused: %s", texts[i], reason);
    }
}

static void test_the_grammar_refuses_everything_else(void **state)
{
    static const char *const texts[] = {
        "",      "-",     "+",     "+1",   "01",   "-01",      "00",        "1.",
        ".5",    "-.5",   "1.e1",  "1e",   "1e+",  "1e-",      "1E",        "e1",
        "1e1.5", "1e1e1", "1.2.3", "--1",  "1-",   "1+1",      "0x10",      "1_000",
        "1,000", "NaN",   "nan",   "-NaN", "Inf",  "Infinity", "-Infinity", "infinity",
        "1 ",    " 1",    "1\n",   "1a",   "1f",   "1L",       "0b1",       "- 1",
        "1 2",   "-e1",   "0.",    "-0.",  "1e 5", "\xd9\xa1", /* an Arabic digit */
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        const char *reason = NULL;

        if (number_valid(texts[i], strlen(texts[i]), &reason))
            fail_msg("%s is taken for a number", texts[i]);
        assert_string_equal(reason, "not a number");
    }
    {
        const char *reason = NULL;

        assert_false(number_valid("1\0", 2, &reason));
        assert_false(number_valid("\0", 1, &reason));
    }
}

static void test_an_exponent_of_more_than_17_digits_is_out_of_range(void **state)
{
    static const char *const texts[] = {
        "1e100000000000000000",
        "1e-100000000000000000",
        "0e999999999999999999",
        "0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999",
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        const char *reason = NULL;

        assert_false(number_valid(texts[i], strlen(texts[i]), &reason));
        assert_string_equal(reason, "a number whose exponent is out of range");
    }
}

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

static int compare(const char *a, const char *b)
{
    return sign(number_compare(a, strlen(a), b, strlen(b)));
}

/* Each row: spellings of one number. Rows ascend. */
static const char *const ladder[][6] = {
    {"-1e99999999999999999"},
    {"-1e400", "-10e399", "-0.1e401"},
    {"-9223372036854775809", "-9223372036854775809.0", "-9.223372036854775809e18"},
    {"-9223372036854775808", "-9223372036854775808.000", "-922337203685477580800e-2"},
    {"-9007199254740993"},
    {"-9007199254740992", "-9.007199254740992E15"},
    {"-100", "-1e2", "-1E+2", "-100.0", "-0.1e3"},
    {"-1.5", "-15e-1", "-1.50"},
    {"-1", "-1.0", "-10e-1"},
    {"-0.1", "-1e-1", "-0.10"},
    {"-1e-400"},
    {"-1e-99999999999999999"},
    {"0", "-0", "0.0", "-0.000", "0e5", "-0e-99999999999999999"},
    {TINY},
    {"1e-400", "10e-401", "0.1e-399"},
    {"4.9e-324"},
    {"5e-324"},
    {"0.1", "1e-1", "0.10", "100e-3"},
    {"0.1000000000000000055511151231257827"},
    {"0.2"},
    {"0.3"},
    {"0.30000000000000004"},
    {"0.3333333333333333333333"},
    {"1", "1.0", "1e0", "10e-1", "0.1e1", "0.001e3"},
    {"1.0000000000000000000000000000000001"},
    {"2"},
    {"10", "1e1", "10.00", "1E+01"},
    {"999999999999999999"},
    {"1000000000000000000", "1e18", "1.0e18"},
    {"9007199254740992000"},
    {"9223372036854775807", "9223372036854775807.0", "9.223372036854775807e18"},
    {"9223372036854775808"},
    {"18446744073709551615"},
    {"18446744073709551616", "1.8446744073709551616e19", "18446744073709551616e0"},
    {"123456789012345678901234567890"},
    {"123456789012345678901234567891"},
    {"1e400", "10e399", "1000e397", "0.001e403"},
    {"1.0000000000000001e400"},
    {"1e401"},
    {HUGE},
};

static void test_numbers_are_compared_by_value_whatever_their_spelling(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(ladder); i++)
        for (size_t j = 0; j < LENGTH(ladder); j++)
            for (size_t a = 0; a < 6 && ladder[i][a]; a++)
                for (size_t b = 0; b < 6 && ladder[j][b]; b++)
                    if (compare(ladder[i][a], ladder[j][b]) != (i > j) - (i < j))
                        fail_msg("%s and %s", ladder[i][a], ladder[j][b]);
}

static void test_equal_numbers_have_equal_hashes_and_one_canonical_spelling(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(ladder); i++) {
        const char *first = ladder[i][0];
        struct buf spelling = BUF_INIT;

        number_write_canonical(&spelling, first, strlen(first));
        for (size_t a = 0; a < 6 && ladder[i][a]; a++) {
            const char *text = ladder[i][a];
            struct buf other = BUF_INIT;

            assert_true(number_hash(text, strlen(text)) == number_hash(first, strlen(first)));
            number_write_canonical(&other, text, strlen(text));
            assert_int_equal(other.size, spelling.size);
            assert_memory_equal(other.bytes, spelling.bytes, spelling.size);
            buf_release(&other);
        }
        if (i > 0)
            assert_true(number_hash(first, strlen(first)) !=
                        number_hash(ladder[i - 1][0], strlen(ladder[i - 1][0])));
        buf_release(&spelling);
    }
}

static void test_a_million_digits_are_compared_and_hashed(void **state)
{
    enum { DIGITS = 1000000 };
    char *a = mem_alloc(DIGITS);
    char *b = mem_alloc(DIGITS);

    (void)state;
    memset(a, '7', DIGITS);
    memset(b, '7', DIGITS);
    assert_int_equal(number_compare(a, DIGITS, b, DIGITS), 0);
    assert_true(number_hash(a, DIGITS) == number_hash(b, DIGITS));
    b[DIGITS - 1] = '8';
    assert_true(number_compare(a, DIGITS, b, DIGITS) < 0);
    b[DIGITS - 1] = '7';
    b[1] = '.';
    assert_true(number_compare(a, DIGITS, b, DIGITS) > 0);
    assert_true(isinf(number_double(a, DIGITS)));
    free(a);
    free(b);
}

static void check_int(const char *text, bool is_int, int64_t expected)
{
    int64_t number = 0;

    if (number_int(text, strlen(text), &number) != is_int)
        fail_msg("%s is %san integer of 64 bits", text, is_int ? "" : "not ");
    if (is_int)
        assert_true(number == expected);
}

static void test_integers_of_64_bits_are_known_in_every_spelling(void **state)
{
    (void)state;
    check_int("0", true, 0);
    check_int("-0", true, 0);
    check_int("-0.0e9", true, 0);
    check_int(ZERO_UP, true, 0);
    check_int("7", true, 7);
    check_int("7.0", true, 7);
    check_int("70e-1", true, 7);
    check_int("0.7e1", true, 7);
    check_int("-7000e-3", true, -7);
    check_int("1e18", true, INT64_C(1000000000000000000));
    check_int("0.000000000000000001e36", true, INT64_C(1000000000000000000));
    check_int("999999999999999999", true, INT64_C(999999999999999999));
    check_int("9223372036854775807", true, INT64_MAX);
    check_int("922337203685477580700e-2", true, INT64_MAX);
    check_int("9.223372036854775807e18", true, INT64_MAX);
    check_int("-9223372036854775808", true, INT64_MIN);
    check_int("-9223372036854775808.00", true, INT64_MIN);
}

static void test_other_numbers_are_not_integers_of_64_bits(void **state)
{
    (void)state;
    check_int("0.5", false, 0);
    check_int("7.1", false, 0);
    check_int("1e-1", false, 0);
    check_int("15e-1", false, 0);
    check_int("9223372036854775807.5", false, 0);
    check_int("9223372036854775808", false, 0);
    check_int("-9223372036854775809", false, 0);
    check_int("18446744073709551615", false, 0);
    check_int("18446744073709551616", false, 0);
    check_int("18446744073709551617", false, 0); /* 1 modulo 2^64 */
    check_int("1e19", false, 0);
    check_int("99999999999999999999", false, 0);
    check_int("1e400", false, 0);
    check_int(HUGE, false, 0);
    check_int(TINY, false, 0);
}

static void check_double(const char *text, double expected)
{
    double number = number_double(text, strlen(text));

    uint64_t bits;
    uint64_t wanted;

    memcpy(&bits, &number, sizeof(bits));
    memcpy(&wanted, &expected, sizeof(wanted));
    if (bits != wanted)
        fail_msg("%s is %.17g instead of %.17g", text, number, expected);
}

static void test_doubles_are_rounded_correctly(void **state)
{
    (void)state;
    check_double("0", 0.0);
    check_double("1", 1.0);
    check_double("-1.5", -1.5);
    check_double("0.1", 0.1);
    check_double("0.3333333333333333333333", 0x1.5555555555555p-2);
    check_double("0.1000000000000000055511151231257827", 0.1);
    check_double("9007199254740993", 9007199254740992.0); /* a tie goes to even */
    check_double("9007199254740993.00000000000000000001", 9007199254740994.0);
    check_double("999999999999999999", 1e18);
    check_double("1.7976931348623157e308", 0x1.fffffffffffffp1023);
    check_double("2.2250738585072011e-308", 0x0.fffffffffffffp-1022);
    check_double("4.9e-324", 0x1p-1074);
    check_double("2.4703282292062328e-324", 0x1p-1074); /* just over half of it */
}

static void test_numbers_beyond_the_doubles_are_infinite_or_zero(void **state)
{
    (void)state;
    check_double("1e400", HUGE_VAL);
    check_double("-1e400", -HUGE_VAL);
    check_double("1.7976931348623159e308", HUGE_VAL);
    check_double(HUGE, HUGE_VAL);
    check_double("0.0000001e400", HUGE_VAL);
    assert_true(number_double("1e-400", 6) == 0);
    assert_true(number_double("-1e-400", 7) == 0);
    assert_true(number_double(TINY, strlen(TINY)) == 0);
    assert_true(number_double(ZERO_UP, strlen(ZERO_UP)) == 0);
    assert_true(number_double("-0", 2) == 0);
}

static void test_doubles_never_decrease_in_the_number(void **state)
{
    (void)state;
    for (size_t i = 1; i < LENGTH(ladder); i++) {
        const char *below = ladder[i - 1][0];
        const char *above = ladder[i][0];

        assert_true(number_double(below, strlen(below)) <= number_double(above, strlen(above)));
    }
}

static void check_canonical(const char *text, const char *expected)
{
    struct buf spelling = BUF_INIT;
    int64_t a;
    int64_t b;

    number_write_canonical(&spelling, text, strlen(text));
    buf_add_byte(&spelling, '\0');
    assert_string_equal(spelling.bytes, expected);
    assert_int_equal(compare(text, spelling.bytes), 0);
    assert_int_equal(number_int(text, strlen(text), &a),
                     number_int(spelling.bytes, spelling.size - 1, &b));
    buf_release(&spelling);
}

static void test_the_canonical_spelling_of_integers_is_their_digits(void **state)
{
    (void)state;
    check_canonical("0", "0");
    check_canonical("-0", "0");
    check_canonical("-0.00e7", "0");
    check_canonical("1.0", "1");
    check_canonical("1e0", "1");
    check_canonical("1e3", "1000");
    check_canonical("-1E+3", "-1000");
    check_canonical("1.5e1", "15");
    check_canonical("120", "120");
    check_canonical("1200e-1", "120");
    check_canonical("9007199254740993", "9007199254740993");
    check_canonical("18446744073709551616.000", "18446744073709551616");
    check_canonical("1.2345e30", "1234500000000000000000000000000");
}

static void test_the_canonical_spelling_of_fractions_is_plain_up_to_six_zeros(void **state)
{
    (void)state;
    check_canonical("0.5", "0.5");
    check_canonical("-0.50", "-0.5");
    check_canonical("5e-1", "0.5");
    check_canonical("1.50", "1.5");
    check_canonical("150e-2", "1.5");
    check_canonical("123.456", "123.456");
    check_canonical("123456e-3", "123.456");
    check_canonical("0.00000015", "0.00000015");
    check_canonical("1.5e-7", "0.00000015");
    check_canonical("1e-7", "0.0000001");
    check_canonical("1e-8", "1e-8");
    check_canonical("0.000000015", "15e-9");
    check_canonical("15e-10", "15e-10");
    check_canonical("1.5e-9", "15e-10");
    check_canonical("-0.0000000015", "-15e-10");
    check_canonical("0.0000000123456789012345", "123456789012345e-22");
    check_canonical("1e-400", "1e-400");
    check_canonical("1234567890123456789.000000001", "1234567890123456789.000000001");
    check_canonical(TINY, TINY);
}

static void test_more_than_a_thousand_zeros_become_an_exponent(void **state)
{
    char expected[1010] = "1";
    struct buf long_number = BUF_INIT;

    (void)state;
    memset(expected + 1, '0', 1000);
    check_canonical("1e1000", expected);
    check_canonical("0.1e1001", expected);
    check_canonical("1e1001", "1e1001");
    check_canonical("10e1000", "1e1001");
    check_canonical("-15.0e1002", "-15e1002");
    check_canonical(HUGE, HUGE);
    buf_add_string(&long_number, expected);
    buf_add_string(&long_number, "0.00");
    buf_add_byte(&long_number, '\0');
    check_canonical(long_number.bytes, "1e1001");
    buf_clear(&long_number);
    buf_add_byte(&long_number, '9');
    buf_add_string(&long_number, expected);
    buf_add_byte(&long_number, '\0');
    check_canonical(long_number.bytes, long_number.bytes); /* "91", then a thousand zeros */
    buf_release(&long_number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_grammar_accepts_json_numbers),
        cmocka_unit_test(test_the_grammar_refuses_everything_else),
        cmocka_unit_test(test_an_exponent_of_more_than_17_digits_is_out_of_range),
        cmocka_unit_test(test_numbers_are_compared_by_value_whatever_their_spelling),
        cmocka_unit_test(test_equal_numbers_have_equal_hashes_and_one_canonical_spelling),
        cmocka_unit_test(test_a_million_digits_are_compared_and_hashed),
        cmocka_unit_test(test_integers_of_64_bits_are_known_in_every_spelling),
        cmocka_unit_test(test_other_numbers_are_not_integers_of_64_bits),
        cmocka_unit_test(test_doubles_are_rounded_correctly),
        cmocka_unit_test(test_numbers_beyond_the_doubles_are_infinite_or_zero),
        cmocka_unit_test(test_doubles_never_decrease_in_the_number),
        cmocka_unit_test(test_the_canonical_spelling_of_integers_is_their_digits),
        cmocka_unit_test(test_the_canonical_spelling_of_fractions_is_plain_up_to_six_zeros),
        cmocka_unit_test(test_more_than_a_thousand_zeros_become_an_exponent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

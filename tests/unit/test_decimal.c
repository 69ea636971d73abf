/* Exact arithmetic against GMP's rationals and 128-bit integers. */
#include "rational.h"

static void test_reading_keeps_the_value(void **state)
{
    static const char *const texts[] = {"0",
                                        "-0",
                                        "0.000",
                                        "-0.0e5",
                                        "7",
                                        "-7",
                                        "1.50",
                                        "1e3",
                                        "1E+3",
                                        "15e-1",
                                        "999999999999999999",
                                        "-999999999999999999",
                                        "9999999999999999999",
                                        "0.12345678901234567",
                                        "0.123456789012345678",
                                        "0.1234567890123456789",
                                        "123456789.123456789",
                                        "12345678901234567.8",
                                        "9223372036854775807",
                                        "-9223372036854775808",
                                        "85070591730234615865843651857942052863",
                                        "85070591730234615865843651857942052864",
                                        "-170141183460469231731687303715884105728",
                                        "1e-400",
                                        "1e400"};
    char random[DIGITS_MAX * 2];
    uint64_t seed = 1;
    mpq_t expected;

    (void)state;
    mpq_init(expected);
    for (size_t i = 0; i < LENGTH(texts) + RANDOM_CASES; i++) {
        const char *text = i < LENGTH(texts) ? texts[i] : random;
        struct decimal decimal;

        random_text(&seed, random);
        decimal = read_text(text);
        set_text(expected, text);
        check_value(&decimal, expected, text);
        decimal_release(&decimal);
    }
    mpq_clear(expected);
}

static void test_equal_numbers_have_one_exact_spelling(void **state)
{
    static const char *const texts[][2] = {
        {"1.50", "1.5"},
        {"-0", "0"},
        {"0.00", "0"},
        {"1e3", "1000"},
        {"100.0", "100"},
        {"-15e-1", "-1.5"},
        {"0.00000015", "0.00000015"},
        {"0.000000015", "15e-9"},
        {"0.0000000015", "15e-10"},
        {"0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"},
        {"123456789012345678901234567890.10", "123456789012345678901234567890.1"},
        {"1e1001", "1e1001"},
        {"-9007199254740993", "-9007199254740993"}};
    char random[DIGITS_MAX * 2];
    uint64_t seed = 2;

    (void)state;
    for (size_t i = 0; i < LENGTH(texts); i++) {
        struct decimal decimal = read_text(texts[i][0]);

        check_exact(&decimal, texts[i][1]);
        decimal_release(&decimal);
    }
    for (size_t i = 0; i < RANDOM_CASES; i++) {
        struct buf text = BUF_INIT;
        struct decimal decimal;
        struct decimal again;

        random_text(&seed, random);
        decimal = read_text(random);
        decimal_write_exact(&text, &decimal);
        assert_true(decimal_read(&again, text.bytes, text.size));
        if (decimal_compare(&decimal, &again) != 0)
            fail_msg("%s is written %.*s", random, (int)text.size, text.bytes);
        decimal_release(&decimal);
        decimal_release(&again);
        buf_release(&text);
    }
}

static void test_arithmetic_is_that_of_rationals(void **state)
{
    char texts[2][DIGITS_MAX * 2];
    uint64_t seed = 3;
    mpq_t a;
    mpq_t b;
    mpq_t expected;

    (void)state;
    mpq_inits(a, b, expected, NULL);
    for (size_t i = 0; i < RANDOM_CASES; i++) {
        long times = (long)test_below(&seed, 2001) - 1000;
        struct decimal x;
        struct decimal y;
        struct decimal z;

        random_text(&seed, texts[0]);
        random_text(&seed, texts[1]);
        x = read_text(texts[0]);
        y = read_text(texts[1]);
        set_text(a, texts[0]);
        set_text(b, texts[1]);

        assert_int_equal(decimal_compare(&x, &y) > 0, mpq_cmp(a, b) > 0);
        assert_int_equal(decimal_compare(&x, &y) < 0, mpq_cmp(a, b) < 0);
        assert_int_equal(decimal_sign(&x), mpq_sgn(a));
        z = decimal_product(&x, &y);
        mpq_mul(expected, a, b);
        check_value(&z, expected, "the product");
        decimal_release(&z);
        z = decimal_copy(&x);
        decimal_add(&z, &y);
        mpq_add(expected, a, b);
        check_value(&z, expected, "the sum");
        decimal_add_times(&z, &y, times);
        mpq_set_si(expected, times + 1, 1);
        mpq_mul(expected, expected, b);
        mpq_add(expected, expected, a);
        check_value(&z, expected, "the sum of many");
        decimal_negate(&z);
        mpq_neg(expected, expected);
        check_value(&z, expected, "its negative");
        decimal_release(&z);
        check_value(&x, a, "what was added to a copy");
        decimal_release(&x);
        decimal_release(&y);
    }
    mpq_clears(a, b, expected, NULL);
}

static void test_short_numbers_agree_with_128_bits(void **state)
{
    uint64_t seed = 4;

    (void)state;
    for (size_t i = 0; i < RANDOM_CASES; i++) {
        const int64_t a = (int64_t)test_random(&seed) >> test_below(&seed, 60);
        const int64_t b = (int64_t)test_random(&seed) >> test_below(&seed, 60);
        const int64_t times = (int64_t)test_random(&seed) >> (1 + test_below(&seed, 60));
        struct decimal x = decimal_of_int(a);
        const struct decimal y = decimal_of_int(b);
        struct decimal product = decimal_product(&x, &y);
        struct decimal quotient = DECIMAL_ZERO;
        struct decimal rest = DECIMAL_ZERO;

        assert_true(product.large == NULL && product.small == (int128)a * b);
        if (b != 0) {
            decimal_divide(&x, &y, &quotient, &rest);
            assert_true(quotient.small == (int128)a / b && rest.small == (int128)a % b);
        }
        decimal_add_times(&x, &y, times);
        if (x.large == NULL)
            assert_true(x.small == a + (int128)b * times);
        decimal_add_times(&x, &y, -times);
        assert_true(x.large == NULL && x.small == a);
        decimal_release(&x);
        decimal_release(&product);
    }
}

static void test_a_sum_comes_back_from_beyond_128_bits(void **state)
{
    struct decimal sum = read_text("0.5");
    struct decimal huge = read_text("85070591730234615865843651857942052863"); /* 2^126 - 1 */
    struct decimal tiny = read_text("1e-300");

    (void)state;
    for (int i = 0; i < 3; i++)
        decimal_add(&sum, &huge);
    assert_non_null(sum.large);
    check_exact(&sum, "255211775190703847597530955573826158589.5");
    decimal_add_times(&sum, &huge, -3);
    assert_null(sum.large);
    check_exact(&sum, "0.5");
    decimal_add(&sum, &tiny);
    assert_non_null(sum.large);
    decimal_add_times(&sum, &tiny, -1);
    check_exact(&sum, "0.5");
    decimal_release(&sum);
    decimal_add_times(&sum, &huge, INT64_MIN);
    check_exact(&sum, "-784637716923335095479473677900958302003571058521149538304");
    decimal_release(&sum);
    decimal_release(&huge);
    huge = decimal_of_int(INT64_MAX);
    for (int i = 0; i < 5; i++) /* 2^126 each */
        decimal_add_times(&sum, &huge, INT64_MAX);
    check_exact(&sum, "425352958651173079236984538921162506245");
    decimal_release(&sum);
    decimal_release(&huge);
    decimal_release(&tiny);
    assert_int_equal(decimal_sign(&sum), 0); /* what is released is zero */
}

static void test_a_quotient_is_cut_off_and_the_rest_has_the_sign_of_the_dividend(void **state)
{
    static const char *const cases[][4] = {
        {"7", "2", "3", "1"},
        {"-7", "2", "-3", "-1"},
        {"7", "-2", "-3", "1"},
        {"-7", "-2", "3", "-1"},
        {"0.3", "0.1", "3", "0"},
        {"1", "0.3", "3", "0.1"},
        {"-0.5", "1", "0", "-0.5"},
        {"1e40", "3", "3333333333333333333333333333333333333333", "1"},
        {"1e-40", "3e-41", "3", "1e-41"},
        {"-1e60", "7e30", "-142857142857142857142857142857", "-1e30"}};

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct decimal x = read_text(cases[i][0]);
        struct decimal y = read_text(cases[i][1]);
        struct decimal rest_wanted = read_text(cases[i][3]);
        struct decimal quotient;
        struct decimal rest;

        decimal_divide(&x, &y, &quotient, &rest);
        check_exact(&quotient, cases[i][2]);
        assert_int_equal(decimal_compare(&rest, &rest_wanted), 0);
        decimal_release(&x);
        decimal_release(&y);
        decimal_release(&quotient);
        decimal_release(&rest);
        decimal_release(&rest_wanted);
    }
}

static void test_any_quotient_times_its_divisor_and_the_rest_are_the_dividend(void **state)
{
    char texts[2][DIGITS_MAX * 2];
    uint64_t seed = 5;
    mpq_t a;
    mpq_t b;
    mpz_t whole;

    (void)state;
    mpq_inits(a, b, NULL);
    mpz_init(whole);
    for (size_t i = 0; i < RANDOM_CASES; i++) {
        struct decimal x;
        struct decimal y;
        struct decimal quotient = DECIMAL_ZERO;
        struct decimal rest = DECIMAL_ZERO;

        random_text(&seed, texts[0]);
        random_text(&seed, texts[1]);
        x = read_text(texts[0]);
        y = read_text(texts[1]);
        set_text(a, texts[0]);
        set_text(b, texts[1]);
        if (mpq_sgn(b) != 0) {
            mpq_t part;

            mpq_init(part);
            decimal_divide(&x, &y, &quotient, NULL);
            decimal_divide(&x, &y, NULL, &rest);
            mpq_div(part, a, b);
            mpz_tdiv_q(whole, mpq_numref(part), mpq_denref(part));
            mpq_set_z(part, whole);
            check_value(&quotient, part, "the quotient");
            mpq_mul(part, part, b);
            mpq_sub(part, a, part);
            check_value(&rest, part, "the remainder");
            mpq_clear(part);
        }
        decimal_release(&x);
        decimal_release(&y);
        decimal_release(&quotient);
        decimal_release(&rest);
    }
    mpq_clears(a, b, NULL);
    mpz_clear(whole);
}

static void test_rounding_to_places_takes_halves_away_from_zero(void **state)
{
    static const struct {
        const char *number;
        int64_t digits;
        const char *expected;
    } cases[] = {{"2.5", 0, "3"},        {"-2.5", 0, "-3"},      {"2.4999", 0, "2"},
                 {"1.005", 2, "1.01"},   {"-1.005", 2, "-1.01"}, {"1.005", 3, "1.005"},
                 {"1.005", 99, "1.005"}, {"150", -2, "200"},     {"-149.9", -2, "-100"},
                 {"49.99", -2, "0"},     {"50", -2, "100"},      {"5e99", -100, "1e100"},
                 {"4.9e99", -100, "0"},  {"1", INT64_MIN, "0"},  {"-0.4", 0, "0"},
                 {"9.99", 1, "10"},      {"1e-50", 49, "0"},     {"5e-50", 49, "1e-49"}};

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct decimal number = read_text(cases[i].number);
        struct decimal rounded = decimal_round(&number, cases[i].digits);
        struct decimal wanted = read_text(cases[i].expected);

        if (decimal_compare(&rounded, &wanted) != 0)
            fail_msg("%s to %d places", cases[i].number, (int)cases[i].digits);
        decimal_release(&number);
        decimal_release(&rounded);
        decimal_release(&wanted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reading_keeps_the_value),
        cmocka_unit_test(test_equal_numbers_have_one_exact_spelling),
        cmocka_unit_test(test_arithmetic_is_that_of_rationals),
        cmocka_unit_test(test_short_numbers_agree_with_128_bits),
        cmocka_unit_test(test_a_sum_comes_back_from_beyond_128_bits),
        cmocka_unit_test(test_a_quotient_is_cut_off_and_the_rest_has_the_sign_of_the_dividend),
        cmocka_unit_test(test_any_quotient_times_its_divisor_and_the_rest_are_the_dividend),
        cmocka_unit_test(test_rounding_to_places_takes_halves_away_from_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

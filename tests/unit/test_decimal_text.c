/*
 * Decimals as text: where they round, what their range is, and what hostile ones cost. A double is
 * the nearest one if neither neighbour is nearer to the fraction, and none that is as near is even.
 */
#include "rational.h"

#include <math.h>
#include <time.h>

static void set_double(mpq_t to, double number)
{
    mpq_set_d(to, number);
}

static bool is_even(double number)
{
    uint64_t bits;

    memcpy(&bits, &number, sizeof(bits));
    return bits % 2 == 0;
}

/* The point halfway between a double (not below 0) and its neighbour. */
static void set_halfway(mpq_t to, double number, double neighbour)
{
    mpq_t other;

    mpq_init(other);
    set_double(to, number);
    set_double(other, neighbour);
    mpq_add(to, to, other);
    mpq_div_2exp(to, to, 1);
    mpq_clear(other);
}

/* -1, 0, 1: the exact value, or if `root` its square root, lies below, in or above all that is
 * rounded to this double. */
static int misses(const mpq_t exact, double number, bool root)
{
    mpq_t edge;
    int result = 0;

    mpq_init(edge);
    set_halfway(edge, number, number == 0 ? -0x1p-1074 : nextafter(number, 0));
    if (root)
        mpq_mul(edge, edge, edge);
    if (number > 0 && (mpq_cmp(exact, edge) < (is_even(number) ? 0 : 1)))
        result = -1;
    set_halfway(edge, number, nextafter(number, INFINITY));
    if (root)
        mpq_mul(edge, edge, edge);
    if (mpq_cmp(exact, edge) > (is_even(number) ? 0 : -1))
        result = 1;
    mpq_clear(edge);
    return result;
}

/* The text says the nearest double of a fraction, or all its digits if it is an integer. */
static void check_nearest(const struct buf *text, const mpq_t exact, bool root)
{
    char *copy = mem_copy(text->bytes, text->size);
    double number = strtod(copy, NULL);
    mpq_t magnitude;

    mpq_init(magnitude);
    mpq_abs(magnitude, exact);
    if (!root && mpz_cmp_ui(mpq_denref(exact), 1) == 0) {
        mpq_t said;

        mpq_init(said);
        set_text(said, copy);
        assert_true(mpq_equal(said, exact));
        mpq_clear(said);
    } else {
        assert_true(number == 0 || (number < 0) == (mpq_sgn(exact) < 0));
        if (misses(magnitude, fabs(number), root) != 0)
            fail_msg("%s is not the nearest double", copy);
    }
    mpq_clear(magnitude);
    free(copy);
}

static void test_halves_of_a_double_are_rounded_to_even(void **state)
{
    (void)state;
    /* 1 + 2^-53, 1 + 3 * 2^-53: between doubles */
    check_written("1.00000000000000011102230246251565404236316680908203125", "1");
    check_written("1.00000000000000011102230246251565404236316680908203126", "1.0000000000000002");
    check_written("1.00000000000000011102230246251565404236316680908203124", "1");
    check_written("1.00000000000000033306690738754696212708950042724609375", "1.0000000000000004");
    check_written("1.00000000000000033306690738754696212708950042724609374", "1.0000000000000002");
    /* 2^53 + 1 + 1/2 and what surrounds it */
    check_written("9007199254740993.5", "9007199254740994");
    check_written("9007199254740992.5", "9007199254740992");
    check_written("9007199254740991.5", "9007199254740992");
    check_written("4503599627370496.5", "4503599627370496");
    check_written("4503599627370497.5", "4503599627370498");
    check_written("2251799813685248.5", "2251799813685248.5");
    check_written("4503599627370496.25", "4503599627370496");
    check_written("4503599627370496.75", "4503599627370497");
}

static void test_integers_have_all_their_digits(void **state)
{
    (void)state;
    check_written("9007199254740993", "9007199254740993");
    check_written("9007199254740993.0", "9007199254740993");
    check_written("-123456789012345678901234567890", "-123456789012345678901234567890");
    check_written("12345678901234567890123.0e-0", "12345678901234567890123");
    check_written("1e2", "100");
    check_written("-0.0", "0");
}

static void test_what_is_no_integer_has_the_shortest_digits_of_its_double(void **state)
{
    (void)state;
    check_written("0.1", "0.1");
    check_written("0.30000000000000004", "0.30000000000000004");
    check_written("0.1000000000000000055511151231257827021181583404541015625", "0.1");
    check_written("123456789012345678901234.5", "123456789012345690000000");
    check_written("0.0000000000000000000000001", "1e-25");
    check_written("-2.50", "-2.5");
}

/* mantissa * 2^-1075, and a nudge of 10^-1100: what lies between subnormals. */
static void check_subnormal(unsigned mantissa, int nudge, const char *expected)
{
    struct buf text = BUF_INIT;
    char *digits;
    mpz_t number;

    mpz_init(number);
    mpz_ui_pow_ui(number, 5, 1075);
    mpz_mul_ui(number, number, mantissa);
    for (int i = 0; i < 25; i++)
        mpz_mul_ui(number, number, 10);
    if (nudge > 0)
        mpz_add_ui(number, number, 1);
    else if (nudge < 0)
        mpz_sub_ui(number, number, 1);
    digits = mpz_get_str(NULL, 10, number);
    buf_add_format(&text, "%se-1100", digits);
    buf_add_byte(&text, '\0');
    check_written(text.bytes, expected);
    free(digits);
    buf_release(&text);
    mpz_clear(number);
}

static void test_subnormals_are_rounded_once(void **state)
{
    (void)state;
    check_subnormal(1, 0, "0"); /* half of the least one */
    check_subnormal(1, -1, "0");
    check_subnormal(1, 1, "5e-324");
    check_subnormal(2, 0, "5e-324");
    check_subnormal(3, -1, "5e-324");
    check_subnormal(3, 0, "1e-323"); /* to even */
    check_subnormal(5, 0, "1e-323");
    check_subnormal(5, 1, "15e-324");
    check_written("2.2250738585072011e-308", "2225073858507201e-323");
    check_written("2.2250738585072014e-308", "22250738585072014e-324");
    check_written("1e-400", "0"); /* far below all doubles */
    check_written("-1e-400", "0");
    check_written("-123456789e-16383", "0");
}

/* (2^1024 - 2^970 + add) / 2: the greatest number that is not rounded to infinity, or not. */
static bool writes_greatest(struct buf *text, int add)
{
    struct decimal two = decimal_of_int(2);
    struct decimal twice;
    char *digits;
    mpz_t number;
    mpz_t gap;
    bool written;

    mpz_init(gap);
    mpz_init_set_ui(number, 1);
    mpz_mul_2exp(number, number, 1025);
    mpz_setbit(gap, 971);
    mpz_sub(number, number, gap);
    mpz_add_ui(number, number, 2);
    mpz_sub_ui(number, number, (unsigned long)(2 - add));
    digits = mpz_get_str(NULL, 10, number);
    twice = read_text(digits);
    free(digits);
    written = decimal_write_ratio(text, &twice, &two);
    decimal_release(&twice);
    mpz_clear(number);
    mpz_clear(gap);
    return written;
}

static void test_what_overflows_to_infinity_is_refused_and_nothing_is_written(void **state)
{
    struct decimal big = read_text("1e400");
    struct decimal third = read_text("3");
    struct decimal half = read_text("0.5");
    struct buf text = BUF_INIT;

    (void)state;
    assert_false(writes_greatest(&text, 1));
    assert_int_equal(text.size, 0);
    assert_true(writes_greatest(&text, -1));
    text.size = text.size > 17 ? 17 : 0;
    check_text(&text, "17976931348623157");
    assert_false(decimal_write_ratio(&text, &big, &third));
    decimal_add(&big, &half);
    assert_false(decimal_write(&text, &big));
    assert_int_equal(text.size, 0);
    assert_true(decimal_write_ratio(&text, &big, &big));
    check_text(&text, "1");
    decimal_release(&big);
}

static void test_quotients_are_the_nearest_doubles(void **state)
{
    char texts[2][DIGITS_MAX * 2];
    uint64_t seed = 6;
    mpq_t a;
    mpq_t b;

    (void)state;
    mpq_inits(a, b, NULL);
    for (size_t i = 0; i < RANDOM_CASES; i++) {
        struct buf text = BUF_INIT;
        struct decimal x;
        struct decimal y;

        random_text(&seed, texts[0]);
        random_text(&seed, texts[1]);
        x = read_text(texts[0]);
        y = read_text(texts[1]);
        set_text(a, texts[0]);
        set_text(b, texts[1]);
        assert_true(decimal_write(&text, &x));
        check_nearest(&text, a, false);
        if (mpq_sgn(b) != 0) {
            mpq_div(a, a, b);
            buf_clear(&text);
            assert_true(decimal_write_ratio(&text, &x, &y));
            check_nearest(&text, a, false);
        }
        decimal_release(&x);
        decimal_release(&y);
        buf_release(&text);
    }
    mpq_clears(a, b, NULL);
}

static void test_roots_are_the_nearest_doubles(void **state)
{
    static const char *const cases[][3] = {
        {"4", "1", "2"},      {"2", "1", "1.4142135623730951"},
        {"1", "4", "0.5"},    {"0", "7", "0"},
        {"0.01", "1", "0.1"}, {"1e40", "1", "100000000000000000000"},
        {"1e-700", "1", "0"}, {"1", "3", "0.5773502691896257"},
        {"4e-648", "1", "0"}, {"1e-646", "1", "1e-323"}};
    char texts[2][DIGITS_MAX * 2];
    uint64_t seed = 7;
    mpq_t a;
    mpq_t b;

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct decimal x = read_text(cases[i][0]);
        struct decimal y = read_text(cases[i][1]);
        struct buf text = BUF_INIT;

        assert_true(decimal_write_root(&text, &x, &y));
        decimal_release(&x);
        decimal_release(&y);
        check_text(&text, cases[i][2]);
    }
    mpq_inits(a, b, NULL);
    for (size_t i = 0; i < RANDOM_CASES; i++) {
        struct buf text = BUF_INIT;
        struct decimal x;
        struct decimal y;

        random_text(&seed, texts[0]);
        random_text(&seed, texts[1]);
        x = read_text(texts[0] + (texts[0][0] == '-'));
        y = read_text(texts[1] + (texts[1][0] == '-'));
        set_text(a, texts[0] + (texts[0][0] == '-'));
        set_text(b, texts[1] + (texts[1][0] == '-'));
        if (mpq_sgn(b) != 0) {
            mpq_div(a, a, b);
            assert_true(decimal_write_root(&text, &x, &y));
            check_nearest(&text, a, true);
        }
        decimal_release(&x);
        decimal_release(&y);
        buf_release(&text);
    }
    mpq_clears(a, b, NULL);
}

static void test_the_root_of_a_number_beyond_doubles_is_refused(void **state)
{
    struct decimal big = read_text("1e700");
    struct decimal one = decimal_of_int(1);
    struct buf text = BUF_INIT;

    (void)state;
    assert_false(decimal_write_root(&text, &big, &one));
    assert_int_equal(text.size, 0);
    decimal_release(&big);
}

/* `count` times one digit. */
static void add_digits(struct buf *text, char digit, size_t count)
{
    memset(buf_reserve(text, count), digit, count);
    text->size += count;
}

static void test_the_range_is_that_of_numeric(void **state)
{
    static const struct {
        const char *text;
        bool taken;
    } cases[] = {{"1e131071", true},
                 {"1e131072", false},
                 {"-9.99e131071", true},
                 {"-10e131071", false},
                 {"1e-16383", true},
                 {"1e-16384", false},
                 {"10e-16384", true},
                 {"1.5e-16382", true},
                 {"1.5e-16383", false},
                 {"0e99999999999", true},
                 {"0.0e-99999999", true},
                 {"1e999999999", false},
                 {"-1e-99999999999999999", false}};
    struct buf text = BUF_INIT;

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        if (is_taken(cases[i].text, strlen(cases[i].text)) != cases[i].taken)
            fail_msg("%s", cases[i].text);
    add_digits(&text, '9', DECIMAL_WHOLE_MAX);
    assert_true(is_taken(text.bytes, text.size));
    buf_add_string(&text, ".6");
    assert_true(is_taken(text.bytes, text.size));
    text.size -= 2;
    buf_add_byte(&text, '9');
    assert_false(is_taken(text.bytes, text.size));
    buf_clear(&text);
    buf_add_string(&text, "0.");
    add_digits(&text, '3', DECIMAL_FRACTION_MAX);
    assert_true(is_taken(text.bytes, text.size));
    buf_add_byte(&text, '0');
    assert_true(is_taken(text.bytes, text.size));
    buf_add_byte(&text, '3');
    assert_false(is_taken(text.bytes, text.size));
    buf_release(&text);
}

static void check_in_range(const char *number, const char *times, bool expected)
{
    struct decimal x = read_text(number);
    struct decimal y = read_text(times);
    struct decimal product = decimal_product(&x, &y);

    if (decimal_in_range(&product) != expected)
        fail_msg("%s * %s", number, times);
    decimal_release(&x);
    decimal_release(&y);
    decimal_release(&product);
}

static void test_results_are_in_range_if_they_could_be_read(void **state)
{
    struct decimal last = DECIMAL_ZERO;
    struct buf text = BUF_INIT;

    (void)state;
    check_in_range("1e131071", "1", true);
    check_in_range("5e131071", "1", true);
    check_in_range("-9999999e131065", "1", true);
    check_in_range("1e65536", "1e65535", true);
    check_in_range("1e65536", "1e65536", false);
    check_in_range("1e131071", "10", false);
    check_in_range("1e-16383", "1", true);
    check_in_range("1e-16383", "0.1", false);
    check_in_range("2e-16383", "0.5", true);
    check_in_range("1e-16383", "0", true);
    add_digits(&text, '9', DECIMAL_WHOLE_MAX);
    buf_add_string(&text, ".6");
    assert_true(decimal_read(&last, text.bytes, text.size));
    assert_true(decimal_in_range(&last));
    decimal_release(&last);
    buf_release(&text);
}

#if defined(SSP_STRESS)
enum { MEGA = 10000, ROUNDS = 1 }; /* each byte moves the buffer */
#else
enum { MEGA = 1000000, ROUNDS = 20 };
#endif

/* A megabyte of digits costs no more than looking at them. */
static void test_hostile_numbers_cost_little(void **state)
{
    enum { SECONDS = 5 };
    static const char *const heads[] = {"", "0.", "1", "1.", "-", "1e"};
    static const char *const tails[] = {"", "e-1000000", "e131071", "e999999999", "e-99999999999"};
    clock_t start = clock();

    (void)state;
    for (size_t i = 0; i < LENGTH(heads); i++)
        for (size_t j = 0; j < LENGTH(tails); j++)
            for (char digit = '0'; digit <= '9'; digit += 9) {
                struct buf text = BUF_INIT;
                bool exponent = strchr(heads[i], 'e') != NULL;

                if (exponent && (j > 0 || digit != '0'))
                    continue;
                buf_add_string(&text, heads[i]);
                if (digit == '0' && i == 0)
                    buf_add_byte(&text, '7');
                if (digit == '0' && heads[i][0] == '-')
                    buf_add_byte(&text, '7');
                add_digits(&text, digit, MEGA);
                buf_add_string(&text, tails[j]);
                (void)is_taken(text.bytes, text.size);
                buf_release(&text);
            }
    for (int i = 0; i < ROUNDS; i++) {
        struct decimal big = read_text("9.87654321e131071");
        struct decimal small = read_text("1.23456789e-16375");
        struct decimal sum = decimal_copy(&big);
        struct decimal product = decimal_product(&big, &big);
        struct decimal rounded;
        struct buf text = BUF_INIT;

        decimal_add_times(&sum, &small, 3);
        rounded = decimal_round(&sum, 5);
        assert_int_equal(decimal_compare(&rounded, &big), 0);
        assert_int_equal(decimal_compare(&sum, &big), 1);
        decimal_write_exact(&text, &sum);
        assert_true(text.size > 131072 + 16000);
        assert_false(decimal_in_range(&product));
        assert_false(decimal_write_ratio(&text, &sum, &small));
        decimal_release(&big);
        decimal_release(&small);
        decimal_release(&sum);
        decimal_release(&product);
        decimal_release(&rounded);
        buf_release(&text);
    }
    assert_true((double)(clock() - start) / CLOCKS_PER_SEC < SECONDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_halves_of_a_double_are_rounded_to_even),
        cmocka_unit_test(test_integers_have_all_their_digits),
        cmocka_unit_test(test_what_is_no_integer_has_the_shortest_digits_of_its_double),
        cmocka_unit_test(test_subnormals_are_rounded_once),
        cmocka_unit_test(test_what_overflows_to_infinity_is_refused_and_nothing_is_written),
        cmocka_unit_test(test_quotients_are_the_nearest_doubles),
        cmocka_unit_test(test_roots_are_the_nearest_doubles),
        cmocka_unit_test(test_the_root_of_a_number_beyond_doubles_is_refused),
        cmocka_unit_test(test_the_range_is_that_of_numeric),
        cmocka_unit_test(test_results_are_in_range_if_they_could_be_read),
        cmocka_unit_test(test_hostile_numbers_cost_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

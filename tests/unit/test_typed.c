/* Values in the forms of SQL's types, and numerics with PostgreSQL's digits. */
#include "test.h"

#include "value/numeric.h"
#include "value/typed.h"

/* wanted NULL: it is refused. */
static void check(const char *name, const char *value, bool cast, const char *wanted)
{
    struct buf buf = BUF_INIT;
    struct typed type;

    assert_true(typed_read(name, strlen(name), &type));
    if (typed_take(&type, value_of(value, strlen(value)), cast, &buf) != (wanted != NULL))
        fail_msg("%s as %s: %s", value, name, wanted ? "refused" : "taken");
    buf_add_byte(&buf, '\0');
    assert_string_equal(buf.bytes, wanted ? wanted : "");
    buf_release(&buf);
}

static void test_columns_take_their_spellings_only(void **state)
{
    (void)state;
    check("int4", "1.0", false, "1");
    check("int4", "\" 7 \"", false, "7");
    check("int4", "1.5", false, NULL);
    check("int4", "2147483648", false, NULL);
    check("bigint", "2147483648", false, "2147483648");
    check("smallint", "-32769", false, NULL);
    check("numeric(5,2)", "\"+.125\"", false, "0.13");
    check("numeric(5,2)", "999.995", false, NULL);
    check("numeric", "\"1e3\"", false, "1000");
    check("double precision", "0.1000000000000000055", false, "0.1");
    check("double precision", "1e999", false, NULL);
    check("real", "16777217", false, "16777216");
    check("bool", "\"off\"", false, "false");
    check("bool", "1", false, NULL);
    check("text", "12.50", false, "\"12.5\"");
    check("text", "{}", false, NULL);
    check("varchar(2)", "\"\xc3\xa4\xc3\xb6 \"", false, "\"\xc3\xa4\xc3\xb6\"");
    check("varchar(2)", "\"abc\"", false, NULL);
    check("char(3)", "\"a  \"", false, "\"a\"");
    check("timestamp", "\"2024-02-29\"", false, "\"2024-02-29T00:00:00\"");
    check("timestamp", "\"2024-02-29T10:00:00+01\"", false, NULL);
    check("timestamptz", "\"2024-02-29T10:00:00+01\"", false, "\"2024-02-29T09:00:00+00:00\"");
    check("date", "\"2024-02-30\"", false, NULL);
    check("time", "\"23:59:59.50\"", false, "\"23:59:59.5\"");
    check("uuid", "\"A0EEBC999C0B4EF8BB6D6BB9BD380A11\"", false,
          "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"");
    check("int4[]", "[\"1\",[2.0],null]", false, "[1,[2],null]");
    check("int4[]", "1", false, NULL);
    check("json", "{\"a\":1}", false, "{\"a\":1}");
    check("int4", "null", false, "null");
}

static void test_casts_round_and_cut(void **state)
{
    (void)state;
    check("int4", "1.5", true, "2");
    check("int4", "-1.5", true, "-2");
    check("int4", "\"1.5\"", true, NULL);
    check("varchar(2)", "\"abc\"", true, "\"ab\"");
    check("timestamp", "\"2024-02-29T10:00:00+01\"", true, "\"2024-02-29T10:00:00\"");
    check("time", "\"2024-02-29T10:00:00\"", true, "\"10:00:00\"");
    check("bool", "2", true, "true");
}

static void test_names_that_are_no_types(void **state)
{
    static const char *const names[] = {"",           "money",   "numeric(0)",    "numeric(5,",
                                        "varchar(0)", "int4(3)", "numeric(5,2)x", "text()"};
    struct typed type;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (typed_read(names[i], strlen(names[i]), &type))
            fail_msg("%s is a type", names[i]);
}

static void check_quotient(const char *a, const char *b, const char *wanted)
{
    struct buf buf = BUF_INIT;
    struct decimal x;
    struct decimal y;
    struct decimal quotient;

    assert_true(decimal_read(&x, a, strlen(a)) && decimal_read(&y, b, strlen(b)));
    quotient = numeric_quotient(&x, &y, 0);
    numeric_write(&buf, &quotient, quotient.scale);
    buf_add_byte(&buf, '\0');
    assert_string_equal(buf.bytes, wanted);
    buf_release(&buf);
    decimal_release(&x);
    decimal_release(&y);
    decimal_release(&quotient);
}

/* What PostgreSQL 15 shows for a::numeric / b. */
static void test_quotients_have_the_digits_of_postgresql(void **state)
{
    (void)state;
    check_quotient("1", "3", "0.33333333333333333333");
    check_quotient("2", "3", "0.66666666666666666667");
    check_quotient("10", "3", "3.3333333333333333");
    check_quotient("100000", "3", "33333.333333333333");
    check_quotient("1", "30000", "0.000033333333333333333333");
    check_quotient("-1", "8", "-0.12500000000000000000");
    check_quotient("0", "7", "0.00000000000000000000");
    check_quotient("0.5", "0.25", "2.0000000000000000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_take_their_spellings_only),
        cmocka_unit_test(test_casts_round_and_cut),
        cmocka_unit_test(test_names_that_are_no_types),
        cmocka_unit_test(test_quotients_have_the_digits_of_postgresql),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

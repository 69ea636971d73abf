/* LIKE, ILIKE and regular expressions: what matches, what is refused, what long texts cost. */
#include "test.h"

#include "expr/pattern.h"

#include <time.h>

enum kind { LIKE, ILIKE, REGEX };

static struct pattern *open_pattern(enum kind kind, const char *text, size_t size)
{
    struct err err = {0};
    struct pattern *pattern = kind == REGEX
                                  ? pattern_regex(text, size, &err)
                                  : pattern_like(text, size, "\\", 1, kind == ILIKE, &err);

    if (!pattern)
        fail_msg("%s is refused: %s", text, err.message);
    return pattern;
}

static void check(enum kind kind, const char *text, const char *subject,
                  enum pattern_result expected)
{
    struct pattern *pattern = open_pattern(kind, text, strlen(text));
    enum pattern_result result = pattern_match(pattern, subject, strlen(subject));

    if (result != expected)
        fail_msg("%s on %s: %d instead of %d", text, subject, (int)result, (int)expected);
    pattern_free(pattern);
}

/* Both kinds of LIKE; the texts have one case. */
static void check_like(const char *text, const char *subject, bool expected)
{
    check(LIKE, text, subject, expected ? PATTERN_YES : PATTERN_NO);
    check(ILIKE, text, subject, expected ? PATTERN_YES : PATTERN_NO);
}

static void test_like_without_signs_is_equality(void **state)
{
    (void)state;
    check_like("abc", "abc", true);
    check_like("abc", "abcd", false);
    check_like("abc", "xabc", false);
    check_like("abc", "ab", false);
    check_like("abc", "", false);
    check_like("", "", true);
    check_like("", "a", false);
}

static void test_percent_is_any_run(void **state)
{
    (void)state;
    check_like("%", "", true);
    check_like("%", "abc", true);
    check_like("%", "a\nb", true);
    check_like("%%", "", true);
    check_like("a%", "a", true);
    check_like("a%", "abc", true);
    check_like("a%", "ba", false);
    check_like("%a", "a", true);
    check_like("%a", "ba", true);
    check_like("%a", "ab", false);
    check_like("%a", "aba", true);
    check_like("a%a", "a", false);
    check_like("a%a", "aa", true);
    check_like("%b%", "abc", true);
    check_like("%b%", "ac", false);
    check_like("a%b%c", "a12b34c", true);
    check_like("a%b%c", "a12c34b", false);
    check_like("%ab%ab%", "ab ab", true);
    check_like("%ab%ab%", "abb", false);
    check_like("%aab", "aaab", true); /* the run must give back what it took */
    check_like("%abab", "ababab", true);
    check_like("a%", "\n", false);
}

static void test_underscore_is_one_character_not_one_byte(void **state)
{
    (void)state;
    check_like("_", "a", true);
    check_like("_", "", false);
    check_like("_", "ab", false);
    check_like("_", "\n", true);
    check_like("_", "\xc3\xa9", true);
    check_like("_", "\xe2\x82\xac", true);
    check_like("_", "\xf0\x9f\x98\x80", true);
    check_like("__", "\xc3\xa9", false);
    check_like("__", "\xf0\x9f\x98\x80\xc3\xa9", true);
    check_like("__", "e\xcc\x81", true); /* e and an accent are two */
    check_like("a_c",
               "a\xc3\xa9"
               "c",
               true);
    check_like("_%", "", false);
    check_like("_%", "a", true);
    check_like("%_", "\xc3\xa9", true);
    check_like("%__", "\xc3\xa9", false);
    check_like("%_x", "\xc3\xa9x", true);
}

static void test_like_matches_utf8_by_characters(void **state)
{
    (void)state;
    check_like("\xc3\xa9%", "\xc3\xa9t\xc3\xa9", true);
    check_like("%\xc3\xa9", "\xc3\xa9t\xc3\xa9", true);
    check_like("%t%", "\xc3\xa9t\xc3\xa9", true);
    check_like("\xc3\xa8", "\xc3\xa9", false);
    check_like("%\xc3\xa8%", "\xc3\xa9\xc3\xa9", false);
    check_like("%\xf0\x9f\x98\x81", "\xf0\x9f\x98\x80\xf0\x9f\x98\x81", true);
}

static void test_signs_of_regular_expressions_mean_nothing_in_like(void **state)
{
    static const char signs[] = "\\^$.[]|()?*+{}-#!<=>&~ /";

    (void)state;
    for (size_t i = 1; i < sizeof(signs) - 1; i++) { /* the backslash is the escape */
        char text[] = {'a', signs[i], 'b', '\0'};

        check_like(text, text, true);
        check_like(text, "ab", false);
        check_like(text, "aab", false);
        check_like(text, "axb", false);
    }
    check_like("a.c", "abc", false);
    check_like("[ab]", "a", false);
    check_like("\\\\d", "1", false);
    check_like("\\\\Q%", "\\Qx", true);
    check_like("(?i)a", "a", false);
}

static void test_the_escape_makes_the_next_character_plain(void **state)
{
    (void)state;
    check_like("\\%", "%", true);
    check_like("\\%", "a", false);
    check_like("\\_", "_", true);
    check_like("\\_", "a", false);
    check_like("\\\\", "\\", true);
    check_like("\\a", "a", true);
    check_like("10\\%%", "10% of", true);
    check_like("10\\%%", "100", false);
    check_like("\\\\%", "\\anything", true);
    check_like("\\\xc3\xa9", "\xc3\xa9", true);
}

static void check_escape(const char *text, const char *escape, const char *subject, bool expected)
{
    for (int ignore_case = 0; ignore_case < 2; ignore_case++) {
        struct err err = {0};
        struct pattern *pattern = pattern_like(text, strlen(text), escape,
                                               escape ? strlen(escape) : 0, ignore_case != 0, &err);

        assert_non_null(pattern);
        assert_int_equal(pattern_match(pattern, subject, strlen(subject)),
                         expected ? PATTERN_YES : PATTERN_NO);
        pattern_free(pattern);
    }
}

static void test_the_escape_may_be_any_character_or_none(void **state)
{
    (void)state;
    check_escape("!%", "!", "%", true);
    check_escape("!%", "!", "x", false);
    check_escape("!!", "!", "!", true);
    check_escape("\\%", "!", "\\x", true);
    check_escape("%%", "%", "%", true); /* the sign itself escapes */
    check_escape("%%", "%", "x", false);
    check_escape("__", "_", "_", true);
    check_escape("\xc3\xa9%\xc3\xa9_\xc3\xa9\xc3\xa9", "\xc3\xa9", "%_\xc3\xa9", true);
    check_escape("\xc3\xa9%", "\xc3\xa9", "\xc3\xa9", false);
    check_escape("\\%", NULL, "\\x", true);
    check_escape("\\%", NULL, "%", false);
}

static void test_a_pattern_that_ends_with_its_escape_is_refused(void **state)
{
    struct err err = {0};

    (void)state;
    assert_null(pattern_like("ab\\", 3, "\\", 1, false, &err));
    assert_string_equal(err.message, "pattern \"ab\\\" ends with its escape character");
    assert_int_equal(err.status, ERR_USAGE);
    assert_null(pattern_like("a\xc3\xa9", 3, "\xc3\xa9", 2, true, &err));
    assert_null(pattern_like("\\\\\\", 3, "\\", 1, false, &err));
}

static void test_nul_is_an_ordinary_character(void **state)
{
    (void)state;
    for (enum kind kind = LIKE; kind <= ILIKE; kind++) {
        struct pattern *pattern = open_pattern(kind, "a\0_%", 4);

        assert_int_equal(pattern_match(pattern, "a\0b", 3), PATTERN_YES);
        assert_int_equal(pattern_match(pattern, "a\0\0\0", 4), PATTERN_YES);
        assert_int_equal(pattern_match(pattern, "a\0", 2), PATTERN_NO);
        assert_int_equal(pattern_match(pattern, "a", 1), PATTERN_NO);
        pattern_free(pattern);
    }
    {
        struct pattern *pattern = open_pattern(REGEX, "^a\0b$", 5);

        assert_int_equal(pattern_match(pattern, "a\0b", 3), PATTERN_YES);
        assert_int_equal(pattern_match(pattern, "a", 1), PATTERN_NO);
        pattern_free(pattern);
    }
}

static void test_like_minds_the_case_and_ilike_does_not(void **state)
{
    (void)state;
    check(LIKE, "aBc", "AbC", PATTERN_NO);
    check(ILIKE, "aBc", "AbC", PATTERN_YES);
    check(ILIKE, "%LL%", "hello", PATTERN_YES);
    check(ILIKE, "\xc3\x89%", "\xc3\xa9t\xc3\xa9", PATTERN_YES); /* É, été */
    check(LIKE, "\xc3\x89%", "\xc3\xa9t\xc3\xa9", PATTERN_NO);
    check(ILIKE, "\xd0\x96_", "\xd0\xb6\xd0\xb6", PATTERN_YES); /* Cyrillic */
    check(ILIKE,
          "stra\xc3\x9f"
          "e",
          "STRASSE", PATTERN_NO); /* one character is one character */
    check(ILIKE, "1\\%", "1%", PATTERN_YES);
}

static void test_regex_searches_anywhere(void **state)
{
    (void)state;
    check(REGEX, "b+", "abbc", PATTERN_YES);
    check(REGEX, "^b", "abbc", PATTERN_NO);
    check(REGEX, "c$", "abbc", PATTERN_YES);
    check(REGEX, "", "", PATTERN_YES);
    check(REGEX, "", "x", PATTERN_YES);
    check(REGEX, "B", "abbc", PATTERN_NO);
    check(REGEX, "(?i)B", "abbc", PATTERN_YES);
    check(REGEX, "^.$", "\xf0\x9f\x98\x80", PATTERN_YES); /* a character, not a byte */
    check(REGEX, "^..$", "\xc3\xa9", PATTERN_NO);
    check(REGEX, "\xc3\xa9{2}", "\xc3\xa9\xc3\xa9", PATTERN_YES);
    check(REGEX, "^(\\w+)@\\1$", "ab@ab", PATTERN_YES);
    check(REGEX, "^\\d{3}-\\d{4}$", "555-1234", PATTERN_YES);
    check(REGEX, "a.c", "a\nc", PATTERN_NO);
}

static void check_refused(const char *text, const char *message)
{
    struct err err = {0};

    assert_null(pattern_regex(text, strlen(text), &err));
    assert_string_equal(err.message, message);
    assert_int_equal(err.status, ERR_USAGE);
}

static void test_a_bad_regular_expression_is_refused_with_its_place(void **state)
{
    struct err err = {0};
    char deep[2001];

    (void)state;
    check_refused("a(b", "regular expression \"a(b\": missing closing parenthesis at byte 4");
    check_refused("[a", "regular expression \"[a\": missing terminating ] for character class "
                        "at byte 3");
    check_refused("*a", "regular expression \"*a\": quantifier does not follow a repeatable item "
                        "at byte 1");
    memset(deep, '(', 1000);
    memset(deep + 1000, ')', 1000);
    deep[2000] = '\0';
    assert_null(pattern_regex(deep, 2000, &err));
}

static struct buf repeated(const char *unit, size_t times, const char *end)
{
    struct buf text = BUF_INIT;

    (void)buf_reserve(&text, strlen(unit) * times + strlen(end));
    for (size_t i = 0; i < times; i++)
        buf_add_string(&text, unit);
    buf_add_string(&text, end);
    return text;
}

/* Matches and gives up within `seconds` of the processor, by far. */
static void check_long(enum kind kind, const char *pattern_text, struct buf subject,
                       enum pattern_result expected, double seconds)
{
    struct pattern *pattern = open_pattern(kind, pattern_text, strlen(pattern_text));
    clock_t before = clock();
    enum pattern_result result = pattern_match(pattern, subject.bytes, subject.size);
    double took = (double)(clock() - before) / CLOCKS_PER_SEC;

    pattern_free(pattern);
    buf_release(&subject);
    if (result != expected)
        fail_msg("%s: %d instead of %d", pattern_text, (int)result, (int)expected);
    if (took > seconds)
        fail_msg("%s took %.1f s", pattern_text, took);
}

static void test_like_with_many_runs_is_not_exponential(void **state)
{
    (void)state;
    check_long(LIKE, "%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%b", repeated("a", 1000000, ""), PATTERN_NO,
               1.0);
    check_long(LIKE, "%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%", repeated("a", 1000000, ""), PATTERN_YES,
               1.0);
    check_long(LIKE, "%_%_%_%_%_%_%_%_%_%_%_%_%x", repeated("\xc3\xa9", 500000, ""), PATTERN_NO,
               1.0);
    check_long(LIKE, "%aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", repeated("a", 1000000, ""), PATTERN_NO,
               2.0);
    check_long(LIKE, "%foo%bar%", repeated("foo ", 250000, "r"), PATTERN_NO, 1.0);
}

/* A text of six kilobytes is no reason to give up. */
static void test_ilike_answers_on_long_text_what_like_answers(void **state)
{
    (void)state;
    check_long(ILIKE, "%foo%bar%", repeated("foo ", 1500, "bar"), PATTERN_YES, 1.0);
    check_long(ILIKE, "%foo%bar%", repeated("foo ", 1500, "r"), PATTERN_NO, 1.0);
    check_long(ILIKE, "%abc%", repeated("ab", 1000000, ""), PATTERN_NO, 1.0);
    check_long(ILIKE, "%a%a%a%a%b", repeated("a", 100000, "bc"), PATTERN_NO, 1.0);
}

static void test_a_catastrophic_regex_gives_up_quickly(void **state)
{
    (void)state;
    check_long(REGEX, "(a+)+$", repeated("a", 40, "b"), PATTERN_GAVE_UP, 1.0);
    check_long(REGEX, "(a+)+$", repeated("a", 1000000, "b"), PATTERN_GAVE_UP, 1.0);
    check_long(REGEX, "^(a|aa)+$", repeated("a", 60, "b"), PATTERN_GAVE_UP, 1.0);
    check_long(REGEX, "^(\\w+\\s?)*$", repeated("word ", 40, "!"), PATTERN_GAVE_UP, 1.0);
    check_long(REGEX, "a", repeated("b", 1000000, "a"), PATTERN_YES, 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_like_without_signs_is_equality),
        cmocka_unit_test(test_percent_is_any_run),
        cmocka_unit_test(test_underscore_is_one_character_not_one_byte),
        cmocka_unit_test(test_like_matches_utf8_by_characters),
        cmocka_unit_test(test_signs_of_regular_expressions_mean_nothing_in_like),
        cmocka_unit_test(test_the_escape_makes_the_next_character_plain),
        cmocka_unit_test(test_the_escape_may_be_any_character_or_none),
        cmocka_unit_test(test_a_pattern_that_ends_with_its_escape_is_refused),
        cmocka_unit_test(test_nul_is_an_ordinary_character),
        cmocka_unit_test(test_like_minds_the_case_and_ilike_does_not),
        cmocka_unit_test(test_regex_searches_anywhere),
        cmocka_unit_test(test_a_bad_regular_expression_is_refused_with_its_place),
        cmocka_unit_test(test_like_with_many_runs_is_not_exponential),
        cmocka_unit_test(test_ilike_answers_on_long_text_what_like_answers),
        cmocka_unit_test(test_a_catastrophic_regex_gives_up_quickly),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

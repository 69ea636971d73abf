/* The asof join, stepped by hand: the latest right row, and which left rows a right one turns. */
#include "stepping.h"

#define ASOF(more)                                                                           \
    "{'op':'join','kind':'asof','left':" SCAN ",'right':{'op':'scan','table':'u'},"          \
    "'on':{'left_field':'k','right_field':'k'},'time':{'left_field':'t','right_field':'t'}," \
    "'as':['l','r'],'select':'both'" more "}"

#define ALONE(key, left)              "[\"" key "\",null]{'l':" left ",'r':null}"
#define PAIR(key, left, other, right) "[\"" key "\",\"" other "\"]{'l':" left ",'r':" right "}"

#define A "{'k':1,'t':10}"
#define B "{'k':1,'t':20}"
#define C "{'k':1,'t':30}"
#define P "{'k':1,'t':5}"
#define Q "{'k':1,'t':15}"

static void test_a_left_row_has_the_latest_right_row_of_its_key(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, ASOF(""));
    step2(&f, "a" A " d{'k':2,'t':10}", "", ALONE("a", A) " " ALONE("d", "{'k':2,'t':10}"));
    step2(&f, "", "p" P, ALONE("a", A) "*-1 " PAIR("a", A, "p", P));
    step2(&f, "b" B, "", PAIR("b", B, "p", P));
    step2(&f, "", "q" Q, PAIR("b", B, "p", P) "*-1 " PAIR("b", B, "q", Q));
    step2(&f, "", "p" P "*-1", PAIR("a", A, "p", P) "*-1 " ALONE("a", A));
    step2(&f, "", "z{'k':1,'t':21}", "");
    step2(&f, "a" A "*-1 b" B "*-1 d{'k':2,'t':10}*-1", "q" Q "*-1 z{'k':1,'t':21}*-1",
          ALONE("a", A) "*-1 " PAIR("b", B, "q", Q) "*-1 " ALONE("d", "{'k':2,'t':10}") "*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_a_right_row_turns_the_left_rows_up_to_the_next_one(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, ASOF(",'inner':true"));
    step2(&f, "a" A " b" B " c" C, "z{'k':1,'t':25}", PAIR("c", C, "z", "{'k':1,'t':25}"));
    step2(&f, "", "p{'k':1,'t':10}",
          PAIR("a", A, "p", "{'k':1,'t':10}") " " PAIR("b", B, "p", "{'k':1,'t':10}"));
    step2(&f, "", "p{'k':1,'t':10}*-1 p{'k':1,'t':11}",
          PAIR("a", A, "p", "{'k':1,'t':10}") "*-1 " PAIR(
              "b", B, "p", "{'k':1,'t':10}") "*-1 " PAIR("b", B, "p", "{'k':1,'t':11}"));
    close_op(&f);
}

static void test_of_right_rows_of_one_time_the_last_by_key_counts(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, ASOF(""));
    step2(&f, "a" A, "q" P, PAIR("a", A, "q", P));
    step2(&f, "", "p" P, "");
    step2(&f, "", "r" P, PAIR("a", A, "q", P) "*-1 " PAIR("a", A, "r", P));
    step2(&f, "", "q" P "*-1", "");
    step2(&f, "", "r" P "*-1", PAIR("a", A, "r", P) "*-1 " PAIR("a", A, "p", P));
    close_op(&f);
}

static void test_a_right_row_counts_as_long_as_the_tolerance(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, ASOF(",'tolerance':'5s'"));
    step2(&f, "a" A " b" B, "p" P, PAIR("a", A, "p", P) " " ALONE("b", B));
    step2(&f, "", "q" Q, ALONE("b", B) "*-1 " PAIR("b", B, "q", Q));
    step2(&f, "", "q" Q "*-1", PAIR("b", B, "q", Q) "*-1 " ALONE("b", B));
    step2(&f, "c{'k':1,'t':10.000001}", "", ALONE("c", "{'k':1,'t':10.000001}"));
    close_op(&f);
}

static void test_unknown_keys_and_times_match_nothing(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, ASOF(""));
    step2(&f, "a{'t':10} b{'k':1,'t':null} c{'k':1,'t':'soon'} d{'k':1,'t':'1970-01-01T00:00:10Z'}",
          "p{'t':5} q{'k':null,'t':5} r{'k':1} s{'k':1,'t':9}",
          ALONE("a", "{'t':10}") " " ALONE("b", "{'k':1,'t':null}") " " ALONE(
              "c", "{'k':1,'t':'soon'}") " " PAIR("d", "{'k':1,'t':'1970-01-01T00:00:10Z'}", "s",
                                                  "{'k':1,'t':9}"));
    assert_int_equal(f.op->class->rows(f.op), 2);
    step2(&f, "a{'t':10}*-1", "q{'k':null,'t':5}*-1", ALONE("a", "{'t':10}") "*-1");
    close_op(&f);
}

static void test_a_left_row_keeps_its_weight_whatever_the_right_rows(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, ASOF(""));
    step2(&f, "a" A "*3", "p" P "*2", PAIR("a", A, "p", P) "*3");
    step2(&f, "", "p" P "*-1", "");
    step2(&f, "a" A "*-1", "p" P "*-1", PAIR("a", A, "p", P) "*-3 " ALONE("a", A) "*2");
    close_op(&f);
}

static void test_both_sides_change_in_one_step(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, ASOF(""));
    step2(&f, "a" A, "p" P, PAIR("a", A, "p", P));
    step2(&f, "a" A "*-1 a{'k':2,'t':10}", "p" P "*-1 p{'k':2,'t':5}",
          PAIR("a", A, "p", P) "*-1 " PAIR("a", "{'k':2,'t':10}", "p", "{'k':2,'t':5}"));
    step2(&f, "a{'k':2,'t':10}*-1", "p{'k':2,'t':5}*-1",
          PAIR("a", "{'k':2,'t':10}", "p", "{'k':2,'t':5}") "*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_left_row_has_the_latest_right_row_of_its_key),
        cmocka_unit_test(test_a_right_row_turns_the_left_rows_up_to_the_next_one),
        cmocka_unit_test(test_of_right_rows_of_one_time_the_last_by_key_counts),
        cmocka_unit_test(test_a_right_row_counts_as_long_as_the_tolerance),
        cmocka_unit_test(test_unknown_keys_and_times_match_nothing),
        cmocka_unit_test(test_a_left_row_keeps_its_weight_whatever_the_right_rows),
        cmocka_unit_test(test_both_sides_change_in_one_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

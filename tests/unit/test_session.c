/* Sessions, stepped by hand: which rows get another start when sessions merge and split. */
#include "stepping.h"

#define SESSION(more) "{'op':'session','time':'t','gap':'5s','input':" SCAN more "}"
#define ROW(t)        "{'t':" t "}"
#define IN(t, start)  "{'t':" t ",'session':" start "}"

static void step1(struct fixture *f, const char *change, const char *expected)
{
    step2(f, change, "", expected);
}

static void test_rows_within_the_gap_are_one_session(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, SESSION(""));
    step1(&f, "a" ROW("10"), "a" IN("10", "10"));
    step1(&f, "b" ROW("15"), "b" IN("15", "10"));
    step1(&f, "c" ROW("20.000001"), "c" IN("20.000001", "20.000001"));
    step1(&f, "d" ROW("9"),
          "d" IN("9", "9") " a" IN("10", "10") "*-1 a" IN("10", "9") " b" IN("15", "10") "*-1 b" IN(
              "15", "9"));
    close_op(&f);
}

static void test_sessions_merge_and_split(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, SESSION(""));
    step1(&f, "a" ROW("0") " b" ROW("8") " c" ROW("9"),
          "a" IN("0", "0") " b" IN("8", "8") " c" IN("9", "8"));
    step1(&f, "m" ROW("4"),
          "m" IN("4", "0") " b" IN("8", "8") "*-1 b" IN("8", "0") " c" IN("9", "8") "*-1 c" IN(
              "9", "0"));
    step1(&f, "m" ROW("4") "*-1",
          "m" IN("4", "0") "*-1 b" IN("8", "0") "*-1 b" IN("8", "8") " c" IN("9", "0") "*-1 c" IN(
              "9", "8"));
    step1(&f, "a" ROW("0") "*-1 b" ROW("8") "*-1 c" ROW("9") "*-1",
          "a" IN("0", "0") "*-1 b" IN("8", "8") "*-1 c" IN("9", "8") "*-1");
    CHECK_ZSET(&f.sum, "");
    assert_int_equal(f.op->class->rows(f.op), 0);
    close_op(&f);
}

static void test_a_first_row_replaced_at_its_time_leaves_the_others(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, SESSION(""));
    step1(&f, "a" ROW("0") " b" ROW("1"), "a" IN("0", "0") " b" IN("1", "0"));
    step1(&f, "a" ROW("0") "*-1 a{'t':0,'v':1}", "a" IN("0", "0") "*-1 a{'t':0,'v':1,'session':0}");
    step1(&f, "c" ROW("0.0"), "c" IN("0.0", "0"));
    step1(&f, "a{'t':0,'v':1}*-1", "a{'t':0,'v':1,'session':0}*-1");
    close_op(&f);
}

static void test_partitions_and_rows_without_a_time(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, SESSION(",'partition_by':['k'],'alias':'s'"));
    step1(&f, "a{'t':0,'k':1} b{'t':1,'k':2} c{'t':null,'k':1} d{'k':1} e{'t':1,'k':null} f{'t':2}",
          "a{'t':0,'k':1,'s':0} b{'t':1,'k':2,'s':1} c{'t':null,'k':1,'s':null} d{'k':1,'s':null} "
          "e{'t':1,'k':null,'s':1} f{'t':2,'s':1}");
    step1(&f, "d{'k':1}*-1 f{'t':2}*-1", "d{'k':1,'s':null}*-1 f{'t':2,'s':1}*-1");
    close_op(&f);
}

static void test_weights_stay(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, SESSION(""));
    step1(&f, "a" ROW("0") "*3 b" ROW("3") "*2", "a" IN("0", "0") "*3 b" IN("3", "0") "*2");
    step1(&f, "a" ROW("0") "*-2", "a" IN("0", "0") "*-2");
    step1(&f, "a" ROW("0") "*-1", "a" IN("0", "0") "*-1 b" IN("3", "0") "*-2 b" IN("3", "3") "*2");
    close_op(&f);
}

static void test_many_changes_of_one_step(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, SESSION(""));
    step1(&f, "a" ROW("0") " b" ROW("4") " c" ROW("8") " d" ROW("20"),
          "a" IN("0", "0") " b" IN("4", "0") " c" IN("8", "0") " d" IN("20", "20"));
    /* the first one goes, the second moves, two others join the last session to the first */
    step1(&f, "a" ROW("0") "*-1 b" ROW("4") "*-1 b" ROW("5") " e" ROW("12") " g" ROW("16"),
          "a{'t':0,'session':0}*-1 b{'t':4,'session':0}*-1 b{'t':5,'session':5} "
          "c{'t':8,'session':0}*-1 c{'t':8,'session':5} e{'t':12,'session':5} "
          "g{'t':16,'session':5} d{'t':20,'session':20}*-1 d{'t':20,'session':5}");
    close_op(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_within_the_gap_are_one_session),
        cmocka_unit_test(test_sessions_merge_and_split),
        cmocka_unit_test(test_a_first_row_replaced_at_its_time_leaves_the_others),
        cmocka_unit_test(test_partitions_and_rows_without_a_time),
        cmocka_unit_test(test_weights_stay),
        cmocka_unit_test(test_many_changes_of_one_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

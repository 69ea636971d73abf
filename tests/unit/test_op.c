/* Each operator stepped by hand: what a change of its inputs changes in its output. */
#include "stepping.h"

static void test_filter_keeps_what_is_true_with_its_weight(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f,
            "{'op':'filter','input':" SCAN ",'predicate':{'type':'gte','field':'x','value':18}}");
    step(&f, "", "");
    step(&f, "a{'x':18}*2 b{'x':17} c{'x':null} d{} e{'x':'20'} f{'x':99}*-3",
         "a{'x':18}*2 f{'x':99}*-3");
    assert_int_equal(f.op->rows_in, 6);
    assert_int_equal(f.op->rows_out, 2);
    close_op(&f);
}

static void test_filter_follows_a_row_that_moves_in_and_out(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f,
            "{'op':'filter','input':" SCAN ",'predicate':{'type':'gte','field':'x','value':18}}");
    step(&f, "a{'x':17}", "");
    step(&f, "a{'x':17}*-1 a{'x':18}", "a{'x':18}");
    step(&f, "a{'x':18}*-1 a{'x':19}", "a{'x':18}*-1 a{'x':19}");
    step(&f, "a{'x':19}*-1 a{'x':1}", "a{'x':19}*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_project_takes_fields_under_their_names(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, "{'op':'project','input':" SCAN ",'projections':["
                "{'type':'field','field':'b.c'},{'type':'field','field':'a','alias':'z'},"
                "{'type':'field','name':'n'}]}");
    step(&f, "r{'a':1.50,'b':{'c':[2]},'d':3}*2", "r{'c':[2],'z':1.50}*2");
    step(&f, "s{'n':null}", "s{'n':null}");
    step(&f, "t{'d':1}*-1", "t*-1");
    close_op(&f);
}

static void test_later_projections_win_where_the_first_of_that_name_stood(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f,
            "{'op':'project','input':" SCAN ",'projections':[{'type':'all'},"
            "{'type':'field','field':'a','alias':'b'},{'type':'field','field':'x','alias':'y'}]}");
    step(&f, "r{'a':1,'b':2,'c':3}", "r{'a':1,'b':1,'c':3}");
    step(&f, "s{'b':2}", "s"); /* missing, it replaces the field too */
    step(&f, "u{'x':5,'y':6}", "u{'x':5,'y':5}");
    close_op(&f);
    open_op(&f, "{'op':'project','input':" SCAN ",'projections':["
                "{'type':'field','field':'a','alias':'b'},{'type':'all'}]}");
    step(&f, "r{'a':1,'b':2}", "r{'b':2,'a':1}");
    step(&f, "s{'a':1}", "s{'b':1,'a':1}");
    close_op(&f);
}

static void test_project_of_nothing_keeps_the_key(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, "{'op':'project','input':" SCAN ",'projections':[]}");
    step(&f, "r{'a':1}*3 s{'a':2}", "r*3 s");
    close_op(&f);
}

static void test_an_update_that_project_does_not_see_cancels(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, "{'op':'project','input':" SCAN ",'projections':[{'type':'field','field':'a'}]}");
    step(&f, "r{'a':1,'b':1}", "r{'a':1}");
    step(&f, "r{'a':1,'b':1}*-1 r{'a':1,'b':2}", "");
    step(&f, "r{'a':1,'b':2}*-1 r{'a':1.0,'b':2}", ""); /* equal by value */
    step(&f, "r{'a':1,'b':2}*-1 r{'a':2,'b':2}", "r{'a':1}*-1 r{'a':2}");
    close_op(&f);
}

static void test_project_can_make_the_id_a_field(void **state)
{
    struct fixture f;
    struct row *row = test_row_of("users:5", 7, "{'a':1}", "5");
    struct zset in = ZSET_INIT;
    struct zset out = ZSET_INIT;
    struct zset *const inputs[] = {&in};

    (void)state;
    open_op(&f, "{'op':'project','input':" SCAN ",'projections':["
                "{'type':'field','field':'id'},{'type':'field','field':'a'}]}");
    zset_add(&in, row, 1);
    op_step(f.op, 1, inputs, &out);
    CHECK_ZSET(&out, "users:5{'id':5,'a':1}");
    assert_int_equal(out.entries[0].row->id_size, 0);
    zset_release(&in);
    zset_release(&out);
    row_unref(row);
    close_op(&f);
}

static void test_distinct_speaks_when_a_row_crosses_zero(void **state)
{
    const struct plan plan = {.op = PLAN_DISTINCT, .input_count = 1};
    struct fixture f = {.op = op_new(&plan), .inputs = 1, .sum = ZSET_INIT};

    (void)state;
    step(&f, "a b*3", "a b");
    step(&f, "a b*-2", "");
    step(&f, "a*-1 b*-1 c", "b*-1 c");
    step(&f, "a*-1", "a*-1");
    step(&f, "a*5", "a");
    step(&f, "c*-1 c{'x':1}", "c*-1 c{'x':1}");
    step(&f, "c{'x':1.0}", ""); /* an equal row, once more */
    step(&f, "a*-5 c{'x':1}*-2", "a*-1 c{'x':1}*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

#define LIMIT(rest) "{'op':'limit','input':" SCAN ",'order_by':[{'field':'x'}]," rest "}"

static void test_limit_keeps_the_first_rows(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, LIMIT("'limit':2"));
    step(&f, "c{'x':3}", "c{'x':3}");
    step(&f, "a{'x':1} e{'x':5}", "a{'x':1}");
    step(&f, "b{'x':2}", "b{'x':2} c{'x':3}*-1");
    step(&f, "d{'x':4}", "");
    step(&f, "a{'x':1}*-1", "a{'x':1}*-1 c{'x':3}");
    step(&f, "b{'x':2}*-1 c{'x':3}*-1", "b{'x':2}*-1 c{'x':3}*-1 d{'x':4} e{'x':5}");
    step(&f, "d{'x':4}*-1", "d{'x':4}*-1");
    step(&f, "e{'x':5}*-1", "e{'x':5}*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_limit_follows_an_update_across_the_edge(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, LIMIT("'limit':2"));
    step(&f, "a{'x':1} b{'x':2} c{'x':3}", "a{'x':1} b{'x':2}");
    step(&f, "a{'x':1}*-1 a{'x':9}", "a{'x':1}*-1 c{'x':3}");
    step(&f, "a{'x':9}*-1 a{'x':0}", "a{'x':0} c{'x':3}*-1");
    step(&f, "b{'x':2}*-1 b{'x':2,'v':1}", "b{'x':2}*-1 b{'x':2,'v':1}");
    step(&f, "c{'x':3}*-1 c{'x':4}", "");
    close_op(&f);
}

static void test_limit_with_offset_shifts_one_in_and_one_out(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, LIMIT("'limit':2,'offset':1"));
    step(&f, "b{'x':2}", "");
    step(&f, "d{'x':4} f{'x':6} h{'x':8}", "d{'x':4} f{'x':6}");
    step(&f, "a{'x':1}", "b{'x':2} f{'x':6}*-1");
    step(&f, "a{'x':1}*-1", "b{'x':2}*-1 f{'x':6}");
    step(&f, "g{'x':7}", "");
    step(&f, "e{'x':5}", "e{'x':5} f{'x':6}*-1");
    step(&f, "b{'x':2}*-1 d{'x':4}*-1", "d{'x':4}*-1 e{'x':5}*-1 f{'x':6} g{'x':7}");
    close_op(&f);
}

static void test_limit_breaks_ties_by_key(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, LIMIT("'limit':1"));
    step(&f, "t:2{'x':1}", "t:2{'x':1}");
    step(&f, "t:10{'x':1.0}", "t:10{'x':1.0} t:2{'x':1}*-1");
    step(&f, "t:3{'x':1}", "");
    close_op(&f);
}

static void test_limit_cuts_weights_at_its_edges(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, LIMIT("'limit':4,'offset':1"));
    step(&f, "b{'x':2}*3 d{'x':4}*5", "b{'x':2}*2 d{'x':4}*2");
    step(&f, "a{'x':1}*2", "a{'x':1} b{'x':2} d{'x':4}*-2");
    step(&f, "a{'x':1}*-1", "a{'x':1}*-1 d{'x':4}");
    step(&f, "c{'x':3}", "c{'x':3} d{'x':4}*-1");
    step(&f, "b{'x':2}*-3", "b{'x':2}*-3 d{'x':4}*3");
    close_op(&f);
}

static void test_limit_of_nothing_and_of_more_than_there_is(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, LIMIT("'limit':0"));
    step(&f, "a{'x':1} b{'x':2}*9", "");
    step(&f, "a{'x':1}*-1", "");
    close_op(&f);
    open_op(&f, LIMIT("'limit':9223372036854775807"));
    step(&f, "a{'x':1} b{'x':2}*9", "a{'x':1} b{'x':2}*9");
    step(&f, "a{'x':1}*-1 b{'x':2}*-4", "a{'x':1}*-1 b{'x':2}*-4");
    close_op(&f);
    open_op(&f, LIMIT("'limit':5,'offset':9223372036854775802"));
    step(&f, "a{'x':1}*9 b{'x':2}", "");
    step(&f, "a{'x':1}*-9 b{'x':2}*-1", "");
    close_op(&f);
}

static void test_limit_has_a_window_for_each_partition(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, LIMIT("'limit':1,'partition_by':['g','h']"));
    step(&f,
         "a{'g':1,'x':2} b{'g':2,'x':1} c{'g':1.0,'x':3} d{'x':9} e{'g':null,'x':8} "
         "f{'g':'1','x':7} h{'g':'a','h':'b|c','x':1} i{'g':'a|b','h':'c','x':1}",
         "a{'g':1,'x':2} b{'g':2,'x':1} e{'g':null,'x':8} f{'g':'1','x':7} "
         "h{'g':'a','h':'b|c','x':1} i{'g':'a|b','h':'c','x':1}");
    step(&f, "a{'g':1,'x':2}*-1 a{'g':2,'x':0}",
         "a{'g':1,'x':2}*-1 c{'g':1.0,'x':3} b{'g':2,'x':1}*-1 a{'g':2,'x':0}");
    step(&f, "c{'g':1.0,'x':3}*-1", "c{'g':1.0,'x':3}*-1"); /* the partition is empty now */
    step(&f, "c{'g':1,'x':4}", "c{'g':1,'x':4}");
    close_op(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter_keeps_what_is_true_with_its_weight),
        cmocka_unit_test(test_filter_follows_a_row_that_moves_in_and_out),
        cmocka_unit_test(test_project_takes_fields_under_their_names),
        cmocka_unit_test(test_later_projections_win_where_the_first_of_that_name_stood),
        cmocka_unit_test(test_project_of_nothing_keeps_the_key),
        cmocka_unit_test(test_an_update_that_project_does_not_see_cancels),
        cmocka_unit_test(test_project_can_make_the_id_a_field),
        cmocka_unit_test(test_distinct_speaks_when_a_row_crosses_zero),
        cmocka_unit_test(test_limit_keeps_the_first_rows),
        cmocka_unit_test(test_limit_follows_an_update_across_the_edge),
        cmocka_unit_test(test_limit_with_offset_shifts_one_in_and_one_out),
        cmocka_unit_test(test_limit_breaks_ties_by_key),
        cmocka_unit_test(test_limit_cuts_weights_at_its_edges),
        cmocka_unit_test(test_limit_of_nothing_and_of_more_than_there_is),
        cmocka_unit_test(test_limit_has_a_window_for_each_partition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* window, stepped by hand: what each function is, and which rows a step writes. */
#include "test.h"

#include "op/op.h"

#define SCAN "{'op':'scan','table':'t'}"
#define WINDOW(more, functions) \
    "{'op':'window','functions':[" functions "]" more ",'input':" SCAN "}"
#define BY(field)               ",'order_by':[{'field':'" field "'}]"
#define CALL(func, args, more)  "{'func':'" func "','args':[" args "],'alias':'f'" more "}"
#define A                       "{'field':'a'}"
#define FRAME(type, start, end) ",'frame':{'type':'" type "','start':" start ",'end':" end "}"

struct fixture {
    struct plan_views views;
    struct op *op;
};

static struct fixture open_op(const char *root)
{
    struct fixture f = {0};

    f.op = op_new(test_plan(&f.views, root, NULL));
    return f;
}

static void close_op(struct fixture *f)
{
    op_free(f->op);
    plan_views_release(&f->views);
}

static void step(struct fixture *f, const char *change, const char *expected)
{
    struct zset in = ZSET_INIT;
    struct zset out = ZSET_INIT;
    struct zset *const inputs[] = {&in};

    test_zset_add(&in, change);
    op_step(f->op, 1, inputs, &out);
    CHECK_ZSET(&out, expected);
    zset_release(&in);
    zset_release(&out);
}

/* Rows in, and what they are then. */
static void check(const char *root, const char *rows, const char *expected)
{
    struct fixture f = open_op(root);

    step(&f, rows, expected);
    close_op(&f);
}

static void test_row_number_moves_the_rows_behind(void **state)
{
    struct fixture f = open_op(WINDOW(BY("a"), CALL("row_number", "", "")));

    (void)state;
    step(&f, "x{'a':1} y{'a':3} z{'a':5}", "x{'a':1,'f':1} y{'a':3,'f':2} z{'a':5,'f':3}");
    step(&f, "w{'a':2}",
         "w{'a':2,'f':2} y{'a':3,'f':2}*-1 y{'a':3,'f':3} z{'a':5,'f':3}*-1 z{'a':5,'f':4}");
    step(&f, "x{'a':1}*-1 x{'a':4}", /* y and w come one forward, z stays */
         "x{'a':1,'f':1}*-1 x{'a':4,'f':3} w{'a':2,'f':2}*-1 w{'a':2,'f':1} y{'a':3,'f':3}*-1 "
         "y{'a':3,'f':2}");
    step(&f, "y{'a':3}*-1 y{'a':3,'b':1}", "y{'a':3,'f':2}*-1 y{'a':3,'b':1,'f':2}");
    step(&f, "w{'a':2}*-1",
         "w{'a':2,'f':1}*-1 y{'a':3,'b':1,'f':2}*-1 y{'a':3,'b':1,'f':1} "
         "x{'a':4,'f':3}*-1 x{'a':4,'f':2} z{'a':5,'f':4}*-1 z{'a':5,'f':3}");
    close_op(&f);
}

static void test_ties_go_by_key_and_without_an_order_all_do(void **state)
{
    (void)state;
    check(WINDOW(BY("a"), CALL("row_number", "", "")), "z{'a':1} x{'a':1.0} y{'a':0}",
          "y{'a':0,'f':1} x{'a':1.0,'f':2} z{'a':1,'f':3}");
    check(WINDOW("", CALL("row_number", "", "")), "z{'a':1} x{'a':9} y",
          "x{'a':9,'f':1} y{'f':2} z{'a':1,'f':3}");
    check(WINDOW(",'order_by':[{'field':'a','direction':'desc'}]", CALL("row_number", "", "")),
          "z{'a':1} x{'a':1.0} y{'a':3}", "y{'a':3,'f':1} x{'a':1.0,'f':2} z{'a':1,'f':3}");
}

static void test_values_of_all_types_have_a_place(void **state)
{
    (void)state;
    check(WINDOW(BY("a"), CALL("row_number", "", "")),
          "a{'a':{}} b{'a':[]} c{'a':'x'} d{'a':2} e{'a':true} f{'a':false} g{'a':null} h",
          "h{'f':1} g{'a':null,'f':2} f{'a':false,'f':3} e{'a':true,'f':4} d{'a':2,'f':5} "
          "c{'a':'x','f':6} b{'a':[],'f':7} a{'a':{},'f':8}");
}

static void test_rank_has_gaps_and_dense_rank_has_none(void **state)
{
    struct fixture f = open_op(WINDOW(BY("a"), CALL("rank", "", "")));

    (void)state;
    step(&f, "x{'a':1} y{'a':2}*1 z{'a':2.0} w{'a':3}",
         "x{'a':1,'f':1} y{'a':2,'f':2} z{'a':2.0,'f':2} w{'a':3,'f':4}");
    step(&f, "v{'a':2}", "v{'a':2,'f':2} w{'a':3,'f':4}*-1 w{'a':3,'f':5}");
    step(&f, "y{'a':2}*-1 v{'a':2}*-1",
         "y{'a':2,'f':2}*-1 v{'a':2,'f':2}*-1 w{'a':3,'f':5}*-1 w{'a':3,'f':3}");
    close_op(&f);
    f = open_op(WINDOW(BY("a"), CALL("dense_rank", "", "")));
    step(&f, "x{'a':1} y{'a':2} z{'a':2.0} w{'a':3}",
         "x{'a':1,'f':1} y{'a':2,'f':2} z{'a':2.0,'f':2} w{'a':3,'f':3}");
    step(&f, "v{'a':2}", "v{'a':2,'f':2}");
    step(&f, "v{'a':2}*-1 y{'a':2}*-1", "v{'a':2,'f':2}*-1 y{'a':2,'f':2}*-1");
    step(&f, "z{'a':2.0}*-1", "z{'a':2.0,'f':2}*-1 w{'a':3,'f':3}*-1 w{'a':3,'f':2}");
    step(&f, "x{'a':1}*-1 x{'a':3}",
         "x{'a':1,'f':1}*-1 x{'a':3,'f':1} w{'a':3,'f':2}*-1 "
         "w{'a':3,'f':1}");
    close_op(&f);
}

static void test_ntile_fills_the_first_buckets_first(void **state)
{
    struct fixture f = open_op(WINDOW(BY("a"), CALL("ntile", "3", "")));

    (void)state;
    step(&f, "x{'a':1} y{'a':2}", "x{'a':1,'f':1} y{'a':2,'f':2}");
    step(&f, "z{'a':3} w{'a':4}", "y{'a':2,'f':2}*-1 y{'a':2,'f':1} z{'a':3,'f':2} w{'a':4,'f':3}");
    step(&f, "v{'a':5}",
         "w{'a':4,'f':3}*-1 w{'a':4,'f':2} "
         "v{'a':5,'f':3}");
    step(&f, "x{'a':1}*-1", /* two, one, one */
         "x{'a':1,'f':1}*-1 z{'a':3,'f':2}*-1 z{'a':3,'f':1}");
    close_op(&f);
    check(WINDOW(BY("a"), CALL("ntile", "9223372036854775807", "")), "x{'a':1} y{'a':2}",
          "x{'a':1,'f':1} y{'a':2,'f':2}");
}

static void test_lag_and_lead_look_at_other_rows(void **state)
{
    struct fixture f = open_op(WINDOW(BY("b"), CALL("lag", A, "")));

    (void)state;
    step(&f, "x{'b':1,'a':7.0} y{'b':2} z{'b':3}",
         "x{'b':1,'a':7.0,'f':null} y{'b':2,'f':7} z{'b':3,'f':null}");
    step(&f, "w{'b':2.5,'a':'w'}",
         "w{'b':2.5,'a':'w','f':null} z{'b':3,'f':null}*-1 z{'b':3,'f':'w'}");
    step(&f, "x{'b':1,'a':7.0}*-1 x{'b':1,'a':8}",
         "x{'b':1,'a':7.0,'f':null}*-1 x{'b':1,'a':8,'f':null} y{'b':2,'f':7}*-1 y{'b':2,'f':8}");
    step(&f, "x{'b':1,'a':8}*-1", "x{'b':1,'a':8,'f':null}*-1 y{'b':2,'f':8}*-1 y{'b':2,'f':null}");
    close_op(&f);
    check(WINDOW(BY("b"), CALL("lead", A ",2,{'field':'b'}", "")),
          "x{'b':1} y{'b':2,'a':5} z{'b':3,'a':6}",
          "x{'b':1,'f':6} y{'b':2,'a':5,'f':2} z{'b':3,'a':6,'f':3}");
    check(WINDOW(BY("b"), CALL("lag", A ",0", "")), "x{'b':1} y{'b':2,'a':5}",
          "x{'b':1,'f':null} y{'b':2,'a':5,'f':5}");
    check(WINDOW(BY("b"), CALL("lag", A ",1,0", "")), "x{'b':1} y{'b':2,'a':5}", /* not in it */
          "x{'b':1,'f':0} y{'b':2,'a':5,'f':null}");
}

static void test_the_usual_frame_ends_with_equal_rows(void **state)
{
    (void)state;
    check(WINDOW(BY("b"), CALL("last_value", A, "")),
          "x{'b':1,'a':1} y{'b':2,'a':2} z{'b':2,'a':3}",
          "x{'b':1,'a':1,'f':1} y{'b':2,'a':2,'f':3} z{'b':2,'a':3,'f':3}");
    check(WINDOW(BY("b"), CALL("sum", A, "")), "x{'b':1,'a':1} y{'b':2,'a':2} z{'b':2,'a':3}",
          "x{'b':1,'a':1,'f':1} y{'b':2,'a':2,'f':6} z{'b':2,'a':3,'f':6}");
    check(WINDOW("", CALL("first_value", A, "")), "x{'b':1,'a':1} y{'a':2}",
          "x{'b':1,'a':1,'f':1} y{'a':2,'f':1}");
    check(WINDOW("", CALL("max", A, "")), "x{'b':1,'a':1} y{'a':2}",
          "x{'b':1,'a':1,'f':2} y{'a':2,'f':2}");
}

static void test_a_running_sum_changes_behind_what_changed(void **state)
{
    struct fixture f = open_op(
        WINDOW(BY("b"), CALL("sum", A, FRAME("rows", "'unbounded_preceding'", "'current_row'"))));

    (void)state;
    step(&f, "x{'b':1,'a':1} y{'b':2,'a':2} z{'b':3,'a':4}",
         "x{'b':1,'a':1,'f':1} y{'b':2,'a':2,'f':3} z{'b':3,'a':4,'f':7}");
    step(&f, "y{'b':2,'a':2}*-1 y{'b':2,'a':2,'c':1}", /* nothing behind it */
         "y{'b':2,'a':2,'f':3}*-1 y{'b':2,'a':2,'c':1,'f':3}");
    step(&f, "y{'b':2,'a':2,'c':1}*-1 y{'b':2,'a':1}",
         "y{'b':2,'a':2,'c':1,'f':3}*-1 y{'b':2,'a':1,'f':2} z{'b':3,'a':4,'f':7}*-1 "
         "z{'b':3,'a':4,'f':6}");
    step(&f, "x{'b':1,'a':1}*-1 v{'b':1.5,'a':1}", /* another row of the same sum */
         "x{'b':1,'a':1,'f':1}*-1 v{'b':1.5,'a':1,'f':1}");
    step(&f, "v{'b':1.5,'a':1}*-1 y{'b':2,'a':1}*-1",
         "v{'b':1.5,'a':1,'f':1}*-1 y{'b':2,'a':1,'f':2}*-1 z{'b':3,'a':4,'f':6}*-1 "
         "z{'b':3,'a':4,'f':4}");
    close_op(&f);
}

static void test_frames_of_rows_go_before_and_behind(void **state)
{
#define ROWS(start, end) FRAME("rows", start, end)
#define FOUR             "x{'b':1,'a':1} y{'b':2,'a':2} z{'b':3,'a':4} zz{'b':4,'a':8}"
    (void)state;
    check(WINDOW(BY("b"), CALL("sum", A, ROWS("{'preceding':1}", "{'following':1}"))), FOUR,
          "x{'b':1,'a':1,'f':3} y{'b':2,'a':2,'f':7} z{'b':3,'a':4,'f':14} zz{'b':4,'a':8,'f':12}");
    check(WINDOW(BY("b"), CALL("sum", A, ROWS("{'preceding':3}", "{'preceding':2}"))), FOUR,
          "x{'b':1,'a':1,'f':null} y{'b':2,'a':2,'f':null} z{'b':3,'a':4,'f':1} "
          "zz{'b':4,'a':8,'f':3}");
    check(WINDOW(BY("b"), CALL("count", "", ROWS("{'following':1}", "{'following':2}"))), FOUR,
          "x{'b':1,'a':1,'f':2} y{'b':2,'a':2,'f':2} z{'b':3,'a':4,'f':1} zz{'b':4,'a':8,'f':0}");
    check(WINDOW(BY("b"), CALL("avg", A, ROWS("'current_row'", "'unbounded_following'"))), FOUR,
          "x{'b':1,'a':1,'f':3.75} y{'b':2,'a':2,'f':4.666666666666667} z{'b':3,'a':4,'f':6} "
          "zz{'b':4,'a':8,'f':8}");
    check(
        WINDOW(BY("b"), CALL("first_value", A, ROWS("{'following':1}", "{'following':1}"))), FOUR,
        "x{'b':1,'a':1,'f':2} y{'b':2,'a':2,'f':4} z{'b':3,'a':4,'f':8} zz{'b':4,'a':8,'f':null}");
    check(
        WINDOW(BY("b"), CALL("min", A, ROWS("{'preceding':2}", "{'preceding':1}"))), FOUR,
        "x{'b':1,'a':1,'f':null} y{'b':2,'a':2,'f':1} z{'b':3,'a':4,'f':1} zz{'b':4,'a':8,'f':2}");
}

static void test_a_range_goes_by_value(void **state)
{
#define RANGE(start, end) FRAME("range", start, end)
#define FIVE              "x{'a':1} y{'a':2} z{'a':2.5} u{'a':4} v{'a':4}"
    (void)state;
    check(WINDOW(BY("a"), CALL("count", "", RANGE("{'preceding':1}", "'current_row'"))), FIVE,
          "x{'a':1,'f':1} y{'a':2,'f':2} z{'a':2.5,'f':2} u{'a':4,'f':2} v{'a':4,'f':2}");
    check(WINDOW(BY("a"), CALL("sum", A, RANGE("{'following':0.5}", "{'following':2}"))), FIVE,
          "x{'a':1,'f':4.5} y{'a':2,'f':10.5} z{'a':2.5,'f':8} u{'a':4,'f':null} "
          "v{'a':4,'f':null}");
    check(WINDOW(",'order_by':[{'field':'a','direction':'desc'}]",
                 CALL("sum", A, RANGE("{'preceding':1.5}", "'current_row'"))),
          FIVE,
          "x{'a':1,'f':5.5} y{'a':2,'f':4.5} z{'a':2.5,'f':10.5} u{'a':4,'f':8} "
          "v{'a':4,'f':8}");
}

static void test_what_is_no_number_has_only_its_equals_in_range(void **state)
{
    (void)state;
    check(WINDOW(BY("a"), CALL("count", "", RANGE("{'preceding':1}", "{'following':1}"))),
          "x y z{'a':null} n{'a':0} m{'a':1} s{'a':'1'}",
          "x{'f':2} y{'f':2} z{'a':null,'f':1} n{'a':0,'f':2} m{'a':1,'f':2} s{'a':'1','f':1}");
    check(WINDOW(BY("a"), CALL("count", "", RANGE("'unbounded_preceding'", "{'following':1}"))),
          "x n{'a':0} m{'a':1} s{'a':'1'}",
          "x{'f':1} n{'a':0,'f':3} m{'a':1,'f':3} s{'a':'1','f':4}");
}

static void test_a_range_over_numbers_beyond_arithmetic(void **state)
{
    struct fixture f =
        open_op(WINDOW(BY("a"), CALL("count", "", RANGE("{'preceding':1}", "'current_row'"))));

    (void)state;
    step(&f, "x{'a':1} y{'a':1e999999}", "x{'a':1,'f':1} y{'a':1e999999,'f':1}");
    step(&f, "z{'a':2} w{'a':10e999998}",
         "z{'a':2,'f':2} w{'a':10e999998,'f':2} "
         "y{'a':1e999999,'f':1}*-1 y{'a':1e999999,'f':2}");
    step(&f, "y{'a':1e999999}*-1",
         "y{'a':1e999999,'f':2}*-1 w{'a':10e999998,'f':2}*-1 "
         "w{'a':10e999998,'f':1}");
    close_op(&f);
}

static void test_sums_are_exact_whatever_came_and_went(void **state)
{
    struct fixture f = open_op(WINDOW("", CALL("sum", A, "")));

    (void)state;
    step(&f, "x{'a':1e16} y{'a':1} z{'a':-1e16}",
         "x{'a':1e16,'f':1} y{'a':1,'f':1} z{'a':-1e16,'f':1}");
    step(&f, "x{'a':1e16}*-1",
         "x{'a':1e16,'f':1}*-1 y{'a':1,'f':1}*-1 "
         "y{'a':1,'f':-9999999999999999} z{'a':-1e16,'f':1}*-1 "
         "z{'a':-1e16,'f':-9999999999999999}");
    step(&f, "z{'a':-1e16}*-1 z{'a':99999999999999999999999999999999999999999}",
         "z{'a':-1e16,'f':-9999999999999999}*-1 y{'a':1,'f':-9999999999999999}*-1 "
         "y{'a':1,'f':100000000000000000000000000000000000000000} "
         "z{'a':99999999999999999999999999999999999999999,"
         "'f':100000000000000000000000000000000000000000}");
    close_op(&f);
    f = open_op(WINDOW("", CALL("sum", A, "")));
    step(&f, "x{'a':1e999999} y{'a':1}", "x{'a':1e999999,'f':null} y{'a':1,'f':null}");
    step(&f, "x{'a':1e999999}*-1",
         "x{'a':1e999999,'f':null}*-1 y{'a':1,'f':null}*-1 "
         "y{'a':1,'f':1}");
    close_op(&f);
}

static void test_nulls_do_not_count(void **state)
{
    (void)state;
    check(WINDOW("", "{'func':'count','alias':'all'}," CALL("count", A, "")),
          "x{'a':null} y z{'a':'z'}",
          "x{'a':null,'all':3,'f':1} y{'all':3,'f':1} z{'a':'z','all':3,'f':1}");
    check(WINDOW("", "{'func':'sum','args':[" A "]},{'func':'avg','args':[" A
                     "]},{'func':'min','args':[" A "]}"),
          "x{'a':null} y",
          "x{'a':null,'sum':null,'avg':null,'min':null} "
          "y{'sum':null,'avg':null,'min':null}");
    check(WINDOW("", "{'func':'sum','args':[" A "]},{'func':'min','args':[" A "]}"),
          "x{'a':'5'} y{'a':2}", "x{'a':'5','sum':2,'min':2} y{'a':2,'sum':2,'min':2}");
}

static void test_a_zero_where_no_number_was(void **state)
{
    struct fixture f = open_op(WINDOW(BY("b"), CALL("sum", A, "")));

    (void)state;
    step(&f, "x{'b':1} y{'b':2} z{'b':3,'a':5} w{'b':4}",
         "x{'b':1,'f':null} y{'b':2,'f':null} z{'b':3,'a':5,'f':5} w{'b':4,'f':5}");
    step(&f, "v{'b':1.5,'a':0}", "v{'b':1.5,'a':0,'f':0} y{'b':2,'f':null}*-1 y{'b':2,'f':0}");
    step(&f, "v{'b':1.5,'a':0}*-1",
         "v{'b':1.5,'a':0,'f':0}*-1 y{'b':2,'f':0}*-1 "
         "y{'b':2,'f':null}");
    close_op(&f);
}

static void test_the_extreme_that_goes_gives_way_to_the_next(void **state)
{
    struct fixture f = open_op(WINDOW(BY("b"), CALL("min", A, "")));

    (void)state;
    step(&f, "x{'b':1,'a':5} y{'b':2,'a':3} z{'b':3,'a':3.0} w{'b':4,'a':1} v{'b':5,'a':9}",
         "x{'b':1,'a':5,'f':5} y{'b':2,'a':3,'f':3} z{'b':3,'a':3.0,'f':3} w{'b':4,'a':1,'f':1} "
         "v{'b':5,'a':9,'f':1}");
    step(&f, "y{'b':2,'a':3}*-1", "y{'b':2,'a':3,'f':3}*-1");
    step(&f, "z{'b':3,'a':3.0}*-1 z{'b':3,'a':8}",
         "z{'b':3,'a':3.0,'f':3}*-1 z{'b':3,'a':8,'f':5}");
    step(&f, "w{'b':4,'a':1}*-1",
         "w{'b':4,'a':1,'f':1}*-1 v{'b':5,'a':9,'f':1}*-1 "
         "v{'b':5,'a':9,'f':5}");
    close_op(&f);
}

static void test_all_begin_with_another_first_row(void **state)
{
    struct fixture f =
        open_op(WINDOW(BY("b"), CALL("first_value", A,
                                     FRAME("range", "'unbounded_preceding'", "{'preceding':2}"))));

    (void)state;
    step(&f, "x{'b':1} y{'b':2} z{'b':3} w{'b':9,'a':5}",
         "x{'b':1,'f':null} y{'b':2,'f':null} z{'b':3,'f':null} w{'b':9,'a':5,'f':null}");
    step(&f, "x{'b':1}*-1 v{'b':8,'a':4}", /* the first one of z is gone, that of w is y */
         "x{'b':1,'f':null}*-1 v{'b':8,'a':4,'f':null}");
    step(&f, "y{'b':2}*-1 y{'b':2,'a':7}",
         "y{'b':2,'f':null}*-1 y{'b':2,'a':7,'f':null} v{'b':8,'a':4,'f':null}*-1 "
         "v{'b':8,'a':4,'f':7} w{'b':9,'a':5,'f':null}*-1 w{'b':9,'a':5,'f':7}");
    close_op(&f);
}

static void test_a_row_of_weight_takes_as_many_places(void **state)
{
    struct fixture f = open_op(WINDOW(BY("a"), CALL("row_number", "", "")));

    (void)state;
    step(&f, "x{'a':1}*3 y{'a':2}", "x{'a':1,'f':1}*3 y{'a':2,'f':4}");
    step(&f, "x{'a':1}*-1", "x{'a':1,'f':1}*-1 y{'a':2,'f':4}*-1 y{'a':2,'f':3}");
    close_op(&f);
    check(WINDOW(BY("a"), CALL("sum", A, "")), "x{'a':1}*3 y{'a':2}",
          "x{'a':1,'f':3}*3 y{'a':2,'f':5}");
    check(WINDOW(BY("a"), CALL("sum", A, ROWS("{'preceding':2}", "'current_row'"))),
          "x{'a':1}*3 y{'a':2}", "x{'a':1,'f':1}*3 y{'a':2,'f':4}");
    check(WINDOW(BY("a"), CALL("lead", A, "")), "x{'a':1}*2 y{'a':2}*2",
          "x{'a':1,'f':1}*2 y{'a':2,'f':2}*2");
}

static void test_a_row_moves_between_partitions(void **state)
{
    struct fixture f = open_op(WINDOW(",'partition_by':['c']" BY("a"), CALL("row_number", "", "")));

    (void)state;
    step(&f, "x{'c':1,'a':1} y{'c':1.0,'a':2} z{'c':2,'a':1} n{'c':null,'a':1} m{'a':2}",
         "x{'c':1,'a':1,'f':1} y{'c':1.0,'a':2,'f':2} z{'c':2,'a':1,'f':1} n{'c':null,'a':1,'f':1} "
         "m{'a':2,'f':2}");
    step(&f, "x{'c':1,'a':1}*-1 x{'c':2,'a':0}",
         "x{'c':1,'a':1,'f':1}*-1 y{'c':1.0,'a':2,'f':2}*-1 y{'c':1.0,'a':2,'f':1} "
         "x{'c':2,'a':0,'f':1} z{'c':2,'a':1,'f':1}*-1 z{'c':2,'a':1,'f':2}");
    step(&f, "y{'c':1.0,'a':2}*-1", "y{'c':1.0,'a':2,'f':1}*-1");
    close_op(&f);
}

static void test_contexts_have_windows_of_their_own(void **state)
{
    (void)state;
    check(WINDOW(BY("a"), CALL("row_number", "", "")),
          "x@[[1]]{'a':1} y@[[1]]{'a':2} y@[[2]]{'a':2}",
          "x@[[1]]{'a':1,'f':1} y@[[1]]{'a':2,'f':2} y@[[2]]{'a':2,'f':1}");
}

static void test_a_field_of_the_row_is_replaced(void **state)
{
    (void)state;
    check(WINDOW(BY("f"), CALL("row_number", "", "")), "x{'f':30,'a':1} y{'f':20,'a':2}",
          "y{'f':1,'a':2} x{'f':2,'a':1}");
    check(WINDOW("", ""), "x{'f':30}", "x{'f':30}");
}

static void test_a_partition_empties_and_comes_back(void **state)
{
    struct fixture f = open_op(WINDOW(BY("a"), CALL("dense_rank", "", "")));
    size_t rows = row_live_count();

    (void)state;
    step(&f, "x{'a':1}", "x{'a':1,'f':1}");
    step(&f, "x{'a':1}*-1", "x{'a':1,'f':1}*-1");
    assert_int_equal(row_live_count(), rows);
    step(&f, "x{'a':1}", "x{'a':1,'f':1}");
    step(&f, "x{'a':1}*-1 y{'a':1}", "x{'a':1,'f':1}*-1 y{'a':1,'f':1}");
    close_op(&f);
    assert_int_equal(row_live_count(), rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row_number_moves_the_rows_behind),
        cmocka_unit_test(test_ties_go_by_key_and_without_an_order_all_do),
        cmocka_unit_test(test_values_of_all_types_have_a_place),
        cmocka_unit_test(test_rank_has_gaps_and_dense_rank_has_none),
        cmocka_unit_test(test_ntile_fills_the_first_buckets_first),
        cmocka_unit_test(test_lag_and_lead_look_at_other_rows),
        cmocka_unit_test(test_the_usual_frame_ends_with_equal_rows),
        cmocka_unit_test(test_a_running_sum_changes_behind_what_changed),
        cmocka_unit_test(test_frames_of_rows_go_before_and_behind),
        cmocka_unit_test(test_a_range_goes_by_value),
        cmocka_unit_test(test_what_is_no_number_has_only_its_equals_in_range),
        cmocka_unit_test(test_a_range_over_numbers_beyond_arithmetic),
        cmocka_unit_test(test_sums_are_exact_whatever_came_and_went),
        cmocka_unit_test(test_nulls_do_not_count),
        cmocka_unit_test(test_a_zero_where_no_number_was),
        cmocka_unit_test(test_the_extreme_that_goes_gives_way_to_the_next),
        cmocka_unit_test(test_all_begin_with_another_first_row),
        cmocka_unit_test(test_a_row_of_weight_takes_as_many_places),
        cmocka_unit_test(test_a_row_moves_between_partitions),
        cmocka_unit_test(test_contexts_have_windows_of_their_own),
        cmocka_unit_test(test_a_field_of_the_row_is_replaced),
        cmocka_unit_test(test_a_partition_empties_and_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

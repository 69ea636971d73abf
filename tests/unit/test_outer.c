/* Outer, semi and anti joins, stepped by hand: rows that lose their last match, and find a first.
 */
#include "stepping.h"

#define JOIN(more)                                                    \
    "{'op':'join','left':" SCAN ",'right':{'op':'scan','table':'u'}," \
    "'on':{'left_field':'x','right_field':'y'}" more "}"

#define KIND(kind, more) JOIN(",'kind':'" kind "','as':['l','r']" more)
#define LEFT             KIND("left", ",'select':'both'")
#define RIGHT            KIND("right", ",'select':'both'")
#define FULL             KIND("full", ",'select':'both'")
/* Of rows that agree in the key those whose left v is below the right w. */
#define BELOW ",'where':{'type':'lt','field':'l.v','value':{'field':'r.w'}}"

static void test_left_join_retracts_the_lone_row_with_its_first_match(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, LEFT);
    step2(&f, "a{'x':1}", "", "[\"a\",null]{'l':{'x':1},'r':null}");
    step2(&f, "", "p{'y':1}",
          "[\"a\",null]{'l':{'x':1},'r':null}*-1 [\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}");
    step2(&f, "", "q{'y':1}", "[\"a\",\"q\"]{'l':{'x':1},'r':{'y':1}}");
    step2(&f, "", "p{'y':1}*-1", "[\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}*-1");
    step2(&f, "", "q{'y':1}*-1",
          "[\"a\",\"q\"]{'l':{'x':1},'r':{'y':1}}*-1 [\"a\",null]{'l':{'x':1},'r':null}");
    step2(&f, "a{'x':1}*-1", "", "[\"a\",null]{'l':{'x':1},'r':null}*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_left_join_takes_one_match_for_another_in_one_step(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, LEFT);
    step2(&f, "a{'x':1}", "p{'y':1}", "[\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}");
    step2(&f, "", "p{'y':1}*-1 q{'y':1}",
          "[\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}*-1 [\"a\",\"q\"]{'l':{'x':1},'r':{'y':1}}");
    step2(&f, "a{'x':1}*-1 a{'x':1,'v':2}", "q{'y':1}*-1",
          "[\"a\",\"q\"]{'l':{'x':1},'r':{'y':1}}*-1 [\"a\",null]{'l':{'x':1,'v':2},'r':null}");
    step2(&f, "a{'x':1,'v':2}*-1 a{'x':1}", "p{'y':1}",
          "[\"a\",null]{'l':{'x':1,'v':2},'r':null}*-1 [\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}");
    step2(&f, "a{'x':1}*-1", "p{'y':1}*-1", "[\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}*-1");
    close_op(&f);
}

static void test_left_join_that_selects_the_left_shows_it_at_least_once(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, JOIN(",'kind':'left'"));
    step2(&f, "a{'x':1}*2 b{'x':2} c{}", "", "a{'x':1}*2 b{'x':2} c");
    step2(&f, "", "p{'y':1}", "");
    step2(&f, "", "q{'y':1}*3", "a{'x':1}*6");
    step2(&f, "", "p{'y':1}*-1 q{'y':1}*-3", "a{'x':1}*-6");
    step2(&f, "a{'x':1}*-2 b{'x':2}*-1 c*-1", "", "a{'x':1}*-2 b{'x':2}*-1 c*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_right_join_keeps_right_rows(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, RIGHT);
    step2(&f, "a{'x':1} b{'x':2}", "p{'y':1} q{'y':3}*2",
          "[\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}} [null,\"q\"]{'l':null,'r':{'y':3}}*2");
    step2(&f, "a{'x':1}*-1 a{'x':3}", "",
          "[\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}*-1 [null,\"p\"]{'l':null,'r':{'y':1}} "
          "[null,\"q\"]{'l':null,'r':{'y':3}}*-2 [\"a\",\"q\"]{'l':{'x':3},'r':{'y':3}}*2");
    step2(&f, "", "p{'y':1}*-1 q{'y':3}*-2",
          "[null,\"p\"]{'l':null,'r':{'y':1}}*-1 [\"a\",\"q\"]{'l':{'x':3},'r':{'y':3}}*-2");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_full_join_shows_null_keys_of_both_sides_once_each(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, FULL);
    step2(&f, "a{'x':null} b{}*2 c{'x':1}", "p{'y':null} q{} r{'y':1}",
          "[\"a\",null]{'l':{'x':null},'r':null} [\"b\",null]{'l':{},'r':null}*2 "
          "[null,\"p\"]{'l':null,'r':{'y':null}} [null,\"q\"]{'l':null,'r':{}} "
          "[\"c\",\"r\"]{'l':{'x':1},'r':{'y':1}}");
    step2(&f, "a{'x':null}*-1 a{'x':1}", "p{'y':null}*-1",
          "[\"a\",null]{'l':{'x':null},'r':null}*-1 [null,\"p\"]{'l':null,'r':{'y':null}}*-1 "
          "[\"a\",\"r\"]{'l':{'x':1},'r':{'y':1}}");
    step2(&f, "", "r{'y':1}*-1",
          "[\"a\",\"r\"]{'l':{'x':1},'r':{'y':1}}*-1 [\"c\",\"r\"]{'l':{'x':1},'r':{'y':1}}*-1 "
          "[\"a\",null]{'l':{'x':1},'r':null} [\"c\",null]{'l':{'x':1},'r':null}");
    close_op(&f);
}

static void test_full_join_follows_a_key_that_changes_on_both_sides(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, FULL);
    step2(&f, "a{'x':1}", "p{'y':1}", "[\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}");
    step2(&f, "a{'x':1}*-1 a{'x':2}", "p{'y':1}*-1 p{'y':2}",
          "[\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}*-1 [\"a\",\"p\"]{'l':{'x':2},'r':{'y':2}}");
    step2(&f, "a{'x':2}*-1 a{'x':3}", "p{'y':2}*-1 p{'y':4}",
          "[\"a\",\"p\"]{'l':{'x':2},'r':{'y':2}}*-1 [\"a\",null]{'l':{'x':3},'r':null} "
          "[null,\"p\"]{'l':null,'r':{'y':4}}");
    step2(&f, "a{'x':3}*-1 a{'x':5}", "p{'y':4}*-1 p{'y':5}",
          "[\"a\",null]{'l':{'x':3},'r':null}*-1 [null,\"p\"]{'l':null,'r':{'y':4}}*-1 "
          "[\"a\",\"p\"]{'l':{'x':5},'r':{'y':5}}");
    step2(&f, "a{'x':5}*-1", "p{'y':5}*-1", "[\"a\",\"p\"]{'l':{'x':5},'r':{'y':5}}*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_full_join_of_an_input_with_itself_has_no_lone_row_twice(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, "{'op':'join','kind':'full','select':'both','left':" SCAN ",'right':" SCAN
                ",'on':{'left_field':'x','right_field':'y'}}");
    step_self(&f, "a{'x':1,'y':2}",
              "[\"a\",null]{'left':{'x':1,'y':2},'right':null} "
              "[null,\"a\"]{'left':null,'right':{'x':1,'y':2}}");
    step_self(&f, "a{'x':1,'y':2}*-1 a{'x':1,'y':1}",
              "[\"a\",null]{'left':{'x':1,'y':2},'right':null}*-1 "
              "[null,\"a\"]{'left':null,'right':{'x':1,'y':2}}*-1 "
              "[\"a\",\"a\"]{'left':{'x':1,'y':1},'right':{'x':1,'y':1}}");
    step_self(&f, "b{'x':1}",
              "[\"b\",\"a\"]{'left':{'x':1},'right':{'x':1,'y':1}} "
              "[null,\"b\"]{'left':null,'right':{'x':1}}");
    step_self(&f, "a{'x':1,'y':1}*-1 b{'x':1}*-1",
              "[\"a\",\"a\"]{'left':{'x':1,'y':1},'right':{'x':1,'y':1}}*-1 "
              "[\"b\",\"a\"]{'left':{'x':1},'right':{'x':1,'y':1}}*-1 "
              "[null,\"b\"]{'left':null,'right':{'x':1}}*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_outer_join_counts_duplicates_of_which_one_is_deleted(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, LEFT);
    step2(&f, "a{'x':1}*2 b{'x':1}", "p{'y':1}*3",
          "[\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}*6 [\"b\",\"p\"]{'l':{'x':1},'r':{'y':1}}*3");
    step2(&f, "a{'x':1}*-1", "p{'y':1}*-2",
          "[\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}*-5 [\"b\",\"p\"]{'l':{'x':1},'r':{'y':1}}*-2");
    step2(&f, "", "p{'y':1}*-1",
          "[\"a\",\"p\"]{'l':{'x':1},'r':{'y':1}}*-1 [\"b\",\"p\"]{'l':{'x':1},'r':{'y':1}}*-1 "
          "[\"a\",null]{'l':{'x':1},'r':null} [\"b\",null]{'l':{'x':1},'r':null}");
    close_op(&f);
}

static void test_where_is_part_of_the_match_of_an_outer_join(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, KIND("full", ",'select':'both'" BELOW));
    step2(&f, "a{'x':1,'v':5}", "p{'y':1,'w':5}",
          "[\"a\",null]{'l':{'x':1,'v':5},'r':null} [null,\"p\"]{'l':null,'r':{'y':1,'w':5}}");
    step2(&f, "b{'x':1,'v':4}", "",
          "[\"b\",\"p\"]{'l':{'x':1,'v':4},'r':{'y':1,'w':5}} "
          "[null,\"p\"]{'l':null,'r':{'y':1,'w':5}}*-1");
    step2(&f, "", "q{'y':1,'w':6} r{'y':1}",
          "[\"a\",\"q\"]{'l':{'x':1,'v':5},'r':{'y':1,'w':6}} "
          "[\"b\",\"q\"]{'l':{'x':1,'v':4},'r':{'y':1,'w':6}} "
          "[\"a\",null]{'l':{'x':1,'v':5},'r':null}*-1 [null,\"r\"]{'l':null,'r':{'y':1}}");
    step2(&f, "b{'x':1,'v':4}*-1 b{'x':1}", "q{'y':1,'w':6}*-1",
          "[\"a\",\"q\"]{'l':{'x':1,'v':5},'r':{'y':1,'w':6}}*-1 "
          "[\"b\",\"q\"]{'l':{'x':1,'v':4},'r':{'y':1,'w':6}}*-1 "
          "[\"b\",\"p\"]{'l':{'x':1,'v':4},'r':{'y':1,'w':5}}*-1 "
          "[\"a\",null]{'l':{'x':1,'v':5},'r':null} [\"b\",null]{'l':{'x':1},'r':null} "
          "[null,\"p\"]{'l':null,'r':{'y':1,'w':5}}");
    step2(&f, "a{'x':1,'v':5}*-1 b{'x':1}*-1", "p{'y':1,'w':5}*-1 r{'y':1}*-1",
          "[\"a\",null]{'l':{'x':1,'v':5},'r':null}*-1 [\"b\",null]{'l':{'x':1},'r':null}*-1 "
          "[null,\"p\"]{'l':null,'r':{'y':1,'w':5}}*-1 [null,\"r\"]{'l':null,'r':{'y':1}}*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_semi_join_shows_a_left_row_once_while_it_has_a_match(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, JOIN(",'kind':'semi'"));
    step2(&f, "a{'x':1}*2 b{} c{'x':2}", "p{'y':1} q{'y':1}*3 r{}", "a{'x':1}*2");
    step2(&f, "", "p{'y':1}*-1", "");
    step2(&f, "", "q{'y':1}*-3 s{'y':1}", "");
    step2(&f, "", "s{'y':1}*-1 t{'y':2}", "a{'x':1}*-2 c{'x':2}");
    step2(&f, "c{'x':2}*-1 a{'x':1}*-1 a{'x':2}", "", "c{'x':2}*-1 a{'x':2}");
    step2(&f, "a{'x':2}*-1", "t{'y':2}*-1", "a{'x':2}*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_anti_join_shows_left_rows_without_a_match_and_null_keys(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, JOIN(",'kind':'anti'"));
    step2(&f, "a{'x':1}*2 b{} c{'x':null} d{'x':2}", "p{'y':1} q{} r{'y':null}",
          "b c{'x':null} d{'x':2}");
    step2(&f, "", "s{'y':2}*2 q*-1", "d{'x':2}*-1");
    step2(&f, "", "p{'y':1}*-1", "a{'x':1}*2");
    step2(&f, "", "s{'y':2}*-1", "");
    step2(&f, "", "s{'y':2}*-1 t{'y':2}", "");
    step2(&f, "a{'x':1}*-2 a{'x':2}", "t{'y':2}*-1 t{'y':1}", "a{'x':1}*-2 a{'x':2} d{'x':2}");
    step2(&f, "b*-1", "", "b*-1");
    close_op(&f);
}

static void test_semi_and_anti_join_share_the_left_rows_under_where(void **state)
{
    struct fixture semi;
    struct fixture anti;
    static const char *const steps[][4] = {
        {"a{'x':1,'v':1} b{'x':1,'v':2}*2", "p{'y':1,'w':2}", "a{'x':1,'v':1}", "b{'x':1,'v':2}*2"},
        {"", "q{'y':1,'w':3}*2", "b{'x':1,'v':2}*2", "b{'x':1,'v':2}*-2"},
        {"", "p{'y':1,'w':2}*-1 q{'y':1,'w':3}*-1", "", ""},
        {"b{'x':1,'v':2}*-1 c{'x':1}", "", "b{'x':1,'v':2}*-1", "c{'x':1}"},
        {"a{'x':1,'v':1}*-1 a{'x':1,'v':3}", "r{'y':1,'w':9}", "a{'x':1,'v':1}*-1 a{'x':1,'v':3}",
         ""},
        {"", "q{'y':1,'w':3}*-1 r{'y':1,'w':9}*-1", "a{'x':1,'v':3}*-1 b{'x':1,'v':2}*-1",
         "a{'x':1,'v':3} b{'x':1,'v':2}"},
    };

    (void)state;
    open_op(&semi, KIND("semi", BELOW));
    open_op(&anti, KIND("anti", BELOW));
    for (size_t i = 0; i < LENGTH(steps); i++) {
        step2(&semi, steps[i][0], steps[i][1], steps[i][2]);
        step2(&anti, steps[i][0], steps[i][1], steps[i][3]);
    }
    CHECK_ZSET(&semi.sum, "");
    CHECK_ZSET(&anti.sum, "a{'x':1,'v':3} b{'x':1,'v':2} c{'x':1}");
    close_op(&semi);
    close_op(&anti);
}

static void test_outer_join_by_two_keys_compares_each_and_needs_both(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, "{'op':'join','kind':'anti','left':" SCAN ",'right':" SCAN ",'on':["
                "{'left_field':'a','right_field':'a'},{'left_field':'b','right_field':'b'}]}");
    step2(&f, "l{'a':'a','b':'b|c'} m{'a':1} n{'a':1,'b':null}", "r{'a':'a|b','b':'c'}",
          "l{'a':'a','b':'b|c'} m{'a':1} n{'a':1,'b':null}");
    step2(&f, "", "s{'a':'a','b':'b|c'} t{'a':1} u{'a':1,'b':null}", "l{'a':'a','b':'b|c'}*-1");
    close_op(&f);
}

static void overflow_pairs(void)
{
    struct fixture f;

    open_op(&f, LEFT);
    step2(&f, "a{'x':1}*4294967296", "", "[\"a\",null]{'l':{'x':1},'r':null}*4294967296");
    step2(&f, "", "p{'y':1}*2147483648", "");
}

static void overflow_matches(void)
{
    struct fixture f;

    open_op(&f, KIND("semi", BELOW));
    step2(&f, "a{'x':1,'v':1}", "p{'y':1,'w':2}*9223372036854775807", "a{'x':1,'v':1}");
    step2(&f, "", "q{'y':1,'w':2}", "");
}

static void test_weights_of_pairs_and_matches_over_64_bits_are_an_error(void **state)
{
    (void)state;
    assert_true(test_exits(overflow_pairs, 2));
    assert_true(test_exits(overflow_matches, 2));
}

/* Under contexts, as in a subquery: a row may be alone under one and not under another. */
static void test_left_join_is_alone_under_one_context_and_not_under_another(void **state)
{
    struct fixture f;
    struct plan plan;

    (void)state;
    open_op(&f, LEFT);
    plan = *f.views.views[0].root;
    op_free(f.op);
    plan.as.join.bound[0] = plan.as.join.bound[1] = true;
    f.op = op_new(&plan);
    step2(&f, "a@[[1]]{'x':1} a@[[2]]{'x':1}", "p@[[1]]{'y':1}",
          "[\"a\",\"p\"]@[[1]]{'l':{'x':1},'r':{'y':1}} "
          "[\"a\",null]@[[2]]{'l':{'x':1},'r':null}");
    step2(&f, "", "p@[[1]]{'y':1}*-1 p@[[2]]{'y':1}",
          "[\"a\",\"p\"]@[[1]]{'l':{'x':1},'r':{'y':1}}*-1 "
          "[\"a\",null]@[[1]]{'l':{'x':1},'r':null} "
          "[\"a\",\"p\"]@[[2]]{'l':{'x':1},'r':{'y':1}} "
          "[\"a\",null]@[[2]]{'l':{'x':1},'r':null}*-1");
    close_op(&f);
}

/* An update looks at its matches, a right row that is neither the first nor the last match of a
 * semi-join at none. */
static void test_outer_and_semi_join_work_follows_the_matches(void **state)
{
    static const char *const plans[] = {LEFT,
                                        FULL,
                                        JOIN(",'kind':'semi'"),
                                        JOIN(",'kind':'anti'"),
                                        KIND("full", ",'select':'both'" BELOW),
                                        KIND("semi", BELOW),
                                        KIND("anti", BELOW)};
    struct buf left = BUF_INIT;
    struct buf right = BUF_INIT;

    (void)state;
    for (int i = 0; i < 3000; i++) {
        buf_add_format(&left, "a%d{'x':%d} ", i, i % 2900);
        buf_add_format(&right, "p%d{'y':%d} ", i, i % 2800);
    }
    buf_add_byte(&left, '\0');
    buf_add_byte(&right, '\0');
    for (size_t i = 0; i < LENGTH(plans); i++) {
        struct fixture f;

        open_op(&f, plans[i]);
        (void)work_of(&f, left.bytes, right.bytes);
        assert_in_range(work_of(&f, "b{'x':77}", ""), 1, 12);
        assert_in_range(work_of(&f, "", "q{'y':77}"), 1, 12);
        assert_in_range(work_of(&f, "", "q{'y':77}*-1"), 1, 12);
        assert_in_range(work_of(&f, "a77{'x':77}*-1 a77{'x':2999}", ""), 1, 12);
        assert_in_range(work_of(&f, "z{'x':9999}", "z{'y':8888}"), 0, 6);
        assert_in_range(work_of(&f, "z{}", "z"), 0, 0);
        close_op(&f);
    }
    buf_release(&left);
    buf_release(&right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_left_join_retracts_the_lone_row_with_its_first_match),
        cmocka_unit_test(test_left_join_takes_one_match_for_another_in_one_step),
        cmocka_unit_test(test_left_join_that_selects_the_left_shows_it_at_least_once),
        cmocka_unit_test(test_right_join_keeps_right_rows),
        cmocka_unit_test(test_full_join_shows_null_keys_of_both_sides_once_each),
        cmocka_unit_test(test_full_join_follows_a_key_that_changes_on_both_sides),
        cmocka_unit_test(test_full_join_of_an_input_with_itself_has_no_lone_row_twice),
        cmocka_unit_test(test_outer_join_counts_duplicates_of_which_one_is_deleted),
        cmocka_unit_test(test_where_is_part_of_the_match_of_an_outer_join),
        cmocka_unit_test(test_semi_join_shows_a_left_row_once_while_it_has_a_match),
        cmocka_unit_test(test_anti_join_shows_left_rows_without_a_match_and_null_keys),
        cmocka_unit_test(test_semi_and_anti_join_share_the_left_rows_under_where),
        cmocka_unit_test(test_outer_join_by_two_keys_compares_each_and_needs_both),
        cmocka_unit_test(test_weights_of_pairs_and_matches_over_64_bits_are_an_error),
        cmocka_unit_test(test_left_join_is_alone_under_one_context_and_not_under_another),
        cmocka_unit_test(test_outer_and_semi_join_work_follows_the_matches),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

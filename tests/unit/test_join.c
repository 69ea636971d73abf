/* Inner joins and cross joins, stepped by hand: what a change of the inputs changes in the pairs.
 */
#include "stepping.h"

#define JOIN(more)                                                    \
    "{'op':'join','left':" SCAN ",'right':{'op':'scan','table':'u'}," \
    "'on':{'left_field':'x','right_field':'y'}" more "}"

static void test_join_multiplies_weights_and_keeps_the_left_row(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, JOIN(""));
    step2(&f, "a{'x':1}*2", "", "");
    step2(&f, "", "p{'y':1}*3", "a{'x':1}*6");
    step2(&f, "", "q{'y':1}", "a{'x':1}*2");
    step2(&f, "b{'x':1}*-1", "", "b{'x':1}*-4");
    step2(&f, "c{'x':2}", "r{'y':3}", "");
    step2(&f, "", "p{'y':1}*-3", "a{'x':1}*-6 b{'x':1}*3");
    CHECK_ZSET(&f.sum, "a{'x':1}*2 b{'x':1}*-1");
    close_op(&f);
}

static void test_join_meets_a_pair_once_when_both_sides_come_in_one_step(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, JOIN(""));
    step2(&f, "a{'x':1}", "p{'y':1}", "a{'x':1}");
    step2(&f, "b{'x':1}*2", "q{'y':1}*3", "a{'x':1}*3 b{'x':1}*8"); /* 2*1 + 2*3 */
    step2(&f, "a{'x':1}*-1 b{'x':1}*-2", "p{'y':1}*-1 q{'y':1}*-3", "a{'x':1}*-4 b{'x':1}*-8");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_join_retracts_when_both_sides_change(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, JOIN(",'select':'both'"));
    step2(&f, "a{'x':1,'v':1}", "p{'y':1,'w':1}",
          "[\"a\",\"p\"]{'left':{'x':1,'v':1},'right':{'y':1,'w':1}}");
    step2(&f, "a{'x':1,'v':1}*-1 a{'x':1,'v':2}", "p{'y':1,'w':1}*-1 p{'y':1,'w':2}",
          "[\"a\",\"p\"]{'left':{'x':1,'v':1},'right':{'y':1,'w':1}}*-1 "
          "[\"a\",\"p\"]{'left':{'x':1,'v':2},'right':{'y':1,'w':2}}");
    step2(&f, "a{'x':1,'v':2}*-1 a{'x':2,'v':2}", "p{'y':1,'w':2}*-1 p{'y':2,'w':2}",
          "[\"a\",\"p\"]{'left':{'x':1,'v':2},'right':{'y':1,'w':2}}*-1 "
          "[\"a\",\"p\"]{'left':{'x':2,'v':2},'right':{'y':2,'w':2}}");
    step2(&f, "a{'x':2,'v':2}*-1", "p{'y':2,'w':2}*-1",
          "[\"a\",\"p\"]{'left':{'x':2,'v':2},'right':{'y':2,'w':2}}*-1");
    close_op(&f);
}

static void test_join_keeps_a_left_row_while_a_match_remains(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, JOIN(""));
    step2(&f, "a{'x':1}", "p{'y':1} q{'y':1}", "a{'x':1}*2");
    step2(&f, "", "p{'y':1}*-1", "a{'x':1}*-1");
    step2(&f, "", "q{'y':1}*-1 q{'y':1,'w':0}", ""); /* replaced: -1 and +1 */
    step2(&f, "", "q{'y':1,'w':0}*-1", "a{'x':1}*-1");
    close_op(&f);
}

static void test_join_matches_by_value_and_null_matches_nothing(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, JOIN(""));
    step2(&f, "a{'x':1.0} b{'x':null} c{} d{'x':'1'}", "p{'y':1} q{'y':null} r{}", "a{'x':1.0}");
    step2(&f, "b{'x':null}*-1 c{}*-1", "q{'y':null}*-1 r{}*-1", "");
    close_op(&f);
}

static void test_join_by_two_fields_compares_each(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, "{'op':'join','left':" SCAN ",'right':" SCAN ",'on':["
                "{'left_field':'a','right_field':'a'},{'left_field':'b','right_field':'b'}]}");
    step2(&f, "l{'a':'a','b':'b|c'}", "r{'a':'a|b','b':'c'}", "");
    step2(&f, "", "s{'a':'a','b':'b|c'}", "l{'a':'a','b':'b|c'}");
    close_op(&f);
}

static void test_join_names_both_sides_as_the_plan_says(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, JOIN(",'select':'both','as':['post','user']"));
    step2(&f, "posts:1{'x':1} posts:\"2{'x':1}", "users:7{'y':1}*2",
          "[\"posts:1\",\"users:7\"]{'post':{'x':1},'user':{'y':1}}*2 "
          "[\"posts:\\\"2\",\"users:7\"]{'post':{'x':1},'user':{'y':1}}*2");
    assert_true(f.sum.entries[0].row->made);
    close_op(&f);
}

/* A self-join hands the same change to both inputs. */
static void test_self_join_sees_each_pair_of_one_change(void **state)
{
    static const char *const steps[][2] = {
        {"a{'x':1} b{'x':1}", "a{'x':1}*2 b{'x':1}*2"},
        {"c{'x':1}", "a{'x':1} b{'x':1} c{'x':1}*3"},
        {"a{'x':1}*-1 a{'x':2}", "a{'x':1}*-3 a{'x':2} b{'x':1}*-1 c{'x':1}*-1"},
        {"b{'x':1}*-1 c{'x':1}*-1 a{'x':2}*-1", "a{'x':2}*-1 b{'x':1}*-2 c{'x':1}*-2"},
    };
    struct fixture f;

    (void)state;
    open_op(&f, "{'op':'join','left':" SCAN ",'right':" SCAN
                ",'on':{'left_field':'x','right_field':'x'}}");
    for (size_t i = 0; i < LENGTH(steps); i++)
        step_self(&f, steps[i][0], steps[i][1]);
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_join_work_follows_the_matches_not_the_state(void **state)
{
    struct fixture f;
    struct buf right = BUF_INIT;
    uint64_t before;

    (void)state;
    open_op(&f, JOIN(""));
    for (int i = 0; i < 3000; i++)
        buf_add_format(&right, "p%d{'y':%d} ", i, i);
    buf_add_byte(&right, '\0');
    step2(&f, "", right.bytes, "");
    before = f.op->work;
    step2(&f, "a{'x':77}", "", "a{'x':77}");
    step2(&f, "", "p77{'y':77}*-1", "a{'x':77}*-1");
    assert_true(f.op->work - before <= 10);
    buf_release(&right);
    close_op(&f);
}

/* Of rows that agree in the key those whose left v is below the right w. */
#define BELOW ",'where':{'type':'lt','field':'l.v','value':{'field':'r.w'}}"

static void test_where_of_an_inner_join_sees_both_sides_whatever_is_selected(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, JOIN(",'as':['l','r']" BELOW));
    step2(&f, "a{'x':1,'v':1}*2 b{'x':1,'v':9}", "p{'y':1,'w':2} q{'y':1,'w':3}*3 r{'y':1}",
          "a{'x':1,'v':1}*8");
    step2(&f, "", "q{'y':1,'w':3}*-3 q{'y':1,'w':10}", "a{'x':1,'v':1}*-4 b{'x':1,'v':9}");
    close_op(&f);
}

static void test_where_asks_a_record_for_its_id_as_a_key_does(void **state)
{
    struct row *row = test_row_of("t:1", 3, "{'x':1}", "1");
    struct row *other = test_row_of("t:2", 3, "{'x':1}", "2");
    struct row *named = test_row_of("t:3", 3, "{'x':1,'id':0}", NULL);
    struct fixture f;
    struct zset in = ZSET_INIT;
    struct zset out = ZSET_INIT;
    struct zset *const inputs[] = {&in, &in};

    (void)state;
    open_op(&f, "{'op':'join','select':'both','left':" SCAN ",'right':" SCAN ",'where':{"
                "'type':'lt','field':'left.id','value':{'field':'right.id'}}}");
    zset_add(&in, row, 1);
    zset_add(&in, other, 1);
    zset_add(&in, named, 1);
    op_step(f.op, 2, inputs, &out);
    CHECK_ZSET(&out, "[\"t:1\",\"t:2\"]{'left':{'x':1},'right':{'x':1}} "
                     "[\"t:3\",\"t:1\"]{'left':{'x':1,'id':0},'right':{'x':1}} "
                     "[\"t:3\",\"t:2\"]{'left':{'x':1,'id':0},'right':{'x':1}}");
    zset_release(&in);
    zset_release(&out);
    row_unref(row);
    row_unref(other);
    row_unref(named);
    close_op(&f);
}

static void test_cross_join_pairs_every_row_also_those_with_null(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, "{'op':'join','left':" SCAN ",'right':{'op':'scan','table':'u'},'on':[]}");
    step2(&f, "a{'x':null}*2 b", "p{'y':1}*3", "a{'x':null}*6 b*3");
    step2(&f, "b*-1", "q", "a{'x':null}*2 b*-3");
    close_op(&f);
    open_op(&f, "{'op':'join','kind':'anti','left':" SCAN ",'right':{'op':'scan','table':'u'}}");
    step2(&f, "a{'x':1} b", "", "a{'x':1} b");
    step2(&f, "", "p", "a{'x':1}*-1 b*-1");
    step2(&f, "c", "p*-1", "a{'x':1} b c");
    close_op(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join_multiplies_weights_and_keeps_the_left_row),
        cmocka_unit_test(test_join_meets_a_pair_once_when_both_sides_come_in_one_step),
        cmocka_unit_test(test_join_retracts_when_both_sides_change),
        cmocka_unit_test(test_join_keeps_a_left_row_while_a_match_remains),
        cmocka_unit_test(test_join_matches_by_value_and_null_matches_nothing),
        cmocka_unit_test(test_join_by_two_fields_compares_each),
        cmocka_unit_test(test_join_names_both_sides_as_the_plan_says),
        cmocka_unit_test(test_self_join_sees_each_pair_of_one_change),
        cmocka_unit_test(test_join_work_follows_the_matches_not_the_state),
        cmocka_unit_test(test_where_of_an_inner_join_sees_both_sides_whatever_is_selected),
        cmocka_unit_test(test_where_asks_a_record_for_its_id_as_a_key_does),
        cmocka_unit_test(test_cross_join_pairs_every_row_also_those_with_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

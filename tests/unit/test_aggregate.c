/* aggregate, stepped by hand. Every test ends with the whole input taken back, which must leave
 * what is there over nothing. */
#include "test.h"

#include "op/op.h"

#define AGGREGATE(members)  "{'op':'aggregate'," members ",'input':{'op':'scan','table':'t'}}"
#define GROUPED(aggregates) AGGREGATE("'group_by':['g'],'aggregates':[" aggregates "]")
#define WHOLE(aggregates)   AGGREGATE("'aggregates':[" aggregates "]")
#define OF(func, field)     "{'func':'" func "','field':'" field "'}"
#define ROWS                "{'func':'count','alias':'rows'}"

/* clang-format off */
#define EVERY_KIND                                                                   \
    ROWS "," OF("count", "v") "," OF("sum", "v") "," OF("avg", "v") ","              \
    OF("min", "v") "," OF("max", "v") "," OF("array_agg", "v") ","                   \
    OF("string_agg", "v") "," OF("bool_and", "v") "," OF("first", "v") ","           \
    OF("stddev", "v") "," OF("median", "v") "," OF("mode", "v")
#define WEIGHED                                                                      \
    ROWS "," OF("sum", "v") "," OF("avg", "v") "," OF("array_agg", "v") ","          \
    OF("median", "v") "," OF("stddev_pop", "v") "," OF("count_distinct", "v") ","    \
    OF("max", "v") "," OF("mode", "v") "," OF("string_agg", "v")
/* clang-format on */

struct fixture {
    struct plan_views views;
    struct op *op;
    struct zset in; /* sums so far */
    struct zset out;
    bool groups;
};

static void step_zset(struct fixture *f, struct zset *change, const char *expected)
{
    struct zset *const in[] = {change};
    struct zset out = ZSET_INIT;

    op_step(f->op, 1, in, &out);
    if (expected)
        CHECK_ZSET(&out, expected);
    zset_add_all(&f->in, change);
    zset_add_all(&f->out, &out);
    zset_release(&out);
}

static void step(struct fixture *f, const char *in, const char *expected)
{
    struct zset change = ZSET_INIT;

    test_zset_add(&change, in);
    step_zset(f, &change, expected);
    zset_release(&change);
}

/* The first step over nothing, and what it makes. */
static struct fixture open_aggregate(const char *root, const char *nothing)
{
    struct fixture f = {.groups = strstr(root, "group_by") != NULL};

    f.op = op_new(test_plan(&f.views, root, NULL));
    step(&f, "", nothing);
    return f;
}

static void close_aggregate(struct fixture *f, const char *nothing)
{
    struct zset rest = ZSET_INIT;

    for (size_t i = 0; i < f->in.count; i++)
        zset_add(&rest, f->in.entries[i].row, -f->in.entries[i].weight);
    step_zset(f, &rest, NULL);
    CHECK_ZSET(&f->out, nothing);
    assert_int_equal(f->in.count, 0);
    assert_int_equal(f->op->class->rows(f->op), f->groups ? 0 : 1);
    zset_release(&rest);
    zset_release(&f->out);
    zset_release(&f->in);
    op_free(f->op);
    plan_views_release(&f->views);
}

/* Edge case 31. */
static void test_groups_over_nothing_have_no_row(void **state)
{
    struct fixture f = open_aggregate(GROUPED(ROWS "," OF("sum", "v")), "");

    (void)state;
    step(&f, "", "");
    step(&f, "a{'g':'x','v':1}", "['x']{'g':'x','rows':1,'sum':1}");
    step(&f, "a{'g':'x','v':1}*-1", "['x']{'g':'x','rows':1,'sum':1}*-1");
    close_aggregate(&f, "");
}

static void test_the_whole_has_one_row_over_nothing_with_count_0_and_nulls(void **state)
{
    static const char *const nothing =
        "[]{'rows':0,'count':0,'sum':null,'avg':null,'min':null,'max':null,'array_agg':null,"
        "'string_agg':null,'bool_and':null,'first':null,'stddev':null,'median':null,'mode':null}";
    struct fixture f = open_aggregate(WHOLE(EVERY_KIND), nothing);

    (void)state;
    step(&f, "", ""); /* once */
    step(&f, "a{'v':2}",
         "[]{'rows':0,'count':0,'sum':null,'avg':null,'min':null,'max':null,'array_agg':null,"
         "'string_agg':null,'bool_and':null,'first':null,'stddev':null,'median':null,'mode':null}"
         "*-1 []{'rows':1,'count':1,'sum':2,'avg':2,'min':2,'max':2,'array_agg':[2],"
         "'string_agg':'2','bool_and':null,'first':2,'stddev':null,'median':2,'mode':2}");
    close_aggregate(&f, nothing);
}

/* Edge case 32, and 24 for the keys. */
static void test_null_and_missing_are_one_group(void **state)
{
    struct fixture f = open_aggregate(GROUPED(ROWS), "");

    (void)state;
    step(&f, "a{'g':null} b{} c{'g':0} d{'g':'null'}",
         "[null]{'g':null,'rows':2} [0]{'g':0,'rows':1} ['null']{'g':'null','rows':1}");
    step(&f, "a{'g':null}*-1", "[null]{'g':null,'rows':2}*-1 [null]{'g':null,'rows':1}");
    step(&f, "b{}*-1", "[null]{'g':null,'rows':1}*-1");
    close_aggregate(&f, "");
}

static void test_equal_values_are_one_group_in_one_spelling(void **state)
{
    struct fixture f = open_aggregate(
        AGGREGATE("'group_by':['g',{'field':'h','alias':'h'}],'aggregates':[" ROWS "]"), "");

    (void)state;
    step(&f, "a{'g':1.0,'h':{'y':-0,'x':1}} b{'g':1,'h':{'x':1e0,'y':0}} c{'g':'1','h':true}",
         "[1,{'x':1,'y':0}]{'g':1,'h':{'x':1,'y':0},'rows':2} "
         "['1',true]{'g':'1','h':true,'rows':1}");
    step(&f, "a{'g':1.0,'h':{'y':-0,'x':1}}*-1 a{'g':1e0,'h':{'x':1,'y':0.0}}", "");
    close_aggregate(&f, "");
}

static void test_composite_keys_are_told_apart_whatever_is_in_them(void **state)
{
    struct fixture f =
        open_aggregate(AGGREGATE("'group_by':['g','h'],'aggregates':[" ROWS "]"), "");

    (void)state;
    step(&f, "a{'g':'a','h':'b|c'} b{'g':'a|b','h':'c'} c{'g':'a','h':'b|c'} d{'g':'a,b','h':''}",
         "['a','b|c']{'g':'a','h':'b|c','rows':2} ['a|b','c']{'g':'a|b','h':'c','rows':1} "
         "['a,b','']{'g':'a,b','h':'','rows':1}");
    close_aggregate(&f, "");
}

/* Edge case 33. */
static void test_counts_of_rows_of_values_and_of_distinct_values_stand_side_by_side(void **state)
{
    static const char *const nothing = "[]{'rows':0,'n':0,'dv':0,'dw':0,'both':0,'ds':null}";
    struct fixture f = open_aggregate(
        WHOLE(ROWS ",{'func':'count','field':'v','alias':'n'},"
                   "{'func':'count_distinct','field':'v','alias':'dv'},"
                   "{'func':'count','field':'w','distinct':true,'alias':'dw'},"
                   "{'func':'count_distinct','field':{'call':'array','args':[{'field':'v'},"
                   "{'field':'w'}]},'alias':'both'},"
                   "{'func':'sum','field':'v','distinct':true,'alias':'ds'}"),
        nothing);

    (void)state;
    step(&f, "a{'v':1,'w':'x'} b{'v':1.0,'w':'y'} c{'v':null,'w':'x'} d{'w':null} e{'v':2}",
         "[]{'rows':0,'n':0,'dv':0,'dw':0,'both':0,'ds':null}*-1 "
         "[]{'rows':5,'n':3,'dv':2,'dw':2,'both':5,'ds':3}");
    step(&f, "a{'v':1,'w':'x'}*-1", /* one of two equal values */
         "[]{'rows':5,'n':3,'dv':2,'dw':2,'both':5,'ds':3}*-1 "
         "[]{'rows':4,'n':2,'dv':2,'dw':2,'both':4,'ds':3}");
    step(&f, "b{'v':1.0,'w':'y'}*-1", /* the last one */
         "[]{'rows':4,'n':2,'dv':2,'dw':2,'both':4,'ds':3}*-1 "
         "[]{'rows':3,'n':1,'dv':1,'dw':1,'both':3,'ds':2}");
    close_aggregate(&f, nothing);
}

/* Edge case 34. */
static void test_sums_over_only_nulls_are_null_and_not_0(void **state)
{
    struct fixture f = open_aggregate(
        GROUPED(ROWS "," OF("sum", "v") "," OF("avg", "v") "," OF("count", "v")), "");

    (void)state;
    step(&f, "a{'g':1,'v':null} b{'g':1}", "[1]{'g':1,'rows':2,'sum':null,'avg':null,'count':0}");
    step(&f, "b{'g':1}*-1 b{'g':1,'v':0}",
         "[1]{'g':1,'rows':2,'sum':null,'avg':null,'count':0}*-1 "
         "[1]{'g':1,'rows':2,'sum':0,'avg':0,'count':1}");
    step(&f, "c{'g':1,'v':-0.0} d{'g':1,'v':'7'}", /* text is no number, but a value */
         "[1]{'g':1,'rows':2,'sum':0,'avg':0,'count':1}*-1 "
         "[1]{'g':1,'rows':4,'sum':0,'avg':0,'count':3}");
    step(&f, "b{'g':1,'v':0}*-1 c{'g':1,'v':-0.0}*-1",
         "[1]{'g':1,'rows':4,'sum':0,'avg':0,'count':3}*-1 "
         "[1]{'g':1,'rows':2,'sum':null,'avg':null,'count':1}");
    close_aggregate(&f, "");
}

/* Edge case 35. */
static void test_an_extreme_goes_with_its_last_copy_only(void **state)
{
    struct fixture f = open_aggregate(GROUPED(OF("min", "v") "," OF("max", "v")), "");

    (void)state;
    step(&f, "a{'g':1,'v':5} b{'g':1,'v':5} c{'g':1,'v':7} d{'g':1,'v':7.0} e{'g':1,'v':6}",
         "[1]{'g':1,'min':5,'max':7}");
    step(&f, "a{'g':1,'v':5}*-1 d{'g':1,'v':7.0}*-1", "");
    step(&f, "b{'g':1,'v':5}*-1", "[1]{'g':1,'min':5,'max':7}*-1 [1]{'g':1,'min':6,'max':7}");
    step(&f, "c{'g':1,'v':7}*-1", "[1]{'g':1,'min':6,'max':7}*-1 [1]{'g':1,'min':6,'max':6}");
    step(&f, "e{'g':1,'v':6}*-1 e{'g':1,'v':null}",
         "[1]{'g':1,'min':6,'max':6}*-1 [1]{'g':1,'min':null,'max':null}");
    close_aggregate(&f, "");
}

/* Edge case 25, in aggregates. */
static void test_extremes_go_by_the_order_of_values_over_all_types(void **state)
{
    struct fixture f = open_aggregate(GROUPED(OF("min", "v") "," OF("max", "v")), "");

    (void)state;
    step(&f,
         "a{'g':1,'v':'10'} b{'g':1,'v':9} c{'g':1,'v':false} d{'g':1,'v':null} e{'g':1,'v':[]}",
         "[1]{'g':1,'min':false,'max':[]}");
    step(&f, "c{'g':1,'v':false}*-1 e{'g':1,'v':[]}*-1",
         "[1]{'g':1,'min':false,'max':[]}*-1 [1]{'g':1,'min':9,'max':'10'}");
    close_aggregate(&f, "");
}

/* Edge case 36: the exact sum of what is there, in every order of coming and going. */
static void test_sums_of_any_numbers_in_any_order_are_exact_after_removals(void **state)
{
    static const char *const rows[] = {"a{'v':1e16}", "b{'v':1}", "c{'v':-1e16}", "d{'v':0.1}"};
    static const char *const sums[] = {/* of each subset: a is bit 0 */
                                       "null",
                                       "10000000000000000",
                                       "1",
                                       "10000000000000001",
                                       "-10000000000000000",
                                       "0",
                                       "-9999999999999999",
                                       "1",
                                       "0.1",
                                       "10000000000000000",
                                       "1.1",
                                       "10000000000000002",
                                       "-10000000000000000",
                                       "0.1",
                                       "-9999999999999998",
                                       "1.1"};
    uint64_t seed = 36;
    struct fixture f = open_aggregate(WHOLE(OF("sum", "v")), "[]{'sum':null}");
    unsigned there = 0;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        unsigned at = (unsigned)test_below(&seed, LENGTH(rows));
        unsigned next = there ^ 1U << at;
        char change[32];
        char expected[96];

        (void)snprintf(change, sizeof(change), "%s*%d", rows[at], next > there ? 1 : -1);
        (void)snprintf(expected, sizeof(expected), "[]{'sum':%s}*-1 []{'sum':%s}", sums[there],
                       sums[next]);
        step(&f, change, strcmp(sums[there], sums[next]) != 0 ? expected : "");
        there = next;
    }
    close_aggregate(&f, "[]{'sum':null}");
}

static void test_numbers_beyond_arithmetic_are_counted_apart_so_that_they_can_leave(void **state)
{
    struct fixture f = open_aggregate(GROUPED(OF("sum", "v") "," OF("avg", "v")), "");

    (void)state;
    step(&f, "a{'g':1,'v':1} b{'g':1,'v':1e999999999}", "[1]{'g':1,'sum':null,'avg':null}");
    step(&f, "c{'g':1,'v':-1e999999999}", "");
    step(&f, "b{'g':1,'v':1e999999999}*-1", "");
    step(&f, "c{'g':1,'v':-1e999999999}*-1",
         "[1]{'g':1,'sum':null,'avg':null}*-1 [1]{'g':1,'sum':1,'avg':1}");
    close_aggregate(&f, "");
}

/* Edge case 37. */
static void test_sums_of_integers_do_not_overflow_and_come_back(void **state)
{
    struct fixture f = open_aggregate(GROUPED(OF("sum", "v")), "");

    (void)state;
    step(&f, "a{'g':1,'v':9223372036854775807}*3 b{'g':1,'v':1}",
         "[1]{'g':1,'sum':27670116110564327422}");
    step(&f, "c{'g':1,'v':170141183460469231731687303715884105727}*2",
         "[1]{'g':1,'sum':27670116110564327422}*-1 "
         "[1]{'g':1,'sum':340282366920938463491044723542332538876}");
    step(&f, "c{'g':1,'v':170141183460469231731687303715884105727}*-2",
         "[1]{'g':1,'sum':340282366920938463491044723542332538876}*-1 "
         "[1]{'g':1,'sum':27670116110564327422}");
    step(&f, "a{'g':1,'v':9223372036854775807}*-3",
         "[1]{'g':1,'sum':27670116110564327422}*-1 [1]{'g':1,'sum':1}");
    close_aggregate(&f, "");
}

/* Edge case 38. */
static void test_a_row_that_moves_changes_both_groups_in_one_step(void **state)
{
    struct fixture f = open_aggregate(GROUPED(ROWS "," OF("sum", "v")), "");

    (void)state;
    step(&f, "a{'g':'x','v':1} b{'g':'x','v':2} c{'g':'y','v':4}",
         "['x']{'g':'x','rows':2,'sum':3} ['y']{'g':'y','rows':1,'sum':4}");
    step(&f, "b{'g':'x','v':2}*-1 b{'g':'y','v':2}",
         "['x']{'g':'x','rows':2,'sum':3}*-1 ['x']{'g':'x','rows':1,'sum':1} "
         "['y']{'g':'y','rows':1,'sum':4}*-1 ['y']{'g':'y','rows':2,'sum':6}");
    step(&f, "a{'g':'x','v':1}*-1 a{'g':'z','v':1}", /* the last of one, the first of another */
         "['x']{'g':'x','rows':1,'sum':1}*-1 ['z']{'g':'z','rows':1,'sum':1}");
    step(&f, "a{'g':'z','v':1}*-1 b{'g':'y','v':2}*-1 a{'g':'y','v':1} b{'g':'z','v':2}",
         "['y']{'g':'y','rows':2,'sum':6}*-1 ['y']{'g':'y','rows':2,'sum':5} "
         "['z']{'g':'z','rows':1,'sum':1}*-1 ['z']{'g':'z','rows':1,'sum':2}");
    close_aggregate(&f, "");
}

/* Edge cases 12 and 7. */
static void test_groups_vanish_and_return(void **state)
{
    struct fixture f = open_aggregate(GROUPED(ROWS "," OF("max", "v")), "");

    (void)state;
    for (int i = 0; i < 3; i++) {
        step(&f, "a{'g':'x','v':1}", "['x']{'g':'x','rows':1,'max':1}");
        step(&f, "b{'g':'y','v':2}", "['y']{'g':'y','rows':1,'max':2}");
        step(&f, "a{'g':'x','v':1}*-1 a{'g':'x','v':3}",
             "['x']{'g':'x','rows':1,'max':1}*-1 ['x']{'g':'x','rows':1,'max':3}");
        step(&f, "a{'g':'x','v':3}*-1", "['x']{'g':'x','rows':1,'max':3}*-1");
        step(&f, "b{'g':'y','v':2}*-1 c{'g':'y','v':2}", ""); /* another row, the same content */
        step(&f, "c{'g':'y','v':2}*-1", "['y']{'g':'y','rows':1,'max':2}*-1");
    }
    close_aggregate(&f, "");
}

/* Edge case 39. */
static void test_having_hides_groups_that_go_on_counting(void **state)
{
    struct fixture f = open_aggregate(
        AGGREGATE("'group_by':['g'],'aggregates':[" ROWS "," OF(
            "sum",
            "v") "],'having':{'type':'and','predicates':[{'type':'gte','field':'rows','value':2},"
                 "{'type':'neq','field':'sum','value':10}]}"),
        "");

    (void)state;
    step(&f, "a{'g':1,'v':1}", "");
    step(&f, "b{'g':1,'v':2}", "[1]{'g':1,'rows':2,'sum':3}");
    step(&f, "c{'g':1,'v':7}", "[1]{'g':1,'rows':2,'sum':3}*-1");
    step(&f, "d{'g':1,'v':5}", "[1]{'g':1,'rows':4,'sum':15}");
    step(&f, "a{'g':1,'v':1}*-1 b{'g':1,'v':2}*-1",
         "[1]{'g':1,'rows':4,'sum':15}*-1 [1]{'g':1,'rows':2,'sum':12}");
    step(&f, "d{'g':1,'v':5}*-1", "[1]{'g':1,'rows':2,'sum':12}*-1");
    close_aggregate(&f, "");
}

static void test_having_hides_the_row_of_the_whole_as_well(void **state)
{
    struct fixture f = open_aggregate(
        AGGREGATE("'aggregates':[" ROWS "],'having':{'type':'gt','field':'rows','value':0}"), "");

    (void)state;
    step(&f, "a b", "[]{'rows':2}");
    step(&f, "a*-1 b*-1", "[]{'rows':2}*-1");
    step(&f, "a", "[]{'rows':1}");
    step(&f, "a*-1", "[]{'rows':1}*-1");
    close_aggregate(&f, "");
}

/* Edge case 40: pairs of a join come and go, but a group whose values stay says nothing. */
static void test_only_the_net_change_of_a_group_is_seen(void **state)
{
    struct fixture f = open_aggregate(
        GROUPED(ROWS "," OF("sum", "v") "," OF("min", "v") "," OF("median", "v")), "");

    (void)state;
    step(&f, "['a','b']{'g':1,'v':2}*2 ['a','c']{'g':1,'v':4}",
         "[1]{'g':1,'rows':3,'sum':8,'min':2,'median':2}");
    step(&f,
         "['a','b']{'g':1,'v':2}*-2 ['a','c']{'g':1,'v':4}*-1 ['d','b']{'g':1,'v':4.0} "
         "['d','c']{'g':1,'v':2}*2",
         "");
    step(&f, "['d','c']{'g':1,'v':2}*-1 ['d','d']{'g':1,'v':2}", "");
    close_aggregate(&f, "");
}

static void test_a_row_of_weight_3_counts_three_times(void **state)
{
    static const char *const nothing =
        "[]{'rows':0,'sum':null,'avg':null,'array_agg':null,'median':null,'stddev_pop':null,"
        "'count_distinct':0,'max':null,'mode':null,'string_agg':null}";
    struct fixture f = open_aggregate(WHOLE(WEIGHED), nothing);

    (void)state;
    step(&f, "a{'v':2}*3 b{'v':6}", NULL);
    CHECK_ZSET(&f.out, "[]{'rows':4,'sum':12,'avg':3,'array_agg':[2,2,2,6],'median':2,"
                       "'stddev_pop':1.7320508075688772,'count_distinct':2,'max':6,'mode':2,"
                       "'string_agg':'2,2,2,6'}");
    step(&f, "a{'v':2}*-2 b{'v':6}", NULL);
    CHECK_ZSET(&f.out,
               "[]{'rows':3,'sum':14,'avg':4.666666666666667,'array_agg':[2,6,6],'median':6,"
               "'stddev_pop':1.8856180831641267,'count_distinct':2,'max':6,'mode':6,"
               "'string_agg':'2,6,6'}");
    step(&f, "a{'v':2}*-1 b{'v':6}*-1", NULL);
    CHECK_ZSET(&f.out, "[]{'rows':1,'sum':6,'avg':6,'array_agg':[6],'median':6,"
                       "'stddev_pop':0,'count_distinct':1,'max':6,'mode':6,'string_agg':'6'}");
    close_aggregate(&f, nothing);
}

static void test_filters_of_aggregates_take_what_is_true(void **state)
{
    struct fixture f = open_aggregate(
        GROUPED(ROWS ",{'func':'sum','field':'v','alias':'paid','filter':{'type':'eq','field':'p',"
                     "'value':true}},{'func':'count','alias':'not','filter':{'type':'neq',"
                     "'field':'p','value':true}}"),
        "");

    (void)state;
    step(&f, "a{'g':1,'v':5,'p':true} b{'g':1,'v':6,'p':false} c{'g':1,'v':7}",
         "[1]{'g':1,'rows':3,'paid':5,'not':1}"); /* unknown is neither */
    step(&f, "a{'g':1,'v':5,'p':true}*-1 a{'g':1,'v':5,'p':false}",
         "[1]{'g':1,'rows':3,'paid':5,'not':1}*-1 [1]{'g':1,'rows':3,'paid':null,'not':2}");
    close_aggregate(&f, "");
}

static void test_first_and_arg_max_follow_their_order(void **state)
{
    struct fixture f = open_aggregate(
        GROUPED("{'func':'first','field':'v','order_by':[{'field':'at','direction':'desc'}]},"
                "{'func':'last','field':'v'},{'func':'arg_max','field':'v','by':'at'},"
                "{'func':'arg_min','field':'v','by':{'call':'neg','args':[{'field':'at'}]}}"),
        "");

    (void)state;
    step(&f, "a{'g':1,'v':'x','at':2} b{'g':1,'v':'y','at':2} c{'g':1,'v':'z'}",
         "[1]{'g':1,'first':'x','last':'z','arg_max':'x','arg_min':'x'}");
    step(&f, "a{'g':1,'v':'x','at':2}*-1",
         "[1]{'g':1,'first':'x','last':'z','arg_max':'x','arg_min':'x'}*-1 "
         "[1]{'g':1,'first':'y','last':'z','arg_max':'y','arg_min':'y'}");
    step(&f, "b{'g':1,'v':'y','at':2}*-1", /* the one that is left has no `at` */
         "[1]{'g':1,'first':'y','last':'z','arg_max':'y','arg_min':'y'}*-1 "
         "[1]{'g':1,'first':'z','last':'z','arg_max':null,'arg_min':null}");
    close_aggregate(&f, "");
}

static void test_aggregates_that_share_an_order_tell_their_own_values(void **state)
{
    struct fixture f = open_aggregate(
        GROUPED("{'func':'arg_min','field':'v','by':'at'}," OF("max", "at") "," OF("min", "at")),
        "");

    (void)state;
    step(&f, "a{'g':1,'v':'x','at':2} b{'g':1,'v':'y','at':5}",
         "[1]{'g':1,'arg_min':'x','max':5,'min':2}");
    close_aggregate(&f, "");
}

static void test_a_deviation_beyond_doubles_is_null(void **state)
{
    struct fixture f = open_aggregate(GROUPED(OF("stddev_pop", "v") "," OF("var_pop", "v")), "");

    (void)state;
    step(&f, "a{'g':1,'v':0} b{'g':1,'v':0.2e401} c{'g':1,'v':1e400}",
         "[1]{'g':1,'stddev_pop':null,'var_pop':null}");
    step(&f, "b{'g':1,'v':0.2e401}*-1 c{'g':1,'v':1e400}*-1 d{'g':1,'v':1}",
         "[1]{'g':1,'stddev_pop':null,'var_pop':null}*-1 "
         "[1]{'g':1,'stddev_pop':0.5,'var_pop':0.25}");
    close_aggregate(&f, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_over_nothing_have_no_row),
        cmocka_unit_test(test_the_whole_has_one_row_over_nothing_with_count_0_and_nulls),
        cmocka_unit_test(test_null_and_missing_are_one_group),
        cmocka_unit_test(test_equal_values_are_one_group_in_one_spelling),
        cmocka_unit_test(test_composite_keys_are_told_apart_whatever_is_in_them),
        cmocka_unit_test(test_counts_of_rows_of_values_and_of_distinct_values_stand_side_by_side),
        cmocka_unit_test(test_sums_over_only_nulls_are_null_and_not_0),
        cmocka_unit_test(test_an_extreme_goes_with_its_last_copy_only),
        cmocka_unit_test(test_extremes_go_by_the_order_of_values_over_all_types),
        cmocka_unit_test(test_sums_of_any_numbers_in_any_order_are_exact_after_removals),
        cmocka_unit_test(test_numbers_beyond_arithmetic_are_counted_apart_so_that_they_can_leave),
        cmocka_unit_test(test_sums_of_integers_do_not_overflow_and_come_back),
        cmocka_unit_test(test_a_row_that_moves_changes_both_groups_in_one_step),
        cmocka_unit_test(test_groups_vanish_and_return),
        cmocka_unit_test(test_having_hides_groups_that_go_on_counting),
        cmocka_unit_test(test_having_hides_the_row_of_the_whole_as_well),
        cmocka_unit_test(test_only_the_net_change_of_a_group_is_seen),
        cmocka_unit_test(test_a_row_of_weight_3_counts_three_times),
        cmocka_unit_test(test_filters_of_aggregates_take_what_is_true),
        cmocka_unit_test(test_first_and_arg_max_follow_their_order),
        cmocka_unit_test(test_aggregates_that_share_an_order_tell_their_own_values),
        cmocka_unit_test(test_a_deviation_beyond_doubles_is_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

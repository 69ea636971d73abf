/*
 * The operators that distinct, union, except and intersect become, stepped by hand; found in the
 * circuits of plans that have them. After every step the law is checked: the sum of the outputs is
 * the query over the sum of the inputs, which is worked out row by row from its definition.
 */
#include "test.h"

#include "op/op.h"

enum { INPUTS = 3 };

#define SCAN(table) "{'op':'scan','table':'" table "'}"
#define COLUMNS(table)                                                                     \
    "{'op':'project','input':" SCAN(table) ",'projections':[{'type':'field','field':'b'}," \
                                           "{'type':'field','field':'a'}]}"
#define SET(op, more) "{'op':'" op "'" more ",'inputs':[" SCAN("t") "," SCAN("u") "," SCAN("w") "]}"

struct fixture {
    struct plan_views views;
    struct op *op;
    unsigned inputs;
    struct zset in[INPUTS]; /* sums so far */
    struct zset out;
    int64_t (*weight)(const int64_t *weights); /* in the output, by the definition */
};

static const struct plan *find(const struct plan *plan, enum plan_op op)
{
    const struct plan *found = plan->op == op ? plan : NULL;

    for (unsigned i = 0; !found && i < plan->input_count; i++)
        found = find(plan->inputs[i], op);
    return found;
}

static struct fixture open_op(enum plan_op op, const char *root)
{
    struct fixture f = {.weight = NULL};
    const struct plan *plan;

    (void)test_plan(&f.views, root, NULL);
    plan = find(f.views.views[0].circuit, op);
    assert_non_null(plan);
    f.op = op_new(plan);
    f.inputs = plan->input_count;
    return f;
}

static void close_op(struct fixture *f)
{
    op_free(f->op);
    for (unsigned i = 0; i < INPUTS; i++)
        zset_release(&f->in[i]);
    zset_release(&f->out);
    plan_views_release(&f->views);
}

static void check_law(struct fixture *f)
{
    size_t found = 0;

    for (unsigned i = 0; i < f->inputs; i++)
        for (size_t j = 0; j < f->in[i].count; j++) {
            struct row *row = f->in[i].entries[j].row;
            int64_t weights[INPUTS] = {0};
            int64_t earlier = 0;

            for (unsigned k = 0; k < f->inputs; k++) {
                weights[k] = zset_weight(&f->in[k], row);
                earlier += k < i ? weights[k] : 0;
            }
            assert_int_equal(zset_weight(&f->out, row), f->weight(weights));
            found += earlier == 0 && f->weight(weights) != 0;
        }
    assert_int_equal(f->out.count, found);
}

/* A change of each input, and what it changes in the output. */
static void step3(struct fixture *f, const char *a, const char *b, const char *c,
                  const char *expected)
{
    const char *const texts[INPUTS] = {a, b, c};
    struct zset changes[INPUTS] = {ZSET_INIT, ZSET_INIT, ZSET_INIT};
    struct zset *const in[INPUTS] = {&changes[0], &changes[1], &changes[2]};
    struct zset out = ZSET_INIT;

    for (unsigned i = 0; i < f->inputs; i++) {
        test_zset_add(&changes[i], texts[i]);
        zset_add_all(&f->in[i], &changes[i]);
    }
    op_step(f->op, f->inputs, in, &out);
    CHECK_ZSET(&out, expected);
    zset_add_all(&f->out, &out);
    if (f->weight)
        check_law(f);
    for (unsigned i = 0; i < INPUTS; i++)
        zset_release(&changes[i]);
    zset_release(&out);
}

static void step(struct fixture *f, const char *in, const char *expected)
{
    step3(f, in, "", "", expected);
}

static int64_t sum_weight(const int64_t *w)
{
    return w[0] + w[1] + w[2];
}

static int64_t except_weight(const int64_t *w)
{
    return w[0] > 0 && w[1] + w[2] == 0;
}

static int64_t except_all_weight(const int64_t *w)
{
    int64_t left = w[0] > w[1] ? w[0] - w[1] : 0; /* of the first two */

    return left > w[2] ? left - w[2] : 0;
}

static int64_t intersect_weight(const int64_t *w)
{
    return w[0] > 0 && w[1] > 0 && w[2] > 0;
}

static int64_t intersect_all_weight(const int64_t *w)
{
    int64_t least = w[0] < w[1] ? w[0] : w[1];

    return least < w[2] ? least : w[2];
}

static void test_rekey_makes_one_row_of_rows_that_are_equal_by_value(void **state)
{
    struct fixture f = open_op(PLAN_REKEY, "{'op':'distinct','input':" SCAN("t") "}");

    (void)state;
    step(&f, "t:1{'b':1.0,'a':'x'} t:2{'a':'x','b':1} t:3{'a':'x'}*3", /* in one spelling */
         "{\"a\":\"x\",\"b\":1}{'a':'x','b':1}*2 {\"a\":\"x\"}{'a':'x'}*3");
    assert_true(f.out.entries[0].row->made);
    step(&f, "t:1{'b':1.0,'a':'x'}*-1 t:4{'b':1e0,'a':'x'}", ""); /* the value stays */
    step(&f, "t:2{'a':'x','b':1}*-1 t:2{'a':{'d':1,'c':-0},'b':1}",
         "{\"a\":\"x\",\"b\":1}{'a':'x','b':1}*-1 "
         "{\"a\":{\"c\":0,\"d\":1},\"b\":1}{'a':{'c':0,'d':1},'b':1}");
    close_op(&f);
}

static void test_rekey_of_any_fields_leaves_out_nulls_at_the_top(void **state)
{
    struct fixture f = open_op(PLAN_REKEY, "{'op':'distinct','input':" SCAN("t") "}");

    (void)state;
    step(&f, "t:1{'a':null,'b':{'c':null}} t:2{'b':{'c':null}} t:3{'b':{}} t:4{'z':null} t:5",
         "{\"b\":{\"c\":null}}{'b':{'c':null}}*2 {\"b\":{}}{'b':{}} {}*2");
    close_op(&f);
}

static void test_rekey_of_known_columns_fills_them_with_null(void **state)
{
    struct fixture f = open_op(PLAN_REKEY, "{'op':'distinct','input':" COLUMNS("t") "}");

    (void)state;
    step(&f, "t:1{'b':1,'a':2.0} t:2{'a':2} t:3{'b':null,'a':2} t:4",
         "{\"a\":2,\"b\":1}{'b':1,'a':2} {\"a\":2,\"b\":null}{'b':null,'a':2}*2 "
         "{\"a\":null,\"b\":null}{'b':null,'a':null}");
    close_op(&f);
}

static void test_rekey_on_values_leaves_the_row_as_it_is(void **state)
{
    struct fixture f =
        open_op(PLAN_REKEY, "{'op':'distinct','on':['a','n.x'],'input':" SCAN("t") "}");

    (void)state;
    step(&f, "t:1{'z':null,'n':{'y':1,'x':3.10},'a':1e0} t:2{'n':[]}",
         "[1,3.1]{'z':null,'n':{'x':3.1,'y':1},'a':1} [null,null]{'n':[]}");
    close_op(&f);
}

static void test_rekey_tells_columns_of_inputs_that_differ(void **state)
{
    struct fixture f = open_op(
        PLAN_REKEY,
        "{'op':'union','inputs':[" COLUMNS(
            "t") ",{'op':"
                 "'project','input':" SCAN("u") ",'projections':[{"
                                                "'type':'field','field':'c','alias':'a'},{'type':"
                                                "'field','field':'c.d'}]}]}");

    (void)state;
    step(&f, "t:1{'b':1,'a':2} u:1{'a':2,'d':3}",
         "{\"a\":2,\"b\":1,\"d\":null}{'b':1,'a':2,'d':null} "
         "{\"a\":2,\"b\":null,\"d\":3}{'b':null,'a':2,'d':3}");
    close_op(&f);
}

static void test_rekey_keeps_contexts_apart(void **state)
{
    struct fixture f = open_op(PLAN_REKEY, "{'op':'rekey','input':" SCAN("t") "}");

    (void)state;
    step(&f, "t:1@[[1]]{'a':1} t:1@[[2]]{'a':1} t:2@[[1]]{'a':1}",
         "{\"a\":1}@[[1]]{'a':1}*2 {\"a\":1}@[[2]]{'a':1}");
    close_op(&f);
}

static void test_union_adds_the_weights_of_its_inputs(void **state)
{
    struct fixture f = open_op(PLAN_UNION, SET("union", ",'all':true"));

    (void)state;
    f.weight = sum_weight;
    step3(&f, "a*2 b", "a", "c*-1", "a*3 b c*-1");
    step3(&f, "a*-2", "a*2", "", "");
    step3(&f, "", "a*-3", "c b", "a*-3 c b");
    close_op(&f);
}

/* EDGE-CASES 42 and 43. */
static void test_except_has_what_is_left_only_and_brings_it_back(void **state)
{
    struct fixture f = open_op(PLAN_EXCEPT, SET("except", ""));

    (void)state;
    f.weight = except_weight;
    step3(&f, "a*3 b", "b c*2", "", "a");
    step3(&f, "a*-2", "", "", "");
    step3(&f, "", "a", "a*2", "a*-1");
    step3(&f, "", "a*-1", "", "");
    step3(&f, "", "", "a*-2", "a");
    step3(&f, "a*-1 c", "b*-1 c*-2", "", "a*-1 b c"); /* both sides in one step */
    step3(&f, "a", "a", "", "");
    step3(&f, "a*-1 b*-1 c*-1", "a*-1", "", "b*-1 c*-1");
    assert_int_equal(f.out.count, 0);
    close_op(&f);
}

static void test_except_all_takes_away_as_many_as_there_are(void **state)
{
    struct fixture f = open_op(PLAN_EXCEPT, SET("except", ",'all':true"));

    (void)state;
    f.weight = except_all_weight;
    step3(&f, "a*5", "", "", "a*5");
    step3(&f, "", "a*2", "a", "a*-3");
    step3(&f, "a*-1", "", "a*4", "a*-2");
    step3(&f, "a*-3", "", "", ""); /* 1 - 7 */
    step3(&f, "", "a*-2", "a*-4", "");
    step3(&f, "", "", "a*-1", "a");
    step3(&f, "a*2", "a*2", "", "");
    step3(&f, "a*-3", "a*-2", "", "a*-1");
    close_op(&f);
}

static void test_intersect_has_what_is_in_every_input(void **state)
{
    struct fixture f = open_op(PLAN_INTERSECT, SET("intersect", ""));

    (void)state;
    f.weight = intersect_weight;
    step3(&f, "a*2 b", "a b*3", "", "");
    step3(&f, "", "", "a b*2 c", "a b");
    step3(&f, "a*-1", "b*-2", "b*-1", "");
    step3(&f, "c", "c", "a*-1", "a*-1 c");
    step3(&f, "c*-1 c{'x':1}", "c*-1 c{'x':1.0}", "c*-1 c{'x':1}", "c*-1 c{'x':1}");
    close_op(&f);
}

static void test_intersect_all_has_the_least_of_weights(void **state)
{
    struct fixture f = open_op(PLAN_INTERSECT, SET("intersect", ",'all':true"));

    (void)state;
    f.weight = intersect_all_weight;
    step3(&f, "a*2", "a*3", "a*4", "a*2");
    step3(&f, "a*2", "", "", "a");
    step3(&f, "", "a*-1", "a*-3", "a*-2");
    step3(&f, "a*-4", "a*-2", "", "a*-1");
    step3(&f, "a", "a", "", "a");
    close_op(&f);
}

/* One node under all inputs hands the same change to each. */
static void test_an_input_that_stands_twice_sees_its_change_twice(void **state)
{
    static const char root[] = "{'op':'except','all':true,'inputs':[" SCAN("t") "," SCAN("t") "]}";
    struct fixture f = open_op(PLAN_EXCEPT, root);
    struct zset change = ZSET_INIT;
    struct zset *const in[] = {&change, &change};

    (void)state;
    test_zset_add(&change, "a*2 b");
    op_step(f.op, 2, in, &f.out);
    CHECK_ZSET(&f.out, "");
    zset_release(&change);
    close_op(&f);
}

static void test_rows_of_two_contexts_are_two_rows(void **state)
{
    struct fixture f = open_op(PLAN_EXCEPT, SET("except", ""));

    (void)state;
    step3(&f, "a@[[1]]{'x':1} a@[[2]]{'x':1}", "a@[[2]]{'x':1}", "", "a@[[1]]{'x':1}");
    step3(&f, "", "a@[[2]]{'x':1}*-1 a@[[1]]{'x':1}", "", "a@[[1]]{'x':1}*-1 a@[[2]]{'x':1}");
    close_op(&f);
}

/* Rows come and go in any order over few values; what is gone is forgotten. */
static void test_random_changes_keep_the_law(void **state)
{
    static const struct {
        enum plan_op op;
        const char *root;
        int64_t (*weight)(const int64_t *weights);
    } cases[] = {
        {PLAN_UNION, SET("union", ",'all':true"), sum_weight},
        {PLAN_EXCEPT, SET("except", ",'all':false"), except_weight},
        {PLAN_EXCEPT, SET("except", ",'all':true"), except_all_weight},
        {PLAN_INTERSECT, SET("intersect", ""), intersect_weight},
        {PLAN_INTERSECT, SET("intersect", ",'all':true"), intersect_all_weight},
    };
    uint64_t random = 5;

    (void)state;
    for (size_t c = 0; c < LENGTH(cases); c++) {
        struct fixture f = open_op(cases[c].op, cases[c].root);

        f.weight = cases[c].weight;
        for (int round = 0; round < 400; round++) {
            struct zset changes[INPUTS] = {ZSET_INIT, ZSET_INIT, ZSET_INIT};
            struct zset *const in[INPUTS] = {&changes[0], &changes[1], &changes[2]};
            struct zset out = ZSET_INIT;

            for (size_t n = test_below(&random, 6); n > 0; n--) {
                size_t i = test_below(&random, INPUTS);
                char key[] = {(char)('a' + test_below(&random, 4)), '\0'};
                struct row *row = test_row(key, "{}");
                int64_t there = zset_weight(&f.in[i], row);
                int64_t weight = (int64_t)test_below(&random, (size_t)there + 3) - there;

                zset_add(&changes[i], row, weight);
                zset_add(&f.in[i], row, weight);
                row_unref(row);
            }
            op_step(f.op, f.inputs, in, &out);
            zset_add_all(&f.out, &out);
            check_law(&f);
            for (unsigned i = 0; i < INPUTS; i++)
                zset_release(&changes[i]);
            zset_release(&out);
        }
        for (unsigned i = 0; i < INPUTS; i++) { /* all goes */
            struct zset changes[INPUTS] = {ZSET_INIT, ZSET_INIT, ZSET_INIT};
            struct zset *const in[INPUTS] = {&changes[0], &changes[1], &changes[2]};
            struct zset out = ZSET_INIT;

            for (size_t j = 0; j < f.in[i].count; j++)
                zset_add(&changes[i], f.in[i].entries[j].row, -f.in[i].entries[j].weight);
            zset_add_all(&f.in[i], &changes[i]);
            op_step(f.op, f.inputs, in, &out);
            zset_add_all(&f.out, &out);
            zset_release(&changes[i]);
            zset_release(&out);
        }
        check_law(&f);
        assert_int_equal(f.op->class->rows ? f.op->class->rows(f.op) : 0, 0);
        close_op(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rekey_makes_one_row_of_rows_that_are_equal_by_value),
        cmocka_unit_test(test_rekey_of_any_fields_leaves_out_nulls_at_the_top),
        cmocka_unit_test(test_rekey_of_known_columns_fills_them_with_null),
        cmocka_unit_test(test_rekey_on_values_leaves_the_row_as_it_is),
        cmocka_unit_test(test_rekey_tells_columns_of_inputs_that_differ),
        cmocka_unit_test(test_rekey_keeps_contexts_apart),
        cmocka_unit_test(test_union_adds_the_weights_of_its_inputs),
        cmocka_unit_test(test_except_has_what_is_left_only_and_brings_it_back),
        cmocka_unit_test(test_except_all_takes_away_as_many_as_there_are),
        cmocka_unit_test(test_intersect_has_what_is_in_every_input),
        cmocka_unit_test(test_intersect_all_has_the_least_of_weights),
        cmocka_unit_test(test_an_input_that_stands_twice_sees_its_change_twice),
        cmocka_unit_test(test_rows_of_two_contexts_are_two_rows),
        cmocka_unit_test(test_random_changes_keep_the_law),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* unnest, stepped by hand. */
#include "test.h"

#include "op/op.h"

#define UNNEST(more) "{'op':'unnest'," more ",'input':{'op':'scan','table':'t'}}"

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

static void test_each_element_is_a_row_under_key_and_index(void **state)
{
    struct fixture f = open_op(UNNEST("'field':'a','alias':'e'"));

    (void)state;
    step(&f, "t:1{'a':[5,'x'],'b':1}",
         "[\"t:1\",0]{'a':[5,'x'],'b':1,'e':5} "
         "[\"t:1\",1]{'a':[5,'x'],'b':1,'e':'x'}");
    step(&f, "t:1{'a':[5,'x'],'b':1}*-2",
         "[\"t:1\",0]{'a':[5,'x'],'b':1,'e':5}*-2 "
         "[\"t:1\",1]{'a':[5,'x'],'b':1,'e':'x'}*-2");
    close_op(&f);
}

static void test_what_is_no_array_or_empty_has_no_row(void **state)
{
    struct fixture f = open_op(UNNEST("'field':'a'"));

    (void)state;
    step(&f, "t:1{'a':[]} t:2{'a':null} t:3{'a':{'x':1}} t:4{'a':'[1]'} t:5", "");
    close_op(&f);
}

static void test_outer_leaves_one_row_of_nulls(void **state)
{
    struct fixture f = open_op(UNNEST("'field':'a','outer':true,'ordinality':'n'"));

    (void)state;
    step(&f, "t:1{'a':[]} t:2{'b':1} t:3{'a':[null]}",
         "[\"t:1\",null]{'a':null,'n':null} [\"t:2\",null]{'b':1,'a':null,'n':null} "
         "[\"t:3\",0]{'a':null,'n':1}");
    step(&f, "t:1{'a':[]}*-1 t:1{'a':[7]}",
         "[\"t:1\",null]{'a':null,'n':null}*-1 [\"t:1\",0]{'a':7,'n':1}");
    close_op(&f);
}

static void test_fields_of_the_two_names_are_replaced_where_they_stand(void **state)
{
    struct fixture f = open_op(UNNEST("'field':'a','alias':'x','ordinality':'y'"));

    (void)state;
    step(&f, "t:1{'y':0,'a':[8],'x':0,'xx':3}", "[\"t:1\",0]{'y':1,'a':[8],'x':8,'xx':3}");
    step(&f, "t:1{'a':[8],'y':0}", "[\"t:1\",0]{'a':[8],'y':1,'x':8}");
    close_op(&f);
}

static void test_elements_that_stay_in_their_places_cancel(void **state)
{
    struct fixture f = open_op(UNNEST("'field':'a'"));

    (void)state;
    step(&f, "t:1{'a':[1,2,3]}*-1 t:1{'a':[1.0,5,3,4]}",
         "[\"t:1\",1]{'a':2}*-1 [\"t:1\",1]{'a':5} [\"t:1\",3]{'a':4}");
    close_op(&f);
}

static void test_made_keys_and_contexts_stay_apart(void **state)
{
    struct fixture f = open_op(UNNEST("'field':'a'"));

    (void)state;
    step(&f, "[\"x\",1]{'a':[1]} t:1@[[1]]{'a':[1]} t:1@[[2]]{'a':[1]}",
         "[\"[\\\"x\\\",1]\",0]{'a':1} [\"t:1\",0]@[[1]]{'a':1} [\"t:1\",0]@[[2]]{'a':1}");
    close_op(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_element_is_a_row_under_key_and_index),
        cmocka_unit_test(test_what_is_no_array_or_empty_has_no_row),
        cmocka_unit_test(test_outer_leaves_one_row_of_nulls),
        cmocka_unit_test(test_fields_of_the_two_names_are_replaced_where_they_stand),
        cmocka_unit_test(test_elements_that_stay_in_their_places_cancel),
        cmocka_unit_test(test_made_keys_and_contexts_stay_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

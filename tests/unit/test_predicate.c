/* Predicates: three-valued logic, every predicate of plans, nulls of the plan and of parameters. */
#include "test.h"

static const char params[] = "{'one':1,'null':null,'text':'ab','list':[1,null,'x'],'full':[1,2],"
                             "'object':{'x':1}}";

/* Whether the predicate is true ('t'), false ('f') or unknown ('u') for the row. */
static char evaluate(const char *predicate, const char *object)
{
    struct plan_views views;
    struct row *row = test_row("t:1", object);
    struct buf root = BUF_INIT;
    struct arena scratch = ARENA_INIT;
    const struct plan *plan;
    enum truth truth;

    buf_add_format(&root, "{'op':'filter','input':{'op':'scan','table':'t'},'predicate':%s}",
                   predicate);
    buf_add_byte(&root, '\0');
    plan = test_plan(&views, root.bytes, params);
    truth = predicate_eval(plan->as.filter, row, NULL, &scratch);
    arena_release(&scratch);
    buf_release(&root);
    row_unref(row);
    plan_views_release(&views);
    return "fut"[truth];
}

struct truth_case {
    const char *object;
    char expected;
};

static void check_cases(const char *predicate, const struct truth_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char truth = evaluate(predicate, cases[i].object);

        if (truth != cases[i].expected)
            fail_msg("%s of %s is %c instead of %c", predicate, cases[i].object, truth,
                     cases[i].expected);
    }
}

/* CHECK(predicate, {row, truth}, {row, truth}, ...) */
#define CHECK(predicate, ...)                            \
    do {                                                 \
        const struct truth_case cases[] = {__VA_ARGS__}; \
        check_cases((predicate), cases, LENGTH(cases));  \
    } while (0)

#define T "{'type':'is_missing','field':'none'}"
#define F "{'type':'is_missing','field':'a'}"
#define U "{'type':'eq','field':'none','value':1}"

static void check_logic(const char *type, const char *children, char expected)
{
    struct buf text = BUF_INIT;
    char truth;

    buf_add_format(&text, "{'type':'%s','predicates':[%s]}", type, children);
    buf_add_byte(&text, '\0');
    truth = evaluate(text.bytes, "{'a':1}");
    if (truth != expected)
        fail_msg("%s is %c instead of %c", text.bytes, truth, expected);
    buf_release(&text);
}

static void test_and_is_the_minimum_of_its_parts(void **state)
{
    (void)state;
    check_logic("and", "", 't');
    check_logic("and", T, 't');
    check_logic("and", F, 'f');
    check_logic("and", U, 'u');
    check_logic("and", T "," T, 't');
    check_logic("and", T "," F, 'f');
    check_logic("and", F "," T, 'f');
    check_logic("and", T "," U, 'u');
    check_logic("and", U "," T, 'u');
    check_logic("and", F "," U, 'f');
    check_logic("and", U "," F, 'f');
    check_logic("and", U "," U, 'u');
    check_logic("and", F "," F, 'f');
    check_logic("and", U "," T "," F "," U, 'f');
}

static void test_or_is_the_maximum_of_its_parts(void **state)
{
    (void)state;
    check_logic("or", "", 'f');
    check_logic("or", T, 't');
    check_logic("or", F, 'f');
    check_logic("or", U, 'u');
    check_logic("or", F "," F, 'f');
    check_logic("or", T "," F, 't');
    check_logic("or", F "," T, 't');
    check_logic("or", F "," U, 'u');
    check_logic("or", U "," F, 'u');
    check_logic("or", T "," U, 't');
    check_logic("or", U "," T, 't');
    check_logic("or", U "," U, 'u');
    check_logic("or", T "," T, 't');
    check_logic("or", U "," F "," T "," U, 't');
}

static void test_not_of_unknown_is_unknown(void **state)
{
    (void)state;
    assert_int_equal(evaluate("{'type':'not','predicate':" T "}", "{'a':1}"), 'f');
    assert_int_equal(evaluate("{'type':'not','predicate':" F "}", "{'a':1}"), 't');
    assert_int_equal(evaluate("{'type':'not','predicate':" U "}", "{'a':1}"), 'u');
    assert_int_equal(
        evaluate("{'type':'not','predicate':{'type':'not','predicate':" U "}}", "{'a':1}"), 'u');
    assert_int_equal(
        evaluate("{'type':'not','predicate':{'type':'and','predicates':[" U "," F "]}}", "{'a':1}"),
        't');
}

static void test_eq_and_neq_compare_by_value(void **state)
{
    (void)state;
    CHECK("{'type':'eq','field':'a','value':1}", {"{'a':1}", 't'}, {"{'a':1.0}", 't'},
          {"{'a':10e-1}", 't'}, {"{'a':2}", 'f'}, {"{'a':'1'}", 'f'}, {"{'a':true}", 'f'},
          {"{'a':[1]}", 'f'}, {"{'a':null}", 'u'}, {"{}", 'u'});
    CHECK("{'type':'neq','field':'a','value':1}", {"{'a':1}", 'f'}, {"{'a':1.0}", 'f'},
          {"{'a':2}", 't'}, {"{'a':'1'}", 't'}, {"{'a':true}", 't'}, {"{'a':[1]}", 't'},
          {"{'a':null}", 'u'}, {"{}", 'u'});
    CHECK("{'type':'eq','field':'a','value':9007199254740993}", {"{'a':9007199254740993}", 't'},
          {"{'a':9007199254740992}", 'f'});
    CHECK("{'type':'eq','field':'a','value':'A'}", {"{'a':'A'}", 't'}, {"{'a':'\\u0041'}", 't'},
          {"{'a':'a'}", 'f'});
    CHECK("{'type':'eq','field':'a','value':false}", {"{'a':false}", 't'}, {"{'a':true}", 'f'},
          {"{'a':0}", 'f'}, {"{'a':''}", 'f'});
    CHECK("{'type':'eq','field':'a','value':[1,{'literal':2}]}", {"{'a':[1.0,{'literal':2}]}", 't'},
          {"{'a':[1,2]}", 'f'});
    CHECK("{'type':'eq','field':'a.b','value':1}", {"{'a':{'b':1}}", 't'}, {"{'a.b':1}", 'u'},
          {"{'a':1}", 'u'});
}

static void test_literal_objects_are_compared_by_value(void **state)
{
    (void)state;
    CHECK("{'type':'eq','field':'a','value':{'literal':{'x':1,'y':[2]}}}",
          {"{'a':{'y':[2.0],'x':1e0}}", 't'}, {"{'a':{'x':1}}", 'f'}, {"{'a':{}}", 'f'});
    CHECK("{'type':'neq','field':'a','value':{'literal':{'x':1}}}", {"{'a':{'x':1.0}}", 'f'},
          {"{'a':{'x':2}}", 't'}, {"{'a':1}", 't'});
    CHECK("{'type':'eq','field':'a','value':{'literal':{'$param':'one'}}}",
          {"{'a':{'$param':'one'}}", 't'}, {"{'a':1}", 'f'});
    CHECK("{'type':'eq','field':'a','value':{'$param':'object'}}", {"{'a':{'x':1.0}}", 't'});
}

/* A key that stands twice: the last one wins, in plans as in records. */
static void test_of_equal_keys_in_a_literal_object_the_last_counts(void **state)
{
    (void)state;
    CHECK("{'type':'eq','field':'a','value':{'literal':{'x':1,'x':2}}}", {"{'a':{'x':2}}", 't'},
          {"{'a':{'x':1}}", 'f'});
    CHECK("{'type':'eq','field':'a','value':[{'x':1,'y':0,'x':2}]}",
          {"{'a':[{'x':2,'y':0}]}", 't'});
    CHECK("{'type':'in','field':'a','values':[{'literal':{'x':1,'x':2}}]}", {"{'a':{'x':2}}", 't'},
          {"{'a':{'x':1}}", 'f'});
    CHECK("{'type':'eq','field':'b','field':'a','value':1,'value':2}", {"{'a':2,'b':1}", 't'},
          {"{'a':1,'b':1}", 'f'});
}

static void test_a_null_of_the_plan_asks_for_null(void **state)
{
    (void)state;
    CHECK("{'type':'eq','field':'a','value':null}", {"{'a':null}", 't'}, {"{}", 't'},
          {"{'a':0}", 'f'}, {"{'a':''}", 'f'}, {"{'a':false}", 'f'}, {"{'a':[null]}", 'f'});
    CHECK("{'type':'neq','field':'a','value':null}", {"{'a':null}", 'f'}, {"{}", 'f'},
          {"{'a':0}", 't'}, {"{'a':[]}", 't'});
    CHECK("{'type':'eq','field':'a','value':{'literal':null}}", {"{'a':null}", 't'}, {"{}", 't'},
          {"{'a':1}", 'f'});
    CHECK("{'type':'not','predicate':{'type':'eq','field':'a','value':null}}", {"{'a':null}", 'f'},
          {"{'a':1}", 't'});
    CHECK("{'type':'lte','field':'a','value':null}", {"{'a':null}", 'u'}, {"{'a':1}", 'u'});
    CHECK("{'type':'gt','field':'a','value':null}", {"{'a':1}", 'u'});
}

static void test_a_null_of_a_parameter_or_a_field_is_unknown(void **state)
{
    (void)state;
    CHECK("{'type':'eq','field':'a','value':{'$param':'null'}}", {"{'a':null}", 'u'}, {"{}", 'u'},
          {"{'a':1}", 'u'});
    CHECK("{'type':'neq','field':'a','value':{'$param':'null'}}", {"{'a':null}", 'u'},
          {"{'a':1}", 'u'});
    CHECK("{'type':'eq','field':'a','value':{'field':'b'}}", {"{'a':1,'b':1.0}", 't'},
          {"{'a':1,'b':2}", 'f'}, {"{'a':null,'b':null}", 'u'}, {"{'a':1}", 'u'}, {"{'b':1}", 'u'},
          {"{}", 'u'});
    CHECK("{'type':'eq','field':'a','value':{'$param':'one'}}", {"{'a':1}", 't'}, {"{'a':2}", 'f'},
          {"{}", 'u'});
    CHECK("{'type':'eq','field':{'field':'a'},'value':{'value':1}}", {"{'a':1}", 't'},
          {"{'a':2}", 'f'});
    CHECK("{'type':'lt','field':{'value':3},'value':{'field':'a'}}", {"{'a':4}", 't'},
          {"{'a':3}", 'f'}, {"{}", 'u'});
}

static void test_order_predicates_know_only_values_of_one_type(void **state)
{
    (void)state;
    CHECK("{'type':'gt','field':'a','value':10}", {"{'a':10.1}", 't'}, {"{'a':10}", 'f'},
          {"{'a':9}", 'f'}, {"{'a':'11'}", 'u'}, {"{'a':true}", 'u'}, {"{'a':[11]}", 'u'},
          {"{'a':{}}", 'u'}, {"{'a':null}", 'u'}, {"{}", 'u'});
    CHECK("{'type':'gte','field':'a','value':10}", {"{'a':10}", 't'}, {"{'a':1e1}", 't'},
          {"{'a':9.99}", 'f'}, {"{'a':'9'}", 'u'});
    CHECK("{'type':'lt','field':'a','value':10}", {"{'a':9}", 't'}, {"{'a':10.0}", 'f'},
          {"{'a':null}", 'u'}, {"{'a':'0'}", 'u'}, {"{'a':false}", 'u'});
    CHECK("{'type':'lte','field':'a','value':10}", {"{'a':10.0}", 't'}, {"{'a':11}", 'f'},
          {"{}", 'u'});
    CHECK("{'type':'lt','field':'a','value':'b'}", {"{'a':'a'}", 't'}, {"{'a':'B'}", 't'},
          {"{'a':'ba'}", 'f'}, {"{'a':''}", 't'}, {"{'a':1}", 'u'});
    CHECK("{'type':'lt','field':'a','value':true}", {"{'a':false}", 't'}, {"{'a':true}", 'f'},
          {"{'a':0}", 'u'});
    CHECK("{'type':'gt','field':'a','value':[1,2]}", {"{'a':[1,3]}", 't'}, {"{'a':[1,2,0]}", 't'},
          {"{'a':[1]}", 'f'}, {"{'a':3}", 'u'});
    CHECK("{'type':'not','predicate':{'type':'lt','field':'a','value':10}}", {"{'a':'x'}", 'u'},
          {"{'a':null}", 'u'}, {"{'a':11}", 't'});
}

static void test_prefix_compares_the_decoded_bytes_of_strings(void **state)
{
    (void)state;
    CHECK("{'type':'prefix','field':'a','prefix':'ab'}", {"{'a':'ab'}", 't'}, {"{'a':'abc'}", 't'},
          {"{'a':'a'}", 'f'}, {"{'a':''}", 'f'}, {"{'a':'xab'}", 'f'}, {"{'a':'Ab'}", 'f'},
          {"{'a':'\\u0061b'}", 't'}, {"{'a':['ab']}", 'u'}, {"{'a':12}", 'u'}, {"{'a':null}", 'u'},
          {"{}", 'u'});
    CHECK("{'type':'prefix','field':'a','prefix':''}", {"{'a':''}", 't'}, {"{'a':'x'}", 't'},
          {"{'a':1}", 'u'});
    CHECK("{'type':'prefix','field':'a','prefix':'\\n\\u0000'}", {"{'a':'\\n\\u0000x'}", 't'},
          {"{'a':'\\n'}", 'f'}, {"{'a':'n'}", 'f'});
    CHECK("{'type':'prefix','field':'a','prefix':{'$param':'text'}}", {"{'a':'abc'}", 't'});
    CHECK("{'type':'prefix','field':'a','prefix':{'$param':'null'}}", {"{'a':'abc'}", 'u'});
    CHECK("{'type':'prefix','field':'a','prefix':{'field':'b'}}", {"{'a':'xy','b':'x'}", 't'},
          {"{'a':'xy','b':'y'}", 'f'}, {"{'a':'xy','b':1}", 'u'}, {"{'a':'xy'}", 'u'});
}

static void test_contains_finds_elements_and_substrings(void **state)
{
    (void)state;
    CHECK("{'type':'contains','field':'a','value':1}", {"{'a':[0,1.0]}", 't'},
          {"{'a':[0,'1',[1]]}", 'f'}, {"{'a':[]}", 'f'}, {"{'a':'1'}", 'u'}, {"{'a':1}", 'u'},
          {"{'a':{'x':1}}", 'u'}, {"{'a':null}", 'u'}, {"{}", 'u'});
    CHECK("{'type':'contains','field':'a','value':'bc'}", {"{'a':'abcd'}", 't'},
          {"{'a':'bc'}", 't'}, {"{'a':'b'}", 'f'}, {"{'a':'b c'}", 'f'}, {"{'a':['bc']}", 't'},
          {"{'a':['abc']}", 'f'}, {"{'a':'a\\u0062c'}", 't'});
    CHECK("{'type':'contains','field':'a','value':''}", {"{'a':''}", 't'}, {"{'a':'x'}", 't'},
          {"{'a':[]}", 'f'}, {"{'a':['']}", 't'});
    CHECK("{'type':'contains','field':'a','value':'\\n'}", {"{'a':'x\\ny'}", 't'},
          {"{'a':'n\\\\'}", 'f'});
    CHECK("{'type':'contains','field':'a','value':{'literal':{'k':1}}}", {"{'a':[{'k':1.0}]}", 't'},
          {"{'a':[{'k':2}]}", 'f'});
    CHECK("{'type':'contains','field':'a','value':null}", {"{'a':[null]}", 't'}, {"{'a':[1]}", 'f'},
          {"{'a':'null'}", 'u'});
    CHECK("{'type':'contains','field':'a','value':{'$param':'null'}}", {"{'a':[null]}", 'u'},
          {"{'a':[1]}", 'u'});
    CHECK("{'type':'contains','field':'a','value':{'field':'b'}}", {"{'a':[1,2],'b':2}", 't'},
          {"{'a':[1,null]}", 'u'}, {"{'a':'xyz','b':'y'}", 't'});
}

static void test_in_is_true_for_any_equal_value(void **state)
{
    (void)state;
    CHECK("{'type':'in','field':'a','values':[3,'x',true,[1],10,2.5]}", {"{'a':3.0}", 't'},
          {"{'a':'x'}", 't'}, {"{'a':true}", 't'}, {"{'a':[1.0]}", 't'}, {"{'a':1e1}", 't'},
          {"{'a':2.50}", 't'}, {"{'a':4}", 'f'}, {"{'a':'3'}", 'f'}, {"{'a':false}", 'f'},
          {"{'a':[]}", 'f'}, {"{'a':{}}", 'f'}, {"{'a':null}", 'u'}, {"{}", 'u'});
    CHECK("{'type':'in','field':'a','values':[]}", {"{'a':1}", 'f'}, {"{'a':null}", 'f'},
          {"{}", 'f'});
    CHECK("{'type':'in','field':'a','values':[1,{'field':'b'}]}", {"{'a':1}", 't'},
          {"{'a':2,'b':2}", 't'}, {"{'a':2,'b':3}", 'f'}, {"{'a':2}", 'u'},
          {"{'a':1,'b':null}", 't'}, {"{'b':2}", 'u'});
    CHECK("{'type':'in','field':'a','values':[{'$param':'one'},{'literal':{'k':1}}]}",
          {"{'a':1}", 't'}, {"{'a':{'k':1}}", 't'}, {"{'a':2}", 'f'});
    CHECK("{'type':'in','field':'a','values':{'$param':'full'}}", {"{'a':2}", 't'},
          {"{'a':3}", 'f'}, {"{}", 'u'});
}

static void test_a_null_in_the_list_depends_on_who_wrote_it(void **state)
{
    (void)state;
    CHECK("{'type':'in','field':'a','values':[1,null]}", {"{'a':1}", 't'}, {"{'a':null}", 't'},
          {"{}", 't'}, {"{'a':2}", 'f'});
    CHECK("{'type':'in','field':'a','values':[1,{'$param':'null'}]}", {"{'a':1}", 't'},
          {"{'a':null}", 'u'}, {"{'a':2}", 'u'});
    CHECK("{'type':'in','field':'a','values':{'$param':'list'}}", {"{'a':1}", 't'},
          {"{'a':'x'}", 't'}, {"{'a':null}", 'u'}, {"{'a':2}", 'u'});
    CHECK("{'type':'not','predicate':{'type':'in','field':'a','values':{'$param':'list'}}}",
          {"{'a':1}", 'f'}, {"{'a':2}", 'u'}); /* NOT IN with a null: nothing */
    CHECK("{'type':'not','predicate':{'type':'in','field':'a','values':[1,null]}}",
          {"{'a':2}", 't'}, {"{'a':null}", 'f'});
}

static void test_in_finds_each_of_a_thousand_values(void **state)
{
    struct buf text = BUF_INIT;

    (void)state;
    buf_add_string(&text, "{'type':'in','field':'a','values':[");
    for (int i = 0; i < 1000; i++) /* in no order: 7 i modulo 1000 */
        buf_add_format(&text, "%s%d.5", i ? "," : "", i * 7 % 1000);
    buf_add_string(&text, "]}");
    buf_add_byte(&text, '\0');
    for (int i = 0; i < 1000; i += 37) {
        char object[32];

        (void)snprintf(object, sizeof(object), "{'a':%d.50}", i);
        assert_int_equal(evaluate(text.bytes, object), 't');
        (void)snprintf(object, sizeof(object), "{'a':%d}", i);
        assert_int_equal(evaluate(text.bytes, object), 'f');
    }
    buf_release(&text);
}

static void test_between_includes_both_ends(void **state)
{
    (void)state;
    CHECK("{'type':'between','field':'a','low':1,'high':3}", {"{'a':1}", 't'}, {"{'a':3.0}", 't'},
          {"{'a':2.5}", 't'}, {"{'a':0.9}", 'f'}, {"{'a':3.1}", 'f'}, {"{'a':'2'}", 'u'},
          {"{'a':null}", 'u'}, {"{}", 'u'});
    CHECK("{'type':'between','field':'a','low':3,'high':1}", {"{'a':2}", 'f'}, {"{'a':3}", 'f'});
    CHECK("{'type':'between','field':'a','low':1,'high':{'$param':'null'}}", {"{'a':2}", 'u'},
          {"{'a':0}", 'f'});
    CHECK("{'type':'between','field':'a','low':{'field':'b'},'high':{'field':'c'}}",
          {"{'a':2,'b':1,'c':3}", 't'}, {"{'a':2,'b':3,'c':1}", 'f'}, {"{'a':2,'b':1}", 'u'},
          {"{'a':2,'c':1}", 'f'}, {"{'a':2,'b':'x','c':1}", 'f'});
    CHECK("{'type':'between','field':'a','low':'b','high':'d'}", {"{'a':'b'}", 't'},
          {"{'a':'d'}", 't'}, {"{'a':'da'}", 'f'}, {"{'a':'cz'}", 't'});
}

static void test_patterns_know_only_strings(void **state)
{
    (void)state;
    CHECK("{'type':'like','field':'a','pattern':'a_c%'}", {"{'a':'abc'}", 't'},
          {"{'a':'abcd'}", 't'}, {"{'a':'ac'}", 'f'}, {"{'a':'ABC'}", 'f'}, {"{'a':1}", 'u'},
          {"{'a':['abc']}", 'u'}, {"{'a':null}", 'u'}, {"{}", 'u'});
    CHECK("{'type':'like','field':'a','pattern':'50\\\\%'}", {"{'a':'50%'}", 't'},
          {"{'a':'50x'}", 'f'});
    CHECK("{'type':'like','field':'a','pattern':'50#%','escape':'#'}", {"{'a':'50%'}", 't'},
          {"{'a':'50#%'}", 'f'});
    CHECK("{'type':'like','field':'a','pattern':'\\\\%','escape':''}", {"{'a':'\\\\x'}", 't'},
          {"{'a':'%'}", 'f'});
    CHECK("{'type':'ilike','field':'a','pattern':'a_c%'}", {"{'a':'ABCD'}", 't'},
          {"{'a':'AC'}", 'f'}, {"{'a':1}", 'u'}, {"{}", 'u'});
    CHECK("{'type':'regex','field':'a','pattern':'^a+$'}", {"{'a':'aaa'}", 't'},
          {"{'a':'aab'}", 'f'}, {"{'a':1}", 'u'}, {"{}", 'u'});
    CHECK("{'type':'like','field':'a','pattern':{'$param':'text'}}", {"{'a':'ab'}", 't'},
          {"{'a':'abc'}", 'f'});
    CHECK("{'type':'like','field':'a','pattern':{'$param':'null'}}", {"{'a':'ab'}", 'u'},
          {"{}", 'u'});
    CHECK("{'type':'not','predicate':{'type':'like','field':'a','pattern':'x%'}}",
          {"{'a':'y'}", 't'}, {"{'a':1}", 'u'});
}

static void test_null_and_missing_can_be_asked_for(void **state)
{
    (void)state;
    CHECK("{'type':'is_null','field':'a'}", {"{'a':null}", 't'}, {"{}", 't'}, {"{'a':0}", 'f'},
          {"{'a':''}", 'f'}, {"{'a':[]}", 'f'});
    CHECK("{'type':'is_missing','field':'a'}", {"{'a':null}", 'f'}, {"{}", 't'}, {"{'a':0}", 'f'});
    CHECK("{'type':'is_missing','field':'a.b'}", {"{'a':{'b':null}}", 'f'}, {"{'a':{}}", 't'},
          {"{'a':1}", 't'}, {"{'a':null}", 't'});
    CHECK("{'type':'is_null','field':['a',1]}", {"{'a':[0,null]}", 't'}, {"{'a':[0]}", 't'},
          {"{'a':[0,1]}", 'f'});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_and_is_the_minimum_of_its_parts),
        cmocka_unit_test(test_or_is_the_maximum_of_its_parts),
        cmocka_unit_test(test_not_of_unknown_is_unknown),
        cmocka_unit_test(test_eq_and_neq_compare_by_value),
        cmocka_unit_test(test_literal_objects_are_compared_by_value),
        cmocka_unit_test(test_of_equal_keys_in_a_literal_object_the_last_counts),
        cmocka_unit_test(test_a_null_of_the_plan_asks_for_null),
        cmocka_unit_test(test_a_null_of_a_parameter_or_a_field_is_unknown),
        cmocka_unit_test(test_order_predicates_know_only_values_of_one_type),
        cmocka_unit_test(test_prefix_compares_the_decoded_bytes_of_strings),
        cmocka_unit_test(test_contains_finds_elements_and_substrings),
        cmocka_unit_test(test_in_is_true_for_any_equal_value),
        cmocka_unit_test(test_a_null_in_the_list_depends_on_who_wrote_it),
        cmocka_unit_test(test_in_finds_each_of_a_thousand_values),
        cmocka_unit_test(test_between_includes_both_ends),
        cmocka_unit_test(test_patterns_know_only_strings),
        cmocka_unit_test(test_null_and_missing_can_be_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

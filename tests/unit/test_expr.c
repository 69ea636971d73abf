/* Expressions: every function, what is null, how numbers come out, how programs jump. */
#include "test.h"

#include "expr/function.h"

/* What a call of the name gives for arguments, over a row. */
static void check(const char *name, const char *args, const char *expected)
{
    static const char object[] = "{'i':7,'f':2.5,'s':'h\xc3\xa9llo','n':null,'t':true,"
                                 "'o':{'b':1,'a':[1,{'x':'y'}]},'l':[3,1,2],'one':1.0}";
    struct plan_views views;
    struct row *row = test_row("t:1", object);
    struct buf root = BUF_INIT;
    struct buf wanted = BUF_INIT;
    struct arena scratch = ARENA_INIT;
    const struct plan *plan;
    struct value value;

    buf_add_format(&root,
                   "{'op':'project','input':{'op':'scan','table':'t'},'projections':[{'type':"
                   "'expr','alias':'x','expr':{'call':'%s','args':[%s]}}]}",
                   name, args);
    buf_add_byte(&root, '\0');
    plan = test_plan(&views, root.bytes, "{'p':5}");
    value = expr_eval(plan->as.project.projections[0].expr, row, &scratch);
    for (const char *c = expected; *c; c++)
        buf_add_byte(&wanted, *c == '\'' ? '"' : *c);
    if (value.size != wanted.size ||
        (value.size && memcmp(value.text, wanted.bytes, wanted.size) != 0))
        fail_msg("%s(%s) is %.*s instead of %s", name, args, (int)value.size, value.text, expected);
    arena_release(&scratch);
    buf_release(&wanted);
    buf_release(&root);
    row_unref(row);
    plan_views_release(&views);
}

static void test_sums_differences_and_products_are_exact(void **state)
{
    (void)state;
    check("add", "0.1,0.2", "0.3");
    check("add", "9223372036854775807,1", "9223372036854775808");
    check("add", "{'field':'i'},{'field':'f'}", "9.5");
    check("add", "1e30,1", "1000000000000000000000000000001");
    check("sub", "1,1.0", "0");
    check("sub", "{'field':'one'},{'$param':'p'}", "-4");
    check("mul", "1e15,1e15", "1000000000000000000000000000000");
    check("mul", "0.1,0.1", "0.01");
    check("mul", "-2.50,4", "-10");
    check("mul", "99999999999999999999,99999999999999999999",
          "9999999999999999999800000000000000000001");
    check("neg", "0", "0");
    check("neg", "-1.5", "1.5");
}

static void test_arithmetic_inside_arithmetic_is_rounded_once(void **state)
{
    (void)state;
    check("sub", "{'call':'add','args':[1e20,0.5]},1e20", "0.5");
    check("eq", "{'call':'add','args':[1e20,0.5]},1e20", "false");
    check("eq", "{'call':'add','args':[0.1,0.2]},0.3", "true");
    check("add", "1e20,0.5", "100000000000000000000"); /* the nearest double */
    check("coalesce", "{'call':'add','args':[1e20,0.5]}", "100000000000000000000");
    check("abs",
          "{'call':'coalesce','args':[{'call':'sub','args':[{'field':'i'},8]},"
          "{'call':'add','args':[{'field':'i'},1]}]}",
          "1"); /* from a branch, not the last one */
    check("floor", "{'call':'add','args':[1e20,0.5]}", "100000000000000000000");
}

static void test_quotients_are_rounded_once_and_whole_ones_are_integers(void **state)
{
    (void)state;
    check("div", "6,3", "2");
    check("div", "7,2", "3.5");
    check("div", "1,3", "0.3333333333333333");
    check("div", "2,3", "0.6666666666666666");
    check("div", "-1,3", "-0.3333333333333333");
    check("div", "1,0", "null");
    check("div", "0,5", "0");
    check("div", "1e40,1e20", "100000000000000000000");
    check("div", "0.3,0.1", "3");
    check("quotient", "7,2", "3");
    check("quotient", "-7,2", "-3");
    check("quotient", "9007199254740993000,1", "9007199254740993000");
    check("quotient", "7.5,2.5", "3");
    check("quotient", "1,0", "null");
    check("mod", "7,3", "1");
    check("mod", "-7,3", "-1");
    check("mod", "7.5,2", "1.5");
    check("mod", "1,0", "null");
}

static void test_what_is_no_number_makes_arithmetic_null(void **state)
{
    (void)state;
    check("add", "1,{'field':'n'}", "null");
    check("add", "1,{'field':'nothing'}", "null");
    check("add", "1,'1'", "null");
    check("mul", "true,1", "null");
    check("abs", "'x'", "null");
    check("add", "1e200000,1", "null");
    check("add", "1e-20000,1", "null");
}

static void test_numbers_are_rounded_as_numeric_is(void **state)
{
    (void)state;
    check("round", "2.5", "3");
    check("round", "-2.5", "-3");
    check("round", "2.675,2", "2.68");
    check("round", "1234.5,-2", "1200");
    check("round", "1250,-2", "1300");
    check("round", "1,5", "1");
    check("floor", "-1.5", "-2");
    check("floor", "1.5", "1");
    check("ceil", "1.2", "2");
    check("ceil", "-1.2", "-1");
    check("ceil", "3", "3");
    check("trunc", "-1.9", "-1");
    check("trunc", "1.999,2", "1.99");
    check("trunc", "1999,-2", "1900");
    check("sign", "-0.5", "-1");
    check("sign", "-0", "0");
    check("abs", "-12345678901234567890.5", "12345678901234567000");
}

static void test_powers_roots_and_logarithms(void **state)
{
    (void)state;
    check("power", "2,10", "1024");
    check("power", "2,100", "1267650600228229401496703205376");
    check("power", "2,-1", "0.5");
    check("power", "0,0", "1");
    check("power", "0,-1", "null");
    check("power", "-8,3", "-512");
    check("power", "2,0.5", "1.4142135623730951");
    check("power", "-1,0.5", "null");
    check("power", "10,1000000", "null");
    check("power", "1.5,2", "2.25");
    check("sqrt", "9", "3");
    check("sqrt", "2", "1.4142135623730951");
    check("sqrt", "-1", "null");
    check("sqrt", "1e80", "10000000000000000000000000000000000000000");
    check("ln", "1", "0");
    check("ln", "0", "null");
    check("ln", "-1", "null");
    check("log", "1000", "3");
    check("exp", "0", "1");
    check("exp", "1", "2.718281828459045");
    check("exp", "1000", "null");
}

static void test_comparisons_do_not_know_null(void **state)
{
    (void)state;
    check("eq", "1,1.0", "true");
    check("eq", "1,'1'", "false");
    check("eq", "null,null", "null");
    check("lt", "1,'x'", "null");
    check("lte", "'a','b'", "true");
    check("gte", "'a','b'", "false");
    check("gte", "2,2.0", "true");
    check("gte", "{'field':'n'},1", "null");
    check("gt", "{'field':'l'},{'literal':[3,1]}", "true");
    check("neq", "{'field':'i'},7", "false");
    check("is_null", "{'field':'n'}", "true");
    check("is_null", "{'field':'nothing'}", "true");
    check("is_missing", "{'field':'n'}", "false");
    check("is_missing", "{'field':'nothing'}", "true");
    check("is_distinct", "null,{'field':'nothing'}", "false");
    check("is_distinct", "1,null", "true");
    check("is_distinct", "1,1e0", "false");
    check("between", "{'field':'i'},7,8", "true");
    check("between", "{'field':'i'},8,null", "false");
    check("between", "{'field':'i'},7,null", "null");
    check("in", "{'field':'i'},1,7", "true");
    check("in", "{'field':'i'},1,null", "null");
    check("in", "{'field':'i'},null,7", "true"); /* behind one that is unknown */
    check("in", "{'field':'i'},1,2", "false");
}

static void test_truth_has_three_values(void **state)
{
    (void)state;
    check("and", "", "true");
    check("or", "", "false");
    check("and", "true,null", "null");
    check("and", "null,false", "false");
    check("or", "false,null,true", "true");
    check("or", "null,false", "null");
    check("not", "null", "null");
    check("not", "{'field':'t'}", "false");
    check("and", "1,true", "null");
    check("and", "{'type':'gt','field':'i','value':6},{'field':'t'}", "true");
}

static void test_case_takes_the_first_true_branch(void **state)
{
    (void)state;
    check("case", "true,1,true,2,3", "1");
    check("case", "null,1,true,2,3", "2");
    check("case", "false,1,null,2,3", "3");
    check("case", "false,1", "null");
    check("case", "{'type':'eq','field':'i','value':7},'seven','other'", "'seven'");
    check("add", "{'call':'case','args':[false,1,10]},{'call':'case','args':[true,5,6]}", "15");
    check("coalesce", "null,{'field':'nothing'},{'field':'i'},1", "7");
    check("coalesce", "null,null", "null");
    check("coalesce", "1.50", "1.50");
    check("nullif", "1,1.0", "null");
    check("nullif", "1,2", "1");
    check("greatest", "1,null,3,2", "3");
    check("least", "null,'b','a'", "'a'");
    check("least", "null", "null");
}

static void test_strings_count_characters(void **state)
{
    (void)state;
    check("length", "{'field':'s'}", "5");
    check("upper", "{'field':'s'}", "'H\xc3\x89LLO'");
    check("lower", "'\xc3\x84\xce\xa9 X'", "'\xc3\xa4\xcf\x89 x'");
    check("substr", "{'field':'s'},2,2", "'\xc3\xa9l'");
    check("substr", "'hello',0,3", "'he'");
    check("substr", "'hello',-1", "'hello'");
    check("substr", "'hello',4,100", "'lo'");
    check("substr", "'hello',9", "''");
    check("substr", "'hello',1,-1", "null");
    check("left", "{'field':'s'},2", "'h\xc3\xa9'");
    check("left", "'hello',-2", "'hel'");
    check("right", "'hello',2", "'lo'");
    check("right", "'hello',-9", "''");
    check("reverse", "{'field':'s'}", "'oll\xc3\xa9h'");
    check("position", "'l',{'field':'s'}", "3");
    check("position", "'','x'", "1");
    check("position", "'z','x'", "0");
    check("length", "1", "null");
}

static void test_strings_are_put_together_and_taken_apart(void **state)
{
    (void)state;
    check("concat", "'a',null,1,true", "'a1true'");
    check("concat", "'a',1.0,' ',1e2,[2.50]", "'a1 100[2.5]'"); /* equal values, equal texts */
    check("append", "'a',null", "null");
    check("append", "'a','b','c'", "'abc'");
    check("trim", "'  x '", "'x'");
    check("trim", "'xyaxy','xy'", "'a'");
    check("ltrim", "'  x '", "'x '");
    check("rtrim", "'x\xc3\xa9\xc3\xa9','\xc3\xa9'", "'x'");
    check("trim", "'   '", "''");
    check("replace", "'aXbX','X','--'", "'a--b--'");
    check("replace", "'aa','','x'", "'aa'");
    check("split_part", "'a,b,c',',',2", "'b'");
    check("split_part", "'a,b,c',',',-1", "'c'");
    check("split_part", "'a,b,c',',',4", "''");
    check("split_part", "'a,b,c',',',0", "null");
    check("split_part", "'abc','',1", "'abc'");
    check("repeat", "'ab',3", "'ababab'");
    check("repeat", "'ab',-1", "''");
    check("repeat", "'ab',1000000000000", "null");
    check("starts_with", "'hello','he'", "true");
    check("ends_with", "'hello','lo'", "true");
    check("ends_with", "'lo','hello'", "false");
    check("contains", "'hello','ell'", "true");
    check("contains", "{'field':'l'},1.0", "true");
    check("like", "{'field':'s'},'h_l%'", "true");
    check("like", "'50%','50!%','!'", "true");
    check("ilike", "'HELLO','h%'", "true");
    check("regex", "'hello','l+o$'", "true");
    check("regex", "1,'1'", "null");
    check("upper", "'a\\u0001\\\"'", "'A\\u0001\\\"'");
}

static void test_casts(void **state)
{
    (void)state;
    check("cast", "1.50,'text'", "'1.5'");
    check("cast", "{'field':'o'},'text'", "'{\\'a\\':[1,{\\'x\\':\\'y\\'}],\\'b\\':1}'");
    check("cast", "'x','text'", "'x'");
    check("cast", "' 12.50 ','number'", "12.50");
    check("cast", "'+.5','number'", "0.5");
    check("cast", "'5.','number'", "5");
    check("cast", "'007','number'", "7");
    check("cast", "'1e3','number'", "1e3");
    check("cast", "'.','number'", "null");
    check("cast", "'','number'", "null");
    check("cast", "'1 2','number'", "null");
    check("cast", "'NaN','number'", "null");
    check("cast", "true,'number'", "1");
    check("cast", "2.5,'integer'", "3");
    check("cast", "'2.4','integer'", "2");
    check("cast", "'Yes','boolean'", "true");
    check("cast", "0.0,'boolean'", "false");
    check("cast", "'maybe','boolean'", "null");
    check("cast", "null,'text'", "null");
}

static void test_json_is_taken_apart_and_put_together(void **state)
{
    (void)state;
    check("get", "{'field':'o'},'a',1,'x'", "'y'");
    check("get", "{'field':'l'},-1", "2");
    check("get", "{'field':'l'},-4", "");
    check("get", "{'field':'l'},3", "");
    check("get", "{'field':'o'},0", "");
    check("path", "{'field':'o'},'a.1.x'", "'y'");
    check("path", "{'field':'o'},['a',0]", "1");
    check("path", "{'field':'o'},{'field':'i'}", "");
    check("array_length", "{'field':'l'}", "3");
    check("array_length", "{'field':'o'}", "null");
    check("array_length", "{'literal':[]}", "0");
    check("keys", "{'field':'o'}", "['a','b']");
    check("keys", "{'literal':{}}", "[]");
    check("typeof", "{'field':'l'}", "'array'");
    check("typeof", "{'field':'n'}", "'null'");
    check("typeof", "{'field':'nothing'}", "");
    check("typeof", "true", "'boolean'");
    check("object", "", "{}");
    check("object", "'a',1,'b',{'field':'nothing'},'a',2", "{'a':2}");
    check("object", "{'field':'i'},1", "null");
    check("array", "1,{'field':'nothing'},'x'", "[1,null,'x']");
    check("array", "", "[]");
    check("json_text", "{'field':'l'}", "'[3,1,2]'");
}

/* Of two hundred members, each of them given twice, the last ones. */
static void test_an_object_of_many_members_has_each_once(void **state)
{
    struct buf args = BUF_INIT;
    struct buf wanted = BUF_INIT;

    (void)state;
    for (int i = 0; i < 400; i++)
        buf_add_format(&args, "%s'k%d',%d", i ? "," : "", i % 200, i);
    for (int i = 200; i < 400; i++)
        buf_add_format(&wanted, "%s'k%d':%d", i > 200 ? "," : "{", i % 200, i);
    buf_add(&args, "", 1);
    buf_add(&wanted, "}", 2);
    check("object", args.bytes, wanted.bytes);
    buf_release(&args);
    buf_release(&wanted);
}

static void test_times_stay_what_they_were(void **state)
{
    (void)state;
    check("date_trunc", "'month','2024-02-29T23:59:59.5Z'", "'2024-02-01T00:00:00Z'");
    check("date_trunc", "'hour','2024-02-29T23:59:59+02:00'", "'2024-02-29T21:00:00Z'");
    check("date_trunc", "'week','2024-03-03'", "'2024-02-26T00:00:00Z'");
    check("date_trunc", "'quarter','2024-12-31'", "'2024-10-01T00:00:00Z'");
    check("date_trunc", "'year',1709251199.25", "1704067200");
    check("date_trunc", "'day',-1", "-86400");
    check("date_trunc", "'minutes','2024-02-29T23:59:59Z'", "'2024-02-29T23:59:00Z'");
    check("date_trunc", "{'field':'s'},'2024-02-29'", "null");
    check("date_trunc", "'day','yesterday'", "null");
    check("extract", "'year','2024-02-29'", "2024");
    check("extract", "'second','2024-02-29T00:00:01.25Z'", "1.25");
    check("extract", "'millisecond','2024-02-29T00:00:01.25Z'", "1250");
    check("extract", "'dow','2024-03-03'", "0");
    check("extract", "'isodow','2024-03-03'", "7");
    check("extract", "'doy','2024-12-31'", "366");
    check("extract", "'week','2021-01-03'", "53");
    check("extract", "'isoyear','2021-01-03'", "2020");
    check("extract", "'week','2024-12-30'", "1");
    check("extract", "'quarter','2024-06-30'", "2");
    check("extract", "'epoch','1970-01-02'", "86400");
    check("extract", "'hour',3600.5", "1");
    check("epoch", "'1970-01-01T00:00:00.000001Z'", "0.000001");
    check("epoch", "'x'", "null");
    check("to_timestamp", "0", "'1970-01-01T00:00:00Z'");
    check("to_timestamp", "-0.5", "'1969-12-31T23:59:59.5Z'");
    check("to_timestamp", "1e30", "null");
    check("age_ms", "'2024-01-01T00:00:01.5Z','2024-01-01'", "1500");
    check("age_ms", "1,2.0005", "-1000.5");
}

static void test_windows_of_time(void **state)
{
    (void)state;
    check("tumble", "'2024-01-01T00:07:59Z','5m'", "'2024-01-01T00:05:00Z'");
    check("tumble", "479,300", "300");
    check("tumble", "-1,'1s'", "-1");
    check("tumble", "-0.5,'1s'", "-1");
    check("tumble", "5,{'call':'sub','args':[1,1]}", "null");
    check("tumble", "5,{'field':'s'}", "null");
    check("hop", "479,'5m','10m'", "[0,300]");
    check("hop", "300,300,600", "[0,300]");
    check("hop", "299,300,600", "[-300,0]");
    check("hop", "400,600,300", "[]");
    check("hop", "479,'1us',{'call':'lower','args':['1H']}", "null");
}

/* Its bytes are not looked at: nobody has as many. */
static void test_what_no_value_can_hold_is_null(void **state)
{
    struct buf text = {.bytes = malloc(1), .size = (size_t)UINT32_MAX + 1, .max = 1};
    struct arena scratch = ARENA_INIT;

    (void)state;
    assert_int_equal(make_value(&text, &scratch).type, VALUE_NULL);
    assert_null(text.bytes);
    arena_release(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_differences_and_products_are_exact),
        cmocka_unit_test(test_arithmetic_inside_arithmetic_is_rounded_once),
        cmocka_unit_test(test_quotients_are_rounded_once_and_whole_ones_are_integers),
        cmocka_unit_test(test_what_is_no_number_makes_arithmetic_null),
        cmocka_unit_test(test_numbers_are_rounded_as_numeric_is),
        cmocka_unit_test(test_powers_roots_and_logarithms),
        cmocka_unit_test(test_comparisons_do_not_know_null),
        cmocka_unit_test(test_truth_has_three_values),
        cmocka_unit_test(test_case_takes_the_first_true_branch),
        cmocka_unit_test(test_strings_count_characters),
        cmocka_unit_test(test_strings_are_put_together_and_taken_apart),
        cmocka_unit_test(test_casts),
        cmocka_unit_test(test_json_is_taken_apart_and_put_together),
        cmocka_unit_test(test_an_object_of_many_members_has_each_once),
        cmocka_unit_test(test_times_stay_what_they_were),
        cmocka_unit_test(test_windows_of_time),
        cmocka_unit_test(test_what_no_value_can_hold_is_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

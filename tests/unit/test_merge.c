/* JSON Merge Patch: the table of RFC 7396, the order of keys, and jansson as an oracle. */
#include "test.h"

#include "engine/merge.h"

/* Both libraries have a JSON_ARRAY. */
#define JSON_ARRAY JANSSON_ARRAY
#include <jansson.h>
#undef JSON_ARRAY

static void check(const char *target, const char *patch, const char *expected)
{
    char *old = test_normal(target);
    char *change = test_normal(patch);
    char *wanted = test_normal(expected);
    struct buf out = BUF_INIT;

    (void)buf_reserve(&out, strlen(old) + strlen(change) + 100);
    buf_add_string(&out, "kept:"); /* it is added to what is there */
    merge_patch(&out, test_value(old), test_value(change));
    buf_add_byte(&out, '\0');
    assert_memory_equal(out.bytes, "kept:", 5);
    assert_string_equal(out.bytes + 5, wanted);
    buf_release(&out);
    free(old);
    free(change);
    free(wanted);
}

static void test_the_table_of_rfc_7396_holds_for_objects(void **state)
{
    (void)state;
    check("{'a':'b'}", "{'a':'c'}", "{'a':'c'}");
    check("{'a':'b'}", "{'b':'c'}", "{'a':'b','b':'c'}");
    check("{'a':'b'}", "{'a':null}", "{}");
    check("{'a':'b','b':'c'}", "{'a':null}", "{'b':'c'}");
    check("{'a':['b']}", "{'a':'c'}", "{'a':'c'}");
    check("{'a':'c'}", "{'a':['b']}", "{'a':['b']}");
    check("{'a':{'b':'c'}}", "{'a':{'b':'d','c':null}}", "{'a':{'b':'d'}}");
    check("{'a':[{'b':'c'}]}", "{'a':[1]}", "{'a':[1]}");
    check("{'e':null}", "{'a':1}", "{'e':null,'a':1}");
    check("{}", "{'a':{'bb':{'ccc':null}}}", "{'a':{'bb':{}}}");
}

static void test_the_example_of_rfc_7396_holds(void **state)
{
    (void)state;
    check("{'title':'Goodbye!','author':{'givenName':'John','familyName':'Doe'},"
          "'tags':['example','sample'],'content':'This will be unchanged'}",
          "{'title':'Hello!','phoneNumber':'+01-123-456-7890','author':{'familyName':null},"
          "'tags':['example']}",
          "{'title':'Hello!','author':{'givenName':'John'},'tags':['example'],"
          "'content':'This will be unchanged','phoneNumber':'+01-123-456-7890'}");
}

static void test_an_empty_patch_changes_nothing(void **state)
{
    (void)state;
    check("{}", "{}", "{}");
    check("{'a':1,'b':null}", "{}", "{'a':1,'b':null}");
    check("{'a':{'b':1}}", "{'a':{}}", "{'a':{'b':1}}");
}

static void test_null_removes_and_of_nothing_removes_nothing(void **state)
{
    (void)state;
    check("{'a':1,'b':2,'c':3}", "{'b':null}", "{'a':1,'c':3}");
    check("{'a':1,'b':2,'c':3}", "{'c':null,'a':null}", "{'b':2}");
    check("{'a':1}", "{'a':null,'z':null}", "{}");
    check("{}", "{'a':null}", "{}");
    check("{'a':null}", "{'a':null}", "{}");
}

static void test_nulls_inside_arrays_are_values(void **state)
{
    (void)state;
    check("{'a':1}", "{'a':[null,{'b':null}]}", "{'a':[null,{'b':null}]}");
    check("{}", "{'a':[{'b':null}]}", "{'a':[{'b':null}]}");
}

static void test_objects_are_merged_at_every_depth(void **state)
{
    (void)state;
    check("{'a':{'b':{'c':1,'d':2},'e':3}}", "{'a':{'b':{'c':null,'f':4}}}",
          "{'a':{'b':{'d':2,'f':4},'e':3}}");
    check("{'a':1}", "{'a':{'b':2,'c':null}}", "{'a':{'b':2}}");
    check("{'a':[1]}", "{'a':{'b':2}}", "{'a':{'b':2}}");
    check("{'a':{'b':1}}", "{'a':2}", "{'a':2}");
    check("{'a':{'b':1}}", "{'a':{'b':null}}", "{'a':{}}");
}

static void test_fields_keep_their_place_and_new_ones_follow_in_the_order_of_the_patch(void **state)
{
    (void)state;
    check("{'c':1,'a':2,'b':3}", "{'b':9,'c':8}", "{'c':8,'a':2,'b':9}");
    check("{'c':1}", "{'z':1,'y':2,'c':3,'x':4}", "{'c':3,'z':1,'y':2,'x':4}");
    check("{'a':{'q':1,'p':2}}", "{'a':{'r':3,'p':4,'o':5}}", "{'a':{'q':1,'p':4,'r':3,'o':5}}");
    check("{}", "{'b':1,'a':{'d':1,'c':2}}", "{'b':1,'a':{'d':1,'c':2}}");
}

static void test_numbers_keep_their_spelling(void **state)
{
    (void)state;
    check("{'a':1.50,'b':1e2}", "{'b':10e1}", "{'a':1.50,'b':10e1}");
}

static void test_keys_are_compared_whole_and_decoded(void **state)
{
    (void)state;
    check("{'ab':1,'a':2,'abc':3}", "{'a':9}", "{'ab':1,'a':9,'abc':3}");
    check("{'a\\nb':1,'':2,'\\u00e9':3}", "{'a\\u000ab':4,'':5,'\xc3\xa9':6}",
          "{'a\\nb':4,'':5,'\xc3\xa9':6}");
    check("{'a\\\\':1,'b':2}", "{'a\\\\':null}", "{'b':2}");
}

static void test_a_patch_nested_1000_deep_is_merged(void **state)
{
    struct buf target = BUF_INIT;
    struct buf patch = BUF_INIT;
    struct buf expected = BUF_INIT;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        buf_add_string(&target, "{'x':0,'a':");
        buf_add_string(&patch, "{'a':");
        buf_add_string(&expected, "{'x':0,'a':");
    }
    buf_add_string(&target, "1");
    buf_add_string(&patch, "{'b':2}");
    buf_add_string(&expected, "{'b':2}");
    for (int i = 0; i < 1000; i++) {
        buf_add_byte(&target, '}');
        buf_add_byte(&patch, '}');
        buf_add_byte(&expected, '}');
    }
    buf_add_byte(&target, '\0');
    buf_add_byte(&patch, '\0');
    buf_add_byte(&expected, '\0');
    check(target.bytes, patch.bytes, expected.bytes);
    buf_release(&target);
    buf_release(&patch);
    buf_release(&expected);
}

/* 100,000 keys in the target, every second of them in the patch: quadratic would not end. */
static void test_large_objects_are_merged_in_little_more_than_linear_time(void **state)
{
    struct buf target = BUF_INIT;
    struct buf patch = BUF_INIT;
    struct buf expected = BUF_INIT;

    (void)state;
    (void)buf_reserve(&target, 2000000);
    (void)buf_reserve(&patch, 2000000);
    (void)buf_reserve(&expected, 2000000);
    for (int i = 0; i < 100000; i++)
        buf_add_format(&target, "%s'k%d':%d", i ? "," : "{", i, i);
    for (int i = 99998; i >= 0; i -= 2)
        buf_add_format(&patch, "%s'k%d':-1", i < 99998 ? "," : "{", i);
    for (int i = 0; i < 100000; i++)
        buf_add_format(&expected, "%s'k%d':%d", i ? "," : "{", i, i % 2 ? i : -1);
    buf_add(&target, "}", 2);
    buf_add(&patch, "}", 2);
    buf_add(&expected, "}", 2);
    check(target.bytes, patch.bytes, expected.bytes);
    buf_release(&target);
    buf_release(&patch);
    buf_release(&expected);
}

/* RFC 7396, section 2, word for word. Returns a new reference. */
static json_t *merge_oracle(json_t *target, json_t *patch)
{
    json_t *result;
    const char *key;
    json_t *value;

    if (!json_is_object(patch))
        return json_incref(patch);
    result = json_is_object(target) ? json_copy(target) : json_object();
    json_object_foreach(patch, key, value)
    {
        if (json_is_null(value))
            (void)json_object_del(result, key);
        else
            (void)json_object_set_new(result, key,
                                      merge_oracle(json_object_get(result, key), value));
    }
    return result;
}

static json_t *random_value(uint64_t *random, int depth)
{
    size_t kind = test_below(random, depth > 0 ? 6 : 4);
    size_t count = test_below(random, 4);
    json_t *value;

    if (kind == 0)
        return json_null();
    if (kind == 1)
        return json_integer((json_int_t)test_below(random, 3));
    if (kind == 2)
        return json_string("s");
    if (kind == 3)
        return json_pack("[in]", 1);
    value = json_object();
    while (count-- > 0) {
        char key[] = {(char)('a' + test_below(random, 4)), '\0'};

        (void)json_object_set_new(value, key, random_value(random, depth - 1));
    }
    return value;
}

static json_t *random_object(uint64_t *random)
{
    json_t *value = random_value(random, 3);

    while (!json_is_object(value)) {
        json_decref(value);
        value = random_value(random, 3);
    }
    return value;
}

static void test_random_patches_agree_with_the_algorithm_of_the_rfc(void **state)
{
    uint64_t random = 5;

    (void)state;
    for (int n = 0; n < 20000; n++) {
        json_t *target = random_object(&random);
        json_t *patch = random_object(&random);
        json_t *result = merge_oracle(target, patch);
        char *texts[] = {json_dumps(target, JSON_COMPACT), json_dumps(patch, JSON_COMPACT),
                         json_dumps(result, JSON_COMPACT)};
        struct buf out = BUF_INIT;

        merge_patch(&out, test_value(texts[0]), test_value(texts[1]));
        buf_add_byte(&out, '\0');
        if (strcmp(out.bytes, texts[2]) != 0)
            fail_msg("%s with %s: %s instead of %s", texts[0], texts[1], out.bytes, texts[2]);
        buf_release(&out);
        for (size_t i = 0; i < LENGTH(texts); i++)
            free(texts[i]);
        json_decref(target);
        json_decref(patch);
        json_decref(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_of_rfc_7396_holds_for_objects),
        cmocka_unit_test(test_the_example_of_rfc_7396_holds),
        cmocka_unit_test(test_an_empty_patch_changes_nothing),
        cmocka_unit_test(test_null_removes_and_of_nothing_removes_nothing),
        cmocka_unit_test(test_nulls_inside_arrays_are_values),
        cmocka_unit_test(test_objects_are_merged_at_every_depth),
        cmocka_unit_test(
            test_fields_keep_their_place_and_new_ones_follow_in_the_order_of_the_patch),
        cmocka_unit_test(test_numbers_keep_their_spelling),
        cmocka_unit_test(test_keys_are_compared_whole_and_decoded),
        cmocka_unit_test(test_a_patch_nested_1000_deep_is_merged),
        cmocka_unit_test(test_large_objects_are_merged_in_little_more_than_linear_time),
        cmocka_unit_test(test_random_patches_agree_with_the_algorithm_of_the_rfc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

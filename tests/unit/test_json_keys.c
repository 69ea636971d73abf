/*
 * The JSON reader and keys: equal ones, of which the last counts; the offsets of members; the
 * places that lead back into the source. In the texts ' stands for ".
 */
#include "test.h"

#include "value/double_text.h"

static struct json_reader *reader;

static struct test_reading read_as(const char *text, unsigned flags)
{
    char *copy = test_quotes(text);
    struct test_reading reading = test_read(reader, copy, strlen(copy), flags, 'Z');

    free(copy);
    if (reading.status != OK)
        fail_msg("%.80s is refused at %zu: %s", text, reading.err.column, reading.err.message);
    return reading;
}

/* In the text a ^, which goes, marks the first key that stood before in its object. */
static void check(const char *text, const char *expected)
{
    const char *mark = strchr(text, '^');
    size_t before = mark ? (size_t)(mark - text) : 0;
    struct buf source = BUF_INIT;
    char *wanted = test_quotes(expected);
    struct test_reading r;

    buf_add(&source, text, before);
    buf_add(&source, mark ? mark + 1 : text, strlen(text) - before - (mark != NULL) + 1);
    r = read_as(source.bytes, JSON_ARRAY);
    assert_string_equal(r.out.text, wanted);
    assert_int_equal(r.out.size, strlen(wanted));
    if (r.out.duplicate != (mark ? before + 1 : 0))
        fail_msg("%s: a key again at %zu", text, r.out.duplicate);
    test_check_offsets(&r.out);
    buf_release(&source);
    free(wanted);
}

static void test_of_equal_keys_the_last_one_stays_in_its_place(void **state)
{
    (void)state;
    check("{'a':1,^'a':2}", "{'a':2}");
    check("{'a':1,'b':2,^'a':3}", "{'b':2,'a':3}");
    check("{'a':1,^'a':2,'a':3,'b':4}", "{'a':3,'b':4}");
    check("{'b':0,'a':1,^'b':2,'c':3,'a':4,'b':5}", "{'c':3,'a':4,'b':5}");
    check("{'a':1,'b':2,'c':3}", "{'a':1,'b':2,'c':3}");
    check("{'':1,'x':2,^'':3}", "{'x':2,'':3}");
}

static void test_keys_are_equal_when_their_characters_are(void **state)
{
    (void)state;
    check("{'a':1,^'\\u0061':2}", "{'a':2}");
    check("{'\\u0061':1,^'a':2}", "{'a':2}");
    check("{'/':1,^'\\/':2,'\\u002f':3}", "{'/':3}");
    check("{'\\n':1,^'\\u000A':2}", "{'\\n':2}");
    check("{'\xc3\xa9':1,^'\\u00e9':2,'e\xcc\x81':3}", "{'\xc3\xa9':2,'e\xcc\x81':3}");
    check("{'a':1,'A':2,'a ':3,'aa':4,'\\\\':5,'\\\"':6}",
          "{'a':1,'A':2,'a ':3,'aa':4,'\\\\':5,'\\\"':6}");
    check("{'\\u0000':1,'':2,^'\\u0000':3}", "{'':2,'\\u0000':3}");
}

static void test_equal_keys_of_different_objects_do_not_meet(void **state)
{
    (void)state;
    check("{'a':{'a':{'a':1}},'b':{'a':2}}", "{'a':{'a':{'a':1}},'b':{'a':2}}");
    check("[{'a':1},{'a':2}]", "[{'a':1},{'a':2}]");
    check("{'b':{'a':1},'a':2}", "{'b':{'a':1},'a':2}");
}

static void test_the_last_one_wins_at_every_depth(void **state)
{
    (void)state;
    check("{'r':{'a':1,'b':2,^'a':3}}", "{'r':{'b':2,'a':3}}");
    check("{'r':{'s':{'a':1,^'a':2},'s':{'a':3,'b':4,'a':5}}}", "{'r':{'s':{'b':4,'a':5}}}");
    check("{'r':[{'a':1,^'a':2},[{'b':1,'c':2,'b':3}]]}", "{'r':[{'a':2},[{'c':2,'b':3}]]}");
    check("[{'a':1,^'a':2},{'a':3}]", "[{'a':2},{'a':3}]");
    check("{'a':{'x':{'y':1,^'y':2}},'a':{'z':[1,{'w':1,'w':2}]}}", "{'a':{'z':[1,{'w':2}]}}");
}

static void test_what_goes_may_be_longer_or_shorter_than_what_stays(void **state)
{
    (void)state;
    check("{'a':{'x':1,'y':[1,2,3]},'b':0,^'a':9,'c':{'z':1}}", "{'b':0,'a':9,'c':{'z':1}}");
    check("{'a':9,'b':0,^'a':{'x':1,'y':[1,2,3]}}", "{'b':0,'a':{'x':1,'y':[1,2,3]}}");
    check("{'r':{'k':'0123456789012345678901234567890123456789','m':1,^'k':'x','n':{'o':2}},'s':3}",
          "{'r':{'m':1,'k':'x','n':{'o':2}},'s':3}");
    check("{ 'a' : 1 , 'b' : { 'c' : 2 , ^'c' : 3 } , 'a' : { 'd' : 4 } }",
          "{'b':{'c':3},'a':{'d':4}}");
}

/* The reader looks for equal keys one way up to 32 keys, another way from there on. */
static void check_many(size_t keys, size_t rounds)
{
    struct buf text = BUF_INIT;
    struct buf expected = BUF_INIT;
    struct test_reading r;

    (void)buf_reserve(&text, rounds * keys * 20);
    (void)buf_reserve(&expected, keys * 20 + 20);
    buf_add_string(&text, "{\"r\":{");
    buf_add_string(&expected, "{\"r\":{");
    for (size_t round = 0; round < rounds; round++)
        for (size_t i = 0; i < keys; i++) {
            if (round + 1 < rounds && (i + round) % 3 == 0)
                continue; /* not every key comes in every round */
            buf_add_format(&text, "\"k%zu\":{\"v\":%zu},", i, round);
            if (round + 1 == rounds)
                buf_add_format(&expected, "\"k%zu\":{\"v\":%zu},", i, round);
        }
    text.size--;
    expected.size--;
    buf_add(&text, "}}", 2);
    buf_add(&expected, "}}", 3);
    r = test_read(reader, text.bytes, text.size, JSON_LINE, 'Z');
    assert_int_equal(r.status, OK);
    assert_string_equal(r.out.text, expected.bytes);
    assert_int_equal(r.out.members[0].inner_count, keys);
    test_check_offsets(&r.out);
    r = test_read(reader, text.bytes + 5, text.size - 6, JSON_LINE, 'Z'); /* as the root */
    assert_int_equal(r.status, OK);
    assert_memory_equal(r.out.text, expected.bytes + 5, expected.size - 7);
    assert_int_equal(r.out.count, keys);
    test_check_offsets(&r.out);
    buf_release(&text);
    buf_release(&expected);
}

static void test_equal_keys_are_found_among_few_and_among_many(void **state)
{
    (void)state;
    for (size_t keys = 1; keys <= 70; keys++)
        for (size_t rounds = 1; rounds <= 4; rounds++)
            check_many(keys, rounds);
    check_many(1200, 3);
}

static void test_a_key_that_stands_twice_around_the_32nd_key_is_found(void **state)
{
    (void)state;
    for (size_t first = 0; first < 40; first++)
        for (size_t second = first + 1; second < 40; second++) {
            struct buf text = BUF_INIT;
            struct test_reading r;
            size_t place = 0;

            (void)buf_reserve(&text, 400);
            for (size_t i = 0; i < 40; i++) {
                buf_add_byte(&text, i ? ',' : '{');
                place = i == second ? text.size + 1 : place;
                buf_add_format(&text, "\"%zu\":%zu", i == second ? first : i, i);
            }
            buf_add_byte(&text, '}');
            r = test_read(reader, text.bytes, text.size, JSON_LINE, 'Z');
            assert_int_equal(r.status, OK);
            assert_int_equal(r.out.duplicate, place);
            assert_int_equal(r.out.count, 39);
            test_check_offsets(&r.out);
            buf_release(&text);
        }
}

/* 300,000 keys, then all of them again: quadratic would not end. */
static void test_very_many_keys_are_compared_in_little_more_than_linear_time(void **state)
{
    enum { KEYS = 300000, ROOM = 16 * 1024 * 1024 };
    struct buf text = BUF_INIT;
    struct test_reading r;

    (void)state;
    (void)buf_reserve(&text, ROOM);
    for (size_t i = 0; i < (size_t)2 * KEYS; i++)
        buf_add_format(&text, "%s\"k%zu\":%zu", i ? "," : "{", i % KEYS, i);
    buf_add_byte(&text, '}');
    r = test_read(reader, text.bytes, text.size, JSON_LINE, 'Z');
    assert_int_equal(r.status, OK);
    assert_int_equal(r.out.count, KEYS);
    test_check_offsets(&r.out);
    assert_memory_equal(r.out.text, "{\"k0\":300000,\"k1\":300001,", 25);
    buf_release(&text);
}

static void check_member(const struct json_text *out, size_t i, const char *key, const char *value)
{
    const struct json_member *member = &out->members[i];
    char *wanted = test_quotes(value);

    assert_int_equal(member->value - member->key, strlen(key) + 3);
    assert_memory_equal(out->text + member->key + 1, key, strlen(key));
    assert_int_equal(member->end - member->value, strlen(wanted));
    assert_memory_equal(out->text + member->value, wanted, strlen(wanted));
    free(wanted);
}

static void test_members_and_their_members_are_found_by_offset(void **state)
{
    struct test_reading r =
        read_as("{ 'table' : 'users', 'n':-1.5 , 'record':{'a':1, 'b' :[2,{'c':3"
                "}], 'd':{'e':4,'f':5}},'empty':{},'list':[{'g':6}],'o':{'h':7}}",
                JSON_LINE);
    const struct json_member *record = &r.out.members[2];

    (void)state;
    assert_int_equal(r.out.count, 6);
    check_member(&r.out, 0, "table", "'users'");
    check_member(&r.out, 1, "n", "-1.5");
    check_member(&r.out, 2, "record", "{'a':1,'b':[2,{'c':3}],'d':{'e':4,'f':5}}");
    check_member(&r.out, 3, "empty", "{}");
    check_member(&r.out, 4, "list", "[{'g':6}]");
    check_member(&r.out, 5, "o", "{'h':7}");
    assert_int_equal(record->inner_count, 3);
    assert_int_equal(r.out.inner[record->inner], 1);
    assert_int_equal(r.out.inner[record->inner + 1], 7);
    assert_int_equal(r.out.inner[record->inner + 2], 23);
    assert_int_equal(r.out.members[3].inner_count, 0);
    assert_int_equal(r.out.members[4].inner_count, 0); /* an array has none */
    assert_int_equal(r.out.members[5].inner_count, 1);
    test_check_offsets(&r.out);
}

static void test_an_array_has_no_members(void **state)
{
    struct test_reading r = read_as("[{'a':1},{'b':{'c':2}}]", JSON_ARRAY);

    (void)state;
    assert_int_equal(r.out.count, 0);
}

static void test_a_reader_forgets_the_text_before(void **state)
{
    (void)state;
    check("{'a':1,^'a':2,'b':{'c':3,'c':4}}", "{'a':2,'b':{'c':4}}");
    check("{'a':1}", "{'a':1}");
    assert_int_equal(test_read(reader, "{\"a\":1,\"a\":", 11, JSON_LINE, ' ').status, ERR_INPUT);
    assert_int_equal(test_read(reader, "{\"x\":{\"y\":[{\"z\":", 16, JSON_LINE, '\n').status,
                     ERR_INPUT);
    check("{'x':{'y':1}}", "{'x':{'y':1}}");
    check("{}", "{}");
}

/* The place of every key and value, and that the same character stands there. */
static void check_places(const struct test_reading *r, const char *value, size_t *checked)
{
    struct json_iter iter;
    size_t place = json_place(reader, (size_t)(value - r->out.text));

    if (r->source[place] != *value)
        fail_msg("%.20s is placed at %zu: %.20s", value, place, r->source + place);
    ++*checked;
    if (*value != '{' && *value != '[')
        return;
    iter = json_iter_of(value);
    while (json_iter_next(&iter)) {
        if (iter.object) {
            place = json_place(reader, (size_t)(iter.key - r->out.text));
            assert_int_equal(r->source[place], '"');
            ++*checked;
        }
        check_places(r, iter.value, checked);
    }
}

static void check_place(const struct test_reading *r, const char *text, const char *source)
{
    char *wanted = test_quotes(text);
    char *place = test_quotes(source);
    const char *at = strstr(r->out.text, wanted);

    assert_non_null(at);
    assert_ptr_equal(r->source + json_place(reader, (size_t)(at - r->out.text)),
                     memmem(r->source, r->size, place, strlen(place)));
    free(wanted);
    free(place);
}

static void test_places_lead_from_the_text_back_into_the_source(void **state)
{
    struct test_reading r =
        read_as("{ 'a' : 1 ,\n 'b\\u0062' : [ '\\u00e9\\/' , { 'c':\ttrue } , {} ],"
                " 'd' : 'x' , 'e' : -1.50 }",
                JSON_PLACES);
    size_t checked = 0;

    (void)state;
    check_places(&r, r.out.text, &checked);
    assert_int_equal(checked, 14); /* 9 values, 5 keys */
    check_place(&r, "{'a'", "{ 'a'");
    check_place(&r, "'a'", "'a'");
    check_place(&r, "1,", "1 ,");
    check_place(&r, "'bb'", "'b\\u");
    check_place(&r, "['", "[ '");
    check_place(&r, "'\xc3\xa9/'", "'\\u00e9");
    check_place(&r, "{'c'", "{ 'c'");
    check_place(&r, "true", "true");
    check_place(&r, "{}", "{}");
    check_place(&r, "-1.50", "-1.50");
}

static void test_with_places_equal_keys_are_all_kept(void **state)
{
    struct test_reading r = read_as("{'a':1, 'b':{'c':2, 'c':3}, 'a':4}", JSON_PLACES);
    size_t checked = 0;

    (void)state;
    assert_string_equal(r.out.text, "{\"a\":1,\"b\":{\"c\":2,\"c\":3},\"a\":4}");
    assert_int_equal(r.out.duplicate, 21);
    assert_int_equal(r.out.count, 3);
    check_member(&r.out, 0, "a", "1");
    check_member(&r.out, 2, "a", "4");
    check_places(&r, r.out.text, &checked);
    assert_int_equal(checked, 11);
    assert_int_equal(json_place(reader, r.out.members[2].value), 32);
    assert_int_equal(json_place(reader, r.out.members[0].value), 5);
}

static void test_a_root_behind_blanks_has_its_place(void **state)
{
    struct test_reading object = read_as("  {'a':1}", JSON_PLACES);
    struct test_reading array;

    (void)state;
    assert_int_equal(json_place(reader, object.out.members[0].key), 3);
    assert_int_equal(json_place(reader, 0), 2);
    array = read_as("\t[1]", JSON_PLACES | JSON_ARRAY);
    assert_int_equal(array.status, OK);
    assert_int_equal(json_place(reader, 0), 1);
}

static void check_double(const char *text, bool inside, double expected)
{
    double number = -7;

    assert_int_equal(double_read(text, strlen(text), &number), inside);
    if (inside)
        assert_true(number == expected);
}

static void test_doubles_are_read_without_regard_to_padding(void **state)
{
    double number = 0;

    (void)state;
    check_double("0.1", true, 0.1);
    check_double("-1.5e3", true, -1500);
    check_double("9007199254740993", true, 9007199254740992.0);
    check_double("4.9e-324", true, 0x1p-1074);
    check_double("1.7976931348623157e308", true, 0x1.fffffffffffffp1023);
    check_double("1e309", false, 0);
    check_double("-1e400", false, 0);
    check_double("1e-400", false, 0);
    assert_true(double_read("12345", 2, &number)); /* two bytes, no more */
    assert_true(number == 12);
}

/* Zero pages that are never written take no memory. */
static void test_a_text_may_have_2_gib_less_256_bytes(void **state)
{
    size_t size = (size_t)JSON_SIZE_MAX + 1;
    char *source = mmap(NULL, size + JSON_PADDING, PROT_READ,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct json_text out;
    struct err err = {0};

    (void)state;
    assert_true(source != MAP_FAILED);
    assert_int_equal(json_read(reader, source, size, JSON_LINE, &out, &err), ERR_INPUT);
    assert_string_equal(err.message, "text too long");
    assert_int_equal(err.column, 1);
    assert_int_equal(munmap(source, size + JSON_PADDING), 0);
}

static int open_reader(void **state)
{
    (void)state;
    reader = json_reader_new();
    return reader ? 0 : -1;
}

static int close_reader(void **state)
{
    (void)state;
    json_reader_free(reader);
    return 0;
}

#define READER_TEST(test) cmocka_unit_test_setup_teardown(test, open_reader, close_reader)

int main(void)
{
    const struct CMUnitTest tests[] = {
        READER_TEST(test_of_equal_keys_the_last_one_stays_in_its_place),
        READER_TEST(test_keys_are_equal_when_their_characters_are),
        READER_TEST(test_equal_keys_of_different_objects_do_not_meet),
        READER_TEST(test_the_last_one_wins_at_every_depth),
        READER_TEST(test_what_goes_may_be_longer_or_shorter_than_what_stays),
        READER_TEST(test_equal_keys_are_found_among_few_and_among_many),
        READER_TEST(test_a_key_that_stands_twice_around_the_32nd_key_is_found),
        READER_TEST(test_very_many_keys_are_compared_in_little_more_than_linear_time),
        READER_TEST(test_members_and_their_members_are_found_by_offset),
        READER_TEST(test_an_array_has_no_members),
        READER_TEST(test_a_reader_forgets_the_text_before),
        READER_TEST(test_places_lead_from_the_text_back_into_the_source),
        READER_TEST(test_with_places_equal_keys_are_all_kept),
        READER_TEST(test_a_root_behind_blanks_has_its_place),
        READER_TEST(test_a_text_may_have_2_gib_less_256_bytes),
        READER_TEST(test_doubles_are_read_without_regard_to_padding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Laws of values: one total order, with which equality, hashes, prefixes and canonical texts agree;
 * over all pairs and triples of a zoo of 241 values and over random values made of them.
 *
 * The zoo stands in its order, computed by another program from the definition (numbers as exact
 * fractions, strings as bytes of UTF-8); what is equal shares braces. In the texts ' stands for ".
 */
#include "test.h"

enum {
    SPELLINGS_MAX = 5,
    FEW = 3,
    VALUES_MAX = 300,
    RANDOM_PAIRS = SSP_LONG ? SSP_LONG * 10 : 50000
};

static const char *const zoo[][SPELLINGS_MAX + 1] = {
    /* clang-format off */
    {""}, {"null"}, {"false"}, {"true"}, {"-1e99999999999999999"}, {"-1e401", "-10e400"},
    {"-1e400"}, {"-1.7976931348623159e308"}, {"-1.7976931348623157e308"},
    {"-123456789012345678901234567890"}, {"-18446744073709551616"}, {"-9223372036854775809"},
    {"-9223372036854775808", "-9223372036854775808.0"}, {"-9223372036854775807"},
    {"-9007199254740993"}, {"-9007199254740992", "-9007199254740992.0", "-9.007199254740992e15"},
    {"-1000", "-1e3"}, {"-1.5", "-15e-1"}, {"-1", "-1.0"}, {"-0.1"}, {"-1e-7"}, {"-4.9e-324"},
    {"-1e-400"}, {"-1e-99999999999999999"}, {"0", "-0", "0.0", "-0.0e5", "0e99999999999999999"},
    {"1e-99999999999999999"}, {"1e-400", "10e-401"}, {"2.4703282292062327e-324"},
    {"4.9e-324", "49e-325"}, {"5e-324"}, {"2.2250738585072011e-308"}, {"1.5e-9"},
    {"0.00000015", "15e-8"}, {"0.1", "0.10", "1e-1"}, {"0.1000000000000000055511151231257827"},
    {"0.2"}, {"0.3"}, {"0.30000000000000004"}, {"0.3333333333333333333333"}, {"0.5", "5e-1"},
    {"1", "1.0", "1e0", "10e-1", "0.001e3"}, {"1.0000000000000000000000000000000001"}, {"1.5"},
    {"2"}, {"9"}, {"10", "1e1", "10.0"}, {"99.99"}, {"100"}, {"1000", "1e3", "1E+3"},
    {"9007199254740991"}, {"9007199254740992", "9007199254740992.0"}, {"9007199254740992.5"},
    {"9007199254740993", "9007199254740993e0"}, {"9007199254740994"}, {"999999999999999999"},
    {"1000000000000000000", "1e18"}, {"9223372036854775806"},
    {"9223372036854775807", "9223372036854775807.0"}, {"9223372036854775807.5"},
    {"9223372036854775808"}, {"18446744073709551615"},
    {"18446744073709551616", "1.8446744073709551616e19"}, {"18446744073709551617"},
    {"123456789012345678901234567890"}, {"123456789012345678901234567891"},
    {"1.7976931348623157e308"}, {"1.7976931348623158e308"}, {"1.7976931348623159e308"},
    {"1e400", "10e399"}, {"1.0000000000000001e400"}, {"1e401"}, {"1e1000"}, {"1e1001"},
    {"1e99999999999999999"}, {"''"}, {"'\\u0000'"}, {"'\\u0000\\u0000'"}, {"'\\u0000a'"},
    {"'\\u0001'"}, {"'\\t'"}, {"'\\n'"}, {"'\\u001f'"}, {"' '"}, {"'!'"}, {"'\\''"}, {"'#'"},
    {"'/'"}, {"'0'"}, {"'1'"}, {"'10'"}, {"'9'"}, {"'A'"}, {"'Z'"}, {"'['"}, {"'\\\\'"},
    {"'\\\\\\\\'"}, {"'\\\\n'"}, {"']'"}, {"'a'"}, {"'a\\u0000'"}, {"'a\\u0000b'"}, {"'a\\n'"},
    {"'a '"}, {"'a\\''"}, {"'a.b'"}, {"'a\\\\'"}, {"'aa'"}, {"'ab'"}, {"'abc'"}, {"'abcdefgh'"},
    {"'abcdefgh\\u0000'"}, {"'abcdefgha'"}, {"'abcdefghi'"}, {"'a|b'"}, {"'b'"}, {"'e\xcc\x81'"},
    {"'null'"}, {"'true'"}, {"'z'"}, {"'{}'"}, {"'\x7f'"}, {"'\xc2\x80'"}, {"'\xc3\xa9'"},
    {"'\xdf\xbf'"}, {"'\xe0\xa0\x80'"}, {"'\xe2\x82\xac'"}, {"'\xef\xbf\xbd'"}, {"'\xef\xbf\xbf'"},
    {"'\xf0\x90\x80\x80'"}, {"'\xf0\x9f\x98\x80'"}, {"'\xf4\x8f\xbf\xbf'"}, {"[]"}, {"[null]"},
    {"[null,null]"}, {"[false]"}, {"[true]"}, {"[0]", "[-0.0]"}, {"[0,0]"}, {"[1]", "[1.0]"},
    {"[1,null]"}, {"[1,2]", "[1.0,2e0]"}, {"[1,9]"}, {"[1,10]"}, {"[2]"}, {"[10]"},
    {"[9007199254740992]"}, {"[9007199254740993]"}, {"['']"}, {"['\\n']"}, {"['1']"}, {"['a']"},
    {"['a','']"}, {"['a','b|c']"}, {"['ab']"}, {"['a|b','c']"}, {"[[]]"}, {"[[],[]]"}, {"[[1],2]"},
    {"[[1,0]]"}, {"[[[]]]"}, {"[{}]"}, {"[{'a':1}]", "[{'a':1.0}]"},
    {"[{'a':1,'b':2}]", "[{'b':2,'a':1}]"}, {"[{'b':1}]"}, {"{}"}, {"{'':0}"}, {"{'':1}"},
    {"{'\\u0000':0}"}, {"{'\\n':0}"}, {"{'A':0}"}, {"{'a':null}"}, {"{'a':false}"},
    {"{'a':0}", "{'a':-0}"}, {"{'a':1}", "{'a':1.0}"}, {"{'ab':0,'a':1}", "{'a':1,'ab':0}"},
    {"{'a':1,'b':null}", "{'b':null,'a':1e0}"},
    {"{'a':1,'b':2}", "{'b':2,'a':1}", "{'b':2.0,'a':10e-1}"},
    {"{'a':1,'b':2,'c':3}", "{'c':3,'a':1,'b':2}", "{'c':3,'b':2,'a':1}"}, {"{'a':1,'b':3}"},
    {"{'a':1,'c':2}"}, {"{'a':2}"}, {"{'b':0,'a':9}"}, {"{'a':10}"}, {"{'a':'1'}"}, {"{'a':[]}"},
    {"{'a':[1,{'x':1,'y':2}]}", "{'a':[1.0,{'y':2,'x':1}]}"}, {"{'a':{}}"},
    {"{'a':{'b':1,'a':2}}", "{'a':{'a':2,'b':1}}"},
    {"{'a':{'b':{'c':1}}}", "{'a':{'b':{'c':1.0}}}"}, {"{'a':{'b':{'c':2}}}"}, {"{'aa':0}"},
    {"{'b':0}"}, {"{'z':0}"}, {"{'\xc3\xa9':0}"},
    /* clang-format on */
};

struct animal {
    struct value value;
    size_t rank; /* its place in the zoo */
};

static struct animal animals[VALUES_MAX];
static char *texts[VALUES_MAX];
static size_t count;

static int open_zoo(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(zoo); i++)
        for (size_t j = 0; zoo[i][j]; j++) {
            texts[count] = test_quotes(zoo[i][j]);
            animals[count] = (struct animal){test_value(texts[count]), i};
            count++;
        }
    return count == 241 ? 0 : -1;
}

static int close_zoo(void **state)
{
    (void)state;
    for (size_t i = 0; i < count; i++)
        free(texts[i]);
    return 0;
}

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

static int order_of(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static struct buf canonical(struct value value)
{
    struct buf text = BUF_INIT;

    (void)buf_reserve(&text, 64);
    value_write_canonical(&text, value);
    return text;
}

/* Whether all that depends on the order agrees with what the order should be. */
static void check_pair(struct value a, struct value b, int order)
{
    bool equal = order == 0;
    struct buf x = canonical(a);
    struct buf y = canonical(b);
    bool same = x.size == y.size && (x.size == 0 || memcmp(x.bytes, y.bytes, x.size) == 0);
    const char *wrong = NULL;

    if (sign(value_compare(a, b)) != order)
        wrong = "value_compare()";
    else if (value_equal(a, b) != equal)
        wrong = "value_equal()";
    else if (equal && value_hash(a) != value_hash(b))
        wrong = "value_hash()";
    else if (same != equal)
        wrong = "canonical text";
    else if (order < 0   ? value_prefix(a) > value_prefix(b)
             : order > 0 ? value_prefix(a) < value_prefix(b)
                         : value_prefix(a) != value_prefix(b))
        wrong = "value_prefix()";
    buf_release(&x);
    buf_release(&y);
    if (wrong)
        fail_msg("%s of %.*s and %.*s does not say %d", wrong, (int)a.size, a.text, (int)b.size,
                 b.text, order);
}

static void test_every_pair_stands_in_the_order_of_the_zoo(void **state)
{
    (void)state;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            check_pair(animals[i].value, animals[j].value,
                       order_of(animals[i].rank, animals[j].rank));
}

static void test_types_come_in_their_order(void **state)
{
    enum value_type last = VALUE_MISSING;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_true(animals[i].value.type >= last && animals[i].value.type <= last + 1);
        last = animals[i].value.type;
    }
    assert_int_equal(last, VALUE_OBJECT);
}

static void test_every_triple_is_transitive(void **state)
{
    static signed char order[VALUES_MAX][VALUES_MAX];

    (void)state;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            order[i][j] = (signed char)sign(value_compare(animals[i].value, animals[j].value));
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            assert_int_equal(order[i][j], -order[j][i]);
            for (size_t k = 0; k < count; k++)
                if (order[i][j] <= 0 && order[j][k] <= 0)
                    assert_true(order[i][k] <= 0 &&
                                (order[i][k] == 0) == (order[i][j] == 0 && order[j][k] == 0));
        }
}

/* Before and behind the value as the element or member that decides. */
static const char *const wraps[][2] = {
    {"[", "]"},
    {"[0,", "]"},
    {"[", ",0]"},
    {"[[],[{\"a\":[", "]}]]"},
    {"{\"k\":", "}"},
    {"{\"a\":1,\"k\":", "}"},
    {"{\"k\":", ",\"z\":1}"},
    {"{\"z\":0,\"k\":", ",\"a\":0}"},
};

static struct buf wrapped(const char *const *wrap, struct value value)
{
    struct buf text = BUF_INIT;

    (void)buf_reserve(&text, value.size + 32);
    buf_add_string(&text, wrap[0]);
    buf_add(&text, value.text, value.size);
    buf_add_string(&text, wrap[1]);
    return text;
}

static void test_arrays_and_objects_stand_as_what_is_in_them(void **state)
{
    (void)state;
    for (size_t w = 0; w < LENGTH(wraps); w++)
        for (size_t i = 0; i < count; i++)
            for (size_t j = i; j < count; j++) {
                struct buf a;
                struct buf b;

                if (animals[i].value.type == VALUE_MISSING)
                    continue;
                a = wrapped(wraps[w], animals[i].value);
                b = wrapped(wraps[w], animals[j].value);
                check_pair(value_of(a.bytes, a.size), value_of(b.bytes, b.size),
                           order_of(animals[i].rank, animals[j].rank));
                buf_release(&a);
                buf_release(&b);
            }
}

/* It is JSON, of the same value, and its own canonical text. */
static void test_canonical_text_can_be_read_back(void **state)
{
    struct json_reader *reader = json_reader_new();

    (void)state;
    for (size_t i = 1; i < count; i++) { /* not what is missing */
        struct buf text = BUF_INIT;
        struct test_reading r;
        struct value value;
        struct buf again;

        buf_add_byte(&text, '[');
        value_write_canonical(&text, animals[i].value);
        buf_add_byte(&text, ']');
        r = test_read(reader, text.bytes, text.size, JSON_ARRAY, 'Z');
        assert_int_equal(r.status, OK);
        assert_int_equal(r.out.size, text.size);
        assert_memory_equal(r.out.text, text.bytes, text.size);
        value = value_of(r.out.text + 1, r.out.size - 2);
        assert_int_equal(value_compare(value, animals[i].value), 0);
        again = canonical(value);
        assert_int_equal(again.size, value.size);
        assert_memory_equal(again.bytes, value.text, value.size);
        buf_release(&again);
        buf_release(&text);
    }
    json_reader_free(reader);
}

/* A random array or object over the zoo, and what decides its order. */
struct made {
    size_t size;
    char keys[4]; /* ascending, in an object */
    size_t ranks[4];
    struct buf text;
};

static void make_array(struct made *made, const size_t *few, uint64_t *random)
{
    *made = (struct made){.size = test_below(random, 4)};
    buf_add_byte(&made->text, '[');
    for (size_t i = 0; i < made->size; i++) {
        const struct animal *animal = &animals[few[test_below(random, FEW)]];

        made->ranks[i] = animal->rank;
        buf_add_string(&made->text, i ? "," : "");
        buf_add(&made->text, animal->value.text, animal->value.size);
    }
    buf_add_byte(&made->text, ']');
}

/* Members in any order; made->keys and ranks in that of the keys. */
static void make_object(struct made *made, const size_t *few, uint64_t *random)
{
    const struct animal *members[4] = {NULL};
    size_t start = test_below(random, 4);

    *made = (struct made){.size = 0};
    buf_add_byte(&made->text, '{');
    for (size_t i = 0; i < 4; i++) {
        size_t key = (start + 3 * i) % 4; /* all four, beginning anywhere */

        if (test_below(random, 2))
            continue;
        members[key] = &animals[few[test_below(random, FEW)]];
        buf_add_format(&made->text, "%s\"%c\":", made->text.size > 1 ? "," : "", "abcd"[key]);
        buf_add(&made->text, members[key]->value.text, members[key]->value.size);
    }
    buf_add_byte(&made->text, '}');
    for (size_t key = 0; key < 4; key++)
        if (members[key]) {
            made->keys[made->size] = "abcd"[key];
            made->ranks[made->size++] = members[key]->rank;
        }
}

static int made_order(const struct made *a, const struct made *b)
{
    for (size_t i = 0; i < a->size && i < b->size; i++) {
        if (a->keys[i] != b->keys[i])
            return order_of((size_t)a->keys[i], (size_t)b->keys[i]);
        if (a->ranks[i] != b->ranks[i])
            return order_of(a->ranks[i], b->ranks[i]);
    }
    return order_of(a->size, b->size);
}

/* A handful of animals for each pair, so that ties and equal values are common. */
static void test_random_arrays_and_objects_are_compared_member_by_member(void **state)
{
    const char *text = getenv("PROP_SEED");
    uint64_t first = text ? strtoull(text, NULL, 10) : 1;
    size_t equal = 0;

    (void)state;
    for (uint64_t n = 0; n < RANDOM_PAIRS; n++) {
        void (*make)(struct made *, const size_t *, uint64_t *) = n % 2 ? make_object : make_array;
        uint64_t random = first + n;
        size_t few[FEW];
        struct made a;
        struct made b;

        for (size_t i = 0; i < FEW; i++)
            few[i] = 1 + test_below(&random, count - 1);
        if (test_below(&random, 2)) /* neighbours: one value in two spellings, more often */
            few[1] = few[0] > 1 ? few[0] - 1 : few[0];
        make(&a, few, &random);
        make(&b, few, &random);
        equal += made_order(&a, &b) == 0;
        check_pair(value_of(a.text.bytes, a.text.size), value_of(b.text.bytes, b.text.size),
                   made_order(&a, &b));
        buf_release(&a.text);
        buf_release(&b.text);
    }
    assert_in_range(equal, RANDOM_PAIRS / 50, RANDOM_PAIRS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_pair_stands_in_the_order_of_the_zoo),
        cmocka_unit_test(test_types_come_in_their_order),
        cmocka_unit_test(test_every_triple_is_transitive),
        cmocka_unit_test(test_arrays_and_objects_stand_as_what_is_in_them),
        cmocka_unit_test(test_canonical_text_can_be_read_back),
        cmocka_unit_test(test_random_arrays_and_objects_are_compared_member_by_member),
    };

    return cmocka_run_group_tests(tests, open_zoo, close_zoo);
}

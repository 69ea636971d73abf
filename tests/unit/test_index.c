/* Z-sets arranged by key: what a key finds, what matches nothing, and what removal costs. */
#include "test.h"

#include "zset/index.h"

enum { FIELDS_MAX = 3 };

/* An index over the fields whose names are the words of `fields`. */
struct fixture {
    struct arena arena;
    struct expr fields[FIELDS_MAX];
    uint64_t work;
    struct index index;
};

static size_t read_fields(struct arena *arena, const char *fields, struct expr *exprs)
{
    size_t count = 0;

    for (const char *at = fields; *at;) {
        size_t size = strcspn(at, " ");
        struct buf text = BUF_INIT;

        buf_add_format(&text, "\"%.*s\"", (int)size, at);
        exprs[count++] = (struct expr){.path = path_new(arena, value_of(text.bytes, text.size))};
        buf_release(&text);
        at += size + strspn(at + size, " ");
    }
    return count;
}

static void open_index(struct fixture *f, const char *fields)
{
    memset(f, 0, sizeof(*f));
    index_init(&f->index,
               (struct index_key){.kind = KEY_FIELDS,
                                  .fields = f->fields,
                                  .count = read_fields(&f->arena, fields, f->fields)},
               &f->work);
}

static void close_index(struct fixture *f)
{
    assert_true(index_check(&f->index));
    index_release(&f->index);
    arena_release(&f->arena);
}

static void add(struct fixture *f, const char *text)
{
    struct zset zset = ZSET_INIT;

    test_zset_add(&zset, text);
    index_add_all(&f->index, &zset);
    zset_release(&zset);
    assert_true(index_check(&f->index));
}

/* The rows that the key of a row leads to. */
static void check_matches(struct index *index, const struct index_key *key, const struct row *probe,
                          const char *expected)
{
    struct zset matches = ZSET_INIT;
    uint32_t entry = index_find(index, key, probe);

    for (; entry != INDEX_NONE; entry = index->entries[entry].next)
        zset_push(&matches, index->entries[entry].row, index->entries[entry].weight);
    CHECK_ZSET(&matches, expected);
    zset_release(&matches);
}

static void check_find(struct fixture *f, const char *names, const char *object,
                       const char *expected)
{
    struct arena arena = ARENA_INIT;
    struct expr fields[FIELDS_MAX];
    struct row *probe = test_row("probe", object);
    struct index_key key = {.kind = KEY_FIELDS, .fields = fields};

    key.count = read_fields(&arena, names, fields);
    assert_int_equal(key.count, f->index.key.count);
    check_matches(&f->index, &key, probe, expected);
    row_unref(probe);
    arena_release(&arena);
}

static void test_a_key_finds_its_rows_with_their_weights(void **state)
{
    struct fixture f;

    (void)state;
    open_index(&f, "x");
    check_find(&f, "x", "{'x':1}", "");
    add(&f, "a{'x':1} b{'x':2}*3 c{'x':1,'y':0}*-2 d{'x':'1'}");
    check_find(&f, "x", "{'x':1}", "a{'x':1}*1 c{'x':1,'y':0}*-2");
    check_find(&f, "x", "{'x':2}", "b{'x':2}*3");
    check_find(&f, "x", "{'x':'1'}", "d{'x':'1'}");
    check_find(&f, "x", "{'x':3}", "");
    check_find(&f, "x", "{}", "");
    close_index(&f);
}

static void test_the_key_may_come_from_another_field_of_the_other_row(void **state)
{
    struct fixture f;

    (void)state;
    open_index(&f, "author.id");
    add(&f, "p{'author':{'id':7}} q{'author':{'id':8}}");
    check_find(&f, "key", "{'key':7,'author':{'id':8}}", "p{'author':{'id':7}}");
    close_index(&f);
}

static void test_keys_are_compared_by_value(void **state)
{
    struct fixture f;

    (void)state;
    open_index(&f, "x");
    add(&f, "a{'x':1} b{'x':1.0} c{'x':10e-1} d{'x':true} e{'x':[1,{'a':1,'b':2}]}");
    add(&f, "f{'x':9007199254740993} g{'x':9007199254740992}");
    check_find(&f, "x", "{'x':1e0}", "a{'x':1} b{'x':1.0} c{'x':10e-1}");
    check_find(&f, "x", "{'x':[1.0,{'b':2,'a':1}]}", "e{'x':[1,{'a':1,'b':2}]}");
    check_find(&f, "x", "{'x':9007199254740993.0}", "f{'x':9007199254740993}");
    check_find(&f, "x", "{'x':'true'}", "");
    check_find(&f, "x", "{'x':false}", "");
    close_index(&f);
}

static void test_composite_keys_are_compared_component_by_component(void **state)
{
    struct fixture f;

    (void)state;
    open_index(&f, "x y");
    add(&f, "a{'x':'a','y':'b|c'} b{'x':'a|b','y':'c'}");
    add(&f, "c{'x':'','y':'ab'} d{'x':'ab','y':''}");
    add(&f, "e{'x':1,'y':2} f{'x':2,'y':1} g{'x':[1],'y':2}");
    check_find(&f, "x y", "{'x':'a','y':'b|c'}", "a{'x':'a','y':'b|c'}");
    check_find(&f, "x y", "{'x':'a|b','y':'c'}", "b{'x':'a|b','y':'c'}");
    check_find(&f, "x y", "{'x':'a|b|c','y':''}", "");
    check_find(&f, "x y", "{'x':'','y':'ab'}", "c{'x':'','y':'ab'}");
    check_find(&f, "y x", "{'x':'','y':'ab'}", "d{'x':'ab','y':''}");
    check_find(&f, "x y", "{'x':1,'y':2}", "e{'x':1,'y':2}");
    check_find(&f, "y x", "{'x':1,'y':2}", "f{'x':2,'y':1}");
    close_index(&f);
}

static void test_null_and_missing_keys_match_nothing(void **state)
{
    struct fixture f;

    (void)state;
    open_index(&f, "x y");
    add(&f, "a{'x':null,'y':1} b{'y':1} c{'x':1} d{'x':1,'y':null} e{} f{'x':1,'y':1}");
    assert_int_equal(f.index.live, 1);
    check_find(&f, "x y", "{'x':null,'y':1}", "");
    check_find(&f, "x y", "{'y':1}", "");
    check_find(&f, "x y", "{}", "");
    check_find(&f, "x y", "{'x':1,'y':1}", "f{'x':1,'y':1}");
    add(&f, "a{'x':null,'y':1}*-1 e{}*-1"); /* taking them back is nothing, too */
    assert_int_equal(f.index.live, 1);
    close_index(&f);
}

static void test_a_null_inside_a_key_is_a_value(void **state)
{
    struct fixture f;

    (void)state;
    open_index(&f, "x");
    add(&f, "a{'x':[null]} b{'x':{'n':null}}");
    check_find(&f, "x", "{'x':[null]}", "a{'x':[null]}");
    check_find(&f, "x", "{'x':{'n':null}}", "b{'x':{'n':null}}");
    close_index(&f);
}

static void test_weights_add_up_and_a_row_of_weight_zero_is_gone(void **state)
{
    struct fixture f;

    (void)state;
    open_index(&f, "x");
    add(&f, "a{'x':1} b{'x':1}");
    add(&f, "a{'x':1}*2 b{'x':1}*-1");
    check_find(&f, "x", "{'x':1}", "a{'x':1}*3");
    add(&f, "a{'x':1.0}*-3"); /* an equal row in another spelling */
    check_find(&f, "x", "{'x':1}", "");
    assert_int_equal(f.index.live, 0);
    close_index(&f);
}

static void test_old_and_new_row_of_a_record_stand_side_by_side(void **state)
{
    struct fixture f;

    (void)state;
    open_index(&f, "x");
    add(&f, "a{'x':1,'v':1}");
    add(&f, "a{'x':1,'v':2} a{'x':2,'v':1}");
    check_find(&f, "x", "{'x':1}", "a{'x':1,'v':1} a{'x':1,'v':2}");
    add(&f, "a{'x':1,'v':1}*-1");
    check_find(&f, "x", "{'x':1}", "a{'x':1,'v':2}");
    check_find(&f, "x", "{'x':2}", "a{'x':2,'v':1}");
    close_index(&f);
}

/* The oldest row heads the chain of its key; head, middle and end may go first. */
static void test_removing_any_row_of_a_key_leaves_the_others(void **state)
{
    static const char *const orders[] = {"abcd", "dcba", "bcad", "cbda", "acbd", "dabc"};

    (void)state;
    for (size_t o = 0; o < LENGTH(orders); o++) {
        struct fixture f;
        char left[] = "a{'x':1}*1 b{'x':1}*1 c{'x':1}*1 d{'x':1}*1 ";

        open_index(&f, "x");
        add(&f, left);
        add(&f, "z{'x':2}");
        for (size_t i = 0; i < 4; i++) {
            char gone[] = "?{'x':1}*-1";

            gone[0] = orders[o][i];
            add(&f, gone);
            memset(strchr(left, gone[0]), ' ', 10);
            check_find(&f, "x", "{'x':1}", left);
            check_find(&f, "x", "{'x':2}", "z{'x':2}");
        }
        assert_int_equal(f.index.live, 1);
        close_index(&f);
    }
}

static void test_free_entries_are_used_again(void **state)
{
    struct fixture f;

    (void)state;
    open_index(&f, "x");
    add(&f, "a{'x':1} b{'x':1} c{'x':2}");
    for (int i = 0; i < 1000; i++) {
        add(&f, "b{'x':1}*-1 c{'x':2}*-1");
        add(&f, "b{'x':1} c{'x':2}");
    }
    assert_int_equal(f.index.count, 3);
    assert_int_equal(f.index.live, 3);
    close_index(&f);
}

static void test_the_index_owns_one_reference_to_each_row(void **state)
{
    size_t before = row_live_count();
    struct row *row = test_row("a", "{'x':1}");
    struct row *null = test_row("b", "{}");
    struct fixture f;

    (void)state;
    open_index(&f, "x");
    index_add(&f.index, row, 2);
    index_add(&f.index, row, 1);
    index_add(&f.index, null, 1);
    assert_int_equal(row->refs, 2);
    assert_int_equal(null->refs, 1);
    index_add(&f.index, row, -3);
    assert_int_equal(row->refs, 1);
    index_add(&f.index, row, 1);
    close_index(&f);
    assert_int_equal(row->refs, 1);
    row_unref(row);
    row_unref(null);
    assert_int_equal(row_live_count(), before);
}

static void test_a_key_may_be_values_of_a_context(void **state)
{
    static const uint32_t positions[] = {2, 0};
    const struct index_key array = {.kind = KEY_ARRAY, .positions = positions, .count = 2};
    struct fixture f;
    struct row *context = test_row("[[\"x\"],[true],[1.0]]", "{}");
    struct row *null = test_row("[[\"x\"],[true],[]]", "{}");
    struct row *shorter = test_row("[[\"x\"]]", "{}");

    (void)state;
    open_index(&f, "a b");
    add(&f, "r{'a':1,'b':'x'} s{'a':'x','b':1} t{'a':null,'b':'x'}");
    check_matches(&f.index, &array, context, "r{'a':1,'b':'x'}");
    check_matches(&f.index, &array, null, "");
    check_matches(&f.index, &array, shorter, "");
    close_index(&f);
    memset(&f, 0, sizeof(f));
    index_init(&f.index, array, &f.work);
    index_add(&f.index, context, 2);
    index_add(&f.index, null, 1);
    assert_int_equal(f.index.live, 1);
    check_matches(&f.index, &array, context, "[[\"x\"],[true],[1.0]]*2");
    close_index(&f);
    row_unref(context);
    row_unref(null);
    row_unref(shorter);
}

/* The weight of all rows that the key of a row leads to. */
static int64_t weight_found(struct index *index, const struct index_key *key,
                            const struct row *probe)
{
    uint32_t entry = index_find(index, key, probe);
    int64_t weight = 0;

    for (; entry != INDEX_NONE; entry = index->entries[entry].next)
        weight += index->entries[entry].weight;
    return weight;
}

static void test_a_key_may_be_the_rows_own_or_its_context(void **state)
{
    const struct index_key own = {.kind = KEY_ROW};
    const struct index_key both = {.kind = KEY_ROW, .with_context = true};
    const struct index_key context = {.kind = KEY_CONTEXT};
    struct row *plain = test_row("[1]", "{'a':1}");
    struct row *one = row_bind(plain, test_value("[1]"));
    struct row *two = row_bind(plain, test_value("[2]"));
    struct row *probe = test_row("[1]", "{}");
    const struct index_key *keys[] = {&own, &both, &context};

    (void)state;
    for (size_t i = 0; i < LENGTH(keys); i++) {
        struct fixture f = {.work = 0};

        index_init(&f.index, *keys[i], &f.work);
        index_add(&f.index, one, 1);
        index_add(&f.index, two, 10);
        index_add(&f.index, plain, 100);
        assert_int_equal(f.index.live, 3);
        assert_int_equal(weight_found(&f.index, keys[i], one), i == 0 ? 111 : 1);
        assert_int_equal(weight_found(&f.index, keys[i], two), i == 0 ? 111 : 10);
        assert_int_equal(weight_found(&f.index, keys[i], probe), i == 0 ? 111 : 100);
        if (keys[i] == &context) /* a context is found by the key of the row it came from */
            assert_int_equal(weight_found(&f.index, &own, probe), 1);
        index_add(&f.index, one, -1);
        assert_int_equal(weight_found(&f.index, keys[i], one), i == 0 ? 110 : 0);
        close_index(&f);
    }
    row_unref(plain);
    row_unref(one);
    row_unref(two);
    row_unref(probe);
}

/* n rows of one key go in and out again in several orders: a few entries looked at for each. */
static void test_one_row_among_many_of_a_key_costs_the_same(void **state)
{
#ifdef SSP_STRESS /* where arrays grow one by one */
    enum { ROWS = 4000 };
#else
    enum { ROWS = 20000 };
#endif
    struct row **rows = mem_alloc(ROWS * sizeof(*rows));

    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        char key[24];

        (void)snprintf(key, sizeof(key), "t:%zu", i);
        rows[i] = test_row(key, "{'x':1}");
    }
    for (size_t order = 0; order < 3; order++) {
        static const size_t strides[] = {1, ROWS - 1, 1009}; /* first, last, scattered */
        struct fixture f;

        open_index(&f, "x");
        for (size_t i = 0; i < ROWS; i++)
            index_add(&f.index, rows[i], 1);
        assert_int_equal(f.index.live, ROWS);
        assert_true(f.work <= (uint64_t)3 * ROWS);
        f.work = 0;
        for (size_t i = 0; i < ROWS; i++)
            index_add(&f.index, rows[i * strides[order] % ROWS], -1);
        assert_int_equal(f.index.live, 0);
        assert_true(f.work <= (uint64_t)3 * ROWS);
        close_index(&f);
    }
    for (size_t i = 0; i < ROWS; i++)
        row_unref(rows[i]);
    free(rows);
}

/* Slots keep 32 bits of a hash, so among this many keys some agree in them. */
static void test_keys_whose_hashes_agree_are_told_apart(void **state)
{
#ifdef SSP_STRESS
    enum { ROWS = 2000 };
#else
    enum { ROWS = 200000 };
#endif
    static const uint32_t fields[] = {1, 7};
    struct row **rows = mem_alloc(ROWS * sizeof(*rows));
    struct fixture f;

    (void)state;
    open_index(&f, "x y");
    for (size_t i = 0; i < ROWS; i++) {
        char text[40];
        int size = snprintf(text, sizeof(text), "{\"x\":1,\"y\":%zu}", i);

        rows[i] = row_new(&(struct row_source){.key = text,
                                               .key_size = (size_t)size,
                                               .hash = hash_bytes(text, (size_t)size),
                                               .text = text,
                                               .size = (size_t)size,
                                               .fields = fields,
                                               .count = 2});
        index_add(&f.index, rows[i], 1);
    }
    for (size_t i = 0; i < ROWS; i++) {
        uint32_t entry = index_find(&f.index, &f.index.key, rows[i]);

        assert_true(entry != INDEX_NONE && f.index.entries[entry].row == rows[i]);
        assert_int_equal(f.index.entries[entry].next, INDEX_NONE);
    }
    assert_true(f.work < 3 * (uint64_t)ROWS);
    close_index(&f);
    for (size_t i = 0; i < ROWS; i++)
        row_unref(rows[i]);
    free(rows);
}

/* The oracle is an array of weights; three join keys, so that chains are long. */
static void test_random_changes_agree_with_an_array_of_weights(void **state)
{
    enum { ROWS = 36, CHANGES = 20000 };
    struct row *rows[ROWS];
    int64_t weights[ROWS] = {0};
    struct fixture f;
    uint64_t random = 11;

    (void)state;
    open_index(&f, "x");
    for (size_t i = 0; i < ROWS; i++) {
        char key[8];
        char object[32];

        (void)snprintf(key, sizeof(key), "t:%zu", i / 2);
        (void)snprintf(object, sizeof(object), "{'x':%zu,'v':%zu}", i % 3, i % 2);
        rows[i] = test_row(key, object);
    }
    for (int n = 0; n < CHANGES; n++) {
        size_t i = test_below(&random, ROWS);
        int64_t weight = test_below(&random, 2) ? -weights[i] : (int64_t)test_below(&random, 5) - 2;
        size_t matches = 0;
        size_t wanted = 0;
        uint32_t entry;

        index_add(&f.index, rows[i], weight);
        weights[i] += weight;
        for (size_t j = i % 3; j < ROWS; j += 3)
            wanted += weights[j] != 0;
        entry = index_find(&f.index, &f.index.key, rows[i]);
        for (; entry != INDEX_NONE; entry = f.index.entries[entry].next) {
            size_t j = 0;

            while (j < ROWS && f.index.entries[entry].row != rows[j])
                j++;
            assert_true(j < ROWS && j % 3 == i % 3);
            assert_int_equal(f.index.entries[entry].weight, weights[j]);
            matches++;
        }
        assert_int_equal(matches, wanted);
    }
    close_index(&f);
    for (size_t i = 0; i < ROWS; i++)
        row_unref(rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_key_finds_its_rows_with_their_weights),
        cmocka_unit_test(test_the_key_may_come_from_another_field_of_the_other_row),
        cmocka_unit_test(test_keys_are_compared_by_value),
        cmocka_unit_test(test_composite_keys_are_compared_component_by_component),
        cmocka_unit_test(test_null_and_missing_keys_match_nothing),
        cmocka_unit_test(test_a_null_inside_a_key_is_a_value),
        cmocka_unit_test(test_weights_add_up_and_a_row_of_weight_zero_is_gone),
        cmocka_unit_test(test_old_and_new_row_of_a_record_stand_side_by_side),
        cmocka_unit_test(test_removing_any_row_of_a_key_leaves_the_others),
        cmocka_unit_test(test_free_entries_are_used_again),
        cmocka_unit_test(test_the_index_owns_one_reference_to_each_row),
        cmocka_unit_test(test_a_key_may_be_values_of_a_context),
        cmocka_unit_test(test_a_key_may_be_the_rows_own_or_its_context),
        cmocka_unit_test(test_one_row_among_many_of_a_key_costs_the_same),
        cmocka_unit_test(test_keys_whose_hashes_agree_are_told_apart),
        cmocka_unit_test(test_random_changes_agree_with_an_array_of_weights),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

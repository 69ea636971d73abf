/* The order-statistic tree against a sorted array, and its work against log n. */
#include "test.h"

#include "zset/order.h"

/* An order over fields written like "x -y": a minus sorts the other way round. */
struct fixture {
    struct arena arena;
    struct order_field fields[3];
    size_t count;
    uint64_t work;
    struct order order;
};

static void open_order(struct fixture *f, const char *fields)
{
    memset(f, 0, sizeof(*f));
    for (const char *at = fields; *at; at += strspn(at, " ")) {
        struct order_field *field = &f->fields[f->count++];
        size_t size = strcspn(at, " ");
        struct buf text = BUF_INIT;

        field->descending = *at == '-';
        buf_add_format(&text, "\"%.*s\"", (int)size - field->descending, at + field->descending);
        field->expr.path = path_new(&f->arena, value_of(text.bytes, text.size));
        buf_release(&text);
        at += size;
    }
    order_init(&f->order, f->fields, f->count, &f->work);
}

static void close_order(struct fixture *f)
{
    assert_true(order_check(&f->order));
    order_release(&f->order);
    arena_release(&f->arena);
}

static void add(struct fixture *f, const char *text)
{
    struct zset zset = ZSET_INIT;

    test_zset_add(&zset, text);
    for (size_t i = 0; i < zset.count; i++)
        order_add(&f->order, zset.entries[i].row, zset.entries[i].weight);
    zset_release(&zset);
    assert_true(order_check(&f->order));
}

static void list_row(void *context, struct row *row, int64_t weight)
{
    struct buf *text = context;

    buf_add_format(text, "%s%.*s*%lld", text->size ? " " : "", (int)row->key_size, row_key(row),
                   (long long)weight);
}

/* The keys on the places [from, to), in order, with their weights. */
static void check_range(struct fixture *f, int64_t from, int64_t to, const char *expected)
{
    struct buf text = BUF_INIT;

    order_range(&f->order, from, to, list_row, &text);
    buf_add_byte(&text, '\0');
    assert_string_equal(text.bytes, expected);
    buf_release(&text);
}

static int64_t rank_of(struct fixture *f, const char *key, const char *object)
{
    struct row *row = test_row(key, object);
    int64_t rank = order_rank(&f->order, row);

    row_unref(row);
    return rank;
}

static void test_an_empty_order_has_no_places(void **state)
{
    struct fixture f;

    (void)state;
    open_order(&f, "x");
    assert_int_equal(order_total(&f.order), 0);
    assert_int_equal(rank_of(&f, "a", "{'x':1}"), 0);
    check_range(&f, 0, INT64_MAX, "");
    add(&f, "a{'x':1}");
    add(&f, "a{'x':1}*-1");
    assert_int_equal(order_total(&f.order), 0);
    assert_null(f.order.root);
    assert_int_equal(order_bytes(&f.order), 0);
    close_order(&f);
}

static void test_rows_stand_in_the_order_of_values(void **state)
{
    struct fixture f;

    (void)state;
    open_order(&f, "x");
    add(&f, "a{'x':[]} b{'x':10} c{'x':null} d{'x':'a'} e{} f{'x':9} g{'x':{}} "
            "h{'x':true} i{'x':false} j{'x':'A'} k{'x':-1e400} l{'x':9.5}");
    check_range(&f, 0, 99, "e*1 c*1 i*1 h*1 k*1 f*1 l*1 b*1 j*1 d*1 a*1 g*1");
    close_order(&f);
}

static void test_descending_is_the_exact_reverse_but_for_ties(void **state)
{
    struct fixture f;

    (void)state;
    open_order(&f, "-x");
    add(&f, "a{'x':[]} b{'x':10} c{'x':null} d{'x':'a'} e{} f{'x':9} g{'x':{}} "
            "h{'x':true} i{'x':false} z{'x':9.0} y{}");
    check_range(&f, 0, 99, "g*1 a*1 d*1 b*1 f*1 z*1 h*1 i*1 c*1 e*1 y*1");
    close_order(&f);
}

static void test_values_that_agree_in_their_prefix_are_compared_whole(void **state)
{
    struct fixture f;

    (void)state;
    open_order(&f, "x");
    add(&f, "c{'x':'abcdefghij'} b{'x':'abcdefghik'} a{'x':'abcdefgh'} "
            "d{'x':9007199254740993} e{'x':9007199254740992} f{'x':1e500} g{'x':1e499} "
            "h{'x':[2]} i{'x':[1]}");
    check_range(&f, 0, 99, "e*1 d*1 g*1 f*1 a*1 c*1 b*1 i*1 h*1");
    close_order(&f);
}

static void test_several_fields_sort_one_after_the_other(void **state)
{
    struct fixture f;

    (void)state;
    open_order(&f, "x -y z");
    add(&f, "a{'x':1,'y':1} b{'x':1,'y':2} c{'x':0,'y':0} d{'x':1,'y':2,'z':0} "
            "e{'x':1,'y':2,'z':-1} f{'x':2}");
    check_range(&f, 0, 99, "c*1 b*1 e*1 d*1 a*1 f*1");
    close_order(&f);
}

static void test_ties_go_by_key_and_then_by_content(void **state)
{
    struct fixture f;

    (void)state;
    open_order(&f, "-x");
    add(&f, "t:2{'x':1} t:10{'x':1.0} t:1{'x':10e-1} t:1{'x':1,'y':0}");
    check_range(&f, 0, 99, "t:1*1 t:1*1 t:10*1 t:2*1");
    assert_int_equal(rank_of(&f, "t:1", "{'x':1}"), 0);
    assert_int_equal(rank_of(&f, "t:1", "{'x':1,'y':0}"), 1);
    close_order(&f);
    open_order(&f, "");
    add(&f, "t:2{'x':0} t:10{'x':9} t:1{'x':5}");
    check_range(&f, 0, 99, "t:1*1 t:10*1 t:2*1");
    close_order(&f);
}

static void test_a_row_takes_as_many_places_as_its_weight(void **state)
{
    struct fixture f;

    (void)state;
    open_order(&f, "x");
    add(&f, "a{'x':1}*3 b{'x':2} c{'x':3}*5");
    assert_int_equal(order_total(&f.order), 9);
    assert_int_equal(rank_of(&f, "a", "{'x':1}"), 0);
    assert_int_equal(rank_of(&f, "b", "{'x':2}"), 3);
    assert_int_equal(rank_of(&f, "c", "{'x':3}"), 4);
    assert_int_equal(rank_of(&f, "bb", "{'x':2}"), 4); /* not there: the places before it */
    assert_int_equal(rank_of(&f, "z", "{'x':9}"), 9);
    assert_int_equal(rank_of(&f, "z", "{'x':0}"), 0);
    add(&f, "a{'x':1}*-2");
    assert_int_equal(order_total(&f.order), 7);
    assert_int_equal(rank_of(&f, "c", "{'x':3}"), 2);
    close_order(&f);
}

static void test_a_range_cuts_weights_at_both_ends(void **state)
{
    struct fixture f;

    (void)state;
    open_order(&f, "x");
    add(&f, "a{'x':1}*3 b{'x':2} c{'x':3}*5");
    check_range(&f, 0, 9, "a*3 b*1 c*5");
    check_range(&f, 0, INT64_MAX, "a*3 b*1 c*5");
    check_range(&f, 2, 5, "a*1 b*1 c*1");
    check_range(&f, 1, 2, "a*1");
    check_range(&f, 3, 4, "b*1");
    check_range(&f, 5, 7, "c*2");
    check_range(&f, 8, 20, "c*1");
    check_range(&f, 9, 20, "");
    check_range(&f, 4, 4, "");
    check_range(&f, 5, 4, "");
    close_order(&f);
}

static void test_the_order_owns_one_reference_to_each_row(void **state)
{
    size_t before = row_live_count();
    struct row *row = test_row("a", "{'x':1}");
    struct row *equal = test_row("a", "{'x':1.0}");
    struct fixture f;

    (void)state;
    open_order(&f, "x");
    order_add(&f.order, row, 0);
    assert_int_equal(row->refs, 1);
    order_add(&f.order, row, 2);
    order_add(&f.order, equal, 1);
    assert_int_equal(row->refs, 2);
    assert_int_equal(equal->refs, 1);
    order_add(&f.order, equal, -3);
    assert_int_equal(row->refs, 1);
    order_add(&f.order, row, 1);
    close_order(&f);
    assert_int_equal(row->refs, 1);
    row_unref(row);
    row_unref(equal);
    assert_int_equal(row_live_count(), before);
}

static void remove_absent(void)
{
    struct fixture f;

    open_order(&f, "x");
    add(&f, "a{'x':1}");
    add(&f, "a{'x':1}*-2");
}

static void test_a_negative_total_is_caught(void **state)
{
    (void)state;
    assert_int_equal(test_end_of(remove_absent), 128 + SIGABRT);
}

/* The oracle: rows sorted once by plain C comparisons; weights in an array beside them. */
enum { ROWS = 300, NULL_X = -1 };

struct record {
    struct row *row;
    int x; /* NULL_X: null */
    char y;
    char key[8];
};

static int fields_compared; /* 1: "x", 2: "x -y", 3: "-x", 4: none */

static int record_compare(const void *a, const void *b)
{
    const struct record *p = a;
    const struct record *q = b;
    int x = (p->x > q->x) - (p->x < q->x);
    int y = (p->y > q->y) - (p->y < q->y);

    if (fields_compared == 3)
        x = -x;
    if (fields_compared != 4 && x)
        return x;
    if (fields_compared == 2 && y)
        return -y;
    return strcmp(p->key, q->key);
}

static void make_records(struct record *records, uint64_t *random)
{
    for (size_t i = 0; i < ROWS; i++) {
        struct record *r = &records[i];
        char object[48];

        r->x = (int)test_below(random, 40) - 1;
        r->y = (char)('a' + test_below(random, 3));
        (void)snprintf(r->key, sizeof(r->key), "t:%zu", i);
        if (r->x == NULL_X)
            (void)snprintf(object, sizeof(object), "{\"x\":null,\"y\":\"%c\"}", r->y);
        else
            (void)snprintf(object, sizeof(object), "{\"x\":%d%s,\"y\":\"%c\"}", r->x,
                           i % 3 ? "" : ".0", r->y);
        r->row = test_row(r->key, object);
    }
    qsort(records, ROWS, sizeof(*records), record_compare);
}

/* Places before the i-th record, or all of them. */
static int64_t places(const int64_t *weights, size_t i)
{
    int64_t sum = 0;

    while (i-- > 0)
        sum += weights[i];
    return sum;
}

static void check_against(struct fixture *f, const struct record *records, const int64_t *weights,
                          uint64_t *random)
{
    size_t i = test_below(random, ROWS);
    int64_t total = places(weights, ROWS);
    int64_t from = (int64_t)test_below(random, (size_t)total + 2);
    int64_t to = from + (int64_t)test_below(random, 12);
    struct buf expected = BUF_INIT;
    int64_t start = 0;

    assert_int_equal(order_total(&f->order), total);
    assert_int_equal(order_rank(&f->order, records[i].row), places(weights, i));
    for (i = 0; i < ROWS; start += weights[i++]) {
        int64_t end = start + weights[i];
        int64_t first = start > from ? start : from;
        int64_t last = end < to ? end : to;

        if (first < last)
            list_row(&expected, records[i].row, last - first);
    }
    buf_add_byte(&expected, '\0');
    check_range(f, from, to, expected.bytes);
    buf_release(&expected);
}

static void run_random(const char *fields, int compared, uint64_t seed)
{
    struct record *records = mem_alloc(ROWS * sizeof(*records));
    int64_t weights[ROWS] = {0};
    struct fixture f;
    uint64_t random = seed;
    size_t growing = 0;

    fields_compared = compared;
    make_records(records, &random);
    open_order(&f, fields);
    for (int n = 0; n < 12000; n++) {
        size_t i = test_below(&random, ROWS);
        int64_t weight = 1 + (int64_t)test_below(&random, 3);

        if (n % 1500 == 0) /* it fills and empties by turns */
            growing = test_below(&random, 5);
        if (test_below(&random, 4) >= growing)
            weight = test_below(&random, 2) ? -weights[i] : weights[i] ? -1 : 0;
        order_add(&f.order, records[i].row, weight);
        weights[i] += weight;
        if (n % 4 == 0)
            check_against(&f, records, weights, &random);
        if (n % 64 == 0)
            assert_true(order_check(&f.order));
    }
    for (size_t i = 0; i < ROWS; i++)
        order_add(&f.order, records[i].row, -weights[i]);
    assert_null(f.order.root);
    close_order(&f);
    for (size_t i = 0; i < ROWS; i++)
        row_unref(records[i].row);
    free(records);
}

static void test_random_changes_agree_with_a_sorted_array(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        run_random("x", 1, seed);
        run_random("x -y", 2, seed);
        run_random("-x", 3, seed);
        run_random("", 4, seed);
    }
}

static struct row *number_row(uint64_t number)
{
    char key[32];
    char object[40];
    uint32_t field = 1;
    struct row_source source = {.key = key, .text = object, .fields = &field, .count = 1};

    source.key_size = (size_t)snprintf(key, sizeof(key), "t:%llu", (unsigned long long)number);
    source.size =
        (size_t)snprintf(object, sizeof(object), "{\"x\":%llu}", (unsigned long long)number);
    source.hash = hash_bytes(key, source.key_size);
    return row_new(&source);
}

static void nothing(void *context, struct row *row, int64_t weight)
{
    (void)row;
    *(int64_t *)context += weight;
}

/* The most work of one addition, removal or search in a tree of n rows; ranges on the way. */
static uint64_t most_work(size_t n, uint64_t scramble)
{
    struct fixture f;
    uint64_t most = 0;

    open_order(&f, "x");
    for (size_t i = 0; i < n; i++) {
        struct row *row = number_row(i * scramble % n);

        f.work = 0;
        order_add(&f.order, row, 1);
        most = f.work > most ? f.work : most;
        row_unref(row);
    }
    assert_int_equal(order_total(&f.order), n);
    for (size_t i = 0; i < 1000; i++) {
        uint64_t number = i * (n / 1000);
        struct row *row = number_row(number);
        int64_t seen = 0;

        f.work = 0;
        assert_int_equal(order_rank(&f.order, row), number - i);
        most = f.work > most ? f.work : most;
        f.work = 0;
        order_range(&f.order, (int64_t)(number - i), (int64_t)(number - i + 7), nothing, &seen);
        assert_true(f.work <= 7 && (int64_t)f.work == seen);
        f.work = 0;
        order_add(&f.order, row, -1);
        most = f.work > most ? f.work : most;
        row_unref(row);
    }
    close_order(&f);
    return most;
}

/* Keys in ascending and in scattered order; 7 has no factor in common with a power of ten. */
static void test_work_grows_with_the_logarithm_of_the_rows(void **state)
{
    static const uint64_t scrambles[] = {1, 7654321};

    (void)state;
    for (size_t s = 0; s < LENGTH(scrambles); s++) {
        uint64_t before = 0;
        uint64_t bound = 4 * 10 + 8; /* 4 log2 n + 8 */

        for (size_t n = 1000; n <= 1000000; n *= 10, bound += 4 * 10 / 3) {
            uint64_t work = most_work(n, scrambles[s]);

            if (work > bound || (before && work > before + 4 * 10 / 3 + 4))
                fail_msg("%zu rows: %llu comparisons, %llu for a tenth of them", n,
                         (unsigned long long)work, (unsigned long long)before);
            before = work;
        }
    }
}

/* The worst case of a window that moves on: everything leaves at the front. */
static void test_removing_from_the_front_stays_cheap(void **state)
{
    enum { COUNT = 100000 };
    struct row **rows = mem_alloc(COUNT * sizeof(*rows));
    struct fixture f;

    (void)state;
    open_order(&f, "x");
    for (size_t i = 0; i < COUNT; i++) {
        rows[i] = number_row(i);
        order_add(&f.order, rows[i], 1);
    }
    for (size_t i = 0; i < COUNT; i++) {
        f.work = 0;
        order_add(&f.order, rows[i], -1);
        assert_true(f.work <= 4 * 17 + 8);
        assert_int_equal(order_total(&f.order), COUNT - 1 - i);
        row_unref(rows[i]);
    }
    assert_int_equal(order_bytes(&f.order), 0);
    close_order(&f);
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_order_has_no_places),
        cmocka_unit_test(test_rows_stand_in_the_order_of_values),
        cmocka_unit_test(test_descending_is_the_exact_reverse_but_for_ties),
        cmocka_unit_test(test_values_that_agree_in_their_prefix_are_compared_whole),
        cmocka_unit_test(test_several_fields_sort_one_after_the_other),
        cmocka_unit_test(test_ties_go_by_key_and_then_by_content),
        cmocka_unit_test(test_a_row_takes_as_many_places_as_its_weight),
        cmocka_unit_test(test_a_range_cuts_weights_at_both_ends),
        cmocka_unit_test(test_the_order_owns_one_reference_to_each_row),
        cmocka_unit_test(test_a_negative_total_is_caught),
        cmocka_unit_test(test_random_changes_agree_with_a_sorted_array),
        cmocka_unit_test(test_work_grows_with_the_logarithm_of_the_rows),
        cmocka_unit_test(test_removing_from_the_front_stays_cheap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * A step's mutations of one record, as one change: the whole table of ordered pairs as it should
 * be, all triples by the rules of ssp-mutations(5), versions, and the same bytes without it.
 */
#include "test.h"
#include "text.h"

#include "ssp.h"

/* What a record can be, by one letter; '.' is no record. */
static const char *content(char letter)
{
    switch (letter) {
    case '1':
        return "{\"x\":1}";
    case '2':
        return "{\"x\":2}";
    case 'p':
        return "{\"y\":3}";
    case 'a':
        return "{\"x\":1,\"y\":3}";
    case 'b':
        return "{\"x\":2,\"y\":3}";
    default:
        fail_msg("no content %c", letter);
        return "";
    }
}

enum { CREATE_1, CREATE_2, UPDATE_1, UPDATE_2, PATCH, DELETE, OPS };

static const struct {
    const char *name;
    char content;
} ops[OPS] = {{"create", '1'}, {"create", '2'}, {"update", '1'},
              {"update", '2'}, {"patch", 'p'},  {"delete", '.'}};

static void feed(struct ssp *ssp, const char *line)
{
    char *bytes = test_padded(line, strlen(line));
    struct ssp_error error;

    if (ssp_line(ssp, "log", 1, bytes, strlen(line), &error) != SSP_OK)
        fail_msg("%s: %s", line, error.message);
    free(bytes);
}

static struct ssp *start(bool no_coalesce)
{
    static const char plan[] =
        "{\"id\":\"v\",\"format\":\"delta\",\"root\":{\"op\":\"scan\",\"table\":\"t\"}}";
    const struct ssp_options options = {.no_coalesce = no_coalesce, .verify = 1};
    char *bytes = test_padded(plan, strlen(plan));
    struct ssp_error error;
    struct ssp *ssp = ssp_new(&options, &error);

    assert_non_null(ssp);
    assert_int_equal(ssp_plan(ssp, "plan", bytes, strlen(plan), &error), SSP_OK);
    free(bytes);
    ssp_start(ssp);
    return ssp;
}

static void change(struct ssp *ssp, int op, int version)
{
    struct text line = {0};

    text_add(&line, "{\"table\":\"t\",\"id\":1,\"op\":\"%s\"", ops[op].name);
    if (op != DELETE)
        text_add(&line, ",\"record\":%s", content(ops[op].content));
    if (version)
        text_add(&line, ",\"version\":%d", version);
    text_add(&line, "}");
    feed(ssp, line.bytes);
    free(line.bytes);
}

/* The step now; its output is what a change from one content to another is written as. */
static void check_step(struct ssp *ssp, char before, char after, const char *what)
{
    struct text wanted = {0};
    size_t size;
    const char *got;

    feed(ssp, "{\"op\":\"flush\"}");
    got = ssp_output(ssp, &size);
    text_add(&wanted, "%s", "");
    if (before != after) {
        text_add(&wanted, "{\"view_id\":\"v\",\"format\":\"delta\",\"records\":[");
        if (before != '.')
            text_add(&wanted, "{\"id\":\"t:1\",\"weight\":-1,\"record\":%s}", content(before));
        if (before != '.' && after != '.')
            text_add(&wanted, ",");
        if (after != '.')
            text_add(&wanted, "{\"id\":\"t:1\",\"weight\":1,\"record\":%s}", content(after));
        text_add(&wanted, "]}\n");
    }
    if (size != wanted.size || (size && memcmp(got, wanted.bytes, size) != 0))
        fail_msg("%s: got  %.*s\n  wanted %s", what, (int)size, got, wanted.bytes);
    ssp_output_taken(ssp);
    free(wanted.bytes);
    assert_int_equal(ssp_counters(ssp).differences, 0);
}

/* Where the record is before the step. */
static struct ssp *start_from(char before, bool no_coalesce)
{
    struct ssp *ssp = start(no_coalesce);

    if (before == '1')
        change(ssp, CREATE_1, 0);
    check_step(ssp, '.', before, "before the step");
    return ssp;
}

static void check(const int *list, size_t count, char before, char after)
{
    for (int raw = 0; raw < 2; raw++) {
        struct ssp *ssp = start_from(before, raw != 0);
        struct text what = {0};

        for (size_t i = 0; i < count; i++) {
            text_add(&what, "%s %c, ", ops[list[i]].name, ops[list[i]].content);
            change(ssp, list[i], 0);
        }
        text_add(&what, "from %c%s", before, raw ? " with --no-coalesce" : "");
        check_step(ssp, before, after, what.bytes);
        assert_int_equal(ssp_counters(ssp).records, (before != '.') + (before != after));
        free(what.bytes);
        ssp_free(ssp);
    }
}

/* A row for each first operation, a letter for each second one: what the record is then. Where
 * that is what it was, nothing is written. */
static const char *const pairs_from_nothing[OPS] = {
    [CREATE_1] = "1212a.", [CREATE_2] = "1212b.", [UPDATE_1] = "1212a.",
    [UPDATE_2] = "1212b.", [PATCH] = "1212p.",    [DELETE] = "1212p.",
};
static const char *const pairs_from_1[OPS] = {
    [CREATE_1] = "1212a.", [CREATE_2] = "1212b.", [UPDATE_1] = "1212a.",
    [UPDATE_2] = "1212b.", [PATCH] = "1212a.",    [DELETE] = "1212p.",
};

static void test_every_ordered_pair_is_one_change(void **state)
{
    (void)state;
    for (int first = 0; first < OPS; first++)
        for (int second = 0; second < OPS; second++) {
            const int list[] = {first, second};

            check(list, 2, '.', pairs_from_nothing[first][second]);
            check(list, 2, '1', pairs_from_1[first][second]);
        }
}

/*
 * The manual's rules, as they are written there: two operations of a record are one. They never
 * look at a table; what the record was comes in at the end.
 */
struct reduced {
    enum { NOTHING, CREATES, UPDATES, PATCHES, DELETES } op;
    char content;
};

static char merged(char target)
{
    return target == '1' || target == 'a' ? 'a' : target == '2' || target == 'b' ? 'b' : 'p';
}

static struct reduced reduced_of(int op)
{
    if (op == DELETE)
        return (struct reduced){DELETES, '.'};
    if (op == PATCH)
        return (struct reduced){PATCHES, 'p'};
    return (struct reduced){op <= CREATE_2 ? CREATES : UPDATES, ops[op].content};
}

static struct reduced reduce(struct reduced a, struct reduced b)
{
    if (a.op == NOTHING) /* create and delete: as if the record had never been */
        return b.op == DELETES ? (struct reduced){NOTHING, '.'}
                               : (struct reduced){CREATES, b.content};
    if (b.op == DELETES)
        return a.op == CREATES ? (struct reduced){NOTHING, '.'} : b;
    if (b.op == PATCHES && a.op == PATCHES)
        return a;
    if (b.op == PATCHES)
        return (struct reduced){a.op == CREATES ? CREATES : UPDATES,
                                a.op == DELETES ? 'p' : merged(a.content)};
    return (struct reduced){a.op == CREATES ? CREATES : UPDATES, b.content};
}

static char result_of(struct reduced r, char before)
{
    if (r.op == NOTHING || r.op == DELETES)
        return '.';
    return r.op == PATCHES ? merged(before) : r.content;
}

static void test_every_ordered_triple_is_one_change_by_the_rules(void **state)
{
    (void)state;
    for (int first = 0; first < OPS; first++)
        for (int second = 0; second < OPS; second++)
            for (int third = 0; third < OPS; third++) {
                const int list[] = {first, second, third};
                struct reduced r =
                    reduce(reduce(reduced_of(first), reduced_of(second)), reduced_of(third));

                check(list, 3, '.', result_of(r, '.'));
                check(list, 3, '1', result_of(r, '1'));
            }
}

/* Of three updates in a step with these versions, which one stays? The last whose version is above
 * those before it; and what comes in the next step has to be above the highest. */
static void test_the_highest_version_is_kept(void **state)
{
    static const int list[] = {UPDATE_1, UPDATE_2, PATCH};

    (void)state;
    for (int versions = 0; versions < 4 * 4 * 4; versions++) {
        const int of[] = {versions % 4, versions / 4 % 4, versions / 16};

        for (int next = 1; next <= 4; next++)
            for (int raw = 0; raw < 2; raw++) {
                struct ssp *ssp = start_from('.', raw != 0);
                struct text what = {0};
                char now = '.';
                char then;
                int highest = 0;

                for (size_t i = 0; i < 3; i++) {
                    change(ssp, list[i], of[i]);
                    if (of[i] && of[i] <= highest)
                        continue;
                    now = list[i] == PATCH ? merged(now) : ops[list[i]].content;
                    highest = of[i] ? of[i] : highest;
                }
                text_add(&what, "versions %d, %d, %d, then %d", of[0], of[1], of[2], next);
                check_step(ssp, '.', now, what.bytes);
                change(ssp, DELETE, next);
                then = next > highest ? '.' : now;
                check_step(ssp, now, then, what.bytes);
                free(what.bytes);
                ssp_free(ssp);
            }
    }
}

static void test_a_deletion_keeps_its_version_when_it_comes_to_nothing(void **state)
{
    struct ssp *ssp;

    (void)state;
    for (int raw = 0; raw < 2; raw++) {
        ssp = start_from('.', raw != 0);
        change(ssp, CREATE_1, 5);
        change(ssp, DELETE, 6);
        check_step(ssp, '.', '.', "create and delete");
        change(ssp, CREATE_1, 6);
        check_step(ssp, '.', '.', "create with the version of the deletion");
        change(ssp, CREATE_1, 7);
        check_step(ssp, '.', '1', "create above it");
        ssp_free(ssp);
    }
}

/* Content is compared by value, and what comes back to a value has the spelling that it had. */
static void test_an_equal_content_in_another_spelling_is_no_change(void **state)
{
    (void)state;
    for (int raw = 0; raw < 2; raw++) {
        struct ssp *ssp = start_from('1', raw != 0);

        change(ssp, DELETE, 0);
        feed(ssp, "{\"table\":\"t\",\"id\":1,\"op\":\"create\",\"record\":{\"x\":1.0}}");
        check_step(ssp, '1', '1', "delete and create of an equal content");
        change(ssp, UPDATE_2, 0);
        feed(ssp, "{\"table\":\"t\",\"id\":1,\"op\":\"update\",\"record\":{\"x\":10e-1}}");
        check_step(ssp, '1', '1', "update there and back");
        change(ssp, UPDATE_2, 0);
        check_step(ssp, '1', '2', "the spelling that it had");
        ssp_free(ssp);
    }
}

static void test_truncate_is_the_deletion_of_every_record(void **state)
{
    (void)state;
    for (int op = 0; op < OPS; op++)
        for (int raw = 0; raw < 2; raw++) {
            struct ssp *ssp = start_from('1', raw != 0);

            change(ssp, op, 0);
            feed(ssp, "{\"op\":\"truncate\",\"table\":\"t\"}");
            check_step(ssp, '1', '.', "an operation, then truncate");
            change(ssp, CREATE_1, 0);
            check_step(ssp, '.', '1', "create");
            feed(ssp, "{\"op\":\"truncate\",\"table\":\"t\"}");
            change(ssp, op, 0);
            check_step(ssp, '1', ops[op].content, "truncate, then an operation");
            ssp_free(ssp);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_ordered_pair_is_one_change),
        cmocka_unit_test(test_every_ordered_triple_is_one_change_by_the_rules),
        cmocka_unit_test(test_the_highest_version_is_kept),
        cmocka_unit_test(test_a_deletion_keeps_its_version_when_it_comes_to_nothing),
        cmocka_unit_test(test_an_equal_content_in_another_spelling_is_no_change),
        cmocka_unit_test(test_truncate_is_the_deletion_of_every_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Lateness: what a view shows is its query over the mutations that were taken, and state that none
 * of these can change any more is forgotten.
 *
 * A model that keeps the times of records and a watermark says which mutations of a random log are
 * taken. A view with a lateness over the whole log must then show what one without shows over those
 * alone, whatever the steps; --verify looks after every one.
 */
#include "work.h"

enum { CASES = SSP_LONG ? SSP_LONG : 1200, IDS = 8, LINES = 40, NO_TIME = -1000 };

struct gen {
    uint64_t state;
};

static uint64_t gen_next(struct gen *g) /* splitmix64 */
{
    uint64_t z = g->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static unsigned gen_below(struct gen *g, unsigned limit)
{
    return (unsigned)(gen_next(g) % limit);
}

static bool gen_percent(struct gen *g, unsigned percent)
{
    return gen_below(g, 100) < percent;
}

#define GEN_PICK(g, list) ((list)[gen_below((g), sizeof(list) / sizeof((list)[0]))])

struct record {
    bool live;
    int time;
};

struct model {
    struct record records[IDS];
    int latest; /* NO_TIME: none */
    int by;
    unsigned late;
};

static bool is_late(const struct model *model, int time)
{
    return model->latest != NO_TIME && time != NO_TIME && time < model->latest - model->by;
}

/* A record gets a time, or goes. Returns whether that is taken. */
static bool put_time(struct model *model, unsigned id, bool live, int time)
{
    struct record *record = &model->records[id];

    if ((record->live && is_late(model, record->time)) || (live && is_late(model, time))) {
        model->late++;
        return false;
    }
    *record = (struct record){live, time};
    if (live && time > model->latest)
        model->latest = time;
    return true;
}

static struct engine engine_of(struct gen *g, const char *root, const char *scan, bool verify)
{
    const struct ssp_options options = {.batch = verify ? gen_below(g, 4) : 1,
                                        .verify = verify,
                                        .no_coalesce = verify && gen_percent(g, 20),
                                        .seed = 11}; /* of the process */
    struct ssp_error error;
    struct engine e = {.ssp = ssp_new(&options, &error)};
    struct text text = {0};

    text_add(&text, "{\"id\":\"v\",\"format\":\"delta\",\"root\":%.*s%s%s}",
             (int)(strchr(root, '$') - root), root, scan, strchr(root, '$') + 1);
    plan(&e, text.bytes);
    free(text.bytes);
    ssp_start(e.ssp);
    return e;
}

static void say(struct engine *e, const char *line)
{
    text_add(&e->line, "%s", line);
    send(e, false);
}

/* A line, into the whole log and, if all of it is taken, into the other one. */
static void gen_line(struct gen *g, struct model *model, int ahead, struct engine *whole,
                     struct engine *taken)
{
    static const char *const ops[] = {"create", "update", "update", "patch", "delete"};
    const char *op = GEN_PICK(g, ops);
    unsigned id = gen_below(g, IDS);
    int now = (model->latest == NO_TIME ? 20 : model->latest) + ahead;
    int time = gen_percent(g, 8) ? NO_TIME : now + (int)gen_below(g, 14) - 10;
    struct record *record = &model->records[id];
    struct text line = {0};
    bool live = strcmp(op, "delete") != 0;
    bool keeps = strcmp(op, "patch") == 0 && time == NO_TIME && record->live;

    text_add(&line, "{\"table\":\"t\",\"op\":\"%s\",\"id\":%u,\"record\":{\"k\":%u,\"v\":%u", op,
             id, gen_below(g, 2), gen_below(g, 5));
    if (time != NO_TIME && gen_percent(g, 50))
        text_add(&line, ",\"ts\":%d.0", time);
    else if (time != NO_TIME)
        text_add(&line, ",\"ts\":%d", time);
    text_add(&line, "}}");
    say(whole, line.bytes);
    if (put_time(model, id, live, keeps ? record->time : time))
        say(taken, line.bytes);
    free(line.bytes);
}

/* Every record goes whose time is not over. */
static void gen_truncate(struct model *model, struct engine *whole, struct engine *taken)
{
    say(whole, "{\"op\":\"truncate\",\"table\":\"t\"}");
    for (unsigned id = 0; id < IDS; id++) {
        char line[80];

        (void)snprintf(line, sizeof(line), "{\"table\":\"t\",\"op\":\"delete\",\"id\":%u}", id);
        if (model->records[id].live && put_time(model, id, false, 0))
            say(taken, line);
    }
}

/* A transaction that is dropped leaves nothing, not even a watermark. */
static void gen_rollback(struct gen *g, struct model *model, struct engine *whole)
{
    struct model other = *model;
    struct engine nobody = {0};
    const struct ssp_options options = {.batch = 1, .seed = 11};
    struct ssp_error error;

    nobody.ssp = ssp_new(&options, &error);
    ssp_start(nobody.ssp);
    say(whole, "{\"op\":\"begin\"}");
    for (unsigned i = gen_below(g, 4); i > 0; i--)
        gen_line(g, &other, (int)gen_below(g, 30), whole, &nobody);
    say(whole, "{\"op\":\"rollback\"}");
    model->late = other.late; /* lines are counted all the same */
    engine_free(&nobody);
}

static void check_same(const struct gen *g, struct engine *whole, struct engine *taken,
                       const char *root)
{
    static const char snapshot[] = "{\"op\":\"snapshot\",\"view_id\":\"v\"}";
    struct engine *both[] = {whole, taken};
    struct text shown[2] = {{0}, {0}};
    struct ssp_error error;
    size_t size;

    for (unsigned i = 0; i < 2; i++) {
        say(both[i], "{\"op\":\"flush\"}");
        text_add(&both[i]->line, "%s%64s", snapshot, "");
        assert_int_equal(
            ssp_line(both[i]->ssp, "log", 1, both[i]->line.bytes, sizeof(snapshot) - 1, &error),
            SSP_OK);
        both[i]->line.size = 0;
        text_add(&shown[i], "%.*s", (int)(ssp_output(both[i]->ssp, &size), size),
                 ssp_output(both[i]->ssp, &size));
        ssp_output_taken(both[i]->ssp);
    }
    if (ssp_counters(whole->ssp).differences || strcmp(shown[0].bytes, shown[1].bytes) != 0)
        fail_msg("state %llx of %s: shown\n%s, but of what was taken\n%s%.*s",
                 (unsigned long long)g->state, root, shown[0].bytes, shown[1].bytes,
                 (int)(ssp_messages(whole->ssp, &size), size), ssp_messages(whole->ssp, &size));
    free(shown[0].bytes);
    free(shown[1].bytes);
}

#define AGGREGATE(groups, input)                                                               \
    "{\"op\":\"aggregate\",\"group_by\":[" groups "],\"aggregates\":[{\"func\":\"count\","     \
    "\"alias\":\"n\"},{\"func\":\"sum\",\"field\":\"v\"},{\"func\":\"min\",\"field\":\"v\"}]," \
    "\"input\":" input "}"
#define LATE_SCAN "{\"op\":\"scan\",\"table\":\"t\"$}"
#define TUMBLE    "{\"tumble\":{\"field\":\"ts\",\"size\":4},\"alias\":\"w\"}"

static const char *const roots[] = {
    LATE_SCAN,
    AGGREGATE("\"k\",\"ts\"", LATE_SCAN),
    AGGREGATE(TUMBLE, LATE_SCAN),
    AGGREGATE("\"k\"," TUMBLE, LATE_SCAN),
    AGGREGATE("{\"hop\":{\"field\":\"ts\",\"slide\":2,\"size\":5}},\"k\"", LATE_SCAN),
    AGGREGATE("{\"session\":{\"field\":\"ts\",\"gap\":2}}", LATE_SCAN),
    AGGREGATE("{\"expr\":{\"call\":\"date_trunc\",\"args\":[\"minute\",{\"field\":\"ts\"}]},"
              "\"alias\":\"w\"}",
              LATE_SCAN),
    AGGREGATE(TUMBLE,
              "{\"op\":\"filter\",\"predicate\":{\"type\":\"gt\",\"field\":\"v\",\"value\":1},"
              "\"input\":" LATE_SCAN "}"),
    AGGREGATE("{\"field\":\"at\",\"alias\":\"w\"}",
              "{\"op\":\"project\",\"projections\":[{\"type\":\"field\",\"field\":\"v\"},"
              "{\"type\":\"field\",\"field\":\"ts\",\"alias\":\"at\"}],\"input\":" LATE_SCAN "}"),
    /* not by time alone: groups stay */
    AGGREGATE("\"ts\"",
              "{\"op\":\"limit\",\"limit\":3,\"order_by\":[{\"field\":\"ts\"}],\"input\":" LATE_SCAN
              "}"),
    AGGREGATE("\"ts\"",
              "{\"op\":\"project\",\"projections\":[{\"type\":\"all\"},{\"type\":\"field\","
              "\"field\":\"v\",\"alias\":\"ts\"}],\"input\":" LATE_SCAN "}"),
    AGGREGATE(
        "\"f\"",
        "{\"op\":\"window\",\"order_by\":[{\"field\":\"ts\"}],\"functions\":[{\"func\":\"lag\","
        "\"args\":[{\"field\":\"ts\"}],\"alias\":\"f\"}],\"input\":" LATE_SCAN "}"),
};

static void check_case(uint64_t seed)
{
    static const int bys[] = {0, 1, 3, 10};
    struct gen g = {.state = seed};
    struct model model = {.latest = NO_TIME, .by = GEN_PICK(&g, bys)};
    const char *root = roots[seed % (sizeof(roots) / sizeof(roots[0]))];
    char late[80];
    struct engine whole;
    struct engine taken;

    (void)snprintf(late, sizeof(late), ",\"lateness\":{\"field\":\"ts\",\"by\":%d}", model.by);
    whole = engine_of(&g, root, late, true);
    taken = engine_of(&g, root, "", false);
    for (unsigned i = 0; i < LINES; i++) {
        if (gen_percent(&g, 2))
            gen_truncate(&model, &whole, &taken);
        else if (gen_percent(&g, 4))
            gen_rollback(&g, &model, &whole);
        else
            gen_line(&g, &model, 0, &whole, &taken);
    }
    check_same(&g, &whole, &taken, root);
    assert_int_equal(ssp_counters(whole.ssp).too_late, model.late);
    engine_free(&whole);
    engine_free(&taken);
}

static void test_a_view_shows_what_was_taken(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < CASES; seed++)
        check_case(seed);
}

/* Rows one after the other, ten at each time, some of them changed again. */
static struct ssp_counters fill_in_time(const char *root, bool late, size_t n, uint64_t *most)
{
    struct gen g = {.state = 1};
    struct engine e =
        engine_of(&g, root, late ? ",\"lateness\":{\"field\":\"ts\",\"by\":20}" : "", false);
    struct ssp_counters counters;

    *most = 0;
    for (size_t i = 0; i < n; i++) {
        char line[120];
        bool last = i + 100 > n;
        uint64_t before = last ? ssp_counters(e.ssp).work : 0;
        size_t id = i % 7 ? i : i - i / 3 % 100;

        (void)snprintf(line, sizeof(line),
                       "{\"table\":\"t\",\"op\":\"update\",\"id\":%zu,\"record\":"
                       "{\"k\":%zu,\"v\":%zu,\"ts\":%zu}}",
                       id, i % 2, i % 5, id / 10);
        say(&e, line);
        if (last && ssp_counters(e.ssp).work - before > *most)
            *most = ssp_counters(e.ssp).work - before;
    }
    counters = ssp_counters(e.ssp);
    engine_free(&e);
    return counters;
}

/* By the time, windows of it, and through what is between: state and work are those of the groups
 * that are open, however many there have been. */
static void test_state_of_groups_that_are_over_is_forgotten(void **state)
{
    (void)state;
    for (size_t i = 1; i < sizeof(roots) / sizeof(roots[0]); i++) {
        bool closes = i != 5 && i < 9;
        uint64_t most;
        uint64_t most_later;
        struct ssp_counters one = fill_in_time(roots[i], true, 400, &most);
        struct ssp_counters ten = fill_in_time(roots[i], true, 1600, &most_later);
        struct ssp_counters all = fill_in_time(roots[i], false, 1600, &most);

        if (closes && (ten.state_rows > one.state_rows + 8 || ten.state_rows > 120 ||
                       (i != 6 && ten.state_bytes > one.state_bytes * 2) || most_later > 100))
            fail_msg("%s: %llu groups after 400 rows, %llu after 1600, with %llu and %llu bytes; "
                     "%llu looked at",
                     roots[i], (unsigned long long)one.state_rows,
                     (unsigned long long)ten.state_rows, (unsigned long long)one.state_bytes,
                     (unsigned long long)ten.state_bytes, (unsigned long long)most_later);
        if (!closes)
            assert_true(ten.state_rows + 200 > all.state_rows);
        else if (i != 6) /* a minute is long */
            assert_true(all.state_rows > 4 * ten.state_rows);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_view_shows_what_was_taken),
        cmocka_unit_test(test_state_of_groups_that_are_over_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

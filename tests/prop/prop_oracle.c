/*
 * What --verify cannot see, because the recomputation shares it with the engine: what a line does
 * to a table (ssp-mutations(5), RFC 7396), told again here in terms of jansson; and what predicates
 * mean, told by writing each in terms of others.
 */
#include "laws.h"
#include "shrink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* {"t":{"t:1":{record}}}, the same of versions, and both as they were at begin. */
struct tables {
    json_t *records;
    json_t *versions;
    json_t *records_before; /* NULL: no transaction is open */
    json_t *versions_before;
};

static json_t *merged(const json_t *target, json_t *patch)
{
    json_t *result;
    const char *key;
    json_t *value;

    if (!json_is_object(patch))
        return json_incref(patch);
    result = json_is_object(target) ? json_deep_copy(target) : json_object();
    json_object_foreach(patch, key, value)
    {
        if (json_is_null(value))
            (void)json_object_del(result, key);
        else
            (void)json_object_set_new(result, key, merged(json_object_get(result, key), value));
    }
    return result;
}

static json_t *table_of(json_t *tables, const char *name)
{
    if (!json_object_get(tables, name))
        (void)json_object_set_new(tables, name, json_object());
    return json_object_get(tables, name);
}

/* TABLE:ID, without the prefix of the id. */
static void key_of(const json_t *line, char *key, size_t size)
{
    const char *table = json_string_value(json_object_get(line, "table"));
    const json_t *id = json_object_get(line, "id");
    const char *text = json_string_value(id);

    if (!text)
        (void)snprintf(key, size, "%s:%" JSON_INTEGER_FORMAT, table, json_integer_value(id));
    else
        (void)snprintf(key, size, "%s:%s", table, strchr(text, ':') ? strchr(text, ':') + 1 : text);
}

/* False: the mutation is stale. */
static bool take_version(struct tables *tables, const json_t *line, const char *key)
{
    json_t *versions =
        table_of(tables->versions, json_string_value(json_object_get(line, "table")));
    json_t *version = json_object_get(line, "version");
    const json_t *last = json_object_get(versions, key);

    if (!version)
        return true;
    if (last && json_integer_value(version) <= json_integer_value(last))
        return false;
    (void)json_object_set(versions, key, version);
    return true;
}

static void change_table(struct tables *tables, const json_t *line, const char *op)
{
    json_t *records = table_of(tables->records, json_string_value(json_object_get(line, "table")));
    json_t *record = json_object_get(line, "record");
    char key[64];

    if (strcasecmp(op, "truncate") == 0) {
        (void)json_object_clear(records);
        return;
    }
    key_of(line, key, sizeof(key));
    if (!take_version(tables, line, key))
        return;
    if (!record)
        record = json_object_get(line, "data");
    if (strcasecmp(op, "delete") == 0)
        (void)json_object_del(records, key);
    else if (strcasecmp(op, "patch") == 0)
        (void)json_object_set_new(records, key, merged(json_object_get(records, key), record));
    else
        (void)json_object_set(records, key, record);
}

static void forget_before(struct tables *tables)
{
    json_decref(tables->records_before);
    json_decref(tables->versions_before);
    tables->records_before = NULL;
    tables->versions_before = NULL;
}

static void apply_line(struct tables *tables, const char *bytes)
{
    json_t *line = json_loads(bytes, JSON_ALLOW_NUL, NULL);
    const char *op = json_string_value(json_object_get(line, "op"));

    if (strcmp(op, "begin") == 0 && !tables->records_before) {
        tables->records_before = json_deep_copy(tables->records);
        tables->versions_before = json_deep_copy(tables->versions);
    } else if (strcmp(op, "commit") == 0) {
        forget_before(tables);
    } else if (strcmp(op, "rollback") == 0 && tables->records_before) {
        json_decref(tables->records);
        json_decref(tables->versions);
        tables->records = json_incref(tables->records_before);
        tables->versions = json_incref(tables->versions_before);
        forget_before(tables);
    } else if (strcmp(op, "flush") != 0 && strcmp(op, "begin") != 0 &&
               strcmp(op, "rollback") != 0) {
        change_table(tables, line, op);
    }
    json_decref(line);
}

/* "t:1 {row}" a line, by key. */
static void write_table(const struct tables *tables, const char *name, struct text *out)
{
    json_t *table = table_of(tables->records, name);
    const char *keys[16];
    size_t count = 0;
    const char *key;
    json_t *record;

    json_object_foreach(table, key, record) keys[count++] = key;
    qsort(keys, count, sizeof(*keys), keys_compare);
    for (size_t i = 0; i < count; i++) {
        text_add(out, "%s ", keys[i]);
        canonical(out, json_object_get(table, keys[i]));
        text_add(out, "\n");
    }
    text_add(out, "of %s\n", name);
}

static void write_snapshots(const struct text *lines, struct text *out)
{
    const char *next;

    for (const char *line = lines->bytes; line && *line; line = next) {
        const char *end = strchr(line, '\n');
        json_t *json = json_loadb(line, (size_t)(end - line), JSON_ALLOW_NUL, NULL);
        struct content content = {0};

        read_content(json, &content);
        for (size_t i = 0; i < content.count; i++)
            text_add(out, "%s %s\n", content.entries[i].key, content.entries[i].row);
        text_add(out, "of %s\n", json_string_value(json_object_get(json, "view_id")));
        content_release(&content);
        json_decref(json);
        next = end + 1;
    }
}

/* The log, with two views that are the tables. */
static void case_of_tables(const struct gen_case *c, struct gen_case *of, struct case_lines *log)
{
    static const char *const roots[] = {"{\"op\":\"scan\",\"table\":\"t\"}",
                                        "{\"op\":\"scan\",\"table\":\"u\"}"};

    *of = *c;
    of->file_views = 2;
    of->view_count = 2;
    of->file_form = 1;
    for (unsigned i = 0; i < 2; i++)
        of->views[i] = (struct case_view){
            .id = {i ? 'u' : 't'}, .root = roots[i], .emit = "rows", .params = "{}"};
    for (size_t i = 0; i < c->log.count; i++) {
        struct case_line line = c->log.lines[i];

        line.view %= 2;
        if (line.kind != LINE_REGISTERS && line.kind != LINE_UNREGISTERS)
            lines_add(log, line);
    }
}

static bool law_of_tables(const struct gen_case *c, struct text *why)
{
    struct gen g = options_of(c);
    const struct run_options options = {.batch = gen_below(&g, 4),
                                        .no_coalesce = gen_percent(&g, 30)};
    struct tables tables = {.records = json_object(), .versions = json_object()};
    struct gen_case *of = calloc(1, sizeof(*of));
    struct case_lines log = {0};
    struct text want = {0};
    struct text got = {0};
    struct run run;
    bool ok;

    if (!of)
        abort();
    case_of_tables(c, of, &log);
    ok = run_log(&run, of, &log, &options, why);
    for (size_t i = 0; i < log.count; i++) {
        if (log.lines[i].kind != LINE_SNAPSHOTS)
            apply_line(&tables, log.lines[i].text);
        else if (!tables.records_before)
            write_table(&tables, log.lines[i].view ? "u" : "t", &want);
    }
    write_table(&tables, "t", &want);
    write_table(&tables, "u", &want);
    write_snapshots(&run.snapshots, &got);
    ok = ok && same_text(&want, &got, "what a table should be and is", why);
    forget_before(&tables);
    json_decref(tables.records);
    json_decref(tables.versions);
    run_release(&run);
    free(log.lines);
    free(want.bytes);
    free(got.bytes);
    free(of);
    return ok;
}

static json_t *negated(json_t *predicate) /* takes it over */
{
    return json_pack("{s:s,s:o}", "type", "not", "predicate", predicate);
}

static json_t *rewritten(const json_t *predicate);

/* The predicates of an and or an or, each rewritten, and negated if so wanted. */
static json_t *rewritten_list(const json_t *predicate, bool negate)
{
    const json_t *list = json_object_get(predicate, "predicates");
    json_t *result = json_array();

    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *part = rewritten(json_array_get(list, i));

        (void)json_array_append_new(result, negate ? negated(part) : part);
    }
    return result;
}

static json_t *comparison(const json_t *predicate, const char *type, json_t *value)
{
    return json_pack("{s:s,s:O,s:O}", "type", type, "field", json_object_get(predicate, "field"),
                     "value", value);
}

static json_t *rewritten_in(const json_t *predicate)
{
    const json_t *values = json_object_get(predicate, "values");
    json_t *parts;

    if (!json_is_array(values))
        return json_deep_copy(predicate);
    parts = json_array();
    for (size_t i = 0; i < json_array_size(values); i++)
        (void)json_array_append_new(parts, comparison(predicate, "eq", json_array_get(values, i)));
    return json_pack("{s:s,s:o}", "type", "or", "predicates", parts);
}

/* The same in other words. */
static json_t *rewritten(const json_t *predicate)
{
    static const char *const opposites[][2] = {{"eq", "neq"}, {"neq", "eq"}, {"gt", "lte"},
                                               {"gte", "lt"}, {"lt", "gte"}, {"lte", "gt"}};
    const char *type = json_string_value(json_object_get(predicate, "type"));

    for (size_t i = 0; i < sizeof(opposites) / sizeof(opposites[0]); i++)
        if (strcmp(type, opposites[i][0]) == 0)
            return negated(
                comparison(predicate, opposites[i][1], json_object_get(predicate, "value")));
    if (strcmp(type, "and") == 0 || strcmp(type, "or") == 0)
        return negated(json_pack("{s:s,s:o}", "type", *type == 'a' ? "or" : "and", "predicates",
                                 rewritten_list(predicate, true)));
    if (strcmp(type, "not") == 0)
        return negated(rewritten(json_object_get(predicate, "predicate")));
    if (strcmp(type, "in") == 0)
        return rewritten_in(predicate);
    if (strcmp(type, "between") == 0)
        return json_pack("{s:s,s:[o,o]}", "type", "and", "predicates",
                         comparison(predicate, "gte", json_object_get(predicate, "low")),
                         comparison(predicate, "lte", json_object_get(predicate, "high")));
    if (strcmp(type, "is_null") == 0)
        return json_pack("{s:s,s:O,s:n}", "type", "eq", "field",
                         json_object_get(predicate, "field"), "value");
    return json_deep_copy(predicate);
}

/* A filter by an and of two becomes a filter of a filter. */
static void rewrite_filter(json_t *filter)
{
    json_t *predicate = json_object_get(filter, "predicate");
    const json_t *parts = json_object_get(predicate, "predicates");
    const char *type = json_string_value(json_object_get(predicate, "type"));

    if (strcmp(type, "and") == 0 && json_array_size(parts) == 2) {
        json_t *inner = json_pack("{s:s,s:o,s:O}", "op", "filter", "predicate",
                                  rewritten(json_array_get(parts, 0)), "input",
                                  json_object_get(filter, "input"));

        predicate = rewritten(json_array_get(parts, 1));
        (void)json_object_set_new(filter, "input", inner);
    } else {
        predicate = rewritten(predicate);
    }
    (void)json_object_set_new(filter, "predicate", predicate);
}

/* Rewrites all filters at and below a part of a plan in place, those of subqueries too. */
static void rewrite_plan(json_t *part)
{
    const char *op = json_string_value(json_object_get(part, "op"));
    const char *key;
    json_t *value;

    for (size_t i = 0; i < json_array_size(part); i++)
        rewrite_plan(json_array_get(part, i));
    json_object_foreach(part, key, value) rewrite_plan(value);
    if (op && strcmp(op, "filter") == 0)
        rewrite_filter(part);
}

static bool law_of_rewriting(const struct gen_case *c, struct text *why)
{
    const struct run_options options = {.batch = 2, .hash = true};
    struct gen_case *other = calloc(1, sizeof(*other));
    char *roots[CASE_VIEWS_MAX] = {0};
    struct run a;
    struct run b;
    bool ok;

    if (!other)
        abort();
    *other = *c;
    for (unsigned i = 0; i < c->view_count; i++) {
        json_t *root = json_loads(c->views[i].root, JSON_ALLOW_NUL, NULL);

        rewrite_plan(root);
        roots[i] = json_dumps(root, JSON_COMPACT);
        other->views[i].root = roots[i];
        json_decref(root);
    }
    ok = run_log(&a, c, &c->log, &options, why);
    ok = run_log(&b, other, &c->log, &options, why) && ok &&
         same_text(&a.out, &b.out, "a predicate and the same in other words", why);
    run_release(&a);
    run_release(&b);
    for (unsigned i = 0; i < c->view_count; i++)
        free(roots[i]);
    free(other);
    return ok;
}

LAW(test_tables_are_what_the_log_says, law_of_tables)
LAW(test_a_predicate_says_the_same_in_other_words, law_of_rewriting)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables_are_what_the_log_says),
        cmocka_unit_test(test_a_predicate_says_the_same_in_other_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

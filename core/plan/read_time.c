/* Reading what goes by points in time. */
#include "base/duration.h"
#include "expr/function.h"
#include "plan/reader.h"
#include "plan/write.h"

#include "value/decimal.h"
#include "value/time.h"

#include <string.h>

/*
 * What a function of times makes of a field, which may be an operand in braces; `more`: its other
 * arguments, each behind a comma. A mistake in the operand is reported where it stands, because
 * the operand is read first as it is written.
 */
static bool read_call(struct plan_reader *reader, struct value field, const char *function,
                      const char *more, struct expr *expr)
{
    struct buf text = BUF_INIT;
    bool key = reader->key;
    struct expr given = {0};
    bool ok;

    if (!plan_deeper(reader, field))
        return false;
    ok = plan_key(reader, field, &given);
    reader->depth--;
    if (!ok)
        return false;
    buf_add_format(&text, "{\"call\":\"%s\",\"args\":[", function);
    if (field.type != VALUE_OBJECT)
        buf_add_string(&text, "{\"field\":");
    buf_add(&text, field.text, field.size);
    buf_add_format(&text, "%s%s]}", field.type != VALUE_OBJECT ? "}" : "", more);
    reader->key = true;
    ok = plan_operand(
        reader, value_of(arena_copy(&reader->memory->arena, text.bytes, text.size), text.size),
        expr);
    reader->key = key;
    buf_release(&text);
    return ok;
}

/* "5m", or a number of seconds; zero: that may be none. */
static bool read_duration(struct plan_reader *reader, struct value value, const char *name,
                          bool zero, int64_t *microseconds)
{
    struct value given;
    bool param;
    bool ok;

    if (!plan_param(reader, value, &given, &param))
        return false;
    if (given.type == VALUE_NUMBER)
        ok = time_read_number(given.text, given.size, microseconds) &&
             *microseconds >= (zero ? 0 : 1) && *microseconds <= DURATION_MAX;
    else
        ok = given.type == VALUE_STRING &&
             duration_read(given.text + 1, given.size - 2, microseconds);
    return ok || plan_fail(reader, value,
                           "\"%s\" must be a duration such as \"16ms\", \"5s\", \"2m\", \"1h\" or "
                           "\"7d\", or a number of seconds, at most 100 years, not %s",
                           name, excerpt(given.text, given.size).text);
}

/* The scan of the table that was read before; NULL: this is the first one. */
static const struct plan_scan *other_scan(const struct plan_reader *reader,
                                          const struct plan_scan *scan, bool *own)
{
    *own = true;
    for (const struct plan_scan *other = reader->scans; other; other = other->next)
        if (other->table_size == scan->table_size &&
            memcmp(other->table, scan->table, scan->table_size) == 0)
            return other;
    *own = false;
    return reader->known.scan(reader->known.context, scan->table, scan->table_size);
}

static bool is_same(const struct plan_lateness *a, const struct plan_lateness *b)
{
    return a == b ||
           (a && b && a->text_size == b->text_size && memcmp(a->text, b->text, a->text_size) == 0);
}

/* {"field":"ts","by":"1h"} */
static bool read_lateness(struct plan_reader *reader, struct value value,
                          struct plan_lateness *lateness)
{
    struct value field = VALUE_NONE;
    struct value by = VALUE_NONE;
    struct buf text = BUF_INIT;

    if (!plan_only(reader, value, "\"lateness\"", "field by") ||
        !plan_required(reader, value, "\"lateness\"", "field", &field) ||
        !plan_required(reader, value, "\"lateness\"", "by", &by) ||
        !read_duration(reader, by, "by", true, &lateness->by))
        return false;
    lateness->field = plan_path(reader, field);
    if (!lateness->field || !read_call(reader, field, "epoch", "", &lateness->time))
        return false;
    buf_add_string(&text, "{\"field\":");
    path_write(&text, lateness->field);
    buf_add_string(&text, ",\"by\":");
    plan_write_duration(&text, lateness->by);
    buf_add_byte(&text, '}');
    lateness->text = arena_copy(&reader->memory->arena, text.bytes, text.size);
    lateness->text_size = text.size;
    buf_release(&text);
    return true;
}

bool plan_read_lateness(struct plan_reader *reader, struct value value, struct plan_scan *scan)
{
    struct value given = plan_member(value, "lateness");
    const struct plan_scan *other;
    struct plan_lateness *lateness;
    bool own;

    if (given.type != VALUE_MISSING) {
        lateness = ARENA_NEW(&reader->memory->arena, struct plan_lateness);
        scan->lateness = lateness;
        if (!read_lateness(reader, given, lateness))
            return false;
    }
    other = other_scan(reader, scan, &own);
    if (other && !is_same(other->lateness, scan->lateness))
        return plan_fail(reader, value,
                         "another scan of table %s has %s; all scans of a table must say the same "
                         "of lateness",
                         quote(scan->table, scan->table_size).text,
                         other->lateness
                             ? excerpt(other->lateness->text, other->lateness->text_size).text
                             : "no \"lateness\"");
    if (!own) {
        scan->next = reader->scans;
        reader->scans = scan;
    }
    return true;
}

static bool read_times(struct plan_reader *reader, struct value value, struct plan_asof *asof)
{
    static const char *const names[] = {"left_field", "right_field"};
    struct value time = VALUE_NONE;
    struct value field;

    if (!plan_required(reader, value, "an asof join", "time", &time) ||
        !plan_only(reader, time, "\"time\"", "left_field right_field"))
        return false;
    for (int side = 0; side < 2; side++)
        if (!plan_required(reader, time, "\"time\"", names[side], &field) ||
            !read_call(reader, field, "epoch", "", &asof->time[side].expr))
            return false;
    return true;
}

bool plan_read_asof(struct plan_reader *reader, struct value value, struct plan_join *join)
{
    struct plan_asof *asof = ARENA_NEW(&reader->memory->arena, struct plan_asof);
    struct value inner = plan_member(value, "inner");
    struct value tolerance = plan_member(value, "tolerance");

    join->asof = asof;
    if (inner.type != VALUE_MISSING && inner.type != VALUE_TRUE && inner.type != VALUE_FALSE)
        return plan_fail(reader, inner, "\"inner\" must be true or false, not %s",
                         excerpt(inner.text, inner.size).text);
    asof->inner = inner.type == VALUE_TRUE;
    if (!asof->inner && !join->both)
        return plan_fail(
            reader, plan_member(value, "kind"),
            "an asof join has every left row: \"select\":\"both\" shows its right row, "
            "\"inner\":true leaves out those without one");
    asof->bounded = tolerance.type != VALUE_MISSING;
    if (asof->bounded && !read_duration(reader, tolerance, "tolerance", true, &asof->tolerance))
        return false;
    return read_times(reader, value, asof);
}

/* The time of a session's rows and its gap, as "session" of a group and the operator have them. */
static bool read_session(struct plan_reader *reader, struct value value, const char *name,
                         struct plan_session *session)
{
    struct value time = VALUE_NONE;
    struct value gap = VALUE_NONE;

    return plan_required(reader, value, "a session", name, &time) &&
           plan_required(reader, value, "a session", "gap", &gap) &&
           read_duration(reader, gap, "gap", false, &session->gap) &&
           read_call(reader, time, "epoch", "", &session->time.expr) &&
           read_call(reader, time, "tumble", ",\"1us\"", &session->start);
}

bool plan_read_session(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct plan_session *session = &plan->as.session;
    struct value alias = plan_member(value, "alias");

    if (!plan_only(reader, value, "session", "op input partition_by time gap alias") ||
        !plan_keys(reader, plan_member(value, "partition_by"), "\"partition_by\"",
                   &session->partition, &session->partition_count) ||
        !read_session(reader, value, "time", session))
        return false;
    if (alias.type != VALUE_MISSING && alias.type != VALUE_STRING)
        return plan_fail(reader, alias, "\"alias\" must be a string, not %s",
                         excerpt(alias.text, alias.size).text);
    session->alias = alias.type == VALUE_STRING ? alias.text : "\"session\"";
    session->alias_size = alias.type == VALUE_STRING ? alias.size : strlen("\"session\"");
    return plan_read_input(reader, value, plan, "input");
}

static const char *const windows[] = {"tumble", "hop", "session"};

bool plan_is_time_group(struct value value)
{
    for (size_t i = 0; value.type == VALUE_OBJECT && i < 3; i++)
        if (plan_member(value, windows[i]).type != VALUE_MISSING)
            return true;
    return false;
}

/* A length of time as another argument of a function. */
static bool read_length(struct plan_reader *reader, struct value value, const char *window,
                        const char *name, struct buf *more, int64_t *microseconds)
{
    struct value length;
    struct decimal seconds = {0, NULL, 6};

    if (!plan_required(reader, value, window, name, &length) ||
        !read_duration(reader, length, name, false, microseconds))
        return false;
    seconds.small = *microseconds;
    buf_add_byte(more, ',');
    decimal_write_exact(more, &seconds);
    return true;
}

/* The windows of tumble, one a row, and of hop, as many as a row lies in. */
static bool read_windows(struct plan_reader *reader, struct value value, bool hop,
                         struct expr *expr)
{
    const char *name = hop ? "hop" : "tumble";
    struct buf more = BUF_INIT;
    struct value field = VALUE_NONE;
    int64_t slide = 1;
    int64_t size = 0;
    bool ok = plan_only(reader, value, name, hop ? "field slide size" : "field size") &&
              plan_required(reader, value, name, "field", &field) &&
              (!hop || read_length(reader, value, name, "slide", &more, &slide)) &&
              read_length(reader, value, name, "size", &more, &size);

    buf_add_byte(&more, '\0');
    if (ok && hop && size / slide > HOP_MAX)
        ok = plan_fail(reader, plan_member(value, "slide"),
                       "a row would be in %lld windows, more than %d; give hop a longer slide",
                       (long long)(size / slide), HOP_MAX);
    ok = ok && read_call(reader, field, name, more.bytes, expr);
    buf_release(&more);
    return ok;
}

bool plan_read_time_group(struct plan_reader *reader, struct value value, struct plan_group *group,
                          struct plan_windowed *windowed)
{
    static const char *const members[] = {"tumble alias", "hop alias", "session alias"};
    static const char *const aliases[] = {"\"tumble\"", "\"hop\"", "\"session\""};
    struct value alias = plan_member(value, "alias");
    struct value window;
    struct plan *rows;
    int kind = 0;

    while (kind < 2 && plan_member(value, windows[kind]).type == VALUE_MISSING)
        kind++;
    window = plan_member(value, windows[kind]);
    if (!plan_only(reader, value, "a group", members[kind]))
        return false;
    if (alias.type != VALUE_MISSING && alias.type != VALUE_STRING)
        return plan_fail(reader, alias, "\"alias\" must be a string, not %s",
                         excerpt(alias.text, alias.size).text);
    group->alias = alias.type == VALUE_STRING ? alias.text : aliases[kind];
    group->alias_size = alias.type == VALUE_STRING ? alias.size : strlen(aliases[kind]);
    if (kind == 0)
        return read_windows(reader, window, false, &group->expr);
    if (windowed->rows)
        return plan_fail(reader, value,
                         "a second group of hop or session; put one of them below the aggregate, "
                         "as the operator unnest or session");
    rows = ARENA_NEW(&reader->memory->arena, struct plan);
    windowed->rows = rows;
    windowed->group = group;
    if (kind == 1) {
        rows->op = PLAN_UNNEST;
        rows->as.unnest.outer = true; /* rows without a time are a group */
        return read_windows(reader, window, true, &rows->as.unnest.field);
    }
    rows->op = PLAN_SESSION;
    return plan_only(reader, window, "a session", "field gap") &&
           read_session(reader, window, "field", &rows->as.session);
}

/* Whether something reads a field of a name. */
struct reading {
    const char *name;
    bool found;
};

static void see_path(void *context, const struct path *path)
{
    struct reading *reading = context;

    if (path->steps->key_size == strlen(reading->name) &&
        memcmp(path->steps->key, reading->name, path->steps->key_size) == 0)
        reading->found = true;
}

static void see_predicate(struct reading *reading, const struct predicate *p)
{
    expr_each_path(&p->left, see_path, reading);
    for (size_t i = 0; i < p->count; i++)
        expr_each_path(&p->operands[i], see_path, reading);
    for (size_t i = 0; i < p->child_count; i++)
        see_predicate(reading, p->children[i]);
}

static bool is_read(const struct plan_aggregate *aggregate, const char *name)
{
    struct reading reading = {name, false};

    for (size_t i = 0; i < aggregate->group_count; i++)
        expr_each_path(&aggregate->groups[i].expr, see_path, &reading);
    for (size_t i = 0; i < aggregate->measure_count; i++) {
        const struct plan_measure *measure = &aggregate->measures[i];

        if (measure->expr)
            expr_each_path(measure->expr, see_path, &reading);
        if (measure->filter)
            see_predicate(&reading, measure->filter);
        for (size_t j = 0; j < measure->order_count; j++)
            expr_each_path(&measure->order[j].expr, see_path, &reading);
    }
    return reading.found;
}

/* A session is one of rows that agree in the other groups. */
static void partition(struct plan_reader *reader, const struct plan_aggregate *aggregate,
                      const struct plan_windowed *windowed)
{
    struct plan_session *session = &windowed->rows->as.session;

    session->partition = ARENA_ARRAY(&reader->memory->arena, struct expr, aggregate->group_count);
    for (size_t i = 0; i < aggregate->group_count; i++)
        if (&aggregate->groups[i] != windowed->group)
            session->partition[session->partition_count++] = aggregate->groups[i].expr;
}

void plan_finish_time_group(struct plan_reader *reader, const struct plan_aggregate *aggregate,
                            const struct plan_windowed *windowed)
{
    struct arena *arena = &reader->memory->arena;
    bool session = windowed->rows->op == PLAN_SESSION;
    struct buf name = BUF_INIT;
    struct path_step *step = ARENA_NEW(arena, struct path_step);
    struct path *path = ARENA_NEW(arena, struct path);

    for (unsigned i = 0;; i++) { /* the first name that nothing else is read by */
        buf_clear(&name);
        buf_add_format(&name, i ? "\"%s%u\"" : "\"%s\"", session ? "session" : "hop", i);
        buf_add_byte(&name, '\0');
        if (!is_read(aggregate, name.bytes))
            break;
    }
    step->key = arena_copy(arena, name.bytes, name.size);
    step->key_size = (uint32_t)name.size - 1;
    step->index = PATH_NO_INDEX;
    buf_release(&name);
    path->steps = step;
    path->count = 1;
    if (session) {
        partition(reader, aggregate, windowed);
        windowed->rows->as.session.alias = step->key;
        windowed->rows->as.session.alias_size = step->key_size;
    } else {
        windowed->rows->as.unnest.alias = step->key;
        windowed->rows->as.unnest.alias_size = step->key_size;
    }
    windowed->group->expr.path = path;
}

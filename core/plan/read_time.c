/* Reading what goes by points in time. */
#include "base/duration.h"
#include "plan/reader.h"

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

static bool read_times(struct plan_reader *reader, struct value value, struct plan_asof *asof)
{
    static const char *const names[] = {"left_field", "right_field"};
    struct value time;
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

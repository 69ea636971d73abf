/* Reading joins. */
#include "plan/reader.h"

#include "value/json_scan.h"

#include <string.h>

static bool read_key(struct plan_reader *reader, struct value value, struct plan_join *join)
{
    struct value left;
    struct value right;

    if (!plan_only(reader, value, "a join key", "left_field right_field") ||
        !plan_required(reader, value, "a join key", "left_field", &left) ||
        !plan_required(reader, value, "a join key", "right_field", &right))
        return false;
    if (!plan_key(reader, left, &join->left[join->count]) ||
        !plan_key(reader, right, &join->right[join->count]))
        return false;
    join->count++;
    return true;
}

/* Without keys every pair agrees. */
static bool read_on(struct plan_reader *reader, struct value value, struct plan_join *join)
{
    struct value on = plan_member(value, "on");
    struct json_iter iter;
    size_t count = 1;

    if (on.type == VALUE_MISSING)
        return true;
    if (on.type != VALUE_OBJECT && !plan_array(reader, on, "\"on\"", &count))
        return false;
    join->left = ARENA_ARRAY(&reader->memory->arena, struct expr, count);
    join->right = ARENA_ARRAY(&reader->memory->arena, struct expr, count);
    if (on.type == VALUE_OBJECT)
        return read_key(reader, on, join);
    iter = json_iter_of(on.text);
    while (json_iter_next(&iter))
        if (!read_key(reader, value_of(iter.value, iter.value_size), join))
            return false;
    return true;
}

static bool read_kind(struct plan_reader *reader, struct value value, struct plan_join *join)
{
    struct value kind = plan_member(value, "kind");
    struct value select = plan_member(value, "select");
    bool halves;

    if (kind.type != VALUE_MISSING)
        while (!plan_is(kind, plan_join_name(join->kind)))
            if (join->kind++ == JOIN_ASOF)
                return plan_fail(reader, kind,
                                 "\"kind\" must be \"inner\", \"left\", \"right\", \"full\", "
                                 "\"semi\", \"anti\" or \"asof\", not %s",
                                 excerpt(kind.text, kind.size).text);
    join->both = plan_is(select, "both");
    if (select.type != VALUE_MISSING && !join->both && !plan_is(select, "left"))
        return plan_fail(reader, select, "\"select\" must be \"left\" or \"both\", not %s",
                         excerpt(select.text, select.size).text);
    if ((join->kind == JOIN_RIGHT || join->kind == JOIN_FULL) && !join->both)
        return plan_fail(reader, kind,
                         "a %s join has rows without a left row, so it needs "
                         "\"select\":\"both\"",
                         plan_join_name(join->kind));
    halves = join->kind == JOIN_SEMI || join->kind == JOIN_ANTI;
    if (halves && join->both)
        return plan_fail(reader, select,
                         "the rows of a join of kind \"%s\" are left rows, so \"select\" must be "
                         "\"left\"; pairs are those of kind \"%s\"",
                         plan_join_name(join->kind), join->kind == JOIN_SEMI ? "inner" : "left");
    return true;
}

static bool read_as(struct plan_reader *reader, struct value value, struct plan_join *join)
{
    struct value as = plan_member(value, "as");
    struct json_iter iter;
    size_t count;

    join->as[0] = "\"left\"";
    join->as[1] = "\"right\"";
    join->as_size[0] = 6;
    join->as_size[1] = 7;
    if (as.type == VALUE_MISSING)
        return true;
    if (!join->both && plan_member(value, "where").type == VALUE_MISSING)
        return plan_fail(reader, as, "\"as\" goes with \"select\":\"both\" or \"where\"");
    if (!plan_array(reader, as, "\"as\"", &count))
        return false;
    if (count != 2)
        return plan_fail(reader, as, "\"as\" must be two names, not %zu", count);
    iter = json_iter_of(as.text);
    for (int i = 0; json_iter_next(&iter); i++) {
        if (iter.value[0] != '"')
            return plan_fail(reader, value_of(iter.value, iter.value_size),
                             "\"as\" must be two strings, not %s", excerpt(as.text, as.size).text);
        join->as[i] = iter.value;
        join->as_size[i] = iter.value_size;
    }
    if (join->as_size[0] == join->as_size[1] &&
        memcmp(join->as[0], join->as[1], join->as_size[0]) == 0)
        return plan_fail(reader, as, "\"as\" must be two different names, not %s",
                         excerpt(as.text, as.size).text);
    return true;
}

bool plan_pair_path(struct plan_reader *reader, struct value value, const struct path *path)
{
    struct plan_join *join = reader->pair;
    const struct path_step *step = path->steps;

    for (int side = 0; side < 2; side++)
        if (step->key_size == join->as_size[side] &&
            memcmp(step->key, join->as[side], step->key_size) == 0) {
            if (path->count > 1 && step[1].key_size == 4 && memcmp(step[1].key, "\"id\"", 4) == 0)
                join->where_id[side] = true;
            return true;
        }
    return plan_fail(reader, value,
                     "in \"where\" of a join a path begins with the name of a side, %.*s or %.*s, "
                     "not %s",
                     (int)join->as_size[0], join->as[0], (int)join->as_size[1], join->as[1],
                     excerpt(value.text, value.size).text);
}

static bool read_where(struct plan_reader *reader, struct value value, struct plan_join *join)
{
    struct value where = plan_member(value, "where");
    struct plan_join *around = reader->pair;

    if (where.type == VALUE_MISSING)
        return true;
    reader->pair = join;
    join->where = plan_whole_predicate(reader, where);
    reader->pair = around;
    return join->where != NULL;
}

bool plan_read_join(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct plan_join *join = &plan->as.join;
    bool asof = plan_is(plan_member(value, "kind"), "asof");
    bool aside = reader->aside;
    bool ok;

    if (!plan_only(reader, value, asof ? "an asof join" : "join",
                   asof ? "op left right on kind select as time tolerance inner"
                        : "op left right on kind where select as") ||
        !read_kind(reader, value, join))
        return false;
    reader->aside = aside || join->both;
    ok = read_on(reader, value, join) && read_as(reader, value, join) &&
         (!asof || plan_read_asof(reader, value, join)) && read_where(reader, value, join) &&
         plan_read_input(reader, value, plan, "left");
    reader->aside = true;
    ok = ok && plan_read_input(reader, value, plan, "right");
    reader->aside = aside;
    return ok;
}

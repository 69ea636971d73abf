/* Which groups are over at some time; see closing.h. */
#include "plan/closing.h"

#include "value/json_scan.h"

#include <string.h>

/* The value of an object's member, by the name without quotes. */
static struct value member(struct value object, const char *name)
{
    struct json_iter iter = json_iter_of(object.text);

    while (json_iter_next(&iter))
        if (iter.key_size == strlen(name) + 2 && memcmp(iter.key + 1, name, iter.key_size - 2) == 0)
            return value_of(iter.value, iter.value_size);
    return VALUE_NONE;
}

static bool is_text(struct value value, const char *text)
{
    return value.size == strlen(text) + 2 && memcmp(value.text + 1, text, value.size - 2) == 0;
}

/* The field whose time a function is of, with constants beside it; NULL: it is no such function, or
 * its value may be less for a later time. */
static const struct path *path_of_call(struct arena *arena, const struct expr *expr,
                                       const char *function, size_t place)
{
    struct value call = {arena_copy(arena, expr->text, expr->text_size), (uint32_t)expr->text_size,
                         VALUE_OBJECT};
    struct value args = member(call, "args");
    const struct path *path = NULL;
    struct json_iter iter;

    if (!is_text(member(call, "call"), function) || args.type != VALUE_ARRAY)
        return NULL;
    iter = json_iter_of(args.text);
    for (size_t i = 0; json_iter_next(&iter); i++) {
        struct value arg = value_of(iter.value, iter.value_size);
        struct value field = arg.type == VALUE_OBJECT ? member(arg, "field") : VALUE_NONE;

        if (i == place && field.type != VALUE_MISSING)
            path = path_new(arena, field);
        else if (arg.type == VALUE_OBJECT && member(arg, "literal").type == VALUE_MISSING)
            return NULL;
    }
    return path;
}

/* The field that never is later than the value is: the field itself, or a window of it. */
static const struct path *path_of(struct arena *arena, const struct expr *expr)
{
    const struct path *path;

    if (!expr->program)
        return expr->path;
    path = path_of_call(arena, expr, "tumble", 0);
    return path ? path : path_of_call(arena, expr, "date_trunc", 1);
}

static bool is_step(const struct path_step *step, const char *key, size_t size)
{
    return step->key_size == size && memcmp(step->key, key, size) == 0;
}

static bool is_same(const struct path *a, const struct path *b)
{
    for (uint32_t i = 0; i < a->count && i < b->count; i++)
        if (a->steps[i].index != PATH_NO_INDEX ||
            !is_step(&a->steps[i], b->steps[i].key, b->steps[i].key_size))
            return false;
    return a->count == b->count;
}

/* What a projection makes the field of; NULL: of more than a field. */
static const struct path *below_project(struct arena *arena, const struct plan_project *project,
                                        const struct path *path)
{
    const struct plan_projection *from = NULL;
    struct path *below;

    for (size_t i = 0; i < project->count; i++) {
        const struct plan_projection *p = &project->projections[i];

        if (!p->expr && from)
            return NULL; /* the row's own field, if it has one */
        if (!p->expr || is_step(path->steps, p->alias, p->alias_size))
            from = p;
    }
    if (!from || !from->expr)
        return from ? path : NULL;
    if (!from->expr->path)
        return NULL;
    below = ARENA_NEW(arena, struct path);
    below->count = from->expr->path->count + path->count - 1;
    below->steps = ARENA_ARRAY(arena, struct path_step, below->count);
    memcpy(below->steps, from->expr->path->steps, from->expr->path->count * sizeof(*below->steps));
    memcpy(below->steps + from->expr->path->count, path->steps + 1,
           (path->count - 1) * sizeof(*below->steps));
    return below;
}

/* What an unnest makes the field of: the element that is a start of its hop, or the row's own. */
static const struct path *below_unnest(struct arena *arena, const struct plan_unnest *unnest,
                                       const struct path *path, struct plan_closing *found)
{
    if (unnest->ordinality && is_step(path->steps, unnest->ordinality, unnest->ordinality_size))
        return NULL;
    if (!is_step(path->steps, unnest->alias, unnest->alias_size))
        return path;
    if (found->value || path->count > 1 || !unnest->field.program)
        return NULL;
    found->value = &unnest->field;
    found->path = path_of_call(arena, &unnest->field, "hop", 0);
    found->first = true;
    return found->path;
}

/* Follows a field down to a scan. `found` says what its value is. */
static bool trace(struct arena *arena, const struct plan *plan, const struct path *path,
                  struct plan_closing *found)
{
    for (; path && plan->op != PLAN_SCAN; plan = plan->inputs[0]) {
        if (plan->op == PLAN_PROJECT)
            path = below_project(arena, &plan->as.project, path);
        else if (plan->op == PLAN_UNNEST)
            path = below_unnest(arena, &plan->as.unnest, path, found);
        else if (plan->op != PLAN_FILTER && plan->op != PLAN_DISTINCT)
            return false;
    }
    if (!path || !plan->as.scan.lateness || !is_same(path, plan->as.scan.lateness->field))
        return false;
    found->by = plan->as.scan.lateness->by;
    return true;
}

const struct plan_closing *closing_find(struct arena *arena, const struct plan_aggregate *aggregate,
                                        const struct plan *input)
{
    for (size_t i = 0; i < aggregate->group_count; i++) {
        const struct expr *group = &aggregate->groups[i].expr;
        const struct path *path = path_of(arena, group);
        struct plan_closing found = {.group = i};
        struct plan_closing *closing;

        if (group->program) {
            found.value = group;
            found.path = path;
        }
        if (!path || !trace(arena, input, path, &found))
            continue;
        closing = ARENA_NEW(arena, struct plan_closing);
        *closing = found;
        return closing;
    }
    return NULL;
}

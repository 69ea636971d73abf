/* Reading recursion: fixpoint and recurse, and which operators may stand between them; and views on
 * views. */
#include "plan/reader.h"

#include "base/mem.h"
#include "plan/recursion.h"
#include "value/number.h"

#include <string.h>

/* The fixpoint whose step is being read. */
struct plan_recursion {
    struct plan_recursion *around;
    const struct plan *fixpoint;
};

bool plan_read_recurse(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct value name;
    const char *bytes;
    size_t size;

    if (!plan_only(reader, value, "recurse", "op name") ||
        !plan_required(reader, value, "recurse", "name", &name) ||
        !plan_text(reader, name, "\"name\"", &bytes, &size))
        return false;
    for (const struct plan_recursion *r = reader->recursion; r; r = r->around)
        if (r->fixpoint->as.fixpoint.name_size == size &&
            memcmp(r->fixpoint->as.fixpoint.name, bytes, size) == 0) {
            plan->as.recurse = r->fixpoint;
            return true;
        }
    return plan_fail(reader, name, "recurse %s stands in the step of no fixpoint of that name",
                     quote(bytes, size).text);
}

/* A join does the same to a sum of rows of one side as to its parts if those rows do not decide
 * whether a row of the other side is alone. */
static bool join_is_linear(const struct plan *plan, bool on_the_left)
{
    switch (plan->as.join.kind) {
    case JOIN_LEFT:
    case JOIN_SEMI:
    case JOIN_ANTI:
    case JOIN_ASOF:
        return on_the_left;
    case JOIN_RIGHT:
        return !on_the_left;
    case JOIN_FULL:
        return false;
    case JOIN_INNER:
        break;
    }
    return true;
}

/* Operators that do the same to a sum as to its parts. */
static bool is_linear(const struct plan *plan)
{
    return (plan->op == PLAN_FILTER && plan->exists_count == 0) || plan->op == PLAN_PROJECT ||
           plan->op == PLAN_JOIN || plan->op == PLAN_UNION || plan->op == PLAN_UNNEST ||
           plan->op == PLAN_REKEY;
}

/* With more rows going in, some that came out may be gone. */
static bool is_monotone(const struct plan *plan)
{
    return plan->op == PLAN_FILTER || plan->op == PLAN_INTERSECT || plan->op == PLAN_FIXPOINT ||
           (plan->op == PLAN_UNIQUE && plan->as.set.first.partition_count == 0);
}

static bool refuse_operator(struct plan_reader *reader, struct value step, const struct plan *plan)
{
    return plan_fail(reader, step,
                     "%s over recurse%s; between recurse and the step's root there may be filter, "
                     "project, unnest, rekey, union and joins",
                     plan->op == PLAN_FILTER ? "exists" : plan_op_name(plan->op),
                     is_monotone(plan)
                         ? ""
                         : " is not monotone: a round could take back what one before it found");
}

static bool refuse_join(struct plan_reader *reader, struct value step, const struct plan *plan,
                        bool both, bool on_the_left)
{
    bool monotone = plan->as.join.kind == JOIN_SEMI;

    return plan_fail(
        reader, step,
        "recurse on %s of a join of kind \"%s\"%s; it may be on either side of inner "
        "and on both, on the left of left, semi, anti and asof, and on the right of "
        "right",
        both          ? "both sides"
        : on_the_left ? "the left"
                      : "the right",
        plan_join_name(plan->as.join.kind),
        monotone ? "" : " is not monotone: a round could take back what one before it found");
}

/* What stands between recurse and the step's root must do the same to a sum as to its parts, or, a
 * join of what recurses with itself, to a sum on either side. */
static bool check_linear(struct plan_reader *reader, struct value step, const struct plan *plan,
                         const struct plan *fixpoint)
{
    unsigned recursive = 0;

    if (!recursion_in(plan, fixpoint) || plan->op == PLAN_RECURSE)
        return true;
    if (!is_linear(plan))
        return refuse_operator(reader, step, plan);
    for (unsigned i = 0; i < plan->input_count; i++) {
        recursive += recursion_in(plan->inputs[i], fixpoint);
        if (!check_linear(reader, step, plan->inputs[i], fixpoint))
            return false;
    }
    if (plan->op != PLAN_JOIN)
        return true;
    for (unsigned i = 0; i < plan->input_count; i++)
        if (recursion_in(plan->inputs[i], fixpoint) && !join_is_linear(plan, i == 0))
            return refuse_join(reader, step, plan, recursive > 1, i == 0);
    return true;
}

static bool read_rounds(struct plan_reader *reader, struct value value, int64_t *rounds)
{
    struct value given = plan_member(value, "max_rounds");

    *rounds = PLAN_ROUNDS_MAX;
    if (given.type == VALUE_MISSING)
        return true;
    if (given.type != VALUE_NUMBER || !number_int(given.text, given.size, rounds) || *rounds < 1)
        return plan_fail(reader, given, "\"max_rounds\" must be an integer from 1 on, not %s",
                         excerpt(given.text, given.size).text);
    return true;
}

bool plan_read_fixpoint(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct plan_fixpoint *fixpoint = &plan->as.fixpoint;
    struct plan_recursion recursion = {reader->recursion, plan};
    struct plan_frame *frame = reader->frame;
    struct value name;
    struct value base;
    struct value step;
    bool aside = reader->aside;
    bool ok;

    if (!plan_only(reader, value, "fixpoint", "op name base step max_rounds") ||
        !plan_required(reader, value, "fixpoint", "name", &name) ||
        !plan_text(reader, name, "\"name\"", &fixpoint->name, &fixpoint->name_size) ||
        !plan_required(reader, value, "fixpoint", "base", &base) ||
        !plan_required(reader, value, "fixpoint", "step", &step) ||
        !read_rounds(reader, value, &fixpoint->max_rounds))
        return false;
    plan->inputs = ARENA_ARRAY(&reader->memory->arena, const struct plan *, 2);
    plan->input_count = 2;
    reader->aside = true;
    reader->frame = NULL; /* a recursion is the same for all enclosing rows */
    plan->inputs[0] = plan_read_op(reader, base);
    reader->recursion = &recursion;
    plan->inputs[1] = plan->inputs[0] ? plan_read_op(reader, step) : NULL;
    reader->recursion = recursion.around;
    reader->frame = frame;
    reader->aside = aside;
    ok = plan->inputs[1] != NULL;
    if (ok && !recursion_in(plan->inputs[1], plan))
        ok = plan_fail(reader, step, "the step of fixpoint %s does not use recurse %s",
                       quote(fixpoint->name, fixpoint->name_size).text,
                       quote(fixpoint->name, fixpoint->name_size).text);
    ok = ok && check_linear(reader, step, plan->inputs[1], plan);
    if (ok)
        plan_find_columns(reader, plan, &fixpoint->columns);
    return ok;
}

bool plan_read_view(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct plan_memory *memory = reader->memory;
    const struct plan_view *view;
    struct value id;
    const char *bytes;
    size_t size;

    if (!plan_only(reader, value, "view", "op view_id") ||
        !plan_required(reader, value, "view", "view_id", &id) ||
        !plan_text(reader, id, "\"view_id\"", &bytes, &size))
        return false;
    view = reader->known.find(reader->known.context, bytes, size);
    if (!view)
        return plan_fail(reader, id, "there is no view %s before this one",
                         quote(bytes, size).text);
    reader->operators += view->operators;
    if (reader->operators > PLAN_OPERATORS_MAX)
        return plan_fail(reader, id, "views on views make more than %d operators",
                         PLAN_OPERATORS_MAX);
    plan->inputs = ARENA_ARRAY(&memory->arena, const struct plan *, 1);
    plan->inputs[0] = view->root;
    plan->input_count = 1;
    plan->as.view = view->semantics;
    memory->others = mem_grow(memory->others, &memory->other_max, memory->other_count + 1,
                              sizeof(*memory->others));
    memory->others[memory->other_count++] = plan_memory_ref(view->memory);
    return true;
}

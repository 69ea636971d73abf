/* Records that a view would write with two rows; see conflict.h. */
#include "plan/conflict.h"

#include "base/buf.h"
#include "base/mem.h"
#include "plan/write.h"

#include <string.h>

/* Windows are compared by their whole text up to this size. */
enum { WINDOW_TEXT_MAX = 64 * 1024 };

/* A table whose records a plan's rows may be, and what of them its projections leave. */
struct origin {
    const struct plan_scan *scan;
    struct buf projections;
    bool by_parent; /* one record may have other rows under other enclosing rows */
    struct origin *next;
};

/* Adds a projection to those that rows are seen through. */
static void add_projection(struct origin *through, const struct plan *plan)
{
    const struct plan_project *project = &plan->as.project;

    if (project->count == 1 && !project->projections[0].expr)
        return; /* "all" alone changes nothing */
    plan_write_arguments(&through->projections, plan);
    for (size_t i = 0; i < project->count; i++)
        if (project->projections[i].expr && expr_asks_context(project->projections[i].expr))
            through->by_parent = true;
}

/* A plan and all below it; false if that is longer than anybody writes, for a plan is a DAG. */
static bool write_whole(struct buf *buf, const struct plan *plan, size_t limit)
{
    buf_add_format(buf, "%s(", plan_op_name(plan->op));
    plan_write_arguments(buf, plan);
    for (unsigned i = 0; i < plan->input_count; i++) {
        buf_add_byte(buf, ',');
        if (buf->size > limit || !write_whole(buf, plan->inputs[i], limit))
            return false;
    }
    buf_add_byte(buf, ')');
    return buf->size <= limit;
}

/* What a window or a session adds to a record depends on the rows around it: only a window over the
 * same rows adds the same, and not even that under another enclosing row. */
static void add_window(struct origin *through, const struct plan *plan)
{
    struct buf *text = &through->projections;
    size_t start = text->size;

    if (!write_whole(text, plan, start + WINDOW_TEXT_MAX)) {
        text->size = start;
        buf_add_format(text, "%p", (const void *)plan);
    }
    through->by_parent = through->by_parent ||
                         (plan->op == PLAN_WINDOW ? plan->as.window.bound : plan->as.session.bound);
}

/* Finds the origins of a plan's rows, which are seen through other projections above. False: some
 * are records of no table. */
static bool trace(const struct plan *plan, const struct origin *above, struct origin **origins)
{
    struct origin *origin = mem_alloc_zero(sizeof(*origin));
    bool all;

    buf_add(&origin->projections, above->projections.bytes, above->projections.size);
    origin->by_parent = above->by_parent;
    while (plan->op != PLAN_SCAN && plan->op != PLAN_UNION && plan->op != PLAN_REKEY &&
           plan->op != PLAN_AGGREGATE && plan->op != PLAN_FIXPOINT && plan->op != PLAN_UNNEST &&
           !(plan->op == PLAN_JOIN && plan->as.join.both)) {
        if (plan->op == PLAN_PROJECT)
            add_projection(origin, plan);
        if (plan->op == PLAN_WINDOW || plan->op == PLAN_SESSION)
            add_window(origin, plan);
        plan = plan->inputs[plan->op == PLAN_EXPAND || plan->op == PLAN_CORRELATE];
    }
    if (plan->op == PLAN_SCAN) {
        origin->scan = &plan->as.scan;
        origin->next = *origins;
        *origins = origin;
        return true;
    }
    all = plan->op == PLAN_UNION;
    for (unsigned i = 0; plan->op == PLAN_UNION && i < plan->input_count; i++)
        all = trace(plan->inputs[i], origin, origins) && all;
    buf_release(&origin->projections); /* the others are rows of no table */
    free(origin);
    return all;
}

static struct origin *origins_of(const struct plan *plan)
{
    const struct origin none = {.scan = NULL};
    struct origin *origins = NULL;

    (void)trace(plan, &none, &origins);
    return origins;
}

static void origins_free(struct origin *origins)
{
    while (origins) {
        struct origin *next = origins->next;

        buf_release(&origins->projections);
        free(origins);
        origins = next;
    }
}

/* Whether a record that is found in both ways may have two rows. */
static bool differ(const struct origin *a, const struct origin *b)
{
    return a->scan->table_size == b->scan->table_size &&
           memcmp(a->scan->table, b->scan->table, a->scan->table_size) == 0 &&
           (a->by_parent || a->projections.size != b->projections.size ||
            (a->projections.size &&
             memcmp(a->projections.bytes, b->projections.bytes, a->projections.size) != 0));
}

/* A table of whose records both have rows that may differ. */
static const struct plan_scan *conflict(const struct plan *one, const struct plan *other)
{
    struct origin *a = origins_of(one);
    struct origin *b = origins_of(other);
    const struct plan_scan *found = NULL;

    for (const struct origin *x = a; x; x = x->next)
        for (const struct origin *y = b; y; y = y->next)
            if (differ(x, y))
                found = x->scan;
    origins_free(a);
    origins_free(b);
    return found;
}

static const struct plan *members_of(const struct plan *circuit)
{
    return circuit->op == PLAN_DISTINCT ? circuit->inputs[0] : circuit;
}

static const struct plan_scan *any_conflict(const struct plan *members)
{
    const struct plan_scan *found = NULL;

    for (unsigned i = 0; !found && i < members->input_count; i++)
        for (unsigned j = 0; !found && j <= i; j++)
            found = conflict(members->inputs[i], members->inputs[j]);
    return found;
}

const char *plan_conflict(const struct plan_view *view, size_t *size)
{
    const struct plan *members = members_of(view->circuit);
    const struct plan_scan *scan;

    if (members->op != PLAN_MEMBERS || (view->emit == EMIT_IDS && view->format != FORMAT_DELTA))
        return NULL;
    scan = any_conflict(members);
    if (!scan)
        return NULL;
    *size = scan->table_size;
    return scan->table;
}

bool plan_members_agree(const struct plan *circuit)
{
    const struct origin none = {.scan = NULL};
    const struct plan *members = members_of(circuit);
    struct origin *origins = NULL;
    /* Of the subqueries, rows of no table are no members. */
    bool records = trace(members->inputs[0], &none, &origins);

    origins_free(origins);
    return records && !any_conflict(members);
}

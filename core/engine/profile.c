/*
 * The time of operators as folded stacks, as flamegraph.pl and speedscope read them: frames from
 * the outermost to the innermost with semicolons between them, a space, and nanoseconds.
 *
 * An operator has one place: under the view that alone needs it, along one way from the view's root
 * to it; what several views need stands under "(shared)". What is spent elsewhere is "(steps)", the
 * rest of them, and "(lines)", reading and applying these.
 */
#include "engine/engine.h"

#include "base/mem.h"

#include <stdlib.h>

/* Whose a node is, by its place. */
enum { OWNER_NONE, OWNER_SHARED, OWNER_FIRST_VIEW };

struct profile {
    size_t *owners;
    size_t *seen; /* by the view that is looked at, or when it is written */
    struct buf stack;
    struct buf *out;
};

static void own(struct profile *profile, const struct node *node, size_t view)
{
    size_t *owner = &profile->owners[node->place];

    if (profile->seen[node->place] == view)
        return;
    profile->seen[node->place] = view;
    *owner = *owner == OWNER_NONE ? view : OWNER_SHARED;
    for (unsigned i = 0; i < node->input_count; i++)
        own(profile, node->inputs[i], view);
}

/* What separates frames and lines may stand in names. */
static void add_name(struct buf *stack, const char *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        buf_add_byte(stack, (char)(name[i] == ';' || (unsigned char)name[i] < ' ' ? '_' : name[i]));
}

static void write_line(struct profile *profile, uint64_t time)
{
    if (time == 0)
        return;
    buf_add(profile->out, profile->stack.bytes, profile->stack.size);
    buf_add_format(profile->out, " %llu\n", (unsigned long long)time);
}

/* The node and what it reads, as far as the same view owns it and it was not written yet. */
static void write_node(struct profile *profile, const struct node *node, size_t owner)
{
    size_t start = profile->stack.size;

    if (profile->owners[node->place] != owner || profile->seen[node->place] == SIZE_MAX)
        return;
    profile->seen[node->place] = SIZE_MAX;
    buf_add_format(&profile->stack, ";%s", node->op->class->name);
    if (node->plan->op == PLAN_SCAN) {
        buf_add_byte(&profile->stack, ' ');
        add_name(&profile->stack, node->plan->as.scan.table, node->plan->as.scan.table_size);
    }
    buf_add_format(&profile->stack, " #%zu", node->place);
    write_line(profile, node->time);
    for (unsigned i = 0; i < node->input_count; i++)
        write_node(profile, node->inputs[i], owner);
    profile->stack.size = start;
}

static void write_view(struct profile *profile, const struct view *view, size_t owner)
{
    size_t start;

    buf_clear(&profile->stack);
    add_name(&profile->stack, view->plan.id, view->plan.id_size);
    start = profile->stack.size;
    buf_add_string(&profile->stack, ";(update)");
    write_line(profile, view->time);
    profile->stack.size = start;
    write_node(profile, view->root, owner);
}

static void write_rest(struct profile *profile, const char *name, uint64_t time)
{
    buf_clear(&profile->stack);
    buf_add_string(&profile->stack, name);
    write_line(profile, time);
}

const char *ssp_profile(struct ssp *ssp, size_t *size)
{
    size_t count = ssp->circuit.count;
    struct node **nodes = circuit_places(&ssp->circuit);
    struct profile profile = {
        .owners = mem_alloc_zero((count + 1) * sizeof(size_t)),
        .seen = mem_alloc_zero((count + 1) * sizeof(size_t)),
        .out = &ssp->report,
    };

    buf_clear(&ssp->report);
    for (size_t i = 0; i < ssp->view_count; i++)
        own(&profile, ssp->views[i]->root, OWNER_FIRST_VIEW + i);
    for (size_t i = 0; i < ssp->view_count; i++)
        write_view(&profile, ssp->views[i], OWNER_FIRST_VIEW + i);
    for (size_t i = count; i-- > 0;) { /* consumers first */
        buf_clear(&profile.stack);
        buf_add_string(&profile.stack, "(shared)");
        write_node(&profile, nodes[i], OWNER_SHARED);
    }
    write_rest(&profile, "(steps)", ssp->meter.step_time);
    write_rest(&profile, "(lines)", ssp->meter.line_time);
    buf_release(&profile.stack);
    free(profile.owners);
    free(profile.seen);
    free(nodes);
    *size = ssp->report.size;
    return ssp->report.bytes;
}

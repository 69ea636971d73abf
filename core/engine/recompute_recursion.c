/* Naive recursion: all rows through the step again and again until there are no more; see
 * recompute.h. */
#include "engine/recompute_run.h"

#include "base/mem.h"

/* Every row once, in one bag. */
static struct bag together(const struct bag *base, const struct bag *stepped)
{
    const struct bag *const parts[] = {base, stepped};
    struct bag all = {0};

    for (size_t p = 0; p < 2; p++)
        for (size_t i = 0; i < parts[p]->count; i++)
            bag_add(&all, row_ref(parts[p]->entries[i].row), 1, NULL);
    bag_consolidate(&all);
    for (size_t i = 0; i < all.count; i++)
        all.entries[i].weight = 1;
    return all;
}

struct bag recompute_fixpoint(struct run *run, const struct plan *plan, struct value context)
{
    const struct plan_set *columns = &plan->as.fixpoint.columns;
    struct bag rows = recompute_rows(run, plan->inputs[0], context);
    struct bag base = recompute_by_value(&rows, columns);
    struct bag none = {0};
    struct bag there = together(&base, &none);
    struct recursion recursion = {plan, &there, run->recursion};
    size_t before;

    bag_release(&rows);
    do {
        struct bag stepped;
        struct bag keyed;

        before = there.count;
        run->recursion = &recursion;
        stepped = recompute_rows(run, plan->inputs[1], context);
        run->recursion = recursion.around;
        keyed = recompute_by_value(&stepped, columns);
        bag_release(&there);
        there = together(&base, &keyed);
        bag_release(&stepped);
        bag_release(&keyed);
    } while (there.count != before);
    bag_release(&base);
    return there;
}

struct bag recompute_recurse(const struct run *run, const struct plan *plan)
{
    const struct recursion *recursion = run->recursion;
    struct bag bag = {0};

    while (recursion->fixpoint != plan->as.recurse)
        recursion = recursion->around;
    for (size_t i = 0; i < recursion->rows->count; i++)
        bag_add(&bag, row_ref(recursion->rows->entries[i].row), 1, NULL);
    return bag;
}

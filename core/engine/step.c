/* One step: mutations that wait -> tables -> circuit -> views -> lines. */
#include "engine/engine.h"

#include "base/mem.h"

struct view_line engine_line(const struct ssp *ssp, enum view_mark mark)
{
    return (struct view_line){mark, mark == MARK_INITIAL, ssp->options.seq, ssp->steps};
}

static int ordinal_compare(const void *a, const void *b)
{
    const struct view *x = *(struct view *const *)a;
    const struct view *y = *(struct view *const *)b;

    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

/* The views whose root changed, in their order; found from the nodes that ran, not by asking all.
 */
static size_t changed_views(struct ssp *ssp)
{
    size_t count = 0;
    size_t kept = 0;

    for (size_t i = 0; i < ssp->circuit.ran_count; i++) {
        const struct node *node = ssp->circuit.ran[i];

        ssp->changed = mem_grow(ssp->changed, &ssp->changed_max, count + node->view_count,
                                sizeof(struct view *));
        for (size_t j = 0; j < node->view_count; j++)
            ssp->changed[count++] = node->views[j];
    }
    if (count > 1)
        qsort(ssp->changed, count, sizeof(struct view *), ordinal_compare);
    for (size_t i = 0; i < count; i++) /* a view may listen to two nodes */
        if (kept == 0 || ssp->changed[kept - 1] != ssp->changed[i])
            ssp->changed[kept++] = ssp->changed[i];
    return kept;
}

void engine_step(struct ssp *ssp)
{
    struct view_line line;
    size_t count;

    if (ssp->batch.waiting == 0)
        return;
    batch_flush(&ssp->batch);
    ssp->steps++;
    circuit_step(&ssp->circuit);
    line = engine_line(ssp, MARK_NONE);
    count = changed_views(ssp);
    for (size_t i = 0; i < count; i++) {
        struct view *view = ssp->changed[i];

        view_take_head(view);
        ssp->updates += view_step(view, &view->root->out, &line, &ssp->out);
    }
    circuit_finish(&ssp->circuit);
    if (ssp->options.verify && ssp->steps % ssp->options.verify == 0)
        engine_verify(ssp);
}

void engine_rollback(struct ssp *ssp)
{
    batch_rollback(&ssp->batch);
    circuit_step(&ssp->circuit); /* --no-coalesce: changes that cancel, and run through nothing */
    circuit_finish(&ssp->circuit);
}

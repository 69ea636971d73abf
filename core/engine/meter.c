/* Latencies and the heaviest steps. See meter.h. */
#include "engine/meter.h"

#include "base/mem.h"

#include <string.h>

static uint64_t rows_of(const struct meter_step *step)
{
    return step->rows;
}

static uint64_t time_of(const struct meter_step *step)
{
    return step->time;
}

static void keep(struct meter_top *top, const struct meter_step *step,
                 uint64_t (*of)(const struct meter_step *))
{
    struct meter_step kept = *step;
    size_t at = top->count;

    if (of(step) == 0 || (at == METER_TOP && of(step) <= of(&top->steps[at - 1])))
        return;
    if (at == METER_TOP)
        free(top->steps[--at].id);
    top->count = at + 1;
    for (; at > 0 && of(&top->steps[at - 1]) < of(step); at--)
        top->steps[at] = top->steps[at - 1];
    kept.id = step->id ? mem_copy(step->id, step->id_size) : NULL;
    top->steps[at] = kept;
}

void meter_add(struct meter *meter, const struct meter_step *step, uint64_t weight)
{
    if (weight)
        histogram_add(&meter->latency, step->time, weight);
    keep(&meter->by_rows, step, rows_of);
    keep(&meter->by_time, step, time_of);
}

static void top_release(struct meter_top *top)
{
    for (size_t i = 0; i < top->count; i++)
        free(top->steps[i].id);
}

void meter_release(struct meter *meter)
{
    top_release(&meter->by_rows);
    top_release(&meter->by_time);
}

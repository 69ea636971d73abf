/* Latencies and the heaviest steps. See meter.h. */
#include "engine/meter.h"

#include "base/mem.h"

#include <stdlib.h>

static void keep(struct meter_top *top, const struct meter_step *step, uint64_t value)
{
    size_t at = top->count;

    if (value <= top->values[METER_TOP - 1])
        return;
    if (at == METER_TOP)
        free(top->steps[--at].id);
    top->count = at + 1;
    for (; at > 0 && top->values[at - 1] < value; at--) {
        top->steps[at] = top->steps[at - 1];
        top->values[at] = top->values[at - 1];
    }
    top->steps[at] = *step;
    top->values[at] = value;
    if (step->id)
        top->steps[at].id = mem_copy(step->id, step->id_size);
}

void meter_add(struct meter *meter, const struct meter_step *step, uint64_t weight)
{
    if (weight)
        histogram_add(&meter->latency, step->time, weight);
    keep(&meter->by_rows, step, step->rows);
    keep(&meter->by_time, step, step->time);
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

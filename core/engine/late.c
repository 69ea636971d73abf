/* The watermarks of tables; see late.h. */
#include "engine/late.h"

#include "base/hash.h"
#include "base/mem.h"
#include "value/time.h"

struct late_before {
    struct table *table;
    int64_t latest;
};

static bool time_of(struct late *late, const struct plan_lateness *lateness, const struct row *row,
                    int64_t *time)
{
    struct value value = expr_eval(&lateness->time, row, &late->scratch);
    bool known = value.type == VALUE_NUMBER && time_read_number(value.text, value.size, time);

    arena_reset(&late->scratch);
    return known;
}

void late_take(struct late *late, struct table *table, const struct plan_lateness *lateness,
               const struct row *row, bool transaction)
{
    int64_t time;

    if (!lateness || !time_of(late, lateness, row, &time) || time <= table->latest)
        return;
    if (transaction) {
        late->before = mem_grow(late->before, &late->max, late->count + 1, sizeof(*late->before));
        late->before[late->count++] = (struct late_before){table, table->latest};
    }
    table->latest = time;
}

void late_undo(struct late *late)
{
    while (late->count > 0) {
        late->count--;
        late->before[late->count].table->latest = late->before[late->count].latest;
    }
}

void late_open(struct late *late, struct table *table, const struct plan_lateness *lateness)
{
    uint64_t by = lateness ? hash_bytes(lateness->text, lateness->text_size) | 1 : 0;

    if (table->timed == by)
        return;
    table->timed = by;
    table->latest = LATE_NEVER;
    for (size_t i = 0; lateness && i < table->count; i++)
        if (table->records[i].live)
            late_take(late, table, lateness, table->records[i].row, false);
}

bool late_is(struct late *late, const struct table *table, const struct plan_lateness *lateness,
             const struct row *row)
{
    int64_t time;

    return lateness && row && table->latest != LATE_NEVER && time_of(late, lateness, row, &time) &&
           time < table->latest - lateness->by;
}

void late_release(struct late *late)
{
    free(late->before);
    arena_release(&late->scratch);
}

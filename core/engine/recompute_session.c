/* Naive sessions: every row walks back to where its session begins; see recompute.h. */
#include "engine/recompute_run.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "value/time.h"

struct visit {
    const struct bag_entry *entry;
    struct value *partition;
    int64_t time;
};

static int visit_compare(const void *a, const void *b)
{
    const struct visit *x = a;
    const struct visit *y = b;

    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return row_compare(x->entry->row, y->entry->row);
}

static bool is_together(const struct visit *a, const struct visit *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(value_is_unknown(a->partition[i]) && value_is_unknown(b->partition[i])) &&
            value_compare(a->partition[i], b->partition[i]) != 0)
            return false;
    return true;
}

/* The row with its start, of the session that begins with `first`; NULL: of none. */
static void show(struct run *run, struct bag *bag, const struct bag_entry *entry,
                 const struct row *first, const struct plan_session *plan)
{
    const struct row *row = entry->row;
    struct buf text = BUF_INIT;
    struct buf start = BUF_INIT;
    struct value value = VALUE_NONE;

    buf_add(&text, row_text(row), row->size);
    if (first)
        value = expr_eval(&plan->start, first, &run->scratch);
    if (value.size)
        buf_add(&start, value.text, value.size);
    else
        buf_add_string(&start, "null");
    recompute_set_field(&text, plan->alias, plan->alias_size, &start);
    bag_add(bag, recompute_row_like(row, &text), entry->weight, entry->sources);
    buf_release(&text);
    buf_release(&start);
    arena_reset(&run->scratch);
}

struct bag recompute_session(struct run *run, const struct bag *in, const struct plan_session *plan)
{
    struct visit *visits = mem_alloc(in->count * sizeof(*visits));
    struct bag bag = {0};
    size_t count = 0;

    for (size_t i = 0; i < in->count; i++) {
        const struct bag_entry *entry = &in->entries[i];
        struct visit *visit = &visits[count];
        struct value time = expr_eval(&plan->time.expr, entry->row, &run->arena);

        if (time.type != VALUE_NUMBER || !time_read_number(time.text, time.size, &visit->time)) {
            show(run, &bag, entry, NULL, plan);
            continue;
        }
        visit->entry = entry;
        visit->partition = ARENA_ARRAY(&run->arena, struct value, plan->partition_count);
        for (size_t j = 0; j < plan->partition_count; j++)
            visit->partition[j] = expr_eval(&plan->partition[j], entry->row, &run->arena);
        count++;
    }
    if (count > 1)
        qsort(visits, count, sizeof(*visits), visit_compare);
    for (size_t i = 0; i < count; i++) {
        size_t first = i;

        for (size_t j = i; j-- > 0 && visits[first].time - visits[j].time <= plan->gap;)
            if (is_together(&visits[i], &visits[j], plan->partition_count))
                first = j;
        show(run, &bag, visits[i].entry, visits[first].entry->row, plan);
    }
    free(visits);
    return bag;
}

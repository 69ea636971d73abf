/* Naive asof joins: every left row looks at every right row; see recompute.h. */
#include "engine/recompute_run.h"

#include "base/mem.h"
#include "value/time.h"

/* A row that can match. */
struct candidate {
    const struct bag_entry *entry;
    struct value *keys;
    int64_t time;
};

static bool read_candidate(struct run *run, const struct bag_entry *entry,
                           const struct plan_join *plan, int side, struct candidate *to)
{
    const struct expr *keys = side ? plan->right : plan->left;
    struct value time = expr_eval(&plan->asof->time[side].expr, entry->row, &run->arena);

    to->entry = entry;
    to->keys = ARENA_ARRAY(&run->arena, struct value, plan->count);
    for (size_t i = 0; i < plan->count; i++) {
        to->keys[i] = expr_eval(&keys[i], entry->row, &run->arena);
        if (value_is_unknown(to->keys[i]))
            return false;
    }
    return time.type == VALUE_NUMBER && time_read_number(time.text, time.size, &to->time);
}

static bool is_match(const struct candidate *left, const struct candidate *right,
                     const struct plan_join *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (value_compare(left->keys[i], right->keys[i]) != 0)
            return false;
    return right->time <= left->time &&
           (!plan->asof->bounded || left->time - right->time <= plan->asof->tolerance);
}

static bool is_later(const struct candidate *a, const struct candidate *b)
{
    return a->time != b->time ? a->time > b->time : row_compare(a->entry->row, b->entry->row) > 0;
}

struct bag recompute_asof(struct run *run, const struct bag *left, const struct bag *right,
                          const struct plan_join *plan)
{
    struct candidate *rights = mem_alloc(right->count * sizeof(*rights));
    struct bag bag = {0};
    size_t count = 0;

    for (size_t i = 0; i < right->count; i++)
        count += read_candidate(run, &right->entries[i], plan, 1, &rights[count]);
    for (size_t i = 0; i < left->count; i++) {
        const struct bag_entry *entry = &left->entries[i];
        const struct candidate *match = NULL;
        struct candidate own;

        if (read_candidate(run, entry, plan, 0, &own))
            for (size_t j = 0; j < count; j++)
                if (is_match(&own, &rights[j], plan) && (!match || is_later(&rights[j], match)))
                    match = &rights[j];
        if (!match && plan->asof->inner)
            continue;
        if (plan->both)
            bag_add(&bag, recompute_pair(entry->row, match ? match->entry->row : NULL, plan, false),
                    entry->weight, NULL);
        else
            bag_add(&bag, row_ref(entry->row), entry->weight, entry->sources);
    }
    free(rights);
    return bag;
}

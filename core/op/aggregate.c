/*
 * aggregate: a row for each group of rows that agree in the values of group_by, with what
 * aggregates make of the group.
 *
 * Not linear. Kept: for each group its weight, what its aggregates remember (accumulator.h) and the
 * row that it shows.
 *
 *     a row comes or goes    its group takes it or takes it back
 *     after all rows         the groups that were touched: -old row +new row where they differ;
 *                            a group without rows, or which `having` hides, has none
 *
 * Without group_by there is one group that has a row also over nothing: at the root from the start,
 * in a subquery under every context of the second input.
 *
 * Where rows can be late, groups are forgotten when no row that is taken can be theirs any more,
 * and with them what they remember; what they show stays (closing.h).
 *
 * Cost: for each row of the change one look-up and O(log group) for each aggregate that needs an
 * order; for each touched group its row. Aggregates that list all values write them all.
 */
#include "op/accumulator.h"
#include "op/closing.h"
#include "op/group.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "value/json_scan.h"

#include <string.h>

enum {
    TOGETHER = 16, /* rows whose waits for memory overlap */
    AHEAD = 16,    /* groups likewise */
};

struct aggregate {
    struct op op;
    const struct plan_aggregate *plan;
    bool whole; /* no group_by */
    bool under_contexts;
    bool started;
    struct arena arena;
    struct accumulator_fields fields;
    struct accumulators accumulators;
    size_t *accumulator_of; /* each measure */
    struct groups groups;
    struct closing closing;
    uint32_t *touched;
    size_t touched_count;
    size_t touched_max;
    struct buf keys; /* of the rows that are taken together */
    struct buf text; /* of a group's row */
    uint32_t *offsets;
};

static void aggregate_init(struct op *op, const struct plan *plan)
{
    struct aggregate *self = (struct aggregate *)op;
    size_t count = plan->as.aggregate.measure_count;

    self->plan = &plan->as.aggregate;
    self->whole = self->plan->group_count == 0;
    self->under_contexts = plan->input_count == 2;
    accumulator_fields_init(&self->fields, &self->arena);
    accumulators_init(&self->accumulators, count, &self->arena);
    self->accumulator_of = ARENA_ARRAY(&self->arena, size_t, count);
    self->offsets = ARENA_ARRAY(&self->arena, uint32_t, self->plan->group_count + count);
    for (size_t i = 0; i < count; i++) {
        const struct accumulator_plan needed =
            measure_accumulator(&self->plan->measures[i], &self->fields);

        self->accumulator_of[i] = accumulators_add(&self->accumulators, &needed);
    }
    accumulators_lay_out(&self->accumulators, op);
    groups_init(&self->groups, self->accumulators.state_size);
    closing_init(&self->closing, self->plan->closing);
}

static struct group *touch(struct aggregate *self, uint32_t at)
{
    struct group *group = group_at(&self->groups, at);

    if (!group->touched) {
        group->touched = true;
        self->touched = mem_grow(self->touched, &self->touched_max, self->touched_count + 1,
                                 sizeof(*self->touched));
        self->touched[self->touched_count++] = at;
        if (group->weight == 0 && self->closing.plan)
            closing_add(&self->closing, at, group_key(group) + group->context_size);
    }
    return group;
}

/* Null and missing are one group. */
static void write_key(struct aggregate *self, const struct row *row, struct value context)
{
    struct buf *keys = &self->keys;

    buf_add(keys, context.text, context.size);
    buf_add_byte(keys, '[');
    for (size_t i = 0; i < self->plan->group_count; i++) {
        struct value value = expr_eval(&self->plan->groups[i].expr, row, &self->op.scratch);

        if (i)
            buf_add_byte(keys, ',');
        if (value_is_unknown(value))
            buf_add(keys, "null", 4);
        else
            value_write_canonical(keys, value);
    }
    buf_add_byte(keys, ']');
    arena_reset(&self->op.scratch);
}

/* A row on its way to its group. */
struct arrival {
    size_t start; /* of its key in the keys */
    struct group_key key;
    bool as_before; /* the group of the row before it */
    uint32_t group;
};

/* The keys; an old and a new row of a record, which stand together, mostly have the same. */
static void find_keys(struct aggregate *self, const struct zset_entry *entries, size_t count,
                      struct arrival *arrivals)
{
    struct buf *keys = &self->keys;

    buf_clear(keys);
    for (size_t i = 0; i < count; i++) {
        struct arrival *one = &arrivals[i];
        const struct arrival *before = i ? one - 1 : NULL;
        struct value context = row_context(entries[i].row);

        *one = (struct arrival){.start = keys->size};
        write_key(self, entries[i].row, context);
        one->key.size = (uint32_t)(keys->size - one->start);
        one->key.context_size = context.size;
        one->as_before =
            before && before->key.size == one->key.size &&
            before->key.context_size == one->key.context_size &&
            memcmp(keys->bytes + before->start, keys->bytes + one->start, one->key.size) == 0;
        if (one->as_before) {
            keys->size = one->start;
            one->start = before->start;
            continue;
        }
        one->key.hash = hash_bytes(keys->bytes + one->start, one->key.size);
        groups_prefetch_slot(&self->groups, one->key.hash);
    }
}

static void find_groups(struct aggregate *self, struct arrival *arrivals, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!arrivals[i].as_before)
            groups_prefetch(&self->groups, arrivals[i].key.hash);
    for (size_t i = 0; i < count; i++) {
        struct arrival *one = &arrivals[i];
        struct group *group;

        if (one->as_before) {
            one->group = arrivals[i - 1].group;
            continue;
        }
        one->key.text = self->keys.bytes + one->start;
        one->group = groups_find(&self->groups, &one->key, &self->op.work);
        group = group_at(&self->groups, one->group);
        accumulators_prefetch(&self->accumulators, group_state(group));
        if (group->shown)
            row_prefetch(group->shown);
    }
}

static void take_rows(struct aggregate *self, const struct zset_entry *entries, size_t count)
{
    struct arrival arrivals[TOGETHER];

    find_keys(self, entries, count, arrivals);
    find_groups(self, arrivals, count);
    for (size_t i = 0; i < count; i++) {
        struct group *group = touch(self, arrivals[i].group);

        group->weight = weight_sum(group->weight, entries[i].weight);
        accumulators_take(&self->accumulators, group_state(group), entries[i].row,
                          entries[i].weight, &self->op);
    }
}

/* The one group of a context, or without one of the root. */
static void take_context(struct aggregate *self, const char *context, size_t size, int64_t weight)
{
    struct group_key key = {.context_size = (uint32_t)size};
    struct group *group;

    buf_clear(&self->keys);
    buf_add(&self->keys, context, size);
    buf_add_string(&self->keys, "[]");
    key.text = self->keys.bytes;
    key.size = (uint32_t)self->keys.size;
    key.hash = hash_bytes(key.text, key.size);
    group = touch(self, groups_find(&self->groups, &key, &self->op.work));
    group->contexts = weight_sum(group->contexts, weight);
}

static void start_field(struct aggregate *self, size_t i)
{
    buf_add_byte(&self->text, i ? ',' : '{');
    self->offsets[i] = (uint32_t)self->text.size;
}

static void add_field(struct aggregate *self, size_t i, const char *alias, size_t alias_size)
{
    start_field(self, i);
    buf_add(&self->text, alias, alias_size);
    buf_add_byte(&self->text, ':');
}

/* The fields of group_by; a row that is shown has them. */
static void write_groups(struct aggregate *self, const struct group *group)
{
    const struct plan_aggregate *plan = self->plan;
    struct json_iter iter = json_iter_of(group_key(group) + group->context_size);

    for (size_t i = 0; i < plan->group_count && json_iter_next(&iter); i++) {
        add_field(self, i, plan->groups[i].alias, plan->groups[i].alias_size);
        buf_add(&self->text, iter.value, iter.value_size);
    }
}

static void copy_field(struct aggregate *self, size_t i, const struct row *shown)
{
    uint32_t start = row_field(shown, (uint32_t)i);
    uint32_t end = i + 1 < shown->count ? row_field(shown, (uint32_t)i + 1) - 1 : shown->size - 1;

    start_field(self, i);
    buf_add(&self->text, row_text(shown) + start, end - start);
}

/* The object of a group's row, and where its fields begin. What cannot have changed is copied. */
static void write_group(struct aggregate *self, struct group *group)
{
    const struct plan_aggregate *plan = self->plan;
    size_t groups = plan->group_count;

    buf_clear(&self->text);
    if (!group->shown)
        write_groups(self, group);
    for (size_t i = 0; group->shown && i < groups; i++)
        copy_field(self, i, group->shown);
    for (size_t i = 0; i < plan->measure_count; i++) {
        const struct plan_measure *measure = &plan->measures[i];
        struct accumulator *of = &self->accumulators.all[self->accumulator_of[i]];

        if (group->shown && measure_is_told(measure, of, group_state(group))) {
            copy_field(self, groups + i, group->shown);
            continue;
        }
        add_field(self, groups + i, measure->alias, measure->alias_size);
        measure_write(measure, of, group_state(group), &self->text, &self->op);
    }
    buf_add_string(&self->text, groups + plan->measure_count ? "}" : "{}");
}

static struct row *group_row(const struct aggregate *self, const struct group *group)
{
    const char *key = group_key(group) + group->context_size;
    size_t size = group->size - group->context_size;
    bool bound = group->context_size > 0;

    return row_new(
        &(struct row_source){.key = key,
                             .key_size = size,
                             .made = true,
                             .hash = bound ? hash_bytes(key, size) : group->hash,
                             .text = self->text.bytes,
                             .size = self->text.size,
                             .fields = self->offsets,
                             .count = self->plan->group_count + self->plan->measure_count,
                             .context = bound ? group_key(group) : NULL,
                             .context_size = group->context_size});
}

/* What is shown is what was written: the spelling is canonical. */
static bool is_shown(const struct aggregate *self, const struct group *group)
{
    return group->shown && group->shown->size == self->text.size &&
           memcmp(row_text(group->shown), self->text.bytes, self->text.size) == 0;
}

static void show(struct group *group, struct row *row, struct zset *out)
{
    if (group->shown) {
        zset_push(out, group->shown, -1);
        row_unref(group->shown);
    }
    if (row)
        zset_push(out, row, 1);
    group->shown = row;
}

static void settle_row(struct aggregate *self, struct group *group, struct zset *out)
{
    const struct predicate *having = self->plan->having;
    struct row *row;

    write_group(self, group);
    accumulators_told(&self->accumulators, group_state(group));
    if (is_shown(self, group))
        return;
    row = group_row(self, group);
    if (having && predicate_eval(having, row, NULL, &self->op.scratch) != TRUTH_TRUE) {
        row_unref(row);
        row = NULL;
    }
    arena_reset(&self->op.scratch);
    show(group, row, out);
}

/* What a touched group shows now. */
static void settle(struct aggregate *self, uint32_t at, struct zset *out)
{
    struct group *group = group_at(&self->groups, at);

    SSP_ASSERT(group->weight >= 0 && group->contexts >= 0);
    group->touched = false;
    if (self->whole ? group->contexts > 0 : group->weight > 0)
        settle_row(self, group, out);
    else
        show(group, NULL, out);
    if (group->weight > 0 || group->contexts > 0)
        return;
    accumulators_drop(&self->accumulators, group_state(group));
    groups_remove(&self->groups, at);
}

/* The groups whose time is over. */
static void forget(struct aggregate *self)
{
    uint32_t at;

    while (closing_next(&self->closing, &at)) {
        struct group *group = group_at(&self->groups, at);

        self->op.work++;
        if (!group->live ||
            !closing_is_over(&self->closing, group_key(group) + group->context_size))
            continue; /* its rows have gone before, and another one has its place */
        if (group->shown)
            row_unref(group->shown);
        accumulators_drop(&self->accumulators, group_state(group));
        groups_remove(&self->groups, at);
    }
}

/* What the groups behind will be asked for: the group, its row and its orders, their new ends. */
static void settle_prefetch(const struct aggregate *self, size_t i)
{
    const size_t count = self->touched_count;
    struct group *group;

    if (i + AHEAD < count)
        __builtin_prefetch(group_at(&self->groups, self->touched[i + AHEAD]));
    if (i + AHEAD / 2 < count) {
        group = group_at(&self->groups, self->touched[i + AHEAD / 2]);
        if (group->shown)
            row_prefetch(group->shown);
        accumulators_prefetch(&self->accumulators, group_state(group));
    }
    if (i + AHEAD / 4 < count) {
        group = group_at(&self->groups, self->touched[i + AHEAD / 4]);
        accumulators_prefetch_ends(&self->accumulators, group_state(group));
    }
}

static void aggregate_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct aggregate *self = (struct aggregate *)op;
    const struct zset_entry *entries = in[0]->entries;
    size_t count = in[0]->count;

    if (!self->started && self->whole && !self->under_contexts)
        take_context(self, "", 0, 1);
    self->started = true;
    for (size_t i = 0; self->under_contexts && i < in[1]->count; i++) {
        const struct zset_entry *entry = &in[1]->entries[i];

        take_context(self, row_key(entry->row), entry->row->key_size, entry->weight);
    }
    for (size_t i = 0; i < count; i += TOGETHER) {
        for (size_t n = i + TOGETHER; n < count && n < i + (size_t)2 * TOGETHER; n++)
            row_prefetch(entries[n].row);
        take_rows(self, entries + i, count - i < TOGETHER ? count - i : TOGETHER);
    }
    for (size_t i = 0; i < self->touched_count; i++) {
        settle_prefetch(self, i);
        settle(self, self->touched[i], out);
    }
    self->touched_count = 0;
    if (self->closing.plan)
        forget(self);
}

static void aggregate_release(struct op *op)
{
    struct aggregate *self = (struct aggregate *)op;

    for (size_t i = 0; i < self->groups.count; i++) {
        struct group *group = group_at(&self->groups, i);

        if (!group->live)
            continue;
        accumulators_drop(&self->accumulators, group_state(group));
        if (group->shown)
            row_unref(group->shown);
    }
    closing_release(&self->closing);
    accumulators_release(&self->accumulators);
    groups_release(&self->groups);
    free(self->touched);
    buf_release(&self->keys);
    buf_release(&self->text);
    arena_release(&self->arena);
}

static size_t aggregate_bytes(const struct op *op)
{
    const struct aggregate *self = (const struct aggregate *)op;
    size_t bytes = groups_bytes(&self->groups) + closing_bytes(&self->closing);

    for (size_t i = 0; i < self->groups.count; i++)
        if (group_at(&self->groups, i)->live)
            bytes +=
                accumulators_bytes(&self->accumulators, group_state(group_at(&self->groups, i)));
    return bytes;
}

static size_t aggregate_rows(const struct op *op)
{
    return ((const struct aggregate *)op)->groups.index.used;
}

static void aggregate_check(const struct op *op)
{
    const struct aggregate *self = (const struct aggregate *)op;

    for (size_t i = 0; i < self->groups.count; i++) {
        struct group *group = group_at(&self->groups, i);

        if (!group->live)
            continue;
        SSP_ASSERT(group->weight > 0 || group->contexts > 0);
        SSP_ASSERT(accumulators_check(&self->accumulators, group_state(group)));
    }
}

extern const struct op_class op_aggregate;
const struct op_class op_aggregate = {
    .name = "aggregate",
    .size = sizeof(struct aggregate),
    .over_nothing = true,
    .init = aggregate_init,
    .step = aggregate_step,
    .release = aggregate_release,
    .bytes = aggregate_bytes,
    .rows = aggregate_rows,
    .check = aggregate_check,
};

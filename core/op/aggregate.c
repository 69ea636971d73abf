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
 * Cost: for each row of the change one look-up and O(log group) for each aggregate that needs an
 * order; for each touched group its row. Aggregates that list all values write them all.
 */
#include "op/accumulator.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "plan/write.h"
#include "value/json_scan.h"

#include <string.h>

#define NONE HASHTAB_NONE

struct group {
    char *key; /* the context, then the JSON array of the values */
    size_t size;
    size_t context_size;
    uint64_t hash;
    int64_t weight;                   /* of its rows */
    int64_t contexts;                 /* how often its context is asked for; the root's group: 1 */
    struct row *shown;                /* NULL: none */
    struct accumulator *accumulators; /* one allocation with the key; NULL: a free entry */
    uint32_t next;                    /* free entry */
    bool touched;
};

struct aggregate {
    struct op op;
    const struct plan_aggregate *plan;
    bool whole; /* no group_by */
    bool under_contexts;
    bool started;
    struct arena arena;
    struct accumulator_fields fields;
    struct accumulator_plan *accumulators;
    size_t accumulator_count;
    size_t *accumulator_of; /* each measure */
    struct group *groups;
    size_t count;
    size_t max;
    uint32_t free;
    struct hashtab index;
    uint32_t *touched;
    size_t touched_count;
    size_t touched_max;
    struct buf key;
    struct buf text;
    uint32_t *offsets;
};

/* Equal for accumulators that would remember the same. */
static void write_accumulator(struct buf *buf, const struct accumulator_plan *plan)
{
    buf_add_format(buf, "%d %d %d ", plan->kind, plan->taken, plan->distinct);
    if (plan->expr)
        plan_write_expr(buf, plan->expr);
    if (plan->inner) /* of arg_max and the like another one */
        plan_write_expr(buf, plan->inner);
    if (plan->filter)
        plan_write_predicate(buf, plan->filter);
    for (size_t i = 0; plan->kind == ACCUMULATE_ORDER && i < plan->order_count; i++) {
        buf_add_format(buf, "%c%d", plan->order[i].descending ? '-' : '+', plan->order[i].nulls);
        plan_write_expr(buf, &plan->order[i].expr);
    }
}

/* The position of an accumulator that does for this one too, else a new one's. */
static size_t share(struct aggregate *self, const struct accumulator_plan *plan)
{
    struct buf wanted = BUF_INIT;
    struct buf other = BUF_INIT;
    size_t i = 0;

    write_accumulator(&wanted, plan);
    for (; i < self->accumulator_count; i++) {
        buf_clear(&other);
        write_accumulator(&other, &self->accumulators[i]);
        if (other.size == wanted.size && memcmp(other.bytes, wanted.bytes, wanted.size) == 0)
            break;
    }
    if (i == self->accumulator_count)
        self->accumulators[self->accumulator_count++] = *plan;
    else if (plan->squares)
        self->accumulators[i].squares = true;
    buf_release(&wanted);
    buf_release(&other);
    return i;
}

static void aggregate_init(struct op *op, const struct plan *plan)
{
    struct aggregate *self = (struct aggregate *)op;
    size_t count = plan->as.aggregate.measure_count;

    self->plan = &plan->as.aggregate;
    self->whole = self->plan->group_count == 0;
    self->under_contexts = plan->input_count == 2;
    self->free = NONE;
    accumulator_fields_init(&self->fields, &self->arena);
    self->accumulators = ARENA_ARRAY(&self->arena, struct accumulator_plan, count);
    self->accumulator_of = ARENA_ARRAY(&self->arena, size_t, count);
    self->offsets = ARENA_ARRAY(&self->arena, uint32_t, self->plan->group_count + count);
    for (size_t i = 0; i < count; i++) {
        const struct accumulator_plan needed =
            measure_accumulator(&self->plan->measures[i], &self->fields);

        self->accumulator_of[i] = share(self, &needed);
    }
}

static uint32_t new_entry(struct aggregate *self)
{
    uint32_t at = self->free;

    if (at != NONE) {
        self->free = self->groups[at].next;
        return at;
    }
    SSP_ASSERT(self->count < NONE);
    self->groups = mem_grow(self->groups, &self->max, self->count + 1, sizeof(*self->groups));
    return (uint32_t)self->count++;
}

/* The group of the key in self->key, whose first bytes are its context. */
static uint32_t find_group(struct aggregate *self, size_t context_size)
{
    const struct buf *key = &self->key;
    uint64_t hash = hash_bytes(key->bytes, key->size);
    struct accumulator *accumulators;
    struct group *group;
    size_t at;
    uint32_t i = hashtab_first(&self->index, hash, &at);

    for (; i != NONE; i = hashtab_next(&self->index, hash, &at)) {
        self->op.work++;
        if (self->groups[i].size == key->size && self->groups[i].context_size == context_size &&
            memcmp(self->groups[i].key, key->bytes, key->size) == 0)
            return i;
    }
    i = new_entry(self);
    group = &self->groups[i];
    accumulators = mem_alloc(self->accumulator_count * sizeof(*accumulators) + key->size);
    *group = (struct group){.key = (char *)&accumulators[self->accumulator_count],
                            .size = key->size,
                            .context_size = context_size,
                            .hash = hash,
                            .accumulators = accumulators};
    memcpy(group->key, key->bytes, key->size);
    for (size_t n = 0; n < self->accumulator_count; n++)
        accumulator_init(&group->accumulators[n], &self->accumulators[n], &self->op);
    hashtab_insert(&self->index, hash, i);
    return i;
}

static void release_group(struct aggregate *self, struct group *group)
{
    for (size_t i = 0; i < self->accumulator_count; i++)
        accumulator_release(&group->accumulators[i], &self->accumulators[i]);
    free(group->accumulators);
    group->accumulators = NULL;
    if (group->shown)
        row_unref(group->shown);
}

static struct group *touch(struct aggregate *self, uint32_t at)
{
    struct group *group = &self->groups[at];

    if (!group->touched) {
        group->touched = true;
        self->touched = mem_grow(self->touched, &self->touched_max, self->touched_count + 1,
                                 sizeof(*self->touched));
        self->touched[self->touched_count++] = at;
    }
    return group;
}

/* Null and missing are one group. */
static void take_row(struct aggregate *self, struct row *row, int64_t weight)
{
    struct buf *key = &self->key;
    struct value context = row_context(row);
    struct group *group;

    buf_clear(key);
    buf_add(key, context.text, context.size);
    buf_add_byte(key, '[');
    for (size_t i = 0; i < self->plan->group_count; i++) {
        struct value value = expr_eval(&self->plan->groups[i].expr, row, &self->op.scratch);

        if (i)
            buf_add_byte(key, ',');
        if (value_is_unknown(value))
            buf_add_string(key, "null");
        else
            value_write_canonical(key, value);
    }
    buf_add_byte(key, ']');
    arena_reset(&self->op.scratch);
    group = touch(self, find_group(self, context.size));
    group->weight = weight_sum(group->weight, weight);
    if (group->shown)
        __builtin_prefetch(group->shown);
    for (size_t i = 0; i < self->accumulator_count; i++)
        accumulator_add(&group->accumulators[i], &self->accumulators[i], row, weight, &self->op);
}

/* The one group of a context, or without one of the root. */
static void take_context(struct aggregate *self, const char *context, size_t size, int64_t weight)
{
    struct group *group;

    buf_clear(&self->key);
    buf_add(&self->key, context, size);
    buf_add_string(&self->key, "[]");
    group = touch(self, find_group(self, size));
    group->contexts = weight_sum(group->contexts, weight);
}

static void add_field(struct aggregate *self, size_t i, const char *alias, size_t alias_size)
{
    buf_add_byte(&self->text, i ? ',' : '{');
    self->offsets[i] = (uint32_t)self->text.size;
    buf_add(&self->text, alias, alias_size);
    buf_add_byte(&self->text, ':');
}

static struct row *group_row(struct aggregate *self, const struct group *group)
{
    const struct plan_aggregate *plan = self->plan;
    size_t count = plan->group_count + plan->measure_count;
    const char *key = group->key + group->context_size;
    size_t key_size = group->size - group->context_size;
    struct value values = {key, (uint32_t)key_size, VALUE_ARRAY};
    struct json_iter iter = json_iter_of(values.text);

    buf_clear(&self->text);
    for (size_t i = 0; i < plan->group_count && json_iter_next(&iter); i++) {
        add_field(self, i, plan->groups[i].alias, plan->groups[i].alias_size);
        buf_add(&self->text, iter.value, iter.value_size);
    }
    for (size_t i = 0; i < plan->measure_count; i++) {
        const struct plan_measure *measure = &plan->measures[i];
        size_t of = self->accumulator_of[i];

        add_field(self, plan->group_count + i, measure->alias, measure->alias_size);
        measure_write(measure, &self->accumulators[of], &group->accumulators[of], &self->text,
                      &self->op);
    }
    buf_add_string(&self->text, count ? "}" : "{}");
    return row_new(&(struct row_source){.key = key,
                                        .key_size = key_size,
                                        .made = true,
                                        .hash = hash_bytes(key, key_size),
                                        .text = self->text.bytes,
                                        .size = self->text.size,
                                        .fields = self->offsets,
                                        .count = count,
                                        .context = group->context_size ? group->key : NULL,
                                        .context_size = group->context_size});
}

/* What a touched group shows now. */
static void settle(struct aggregate *self, uint32_t at, struct zset *out)
{
    struct group *group = &self->groups[at];
    struct row *row = NULL;

    SSP_ASSERT(group->weight >= 0 && group->contexts >= 0);
    group->touched = false;
    if (self->whole ? group->contexts > 0 : group->weight > 0)
        row = group_row(self, group);
    if (row && self->plan->having &&
        predicate_eval(self->plan->having, row, NULL, &self->op.scratch) != TRUTH_TRUE) {
        row_unref(row);
        row = NULL;
    }
    if (row && group->shown && row_equal(row, group->shown)) {
        row_unref(row);
    } else {
        if (group->shown) {
            zset_push(out, group->shown, -1);
            row_unref(group->shown);
        }
        if (row)
            zset_push(out, row, 1);
        group->shown = row;
    }
    if (group->weight > 0 || group->contexts > 0)
        return;
    hashtab_remove(&self->index, group->hash, at);
    release_group(self, group);
    group->next = self->free;
    self->free = at;
}

static void aggregate_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct aggregate *self = (struct aggregate *)op;

    if (!self->started && self->whole && !self->under_contexts)
        take_context(self, "", 0, 1);
    self->started = true;
    for (size_t i = 0; self->under_contexts && i < in[1]->count; i++) {
        const struct zset_entry *entry = &in[1]->entries[i];

        take_context(self, row_key(entry->row), entry->row->key_size, entry->weight);
    }
    for (size_t i = 0; i < in[0]->count; i++)
        take_row(self, in[0]->entries[i].row, in[0]->entries[i].weight);
    for (size_t i = 0; i < self->touched_count; i++)
        settle(self, self->touched[i], out);
    self->touched_count = 0;
}

static void aggregate_release(struct op *op)
{
    struct aggregate *self = (struct aggregate *)op;

    for (size_t i = 0; i < self->count; i++)
        if (self->groups[i].accumulators)
            release_group(self, &self->groups[i]);
    free(self->groups);
    free(self->touched);
    hashtab_release(&self->index);
    buf_release(&self->key);
    buf_release(&self->text);
    arena_release(&self->arena);
}

static size_t aggregate_bytes(const struct op *op)
{
    const struct aggregate *self = (const struct aggregate *)op;
    size_t bytes = self->max * sizeof(*self->groups) + hashtab_bytes(&self->index);

    for (size_t i = 0; i < self->count; i++) {
        if (!self->groups[i].accumulators)
            continue;
        bytes += self->groups[i].size;
        for (size_t n = 0; n < self->accumulator_count; n++)
            bytes += sizeof(struct accumulator) +
                     accumulator_bytes(&self->groups[i].accumulators[n], &self->accumulators[n]);
    }
    return bytes;
}

static size_t aggregate_rows(const struct op *op)
{
    return ((const struct aggregate *)op)->index.used;
}

static void aggregate_check(const struct op *op)
{
    const struct aggregate *self = (const struct aggregate *)op;

    for (size_t i = 0; i < self->count; i++) {
        const struct group *group = &self->groups[i];

        if (!group->accumulators)
            continue;
        SSP_ASSERT(group->weight > 0 || group->contexts > 0);
        for (size_t n = 0; n < self->accumulator_count; n++)
            SSP_ASSERT(accumulator_check(&group->accumulators[n], &self->accumulators[n]));
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

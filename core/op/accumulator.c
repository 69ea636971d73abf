/* Taking rows into what an aggregate remembers; see accumulator.h. */
#include "op/accumulator.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "plan/write.h"

#include <string.h>

#define NO_VALUE SIZE_MAX

void accumulator_fields_init(struct accumulator_fields *fields, struct arena *arena)
{
    fields->value = (struct expr){.path = path_new(arena, value_of("\"v\"", 3))};
    fields->by_value[0] = (struct order_field){.expr = fields->value};
    fields->by_weight[0] = (struct order_field){
        .expr = {.path = path_new(arena, value_of("\"n\"", 3))}, .descending = true};
    fields->by_weight[1] = fields->by_value[0];
}

void accumulators_init(struct accumulators *self, size_t max, struct arena *arena)
{
    self->all = ARENA_ARRAY(arena, struct accumulator, max);
    self->exprs = ARENA_ARRAY(arena, const struct expr *, max);
    self->values = ARENA_ARRAY(arena, struct value, max);
}

/* Equal for accumulators that would remember the same. */
static void write_plan(struct buf *buf, const struct accumulator_plan *plan)
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

static void write_value(struct buf *buf, const struct accumulators *self, uint32_t i)
{
    plan_write_output(buf, self->exprs[i]);
}

static void write_accumulator(struct buf *buf, const struct accumulators *self, uint32_t i)
{
    write_plan(buf, &self->all[i].plan);
}

/* Which of those that are in the table has this text; `next` goes in if there is none. */
static uint32_t find_text(struct hashtab *table, const struct buf *text, uint32_t next,
                          void (*write)(struct buf *, const struct accumulators *, uint32_t),
                          const struct accumulators *self)
{
    uint64_t hash = hash_bytes(text->bytes, text->size);
    struct buf other = BUF_INIT;
    size_t at;
    uint32_t i = hashtab_first(table, hash, &at);

    for (; i != HASHTAB_NONE; i = hashtab_next(table, hash, &at)) {
        buf_clear(&other);
        write(&other, self, i);
        if (other.size == text->size && memcmp(other.bytes, text->bytes, text->size) == 0)
            break;
    }
    if (i == HASHTAB_NONE) {
        hashtab_insert(table, hash, next);
        i = next;
    }
    buf_release(&other);
    return i;
}

/* Which of the values an expression is; the same value has one evaluation. */
static size_t value_of_expr(struct accumulators *self, const struct expr *expr)
{
    struct buf text = BUF_INIT;
    size_t i;

    plan_write_output(&text, expr);
    i = find_text(&self->by_expr, &text, (uint32_t)self->value_count, write_value, self);
    if (i == self->value_count)
        self->exprs[self->value_count++] = expr;
    buf_release(&text);
    return i;
}

size_t accumulators_add(struct accumulators *self, const struct accumulator_plan *plan)
{
    struct buf text = BUF_INIT;
    size_t i;

    write_plan(&text, plan);
    i = find_text(&self->by_plan, &text, (uint32_t)self->count, write_accumulator, self);
    if (i == self->count)
        self->all[self->count++].plan = *plan;
    else if (plan->squares)
        self->all[i].plan.squares = true;
    buf_release(&text);
    return i;
}

static bool holds_rows(const struct accumulator_plan *plan)
{
    return plan->kind == ACCUMULATE_ORDER || plan->kind == ACCUMULATE_MODE;
}

static bool holds_values(const struct accumulator_plan *plan)
{
    return plan->distinct || plan->kind == ACCUMULATE_MODE;
}

static size_t state_size(const struct accumulator_plan *plan)
{
    switch (plan->kind) {
    case ACCUMULATE_COUNT:
        break;
    case ACCUMULATE_SUM:
        return plan->squares ? sizeof(struct accumulated_sum)
                             : offsetof(struct accumulated_sum, squares);
    case ACCUMULATE_TRUTH:
        return sizeof(struct accumulated_truth);
    case ACCUMULATE_ORDER:
    case ACCUMULATE_MODE:
        return sizeof(struct accumulated_order);
    }
    return sizeof(int64_t);
}

static size_t place(struct accumulators *self, size_t size)
{
    const size_t unit = _Alignof(struct accumulated_sum);
    size_t at = self->state_size;

    if (size >= unit)
        at = (at + unit - 1) / unit * unit;
    self->state_size = at + size;
    return at;
}

void accumulators_lay_out(struct accumulators *self, struct op *op)
{
    for (size_t i = 0; i < self->count; i++) {
        struct accumulator *one = &self->all[i];

        one->value = one->plan.expr ? value_of_expr(self, one->plan.expr) : NO_VALUE;
        one->at = place(self, state_size(&one->plan));
        if (holds_values(&one->plan))
            one->values_at = place(self, sizeof(struct value_weights));
        if (holds_rows(&one->plan))
            order_init(&one->order, one->plan.order, one->plan.order_count, &op->work);
    }
    hashtab_release(&self->by_plan); /* all are there */
    hashtab_release(&self->by_expr);
}

void accumulators_release(struct accumulators *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (holds_rows(&self->all[i].plan)) {
            self->all[i].order.root = NULL; /* the last group's, and gone */
            order_release(&self->all[i].order);
        }
    arena_release(&self->made);
}

static void weights_release(struct value_weights *weights)
{
    for (size_t i = 0; i < weights->count; i++)
        free(weights->entries[i].text);
    free(weights->entries);
    hashtab_release(&weights->index);
    *weights = (struct value_weights){0};
}

/* Adds to the weight of a value. *before and the result are its weight before and after. */
static int64_t weights_add(struct value_weights *weights, const struct buf *text, int64_t weight,
                           int64_t *before)
{
    uint64_t hash = hash_bytes(text->bytes, text->size);
    struct value_weight *entry;
    size_t at;
    uint32_t i = hashtab_first(&weights->index, hash, &at);

    while (i != HASHTAB_NONE && (weights->entries[i].size != text->size ||
                                 memcmp(weights->entries[i].text, text->bytes, text->size) != 0))
        i = hashtab_next(&weights->index, hash, &at);
    if (i == HASHTAB_NONE) {
        SSP_ASSERT(weights->count < HASHTAB_NONE);
        i = (uint32_t)weights->count++;
        weights->entries =
            mem_grow(weights->entries, &weights->max, weights->count, sizeof(*weights->entries));
        weights->entries[i] =
            (struct value_weight){mem_copy(text->bytes, text->size), text->size, hash, 0};
        hashtab_insert(&weights->index, hash, i);
    }
    entry = &weights->entries[i];
    *before = entry->weight;
    weight = entry->weight = weight_sum(entry->weight, weight);
    if (weight == 0) { /* the last entry takes its place */
        const struct value_weight *last = &weights->entries[--weights->count];

        hashtab_remove(&weights->index, hash, i);
        free(entry->text);
        if (entry != last) {
            hashtab_move(&weights->index, last->hash, (uint32_t)weights->count, i);
            *entry = *last;
        }
    }
    return weight;
}

/* A row of one value, under the value's text as its key; a weight of 0 is not told. */
static struct row *value_row(const struct buf *text, int64_t weight)
{
    struct buf object = BUF_INIT;
    uint32_t fields[2] = {1, 0};
    uint32_t count = 0;
    struct row *row;

    buf_add_byte(&object, '{');
    if (weight) {
        fields[count++] = (uint32_t)object.size;
        buf_add_string(&object, "\"n\":");
        buf_add_int(&object, weight);
        buf_add_byte(&object, ',');
    }
    fields[count++] = (uint32_t)object.size;
    buf_add_string(&object, "\"v\":");
    buf_add(&object, text->bytes, text->size);
    buf_add_byte(&object, '}');
    row = row_new(&(struct row_source){.key = text->bytes,
                                       .key_size = text->size,
                                       .made = true,
                                       .hash = hash_bytes(text->bytes, text->size),
                                       .text = object.bytes,
                                       .size = object.size,
                                       .fields = fields,
                                       .count = count});
    buf_release(&object);
    return row;
}

static struct value_weights *values_in(const struct accumulator *self, void *state)
{
    return (void *)((char *)state + self->values_at);
}

static void drop(struct accumulator *self, void *state)
{
    struct accumulated_sum *sum = accumulator_state(self, state);

    if (holds_values(&self->plan))
        weights_release(values_in(self, state));
    if (holds_rows(&self->plan)) {
        order_release(accumulator_order(self, state));
    } else if (self->plan.kind == ACCUMULATE_SUM) {
        decimal_release(&sum->sum);
        if (self->plan.squares)
            decimal_release(&sum->squares);
    }
}

void accumulators_drop(struct accumulators *self, void *state)
{
    for (size_t i = 0; i < self->count; i++)
        drop(&self->all[i], state);
}

static void add_number(struct accumulated_sum *to, const struct accumulator_plan *plan,
                       struct value value, int64_t weight)
{
    struct decimal number;

    to->count = weight_sum(to->count, weight);
    if (!decimal_read(&number, value.text, value.size)) {
        to->unfit = weight_sum(to->unfit, weight);
        return;
    }
    decimal_add_times(&to->sum, &number, weight);
    if (plan->squares) {
        struct decimal square = decimal_product(&number, &number);

        decimal_add_times(&to->squares, &square, weight);
        decimal_release(&square);
    }
    decimal_release(&number);
}

static void add_truth(struct accumulated_truth *to, struct value value, int64_t weight)
{
    if (value.type == VALUE_TRUE)
        to->yes = weight_sum(to->yes, weight);
    else if (value.type == VALUE_FALSE)
        to->no = weight_sum(to->no, weight);
}

static void add_row(struct accumulator *self, void *state, struct row *row, int64_t weight)
{
    struct accumulated_order *to = accumulator_state(self, state);
    struct order *order = accumulator_order(self, state);
    const struct row *first = order_first(order);
    const struct row *last = order_last(order);

    order_add(order, row, weight);
    to->root = order->root;
    to->first_moved = to->first_moved || order_first(order) != first;
    to->last_moved = to->last_moved || order_last(order) != last;
}

static void add(struct accumulator *self, void *state, struct row *row, struct value value,
                int64_t weight)
{
    int64_t *count = accumulator_state(self, state);

    switch (self->plan.kind) {
    case ACCUMULATE_COUNT:
        *count = weight_sum(*count, weight);
        break;
    case ACCUMULATE_SUM:
        add_number(accumulator_state(self, state), &self->plan, value, weight);
        break;
    case ACCUMULATE_TRUTH:
        add_truth(accumulator_state(self, state), value, weight);
        break;
    case ACCUMULATE_ORDER:
    case ACCUMULATE_MODE:
        add_row(self, state, row, weight);
        break;
    }
}

static void add_value_row(struct accumulator *self, void *state, const struct buf *text,
                          int64_t told, int64_t weight)
{
    struct row *row = value_row(text, told);

    add(self, state, row, value_of(text->bytes, text->size), weight);
    row_unref(row);
}

/* The value's weight changes, and what is kept of the value with it. */
static void add_value(struct accumulator *self, void *state, struct value value, int64_t weight)
{
    struct buf text = BUF_INIT;
    int64_t before;
    int64_t after;

    if (value_is_unknown(value))
        buf_add_string(&text, "null");
    else
        value_write_canonical(&text, value);
    after = weights_add(values_in(self, state), &text, weight, &before);
    if (self->plan.kind == ACCUMULATE_MODE) {
        if (before)
            add_value_row(self, state, &text, before, -1);
        if (after)
            add_value_row(self, state, &text, after, 1);
    } else if ((before > 0) != (after > 0)) {
        add_value_row(self, state, &text, 0, after > 0 ? 1 : -1);
    }
    buf_release(&text);
}

static bool takes(const struct accumulator_plan *plan, struct value value)
{
    if (plan->taken == TAKE_NUMBERS)
        return value.type == VALUE_NUMBER;
    return plan->taken == TAKE_ALL || !value_is_unknown(value);
}

static struct value value_for(struct accumulators *self, size_t which, const struct row *row)
{
    struct value *value = &self->values[which];

    if (!value->text)
        *value = expr_eval(self->exprs[which], row, &self->made);
    return *value;
}

void accumulators_take(struct accumulators *self, void *state, struct row *row, int64_t weight,
                       struct op *op)
{
    for (size_t i = 0; i < self->value_count; i++)
        self->values[i].text = NULL;
    for (size_t i = 0; i < self->count; i++) {
        struct accumulator *one = &self->all[i];
        const struct accumulator_plan *plan = &one->plan;
        struct value value = VALUE_NONE;

        op->work++;
        if (plan->filter && predicate_eval(plan->filter, row, NULL, &op->scratch) != TRUTH_TRUE)
            continue;
        if (one->value != NO_VALUE)
            value = value_for(self, one->value, row);
        if (!takes(plan, value))
            continue;
        if (holds_values(plan))
            add_value(one, state, value, weight);
        else
            add(one, state, row, value, weight);
    }
    arena_reset(&self->made);
    arena_reset(&op->scratch);
}

void accumulators_told(const struct accumulators *self, void *state)
{
    for (size_t i = 0; i < self->count; i++)
        if (holds_rows(&self->all[i].plan)) {
            struct accumulated_order *of = accumulator_state(&self->all[i], state);

            of->first_moved = false;
            of->last_moved = false;
        }
}

static const struct value_weights *values_of(const struct accumulator *self, const void *state)
{
    return (const void *)((const char *)state + self->values_at);
}

static struct order_node *root_of(const struct accumulator *self, const void *state)
{
    const struct accumulated_order *of = (const void *)((const char *)state + self->at);

    return of->root;
}

size_t accumulators_bytes(const struct accumulators *self, const void *state)
{
    size_t bytes = 0;

    for (size_t i = 0; i < self->count; i++) {
        const struct accumulator *one = &self->all[i];
        const struct value_weights *values = values_of(one, state);

        if (holds_rows(&one->plan))
            bytes += order_bytes(&(struct order){.root = root_of(one, state)});
        if (!holds_values(&one->plan))
            continue;
        bytes += values->max * sizeof(*values->entries) + hashtab_bytes(&values->index);
        for (size_t n = 0; n < values->count; n++)
            bytes += values->entries[n].size;
    }
    return bytes;
}

bool accumulators_check(const struct accumulators *self, const void *state)
{
    for (size_t i = 0; i < self->count; i++) {
        const struct accumulator *one = &self->all[i];
        const struct value_weights *values = values_of(one, state);
        uint64_t work = 0;
        struct order order;

        for (size_t n = 0; holds_values(&one->plan) && n < values->count; n++)
            SSP_ASSERT(values->entries[n].weight != 0);
        if (!holds_rows(&one->plan))
            continue;
        order_init(&order, one->plan.order, one->plan.order_count, &work);
        order.root = root_of(one, state);
        SSP_ASSERT(order_check(&order));
        arena_release(&order.scratch);
    }
    return true;
}

void accumulators_prefetch(const struct accumulators *self, const void *state)
{
    for (size_t i = 0; i < self->count; i++)
        if (holds_rows(&self->all[i].plan))
            order_prefetch(root_of(&self->all[i], state));
}

void accumulators_prefetch_ends(const struct accumulators *self, const void *state)
{
    for (size_t i = 0; i < self->count; i++) {
        const struct accumulator *one = &self->all[i];
        const struct accumulated_order *of = (const void *)((const char *)state + one->at);
        const struct order order = {.root = of->root};

        if (!holds_rows(&one->plan))
            continue;
        if (of->first_moved && of->root)
            row_prefetch(order_first(&order));
        if (of->last_moved && of->root)
            row_prefetch(order_last(&order));
    }
}

/* Taking rows into what an aggregate remembers; see accumulator.h. */
#include "op/accumulator.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"

#include <string.h>

void accumulator_fields_init(struct accumulator_fields *fields, struct arena *arena)
{
    fields->value = (struct expr){.path = path_new(arena, value_of("\"v\"", 3))};
    fields->by_value[0] = (struct order_field){.expr = fields->value};
    fields->by_weight[0] = (struct order_field){
        .expr = {.path = path_new(arena, value_of("\"n\"", 3))}, .descending = true};
    fields->by_weight[1] = fields->by_value[0];
}

void accumulator_init(struct accumulator *self, const struct accumulator_plan *plan, struct op *op)
{
    *self = (struct accumulator){0};
    if (plan->kind == ACCUMULATE_ORDER || plan->kind == ACCUMULATE_MODE)
        order_init(&self->as.order, plan->order, plan->order_count, &op->work);
}

static void weights_release(struct value_weights *weights)
{
    for (size_t i = 0; i < weights->count; i++)
        free(weights->entries[i].text);
    free(weights->entries);
    hashtab_release(&weights->index);
    *weights = (struct value_weights){0};
}

void accumulator_release(struct accumulator *self, const struct accumulator_plan *plan)
{
    weights_release(&self->values);
    if (plan->kind == ACCUMULATE_SUM) {
        decimal_release(&self->as.sum.sum);
        decimal_release(&self->as.sum.squares);
    } else if (plan->kind == ACCUMULATE_ORDER || plan->kind == ACCUMULATE_MODE) {
        order_release(&self->as.order);
    }
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

static void add_number(struct accumulator *self, const struct accumulator_plan *plan,
                       struct value value, int64_t weight)
{
    struct decimal number;

    self->as.sum.count = weight_sum(self->as.sum.count, weight);
    if (!decimal_read(&number, value.text, value.size)) {
        self->as.sum.unfit = weight_sum(self->as.sum.unfit, weight);
        return;
    }
    decimal_add_times(&self->as.sum.sum, &number, weight);
    if (plan->squares) {
        struct decimal square = decimal_product(&number, &number);

        decimal_add_times(&self->as.sum.squares, &square, weight);
        decimal_release(&square);
    }
    decimal_release(&number);
}

static void add(struct accumulator *self, const struct accumulator_plan *plan, struct row *row,
                struct value value, int64_t weight)
{
    switch (plan->kind) {
    case ACCUMULATE_COUNT:
        self->as.count = weight_sum(self->as.count, weight);
        break;
    case ACCUMULATE_SUM:
        add_number(self, plan, value, weight);
        break;
    case ACCUMULATE_TRUTH:
        if (value.type == VALUE_TRUE)
            self->as.truth.yes = weight_sum(self->as.truth.yes, weight);
        else if (value.type == VALUE_FALSE)
            self->as.truth.no = weight_sum(self->as.truth.no, weight);
        break;
    case ACCUMULATE_ORDER:
    case ACCUMULATE_MODE:
        order_add(&self->as.order, row, weight);
        order_prefetch(&self->as.order); /* least and greatest; it is the wait that costs */
        break;
    }
}

static void add_value_row(struct accumulator *self, const struct accumulator_plan *plan,
                          const struct buf *text, int64_t told, int64_t weight)
{
    struct row *row = value_row(text, told);

    add(self, plan, row, value_of(text->bytes, text->size), weight);
    row_unref(row);
}

static bool takes(const struct accumulator_plan *plan, struct value value)
{
    if (plan->taken == TAKE_NUMBERS)
        return value.type == VALUE_NUMBER;
    return plan->taken == TAKE_ALL || !value_is_unknown(value);
}

void accumulator_add(struct accumulator *self, const struct accumulator_plan *plan, struct row *row,
                     int64_t weight, struct op *op)
{
    struct value value = VALUE_NONE;
    struct buf text = BUF_INIT;
    int64_t before;
    int64_t after;

    op->work++;
    if (plan->filter && predicate_eval(plan->filter, row, NULL, &op->scratch) != TRUTH_TRUE)
        return;
    if (plan->expr)
        value = expr_eval(plan->expr, row, &op->scratch);
    if (takes(plan, value)) {
        if (!plan->distinct && plan->kind != ACCUMULATE_MODE) {
            add(self, plan, row, value, weight);
        } else {
            if (value_is_unknown(value))
                buf_add_string(&text, "null");
            else
                value_write_canonical(&text, value);
            after = weights_add(&self->values, &text, weight, &before);
            if (plan->kind == ACCUMULATE_MODE) {
                if (before)
                    add_value_row(self, plan, &text, before, -1);
                if (after)
                    add_value_row(self, plan, &text, after, 1);
            } else if ((before > 0) != (after > 0)) {
                add_value_row(self, plan, &text, 0, after > 0 ? 1 : -1);
            }
            buf_release(&text);
        }
    }
    arena_reset(&op->scratch);
}

size_t accumulator_bytes(const struct accumulator *self, const struct accumulator_plan *plan)
{
    size_t bytes =
        self->values.max * sizeof(*self->values.entries) + hashtab_bytes(&self->values.index);

    for (size_t i = 0; i < self->values.count; i++)
        bytes += self->values.entries[i].size;
    if (plan->kind == ACCUMULATE_ORDER || plan->kind == ACCUMULATE_MODE)
        bytes += order_bytes(&self->as.order);
    return bytes;
}

bool accumulator_check(struct accumulator *self, const struct accumulator_plan *plan)
{
    for (size_t i = 0; i < self->values.count; i++)
        SSP_ASSERT(self->values.entries[i].weight != 0);
    if (plan->kind == ACCUMULATE_ORDER || plan->kind == ACCUMULATE_MODE)
        SSP_ASSERT(order_check(&self->as.order));
    return true;
}

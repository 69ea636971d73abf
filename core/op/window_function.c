/* What the functions of a window are for one row; see window.h. */
#include "op/window.h"

#include "base/buf.h"
#include "base/mem.h"
#include "expr/function.h"
#include "value/numeric.h"

#include <string.h>

static void write_null_if(struct buf *out, bool nothing)
{
    if (nothing)
        buf_add_string(out, "null");
}

static void write_of(struct window *self, const struct expr *expr, const struct row *row)
{
    struct value value = row && expr ? expr_eval(expr, row, &self->op.scratch) : VALUE_NONE;

    if (value_is_unknown(value))
        buf_add_string(&self->values, "null");
    else
        value_write_canonical(&self->values, value);
    arena_reset(&self->op.scratch);
}

/* Buckets of as equal a size as possible, the larger ones first. */
int64_t window_bucket(int64_t place, int64_t total, int64_t buckets)
{
    int64_t size = total / buckets;
    int64_t larger = total % buckets;

    if (place < larger * (size + 1))
        return place / (size + 1);
    return larger + (place - larger * (size + 1)) / size;
}

static void write_aggregate(struct window *self, struct window_call *call, int64_t from, int64_t to)
{
    const struct tally *tally = &call->summary.tally;
    struct buf *out = &self->values;
    struct decimal count;
    bool sums;

    if (!call->plan->expr) {
        buf_add_int(out, to - from);
        return;
    }
    window_summarise(self, call, from, to);
    if (call->plan->function == WINDOW_COUNT) {
        buf_add_int(out, tally->known);
    } else if (call->plan->function >= WINDOW_MIN) {
        write_of(self, call->plan->expr,
                 call->plan->function == WINDOW_MIN ? call->summary.min : call->summary.max);
    } else {
        sums = tally->numbers > 0 && tally->unfit == 0;
        if (sums && call->plan->numeric) {
            numeric_write_sum(out, &tally->sum, tally->numbers, call->plan->function == WINDOW_AVG,
                              call->plan->numeric - 1);
            return;
        }
        count = decimal_of_int(tally->numbers);
        write_null_if(out, !sums || !(call->plan->function == WINDOW_SUM
                                          ? decimal_write(out, &tally->sum)
                                          : decimal_write_ratio(out, &tally->sum, &count)));
    }
}

static void write_framed(struct window *self, struct window_call *call, const struct row *row,
                         int64_t place)
{
    const struct order *order = &self->current->base.order;
    int64_t from;
    int64_t to;

    window_frame(self, call, row, place, &from, &to);
    if (call->plan->function == WINDOW_FIRST_VALUE)
        write_of(self, call->plan->expr, from < to ? order_row_at(order, from) : NULL);
    else if (call->plan->function == WINDOW_LAST_VALUE)
        write_of(self, call->plan->expr, from < to ? order_row_at(order, to - 1) : NULL);
    else
        write_aggregate(self, call, from, to);
}

static void write_call(struct window *self, struct window_call *call, const struct row *row,
                       int64_t place)
{
    const struct plan_call *plan = call->plan;
    struct window_partition *partition = self->current;
    const struct row *other;

    switch (plan->function) {
    case WINDOW_ROW_NUMBER:
        buf_add_int(&self->values, place + 1);
        break;
    case WINDOW_RANK:
        window_find_peers(self, row, place);
        buf_add_int(&self->values, self->peers_from + 1);
        break;
    case WINDOW_DENSE_RANK:
        window_find_peers(self, row, place);
        buf_add_int(&self->values,
                    order_rank(&partition->firsts, row) + (place == self->peers_from));
        break;
    case WINDOW_NTILE:
        buf_add_int(&self->values, window_bucket(place, self->total, plan->number) + 1);
        break;
    case WINDOW_LAG:
    case WINDOW_LEAD:
        other = order_row_at(&partition->base.order, plan->function == WINDOW_LAG
                                                         ? place - plan->number
                                                         : place + plan->number);
        write_of(self, other ? plan->expr : plan->otherwise, other ? other : row);
        break;
    case WINDOW_FIRST_VALUE:
    case WINDOW_LAST_VALUE:
    case WINDOW_COUNT:
    case WINDOW_SUM:
    case WINDOW_AVG:
    case WINDOW_MIN:
    case WINDOW_MAX:
    case WINDOW_FUNCTIONS:
        write_framed(self, call, row, place);
        break;
    }
}

void window_open(struct window *self, struct window_partition *partition)
{
    self->current = partition;
    self->total = order_total(&partition->base.order);
    self->peers_from = self->peers_to = 0;
    for (size_t i = 0; i < self->plan->count; i++)
        self->calls[i].valid = false;
}

struct row *window_row(struct window *self, const struct row *row, int64_t place)
{
    size_t count = self->plan->count;
    struct value id = row_id(row);
    size_t start = 0;

    buf_clear(&self->values);
    for (size_t i = 0; i < count; i++) {
        write_call(self, &self->calls[i], row, place);
        self->ends[i] = self->values.size;
    }
    for (size_t i = 0; i < count; i++) {
        const struct path_step *name = self->plan->calls[i].field->steps;

        self->extras[i] = (struct extra){
            name->key, name->key_size, value_of(self->values.bytes + start, self->ends[i] - start)};
        start = self->ends[i];
    }
    return extend_row(&self->extender, row, self->extras, count,
                      (struct row_source){.key = row_key(row),
                                          .key_size = row->key_size,
                                          .made = row->made,
                                          .id = id.text,
                                          .id_size = id.size});
}

/* How far a bound of a range is from a row, in the value that rows are in order of. */
static struct decimal distance_of(const struct plan_window *plan, const struct frame_bound *bound)
{
    struct decimal distance = DECIMAL_ZERO;

    if (bound->places == 0)
        return distance;
    (void)decimal_read(&distance, bound->distance.text, bound->distance.size);
    if (bound->before != plan->order->descending)
        decimal_negate(&distance);
    return distance;
}

void window_calls_init(struct window *self)
{
    size_t count = self->plan->count;

    self->calls = mem_alloc_zero(count * sizeof(*self->calls));
    self->ends = mem_alloc(count * sizeof(*self->ends));
    self->extras = mem_alloc(count * sizeof(*self->extras));
    self->summary = window_summary(count);
    for (size_t i = 0; i < count; i++) {
        const struct plan_call *plan = &self->plan->calls[i];
        const struct window_frame *frame = &plan->frame;

        self->calls[i].plan = plan;
        self->has_summaries = self->has_summaries || (plan->function >= WINDOW_COUNT && plan->expr);
        self->has_groups = self->has_groups || plan->function == WINDOW_DENSE_RANK;
        if (!frame->range)
            continue;
        self->calls[i].start = distance_of(self->plan, &frame->start);
        self->calls[i].end = distance_of(self->plan, &frame->end);
        self->has_distances = self->has_distances || frame->start.places || frame->end.places;
    }
}

void window_calls_release(struct window *self)
{
    for (size_t i = 0; i < self->plan->count; i++) {
        tally_release(&self->calls[i].summary.tally);
        decimal_release(&self->calls[i].start);
        decimal_release(&self->calls[i].end);
    }
    free(self->calls);
    free(self->ends);
    free(self->extras);
}

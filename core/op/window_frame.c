/* Frames: which places a function looks at, and where rows stand in the order; see window.h. */
#include "op/window.h"

/* The number that a row stands at in the order of a range. */
static bool read_position(struct window *self, const struct row *row, struct decimal *position)
{
    struct value value = expr_eval(&self->plan->order->expr, row, &self->op.scratch);
    bool read = value.type == VALUE_NUMBER && decimal_read(position, value.text, value.size);

    if (value.type == VALUE_NUMBER && !read) { /* equal values must be read alike */
        buf_clear(&self->scratch);
        value_write_canonical(&self->scratch, value);
        read = decimal_read(position, self->scratch.bytes, self->scratch.size);
    }
    arena_reset(&self->op.scratch);
    return read;
}

bool window_is_odd(struct window *self, const struct row *row)
{
    struct value value = expr_eval(&self->plan->order->expr, row, &self->op.scratch);
    bool number = value.type == VALUE_NUMBER;
    struct decimal position;

    arena_reset(&self->op.scratch);
    if (!number)
        return false;
    if (!read_position(self, row, &position))
        return true;
    decimal_release(&position);
    return false;
}

/* What rows are searched by: a row, or a value of the only field of order_by. */
struct bound {
    struct window *self;
    const struct row *row;
    struct value value;
    bool upto; /* equal ones are before, too */
};

static bool is_before_value(void *context, const struct row *row)
{
    const struct bound *bound = context;
    const struct order_field *field = bound->self->plan->order;
    int order = order_field_compare(field, expr_eval(&field->expr, row, &bound->self->op.scratch),
                                    bound->value);

    arena_reset(&bound->self->op.scratch);
    return bound->upto ? order <= 0 : order < 0;
}

static bool is_before_row(void *context, const struct row *row)
{
    const struct bound *bound = context;
    const struct plan_window *plan = bound->self->plan;
    int order =
        order_compare(plan->order, plan->order_count, row, bound->row, &bound->self->op.scratch);

    arena_reset(&bound->self->op.scratch);
    return bound->upto ? order <= 0 : order < 0;
}

int64_t window_reach(struct window *self, const struct window_partition *partition,
                     const struct row *row, const struct decimal *distance, int sign, bool upto)
{
    struct bound bound = {.self = self, .upto = upto};
    struct decimal position;

    if (!read_position(self, row, &position))
        return -1;
    decimal_add_times(&position, distance, sign);
    buf_clear(&self->scratch);
    decimal_write_exact(&self->scratch, &position);
    decimal_release(&position);
    bound.value = value_of(self->scratch.bytes, self->scratch.size);
    return order_search(&partition->base.order, is_before_value, &bound);
}

int64_t window_peers(struct window *self, const struct window_partition *partition,
                     const struct row *row, bool upto)
{
    struct bound bound = {.self = self, .row = row, .upto = upto};

    return order_search(&partition->base.order, is_before_row, &bound);
}

/* Makes sure that the peers of the row on a place are known. */
void window_find_peers(struct window *self, const struct row *row, int64_t place)
{
    if (self->peers_from <= place && place < self->peers_to)
        return;
    self->peers_from = window_peers(self, self->current, row, false);
    self->peers_to = window_peers(self, self->current, row, true);
}

/* The places where a frame begins, and behind where it ends. */
static void find_range(struct window *self, const struct window_call *call, const struct row *row,
                       int64_t place, int64_t *from, int64_t *to)
{
    const struct window_frame *frame = &call->plan->frame;

    *from = frame->start.unbounded ? 0 : -1;
    *to = frame->end.unbounded ? self->total : -1;
    if (*from < 0 && frame->start.places)
        *from = window_reach(self, self->current, row, &call->start, 1, false);
    if (*to < 0 && frame->end.places)
        *to = window_reach(self, self->current, row, &call->end, 1, true);
    if (*from >= 0 && *to >= 0)
        return;
    window_find_peers(self, row, place);
    if (*from < 0)
        *from = self->peers_from;
    if (*to < 0)
        *to = self->peers_to;
}

void window_frame(struct window *self, const struct window_call *call, const struct row *row,
                  int64_t place, int64_t *from, int64_t *to)
{
    const struct window_frame *frame = &call->plan->frame;

    if (frame->range) {
        find_range(self, call, row, place, from, to);
    } else {
        *from = frame->start.unbounded ? 0 : place + frame->start.places;
        *to = frame->end.unbounded ? self->total : place + frame->end.places + 1;
    }
    *from = *from < 0 ? 0 : *from;
    *to = *to > self->total ? self->total : *to;
    if (*to < *from)
        *to = *from;
}

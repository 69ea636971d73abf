/* Summaries of frames; see window.h.
 *
 * They are read off those of the ordered tree in O(log n); from one row to the next, as long as its
 * frame moves little, made of that of the row before. */
#include "op/window.h"

/* A frame that moves by more places than this is read anew. */
enum { SLIDE_MAX = 64 };

void tally_release(struct tally *tally)
{
    decimal_release(&tally->sum);
    *tally = (struct tally){.sum = DECIMAL_ZERO};
}

static void take_value(struct tally *tally, struct value value, int64_t weight)
{
    struct decimal number;

    if (value_is_unknown(value))
        return;
    tally->known = weight_sum(tally->known, weight);
    if (value.type != VALUE_NUMBER)
        return;
    tally->numbers = weight_sum(tally->numbers, weight);
    if (decimal_read(&number, value.text, value.size)) {
        decimal_add_times(&tally->sum, &number, weight);
        decimal_release(&number);
    } else {
        tally->unfit = weight_sum(tally->unfit, weight);
    }
}

void tally_take(struct tally *tally, const struct expr *expr, const struct row *row, int64_t weight,
                struct arena *scratch)
{
    if (expr)
        take_value(tally, expr_eval(expr, row, scratch), weight);
    else
        tally->known = weight_sum(tally->known, weight);
    arena_reset(scratch);
}

static bool has_extremes(const struct plan_call *call)
{
    return call->function == WINDOW_MIN || call->function == WINDOW_MAX;
}

static bool has_summary(const struct plan_call *call)
{
    return call->function >= WINDOW_COUNT && call->expr;
}

/* Keeps the row of the lesser value (sign 1), or of the greater one (-1). */
static void keep_extreme(struct row **kept, struct row *row, const struct expr *expr, int sign,
                         struct arena *scratch)
{
    if (!row)
        return;
    if (!*kept ||
        sign * value_compare(expr_eval(expr, row, scratch), expr_eval(expr, *kept, scratch)) < 0)
        *kept = row;
}

static void take_row(const struct plan_call *call, struct summary *summary, struct row *row,
                     int64_t weight, struct arena *scratch)
{
    struct value value = expr_eval(call->expr, row, scratch);

    if (!has_extremes(call)) {
        take_value(&summary->tally, value, weight);
    } else if (!value_is_unknown(value)) {
        keep_extreme(&summary->min, row, call->expr, 1, scratch);
        keep_extreme(&summary->max, row, call->expr, -1, scratch);
    }
    arena_reset(scratch);
}

static void take_summary(const struct plan_call *call, struct summary *summary,
                         const struct summary *below, struct arena *scratch)
{
    struct tally *tally = &summary->tally;

    tally->known = weight_sum(tally->known, below->tally.known);
    tally->numbers = weight_sum(tally->numbers, below->tally.numbers);
    tally->unfit = weight_sum(tally->unfit, below->tally.unfit);
    decimal_add(&tally->sum, &below->tally.sum);
    if (has_extremes(call)) {
        keep_extreme(&summary->min, below->min, call->expr, 1, scratch);
        keep_extreme(&summary->max, below->max, call->expr, -1, scratch);
        arena_reset(scratch);
    }
}

/* A node keeps a summary for each function. */
static void node_add_row(void *context, void *summaries, struct row *row, int64_t weight)
{
    struct window *self = context;
    struct summary *at = summaries;

    for (size_t i = 0; i < self->plan->count; i++)
        if (has_summary(&self->plan->calls[i]))
            take_row(&self->plan->calls[i], &at[i], row, weight, &self->op.scratch);
}

static void node_add(void *context, void *summaries, const void *below)
{
    struct window *self = context;
    struct summary *at = summaries;
    const struct summary *from = below;

    for (size_t i = 0; i < self->plan->count; i++)
        if (has_summary(&self->plan->calls[i]))
            take_summary(&self->plan->calls[i], &at[i], &from[i], &self->op.scratch);
}

static void node_release(void *context, void *summaries)
{
    const struct window *self = context;
    struct summary *at = summaries;

    for (size_t i = 0; i < self->plan->count; i++)
        tally_release(&at[i].tally);
}
/* Rows or nodes on their way into the summary of a call, or out of it. */
struct fill {
    struct window *self;
    struct window_call *call;
    int64_t sign;
};

static void fill_row(void *context, struct row *row, int64_t weight)
{
    const struct fill *fill = context;

    take_row(fill->call->plan, &fill->call->summary, row, fill->sign * weight,
             &fill->self->op.scratch);
}

static void fill_summary(void *context, const void *below)
{
    const struct fill *fill = context;
    const struct summary *of = below;

    take_summary(fill->call->plan, &fill->call->summary, &of[fill->call - fill->self->calls],
                 &fill->self->op.scratch);
}

static void move(struct window *self, struct window_call *call, int64_t sign, int64_t from,
                 int64_t to)
{
    struct fill fill = {self, call, sign};

    if (from < to)
        order_range(&self->current->base.order, from, to, fill_row, &fill);
}

static int64_t apart(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

/* Whether the summary of the frame before can become that of the next: frames that overlap and
 * differ in few places; out of an extreme nothing can be taken. */
static bool slides(const struct window_call *call, int64_t from, int64_t to)
{
    return call->valid && from < call->to && call->from < to &&
           apart(from, call->from) + apart(to, call->to) <= SLIDE_MAX &&
           (!has_extremes(call->plan) || (from <= call->from && call->to <= to));
}

void window_summarise(struct window *self, struct window_call *call, int64_t from, int64_t to)
{
    struct fill fill = {self, call, 1};

    if (slides(call, from, to)) {
        move(self, call, 1, from, call->from);
        move(self, call, -1, call->from, from);
        move(self, call, 1, call->to, to);
        move(self, call, -1, to, call->to);
    } else {
        tally_release(&call->summary.tally);
        call->summary.min = call->summary.max = NULL;
        order_fold(&self->current->base.order, from, to, fill_row, fill_summary, &fill);
    }
    call->valid = true;
    call->from = from;
    call->to = to;
}

struct order_summary window_summary(size_t calls)
{
    return (struct order_summary){.size = calls * sizeof(struct summary),
                                  .add_row = node_add_row,
                                  .add = node_add,
                                  .release = node_release};
}

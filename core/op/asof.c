/*
 * asof: join of each left row with the latest right row of its key that is not later than it.
 *
 * Linear in the left input, not in the right one: a right row stands for its time and all after it,
 * up to the next right row of its key, and as long as `tolerance` says. With R the right rows and
 * m(l, R) the match of a left row l in them, a step is a sequence of changes of one side while the
 * other one stands still:
 *
 *     left row l comes or goes     +-(l, m(l, R))
 *     right row r comes            for each left row between r and the next right row:
 *     between p and the next one       -(l, p) +(l, r)
 *     right row r goes             the same with the signs turned
 *
 * and these are the left side's removals, the right side's additions and then removals, the left
 * side's additions, so that a row whose match is replaced is not alone in between. Of right rows of
 * one time the last by key, then by content, is the latest. A right row counts once, whatever its
 * weight; a left row comes out with its own.
 *
 * Both sides are kept in ordered trees, one for each key; rows whose key or time is unknown match
 * nothing and are not kept. If both sides' rows have contexts they match only under one.
 *
 * Cost: for each row of the change O(log n), for a right one also the left rows whose match it is
 * or was.
 */
#include "op/pair.h"
#include "op/partition.h"
#include "value/time.h"

#include "base/check.h"

struct asof {
    struct pairs pairs; /* makes the rows that come out; its own sides stay empty */
    const struct plan_asof *plan;
    struct partitions sides[2];
};

static void asof_init(struct op *op, const struct plan *plan)
{
    struct asof *self = (struct asof *)op;
    const struct plan_join *join = &plan->as.join;

    pair_init(op, plan);
    self->plan = join->asof;
    for (int side = 0; side < 2; side++)
        self->sides[side] = (struct partitions){.by = side ? join->right : join->left,
                                                .by_count = join->count,
                                                .together = !(join->bound[0] && join->bound[1]),
                                                .order = &join->asof->time[side],
                                                .order_count = 1,
                                                .size = sizeof(struct partition),
                                                .work = &op->work};
}

/* When a row is; false: it has no time. */
static bool time_of(struct asof *self, int side, const struct row *row, int64_t *time)
{
    struct arena *scratch = &self->pairs.op.scratch;
    struct value value = expr_eval(&self->plan->time[side].expr, row, scratch);
    bool known = value.type == VALUE_NUMBER && time_read_number(value.text, value.size, time);

    arena_reset(scratch);
    return known;
}

/* Whether a row can match: its key and its time are known. */
static bool takes_part(struct asof *self, int side, const struct row *row)
{
    const struct partitions *own = &self->sides[side];
    int64_t time;

    for (size_t i = 0; i < own->by_count; i++)
        if (value_is_unknown(expr_eval(&own->by[i], row, &self->pairs.op.scratch)))
            return false;
    return time_of(self, side, row, &time);
}

/* Searching a side for a time. */
struct moment {
    struct asof *self;
    int side;
    int64_t time;
    bool upto; /* rows of this time come before it too */
};

static bool is_before(void *context, const struct row *row)
{
    const struct moment *moment = context;
    int64_t time = 0;

    (void)time_of(moment->self, moment->side, row, &time); /* rows without one are not kept */
    return moment->upto ? time <= moment->time : time < moment->time;
}

static int64_t place_of(struct asof *self, int side, const struct order *order, int64_t time,
                        bool upto)
{
    struct moment moment = {self, side, time, upto};

    return order_search(order, is_before, &moment);
}

/* The right row if it is not too old for the left one. */
static struct row *if_near(struct asof *self, const struct row *left, struct row *right)
{
    int64_t then = 0;
    int64_t now = 0;

    if (!right || !self->plan->bounded)
        return right;
    (void)time_of(self, 0, left, &now);
    (void)time_of(self, 1, right, &then);
    return now - then <= self->plan->tolerance ? right : NULL;
}

static void show(struct asof *self, struct row *left, struct row *right, int64_t weight,
                 struct zset *out)
{
    if (right)
        (void)pair_meet(&self->pairs, left, right, weight, out);
    else if (!self->plan->inner)
        pair_alone(&self->pairs, 0, left, weight, out);
}

static void keep(struct partitions *side, struct row *row, int64_t weight)
{
    struct partition *partition = partitions_find(side, row);

    order_add(&partition->order, row, weight);
    if (!partition->order.root)
        partitions_drop(side, partition);
}

static void take_left(struct asof *self, struct row *row, int64_t weight, struct zset *out)
{
    struct partition *others;
    struct row *match = NULL;
    int64_t time = 0;

    if (!takes_part(self, 0, row)) {
        show(self, row, NULL, weight, out);
        return;
    }
    (void)time_of(self, 0, row, &time);
    others = partitions_look(&self->sides[1], self->sides[0].by, row);
    if (others)
        match = order_row_at(&others->order, place_of(self, 1, &others->order, time, true) - 1);
    show(self, row, if_near(self, row, match), weight, out);
    keep(&self->sides[0], row, weight);
}

/* A right row that comes or goes, and the right row before it. */
struct turn {
    struct asof *self;
    struct row *row;
    struct row *before;
    bool comes;
    struct zset *out;
};

static void turn_row(void *context, struct row *left, int64_t weight)
{
    const struct turn *turn = context;
    struct row *before = if_near(turn->self, left, turn->before);

    show(turn->self, left, turn->comes ? before : turn->row, -weight, turn->out);
    show(turn->self, left, turn->comes ? turn->row : before, weight, turn->out);
}

/* The left rows between a right row and the next one, which are near enough. */
static void turn_rows(struct turn *turn, const struct row *next)
{
    struct asof *self = turn->self;
    struct partition *lefts = partitions_look(&self->sides[0], self->sides[1].by, turn->row);
    int64_t time = 0;
    int64_t end;
    int64_t to;

    if (!lefts)
        return;
    to = order_total(&lefts->order);
    if (next && time_of(self, 1, next, &time))
        to = place_of(self, 0, &lefts->order, time, false);
    (void)time_of(self, 1, turn->row, &time);
    if (self->plan->bounded) {
        end = place_of(self, 0, &lefts->order, time + self->plan->tolerance, true);
        to = end < to ? end : to;
    }
    order_range(&lefts->order, place_of(self, 0, &lefts->order, time, false), to, turn_row, turn);
}

/* The rows between which a row stands that is not in the tree; false: it is there. */
static bool find_neighbours(struct order *order, const struct row *row, struct row **before,
                            struct row **next)
{
    int64_t weight;
    int64_t place = order_find(order, row, &weight);

    if (weight)
        return false;
    *next = order_row_at(order, place);
    *before = order_row_at(order, place - 1);
    return true;
}

static void take_right(struct asof *self, struct row *row, int64_t weight, struct zset *out)
{
    struct turn turn = {.self = self, .row = row, .comes = weight > 0, .out = out};
    struct row *next;
    struct partition *partition;
    bool turns;

    if (!takes_part(self, 1, row))
        return;
    partition = partitions_find(&self->sides[1], row);
    if (weight > 0) {
        turns = find_neighbours(&partition->order, row, &turn.before, &next);
        order_add(&partition->order, row, weight);
    } else {
        order_add(&partition->order, row, weight);
        turns = find_neighbours(&partition->order, row, &turn.before, &next);
    }
    if (turns)
        turn_rows(&turn, next);
    if (!partition->order.root)
        partitions_drop(&self->sides[1], partition);
}

/* Those rows of a change that come, or those that go. */
static void take_side(struct asof *self, int side, const struct zset *change, bool come,
                      struct zset *out)
{
    for (size_t i = 0; i < change->count; i++) {
        const struct zset_entry *entry = &change->entries[i];

        if ((entry->weight > 0) == come)
            (side ? take_right : take_left)(self, entry->row, entry->weight, out);
    }
}

static void asof_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct asof *self = (struct asof *)op;

    take_side(self, 0, in[0], false, out);
    take_side(self, 1, in[1], true, out);
    take_side(self, 1, in[1], false, out);
    take_side(self, 0, in[0], true, out);
}

static void asof_release(struct op *op)
{
    struct asof *self = (struct asof *)op;

    partitions_release(&self->sides[0]);
    partitions_release(&self->sides[1]);
    pair_release(op);
}

static size_t asof_bytes(const struct op *op)
{
    const struct asof *self = (const struct asof *)op;

    return partitions_bytes(&self->sides[0]) + partitions_bytes(&self->sides[1]);
}

static size_t asof_rows(const struct op *op)
{
    const struct asof *self = (const struct asof *)op;

    return partitions_rows(&self->sides[0]) + partitions_rows(&self->sides[1]);
}

static void asof_check(const struct op *op)
{
    const struct asof *self = (const struct asof *)op;

    SSP_ASSERT(partitions_check(&self->sides[0]));
    SSP_ASSERT(partitions_check(&self->sides[1]));
}

extern const struct op_class op_asof;
const struct op_class op_asof = {
    .name = "join",
    .size = sizeof(struct asof),
    .init = asof_init,
    .step = asof_step,
    .release = asof_release,
    .bytes = asof_bytes,
    .rows = asof_rows,
    .check = asof_check,
};

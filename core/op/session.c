/*
 * session: each row with the start of its session, a run of rows of its partition of which none is
 * further than the gap behind the one before it.
 *
 * Not linear. Kept: the rows of each partition in order of time, and those of them that begin a
 * session, which are as many as there are sessions. A row is first if there is none before it, or
 * if that one is further away than the gap; so a change can turn only the rows that come or go and
 * the one behind each of these. With L the start of a row's session, that of the last first row
 * that is not behind it, before the step and L' after it, and R the rows after the step:
 *
 *     out = L(change)  +  sum over the rows of R with L' other than L of  -(row, L) +(row, L')
 *
 * Rows with other starts stand between a row that turned and the next first row, of either time: a
 * session that merges with the one before it, and the later part of one that splits.
 *
 * A row without a time is in no session, its start is null, and it is not kept.
 *
 * Cost: for each row of the change O(log n), and the rows that get another start.
 */
#include "op/extend.h"
#include "op/op.h"
#include "op/partition.h"
#include "value/time.h"

#include "base/check.h"
#include "base/mem.h"

#include <string.h>

struct session_partition {
    struct partition base;
    struct order firsts; /* of its sessions, as they were before the step */
    struct order turned; /* in this step: rows that become first, and those that cease to be */
    bool touched;
};

struct session {
    struct op op;
    const struct plan_session *plan;
    struct partitions partitions;
    struct session_partition **touched;
    size_t touched_count;
    size_t touched_max;
    struct extender extender;
    struct buf before; /* the starts that rows had, and have */
    struct buf after;
};

static void session_init(struct op *op, const struct plan *plan)
{
    struct session *self = (struct session *)op;

    self->plan = &plan->as.session;
    self->partitions = (struct partitions){.by = self->plan->partition,
                                           .by_count = self->plan->partition_count,
                                           .order = &self->plan->time,
                                           .order_count = 1,
                                           .size = sizeof(struct session_partition),
                                           .work = &op->work};
}

/* When a row is; false: it has no time. */
static bool time_of(struct session *self, const struct row *row, int64_t *time)
{
    struct value value = expr_eval(&self->plan->time.expr, row, &self->op.scratch);
    bool known = value.type == VALUE_NUMBER && time_read_number(value.text, value.size, time);

    arena_reset(&self->op.scratch);
    return known;
}

static struct session_partition *touch(struct session *self, const struct row *row)
{
    struct session_partition *partition =
        (struct session_partition *)partitions_find(&self->partitions, row);

    if (partition->touched)
        return partition;
    partition->touched = true;
    if (!partition->firsts.root)
        order_init(&partition->firsts, &self->plan->time, 1, &self->op.work);
    order_init(&partition->turned, &self->plan->time, 1, &self->op.work);
    self->touched = mem_grow(self->touched, &self->touched_max, self->touched_count + 1,
                             sizeof(struct session_partition *));
    return self->touched[self->touched_count++] = partition;
}

static bool contains(struct order *order, const struct row *row)
{
    int64_t weight;

    (void)order_find(order, row, &weight);
    return weight != 0;
}

/* The first row of the session that a row was in, or would have been; NULL: of none. */
static struct row *first_before(struct session_partition *partition, const struct row *row)
{
    int64_t weight;
    int64_t place = order_find(&partition->firsts, row, &weight);

    return order_row_at(&partition->firsts, weight ? place : place - 1);
}

/* The start of a session that begins with the row; NULL: of none. */
static void write_start(struct session *self, const struct row *first, struct buf *start)
{
    struct value value;

    buf_clear(start);
    value = first ? expr_eval(&self->plan->start, first, &self->op.scratch) : VALUE_NONE;
    if (value_is_unknown(value))
        buf_add_string(start, "null");
    else
        buf_add(start, value.text, value.size);
    arena_reset(&self->op.scratch);
}

static void show(struct session *self, const struct row *row, const struct buf *start,
                 int64_t weight, struct zset *out)
{
    const struct extra extra = {self->plan->alias, self->plan->alias_size,
                                value_of(start->bytes, start->size)};
    struct value id = row_id(row);
    const struct row_source as = {.key = row_key(row),
                                  .key_size = row->key_size,
                                  .made = row->made,
                                  .id = id.text,
                                  .id_size = id.size};
    struct row *made = extend_row(&self->extender, row, &extra, 1, as);

    zset_add(out, made, weight);
    row_unref(made);
}

/* A row comes or goes, with the start that it has in the sessions as they were. */
static void take(struct session *self, struct row *row, int64_t weight, struct zset *out)
{
    struct session_partition *partition;
    const struct row *first;
    int64_t time;

    if (!time_of(self, row, &time)) {
        write_start(self, NULL, &self->before);
        show(self, row, &self->before, weight, out);
        return;
    }
    partition = touch(self, row);
    first = first_before(partition, row);
    if (first) {
        write_start(self, first, &self->before);
        show(self, row, &self->before, weight, out);
    }
    order_add(&partition->base.order, row, weight);
}

/* Notes the row on a place, which the one before it may have made first or not. */
static void look_at(struct session *self, struct session_partition *partition, int64_t place)
{
    struct order *order = &partition->base.order;
    struct row *row = order_row_at(order, place);
    const struct row *before = order_row_at(order, place - 1);
    int64_t then = 0;
    int64_t now = 0;
    bool first;

    if (!row)
        return;
    if (before)
        (void)time_of(self, before, &then);
    (void)time_of(self, row, &now);
    first = !before || now - then > self->plan->gap;
    if (first != contains(&partition->firsts, row) && !contains(&partition->turned, row))
        order_add(&partition->turned, row, 1);
}

/* Finds what a row of the change has turned: itself, and the row behind it. */
static void find_turned(struct session *self, struct row *row)
{
    struct session_partition *partition;
    int64_t weight;
    int64_t place;
    int64_t time;

    if (!time_of(self, row, &time))
        return;
    partition = (struct session_partition *)partitions_find(&self->partitions, row);
    place = order_find(&partition->base.order, row, &weight);
    if (weight)
        look_at(self, partition, place);
    else if (contains(&partition->firsts, row))
        order_add(&partition->turned, row, 1);
    look_at(self, partition, place + weight);
}

struct shift {
    struct session *self;
    bool had; /* a start */
    struct zset *out;
};

static bool is_same(const struct buf *a, const struct buf *b)
{
    return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static void shift_row(void *context, struct row *row, int64_t weight)
{
    const struct shift *shift = context;

    if (shift->had)
        show(shift->self, row, &shift->self->before, -weight, shift->out);
    show(shift->self, row, &shift->self->after, weight, shift->out);
}

/* Where the rows of a session end that begins with or behind a row that turned. */
static int64_t end_of(struct session_partition *partition, const struct row *row, int64_t turned)
{
    struct order *order = &partition->base.order;
    const struct row *next = order_row_at(&partition->turned, turned + 1);
    int64_t end = next ? order_rank(order, next) : order_total(order);
    int64_t weight;
    int64_t place = order_find(&partition->firsts, row, &weight);
    int64_t other;

    next = order_row_at(&partition->firsts, place + weight);
    other = next ? order_rank(order, next) : end;
    return other < end ? other : end;
}

/* The rows behind each row that turned, up to the next first one, get their new start. */
static void shift_rows(struct session *self, struct session_partition *partition, struct zset *out)
{
    struct shift shift = {.self = self, .out = out};
    struct order *order = &partition->base.order;
    const struct row *first = NULL; /* after the step, of the rows at hand */
    int64_t count = order_total(&partition->turned);

    for (int64_t i = 0; i < count; i++) {
        const struct row *row = order_row_at(&partition->turned, i);
        const struct row *before;
        int64_t weight;
        int64_t place = order_find(&partition->firsts, row, &weight);

        if (!weight) {
            first = row; /* it begins a session now */
        } else {
            before = order_row_at(&partition->firsts, place - 1);
            if (before && order_rank(&partition->turned, before) == i)
                first = before; /* stands behind what turned before this one: it did not */
        }
        before = first_before(partition, row);
        shift.had = before != NULL;
        write_start(self, before, &self->before);
        write_start(self, first, &self->after);
        if (shift.had && first && is_same(&self->before, &self->after))
            continue;
        order_range(order, order_rank(order, row), end_of(partition, row, i), shift_row, &shift);
    }
}

static void settle(struct session *self, struct session_partition *partition)
{
    int64_t count = order_total(&partition->turned);

    for (int64_t i = 0; i < count; i++) {
        struct row *row = order_row_at(&partition->turned, i);

        order_add(&partition->firsts, row, contains(&partition->firsts, row) ? -1 : 1);
    }
    order_release(&partition->turned);
    partition->touched = false;
    if (partition->base.order.root)
        return;
    SSP_ASSERT(!partition->firsts.root);
    order_release(&partition->firsts);
    partitions_drop(&self->partitions, &partition->base);
}

static void session_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct session *self = (struct session *)op;

    for (int half = 0; half < 2; half++) /* removals first */
        for (size_t i = 0; i < in[0]->count; i++)
            if ((in[0]->entries[i].weight > 0) == (half == 1))
                take(self, in[0]->entries[i].row, in[0]->entries[i].weight, out);
    for (size_t i = 0; i < in[0]->count; i++)
        find_turned(self, in[0]->entries[i].row);
    for (size_t i = 0; i < self->touched_count; i++) {
        shift_rows(self, self->touched[i], out);
        settle(self, self->touched[i]);
    }
    self->touched_count = 0;
}

static struct session_partition *partition_at(const struct session *self, size_t i)
{
    return (struct session_partition *)self->partitions.items[i];
}

static void session_release(struct op *op)
{
    struct session *self = (struct session *)op;

    for (size_t i = 0; i < self->partitions.count; i++)
        order_release(&partition_at(self, i)->firsts);
    partitions_release(&self->partitions);
    free(self->touched);
    extender_release(&self->extender);
    buf_release(&self->before);
    buf_release(&self->after);
}

static size_t session_bytes(const struct op *op)
{
    const struct session *self = (const struct session *)op;
    size_t bytes = partitions_bytes(&self->partitions);

    for (size_t i = 0; i < self->partitions.count; i++)
        bytes += order_bytes(&partition_at(self, i)->firsts);
    return bytes;
}

static size_t session_rows(const struct op *op)
{
    return partitions_rows(&((const struct session *)op)->partitions);
}

static void session_check(const struct op *op)
{
    const struct session *self = (const struct session *)op;

    SSP_ASSERT(partitions_check(&self->partitions));
    for (size_t i = 0; i < self->partitions.count; i++) {
        struct session_partition *partition = partition_at(self, i);

        SSP_ASSERT(!partition->touched && partition->firsts.root);
        SSP_ASSERT(order_check(&partition->firsts));
        SSP_ASSERT(row_equal(order_row_at(&partition->firsts, 0),
                             order_row_at(&partition->base.order, 0)));
    }
}

extern const struct op_class op_session;
const struct op_class op_session = {
    .name = "session",
    .size = sizeof(struct session),
    .init = session_init,
    .step = session_step,
    .release = session_release,
    .bytes = session_bytes,
    .rows = session_rows,
    .check = session_check,
};

/*
 * Which rows of a partition functions can differ for after a step; see window.h.
 *
 * Changes are places in the order as it is now: where a row is that came, or would be that went.
 * What a change does to a row far behind it, or far before it, is the same for all of them: a shift
 * by its weight, or its values in a sum. Sums over the changes say between which two of them
 * something differs at all. Nothing is the same for extremes: there rows are computed one after the
 * other until one has the value it had before, and then all behind it have.
 */
#include "op/window.h"

#include "base/buf.h"
#include "base/mem.h"

static void add_region(struct window *self, int64_t from, int64_t to, struct window_call *chased,
                       bool backward)
{
    from = from < 0 ? 0 : from;
    to = to > self->total ? self->total : to;
    if (from >= to)
        return;
    self->regions =
        mem_grow(self->regions, &self->region_max, self->region_count + 1, sizeof(*self->regions));
    self->regions[self->region_count++] = (struct window_region){from, to, chased, backward};
}

static void add_all(struct window *self, int64_t from, int64_t to)
{
    add_region(self, from, to, NULL, false);
}

/* By place; what is gone from a place was before what is there. */
static int change_compare(const void *a, const void *b)
{
    const struct window_change *x = a;
    const struct window_change *y = b;

    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return (x->now > 0) - (y->now > 0);
}

/* The end of the region that begins with a bound: where the next one does. */
static int64_t next_bound(const struct window *self, const struct window_partition *partition,
                          size_t i)
{
    return i + 1 < partition->change_count ? self->bounds[i + 1] : self->total;
}

/* Rows that have another number of rows, or groups, before them. */
static void find_shifted(struct window *self, const struct window_partition *partition, bool groups)
{
    int64_t shift = 0;

    for (size_t i = 0; i < partition->change_count; i++) {
        const struct window_change *change = &partition->changes[i];

        shift += groups ? change->groups : change->weight;
        if (shift)
            add_all(self, self->bounds[i], next_bound(self, partition, i));
    }
}

/* Bounds behind the changed rows themselves, or behind all that are equal to them in order. */
static void find_bounds(struct window *self, const struct window_partition *partition, bool peers)
{
    for (size_t i = 0; i < partition->change_count; i++)
        self->bounds[i] = peers ? window_peers(self, partition, partition->changes[i].row, true)
                                : partition->changes[i].place;
}

static int64_t bucket_start(int64_t bucket, int64_t total, int64_t buckets)
{
    int64_t larger = total % buckets;

    return bucket * (total / buckets) + (bucket < larger ? bucket : larger);
}

/* Behind the last place is the bucket that would be next. */
static int64_t bucket_at(int64_t place, int64_t total, int64_t buckets)
{
    if (place < 0 || total == 0)
        return 0;
    if (place >= total)
        return window_bucket(total - 1, total, buckets) + 1;
    return window_bucket(place, total, buckets);
}

/* Rows [from, to) are all moved by `shift`: those between a bucket's old beginning and its new one
 * change buckets. */
static void find_rebucketed(struct window *self, const struct window_partition *partition,
                            int64_t buckets, int64_t from, int64_t to, int64_t shift)
{
    int64_t before = partition->total;
    int64_t low = bucket_at(from, self->total, buckets);
    int64_t high = bucket_at(to, self->total, buckets);
    int64_t was = bucket_at(from - shift, before, buckets);

    if (from >= to || (shift == 0 && before == self->total))
        return;
    low = was < low ? was : low;
    was = bucket_at(to - shift, before, buckets);
    high = was > high ? was : high;
    for (int64_t bucket = low; bucket <= high; bucket++) {
        int64_t then = bucket_start(bucket, before, buckets) + shift;
        int64_t now = bucket_start(bucket, self->total, buckets);
        int64_t first = then < now ? then : now;
        int64_t last = then < now ? now : then;

        self->op.work++;
        add_all(self, first < from ? from : first, last > to ? to : last);
    }
}

static void find_buckets(struct window *self, const struct window_partition *partition,
                         int64_t buckets)
{
    int64_t from = 0;
    int64_t shift = 0;

    for (size_t i = 0; i < partition->change_count; i++) {
        const struct window_change *change = &partition->changes[i];

        find_rebucketed(self, partition, buckets, from, change->place, shift);
        from = change->place;
        shift += change->weight;
    }
    find_rebucketed(self, partition, buckets, from, self->total, shift);
}

/* Rows that have a change so many places before or behind them. */
static void find_near(struct window *self, const struct window_partition *partition, int64_t before,
                      int64_t behind)
{
    for (size_t i = 0; i < partition->change_count; i++) {
        const struct window_change *change = &partition->changes[i];

        self->others[i] = change->place - behind;
        self->bounds[i] = change->place + change->now + before;
        add_all(self, self->others[i], self->bounds[i]);
    }
}

/* Rows in whose range a change lies: those from bounds[i], if the range has an end, up to
 * others[i], if it has a start. */
static void find_in_range(struct window *self, const struct window_partition *partition,
                          const struct window_call *call)
{
    const struct window_frame *frame = &call->plan->frame;

    for (size_t i = 0; i < partition->change_count; i++) {
        const struct row *row = partition->changes[i].row;
        int64_t first = -1;
        int64_t last = -1;

        if (frame->end.places)
            first = window_reach(self, partition, row, &call->end, -1, false);
        if (first < 0)
            first = window_peers(self, partition, row, false);
        if (frame->start.places)
            last = window_reach(self, partition, row, &call->start, -1, true);
        if (last < 0)
            last = window_peers(self, partition, row, true);
        self->bounds[i] = first;
        self->others[i] = last;
        if (!frame->start.unbounded && !frame->end.unbounded)
            add_all(self, first, last);
    }
}

/* Rows [from, to) that have the changes summed up in their frames, and no others. */
static void spread(struct window *self, struct window_call *call, const struct tally *tally,
                   int64_t from, int64_t to, bool backward)
{
    bool sums = tally->unfit != 0 || decimal_sign(&tally->sum) != 0;

    switch (call->plan->function) {
    case WINDOW_COUNT:
        if (tally->known)
            add_all(self, from, to);
        break;
    case WINDOW_AVG:
        if (sums || tally->numbers)
            add_all(self, from, to);
        break;
    case WINDOW_SUM: /* zeros matter where there were no numbers */
        if (sums)
            add_all(self, from, to);
        else if (tally->numbers)
            add_region(self, from, to, call, backward);
        break;
    case WINDOW_FIRST_VALUE:
    case WINDOW_LAST_VALUE:
        if (call->plan->frame.range)
            add_region(self, from, to, call, backward);
        break;
    case WINDOW_MIN:
    case WINDOW_MAX:
        add_region(self, from, to, call, backward);
        break;
    case WINDOW_ROW_NUMBER:
    case WINDOW_RANK:
    case WINDOW_DENSE_RANK:
    case WINDOW_NTILE:
    case WINDOW_LAG:
    case WINDOW_LEAD:
    case WINDOW_FUNCTIONS:
        break;
    }
}

static void add_change(struct window *self, const struct window_call *call, struct tally *tally,
                       const struct window_change *change)
{
    if (call->plan->function >= WINDOW_COUNT && call->plan->function <= WINDOW_AVG)
        tally_take(tally, call->plan->expr, change->row, change->weight, &self->op.scratch);
}

/* Rows far from the changes, in a frame that is unbounded on one side or on both. */
static void find_far(struct window *self, const struct window_partition *partition,
                     struct window_call *call)
{
    const struct window_frame *frame = &call->plan->frame;
    size_t count = partition->change_count;
    struct tally tally = {.sum = DECIMAL_ZERO};

    if (frame->start.unbounded && frame->end.unbounded) {
        for (size_t i = 0; i < count; i++)
            add_change(self, call, &tally, &partition->changes[i]);
        spread(self, call, &tally, 0, self->total, false);
    } else if (frame->start.unbounded) {
        for (size_t i = 0; i < count; i++) {
            add_change(self, call, &tally, &partition->changes[i]);
            spread(self, call, &tally, self->bounds[i], next_bound(self, partition, i), false);
        }
    } else if (frame->end.unbounded) {
        for (size_t i = count; i-- > 0;) {
            add_change(self, call, &tally, &partition->changes[i]);
            spread(self, call, &tally, i ? self->others[i - 1] : 0, self->others[i], true);
        }
    }
    tally_release(&tally);
}

static bool same_value(struct window *self, const struct expr *expr, const struct row *a,
                       const struct row *b)
{
    struct value x = expr_eval(expr, a, &self->op.scratch);
    struct value y = expr_eval(expr, b, &self->op.scratch);
    bool same = value_is_unknown(x) ? value_is_unknown(y) : value_equal(x, y);

    arena_reset(&self->op.scratch);
    return same;
}

/* If the first row of all is another one, or the last, all may begin or end with it. */
static void find_ends(struct window *self, const struct window_partition *partition,
                      const struct window_call *call)
{
    const struct order *order = &partition->base.order;
    bool first = call->plan->function == WINDOW_FIRST_VALUE && call->plan->frame.start.unbounded;
    bool last = call->plan->function == WINDOW_LAST_VALUE && call->plan->frame.end.unbounded;

    if (!(first || last) || partition->total == 0 || self->total == 0)
        return;
    if (!same_value(self, call->plan->expr, first ? partition->first : partition->last,
                    order_row_at(order, first ? 0 : self->total - 1)))
        add_all(self, 0, self->total);
}

static void find_framed(struct window *self, const struct window_partition *partition,
                        struct window_call *call)
{
    const struct window_frame *frame = &call->plan->frame;
    int64_t before = 0;
    int64_t behind = 0;

    if (frame->range) {
        find_in_range(self, partition, call);
    } else {
        for (int end = 0; end < 2; end++) {
            const struct frame_bound *bound = end ? &frame->end : &frame->start;

            before = -bound->places > before ? -bound->places : before;
            behind = bound->places > behind ? bound->places : behind;
        }
        find_near(self, partition, before, behind);
    }
    find_far(self, partition, call);
    find_ends(self, partition, call);
}

static void find_call(struct window *self, const struct window_partition *partition,
                      struct window_call *call)
{
    const struct plan_call *plan = call->plan;

    switch (plan->function) {
    case WINDOW_ROW_NUMBER:
        find_bounds(self, partition, false);
        find_shifted(self, partition, false);
        break;
    case WINDOW_RANK:
    case WINDOW_DENSE_RANK:
        find_bounds(self, partition, true);
        find_shifted(self, partition, plan->function == WINDOW_DENSE_RANK);
        break;
    case WINDOW_NTILE:
        find_buckets(self, partition, plan->number);
        break;
    case WINDOW_LAG:
        find_near(self, partition, plan->number, 0);
        break;
    case WINDOW_LEAD:
        find_near(self, partition, 0, plan->number);
        break;
    case WINDOW_FIRST_VALUE:
    case WINDOW_LAST_VALUE:
    case WINDOW_COUNT:
    case WINDOW_SUM:
    case WINDOW_AVG:
    case WINDOW_MIN:
    case WINDOW_MAX:
    case WINDOW_FUNCTIONS:
        find_framed(self, partition, call);
        break;
    }
}

static int region_compare(const void *a, const void *b)
{
    const struct window_region *x = a;
    const struct window_region *y = b;

    if (!x->chased != !y->chased)
        return x->chased ? 1 : -1;
    return (x->from > y->from) - (x->from < y->from);
}

/* Sorts them, those that are chased last; the others, where they meet, become one. */
static void merge_regions(struct window *self)
{
    struct window_region *regions = self->regions;
    size_t kept = 0;

    if (self->region_count > 1)
        qsort(regions, self->region_count, sizeof(*regions), region_compare);
    for (size_t i = 0; i < self->region_count; i++) {
        if (kept && !regions[i].chased && regions[i].from <= regions[kept - 1].to)
            regions[kept - 1].to =
                regions[i].to > regions[kept - 1].to ? regions[i].to : regions[kept - 1].to;
        else
            regions[kept++] = regions[i];
    }
    self->region_count = kept;
}

void window_find_regions(struct window *self, struct window_partition *partition)
{
    size_t count = partition->change_count;

    self->region_count = 0;
    self->bounds = mem_grow(self->bounds, &self->bound_max, count, sizeof(*self->bounds));
    self->others = mem_grow(self->others, &self->other_max, count, sizeof(*self->others));
    for (size_t i = 0; i < count; i++) {
        struct window_change *change = &partition->changes[i];

        change->place = order_rank(&partition->base.order, change->row);
        add_all(self, change->place, change->place + change->now);
    }
    qsort(partition->changes, count, sizeof(*partition->changes), change_compare);
    if (partition->was_odd)
        add_all(self, 0, self->total);
    for (size_t i = 0; i < self->plan->count && !partition->was_odd; i++)
        find_call(self, partition, &self->calls[i]);
    merge_regions(self);
}

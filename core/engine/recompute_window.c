/* Naive windows: for each row a walk over all rows of its partition; see recompute.h. */
#include "engine/recompute_run.h"

#include "base/hash.h"
#include "base/mem.h"
#include "expr/function.h"
#include "value/decimal.h"
#include "value/json_scan.h"
#include "value/numeric.h"

#include <string.h>

/* A row, as often as its weight, with what it is sorted by. */
struct copy {
    const struct bag_entry *entry;
    struct value *partition;
    struct value *order;
};

struct windows {
    struct run *run;
    const struct plan_window *plan;
    struct copy *copies; /* of all partitions, sorted */
    size_t count;
};

static int values_compare(const struct value *a, const struct value *b, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool unknown = value_is_unknown(a[i]) && value_is_unknown(b[i]);
        int order = unknown ? 0 : value_compare(a[i], b[i]);

        if (order)
            return order;
    }
    return 0;
}

static int order_of(const struct plan_window *plan, const struct copy *a, const struct copy *b)
{
    for (size_t i = 0; i < plan->order_count; i++) {
        int order = recompute_order(&plan->order[i], a->order[i], b->order[i]);

        if (order)
            return order;
    }
    return 0;
}

static int copy_compare(const void *a, const void *b, void *plan)
{
    const struct plan_window *window = plan;
    const struct copy *x = a;
    const struct copy *y = b;
    int order = values_compare(x->partition, y->partition, window->partition_count);

    if (order == 0)
        order = order_of(window, x, y);
    return order ? order : row_compare(x->entry->row, y->entry->row);
}

static void add_copies(struct windows *self, const struct bag_entry *entry, size_t *max)
{
    const struct plan_window *plan = self->plan;
    struct arena *arena = &self->run->arena;
    struct copy copy = {entry, ARENA_ARRAY(arena, struct value, plan->partition_count),
                        ARENA_ARRAY(arena, struct value, plan->order_count)};

    for (size_t i = 0; i < plan->partition_count; i++)
        copy.partition[i] = expr_eval(&plan->partition[i], entry->row, arena);
    for (size_t i = 0; i < plan->order_count; i++)
        copy.order[i] = expr_eval(&plan->order[i].expr, entry->row, arena);
    for (int64_t n = 0; n < entry->weight; n++) {
        self->copies = mem_grow(self->copies, max, self->count + 1, sizeof(*self->copies));
        self->copies[self->count++] = copy;
    }
}

/* A number that arithmetic knows. */
static bool read_number(struct decimal *to, struct value value)
{
    struct buf text = BUF_INIT;
    bool ok = false;

    *to = DECIMAL_ZERO;
    if (value.type == VALUE_NUMBER) {
        value_write_canonical(&text, value);
        ok = decimal_read(to, text.bytes, text.size);
    }
    buf_release(&text);
    return ok;
}

/* Whether `other`, so many places behind the row, is beyond the start or the end of its frame. */
static bool beyond(const struct windows *self, const struct plan_call *call, const struct copy *row,
                   const struct copy *other, int64_t places, bool start)
{
    const struct frame_bound *bound = start ? &call->frame.start : &call->frame.end;
    struct decimal limit;
    struct decimal distance;
    struct buf text = BUF_INIT;
    bool descending = self->plan->order_count && self->plan->order[0].descending;
    int order;

    if (bound->unbounded)
        return false;
    if (!call->frame.range)
        return start ? places < bound->places : places > bound->places;
    if (bound->places == 0 || !read_number(&limit, row->order[0])) {
        order = order_of(self->plan, other, row);
    } else {
        (void)read_number(&distance, bound->distance);
        decimal_add_times(&limit, &distance, bound->before == descending ? 1 : -1);
        decimal_write_exact(&text, &limit);
        order = recompute_order(&self->plan->order[0], other->order[0],
                                value_of(text.bytes, text.size));
        decimal_release(&distance);
        decimal_release(&limit);
        buf_release(&text);
    }
    return start ? order < 0 : order > 0;
}

static void write_value(struct buf *out, struct value value)
{
    value_write_canonical(out, value_is_unknown(value) ? make_null() : value);
}

static void write_sum(struct buf *out, const struct decimal *sum, int64_t numbers, bool fit,
                      const struct plan_call *call)
{
    struct decimal count = decimal_of_int(numbers);
    bool mean = call->function == WINDOW_AVG;
    bool ok = numbers > 0 && fit;

    if (ok && call->numeric)
        numeric_write_sum(out, sum, numbers, mean, call->numeric - 1);
    else if (ok)
        ok = mean ? decimal_write_ratio(out, sum, &count) : decimal_write(out, sum);
    if (!ok)
        buf_add_string(out, "null");
}

/* Walks the copies [first, end) of a partition for the one at `at`. */
static void write_framed(const struct windows *self, const struct plan_call *call, size_t first,
                         size_t end, size_t at, struct buf *out)
{
    const struct copy *row = &self->copies[at];
    struct value kept = VALUE_NONE;
    struct decimal sum = DECIMAL_ZERO;
    int64_t in = 0;
    int64_t known = 0;
    int64_t numbers = 0;
    bool fit = true;

    for (size_t i = first; i < end; i++) {
        const struct copy *other = &self->copies[i];
        int64_t places = (int64_t)i - (int64_t)at;
        struct decimal number;
        struct value value = VALUE_NONE;
        bool better = false;

        if (beyond(self, call, row, other, places, true) ||
            beyond(self, call, row, other, places, false))
            continue;
        if (call->expr)
            value = expr_eval(call->expr, other->entry->row, &self->run->arena);
        if (call->function == WINDOW_FIRST_VALUE)
            better = in == 0;
        else if (call->function == WINDOW_LAST_VALUE)
            better = true;
        else if (!value_is_unknown(value))
            better = value_is_unknown(kept) ||
                     (call->function == WINDOW_MIN ? value_compare(value, kept) < 0
                                                   : value_compare(value, kept) > 0);
        kept = better ? value : kept;
        in++;
        known += !value_is_unknown(value);
        if (value.type == VALUE_NUMBER) {
            numbers++;
            fit = read_number(&number, value) && fit;
            decimal_add(&sum, &number);
            decimal_release(&number);
        }
    }
    if (call->function == WINDOW_COUNT)
        buf_add_int(out, call->expr ? known : in);
    else if (call->function == WINDOW_SUM || call->function == WINDOW_AVG)
        write_sum(out, &sum, numbers, fit, call);
    else
        write_value(out, kept);
    decimal_release(&sum);
}

/* Gives out the places one by one to buckets in turn, so many to each. */
static int64_t bucket(size_t count, size_t at, int64_t buckets)
{
    size_t left = count;
    size_t given = 0;
    int64_t i = 0;

    while (given <= at) {
        size_t share = left / (size_t)(buckets - i) + (left % (size_t)(buckets - i) != 0);

        given += share;
        left -= share;
        i++;
    }
    return i;
}

static void write_call(const struct windows *self, const struct plan_call *call, size_t first,
                       size_t end, size_t at, struct buf *out)
{
    const struct row *row = self->copies[at].entry->row;
    struct arena *arena = &self->run->arena;
    int64_t before = 0;
    int64_t groups = 1;
    int64_t place = (int64_t)(at - first);

    for (size_t i = first; i < at; i++) {
        before += order_of(self->plan, &self->copies[i], &self->copies[at]) != 0;
        groups += order_of(self->plan, &self->copies[i], &self->copies[i + 1]) != 0;
    }
    if (call->function == WINDOW_ROW_NUMBER) {
        buf_add_int(out, place + 1);
    } else if (call->function == WINDOW_RANK) {
        buf_add_int(out, before + 1);
    } else if (call->function == WINDOW_DENSE_RANK) {
        buf_add_int(out, groups);
    } else if (call->function == WINDOW_NTILE) {
        buf_add_int(out, bucket(end - first, at - first, call->number));
    } else if (call->function == WINDOW_LAG || call->function == WINDOW_LEAD) {
        place += call->function == WINDOW_LAG ? -call->number : call->number;
        if (place >= 0 && place < (int64_t)(end - first))
            write_value(
                out, expr_eval(call->expr, self->copies[first + (size_t)place].entry->row, arena));
        else
            write_value(out,
                        call->otherwise ? expr_eval(call->otherwise, row, arena) : make_null());
    } else {
        write_framed(self, call, first, end, at, out);
    }
}

/* A row with a field set. */
void recompute_set_field(struct buf *text, const char *name, size_t size, const struct buf *value)
{
    struct json_iter iter;
    struct buf result = BUF_INIT;
    bool set = false;

    buf_add_byte(text, '\0');
    iter = json_iter_of(text->bytes);
    buf_add_byte(&result, '{');
    while (json_iter_next(&iter)) {
        bool own = iter.key_size == size && memcmp(iter.key, name, size) == 0;

        buf_add_format(&result, "%s%.*s:", result.size > 1 ? "," : "", (int)iter.key_size,
                       iter.key);
        buf_add(&result, own ? value->bytes : iter.value, own ? value->size : iter.value_size);
        set = set || own;
    }
    if (!set)
        buf_add_format(&result, "%s%.*s:%.*s", result.size > 1 ? "," : "", (int)size, name,
                       (int)value->size, value->bytes);
    buf_add_byte(&result, '}');
    buf_release(text);
    *text = result;
}

static struct row *with_functions(const struct windows *self, size_t first, size_t end, size_t at)
{
    const struct row *row = self->copies[at].entry->row;
    struct buf text = BUF_INIT;
    struct row *result;

    buf_add(&text, row_text(row), row->size);
    for (size_t i = 0; i < self->plan->count; i++) {
        struct buf value = BUF_INIT;

        write_call(self, &self->plan->calls[i], first, end, at, &value);
        recompute_set_field(&text, self->plan->calls[i].field->steps->key,
                            self->plan->calls[i].field->steps->key_size, &value);
        buf_release(&value);
    }
    result = recompute_row_like(row, &text);
    buf_release(&text);
    return result;
}

struct bag recompute_window(struct run *run, const struct bag *in, const struct plan_window *plan)
{
    struct windows self = {.run = run, .plan = plan};
    struct plan_window by = *plan;
    struct bag bag = {0};
    size_t max = 0;
    size_t end;

    for (size_t i = 0; i < in->count; i++)
        add_copies(&self, &in->entries[i], &max);
    if (self.count > 1)
        qsort_r(self.copies, self.count, sizeof(*self.copies), copy_compare, &by);
    for (size_t first = 0; first < self.count; first = end) {
        for (end = first + 1; end < self.count && values_compare(self.copies[first].partition,
                                                                 self.copies[end].partition,
                                                                 plan->partition_count) == 0;)
            end++;
        for (size_t i = first; i < end; i++) {
            const struct bag_entry *entry = self.copies[i].entry;

            if (i == first || self.copies[i - 1].entry != entry) /* the first of its copies */
                bag_add(&bag, with_functions(&self, first, end, i), entry->weight, entry->sources);
        }
    }
    free(self.copies);
    return bag;
}

/* Groups by time, in a heap; see closing.h. */
#include "op/closing.h"

#include "base/buf.h"
#include "base/mem.h"
#include "value/decimal.h"
#include "value/json_scan.h"
#include "value/time.h"

#include <string.h>

struct closing_group {
    int64_t time;
    uint32_t at;
};

void closing_init(struct closing *closing, const struct plan_closing *plan)
{
    *closing = (struct closing){.plan = plan, .latest = TIME_MIN, .bound = TIME_MIN};
}

void closing_release(struct closing *closing)
{
    free(closing->heap);
    arena_release(&closing->scratch);
}

size_t closing_bytes(const struct closing *closing)
{
    return closing->max * sizeof(*closing->heap);
}

static bool read_time(struct value value, int64_t *time)
{
    if (value.type == VALUE_NUMBER)
        return time_read_number(value.text, value.size, time);
    return value.type == VALUE_STRING && time_read(value.text + 1, value.size - 2, time);
}

/* The n-th element of an array. */
static struct value element(const char *array, size_t n)
{
    struct json_iter iter = json_iter_of(array);

    for (size_t i = 0; json_iter_next(&iter); i++)
        if (i == n)
            return value_of(iter.value, iter.value_size);
    return VALUE_NONE;
}

/* A row that has nothing but a time in its place. */
static struct row *row_of(const struct path *path, int64_t time)
{
    const struct decimal seconds = {time, NULL, 6};
    const uint32_t field = 1;
    struct buf text = BUF_INIT;
    struct row *row;

    for (uint32_t i = 0; i < path->count; i++)
        buf_add_format(&text, "{%.*s:", (int)path->steps[i].key_size, path->steps[i].key);
    decimal_write_exact(&text, &seconds);
    for (uint32_t i = 0; i < path->count; i++)
        buf_add_byte(&text, '}');
    row = row_new(&(struct row_source){
        .key = "", .text = text.bytes, .size = text.size, .fields = &field, .count = 1});
    buf_release(&text);
    return row;
}

/* What groups of rows from this time on have at least. */
static int64_t bound_of(struct closing *closing, int64_t time)
{
    const struct plan_closing *plan = closing->plan;
    int64_t bound = closing->bound;
    struct row *row;
    struct value value;

    if (!plan->value)
        return time;
    row = row_of(plan->path, time);
    value = expr_eval(plan->value, row, &closing->scratch);
    if (plan->first && value.type == VALUE_ARRAY)
        value = element(value.text, 0);
    if (!read_time(value, &bound))
        bound = closing->bound;
    arena_reset(&closing->scratch);
    row_unref(row);
    return bound;
}

static void sift_up(struct closing_group *heap, size_t i)
{
    const struct closing_group group = heap[i];

    for (; i > 0 && heap[(i - 1) / 2].time > group.time; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = group;
}

static void sift_down(struct closing_group *heap, size_t count)
{
    const struct closing_group group = heap[0];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child + 1 < count && heap[child + 1].time < heap[child].time)
            child++;
        if (child >= count || heap[child].time >= group.time)
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = group;
}

void closing_add(struct closing *closing, uint32_t at, const char *key)
{
    int64_t time;

    if (!read_time(element(key, closing->plan->group), &time))
        return;
    closing->heap =
        mem_grow(closing->heap, &closing->max, closing->count + 1, sizeof(*closing->heap));
    closing->heap[closing->count] = (struct closing_group){time, at};
    sift_up(closing->heap, closing->count++);
    if (time <= closing->latest)
        return;
    closing->latest = time;
    closing->bound = bound_of(closing, time - closing->plan->by);
}

bool closing_next(struct closing *closing, uint32_t *at)
{
    if (closing->count == 0 || closing->heap[0].time >= closing->bound)
        return false;
    *at = closing->heap[0].at;
    closing->heap[0] = closing->heap[--closing->count];
    if (closing->count)
        sift_down(closing->heap, closing->count);
    return true;
}

bool closing_is_over(struct closing *closing, const char *key)
{
    int64_t time;

    return read_time(element(key, closing->plan->group), &time) && time < closing->bound;
}

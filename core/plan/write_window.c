/* Canonical text of windows. */
#include "plan/write.h"

static void write_bound(struct buf *buf, const struct frame_bound *bound, bool range, bool start)
{
    const char *side = bound->before ? "preceding" : "following";

    if (bound->unbounded)
        buf_add_string(buf, start ? "\"unbounded_preceding\"" : "\"unbounded_following\"");
    else if (bound->places == 0)
        buf_add_string(buf, "\"current_row\"");
    else if (range) {
        buf_add_format(buf, "{\"%s\":", side);
        value_write_canonical(buf, bound->distance);
        buf_add_byte(buf, '}');
    } else {
        buf_add_format(buf, "{\"%s\":%lld}", side,
                       (long long)(bound->before ? -bound->places : bound->places));
    }
}

static void write_call(struct buf *buf, const struct plan_call *call)
{
    const struct window_frame *frame = &call->frame;
    bool looks = call->function == WINDOW_LAG || call->function == WINDOW_LEAD;

    buf_add_format(buf, "{\"func\":\"%s\"", plan_window_name(call->function));
    if (call->expr || call->function == WINDOW_NTILE)
        buf_add_string(buf, ",\"args\":[");
    if (call->expr)
        plan_write_output(buf, call->expr);
    if (looks || call->function == WINDOW_NTILE)
        buf_add_format(buf, looks ? ",%lld" : "%lld", (long long)call->number);
    if (call->otherwise) {
        buf_add_byte(buf, ',');
        plan_write_output(buf, call->otherwise);
    }
    if (call->expr || call->function == WINDOW_NTILE)
        buf_add_byte(buf, ']');
    if (call->function >= WINDOW_FIRST_VALUE) {
        buf_add_format(buf,
                       ",\"frame\":{\"type\":\"%s\",\"start\":", frame->range ? "range" : "rows");
        write_bound(buf, &frame->start, frame->range, true);
        buf_add_string(buf, ",\"end\":");
        write_bound(buf, &frame->end, frame->range, false);
        buf_add_byte(buf, '}');
    }
    if (call->numeric)
        buf_add_format(buf, ",\"numeric\":%u", call->numeric - 1);
    buf_add_format(buf, ",\"alias\":%.*s}", (int)call->field->steps->key_size,
                   call->field->steps->key);
}

void plan_write_window(struct buf *buf, const struct plan_window *window)
{
    plan_write_keys(buf, window->partition, window->partition_count);
    buf_add_byte(buf, ',');
    plan_write_order(buf, window->order, window->order_count);
    buf_add_string(buf, ",\"functions\":[");
    for (size_t i = 0; i < window->count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        write_call(buf, &window->calls[i]);
    }
    buf_add_byte(buf, ']');
}

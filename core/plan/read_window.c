/* Reading windows: functions over the rows around a row. */
#include "plan/reader.h"

#include "value/decimal.h"
#include "value/json_scan.h"
#include "value/number.h"

#include <stdio.h>
#include <string.h>

/* Frames are cut at the ends of a partition, which no place is further from than this. */
enum { FAR_BITS = 61 };

/* How many arguments a function takes. */
static const struct {
    unsigned char min;
    unsigned char max;
} arguments[WINDOW_FUNCTIONS] = {
    [WINDOW_NTILE] = {1, 1},       [WINDOW_LAG] = {1, 3},        [WINDOW_LEAD] = {1, 3},
    [WINDOW_FIRST_VALUE] = {1, 1}, [WINDOW_LAST_VALUE] = {1, 1}, [WINDOW_COUNT] = {0, 1},
    [WINDOW_SUM] = {1, 1},         [WINDOW_AVG] = {1, 1},        [WINDOW_MIN] = {1, 1},
    [WINDOW_MAX] = {1, 1},
};

static bool read_function(struct plan_reader *reader, struct value value,
                          enum window_function *function)
{
    char list[160]; /* every name fits */
    size_t used = 0;
    struct value name;

    if (value.type != VALUE_OBJECT)
        return plan_fail(reader, value, "a function of a window must be an object, not %s",
                         excerpt(value.text, value.size).text);
    if (!plan_required(reader, value, "a function of a window", "func", &name))
        return false;
    for (*function = WINDOW_ROW_NUMBER; *function < WINDOW_FUNCTIONS; (*function)++)
        if (plan_is(name, plan_window_name(*function)))
            return true;
    for (enum window_function f = WINDOW_ROW_NUMBER; f < WINDOW_FUNCTIONS; f++)
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", f ? ", " : "",
                                 plan_window_name(f));
    return plan_fail(reader, name, "unknown function of a window %s; there are %s",
                     excerpt(name.text, name.size).text, list);
}

/* An integer that stands in the plan, from `least` on. */
static bool read_number(struct plan_reader *reader, struct value value, const char *what,
                        int64_t least, int64_t *number)
{
    struct value given;
    bool param;

    if (!plan_param(reader, value, &given, &param))
        return false;
    if (given.type != VALUE_NUMBER || !number_int(given.text, given.size, number) ||
        *number < least)
        return plan_fail(reader, value, "%s must be an integer from %lld to 2^63-1, not %s", what,
                         (long long)least, excerpt(given.text, given.size).text);
    if (*number > (int64_t)1 << FAR_BITS)
        *number = (int64_t)1 << FAR_BITS;
    return true;
}

static bool read_argument(struct plan_reader *reader, struct value value, struct plan_call *call,
                          size_t i)
{
    const char *name = plan_window_name(call->function);
    char what[40];
    struct expr *expr;

    (void)snprintf(what, sizeof(what), "argument %zu of %s", i + 1, name);
    if (call->function == WINDOW_NTILE || i == 1)
        return read_number(reader, value, what, call->function == WINDOW_NTILE, &call->number);
    if (i == 0 && value.type == VALUE_STRING)
        return plan_fail(reader, value,
                         "%s is the text %s; a field is written {\"field\":...}, a text "
                         "{\"literal\":...}",
                         what, excerpt(value.text, value.size).text);
    expr = ARENA_NEW(&reader->memory->arena, struct expr);
    *(i ? &call->otherwise : &call->expr) = expr;
    return plan_operand(reader, value, expr);
}

static bool read_arguments(struct plan_reader *reader, struct value value, struct plan_call *call)
{
    struct value args = plan_member(value, "args");
    const char *name = plan_window_name(call->function);
    unsigned min = arguments[call->function].min;
    unsigned max = arguments[call->function].max;
    struct json_iter iter;
    size_t count = 0;

    call->number = 1;
    if (args.type != VALUE_MISSING && !plan_array(reader, args, "\"args\"", &count))
        return false;
    if (min == max && count != min)
        return plan_fail(reader, args.type == VALUE_MISSING ? value : args,
                         "%s takes %u argument%s, not %zu", name, min, min == 1 ? "" : "s", count);
    if (count < min || count > max)
        return plan_fail(reader, args.type == VALUE_MISSING ? value : args,
                         "%s takes from %u to %u arguments, not %zu", name, min, max, count);
    if (count == 0)
        return true;
    iter = json_iter_of(args.text);
    for (size_t i = 0; json_iter_next(&iter); i++)
        if (!read_argument(reader, value_of(iter.value, iter.value_size), call, i))
            return false;
    return true;
}

/* How far a bound is behind the row. */
enum { FIRST, BEFORE, HERE, BEHIND, LAST };

static bool read_distance(struct plan_reader *reader, struct value value, bool range,
                          struct frame_bound *bound)
{
    struct decimal number = DECIMAL_ZERO;
    bool param;
    bool ok;

    if (!range)
        return read_number(reader, value, "a distance in rows", 0, &bound->places);
    if (!plan_param(reader, value, &bound->distance, &param))
        return false;
    ok = bound->distance.type == VALUE_NUMBER &&
         decimal_read(&number, bound->distance.text, bound->distance.size) &&
         decimal_sign(&number) >= 0;
    bound->places = decimal_sign(&number);
    decimal_release(&number);
    if (!ok)
        return plan_fail(reader, value, "a distance in a range must be a number from 0, not %s",
                         excerpt(bound->distance.text, bound->distance.size).text);
    return true;
}

static bool read_bound(struct plan_reader *reader, struct value value, bool range,
                       struct frame_bound *bound, int *side)
{
    static const char *const names[] = {"unbounded_preceding", "", "current_row", "",
                                        "unbounded_following"};
    struct value before;
    struct value behind;

    *bound = (struct frame_bound){.distance = value_of("0", 1)};
    for (*side = FIRST; *side <= LAST; (*side)++)
        if (plan_is(value, names[*side])) {
            bound->unbounded = *side != HERE;
            return true;
        }
    if (value.type != VALUE_OBJECT)
        return plan_fail(reader, value,
                         "a frame goes from and to \"unbounded_preceding\", {\"preceding\":n}, "
                         "\"current_row\", {\"following\":n} or \"unbounded_following\", not %s",
                         excerpt(value.text, value.size).text);
    if (!plan_only(reader, value, "a frame's bound", "preceding following"))
        return false;
    before = plan_member(value, "preceding");
    behind = plan_member(value, "following");
    if ((before.type == VALUE_MISSING) == (behind.type == VALUE_MISSING))
        return plan_fail(reader, value, "a frame's bound is \"preceding\" or \"following\"");
    bound->before = before.type != VALUE_MISSING;
    *side = bound->before ? BEFORE : BEHIND;
    if (!read_distance(reader, bound->before ? before : behind, range, bound))
        return false;
    if (bound->before && !range)
        bound->places = -bound->places;
    return true;
}

static bool read_frame(struct plan_reader *reader, struct value value,
                       const struct plan_window *window, struct window_frame *frame)
{
    struct value start = plan_member(value, "start");
    struct value end = plan_member(value, "end");
    struct value type;
    int from = FIRST;
    int to = HERE;

    if (!plan_only(reader, value, "\"frame\"", "type start end") ||
        !plan_required(reader, value, "\"frame\"", "type", &type))
        return false;
    frame->range = plan_is(type, "range");
    if (!frame->range && !plan_is(type, "rows"))
        return plan_fail(reader, type, "the type of a frame is \"rows\" or \"range\", not %s",
                         excerpt(type.text, type.size).text);
    if ((start.type != VALUE_MISSING &&
         !read_bound(reader, start, frame->range, &frame->start, &from)) ||
        (end.type != VALUE_MISSING && !read_bound(reader, end, frame->range, &frame->end, &to)))
        return false;
    if (from == LAST || to == FIRST || from > to)
        return plan_fail(reader, from == LAST || end.type == VALUE_MISSING ? start : end,
                         "a frame cannot begin behind its end");
    if (frame->range && (from == BEFORE || from == BEHIND || to == BEFORE || to == BEHIND) &&
        window->order_count != 1)
        return plan_fail(reader, value,
                         "a range with a distance needs one field in \"order_by\", not %zu",
                         window->order_count);
    return true;
}

/* The frame of a function: by default what is before the row, and what is equal to it in order.
 * Without an order all rows are. */
static bool read_own_frame(struct plan_reader *reader, struct value value,
                           const struct plan_window *window, struct plan_call *call)
{
    struct value frame = plan_member(value, "frame");
    struct window_frame *to = &call->frame;

    to->range = true;
    to->start.unbounded = true;
    to->start.distance = value_of("0", 1);
    to->end.distance = value_of("0", 1);
    if (frame.type != VALUE_MISSING) {
        if (call->function < WINDOW_FIRST_VALUE)
            return plan_fail(reader, frame, "%s has no frame", plan_window_name(call->function));
        if (!read_frame(reader, frame, window, to))
            return false;
    }
    if (to->range && window->order_count == 0)
        to->start.unbounded = to->end.unbounded = true;
    return true;
}

/* The field of a call: its alias, else the name of the function. */
static bool read_alias(struct plan_reader *reader, struct value value, struct plan_window *window,
                       struct plan_call *call)
{
    static const struct expr none = {0};
    struct arena *arena = &reader->memory->arena;
    struct path_step *step = ARENA_NEW(arena, struct path_step);
    struct buf name = BUF_INIT;
    const char *text;
    size_t size;

    if (plan_member(value, "alias").type != VALUE_MISSING) {
        if (!plan_alias(reader, value, &none, &text, &size))
            return false;
    } else {
        buf_add_format(&name, "\"%s\"", plan_window_name(call->function));
        size = name.size;
        text = arena_copy(arena, name.bytes, size);
        buf_release(&name);
    }
    *step = (struct path_step){text, (uint32_t)size, PATH_NO_INDEX};
    call->field = ARENA_NEW(arena, struct path);
    call->field->steps = step;
    call->field->count = 1;
    for (const struct plan_call *other = window->calls; other < call; other++)
        if (other->field->steps->key_size == size &&
            memcmp(other->field->steps->key, text, size) == 0)
            return plan_fail(reader, value, "two functions are named %s; give one an \"alias\"",
                             excerpt(text, size).text);
    return true;
}

static bool read_call(struct plan_reader *reader, struct value value, struct plan_window *window)
{
    struct plan_call *call = &window->calls[window->count++];
    char what[40];

    if (!read_function(reader, value, &call->function))
        return false;
    (void)snprintf(what, sizeof(what), "function \"%s\"", plan_window_name(call->function));
    return plan_only(reader, value, what,
                     call->function == WINDOW_SUM || call->function == WINDOW_AVG
                         ? "func args frame alias numeric"
                         : "func args frame alias") &&
           plan_numeric(reader, value, &call->numeric) && read_arguments(reader, value, call) &&
           read_own_frame(reader, value, window, call) && read_alias(reader, value, window, call);
}

bool plan_read_window(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct plan_window *window = &plan->as.window;
    bool key = reader->key;
    struct json_iter iter;
    struct value list;
    size_t count;
    bool ok;

    if (!plan_only(reader, value, "window", "op input partition_by order_by functions") ||
        !plan_required(reader, value, "window", "functions", &list) ||
        !plan_array(reader, list, "\"functions\"", &count) ||
        !plan_keys(reader, plan_member(value, "partition_by"), "\"partition_by\"",
                   &window->partition, &window->partition_count) ||
        !plan_order(reader, plan_member(value, "order_by"), &window->order, &window->order_count))
        return false;
    window->calls = ARENA_ARRAY(&reader->memory->arena, struct plan_call, count);
    iter = json_iter_of(list.text);
    reader->key = true; /* values of enclosing rows go into a filter below or a projection above */
    ok = true;
    while (ok && json_iter_next(&iter))
        ok = read_call(reader, value_of(iter.value, iter.value_size), window);
    reader->key = key;
    return ok && plan_read_input(reader, value, plan, "input");
}

/* Aggregates: which accumulator each needs, and what it makes of it; see accumulator.h. */
#include "op/accumulator.h"

#include "base/buf.h"
#include "expr/function.h"
#include "value/json_write.h"
#include "value/numeric.h"

struct accumulator_plan measure_accumulator(const struct plan_measure *measure,
                                            const struct accumulator_fields *fields)
{
    struct accumulator_plan plan = {.kind = ACCUMULATE_ORDER,
                                    .taken = TAKE_KNOWN,
                                    .expr = measure->expr,
                                    .filter = measure->filter,
                                    .distinct = measure->distinct,
                                    .order = measure->order,
                                    .order_count = measure->order_count};

    switch (measure->function) {
    case AGGREGATE_COUNT:
    case AGGREGATE_COUNT_DISTINCT:
        plan.kind = ACCUMULATE_COUNT;
        plan.taken = measure->expr ? TAKE_KNOWN : TAKE_ALL;
        break;
    case AGGREGATE_SUM:
    case AGGREGATE_AVG:
    case AGGREGATE_STDDEV:
    case AGGREGATE_STDDEV_POP:
    case AGGREGATE_VARIANCE:
    case AGGREGATE_VAR_POP:
        plan.kind = ACCUMULATE_SUM;
        plan.taken = TAKE_NUMBERS;
        plan.squares = measure->function != AGGREGATE_SUM && measure->function != AGGREGATE_AVG;
        break;
    case AGGREGATE_BOOL_AND:
    case AGGREGATE_BOOL_OR:
        plan.kind = ACCUMULATE_TRUTH;
        plan.distinct = false;
        break;
    case AGGREGATE_MODE: /* of values that count once the least */
        plan.kind = measure->distinct ? ACCUMULATE_ORDER : ACCUMULATE_MODE;
        plan.distinct = false;
        break;
    case AGGREGATE_ARRAY_AGG:
    case AGGREGATE_JSON_AGG:
    case AGGREGATE_FIRST:
    case AGGREGATE_LAST:
        plan.taken = TAKE_ALL;
        break;
    case AGGREGATE_ARG_MIN:
    case AGGREGATE_ARG_MAX:
        plan.expr = &measure->order->expr; /* rows without it are left out */
        break;
    case AGGREGATE_MEDIAN:
    case AGGREGATE_PERCENTILE:
        plan.taken = TAKE_NUMBERS;
        break;
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
        plan.distinct = false;
        break;
    case AGGREGATE_STRING_AGG:
    case AGGREGATE_PERCENTILE_DISC:
    case AGGREGATE_FUNCTIONS:
        break;
    }
    plan.inner = plan.distinct || plan.kind == ACCUMULATE_MODE ? &fields->value : plan.expr;
    if (plan.kind == ACCUMULATE_MODE) {
        plan.order = fields->by_weight;
        plan.order_count = 2;
    } else if (plan.kind == ACCUMULATE_ORDER && plan.distinct) {
        plan.order = fields->by_value;
        plan.order_count = 1;
    }
    return plan;
}

static void write_value(struct buf *out, struct value value)
{
    if (value_is_unknown(value))
        buf_add_string(out, "null");
    else
        value_write_canonical(out, value);
}

/* The value of a row; null if there is none. */
static void write_row(struct buf *out, const struct row *row, const struct expr *expr,
                      struct op *op)
{
    op->work += row != NULL;
    write_value(out, row ? expr_eval(expr, row, &op->scratch) : make_null());
}

static void write_null_if(struct buf *out, bool nothing)
{
    if (nothing)
        buf_add_string(out, "null");
}

/* In full, as numeric. */
static void write_numeric(const struct plan_measure *measure, const struct accumulated_sum *from,
                          struct buf *out)
{
    const struct decimal *sum = &from->sum;
    struct decimal count = decimal_of_int(from->count);
    bool sample = measure->function == AGGREGATE_STDDEV || measure->function == AGGREGATE_VARIANCE;
    bool root = measure->function == AGGREGATE_STDDEV || measure->function == AGGREGATE_STDDEV_POP;
    struct decimal result;

    if (from->count <= (sample ? 1 : 0) || from->unfit) {
        buf_add_string(out, "null");
        return;
    }
    result = measure->function == AGGREGATE_SUM ? decimal_copy(sum)
             : measure->function == AGGREGATE_AVG
                 ? numeric_quotient(sum, &count, measure->numeric - 1)
                 : numeric_variance(sum, &from->squares, from->count, sample, root,
                                    measure->numeric - 1);
    decimal_write_exact(out, &result);
    decimal_release(&result);
}

static void write_sum(const struct plan_measure *measure, const struct accumulated_sum *from,
                      struct buf *out)
{
    struct decimal count = decimal_of_int(from->count);
    bool written =
        from->count > 0 && from->unfit == 0 &&
        (measure->function == AGGREGATE_SUM ? decimal_write(out, &from->sum)
                                            : decimal_write_ratio(out, &from->sum, &count));

    write_null_if(out, !written);
}

/* (n * sum of squares - square of the sum) / (n * (n - 1)), of the population n * n: exact until it
 * is written. */
static void write_variance(const struct plan_measure *measure, const struct accumulated_sum *from,
                           struct buf *out)
{
    bool population =
        measure->function == AGGREGATE_STDDEV_POP || measure->function == AGGREGATE_VAR_POP;
    bool root = measure->function == AGGREGATE_STDDEV || measure->function == AGGREGATE_STDDEV_POP;
    int64_t n = from->count;
    struct decimal count = decimal_of_int(n);
    struct decimal other = decimal_of_int(population ? n : n - 1);
    struct decimal square;
    struct decimal spread;
    struct decimal by;
    bool written = n > !population && from->unfit == 0;

    if (written) {
        square = decimal_product(&from->sum, &from->sum);
        spread = decimal_product(&from->squares, &count);
        by = decimal_product(&count, &other);
        decimal_add_times(&spread, &square, -1);
        written =
            root ? decimal_write_root(out, &spread, &by) : decimal_write_ratio(out, &spread, &by);
        decimal_release(&square);
        decimal_release(&spread);
        decimal_release(&by);
    }
    write_null_if(out, !written);
}

static void read_place(struct decimal *to, const struct order *order, const struct expr *expr,
                       int64_t place, struct op *op)
{
    struct row *row = order_row_at(order, place);
    struct value value = row ? expr_eval(expr, row, &op->scratch) : VALUE_NONE;

    *to = DECIMAL_ZERO;
    if (value.type == VALUE_NUMBER)
        (void)decimal_read(to, value.text, value.size);
}

/* Where p * (n - 1) says, between two places in proportion. */
static void write_percentile(const struct accumulator_plan *plan, struct value p,
                             const struct order *order, struct buf *out, struct op *op)
{
    static const struct decimal one = {1, NULL, 0};
    int64_t total = order_total(order);
    struct decimal last = decimal_of_int(total - 1);
    struct decimal fraction;
    struct decimal place;
    struct decimal whole;
    struct decimal low;
    struct decimal high;
    struct decimal step;

    if (total == 0) {
        buf_add_string(out, "null");
        return;
    }
    (void)decimal_read(&fraction, p.text, p.size);
    place = decimal_product(&fraction, &last);
    decimal_release(&fraction);
    decimal_divide(&place, &one, &whole, &fraction);
    read_place(&low, order, plan->inner, (int64_t)whole.small, op);
    read_place(&high, order, plan->inner, (int64_t)whole.small + (decimal_sign(&fraction) != 0),
               op);
    decimal_add_times(&high, &low, -1);
    step = decimal_product(&high, &fraction);
    decimal_add(&low, &step);
    write_null_if(out, !decimal_write(out, &low));
    decimal_release(&place);
    decimal_release(&whole);
    decimal_release(&fraction);
    decimal_release(&low);
    decimal_release(&high);
    decimal_release(&step);
}

/* The first value that at least the share p of all is not above. */
static int64_t place_of_share(struct value p, int64_t total)
{
    static const struct decimal one = {1, NULL, 0};
    struct decimal count = decimal_of_int(total);
    struct decimal share;
    struct decimal product;
    struct decimal whole;
    struct decimal rest;
    int64_t place;

    (void)decimal_read(&share, p.text, p.size);
    product = decimal_product(&share, &count);
    decimal_divide(&product, &one, &whole, &rest);
    place = (int64_t)whole.small - (decimal_sign(&rest) == 0);
    decimal_release(&share);
    decimal_release(&product);
    decimal_release(&whole);
    decimal_release(&rest);
    return place < 0 && total > 0 ? 0 : place;
}

/* An array or a string of all values. */
struct listing {
    const struct expr *expr;
    struct op *op;
    struct buf *out;
    struct value separator; /* missing: an array is written */
    struct buf text;
    bool any;
};

static void list_value(void *context, struct row *row, int64_t weight)
{
    struct listing *listing = context;
    struct value value = expr_eval(listing->expr, row, &listing->op->scratch);
    bool array = listing->separator.type == VALUE_MISSING;
    const char *bytes = value.text;
    size_t size = value.size;

    if (!array && !string_of(value, &listing->op->scratch, &bytes, &size)) {
        struct value text = function_to_text(&value, 1, &listing->op->scratch);

        (void)string_of(text, &listing->op->scratch, &bytes, &size);
    }
    for (; weight > 0; weight--) {
        if (array) {
            if (listing->any)
                buf_add_byte(listing->out, ',');
            write_value(listing->out, value);
        } else {
            if (listing->any)
                buf_add(&listing->text, listing->separator.text, listing->separator.size);
            buf_add(&listing->text, bytes, size);
        }
        listing->any = true;
    }
    arena_reset(&listing->op->scratch);
}

static void write_list(const struct plan_measure *measure, const struct accumulator_plan *plan,
                       const struct order *order, struct buf *out, struct op *op)
{
    struct listing listing = {.expr = plan->inner, .op = op, .out = out, .separator = VALUE_NONE};
    struct buf separator = BUF_INIT;

    if (!order_first(order)) {
        buf_add_string(out, "null");
        return;
    }
    if (measure->function == AGGREGATE_STRING_AGG) {
        size_t size;

        listing.separator = measure->parameter;
        listing.separator.text = value_string(measure->parameter, &separator, &size);
        listing.separator.size = (uint32_t)size;
        order_range(order, 0, INT64_MAX, list_value, &listing);
        json_write_string(out, listing.text.bytes, listing.text.size);
    } else {
        buf_add_byte(out, '[');
        order_range(order, 0, INT64_MAX, list_value, &listing);
        buf_add_byte(out, ']');
    }
    buf_release(&separator);
    buf_release(&listing.text);
}

static void write_truth(const struct plan_measure *measure, const struct accumulated_truth *from,
                        struct buf *out)
{
    bool all = measure->function == AGGREGATE_BOOL_AND;

    if (from->yes == 0 && from->no == 0)
        buf_add_string(out, "null");
    else
        buf_add_string(out, (all ? from->no == 0 : from->yes > 0) ? "true" : "false");
}

/* Of which end of the order the function tells. */
static bool tells_first(enum plan_function function)
{
    return function == AGGREGATE_MIN || function == AGGREGATE_FIRST || function == AGGREGATE_MODE ||
           function == AGGREGATE_ARG_MIN || function == AGGREGATE_ARG_MAX;
}

static bool tells_last(enum plan_function function)
{
    return function == AGGREGATE_MAX || function == AGGREGATE_LAST;
}

bool measure_is_told(const struct plan_measure *measure, const struct accumulator *from,
                     const void *state)
{
    const struct accumulated_order *of = (const void *)((const char *)state + from->at);

    return (tells_first(measure->function) && !of->first_moved) ||
           (tells_last(measure->function) && !of->last_moved);
}

/* What is made of rows in order. */
static void write_of_order(const struct plan_measure *measure, const struct accumulator_plan *plan,
                           const struct order *order, struct buf *out, struct op *op)
{
    static const struct value half = {"0.5", 3, VALUE_NUMBER};
    enum plan_function function = measure->function;
    bool by_other = function == AGGREGATE_ARG_MIN || function == AGGREGATE_ARG_MAX;

    if (tells_first(function))
        write_row(out, order_first(order), by_other ? measure->expr : plan->inner, op);
    else if (tells_last(function))
        write_row(out, order_last(order), plan->inner, op);
    else if (function == AGGREGATE_PERCENTILE_DISC)
        write_row(out, order_row_at(order, place_of_share(measure->parameter, order_total(order))),
                  plan->inner, op);
    else if (function == AGGREGATE_MEDIAN || function == AGGREGATE_PERCENTILE)
        write_percentile(plan, function == AGGREGATE_MEDIAN ? half : measure->parameter, order, out,
                         op);
    else
        write_list(measure, plan, order, out, op);
}

void measure_write(const struct plan_measure *measure, struct accumulator *from, void *state,
                   struct buf *out, struct op *op)
{
    const int64_t *count = accumulator_state(from, state);

    if (measure->numeric) {
        write_numeric(measure, accumulator_state(from, state), out);
        return;
    }
    switch (measure->function) {
    case AGGREGATE_COUNT:
    case AGGREGATE_COUNT_DISTINCT:
        buf_add_int(out, *count);
        break;
    case AGGREGATE_SUM:
    case AGGREGATE_AVG:
        write_sum(measure, accumulator_state(from, state), out);
        break;
    case AGGREGATE_STDDEV:
    case AGGREGATE_STDDEV_POP:
    case AGGREGATE_VARIANCE:
    case AGGREGATE_VAR_POP:
        write_variance(measure, accumulator_state(from, state), out);
        break;
    case AGGREGATE_BOOL_AND:
    case AGGREGATE_BOOL_OR:
        write_truth(measure, accumulator_state(from, state), out);
        break;
    case AGGREGATE_MIN:
    case AGGREGATE_MAX:
    case AGGREGATE_FIRST:
    case AGGREGATE_LAST:
    case AGGREGATE_MODE:
    case AGGREGATE_ARG_MIN:
    case AGGREGATE_ARG_MAX:
    case AGGREGATE_MEDIAN:
    case AGGREGATE_PERCENTILE:
    case AGGREGATE_PERCENTILE_DISC:
    case AGGREGATE_ARRAY_AGG:
    case AGGREGATE_JSON_AGG:
    case AGGREGATE_STRING_AGG:
        write_of_order(measure, &from->plan, accumulator_order(from, state), out, op);
        break;
    case AGGREGATE_FUNCTIONS:
        break;
    }
    arena_reset(&op->scratch);
}

/* Naive aggregates: rows sorted by group, each aggregate from the values as they are; see
 * recompute.h. */
#include "engine/recompute_run.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "expr/function.h"
#include "value/decimal.h"
#include "value/json_scan.h"
#include "value/json_write.h"
#include "value/numeric.h"

#include <string.h>

/* A row of a group, as often as its weight, with the value that an aggregate takes of it. */
struct item {
    const struct row *row;
    struct value value;
};

struct items {
    struct item *items;
    size_t count;
    size_t max;
};

struct item_order {
    const struct plan_measure *measure; /* NULL: by value */
    struct arena *scratch;
};

static int item_compare(const void *a, const void *b, void *context)
{
    const struct item *x = a;
    const struct item *y = b;
    const struct item_order *by = context;

    if (!by->measure)
        return value_compare(x->value, y->value);
    for (size_t i = 0; i < by->measure->order_count; i++) {
        const struct order_field *field = &by->measure->order[i];
        int order = recompute_order(field, expr_eval(&field->expr, x->row, by->scratch),
                                    expr_eval(&field->expr, y->row, by->scratch));

        if (order)
            return order;
    }
    return row_compare(x->row, y->row);
}

static bool is_numeric(enum plan_function f)
{
    return f == AGGREGATE_SUM || f == AGGREGATE_AVG || f == AGGREGATE_STDDEV ||
           f == AGGREGATE_STDDEV_POP || f == AGGREGATE_VARIANCE || f == AGGREGATE_VAR_POP ||
           f == AGGREGATE_MEDIAN || f == AGGREGATE_PERCENTILE;
}

static bool takes_unknown(const struct plan_measure *measure)
{
    return measure->function == AGGREGATE_ARRAY_AGG || measure->function == AGGREGATE_JSON_AGG ||
           measure->function == AGGREGATE_FIRST || measure->function == AGGREGATE_LAST ||
           !measure->expr;
}

/* The items of a group that count for a measure, sorted as it needs them. */
static struct items take(struct run *run, const struct bag_entry *rows, size_t count,
                         const struct plan_measure *measure)
{
    bool arg = measure->function == AGGREGATE_ARG_MIN || measure->function == AGGREGATE_ARG_MAX;
    struct items items = {0};
    struct item_order by = {measure, &run->scratch};
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        const struct expr *asked = arg ? &measure->order->expr : measure->expr;
        struct value value = asked ? expr_eval(asked, rows[i].row, &run->arena) : VALUE_NONE;

        if ((measure->filter &&
             predicate_eval(measure->filter, rows[i].row, NULL, &run->scratch) != TRUTH_TRUE) ||
            (value_is_unknown(value) && !takes_unknown(measure)) ||
            (is_numeric(measure->function) && value.type != VALUE_NUMBER))
            continue;
        if (arg)
            value = expr_eval(measure->expr, rows[i].row, &run->arena);
        if (value.type == VALUE_MISSING)
            value = make_null();
        for (int64_t n = 0; n < rows[i].weight; n++) {
            items.items = mem_grow(items.items, &items.max, items.count + 1, sizeof(struct item));
            items.items[items.count++] = (struct item){rows[i].row, value};
        }
    }
    if (measure->distinct || measure->function == AGGREGATE_MODE)
        by.measure = NULL;
    if (items.count > 1)
        qsort_r(items.items, items.count, sizeof(struct item), item_compare, &by);
    for (size_t i = 0; measure->distinct && i < items.count; i++)
        if (kept == 0 || value_compare(items.items[kept - 1].value, items.items[i].value) != 0)
            items.items[kept++] = items.items[i];
    if (measure->distinct)
        items.count = kept;
    arena_reset(&run->scratch);
    return items;
}

static void write_at(struct buf *out, const struct items *items, size_t at)
{
    if (at < items->count)
        value_write_canonical(out, items->items[at].value);
    else
        buf_add_string(out, "null");
}

/* The same in full, as numeric. */
static bool write_numeric(struct buf *out, const struct items *items,
                          const struct plan_measure *measure)
{
    enum plan_function function = measure->function;
    unsigned shown = measure->numeric - 1;
    bool sample = function == AGGREGATE_STDDEV || function == AGGREGATE_VARIANCE;
    struct decimal sum = DECIMAL_ZERO;
    struct decimal squares = DECIMAL_ZERO;
    struct decimal count = decimal_of_int((int64_t)items->count);
    struct decimal result = DECIMAL_ZERO;
    bool ok = items->count > (size_t)sample;

    for (size_t i = 0; ok && i < items->count; i++) {
        struct decimal x;
        struct decimal square;

        ok = decimal_read(&x, items->items[i].value.text, items->items[i].value.size);
        square = decimal_product(&x, &x);
        decimal_add(&sum, &x);
        decimal_add(&squares, &square);
        decimal_release(&x);
        decimal_release(&square);
    }
    if (ok && function == AGGREGATE_SUM)
        result = decimal_copy(&sum);
    else if (ok && function == AGGREGATE_AVG)
        result = numeric_quotient(&sum, &count, shown);
    else if (ok)
        result = numeric_variance(&sum, &squares, (int64_t)items->count, sample,
                                  function == AGGREGATE_STDDEV || function == AGGREGATE_STDDEV_POP,
                                  shown);
    if (ok)
        decimal_write_exact(out, &result);
    decimal_release(&sum);
    decimal_release(&squares);
    decimal_release(&result);
    return ok;
}

/* What of a sum and a sum of squares is asked for. False: null. */
static bool write_numbers(struct buf *out, const struct items *items, enum plan_function function)
{
    bool population = function == AGGREGATE_STDDEV_POP || function == AGGREGATE_VAR_POP;
    struct decimal sum = DECIMAL_ZERO;
    struct decimal spread = DECIMAL_ZERO; /* n * the sum of (n * x - sum)^2, in the end */
    struct decimal count = decimal_of_int((int64_t)items->count);
    struct decimal by = decimal_of_int((int64_t)items->count - !population);
    bool ok = items->count > 0;

    for (size_t i = 0; ok && i < items->count; i++) {
        struct decimal x;

        ok = decimal_read(&x, items->items[i].value.text, items->items[i].value.size);
        decimal_add(&sum, &x);
        decimal_release(&x);
    }
    if (ok && (function == AGGREGATE_SUM || function == AGGREGATE_AVG)) {
        ok = function == AGGREGATE_SUM ? decimal_write(out, &sum)
                                       : decimal_write_ratio(out, &sum, &count);
        decimal_release(&sum);
        return ok;
    }
    for (size_t i = 0; ok && i < items->count; i++) {
        struct decimal x;
        struct decimal distance;
        struct decimal square;

        (void)decimal_read(&x, items->items[i].value.text, items->items[i].value.size);
        distance = decimal_product(&x, &count);
        decimal_add_times(&distance, &sum, -1);
        square = decimal_product(&distance, &distance);
        decimal_add(&spread, &square);
        decimal_release(&x);
        decimal_release(&distance);
        decimal_release(&square);
    }
    ok = ok && decimal_sign(&by) > 0;
    if (ok) {
        struct decimal square = decimal_product(&count, &count);
        struct decimal divisor = decimal_product(&square, &by);

        ok = function == AGGREGATE_STDDEV || function == AGGREGATE_STDDEV_POP
                 ? decimal_write_root(out, &spread, &divisor)
                 : decimal_write_ratio(out, &spread, &divisor);
        decimal_release(&square);
        decimal_release(&divisor);
    }
    decimal_release(&sum);
    decimal_release(&spread);
    return ok;
}

/* The place p * count, or p * (count - 1): its whole part, and what is left. */
static size_t place(struct value p, size_t count, struct decimal *rest)
{
    static const struct decimal one = {1, NULL, 0};
    struct decimal n = decimal_of_int((int64_t)count);
    struct decimal share;
    struct decimal product;
    struct decimal whole;
    size_t at;

    (void)decimal_read(&share, p.text, p.size);
    product = decimal_product(&share, &n);
    decimal_divide(&product, &one, &whole, rest);
    at = (size_t)whole.small;
    decimal_release(&share);
    decimal_release(&product);
    decimal_release(&whole);
    return at;
}

static bool write_percentile(struct buf *out, const struct items *items, struct value p)
{
    struct decimal fraction;
    struct decimal low;
    struct decimal high;
    struct decimal step;
    size_t at;
    bool ok;

    if (items->count == 0)
        return false;
    at = place(p, items->count - 1, &fraction);
    if (!decimal_read(&low, items->items[at].value.text, items->items[at].value.size))
        low = DECIMAL_ZERO;
    at += decimal_sign(&fraction) != 0;
    if (!decimal_read(&high, items->items[at].value.text, items->items[at].value.size))
        high = DECIMAL_ZERO;
    decimal_add_times(&high, &low, -1);
    step = decimal_product(&high, &fraction);
    decimal_add(&low, &step);
    ok = decimal_write(out, &low);
    decimal_release(&fraction);
    decimal_release(&low);
    decimal_release(&high);
    decimal_release(&step);
    return ok;
}

static size_t most_frequent(const struct items *items)
{
    size_t best = SIZE_MAX;
    size_t best_count = 0;
    size_t next;

    for (size_t i = 0; i < items->count; i = next) {
        for (next = i + 1; next < items->count &&
                           value_compare(items->items[i].value, items->items[next].value) == 0;)
            next++;
        if (next - i > best_count) {
            best_count = next - i;
            best = i;
        }
    }
    return best;
}

static bool write_list(struct buf *out, const struct items *items,
                       const struct plan_measure *measure, struct run *run)
{
    struct value *parts;
    struct value joined;
    size_t count = 0;

    if (items->count == 0)
        return false;
    parts = mem_alloc(2 * items->count * sizeof(*parts));
    for (size_t i = 0; i < items->count; i++) {
        if (i && measure->function == AGGREGATE_STRING_AGG)
            parts[count++] = measure->parameter;
        parts[count] = items->items[i].value;
        if (measure->function == AGGREGATE_STRING_AGG)
            parts[count] = function_to_text(&parts[count], 1, &run->scratch);
        count++;
    }
    joined = measure->function == AGGREGATE_STRING_AGG
                 ? function_concat(parts, count, &run->scratch)
                 : function_array(parts, count, &run->scratch);
    value_write_canonical(out, joined);
    arena_reset(&run->scratch);
    free(parts);
    return true;
}

static bool write_truth(struct buf *out, const struct items *items, bool all)
{
    size_t yes = 0;
    size_t no = 0;

    for (size_t i = 0; i < items->count; i++) {
        yes += items->items[i].value.type == VALUE_TRUE;
        no += items->items[i].value.type == VALUE_FALSE;
    }
    if (yes + no == 0)
        return false;
    buf_add_string(out, (all ? no == 0 : yes > 0) ? "true" : "false");
    return true;
}

static void write_measure(struct run *run, struct buf *out, const struct bag_entry *rows,
                          size_t count, const struct plan_measure *measure)
{
    struct items items = take(run, rows, count, measure);
    enum plan_function function = measure->function;
    struct decimal rest = DECIMAL_ZERO;
    size_t at = 0;
    bool ok = true;

    if (function == AGGREGATE_COUNT || function == AGGREGATE_COUNT_DISTINCT) {
        buf_add_int(out, (int64_t)items.count);
    } else if (function == AGGREGATE_MEDIAN || function == AGGREGATE_PERCENTILE) {
        ok = write_percentile(
            out, &items, function == AGGREGATE_MEDIAN ? value_of("0.5", 3) : measure->parameter);
    } else if (is_numeric(function)) {
        ok = measure->numeric ? write_numeric(out, &items, measure)
                              : write_numbers(out, &items, function);
    } else if (function == AGGREGATE_BOOL_AND || function == AGGREGATE_BOOL_OR) {
        ok = write_truth(out, &items, function == AGGREGATE_BOOL_AND);
    } else if (function == AGGREGATE_ARRAY_AGG || function == AGGREGATE_JSON_AGG ||
               function == AGGREGATE_STRING_AGG) {
        ok = write_list(out, &items, measure, run);
    } else {
        if (function == AGGREGATE_MAX || function == AGGREGATE_LAST)
            at = items.count - 1;
        else if (function == AGGREGATE_MODE)
            at = most_frequent(&items);
        else if (function == AGGREGATE_PERCENTILE_DISC && items.count) {
            at = place(measure->parameter, items.count, &rest);
            at -= decimal_sign(&rest) == 0 && at > 0;
            decimal_release(&rest);
        }
        write_at(out, &items, at);
    }
    if (!ok)
        buf_add_string(out, "null");
    free(items.items);
}

/* The key of a row's group. */
static void write_group(struct run *run, struct buf *key, const struct row *row,
                        const struct plan_aggregate *plan)
{
    struct value *values = mem_alloc(plan->group_count * sizeof(*values));

    for (size_t i = 0; i < plan->group_count; i++)
        values[i] = expr_eval(&plan->groups[i].expr, row, &run->scratch);
    value_write_canonical(key, function_array(values, plan->group_count, &run->scratch));
    arena_reset(&run->scratch);
    free(values);
}

struct grouped {
    struct buf key;
    struct bag_entry entry;
};

static int grouped_compare(const void *a, const void *b)
{
    const struct grouped *x = a;
    const struct grouped *y = b;
    size_t common = x->key.size < y->key.size ? x->key.size : y->key.size;
    int order = memcmp(x->key.bytes, y->key.bytes, common);

    return order ? order : (x->key.size > y->key.size) - (x->key.size < y->key.size);
}

/* NOLINTNEXTLINE(readability-function-size): a group is that much */
static void add_group(struct run *run, struct bag *bag, const struct buf *key,
                      const struct bag_entry *rows, size_t count, const struct plan_aggregate *plan,
                      struct value context)
{
    struct json_iter iter = json_iter_of(key->bytes);
    struct buf text = BUF_INIT;
    struct row *row;

    buf_add_byte(&text, '{');
    for (size_t i = 0; i < plan->group_count && json_iter_next(&iter); i++)
        buf_add_format(&text, "%s%.*s:%.*s", i ? "," : "", (int)plan->groups[i].alias_size,
                       plan->groups[i].alias, (int)iter.value_size, iter.value);
    for (size_t i = 0; i < plan->measure_count; i++) {
        const struct plan_measure *measure = &plan->measures[i];

        buf_add_format(&text, "%s%.*s:", text.size > 1 ? "," : "", (int)measure->alias_size,
                       measure->alias);
        write_measure(run, &text, rows, count, measure);
    }
    buf_add_byte(&text, '}');
    row = recompute_row(
        (struct row_source){.key = key->bytes,
                            .key_size = key->size,
                            .made = true,
                            .hash = hash_bytes(key->bytes, key->size),
                            .context = context.type == VALUE_MISSING ? NULL : context.text,
                            .context_size = context.size},
        &text);
    if (!plan->having || predicate_eval(plan->having, row, NULL, &run->scratch) == TRUTH_TRUE)
        bag_add(bag, row_ref(row), 1, NULL);
    row_unref(row);
    buf_release(&text);
}

struct bag recompute_aggregate(struct run *run, const struct bag *in,
                               const struct plan_aggregate *plan, struct value context)
{
    struct grouped *rows = mem_alloc_zero(in->count * sizeof(*rows));
    struct bag_entry *entries = mem_alloc(in->count * sizeof(*entries));
    struct bag bag = {0};
    size_t next;

    for (size_t i = 0; i < in->count; i++) {
        write_group(run, &rows[i].key, in->entries[i].row, plan);
        rows[i].entry = in->entries[i];
    }
    if (in->count > 1)
        qsort(rows, in->count, sizeof(*rows), grouped_compare);
    for (size_t i = 0; i < in->count; i++)
        entries[i] = rows[i].entry;
    for (size_t i = 0; i < in->count; i = next) {
        for (next = i + 1; next < in->count && grouped_compare(&rows[i], &rows[next]) == 0;)
            next++;
        add_group(run, &bag, &rows[i].key, entries + i, next - i, plan, context);
    }
    if (in->count == 0 && plan->group_count == 0) {
        struct buf none = BUF_INIT;

        buf_add_string(&none, "[]");
        add_group(run, &bag, &none, NULL, 0, plan, context);
        buf_release(&none);
    }
    for (size_t i = 0; i < in->count; i++)
        buf_release(&rows[i].key);
    free(rows);
    free(entries);
    return bag;
}

/* Reading aggregates: groups, measures, having. */
#include "plan/reader.h"

#include "base/hashtab.h"
#include "value/decimal.h"
#include "value/json_scan.h"
#include "value/number.h"

#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 1000 };

/* A path, {"field":...,"alias":...}, {"expr":...,"alias":...} or a window of time. */
static bool read_group(struct plan_reader *reader, struct value value, struct plan_group *group,
                       struct plan_windowed *windowed)
{
    struct value field;

    if (plan_is_time_group(value))
        return plan_read_time_group(reader, value, group, windowed);

    if (value.type != VALUE_OBJECT) {
        group->expr.path = plan_path(reader, value);
        if (!group->expr.path)
            return false;
        value = value_of("{}", 2);
    } else if (!plan_only(reader, value, "a group", "field expr alias")) {
        return false;
    } else {
        bool is_expr = plan_member(value, "expr").type != VALUE_MISSING;

        field = plan_member(value, is_expr ? "expr" : "field");
        if (field.type == VALUE_MISSING)
            return plan_fail(reader, value, "a group without \"field\" or \"expr\"");
        if (is_expr && plan_member(value, "field").type != VALUE_MISSING)
            return plan_fail(reader, value,
                             "a group with \"field\" and \"expr\"; leave one of them out");
        if (is_expr ? !plan_operand(reader, field, &group->expr)
                    : !plan_key(reader, field, &group->expr))
            return false;
    }
    return plan_alias(reader, value, &group->expr, &group->alias, &group->alias_size);
}

static bool read_groups(struct plan_reader *reader, struct value list,
                        struct plan_aggregate *aggregate, struct plan_windowed *windowed)
{
    struct json_iter iter;
    size_t count;

    if (list.type == VALUE_MISSING)
        return true;
    if (!plan_array(reader, list, "\"group_by\"", &count))
        return false;
    aggregate->groups = ARENA_ARRAY(&reader->memory->arena, struct plan_group, count);
    iter = json_iter_of(list.text);
    while (json_iter_next(&iter))
        if (!read_group(reader, value_of(iter.value, iter.value_size),
                        &aggregate->groups[aggregate->group_count++], windowed))
            return false;
    return true;
}

static bool read_function(struct plan_reader *reader, struct value value,
                          enum plan_function *function)
{
    struct value name;

    if (!plan_required(reader, value, "an aggregate", "func", &name))
        return false;
    for (*function = AGGREGATE_COUNT; *function < AGGREGATE_FUNCTIONS; (*function)++)
        if (name.type == VALUE_STRING && strlen(plan_function_name(*function)) == name.size - 2 &&
            memcmp(plan_function_name(*function), name.text + 1, name.size - 2) == 0)
            return true;
    return plan_fail(reader, name,
                     "unknown aggregate %s; there are count, count_distinct, sum, avg, min, max, "
                     "array_agg, json_agg, string_agg, bool_and, bool_or, first, last, arg_min, "
                     "arg_max, stddev, stddev_pop, variance, var_pop, median, percentile, "
                     "percentile_disc, mode",
                     excerpt(name.text, name.size).text);
}

static bool is_arg(enum plan_function function)
{
    return function == AGGREGATE_ARG_MIN || function == AGGREGATE_ARG_MAX;
}

static bool is_percentile(enum plan_function function)
{
    return function == AGGREGATE_PERCENTILE || function == AGGREGATE_PERCENTILE_DISC;
}

/* Of numbers that are added up: what comes out may be numeric. */
static bool is_sum(enum plan_function function)
{
    return function == AGGREGATE_SUM || function == AGGREGATE_AVG ||
           (function >= AGGREGATE_STDDEV && function <= AGGREGATE_VAR_POP);
}

static const char *members_of(enum plan_function function)
{
    if (plan_function_is_ordered(function))
        return function == AGGREGATE_STRING_AGG
                   ? "func field alias distinct filter order_by separator"
                   : "func field alias distinct filter order_by";
    if (is_arg(function))
        return "func field alias filter by";
    if (is_sum(function))
        return "func field alias distinct filter numeric";
    return is_percentile(function) ? "func field alias filter p"
                                   : "func field alias distinct filter";
}

/* What array_agg, first and the like go by; arg_max goes by its "by", the greatest first; the
 * others, where it matters, by the values themselves. */
static bool read_measure_order(struct plan_reader *reader, struct value value,
                               struct plan_measure *measure)
{
    struct value by;

    if (plan_function_is_ordered(measure->function))
        return plan_order(reader, plan_member(value, "order_by"), &measure->order,
                          &measure->order_count);
    if (!measure->expr)
        return true;
    measure->order = ARENA_NEW(&reader->memory->arena, struct order_field);
    measure->order_count = 1;
    measure->order->descending = measure->function == AGGREGATE_ARG_MAX;
    measure->order->expr = *measure->expr;
    if (is_arg(measure->function))
        measure->order->expr = (struct expr){0};
    return !is_arg(measure->function) ||
           (plan_required(reader, value, plan_function_name(measure->function), "by", &by) &&
            plan_key(reader, by, &measure->order->expr));
}

static bool read_parameter(struct plan_reader *reader, struct value value,
                           struct plan_measure *measure)
{
    static const struct decimal one = {1, NULL, 0};
    struct value given = plan_member(value, is_percentile(measure->function) ? "p" : "separator");
    struct decimal p = DECIMAL_ZERO;
    bool param;
    bool ok;

    if (given.type != VALUE_MISSING && !plan_param(reader, given, &given, &param))
        return false;
    measure->parameter = given;
    if (measure->function == AGGREGATE_STRING_AGG) {
        if (given.type == VALUE_MISSING)
            measure->parameter = value_of("\",\"", 3);
        else if (given.type != VALUE_STRING)
            return plan_fail(reader, given, "\"separator\" must be a string, not %s",
                             excerpt(given.text, given.size).text);
    }
    if (!is_percentile(measure->function))
        return true;
    if (given.type == VALUE_MISSING)
        return plan_required(reader, value, plan_function_name(measure->function), "p", &given);
    ok = given.type == VALUE_NUMBER && decimal_read(&p, given.text, given.size) &&
         decimal_sign(&p) >= 0 && decimal_compare(&p, &one) <= 0;
    decimal_release(&p);
    if (!ok)
        return plan_fail(reader, given, "\"p\" must be a number from 0 to 1, not %s",
                         excerpt(given.text, given.size).text);
    return true;
}

static bool read_filter(struct plan_reader *reader, struct value value, const char *name,
                        struct predicate **to)
{
    struct value filter = plan_member(value, name);
    uint32_t before = reader->exists_count;

    if (filter.type == VALUE_MISSING)
        return true;
    *to = plan_whole_predicate(reader, filter);
    if (*to && reader->exists_count != before)
        return plan_fail(reader, filter, "exists stands in the predicate of a filter only");
    return *to != NULL;
}

/* The name of a measure: its alias, else its function. */
static bool read_alias(struct plan_reader *reader, struct value value, struct plan_measure *measure)
{
    static const struct expr none = {0};
    struct buf name = BUF_INIT;

    if (plan_member(value, "alias").type != VALUE_MISSING)
        return plan_alias(reader, value, &none, &measure->alias, &measure->alias_size);
    buf_add_format(&name, "\"%s\"", plan_function_name(measure->function));
    measure->alias = arena_copy(&reader->memory->arena, name.bytes, name.size);
    measure->alias_size = name.size;
    buf_release(&name);
    return true;
}

bool plan_numeric(struct plan_reader *reader, struct value value, unsigned *numeric)
{
    struct value given = plan_member(value, "numeric");
    int64_t shown = 0;

    if (given.type == VALUE_NUMBER && number_int(given.text, given.size, &shown) && shown >= 0 &&
        shown <= SHOWN_MAX) {
        *numeric = 1 + (unsigned)shown;
        return true;
    }
    *numeric = given.type == VALUE_TRUE;
    return given.type == VALUE_MISSING || given.type == VALUE_TRUE || given.type == VALUE_FALSE ||
           plan_fail(
               reader, given,
               "\"numeric\" must be true, false, or how many digits the values show behind the "
               "point, 0 to %d, not %s",
               SHOWN_MAX, excerpt(given.text, given.size).text);
}

static bool read_measure(struct plan_reader *reader, struct value value,
                         struct plan_measure *measure)
{
    struct value field;
    struct value distinct;
    char what[48];

    if (value.type != VALUE_OBJECT)
        return plan_fail(reader, value, "an aggregate must be an object, not %s",
                         excerpt(value.text, value.size).text);
    if (!read_function(reader, value, &measure->function))
        return false;
    (void)snprintf(what, sizeof(what), "aggregate \"%s\"", plan_function_name(measure->function));
    if (!plan_only(reader, value, what, members_of(measure->function)))
        return false;
    field = plan_member(value, "field");
    if (field.type != VALUE_MISSING) {
        measure->expr = ARENA_NEW(&reader->memory->arena, struct expr);
        if (!plan_key(reader, field, measure->expr))
            return false;
    } else if (measure->function != AGGREGATE_COUNT) {
        return plan_required(reader, value, what, "field", &field);
    }
    distinct = plan_member(value, "distinct");
    if (distinct.type != VALUE_MISSING && distinct.type != VALUE_TRUE &&
        distinct.type != VALUE_FALSE)
        return plan_fail(reader, distinct, "\"distinct\" must be true or false, not %s",
                         excerpt(distinct.text, distinct.size).text);
    if (!plan_numeric(reader, value, &measure->numeric))
        return false;
    measure->distinct =
        distinct.type == VALUE_TRUE || measure->function == AGGREGATE_COUNT_DISTINCT;
    if (measure->distinct && !measure->expr)
        return plan_fail(reader, plan_member(value, "distinct"),
                         "\"distinct\" without a field to count the values of");
    if (!read_measure_order(reader, value, measure) || !read_parameter(reader, value, measure) ||
        !read_filter(reader, value, "filter", &measure->filter) ||
        !read_alias(reader, value, measure))
        return false;
    if (measure->distinct && plan_function_is_ordered(measure->function) && measure->order_count)
        return plan_fail(reader, plan_member(value, "order_by"),
                         "distinct values are in their own order; leave out \"order_by\" or "
                         "\"distinct\"");
    return true;
}

static struct value alias_of(const struct plan_aggregate *aggregate, size_t i)
{
    const struct plan_measure *measure;

    if (i < aggregate->group_count)
        return value_of(aggregate->groups[i].alias, aggregate->groups[i].alias_size);
    measure = &aggregate->measures[i - aggregate->group_count];
    return value_of(measure->alias, measure->alias_size);
}

/* Two columns of one name would be one field. */
static bool check_aliases(struct plan_reader *reader, struct value at,
                          const struct plan_aggregate *aggregate)
{
    size_t count = aggregate->group_count + aggregate->measure_count;
    struct hashtab seen = HASHTAB_INIT;
    bool ok = true;

    for (size_t i = 0; ok && i < count; i++) {
        struct value alias = alias_of(aggregate, i);
        uint64_t hash = value_hash(alias);
        size_t place;

        for (uint32_t j = hashtab_first(&seen, hash, &place); ok && j != HASHTAB_NONE;
             j = hashtab_next(&seen, hash, &place))
            if (value_equal(alias, alias_of(aggregate, j)))
                ok = plan_fail(reader, at, "two fields are named %s; give one an \"alias\"",
                               excerpt(alias.text, alias.size).text);
        hashtab_insert(&seen, hash, (uint32_t)i);
    }
    hashtab_release(&seen);
    return ok;
}

bool plan_read_aggregate(struct plan_reader *reader, struct value value, struct plan *plan,
                         struct plan_windowed *windowed)
{
    struct plan_aggregate *aggregate = &plan->as.aggregate;
    struct value list;
    struct json_iter iter;
    size_t count;
    bool key = reader->key;
    bool ok;

    if (!plan_only(reader, value, "aggregate", "op input group_by aggregates having"))
        return false;
    reader->key = true; /* values of enclosing rows go into a filter below or a projection above */
    ok = read_groups(reader, plan_member(value, "group_by"), aggregate, windowed);
    list = plan_member(value, "aggregates");
    if (ok && list.type != VALUE_MISSING) {
        ok = plan_array(reader, list, "\"aggregates\"", &count);
        if (ok) {
            aggregate->measures = ARENA_ARRAY(&reader->memory->arena, struct plan_measure, count);
            iter = json_iter_of(list.text);
        }
        while (ok && json_iter_next(&iter))
            ok = read_measure(reader, value_of(iter.value, iter.value_size),
                              &aggregate->measures[aggregate->measure_count++]);
    }
    ok = ok && check_aliases(reader, value, aggregate) &&
         read_filter(reader, value, "having", &aggregate->having);
    reader->key = key;
    if (ok && windowed->rows)
        plan_finish_time_group(reader, aggregate, windowed);
    return ok;
}

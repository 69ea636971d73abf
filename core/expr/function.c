/* The list of scalar functions, and what they share. */
#include "expr/function.h"

#include "base/buf.h"
#include "value/json_write.h"

#include <string.h>

static const struct function functions[] = {
    {"add", function_add, 2, 2, true, false},
    {"sub", function_sub, 2, 2, true, false},
    {"mul", function_mul, 2, 2, true, false},
    {"div", function_div, 2, 2, true, false},
    {"quotient", function_quotient, 2, 2, true, false},
    {"mod", function_mod, 2, 2, true, false},
    {"power", function_power, 2, 2, true, false},
    {"neg", function_neg, 1, 1, true, false},
    {"abs", function_abs, 1, 1, true, false},
    {"round", function_round, 1, 2, true, false},
    {"floor", function_floor, 1, 1, true, false},
    {"ceil", function_ceil, 1, 1, true, false},
    {"trunc", function_trunc, 1, 2, true, false},
    {"sign", function_sign, 1, 1, true, false},
    {"sqrt", function_sqrt, 1, 1, true, false},
    {"ln", function_ln, 1, 1, true, false},
    {"log", function_log, 1, 1, true, false},
    {"exp", function_exp, 1, 1, true, false},
    {"lower", function_lower, 1, 1, false, false},
    {"upper", function_upper, 1, 1, false, false},
    {"length", function_length, 1, 1, false, false},
    {"substr", function_substr, 2, 3, false, false},
    {"concat", function_concat, 1, FUNCTION_ANY, false, false},
    {"append", function_append, 1, FUNCTION_ANY, false, false},
    {"trim", function_trim, 1, 2, false, false},
    {"ltrim", function_ltrim, 1, 2, false, false},
    {"rtrim", function_rtrim, 1, 2, false, false},
    {"replace", function_replace, 3, 3, false, false},
    {"split_part", function_split_part, 3, 3, false, false},
    {"position", function_position, 2, 2, false, false},
    {"starts_with", function_starts_with, 2, 2, false, false},
    {"ends_with", function_ends_with, 2, 2, false, false},
    {"left", function_left, 2, 2, false, false},
    {"right", function_right, 2, 2, false, false},
    {"repeat", function_repeat, 2, 2, false, false},
    {"reverse", function_reverse, 1, 1, false, false},
    {"contains", function_contains, 2, 2, false, false},
    {"date_trunc", function_date_trunc, 2, 2, false, false},
    {"extract", function_extract, 2, 2, false, false},
    {"epoch", function_epoch, 1, 1, false, false},
    {"to_timestamp", function_to_timestamp, 1, 1, false, false},
    {"age_ms", function_age_ms, 2, 2, false, false},
    {"tumble", function_tumble, 2, 2, false, false},
    {"hop", function_hop, 3, 3, false, false},
    {"get", function_get, 2, FUNCTION_ANY, false, false},
    {"path", function_path, 2, 2, false, false},
    {"array_length", function_array_length, 1, 1, false, false},
    {"keys", function_keys, 1, 1, false, false},
    {"typeof", function_typeof, 1, 1, false, false},
    {"object", function_object, 0, FUNCTION_ANY, false, false},
    {"array", function_array, 0, FUNCTION_ANY, false, false},
    {"json_text", function_json_text, 1, 1, false, false},
    {"nullif", function_nullif, 2, 2, false, false},
    {"greatest", function_greatest, 1, FUNCTION_ANY, false, false},
    {"least", function_least, 1, FUNCTION_ANY, false, false},
    {"is_distinct", function_is_distinct, 2, 2, false, false},
    {"nulls_last", function_nulls_last, 1, 1, false, false},
    {"numeric_div", function_numeric_div, 2, 3, false, true},
    {"fixed", function_fixed, 2, 2, false, true},
    {"digits", function_digits, 1, 2, false, true},
    {"double_add", function_double_add, 2, 2, false, false},
    {"double_sub", function_double_sub, 2, 2, false, false},
    {"double_mul", function_double_mul, 2, 2, false, false},
    {"double_div", function_double_div, 2, 2, false, false},
    {"double_round", function_double_round, 1, 1, false, false},
    {"double_numeric", function_double_numeric, 1, 1, false, false},
    {"double_text", function_double_text, 1, 1, false, false},
    {"time_add", function_time_add, 3, 3, false, false},
    {"time_sub", function_time_sub, 3, 3, false, false},
    {"add_days", function_add_days, 2, 2, false, false},
    {"days_between", function_days_between, 2, 2, false, false},
    {"time_between", function_time_between, 2, 2, false, false},
    {"age", function_age, 2, 2, false, false},
    {"interval_add", function_interval_add, 2, 2, false, false},
    {"interval_sub", function_interval_sub, 2, 2, false, false},
    {"interval_mul", function_interval_mul, 2, 2, false, false},
    {"interval_div", function_interval_div, 2, 2, false, false},
    {"interval_order", function_interval_order, 1, 1, false, false},
    {"interval_part", function_interval_part, 2, 2, false, false},
};

enum { FUNCTION_COUNT = sizeof(functions) / sizeof(functions[0]) };

const struct function *function_find(const char *name, size_t size)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        if (strlen(functions[i].name) == size && memcmp(functions[i].name, name, size) == 0)
            return &functions[i];
    return NULL;
}

static const struct {
    const char *name;
    function_fault *fault;
} faults[] = {
    {"date_trunc", function_date_trunc_fault},
    {"extract", function_extract_fault},
    {"tumble", function_tumble_fault},
    {"hop", function_hop_fault},
    {"path", function_path_fault},
    {"object", function_object_fault},
};

const char *function_wants(const struct function *function, const struct value *args, size_t count,
                           struct arena *scratch, size_t *wrong)
{
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        if (strcmp(faults[i].name, function->name) == 0)
            return faults[i].fault(args, count, scratch, wrong);
    return NULL;
}

struct value make_null(void)
{
    return (struct value){"null", 4, VALUE_NULL};
}

struct value make_value(struct buf *text, struct arena *scratch)
{
    struct value value = make_null();

    if (text->size <= UINT32_MAX)
        value = value_of(arena_copy(scratch, text->bytes, text->size), text->size);
    buf_release(text);
    return value;
}

struct value make_string_of(const char *bytes, size_t size, struct arena *scratch)
{
    struct buf text = BUF_INIT;

    json_write_string(&text, bytes, size);
    return make_value(&text, scratch);
}

struct value make_string(struct buf *bytes, struct arena *scratch)
{
    struct value value = make_string_of(bytes->bytes, bytes->size, scratch);

    buf_release(bytes);
    return value;
}

struct value make_int(int64_t number, struct arena *scratch)
{
    struct buf text = BUF_INIT;

    buf_add_int(&text, number);
    return make_value(&text, scratch);
}

bool string_of(struct value value, struct arena *scratch, const char **bytes, size_t *size)
{
    struct buf decoded = BUF_INIT;

    if (value.type != VALUE_STRING)
        return false;
    *bytes = value_string(value, &decoded, size);
    if (decoded.bytes)
        *bytes = arena_copy(scratch, *bytes, *size);
    buf_release(&decoded);
    return true;
}

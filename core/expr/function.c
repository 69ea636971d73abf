/* The list of scalar functions, and what they share. */
#include "expr/function.h"

#include "base/buf.h"
#include "value/json_write.h"

#include <string.h>

static const struct function functions[] = {
    {"add", function_add, 2, 2, true},
    {"sub", function_sub, 2, 2, true},
    {"mul", function_mul, 2, 2, true},
    {"div", function_div, 2, 2, true},
    {"quotient", function_quotient, 2, 2, true},
    {"mod", function_mod, 2, 2, true},
    {"power", function_power, 2, 2, true},
    {"neg", function_neg, 1, 1, true},
    {"abs", function_abs, 1, 1, true},
    {"round", function_round, 1, 2, true},
    {"floor", function_floor, 1, 1, true},
    {"ceil", function_ceil, 1, 1, true},
    {"trunc", function_trunc, 1, 2, true},
    {"sign", function_sign, 1, 1, true},
    {"sqrt", function_sqrt, 1, 1, true},
    {"ln", function_ln, 1, 1, true},
    {"log", function_log, 1, 1, true},
    {"exp", function_exp, 1, 1, true},
    {"lower", function_lower, 1, 1, false},
    {"upper", function_upper, 1, 1, false},
    {"length", function_length, 1, 1, false},
    {"substr", function_substr, 2, 3, false},
    {"concat", function_concat, 1, FUNCTION_ANY, false},
    {"append", function_append, 1, FUNCTION_ANY, false},
    {"trim", function_trim, 1, 2, false},
    {"ltrim", function_ltrim, 1, 2, false},
    {"rtrim", function_rtrim, 1, 2, false},
    {"replace", function_replace, 3, 3, false},
    {"split_part", function_split_part, 3, 3, false},
    {"position", function_position, 2, 2, false},
    {"starts_with", function_starts_with, 2, 2, false},
    {"ends_with", function_ends_with, 2, 2, false},
    {"left", function_left, 2, 2, false},
    {"right", function_right, 2, 2, false},
    {"repeat", function_repeat, 2, 2, false},
    {"reverse", function_reverse, 1, 1, false},
    {"contains", function_contains, 2, 2, false},
    {"date_trunc", function_date_trunc, 2, 2, false},
    {"extract", function_extract, 2, 2, false},
    {"epoch", function_epoch, 1, 1, false},
    {"to_timestamp", function_to_timestamp, 1, 1, false},
    {"age_ms", function_age_ms, 2, 2, false},
    {"tumble", function_tumble, 2, 2, false},
    {"hop", function_hop, 3, 3, false},
    {"get", function_get, 2, FUNCTION_ANY, false},
    {"path", function_path, 2, 2, false},
    {"array_length", function_array_length, 1, 1, false},
    {"keys", function_keys, 1, 1, false},
    {"typeof", function_typeof, 1, 1, false},
    {"object", function_object, 0, FUNCTION_ANY, false},
    {"array", function_array, 0, FUNCTION_ANY, false},
    {"json_text", function_json_text, 1, 1, false},
    {"nullif", function_nullif, 2, 2, false},
    {"greatest", function_greatest, 1, FUNCTION_ANY, false},
    {"least", function_least, 1, FUNCTION_ANY, false},
    {"is_distinct", function_is_distinct, 2, 2, false},
};

enum { FUNCTION_COUNT = sizeof(functions) / sizeof(functions[0]) };

const struct function *function_find(const char *name, size_t size)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        if (strlen(functions[i].name) == size && memcmp(functions[i].name, name, size) == 0)
            return &functions[i];
    return NULL;
}

struct value make_null(void)
{
    return (struct value){"null", 4, VALUE_NULL};
}

struct value make_value(struct buf *text, struct arena *scratch)
{
    struct value value = value_of(arena_copy(scratch, text->bytes, text->size), text->size);

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

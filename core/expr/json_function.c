/* Functions of values of any type: JSON, casts, choices among values. */
#include "base/buf.h"
#include "base/hashtab.h"
#include "expr/function.h"
#include "value/json_scan.h"
#include "value/json_write.h"
#include "value/number.h"

#include <string.h>
#include <strings.h>

#ifdef SSP_STRESS
enum { FEW_MEMBERS = 2 };
#else
enum { FEW_MEMBERS = 32 };
#endif

/* The member of an object or the element of an array, from 0, or from the end below 0. */
static struct value get(struct value from, struct value step)
{
    struct json_iter iter;
    struct value found = VALUE_NONE;
    int64_t index = 0;
    int64_t at = 0;

    if (from.type == VALUE_ARRAY &&
        (step.type != VALUE_NUMBER || !number_int(step.text, step.size, &index)))
        return VALUE_NONE;
    if (from.type == VALUE_OBJECT && step.type != VALUE_STRING)
        return VALUE_NONE;
    if (from.type != VALUE_ARRAY && from.type != VALUE_OBJECT)
        return VALUE_NONE;
    iter = json_iter_of(from.text);
    if (index < 0) {
        while (json_iter_next(&iter))
            index++;
        iter = json_iter_of(from.text);
        if (index < 0)
            return VALUE_NONE;
    }
    while (json_iter_next(&iter))
        if (iter.object ? iter.key_size == step.size && memcmp(iter.key, step.text, step.size) == 0
                        : at++ == index)
            found = value_of(iter.value, iter.value_size);
    return found;
}

/* get(value, step, ...) */
struct value function_get(const struct value *args, size_t count, struct arena *scratch)
{
    struct value value = args[0];

    for (size_t i = 1; i < count; i++)
        value = get(value, args[i]);
    (void)scratch;
    return value;
}

/* path(value, "a.b") or path(value, ["a", "b.c", 0]) */
struct value function_path(const struct value *args, size_t count, struct arena *scratch)
{
    struct path *path = path_new(scratch, args[1]);

    (void)count;
    return path ? path_get_in(path, args[0]) : VALUE_NONE;
}

const char *function_path_fault(const struct value *args, size_t count, struct arena *scratch,
                                size_t *wrong)
{
    (void)count;
    *wrong = 1;
    return args[1].text && !path_new(scratch, args[1]) ? "a path, \"a.b\" or [\"a\",\"b\",0]"
                                                       : NULL;
}

struct value function_array_length(const struct value *args, size_t count, struct arena *scratch)
{
    struct json_iter iter;
    int64_t length = 0;

    (void)count;
    if (args[0].type != VALUE_ARRAY)
        return make_null();
    iter = json_iter_of(args[0].text);
    while (json_iter_next(&iter))
        length++;
    return make_int(length, scratch);
}

/* In the order of their bytes, so that equal objects have equal keys. */
struct value function_keys(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf canonical = BUF_INIT;
    struct buf keys = BUF_INIT;
    struct json_iter iter;

    (void)count;
    if (args[0].type != VALUE_OBJECT)
        return make_null();
    value_write_canonical(&canonical, args[0]);
    buf_add_byte(&canonical, '\0');
    buf_add_byte(&keys, '[');
    iter = json_iter_of(canonical.bytes);
    while (json_iter_next(&iter)) {
        if (keys.size > 1)
            buf_add_byte(&keys, ',');
        buf_add(&keys, iter.key, iter.key_size);
    }
    buf_add_byte(&keys, ']');
    buf_release(&canonical);
    return make_value(&keys, scratch);
}

/* Missing has no type: missing. */
struct value function_typeof(const struct value *args, size_t count, struct arena *scratch)
{
    static const char *const names[] = {"",       "null",   "boolean", "boolean",
                                        "number", "string", "array",   "object"};
    const char *name = names[args[0].type];

    (void)count;
    return *name ? make_string_of(name, strlen(name), scratch) : VALUE_NONE;
}

/* Whether no pair behind this one gives the same member; `seen` has the keys behind, or there are
 * so few that they are looked through. */
static bool is_last(const struct value *args, size_t count, size_t i, struct hashtab *seen)
{
    uint64_t hash;
    size_t at;

    if (args[i + 1].type == VALUE_MISSING)
        return false;
    if (count <= FEW_MEMBERS) {
        for (size_t j = i + 2; j < count; j += 2)
            if (args[j + 1].type != VALUE_MISSING && value_equal(args[i], args[j]))
                return false;
        return true;
    }
    hash = value_hash(args[i]);
    for (uint32_t j = hashtab_first(seen, hash, &at); j != HASHTAB_NONE;
         j = hashtab_next(seen, hash, &at))
        if (value_equal(args[i], args[j]))
            return false;
    hashtab_insert(seen, hash, (uint32_t)i);
    return true;
}

/* object(key, value, ...): of equal keys the last one; missing values are left out. */
struct value function_object(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    struct hashtab seen = HASHTAB_INIT;
    bool *lasts = ARENA_ARRAY(scratch, bool, count);

    for (size_t i = 0; i < count; i += 2)
        if (args[i].type != VALUE_STRING || count % 2)
            return make_null();
    for (size_t i = count; i > 0; i -= 2)
        lasts[i - 2] = is_last(args, count, i - 2, &seen);
    hashtab_release(&seen);
    buf_add_byte(&text, '{');
    for (size_t i = 0; i < count; i += 2) {
        if (!lasts[i])
            continue;
        if (text.size > 1)
            buf_add_byte(&text, ',');
        buf_add(&text, args[i].text, args[i].size);
        buf_add_byte(&text, ':');
        buf_add(&text, args[i + 1].text, args[i + 1].size);
    }
    buf_add_byte(&text, '}');
    return make_value(&text, scratch);
}

const char *function_object_fault(const struct value *args, size_t count, struct arena *scratch,
                                  size_t *wrong)
{
    (void)scratch;
    for (*wrong = 0; *wrong < count; *wrong += 2)
        if (args[*wrong].text && args[*wrong].type != VALUE_STRING)
            return "a string, the name of a member";
    *wrong = count;
    return count % 2 ? "names and values in turn" : NULL;
}

/* A missing element is null. */
struct value function_array(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;

    buf_add_byte(&text, '[');
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_byte(&text, ',');
        if (args[i].type == VALUE_MISSING)
            buf_add_string(&text, "null");
        else
            buf_add(&text, args[i].text, args[i].size);
    }
    buf_add_byte(&text, ']');
    return make_value(&text, scratch);
}

/* An array whose first element is null has it at its end. */
struct value function_nulls_last(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    const struct value array = args[0];

    (void)count;
    if (array.type != VALUE_ARRAY || strncmp(array.text, "[null,", 6) != 0)
        return array;
    buf_add_byte(&text, '[');
    buf_add(&text, array.text + 6, array.size - 7);
    buf_add_string(&text, ",null]");
    return make_value(&text, scratch);
}

/* A string is itself; numbers in the canonical spelling, so that equal values have equal texts. */
struct value function_to_text(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;

    (void)count;
    if (value_is_unknown(args[0]))
        return make_null();
    if (args[0].type == VALUE_STRING)
        return args[0];
    value_write_canonical(&text, args[0]);
    return make_string(&text, scratch);
}

/* A number's text may have blanks around it and a plus before it, and stand as .5 or 5. */
static bool number_text(struct buf *out, const char *bytes, size_t size)
{
    const char *reason;
    size_t at = 0;

    while (at < size && strchr(" \t\r\n", bytes[at]) && bytes[at])
        at++;
    while (size > at && strchr(" \t\r\n", bytes[size - 1]) && bytes[size - 1])
        size--;
    if (at < size && (bytes[at] == '-' || bytes[at] == '+')) {
        if (bytes[at] == '-')
            buf_add_byte(out, '-');
        at++;
    }
    if (at + 1 < size && bytes[at] == '.')
        buf_add_byte(out, '0');
    while (at + 1 < size && bytes[at] == '0' && bytes[at + 1] >= '0' && bytes[at + 1] <= '9')
        at++;
    for (; at < size; at++) {
        bool point =
            bytes[at] == '.' && (at + 1 == size || bytes[at + 1] == 'e' || bytes[at + 1] == 'E');

        if (!point || (at > 0 && (bytes[at - 1] < '0' || bytes[at - 1] > '9')))
            buf_add_byte(out, bytes[at]);
    }
    return out->size && number_valid(out->bytes, out->size, &reason);
}

struct value function_to_number(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;
    const char *bytes;
    size_t size;

    (void)count;
    if (args[0].type == VALUE_NUMBER)
        return args[0];
    if (args[0].type == VALUE_TRUE || args[0].type == VALUE_FALSE)
        return make_int(args[0].type == VALUE_TRUE, scratch);
    if (string_of(args[0], scratch, &bytes, &size) && number_text(&text, bytes, size))
        return make_value(&text, scratch);
    buf_release(&text);
    return make_null();
}

/* Rounded, halves away from zero. */
struct value function_to_integer(const struct value *args, size_t count, struct arena *scratch)
{
    struct value number = function_to_number(args, count, scratch);

    return number.type == VALUE_NUMBER ? function_round(&number, 1, scratch) : number;
}

/* Numbers are true unless they are 0; texts as PostgreSQL takes them. */
struct value function_to_boolean(const struct value *args, size_t count, struct arena *scratch)
{
    static const char *const words[] = {"true",  "t", "yes", "y", "on",  "1",
                                        "false", "f", "no",  "n", "off", "0"};
    static const size_t half = sizeof(words) / sizeof(words[0]) / 2;
    const char *bytes;
    size_t size;

    (void)count;
    if (args[0].type == VALUE_TRUE || args[0].type == VALUE_FALSE)
        return args[0];
    if (args[0].type == VALUE_NUMBER)
        return truth_value(truth_of(!value_equal(args[0], value_of("0", 1))));
    if (!string_of(args[0], scratch, &bytes, &size))
        return make_null();
    for (size_t i = 0; i < 2 * half; i++)
        if (strlen(words[i]) == size && strncasecmp(words[i], bytes, size) == 0)
            return truth_value(truth_of(i < half));
    return make_null();
}

/* The JSON text of a value. */
struct value function_json_text(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf text = BUF_INIT;

    (void)count;
    if (args[0].type == VALUE_MISSING)
        return VALUE_NONE;
    value_write_canonical(&text, args[0]);
    return make_string(&text, scratch);
}

struct value function_nullif(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    (void)scratch;
    return truth_compare(COMPARE_EQ, args[0], args[1]) == TRUTH_TRUE ? make_null() : args[0];
}

/* By the total order; what is null is left out. */
static struct value extreme(const struct value *args, size_t count, int sign)
{
    struct value best = make_null();

    for (size_t i = 0; i < count; i++)
        if (!value_is_unknown(args[i]) &&
            (value_is_unknown(best) || value_compare(args[i], best) * sign > 0))
            best = args[i];
    return best;
}

struct value function_greatest(const struct value *args, size_t count, struct arena *scratch)
{
    (void)scratch;
    return extreme(args, count, 1);
}

struct value function_least(const struct value *args, size_t count, struct arena *scratch)
{
    (void)scratch;
    return extreme(args, count, -1);
}

/* IS DISTINCT FROM: null and missing are one value, and never unknown. */
struct value function_is_distinct(const struct value *args, size_t count, struct arena *scratch)
{
    bool known = !value_is_unknown(args[0]) && !value_is_unknown(args[1]);
    bool equal = known ? value_equal(args[0], args[1])
                       : value_is_unknown(args[0]) && value_is_unknown(args[1]);

    (void)count;
    (void)scratch;
    return truth_value(truth_of(!equal));
}

/* contains(array, element) or contains(text, part). A third argument says that a null element is
 * asked for. By bytes; UTF-8 makes that right by characters too. */
struct value function_contains(const struct value *args, size_t count, struct arena *scratch)
{
    struct json_iter iter;
    const char *text;
    const char *part;
    size_t text_size;
    size_t part_size;

    if (args[0].type != VALUE_ARRAY) {
        if (!string_of(args[0], scratch, &text, &text_size) ||
            !string_of(args[1], scratch, &part, &part_size))
            return make_null();
        return truth_value(
            truth_of(part_size == 0 || memmem(text, text_size, part, part_size) != NULL));
    }
    if (value_is_unknown(args[1]) && count < 3)
        return make_null();
    iter = json_iter_of(args[0].text);
    while (json_iter_next(&iter))
        if (value_equal(value_of(iter.value, iter.value_size), args[1]))
            return truth_value(TRUTH_TRUE);
    return truth_value(TRUTH_FALSE);
}

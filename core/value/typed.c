/* Values in the forms of the types of SQL; see typed.h. */
#include "value/typed.h"

#include "base/mem.h"
#include "value/double_text.h"
#include "value/json_scan.h"
#include "value/json_write.h"
#include "value/number.h"
#include "value/numeric.h"
#include "value/span.h"
#include "value/time.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { UUID_DIGITS = 32, PRECISION_MAX = 1000, LENGTH_MAX = 10485760 };

static const char *const names[TYPED_KINDS] = {
    [TYPED_SMALLINT] = "smallint",
    [TYPED_INTEGER] = "int4",
    [TYPED_BIGINT] = "bigint",
    [TYPED_NUMERIC] = "numeric",
    [TYPED_REAL] = "real",
    [TYPED_DOUBLE] = "double precision",
    [TYPED_BOOLEAN] = "bool",
    [TYPED_TEXT] = "text",
    [TYPED_VARCHAR] = "varchar",
    [TYPED_CHAR] = "char",
    [TYPED_UUID] = "uuid",
    [TYPED_DATE] = "date",
    [TYPED_TIME] = "time",
    [TYPED_TIMESTAMP] = "timestamp",
    [TYPED_TIMESTAMPTZ] = "timestamptz",
    [TYPED_INTERVAL] = "interval",
    [TYPED_JSON] = "json",
};

static bool take_int(const char **at, const char *end, int most, int *number)
{
    const char *first = *at;

    *number = 0;
    for (; *at < end && **at >= '0' && **at <= '9' && *number <= most; (*at)++)
        *number = *number * 10 + (**at - '0');
    return *at > first && *number <= most;
}

bool typed_read(const char *text, size_t size, struct typed *type)
{
    const char *at = text;
    const char *end = text + size;
    size_t length;

    *type = (struct typed){TYPED_SMALLINT, -1, -1, false};
    if (size > 2 && memcmp(end - 2, "[]", 2) == 0) {
        type->array = true;
        end -= 2;
    }
    while (at < end && *at != '(')
        at++;
    length = (size_t)(at - text);
    for (; type->kind < TYPED_KINDS; type->kind++)
        if (strlen(names[type->kind]) == length && memcmp(names[type->kind], text, length) == 0)
            break;
    if (type->kind == TYPED_KINDS)
        return false;
    if (at == end)
        return true;
    at++;
    if (type->kind == TYPED_NUMERIC) {
        if (!take_int(&at, end, PRECISION_MAX, &type->size) || type->size == 0 || at == end)
            return false;
        type->scale = 0;
        if (*at == ',') {
            at++;
            if (!take_int(&at, end, PRECISION_MAX, &type->scale))
                return false;
        }
    } else if ((type->kind != TYPED_VARCHAR && type->kind != TYPED_CHAR) ||
               !take_int(&at, end, LENGTH_MAX, &type->size) || type->size == 0) {
        return false;
    }
    return at + 1 == end && *at == ')';
}

void typed_write(struct buf *buf, const struct typed *type)
{
    buf_add_string(buf, names[type->kind]);
    if (type->size >= 0 && type->kind == TYPED_NUMERIC)
        buf_add_format(buf, "(%d,%d)", type->size, type->scale);
    else if (type->size >= 0)
        buf_add_format(buf, "(%d)", type->size);
    if (type->array)
        buf_add_string(buf, "[]");
}

/* The bytes of a string without blanks around; of other values their JSON. */
struct text {
    const char *bytes;
    size_t size;
    struct buf scratch;
};

static struct text text_of(struct value value, bool trim)
{
    struct text text = {value.text, value.size, BUF_INIT};

    if (value.type == VALUE_STRING)
        text.bytes = value_string(value, &text.scratch, &text.size);
    while (trim && text.size && strchr(" \t\r\n", text.bytes[0]) && text.bytes[0]) {
        text.bytes++;
        text.size--;
    }
    while (trim && text.size && strchr(" \t\r\n", text.bytes[text.size - 1]) &&
           text.bytes[text.size - 1])
        text.size--;
    return text;
}

/* A number that stands as itself or in text, which may have a plus before it or stand as .5 or 5.
 */
static bool number_of(struct value value, struct buf *out)
{
    struct text text = text_of(value, true);
    const char *at = text.bytes;
    const char *end = text.bytes + text.size;
    const char *reason;

    if (value.type != VALUE_NUMBER && value.type != VALUE_STRING)
        return false;
    if (at < end && *at == '-')
        buf_add_byte(out, '-');
    at += at < end && (*at == '-' || *at == '+');
    while (at + 1 < end && at[0] == '0' && at[1] >= '0' && at[1] <= '9')
        at++;
    if (at + 1 < end && *at == '.')
        buf_add_byte(out, '0');
    for (; at < end; at++)
        if (*at != '.' || (at + 1 < end && at[1] >= '0' && at[1] <= '9') || out->size == 0 ||
            out->bytes[out->size - 1] == '-')
            buf_add_byte(out, *at);
    buf_release(&text.scratch);
    return out->size && number_valid(out->bytes, out->size, &reason);
}

static bool in_kind(enum typed_kind kind, int64_t number)
{
    if (kind == TYPED_SMALLINT)
        return number >= INT16_MIN && number <= INT16_MAX;
    return kind == TYPED_BIGINT || (number >= INT32_MIN && number <= INT32_MAX);
}

static bool take_integer(const struct typed *type, const struct buf *text, bool cast,
                         struct buf *out)
{
    struct decimal number;
    struct decimal whole;
    bool ok;

    if (!decimal_read(&number, text->bytes, text->size))
        return false;
    whole = decimal_round(&number, 0);
    ok = !whole.large && whole.small >= INT64_MIN && whole.small <= INT64_MAX &&
         in_kind(type->kind, (int64_t)whole.small) &&
         (cast || decimal_compare(&number, &whole) == 0);
    if (ok)
        buf_add_int(out, (int64_t)whole.small);
    decimal_release(&number);
    decimal_release(&whole);
    return ok;
}

static bool take_numeric(const struct typed *type, const struct buf *text, struct buf *out)
{
    struct decimal number;
    struct decimal rounded;
    struct decimal limit;
    bool ok = true;

    if (!decimal_read(&number, text->bytes, text->size))
        return false;
    if (type->size < 0) {
        decimal_write_exact(out, &number);
    } else {
        rounded = decimal_round(&number, type->scale);
        limit = decimal_of_int(1);
        for (int i = type->scale; i < type->size; i++) {
            struct decimal ten = decimal_of_int(10);
            struct decimal more = decimal_product(&limit, &ten);

            decimal_release(&limit);
            limit = more;
        }
        ok = decimal_compare(&rounded, &limit) < 0;
        decimal_negate(&limit);
        ok = ok && decimal_compare(&rounded, &limit) > 0;
        if (ok)
            decimal_write_exact(out, &rounded);
        decimal_release(&rounded);
        decimal_release(&limit);
    }
    decimal_release(&number);
    return ok;
}

static bool take_float(const struct typed *type, const struct buf *text, struct buf *out)
{
    double number = number_double(text->bytes, text->size);

    if (type->kind == TYPED_REAL && isfinite(number)) {
        /* the shortest digits of a float are at most nine */
        float single = (float)number;

        for (int digits = 1; digits <= 9 && isfinite(single); digits++) {
            char shorter[32];
            int size = snprintf(shorter, sizeof(shorter), "%.*e", digits - 1, (double)single);

            if ((float)number_double(shorter, (size_t)size) == single || digits == 9) {
                number_write_canonical(out, shorter, (size_t)size);
                return true;
            }
        }
        return false;
    }
    if (!isfinite(number))
        return false;
    decimal_write_double(out, number);
    return true;
}

static bool take_number(const struct typed *type, struct value value, bool cast, struct buf *out)
{
    struct buf text = BUF_INIT;
    bool ok = number_of(value, &text);

    if (ok && type->kind <= TYPED_BIGINT)
        ok = take_integer(type, &text, cast && value.type == VALUE_NUMBER, out);
    else if (ok && type->kind == TYPED_NUMERIC)
        ok = take_numeric(type, &text, out);
    else if (ok)
        ok = take_float(type, &text, out);
    buf_release(&text);
    return ok;
}

static bool take_boolean(struct value value, bool cast, struct buf *out)
{
    static const char *const words[] = {"true",  "t", "yes", "y", "on",  "1",
                                        "false", "f", "no",  "n", "off", "0"};
    enum { WORDS = sizeof(words) / sizeof(words[0]) };
    struct text text;
    bool found = false;

    if (value.type == VALUE_TRUE || value.type == VALUE_FALSE) {
        buf_add(out, value.text, value.size);
        return true;
    }
    if (value.type == VALUE_NUMBER && cast) {
        buf_add_string(out, number_compare(value.text, value.size, "0", 1) ? "true" : "false");
        return true;
    }
    if (value.type != VALUE_STRING)
        return false;
    text = text_of(value, true);
    for (size_t i = 0; i < WORDS && !found; i++)
        if (strlen(words[i]) == text.size && strncasecmp(words[i], text.bytes, text.size) == 0) {
            buf_add_string(out, i < WORDS / 2 ? "true" : "false");
            found = true;
        }
    buf_release(&text.scratch);
    return found;
}

/* Bytes of the first `count` characters. */
static size_t first_characters(const char *bytes, size_t size, size_t count)
{
    size_t at = 0;

    for (; at < size; at++)
        if (((unsigned char)bytes[at] & 0xc0) != 0x80 && count-- == 0)
            break;
    return at;
}

static bool take_text(const struct typed *type, struct value value, bool cast, struct buf *out)
{
    struct buf canonical = BUF_INIT;
    struct text text;
    size_t kept;
    bool ok = true;

    if (value.type == VALUE_STRING && type->size < 0 && type->kind != TYPED_CHAR) {
        buf_add(out, value.text, value.size);
        return true;
    }
    if (value.type > VALUE_STRING && !cast)
        return false;
    if (value.type == VALUE_STRING) {
        text = text_of(value, false);
    } else {
        value_write_canonical(&canonical, value);
        text = (struct text){canonical.bytes, canonical.size, BUF_INIT};
    }
    if (type->kind == TYPED_CHAR)
        while (text.size && text.bytes[text.size - 1] == ' ')
            text.size--;
    kept = type->size < 0 ? text.size : first_characters(text.bytes, text.size, (size_t)type->size);
    for (size_t i = kept; i < text.size && !cast; i++)
        ok = ok && text.bytes[i] == ' ';
    if (ok)
        json_write_string(out, text.bytes, kept);
    buf_release(&text.scratch);
    buf_release(&canonical);
    return ok;
}

static bool take_uuid(struct value value, struct buf *out)
{
    struct text text = text_of(value, true);
    char digits[UUID_DIGITS];
    size_t count = 0;
    bool ok = value.type == VALUE_STRING;

    if (text.size > 2 && text.bytes[0] == '{' && text.bytes[text.size - 1] == '}') {
        text.bytes++;
        text.size -= 2;
    }
    for (size_t i = 0; ok && i < text.size; i++) {
        char c = text.bytes[i];

        if (c == '-' && count && count % 4 == 0)
            continue;
        if (c >= 'A' && c <= 'F')
            c = (char)(c | 0x20);
        ok = count < UUID_DIGITS && ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
        if (ok)
            digits[count++] = c;
    }
    buf_release(&text.scratch);
    if (!ok || count != UUID_DIGITS)
        return false;
    buf_add_format(out, "\"%.8s-%.4s-%.4s-%.4s-%.12s\"", digits, digits + 8, digits + 12,
                   digits + 16, digits + 20);
    return true;
}

static bool take_clock(const struct text *text, struct buf *out)
{
    struct buf full = BUF_INIT;
    int64_t time;
    int offset;
    bool ok;

    buf_add_string(&full, "1970-01-01T");
    buf_add(&full, text->bytes, text->size);
    /* the clock of a timestamp is its time */
    ok = text->size > 11 && text->bytes[4] == '-'
             ? time_read_local(text->bytes, text->size, &time, &offset)
             : time_read_local(full.bytes, full.size, &time, &offset);
    buf_clear(&full);
    if (ok) {
        time_write_local(&full, time);
        buf_add_format(out, "\"%.*s\"", (int)full.size - 11, full.bytes + 11);
    }
    buf_release(&full);
    return ok;
}

static bool take_time(const struct typed *type, struct value value, bool cast, struct buf *out)
{
    struct text text = text_of(value, true);
    struct buf written = BUF_INIT;
    int64_t time = 0;
    int offset;
    bool ok = value.type == VALUE_STRING;

    if (ok && type->kind == TYPED_TIME) {
        ok = take_clock(&text, out);
    } else if (ok) {
        ok = time_read_local(text.bytes, text.size, &time, &offset);
        if (type->kind == TYPED_TIMESTAMPTZ)
            time -= offset * TIME_SECOND;
        else if (offset && !cast)
            ok = false;
        ok = ok && time >= TIME_MIN && time <= TIME_MAX;
        if (ok)
            time_write_local(&written, time);
        if (ok)
            buf_add_format(out, "\"%.*s%s\"", type->kind == TYPED_DATE ? 10 : (int)written.size,
                           written.bytes, type->kind == TYPED_TIMESTAMPTZ ? "+00:00" : "");
    }
    buf_release(&written);
    buf_release(&text.scratch);
    return ok;
}

static bool take_interval(struct value value, struct buf *out)
{
    struct text text = text_of(value, true);
    struct span span;
    bool ok = value.type == VALUE_STRING && span_read(text.bytes, text.size, &span);

    if (ok) {
        buf_add_byte(out, '"');
        span_write(out, &span);
        buf_add_byte(out, '"');
    }
    buf_release(&text.scratch);
    return ok;
}

static bool take_array(const struct typed *type, struct value value, bool cast, struct buf *out)
{
    struct typed element = *type;
    struct json_iter iter;
    size_t start = out->size;
    bool ok = true;

    if (value.type != VALUE_ARRAY)
        return false;
    element.array = false;
    buf_add_byte(out, '[');
    iter = json_iter_of(value.text);
    while (ok && json_iter_next(&iter)) {
        struct value item = value_of(iter.value, iter.value_size);

        if (out->size > start + 1)
            buf_add_byte(out, ',');
        ok = typed_take(item.type == VALUE_ARRAY ? type : &element, item, cast, out);
    }
    buf_add_byte(out, ']');
    if (!ok)
        out->size = start;
    return ok;
}

bool typed_take(const struct typed *type, struct value value, bool cast, struct buf *out)
{
    if (value_is_unknown(value)) {
        buf_add_string(out, "null");
        return true;
    }
    if (type->array)
        return take_array(type, value, cast, out);
    switch (type->kind) {
    case TYPED_SMALLINT:
    case TYPED_INTEGER:
    case TYPED_BIGINT:
    case TYPED_NUMERIC:
    case TYPED_REAL:
    case TYPED_DOUBLE:
        return take_number(type, value, cast, out);
    case TYPED_BOOLEAN:
        return take_boolean(value, cast, out);
    case TYPED_TEXT:
    case TYPED_VARCHAR:
    case TYPED_CHAR:
        return take_text(type, value, cast, out);
    case TYPED_UUID:
        return take_uuid(value, out);
    case TYPED_DATE:
    case TYPED_TIME:
    case TYPED_TIMESTAMP:
    case TYPED_TIMESTAMPTZ:
        return take_time(type, value, cast, out);
    case TYPED_INTERVAL:
        return take_interval(value, out);
    case TYPED_JSON:
    case TYPED_KINDS:
        break;
    }
    buf_add(out, value.text, value.size);
    return true;
}

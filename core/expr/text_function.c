/*
 * Functions of strings. Characters are those of Unicode, not bytes; letter case is the C.UTF-8
 * locale's, which every machine has and nothing in the environment changes.
 */
#include "base/buf.h"
#include "expr/function.h"
#include "value/json_write.h"
#include "value/number.h"

#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <wctype.h>

enum { REPEAT_MAX = 1 << 28 }; /* bytes that a repeated string may have */

/* A string. */
struct text {
    const char *bytes;
    size_t size;
};

static bool read_text(struct text *text, struct value value, struct arena *scratch)
{
    return string_of(value, scratch, &text->bytes, &text->size);
}

static bool read_int(struct value value, int64_t *number)
{
    return value.type == VALUE_NUMBER && number_int(value.text, value.size, number);
}

/* The bytes of the character at `at`; strings are valid UTF-8. */
static size_t character_size(const struct text *text, size_t at)
{
    size_t size = 1;

    while (at + size < text->size && ((unsigned char)text->bytes[at + size] & 0xc0) == 0x80)
        size++;
    return size;
}

static int64_t character_count(const struct text *text)
{
    int64_t count = 0;

    for (size_t i = 0; i < text->size; i++)
        count += ((unsigned char)text->bytes[i] & 0xc0) != 0x80;
    return count;
}

/* Where the n-th character (from 0) begins; the end if there are fewer. */
static size_t character_at(const struct text *text, int64_t n)
{
    size_t at = 0;

    for (; n > 0 && at < text->size; n--)
        at += character_size(text, at);
    return at;
}

static wint_t decode(const char *bytes, size_t size)
{
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    wint_t code = (unsigned char)bytes[0] & masks[size];

    for (size_t i = 1; i < size; i++)
        code = code << 6 | ((unsigned char)bytes[i] & 0x3f);
    return code;
}

static void encode(struct buf *buf, wint_t code)
{
    static const unsigned char heads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    int size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    buf_add_byte(buf, (char)(heads[size] | code >> (6 * (size - 1))));
    for (int i = size - 2; i >= 0; i--)
        buf_add_byte(buf, (char)(0x80 | (code >> (6 * i) & 0x3f)));
}

static locale_t locale;

static void make_locale(void)
{
    locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/* Made once and kept: it is the same for all. */
static locale_t unicode(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, make_locale);
    return locale;
}

static struct value change_case(struct value value, bool upper, struct arena *scratch)
{
    struct buf out = BUF_INIT;
    struct text text;
    locale_t letters = unicode();

    if (!read_text(&text, value, scratch))
        return make_null();
    for (size_t i = 0, size; i < text.size; i += size) {
        wint_t code;

        size = character_size(&text, i);
        code = decode(text.bytes + i, size);
        if (letters)
            code = upper ? towupper_l(code, letters) : towlower_l(code, letters);
        encode(&out, code);
    }
    return make_string(&out, scratch);
}

struct value function_lower(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return change_case(args[0], false, scratch);
}

struct value function_upper(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return change_case(args[0], true, scratch);
}

struct value function_length(const struct value *args, size_t count, struct arena *scratch)
{
    struct text text;

    (void)count;
    return read_text(&text, args[0], scratch) ? make_int(character_count(&text), scratch)
                                              : make_null();
}

/* substr(text, from[, length]): from counts from 1, and may lie before the text, as in SQL. */
struct value function_substr(const struct value *args, size_t count, struct arena *scratch)
{
    struct text text;
    int64_t from;
    int64_t length = INT64_MAX;
    int64_t end;
    size_t start;

    if (!read_text(&text, args[0], scratch) || !read_int(args[1], &from) ||
        (count == 3 && !read_int(args[2], &length)) || length < 0)
        return make_null();
    if (__builtin_add_overflow(from, length, &end))
        end = INT64_MAX;
    if (from < 1)
        from = 1;
    start = character_at(&text, from - 1);
    return make_string_of(text.bytes + start,
                          end <= from ? 0 : character_at(&text, end - 1) - start, scratch);
}

/* A string's bytes, or any other value's JSON: equal values have equal texts. */
static void add_text(struct buf *out, struct value value, struct arena *scratch)
{
    struct text text;

    if (read_text(&text, value, scratch))
        buf_add(out, text.bytes, text.size);
    else
        value_write_canonical(out, value);
}

/* What is null is left out. */
struct value function_concat(const struct value *args, size_t count, struct arena *scratch)
{
    struct buf out = BUF_INIT;

    for (size_t i = 0; i < count; i++)
        if (!value_is_unknown(args[i]))
            add_text(&out, args[i], scratch);
    return make_string(&out, scratch);
}

/* SQL's ||: null if one is. */
struct value function_append(const struct value *args, size_t count, struct arena *scratch)
{
    for (size_t i = 0; i < count; i++)
        if (value_is_unknown(args[i]))
            return make_null();
    return function_concat(args, count, scratch);
}

static bool is_among(const struct text *set, const char *character, size_t size)
{
    for (size_t i = 0; i < set->size; i += character_size(set, i))
        if (character_size(set, i) == size && memcmp(set->bytes + i, character, size) == 0)
            return true;
    return false;
}

static struct value trim(const struct value *args, size_t count, bool left, bool right,
                         struct arena *scratch)
{
    struct text text;
    struct text set = {" ", 1};
    size_t from = 0;
    size_t end;

    if (!read_text(&text, args[0], scratch) || (count == 2 && !read_text(&set, args[1], scratch)))
        return make_null();
    while (left && from < text.size &&
           is_among(&set, text.bytes + from, character_size(&text, from)))
        from += character_size(&text, from);
    end = text.size;
    while (right && end > from) {
        size_t before = end - 1;

        while (before > from && ((unsigned char)text.bytes[before] & 0xc0) == 0x80)
            before--;
        if (!is_among(&set, text.bytes + before, end - before))
            break;
        end = before;
    }
    return make_string_of(text.bytes + from, end - from, scratch);
}

struct value function_trim(const struct value *args, size_t count, struct arena *scratch)
{
    return trim(args, count, true, true, scratch);
}

struct value function_ltrim(const struct value *args, size_t count, struct arena *scratch)
{
    return trim(args, count, true, false, scratch);
}

struct value function_rtrim(const struct value *args, size_t count, struct arena *scratch)
{
    return trim(args, count, false, true, scratch);
}

static const char *find(const struct text *text, size_t from, const struct text *part)
{
    return part->size ? memmem(text->bytes + from, text->size - from, part->bytes, part->size)
                      : NULL;
}

struct value function_replace(const struct value *args, size_t count, struct arena *scratch)
{
    struct text text;
    struct text part;
    struct text by;
    struct buf out = BUF_INIT;
    size_t from = 0;

    (void)count;
    if (!read_text(&text, args[0], scratch) || !read_text(&part, args[1], scratch) ||
        !read_text(&by, args[2], scratch))
        return make_null();
    for (const char *hit = find(&text, 0, &part); hit; hit = find(&text, from, &part)) {
        size_t at = (size_t)(hit - text.bytes);

        buf_add(&out, text.bytes + from, at - from);
        buf_add(&out, by.bytes, by.size);
        if (out.size > REPEAT_MAX) {
            buf_release(&out);
            return make_null();
        }
        from = at + part.size;
    }
    buf_add(&out, text.bytes + from, text.size - from);
    return make_string(&out, scratch);
}

/* split_part(text, separator, n): the n-th part, from 1, or from the end below 0; "" if there is
 * none. */
struct value function_split_part(const struct value *args, size_t count, struct arena *scratch)
{
    struct text text;
    struct text part;
    int64_t n;
    int64_t parts = 1;
    size_t from = 0;
    const char *hit;

    (void)count;
    if (!read_text(&text, args[0], scratch) || !read_text(&part, args[1], scratch) ||
        !read_int(args[2], &n) || n == 0)
        return make_null();
    if (n < 0) {
        for (hit = find(&text, 0, &part); hit;
             hit = find(&text, (size_t)(hit - text.bytes) + part.size, &part))
            parts++;
        n += parts + 1;
    }
    for (hit = find(&text, 0, &part); n > 1 && hit; n--) {
        from = (size_t)(hit - text.bytes) + part.size;
        hit = find(&text, from, &part);
    }
    if (n != 1)
        return make_string_of("", 0, scratch);
    return make_string_of(text.bytes + from, (hit ? (size_t)(hit - text.bytes) : text.size) - from,
                          scratch);
}

/* position(part, text): where it begins, from 1; 0: nowhere. */
struct value function_position(const struct value *args, size_t count, struct arena *scratch)
{
    struct text part;
    struct text text;
    const char *hit;

    (void)count;
    if (!read_text(&part, args[0], scratch) || !read_text(&text, args[1], scratch))
        return make_null();
    if (part.size == 0)
        return make_int(1, scratch);
    hit = find(&text, 0, &part);
    if (!hit)
        return make_int(0, scratch);
    text.size = (size_t)(hit - text.bytes);
    return make_int(character_count(&text) + 1, scratch);
}

struct value function_starts_with(const struct value *args, size_t count, struct arena *scratch)
{
    struct text text;
    struct text part;

    (void)count;
    if (!read_text(&text, args[0], scratch) || !read_text(&part, args[1], scratch))
        return make_null();
    return truth_value(
        truth_of(part.size <= text.size && memcmp(text.bytes, part.bytes, part.size) == 0));
}

struct value function_ends_with(const struct value *args, size_t count, struct arena *scratch)
{
    struct text text;
    struct text part;

    (void)count;
    if (!read_text(&text, args[0], scratch) || !read_text(&part, args[1], scratch))
        return make_null();
    return truth_value(truth_of(part.size <= text.size && memcmp(text.bytes + text.size - part.size,
                                                                 part.bytes, part.size) == 0));
}

/* left(text, n), right(text, n): n characters; below 0: all but so many. */
static struct value end_of(const struct value *args, bool left, struct arena *scratch)
{
    struct text text;
    int64_t n;
    int64_t length;
    size_t at;

    if (!read_text(&text, args[0], scratch) || !read_int(args[1], &n))
        return make_null();
    length = character_count(&text);
    if (n < 0)
        n = n < -length ? 0 : length + n;
    if (n > length)
        n = length;
    at = character_at(&text, left ? n : length - n);
    return left ? make_string_of(text.bytes, at, scratch)
                : make_string_of(text.bytes + at, text.size - at, scratch);
}

struct value function_left(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return end_of(args, true, scratch);
}

struct value function_right(const struct value *args, size_t count, struct arena *scratch)
{
    (void)count;
    return end_of(args, false, scratch);
}

struct value function_repeat(const struct value *args, size_t count, struct arena *scratch)
{
    struct text text;
    struct buf out = BUF_INIT;
    int64_t n;

    (void)count;
    if (!read_text(&text, args[0], scratch) || !read_int(args[1], &n) ||
        (text.size && n > REPEAT_MAX / (int64_t)text.size))
        return make_null();
    for (; text.size && n > 0; n--)
        buf_add(&out, text.bytes, text.size);
    return make_string(&out, scratch);
}

struct value function_reverse(const struct value *args, size_t count, struct arena *scratch)
{
    struct text text;
    struct buf out = BUF_INIT;
    size_t end;

    (void)count;
    if (!read_text(&text, args[0], scratch))
        return make_null();
    end = text.size;
    while (end > 0) {
        size_t start = end - 1;

        while (start > 0 && ((unsigned char)text.bytes[start] & 0xc0) == 0x80)
            start--;
        buf_add(&out, text.bytes + start, end - start);
        end = start;
    }
    return make_string(&out, scratch);
}

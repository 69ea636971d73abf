/*
 * Patterns of ~ and SIMILAR TO, said as PCRE2 has them. A pattern is a literal, so what means
 * something else there, or nothing in PostgreSQL, is refused where the plan is read.
 *
 * PostgreSQL finds the longest match and PCRE2 the first one; whether there is one is the same.
 */
#include "sql/bind.h"

#include <string.h>

/* What PostgreSQL writes behind a backslash, and how PCRE2 does. */
static const struct {
    char letter;
    const char *pcre;
} escapes[] = {
    {'d', "\\d"},   {'D', "\\D"}, {'s', "\\s"}, {'S', "\\S"},        {'w', "\\w"},
    {'W', "\\W"},   {'y', "\\b"}, {'Y', "\\B"}, {'m', "\\b(?=\\w)"}, {'M', "\\b(?<=\\w)"},
    {'A', "\\A"},   {'Z', "\\z"}, {'a', "\\a"}, {'b', "\\x08"},      {'B', "\\\\"},
    {'e', "\\e"},   {'f', "\\f"}, {'n', "\\n"}, {'r', "\\r"},        {'t', "\\t"},
    {'v', "\\x0b"},
};

static const char *escape_of(char letter)
{
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
        if (escapes[i].letter == letter)
            return escapes[i].pcre;
    return NULL;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* \u00e9 and \U000000e9: the number of digits; 0: it is none. */
static size_t code_size(const char *at)
{
    size_t size = *at == 'u' ? 4 : *at == 'U' ? 8 : 0;

    return size && strspn(at + 1, "0123456789abcdefABCDEF") >= size ? size : 0;
}

/* What stands behind a backslash. Returns behind it; NULL: PostgreSQL has no such escape. */
static const char *add_escape(struct buf *buf, const char *at, bool bracket)
{
    const char *pcre = escape_of(*at);
    size_t size = code_size(at);

    if (size) {
        buf_add_format(buf, "\\x{%.*s}", (int)size, at + 1);
        return at + 1 + size;
    }
    if (is_letter(*at)) {
        if (!pcre || (bracket && strchr("yYmMAZDSW", *at)))
            return NULL;
        buf_add_string(buf, pcre);
        return at + 1;
    }
    if (!*at || (is_digit(*at) && bracket))
        return NULL;
    buf_add_byte(buf, '\\');
    do /* a back reference, or a character of any size */
        buf_add_byte(buf, *at++);
    while (((unsigned char)*at & 0xc0) == 0x80);
    return at;
}

/* [...], which ends at the first ] that is not the first in it. */
static const char *add_bracket(struct buf *buf, const char *at)
{
    buf_add_byte(buf, *at++);
    if (*at == '^')
        buf_add_byte(buf, *at++);
    if (*at == ']') {
        buf_add_string(buf, "\\]");
        at++;
    }
    while (*at && *at != ']') {
        size_t size = 1;

        if (at[0] == '[' && at[1] == ':') {
            const char *end = strstr(at + 2, ":]");

            if (!end)
                return NULL;
            size = (size_t)(end + 2 - at);
        } else if (at[0] == '[' && (at[1] == '.' || at[1] == '=')) {
            return NULL;
        } else if (*at == '[') {
            buf_add_byte(buf, '\\');
        } else if (*at == '\\') {
            at = add_escape(buf, at + 1, true);
            if (!at)
                return NULL;
            continue;
        }
        buf_add(buf, at, size);
        at += size;
    }
    if (!*at)
        return NULL;
    buf_add_byte(buf, ']');
    return at + 1;
}

/* (?i) and the like at the very beginning. */
static const char *add_options(struct buf *buf, const char *at, bool folded)
{
    bool newlines = false;
    bool expanded = false;

    if (at[0] == '(' && at[1] == '?' && is_letter(at[2])) {
        for (at += 2; *at && *at != ')'; at++) {
            if (!strchr("cimnstx", *at))
                return NULL;
            folded = *at == 'i' || (folded && *at != 'c');
            newlines = *at == 'n' || *at == 'm' || (newlines && *at != 's');
            expanded = *at == 'x' || (expanded && *at != 't');
        }
        if (!*at++)
            return NULL;
    }
    if (folded || newlines || expanded)
        buf_add_format(buf, "(?%s%s%s)", folded ? "i" : "", newlines ? "m" : "s",
                       expanded ? "x" : "");
    else
        buf_add_string(buf, "(?s)");
    return at;
}

static bool translate(struct buf *buf, const char *at, bool folded)
{
    if (strncmp(at, "***", 3) == 0)
        return false;
    at = add_options(buf, at, folded);
    while (at && *at) {
        if (*at == '\\')
            at = add_escape(buf, at + 1, false);
        else if (*at == '[')
            at = add_bracket(buf, at);
        else if (at[0] == '(' && (at[1] == '*' || (at[1] == '?' && !strchr(":=!<", at[2]))))
            return false;
        else
            buf_add_byte(buf, *at++);
    }
    return at != NULL;
}

const char *sql_regex(struct sql *sql, const char *pattern, bool folded)
{
    struct buf buf = BUF_INIT;

    if (translate(&buf, pattern, folded))
        return sql_take(sql, &buf);
    buf_release(&buf);
    return NULL;
}

/* %, _ and what SIMILAR TO shares with regular expressions. `escape`: a character, or empty. */
const char *sql_similar(struct sql *sql, const char *at, const char *escape)
{
    struct buf buf = BUF_INIT;
    bool bracket = false;

    buf_add_string(&buf, "(?s)\\A(?:");
    while (at && *at) {
        if (*escape && strncmp(at, escape, strlen(escape)) == 0) {
            at += strlen(escape);
            at = *at == '"' ? NULL : add_escape(&buf, at, bracket); /* "" are for substring() */
            continue;
        }
        if (*at == '\\' || (!bracket && strchr(".^$", *at)) ||
            (bracket && *at == '[' && at[1] != ':'))
            buf_add_byte(&buf, '\\');
        if (!bracket && *at == '%')
            buf_add_string(&buf, ".*");
        else if (!bracket && *at == '_')
            buf_add_byte(&buf, '.');
        else
            buf_add_byte(&buf, *at);
        bracket = bracket ? *at != ']' : *at == '[';
        at++;
    }
    if (at && !bracket) {
        buf_add_string(&buf, ")\\z");
        return sql_take(sql, &buf);
    }
    buf_release(&buf);
    return NULL;
}

/* LIKE by hand, ILIKE and regular expressions by PCRE2. */
#include "expr/pattern.h"

#include "base/buf.h"
#include "base/crew.h"
#include "base/mem.h"

#include <stdint.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { MATCH_LIMIT = 1000000, DEPTH_LIMIT = 10000, HEAP_LIMIT_KIB = 20000 };

/* What a byte of a LIKE pattern asks for. */
enum like_kind { LIKE_BYTE, LIKE_CHARACTER, LIKE_RUN };

struct like_token {
    unsigned char kind;
    char byte;
};

struct pattern {
    struct like_token *tokens; /* LIKE */
    size_t count;
    pcre2_code *code; /* the others */
    pcre2_match_data *data;
    pcre2_match_context *context;
};

static size_t character_size(const char *p)
{
    unsigned char lead = (unsigned char)*p;

    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

static bool like_tokens(struct pattern *pattern, const char *text, size_t size, const char *escape,
                        size_t escape_size, struct err *err)
{
    pattern->tokens = mem_alloc(size * sizeof(*pattern->tokens));
    for (size_t i = 0; i < size; i++) {
        struct like_token token = {LIKE_BYTE, text[i]};

        if (escape && size - i >= escape_size && memcmp(text + i, escape, escape_size) == 0) {
            i += escape_size;
            if (i == size) {
                (void)err_set(err, ERR_USAGE, "pattern %s ends with its escape character",
                              quote(text, size).text);
                return false;
            }
            token.byte = text[i];
        } else if (text[i] == '%') {
            token.kind = LIKE_RUN;
        } else if (text[i] == '_') {
            token.kind = LIKE_CHARACTER;
        }
        pattern->tokens[pattern->count++] = token;
    }
    return true;
}

static bool compile(struct pattern *pattern, const char *text, size_t size, uint32_t options,
                    struct err *err)
{
    int code;
    size_t offset;

    pattern->code =
        pcre2_compile((PCRE2_SPTR)text, size, PCRE2_UTF | options, &code, &offset, NULL);
    if (!pattern->code) {
        PCRE2_UCHAR message[160] = "";

        (void)pcre2_get_error_message(code, message, sizeof(message));
        (void)err_set(err, ERR_USAGE, "regular expression %s: %s at byte %zu",
                      quote(text, size).text, (const char *)message, offset + 1);
        return false;
    }
    pattern->data = pcre2_match_data_create_from_pattern(pattern->code, NULL);
    pattern->context = pcre2_match_context_create(NULL);
    if (!pattern->data || !pattern->context) {
        (void)err_set(err, ERR_USAGE, "no memory for a regular expression");
        return false;
    }
    pcre2_set_match_limit(pattern->context, MATCH_LIMIT);
    pcre2_set_depth_limit(pattern->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(pattern->context, HEAP_LIMIT_KIB);
    return true;
}

static void add_token(struct buf *regex, const struct like_token *token)
{
    if (token->kind == LIKE_CHARACTER)
        buf_add_byte(regex, '.');
    else if (token->byte && strchr("\\^$.[|()?*+{", token->byte))
        buf_add(regex, (const char[]){'\\', token->byte}, 2);
    else
        buf_add_byte(regex, token->byte);
}

/*
 * The same tokens as a regular expression that ignores case. What stands between two runs is best
 * found as early as possible, once and for all: an atomic group, so that nothing is tried again and
 * the time is linear. Only the last part must meet the end.
 */
static bool compile_tokens(struct pattern *pattern, struct err *err)
{
    struct buf regex = BUF_INIT;
    size_t last = pattern->count; /* where the last run stands */
    bool open = false;
    bool ok;

    for (size_t i = 0; i < pattern->count; i++)
        if (pattern->tokens[i].kind == LIKE_RUN)
            last = i;
    buf_add_string(&regex, "\\A");
    for (size_t i = 0; i < pattern->count; i++) {
        if (pattern->tokens[i].kind != LIKE_RUN) {
            add_token(&regex, &pattern->tokens[i]);
            continue;
        }
        if (open)
            buf_add_byte(&regex, ')');
        open = i != last;
        buf_add_string(&regex, open ? "(?>.*?" : i + 1 < pattern->count ? ".*" : "");
    }
    if (last == pattern->count || last + 1 < pattern->count)
        buf_add_string(&regex, "\\z");
    ok = compile(pattern, regex.bytes, regex.size, PCRE2_CASELESS | PCRE2_DOTALL, err);
    if (ok) /* it cannot explode, and must answer whatever the length */
        pcre2_set_match_limit(pattern->context, UINT32_MAX);
    buf_release(&regex);
    return ok;
}

struct pattern *pattern_like(const char *text, size_t size, const char *escape, size_t escape_size,
                             bool ignore_case, struct err *err)
{
    struct pattern *pattern = mem_alloc_zero(sizeof(*pattern));

    if (like_tokens(pattern, text, size, escape, escape_size, err) &&
        (!ignore_case || compile_tokens(pattern, err)))
        return pattern;
    pattern_free(pattern);
    return NULL;
}

struct pattern *pattern_regex(const char *text, size_t size, struct err *err)
{
    struct pattern *pattern = mem_alloc_zero(sizeof(*pattern));

    if (compile(pattern, text, size, 0, err))
        return pattern;
    pattern_free(pattern);
    return NULL;
}

void pattern_free(struct pattern *pattern)
{
    if (!pattern)
        return;
    pcre2_match_context_free(pattern->context);
    pcre2_match_data_free(pattern->data);
    pcre2_code_free(pattern->code);
    free(pattern->tokens);
    free(pattern);
}

/* Only the last run needs to be tried again: an earlier one could not match more. */
static bool like_match(const struct pattern *pattern, const char *text, size_t size)
{
    size_t at = 0;
    size_t token = 0;
    size_t retry_token = SIZE_MAX;
    size_t retry_at = 0;

    while (at < size) {
        const struct like_token *t = token < pattern->count ? &pattern->tokens[token] : NULL;

        if (t && t->kind == LIKE_RUN) {
            retry_token = ++token;
            retry_at = at;
        } else if (t && t->kind == LIKE_CHARACTER) {
            at += character_size(text + at);
            token++;
        } else if (t && t->byte == text[at]) {
            at++;
            token++;
        } else if (retry_token != SIZE_MAX) {
            retry_at += character_size(text + retry_at);
            at = retry_at;
            token = retry_token;
        } else {
            return false;
        }
    }
    while (token < pattern->count && pattern->tokens[token].kind == LIKE_RUN)
        token++;
    return token == pattern->count;
}

enum pattern_result pattern_match(const struct pattern *pattern, const char *text, size_t size)
{
    pcre2_match_data *data = pattern->data;
    int result;

    if (!pattern->code)
        return like_match(pattern, text, size) ? PATTERN_YES : PATTERN_NO;
    if (crew_at_work) /* another thread may use it */
        data = pcre2_match_data_create(1, NULL);
    if (!data)
        return PATTERN_GAVE_UP;
    result = pcre2_match(pattern->code, (PCRE2_SPTR)text, size, 0, PCRE2_NO_UTF_CHECK, data,
                         pattern->context);
    if (data != pattern->data)
        pcre2_match_data_free(data);
    if (result == PCRE2_ERROR_NOMATCH)
        return PATTERN_NO;
    return result < 0 ? PATTERN_GAVE_UP : PATTERN_YES;
}

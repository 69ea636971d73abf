#ifndef SSP_EXPR_PATTERN_H
#define SSP_EXPR_PATTERN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Text patterns. LIKE is matched here: % is any run, _ one character (not one byte), linear in
 * text times pattern at worst. ILIKE and regular expressions are PCRE2's (UTF, limits on
 * backtracking, no JIT: the same answer on every machine).
 */
struct pattern;

enum pattern_result { PATTERN_NO, PATTERN_YES, PATTERN_GAVE_UP };

/* escape: one character, or NULL for none. NULL on failure, with err->message. */
struct pattern *pattern_like(const char *text, size_t size, const char *escape, size_t escape_size,
                             bool ignore_case, struct err *err);
struct pattern *pattern_regex(const char *text, size_t size, struct err *err);
void pattern_free(struct pattern *pattern);

/* PATTERN_GAVE_UP: a limit of PCRE2 was reached; the predicate is then unknown. */
enum pattern_result pattern_match(const struct pattern *pattern, const char *text, size_t size);

#endif

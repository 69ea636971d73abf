#ifndef SSP_EXPR_FUNCTION_H
#define SSP_EXPR_FUNCTION_H

#include "base/arena.h"
#include "expr/program.h"

/*
 * The scalar functions of {"call":...}, one list for all of them (function.c). Arguments of a type
 * that a function does not take make it null, as null and missing do: nothing fails at run time.
 */
struct function {
    const char *name;
    scalar_function *call;
    uint8_t min;      /* arguments */
    uint8_t max;      /* FUNCTION_ANY: no limit */
    bool exact;       /* arithmetic: exact inside larger arithmetic, and rounded once at its end */
    bool takes_exact; /* arguments that are arithmetic are not rounded */
};

enum { FUNCTION_ANY = 255 };

/* So many windows may hop() put a time in; beyond that it is null. */
enum { HOP_MAX = 10000 };

/* NULL: there is no such function. */
const struct function *function_find(const char *name, size_t size);

/*
 * What is wrong with constant arguments, so that a plan can be refused: NULL if nothing is, else
 * what the function takes in the place of the argument `wrong`; `count` is no place. The text of
 * arguments that are not constant is NULL.
 */
typedef const char *function_fault(const struct value *args, size_t count, struct arena *scratch,
                                   size_t *wrong);
const char *function_wants(const struct function *function, const struct value *args, size_t count,
                           struct arena *scratch, size_t *wrong);

/* What functions make of what they compute; the buffer is released. Null if no value can hold it,
 * which has 32 bits for its size. */
struct value make_value(struct buf *text, struct arena *scratch);   /* JSON text */
struct value make_string(struct buf *bytes, struct arena *scratch); /* the bytes of a string */
struct value make_string_of(const char *bytes, size_t size, struct arena *scratch);
struct value make_int(int64_t number, struct arena *scratch);
struct value make_null(void);

/* A string's bytes, in the scratch arena if they have to be decoded; false for other types. */
bool string_of(struct value value, struct arena *scratch, const char **bytes, size_t *size);
/* Rounds what arithmetic left exact; other values stay as they are. */
struct value number_rounded(struct value value, struct arena *scratch);

/* number_function.c */
scalar_function function_add, function_sub, function_mul, function_div, function_mod,
    function_quotient, function_power, function_neg, function_abs, function_round, function_floor,
    function_ceil, function_trunc, function_sign, function_sqrt, function_ln, function_log,
    function_exp;
/* text_function.c */
scalar_function function_lower, function_upper, function_length, function_substr, function_concat,
    function_append, function_trim, function_ltrim, function_rtrim, function_replace,
    function_split_part, function_position, function_starts_with, function_ends_with, function_left,
    function_right, function_repeat, function_reverse;
/* json_function.c */
scalar_function function_get, function_path, function_array_length, function_keys, function_typeof,
    function_object, function_array, function_to_text, function_to_number, function_to_integer,
    function_to_boolean, function_to_json, function_nullif, function_greatest, function_least,
    function_is_distinct, function_contains, function_json_text, function_nulls_last;
function_fault function_path_fault, function_object_fault;
/* time_function.c */
scalar_function function_date_trunc, function_extract, function_epoch, function_to_timestamp,
    function_age_ms, function_tumble, function_hop;
function_fault function_date_trunc_fault, function_extract_fault, function_tumble_fault,
    function_hop_fault;

/* numeric_function.c */
scalar_function function_cast, function_numeric_div, function_fixed, function_digits,
    function_double_add, function_double_sub, function_double_mul, function_double_div,
    function_double_round, function_double_text, function_double_numeric;
/* span_function.c */
scalar_function function_time_add, function_time_sub, function_add_days, function_days_between,
    function_time_between, function_age, function_interval_add, function_interval_sub,
    function_interval_mul, function_interval_div, function_interval_order, function_interval_part;

#endif

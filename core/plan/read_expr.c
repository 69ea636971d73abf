/* Reading expressions: operands, and calls into programs. */
#include "plan/reader.h"

#include "base/mem.h"
#include "expr/function.h"
#include "plan/literal.h"
#include "plan/write.h"
#include "value/json_scan.h"
#include "value/typed.h"

#include <string.h>

/* The arguments of a call. */
struct arguments {
    struct value value; /* the call */
    const char *name;   /* without quotes */
    size_t name_size;
    struct expr *exprs;
    struct value *sources; /* as they stand in the plan */
    size_t count;
};

bool plan_constant(struct plan_reader *reader, struct value value, struct expr *expr)
{
    expr->value = literal_normalised(&reader->memory->arena, value);
    return true;
}

static bool is_name(const struct arguments *args, const char *name)
{
    return strlen(name) == args->name_size && memcmp(name, args->name, args->name_size) == 0;
}

static bool check_count(struct plan_reader *reader, const struct arguments *args, size_t min,
                        size_t max)
{
    if (args->count >= min && args->count <= max)
        return true;
    if (min == max)
        return plan_fail(reader, args->value, "function %s takes %zu argument%s, not %zu",
                         quote(args->name, args->name_size).text, min, min == 1 ? "" : "s",
                         args->count);
    if (args->count < min)
        return plan_fail(reader, args->value, "function %s takes at least %zu argument%s, not %zu",
                         quote(args->name, args->name_size).text, min, min == 1 ? "" : "s",
                         args->count);
    return plan_fail(reader, args->value, "function %s takes at most %zu arguments, not %zu",
                     quote(args->name, args->name_size).text, max, args->count);
}

/* Arithmetic and comparisons take what arithmetic made before it is rounded. */
static void code_argument(struct code *code, const struct expr *expr, bool exact)
{
    if (expr->program)
        code_program(code, expr->program, exact);
    else
        code_expr(code, expr);
}

static bool code_logic(struct code *code, const struct arguments *args)
{
    bool all = is_name(args, "and");
    size_t *ends = mem_alloc(args->count * sizeof(*ends));

    if (args->count == 0)
        code_value(code, truth_value(truth_of(all)));
    for (size_t i = 0; i < args->count; i++) {
        code_argument(code, &args->exprs[i], false);
        if (i)
            code_add(code, all ? CODE_AND : CODE_OR, 0);
        if (i + 1 < args->count)
            ends[i] = code_jump(code, all ? CODE_JUMP_IF_FALSE : CODE_JUMP_IF_TRUE);
    }
    for (size_t i = 0; i + 1 < args->count; i++)
        code_land(code, ends[i]);
    free(ends);
    return true;
}

/* case(condition, value, ..., otherwise) */
static void code_case(struct code *code, const struct arguments *args)
{
    size_t *ends = mem_alloc(args->count * sizeof(*ends));
    size_t i = 0;

    for (; i + 1 < args->count; i += 2) {
        size_t next;

        code_argument(code, &args->exprs[i], false);
        next = code_jump(code, CODE_JUMP_UNLESS);
        code_argument(code, &args->exprs[i + 1], false);
        ends[i] = code_jump(code, CODE_JUMP);
        code_land(code, next);
    }
    if (i < args->count)
        code_argument(code, &args->exprs[i], false);
    else
        code_value(code, make_null());
    for (i = 0; i + 1 < args->count; i += 2)
        code_land(code, ends[i]);
    free(ends);
}

static void code_coalesce(struct code *code, const struct arguments *args)
{
    size_t *ends = mem_alloc(args->count * sizeof(*ends));

    for (size_t i = 0; i < args->count; i++) {
        code_argument(code, &args->exprs[i], false);
        if (i + 1 < args->count)
            ends[i] = code_jump(code, CODE_JUMP_IF_KNOWN);
    }
    for (size_t i = 0; i + 1 < args->count; i++)
        code_land(code, ends[i]);
    free(ends);
}

static void code_between(struct code *code, const struct arguments *args)
{
    for (size_t i = 1; i < 3; i++) {
        code_argument(code, &args->exprs[0], true);
        code_argument(code, &args->exprs[i], true);
        code_compare(code, i == 1 ? COMPARE_GTE : COMPARE_LTE);
    }
    code_add(code, CODE_AND, 0);
}

static bool code_pattern(struct plan_reader *reader, struct code *code,
                         const struct arguments *args)
{
    enum predicate_type type = is_name(args, "like")    ? PREDICATE_LIKE
                               : is_name(args, "ilike") ? PREDICATE_ILIKE
                                                        : PREDICATE_REGEX;
    struct pattern *pattern;

    if (!check_count(reader, args, 2, type == PREDICATE_REGEX ? 2 : 3) ||
        !plan_pattern(reader, type, args->sources[1],
                      args->count == 3 ? args->sources[2] : VALUE_NONE, &pattern))
        return false;
    code_argument(code, &args->exprs[0], false);
    code_match(code, pattern);
    return true;
}

static bool code_cast(struct plan_reader *reader, struct code *code, const struct arguments *args)
{
    static const struct {
        const char *type;
        scalar_function *function;
    } casts[] = {{"\"text\"", function_to_text},
                 {"\"number\"", function_to_number},
                 {"\"integer\"", function_to_integer},
                 {"\"boolean\"", function_to_boolean}};
    struct typed type;

    if (!check_count(reader, args, 2, 2))
        return false;
    for (size_t i = 0; i < sizeof(casts) / sizeof(casts[0]); i++)
        if (args->sources[1].size == strlen(casts[i].type) &&
            memcmp(args->sources[1].text, casts[i].type, args->sources[1].size) == 0) {
            code_argument(code, &args->exprs[0], casts[i].function == function_to_integer);
            code_call(code, casts[i].function, 1);
            return true;
        }
    if (args->sources[1].type == VALUE_STRING &&
        typed_read(args->sources[1].text + 1, args->sources[1].size - 2, &type)) {
        code_argument(code, &args->exprs[0], true);
        code_argument(code, &args->exprs[1], false);
        code_call(code, function_cast, 2);
        return true;
    }
    return plan_fail(
        reader, args->sources[1],
        "unknown type %s; there are \"text\", \"number\", \"integer\", \"boolean\", and "
        "those of SQL",
        excerpt(args->sources[1].text, args->sources[1].size).text);
}

/* Constant arguments that would make every result null. */
static bool check_constants(struct plan_reader *reader, const struct arguments *args,
                            const struct function *function)
{
    struct arena *arena = &reader->memory->arena;
    struct value *constants = ARENA_ARRAY(arena, struct value, args->count);
    const char *wanted;
    size_t wrong;

    for (size_t i = 0; i < args->count; i++)
        if (expr_is_constant(&args->exprs[i]) && !args->exprs[i].program)
            constants[i] = args->exprs[i].value;
    wanted = function_wants(function, constants, args->count, arena, &wrong);
    if (!wanted)
        return true;
    if (wrong == args->count)
        return plan_fail(reader, args->value, "function \"%s\" takes %s, not %zu argument%s",
                         function->name, wanted, args->count, args->count == 1 ? "" : "s");
    return plan_fail(reader, args->sources[wrong], "function \"%s\" takes %s, not %s",
                     function->name, wanted,
                     excerpt(constants[wrong].text, constants[wrong].size).text);
}

static bool code_function(struct plan_reader *reader, struct code *code,
                          const struct arguments *args)
{
    const struct function *function = function_find(args->name, args->name_size);

    if (!function)
        return plan_fail(reader, plan_member(args->value, "call"),
                         "unknown function %s; ssp-plan(5) lists them under EXPRESSIONS",
                         quote(args->name, args->name_size).text);
    if (!check_count(reader, args, function->min,
                     function->max == FUNCTION_ANY ? SIZE_MAX : function->max) ||
        !check_constants(reader, args, function))
        return false;
    for (size_t i = 0; i < args->count; i++)
        code_argument(code, &args->exprs[i], function->exact || function->takes_exact);
    code_call(code, function->call, (uint32_t)args->count);
    if (function->exact)
        code_add(code, CODE_ROUND, 0);
    return true;
}

/* What is no plain function: jumps, comparisons, patterns. */
static bool code_call_of(struct plan_reader *reader, struct code *code,
                         const struct arguments *args)
{
    static const char *const comparisons[] = {"eq", "neq", "gt", "gte", "lt", "lte"};

    for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++)
        if (is_name(args, comparisons[i])) {
            if (!check_count(reader, args, 2, 2))
                return false;
            code_argument(code, &args->exprs[0], true);
            code_argument(code, &args->exprs[1], true);
            code_compare(code, (enum comparison)i);
            return true;
        }
    if (is_name(args, "and") || is_name(args, "or"))
        return code_logic(code, args);
    if (is_name(args, "not") || is_name(args, "is_null") || is_name(args, "is_missing")) {
        if (!check_count(reader, args, 1, 1))
            return false;
        code_argument(code, &args->exprs[0], false);
        code_add(code,
                 is_name(args, "not")       ? CODE_NOT
                 : is_name(args, "is_null") ? CODE_IS_NULL
                                            : CODE_IS_MISSING,
                 0);
        return true;
    }
    if (is_name(args, "case") || is_name(args, "coalesce")) {
        bool is_case = is_name(args, "case");

        if (!check_count(reader, args, is_case ? 2 : 1, SIZE_MAX))
            return false;
        (is_case ? code_case : code_coalesce)(code, args);
        return true;
    }
    if (is_name(args, "in")) {
        if (!check_count(reader, args, 1, SIZE_MAX))
            return false;
        for (size_t i = 0; i < args->count; i++)
            code_argument(code, &args->exprs[i], true);
        code_add(code, CODE_IN_STACK, (uint32_t)args->count - 1);
        return true;
    }
    if (is_name(args, "exact")) { /* arithmetic that is not rounded to a double */
        if (!check_count(reader, args, 1, 1))
            return false;
        code_argument(code, &args->exprs[0], true);
        return true;
    }
    if (is_name(args, "between")) {
        if (!check_count(reader, args, 3, 3))
            return false;
        code_between(code, args);
        return true;
    }
    if (is_name(args, "like") || is_name(args, "ilike") || is_name(args, "regex"))
        return code_pattern(reader, code, args);
    return is_name(args, "cast") ? code_cast(reader, code, args)
                                 : code_function(reader, code, args);
}

static void write_call(struct plan_reader *reader, const struct arguments *args, struct expr *expr)
{
    struct buf text = BUF_INIT;

    buf_add_format(&text, "{\"call\":\"%.*s\",\"args\":[", (int)args->name_size, args->name);
    for (size_t i = 0; i < args->count; i++) {
        if (i)
            buf_add_byte(&text, ',');
        plan_write_output(&text, &args->exprs[i]);
    }
    buf_add_string(&text, "]}");
    expr->text = arena_copy(&reader->memory->arena, text.bytes, text.size);
    expr->text_size = text.size;
    buf_release(&text);
}

static bool read_arguments(struct plan_reader *reader, struct arguments *args)
{
    struct value list;
    struct json_iter iter;
    size_t count;

    if (!plan_only(reader, args->value, "a call", "call args") ||
        !plan_required(reader, args->value, "a call", "args", &list) ||
        !plan_array(reader, list, "\"args\"", &count))
        return false;
    args->exprs = ARENA_ARRAY(&reader->memory->arena, struct expr, count);
    args->sources = ARENA_ARRAY(&reader->memory->arena, struct value, count);
    iter = json_iter_of(list.text);
    while (json_iter_next(&iter)) {
        args->sources[args->count] = value_of(iter.value, iter.value_size);
        if (!plan_operand(reader, args->sources[args->count], &args->exprs[args->count]))
            return false;
        args->count++;
    }
    return true;
}

static bool read_call(struct plan_reader *reader, struct value value, struct value name,
                      struct expr *expr)
{
    struct arguments args = {.value = value};
    struct code code = {0};
    bool ok;

    if (name.type != VALUE_STRING)
        return plan_fail(reader, name, "\"call\" must be the name of a function, not %s",
                         excerpt(name.text, name.size).text);
    args.name = name.text + 1;
    args.name_size = name.size - 2;
    if (!plan_deeper(reader, value))
        return false;
    ok = read_arguments(reader, &args) && code_call_of(reader, &code, &args);
    reader->depth--;
    if (ok)
        write_call(reader, &args, expr);
    expr->program = code_finish(&code, &reader->memory->arena);
    return ok;
}

/* A predicate among arguments: its truth is a value. */
static bool read_truth(struct plan_reader *reader, struct value value, struct expr *expr)
{
    uint32_t before = reader->exists_count;
    struct predicate *predicate = plan_read_predicate(reader, value);
    struct buf text = BUF_INIT;

    if (!predicate)
        return false;
    if (reader->exists_count != before)
        return plan_fail(reader, value, "exists stands in the predicate of a filter only");
    predicate_compile(predicate, &reader->memory->arena);
    expr->program = predicate->program;
    plan_write_predicate(&text, predicate);
    expr->text = arena_copy(&reader->memory->arena, text.bytes, text.size);
    expr->text_size = text.size;
    buf_release(&text);
    return true;
}

bool plan_operand(struct plan_reader *reader, struct value value, struct expr *expr)
{
    bool param;
    struct value inner;

    if (!plan_outer_param(reader, value, &expr->parent))
        return false;
    if (expr->parent)
        return true;
    if (!plan_param(reader, value, &expr->value, &param))
        return false;
    expr->literal = !param;
    if (param || value.type != VALUE_OBJECT)
        return plan_constant(reader, expr->value, expr);
    inner = plan_member(value, "call");
    if (inner.type != VALUE_MISSING) {
        expr->literal = false;
        return read_call(reader, value, inner, expr);
    }
    inner = plan_member(value, "type");
    if (inner.type != VALUE_MISSING) {
        expr->literal = false;
        return read_truth(reader, value, expr);
    }
    inner = plan_member(value, "field");
    if (inner.type != VALUE_MISSING) {
        expr->literal = false;
        expr->path = plan_path(reader, inner);
        return expr->path && plan_only(reader, value, "a field operand", "field");
    }
    inner = plan_member(value, "literal");
    if (inner.type != VALUE_MISSING)
        return plan_constant(reader, inner, expr) &&
               plan_only(reader, value, "a literal", "literal");
    inner = plan_member(value, "value");
    if (inner.type != VALUE_MISSING)
        return plan_constant(reader, inner, expr) && plan_only(reader, value, "a literal", "value");
    return plan_fail(reader, value, "operand %s; an object meant literally is {\"literal\":%s}",
                     excerpt(value.text, value.size).text, excerpt(value.text, value.size).text);
}

bool plan_field(struct plan_reader *reader, struct value value, struct expr *expr)
{
    if (value.type == VALUE_OBJECT)
        return plan_operand(reader, value, expr);
    expr->path = plan_path(reader, value);
    return expr->path != NULL;
}

bool plan_key(struct plan_reader *reader, struct value value, struct expr *expr)
{
    bool key = reader->key;
    bool ok;

    reader->key = true;
    ok = plan_field(reader, value, expr);
    reader->key = key;
    return ok;
}

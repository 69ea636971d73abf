/* Reading predicates. */
#include "plan/reader.h"

#include "base/mem.h"
#include "plan/plan.h"
#include "value/json_scan.h"

#include <string.h>

static bool read_left(struct plan_reader *reader, struct value value, struct expr *expr)
{
    struct value field;

    return plan_required(reader, value, "a predicate", "field", &field) &&
           plan_field(reader, field, expr);
}

static bool read_operands(struct plan_reader *reader, struct value value, struct predicate *p,
                          const char *first, const char *second)
{
    const char *const names[] = {first, second};

    p->count = second ? 2 : 1;
    p->operands = ARENA_ARRAY(&reader->memory->arena, struct expr, p->count);
    for (size_t i = 0; i < p->count; i++) {
        struct value operand;

        if (!plan_required(reader, value, predicate_name(p->type), names[i], &operand) ||
            !plan_operand(reader, operand, &p->operands[i]))
            return false;
    }
    return true;
}

static int operand_compare(const void *a, const void *b)
{
    return value_compare(((const struct expr *)a)->value, ((const struct expr *)b)->value);
}

/* Nulls leave the list: a literal one asks for null, another makes "not found" unknown. */
static bool read_values(struct plan_reader *reader, struct value value, struct predicate *p)
{
    struct value list;
    bool param;
    size_t count;
    struct json_iter iter;

    if (!plan_required(reader, value, "in", "values", &list) ||
        !plan_param(reader, list, &list, &param) || !plan_array(reader, list, "\"values\"", &count))
        return false;
    p->operands = ARENA_ARRAY(&reader->memory->arena, struct expr, count);
    p->sorted = true;
    iter = json_iter_of(list.text);
    while (json_iter_next(&iter)) {
        struct expr *operand = &p->operands[p->count];

        *operand = (struct expr){.value = value_of(iter.value, iter.value_size)};
        /* A parameter's elements are values, whatever they look like. */
        if (!(param ? plan_constant : plan_operand)(reader, operand->value, operand))
            return false;
        if (operand->path || operand->parent || operand->program) {
            p->sorted = false;
            p->count++;
        } else if (operand->value.type != VALUE_NULL) {
            p->count++;
        } else if (operand->literal) {
            p->null_literal = true;
        } else {
            p->null_unknown = true;
        }
    }
    if (p->sorted && p->count > 1)
        qsort(p->operands, p->count, sizeof(*p->operands), operand_compare);
    return true;
}

static bool read_escape(struct plan_reader *reader, struct value value, const char **escape,
                        size_t *size)
{
    *escape = "\\";
    *size = 1;
    if (value.type == VALUE_MISSING)
        return true;
    if (!plan_text(reader, value, "\"escape\"", escape, size))
        return false;
    if (*size == 0) {
        *escape = NULL;
        return true;
    }
    for (size_t i = 1, characters = 1; i < *size; i++) {
        characters += ((unsigned char)(*escape)[i] & 0xc0) != 0x80;
        if (characters > 1)
            return plan_fail(reader, value, "\"escape\" must be one character, not %s",
                             quote(*escape, *size).text);
    }
    return true;
}

bool plan_pattern(struct plan_reader *reader, enum predicate_type type, struct value text,
                  struct value escape_text, struct pattern **pattern)
{
    struct plan_memory *memory = reader->memory;
    const char *bytes;
    const char *escape = NULL;
    size_t size;
    size_t escape_size = 0;
    struct err err = {0};

    if (!plan_text(reader, text, "\"pattern\"", &bytes, &size))
        return false;
    if (type == PREDICATE_REGEX) {
        *pattern = pattern_regex(bytes, size, &err);
    } else {
        if (!read_escape(reader, escape_text, &escape, &escape_size))
            return false;
        *pattern = pattern_like(bytes, size, escape, escape_size, type == PREDICATE_ILIKE, &err);
    }
    if (!*pattern)
        return plan_fail(reader, text, "%s", err.message);
    memory->patterns = mem_grow(memory->patterns, &memory->pattern_max, memory->pattern_count + 1,
                                sizeof(*memory->patterns));
    memory->patterns[memory->pattern_count++] = *pattern;
    return true;
}

static bool read_pattern(struct plan_reader *reader, struct value value, struct predicate *p)
{
    struct value text;
    bool param;

    p->escape = plan_member(value, "escape");
    if (!plan_required(reader, value, predicate_name(p->type), "pattern", &text) ||
        !plan_param(reader, text, &text, &param))
        return false;
    p->pattern_text = text.text;
    p->pattern_size = text.size;
    if (param && text.type == VALUE_NULL)
        return true; /* unknown for every row */
    return (p->escape.type == VALUE_MISSING || plan_param(reader, p->escape, &p->escape, &param)) &&
           plan_pattern(reader, p->type, text, p->escape, &p->pattern);
}

static bool read_children(struct plan_reader *reader, struct value value, struct predicate *p)
{
    struct value list;
    struct json_iter iter;
    size_t count = 1;

    if (p->type == PREDICATE_NOT) {
        if (!plan_required(reader, value, "not", "predicate", &list))
            return false;
        p->children = ARENA_ARRAY(&reader->memory->arena, struct predicate *, 1);
        p->children[p->child_count++] = plan_read_predicate(reader, list);
        return p->children[0] != NULL;
    }
    if (!plan_required(reader, value, predicate_name(p->type), "predicates", &list) ||
        !plan_array(reader, list, "\"predicates\"", &count))
        return false;
    p->children = ARENA_ARRAY(&reader->memory->arena, struct predicate *, count);
    iter = json_iter_of(list.text);
    while (json_iter_next(&iter)) {
        struct predicate *child =
            plan_read_predicate(reader, value_of(iter.value, iter.value_size));

        if (!child)
            return false;
        p->children[p->child_count++] = child;
    }
    return true;
}

static bool read_exists(struct plan_reader *reader, struct value value, struct predicate *p)
{
    struct plan_subquery *exists = ARENA_NEW(&reader->memory->arena, struct plan_subquery);
    bool aside = reader->aside;
    struct value plan;
    bool ok;

    if (reader->pair)
        return plan_fail(reader, value,
                         "\"exists\" cannot stand in \"where\" of a join; filter the join or an "
                         "input of it");
    p->exists_bit = reader->exists_count++;
    p->exists = exists;
    reader->aside = true;
    ok = plan_required(reader, value, "exists", "plan", &plan) &&
         plan_read_subquery(reader, plan, exists);
    reader->aside = aside;
    return ok;
}

static bool read_arguments(struct plan_reader *reader, struct value value, struct predicate *p)
{
    const char *name = predicate_name(p->type);

    switch (p->type) {
    case PREDICATE_AND:
    case PREDICATE_OR:
        return plan_only(reader, value, name, "type predicates") && read_children(reader, value, p);
    case PREDICATE_NOT:
        return plan_only(reader, value, name, "type predicate") && read_children(reader, value, p);
    case PREDICATE_IS_NULL:
    case PREDICATE_IS_MISSING:
        return plan_only(reader, value, name, "type field") && read_left(reader, value, &p->left);
    case PREDICATE_EXISTS:
        return plan_only(reader, value, name, "type plan") && read_exists(reader, value, p);
    case PREDICATE_IN:
        return plan_only(reader, value, name, "type field values") &&
               read_left(reader, value, &p->left) && read_values(reader, value, p);
    case PREDICATE_BETWEEN:
        return plan_only(reader, value, name, "type field low high") &&
               read_left(reader, value, &p->left) && read_operands(reader, value, p, "low", "high");
    case PREDICATE_LIKE:
    case PREDICATE_ILIKE:
        return plan_only(reader, value, name, "type field pattern escape") &&
               read_left(reader, value, &p->left) && read_pattern(reader, value, p);
    case PREDICATE_REGEX:
        return plan_only(reader, value, name, "type field pattern") &&
               read_left(reader, value, &p->left) && read_pattern(reader, value, p);
    case PREDICATE_PREFIX:
        if (!plan_only(reader, value, name, "type field prefix") ||
            !read_left(reader, value, &p->left) || !read_operands(reader, value, p, "prefix", NULL))
            return false;
        if (p->operands[0].literal && p->operands[0].value.type != VALUE_STRING)
            return plan_fail(reader, p->operands[0].value, "\"prefix\" must be a string, not %s",
                             excerpt(p->operands[0].value.text, p->operands[0].value.size).text);
        return true;
    case PREDICATE_EQ:
    case PREDICATE_NEQ:
    case PREDICATE_GT:
    case PREDICATE_GTE:
    case PREDICATE_LT:
    case PREDICATE_LTE:
    case PREDICATE_CONTAINS:
        break;
    }
    return plan_only(reader, value, name, "type field value") &&
           read_left(reader, value, &p->left) && read_operands(reader, value, p, "value", NULL);
}

static bool read_type(struct plan_reader *reader, struct value value, enum predicate_type *type)
{
    struct value name;

    if (value.type != VALUE_OBJECT)
        return plan_fail(reader, value, "a predicate must be an object, not %s",
                         excerpt(value.text, value.size).text);
    if (!plan_required(reader, value, "a predicate", "type", &name))
        return false;
    if (name.type == VALUE_STRING) {
        for (*type = PREDICATE_EQ; *type <= PREDICATE_EXISTS; (*type)++)
            if (strlen(predicate_name(*type)) == name.size - 2 &&
                memcmp(predicate_name(*type), name.text + 1, name.size - 2) == 0)
                return true;
    }
    return plan_fail(reader, name,
                     "unknown predicate %s; there are eq, neq, gt, gte, lt, lte, prefix, contains, "
                     "in, between, like, ilike, regex, is_null, is_missing, and, or, not, exists",
                     excerpt(name.text, name.size).text);
}

struct predicate *plan_read_predicate(struct plan_reader *reader, struct value value)
{
    struct predicate *p = ARENA_NEW(&reader->memory->arena, struct predicate);
    bool ok;

    if (!read_type(reader, value, &p->type) || !plan_deeper(reader, value))
        return NULL;
    ok = read_arguments(reader, value, p);
    reader->depth--;
    return ok ? p : NULL;
}

struct predicate *plan_whole_predicate(struct plan_reader *reader, struct value value)
{
    struct predicate *predicate = plan_read_predicate(reader, value);

    if (predicate)
        predicate_compile(predicate, &reader->memory->arena);
    return predicate;
}

/* Running programs: the one scalar evaluator, one switch (and so one long function). See program.h.
 */
#include "base/buf.h"
#include "base/check.h"
#include "expr/function.h"
#include "expr/program.h"

enum { STACK_SMALL = 16 };

static bool in_sorted(const struct value_list *list, struct value value)
{
    size_t low = 0;
    size_t high = list->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = value_compare(value, list->values[middle]);

        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static enum truth in_list(const struct value_list *list, struct value value)
{
    if (value_is_unknown(value)) {
        if (list->null_literal)
            return TRUTH_TRUE;
        return list->count || list->null_unknown ? TRUTH_UNKNOWN : TRUTH_FALSE;
    }
    if (in_sorted(list, value))
        return TRUTH_TRUE;
    return list->null_unknown ? TRUTH_UNKNOWN : TRUTH_FALSE;
}

/* Is the first of the values among the others? */
static enum truth in_values(const struct value *values, size_t count)
{
    enum truth result = TRUTH_FALSE;

    for (size_t i = 1; i <= count && result != TRUTH_TRUE; i++) {
        enum truth equal = truth_compare(COMPARE_EQ, values[0], values[i]);

        result = equal > result ? equal : result;
    }
    return result;
}

static enum truth match(const struct pattern *pattern, struct value value)
{
    struct buf scratch = BUF_INIT;
    enum pattern_result result;
    size_t size;
    const char *text;

    if (value.type != VALUE_STRING || !pattern)
        return TRUTH_UNKNOWN;
    text = value_string(value, &scratch, &size);
    result = pattern_match(pattern, text, size);
    buf_release(&scratch);
    return result == PATTERN_GAVE_UP ? TRUTH_UNKNOWN : truth_of(result == PATTERN_YES);
}

/* CODE_AND, CODE_OR. */
static struct value combine(enum opcode op, struct value a, struct value b)
{
    enum truth x = truth_of_value(a);
    enum truth y = truth_of_value(b);

    return truth_value((op == CODE_AND) == (x < y) ? x : y);
}

/* Whether a jump is taken; takes off the stack what it is to take. */
static bool jumps(enum opcode op, struct value **top)
{
    const struct value *value = *top - 1;
    bool taken = op == CODE_JUMP;

    if (op == CODE_JUMP_IF_FALSE)
        return value->type == VALUE_FALSE;
    if (op == CODE_JUMP_IF_TRUE)
        return value->type == VALUE_TRUE;
    if (op == CODE_JUMP_UNLESS)
        taken = value->type != VALUE_TRUE;
    else if (op == CODE_JUMP_IF_KNOWN)
        taken = !value_is_unknown(*value);
    *top -= op == CODE_JUMP_UNLESS || (op == CODE_JUMP_IF_KNOWN && !taken);
    return taken;
}

struct value program_run(const struct program *program, const struct row *row, const bool *found,
                         struct arena *scratch)
{
    struct value small[STACK_SMALL] = {{NULL, 0, VALUE_MISSING}};
    struct value *stack =
        program->stack <= STACK_SMALL ? small : ARENA_ARRAY(scratch, struct value, program->stack);
    struct value *top = stack; /* the next free place */
    const struct instruction *end = program->code + program->count;

    for (const struct instruction *i = program->code; i < end; i++)
        switch (i->op) {
        case CODE_VALUE:
            *top++ = i->as.value;
            break;
        case CODE_FIELD:
            *top++ = path_get(i->as.path, row);
            break;
        case CODE_CONTEXT:
            *top++ = row_context_at(row, i->count);
            break;
        case CODE_EXISTS:
            *top++ = truth_value(truth_of(found && found[i->count]));
            break;
        case CODE_COMPARE:
            top--;
            top[-1] = truth_value(truth_compare(i->as.comparison, top[-1], top[0]));
            break;
        case CODE_IS_NULL:
            top[-1] = truth_value(truth_of(value_is_unknown(top[-1])));
            break;
        case CODE_IS_MISSING:
            top[-1] = truth_value(truth_of(top[-1].type == VALUE_MISSING));
            break;
        case CODE_MATCH:
            top[-1] = truth_value(match(i->as.pattern, top[-1]));
            break;
        case CODE_IN:
            top[-1] = truth_value(in_list(i->as.list, top[-1]));
            break;
        case CODE_IN_STACK:
            top -= i->count;
            top[-1] = truth_value(in_values(top - 1, i->count));
            break;
        case CODE_NOT:
            top[-1] = truth_value((enum truth)(2 - (int)truth_of_value(top[-1])));
            break;
        case CODE_AND:
        case CODE_OR:
            top--;
            top[-1] = combine(i->op, top[-1], top[0]);
            break;
        case CODE_CALL:
            top -= i->count;
            *top = i->as.function(top, i->count, scratch);
            top++;
            break;
        case CODE_ROUND:
            top[-1] = number_rounded(top[-1], scratch);
            break;
        case CODE_JUMP:
        case CODE_JUMP_IF_FALSE:
        case CODE_JUMP_IF_TRUE:
        case CODE_JUMP_IF_KNOWN:
        case CODE_JUMP_UNLESS:
            if (jumps(i->op, &top))
                i += i->count - 1;
            break;
        }
    SSP_ASSERT(top == stack + 1);
    return *stack;
}

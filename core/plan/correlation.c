/* What is asked of enclosing rows; see correlation.h. */
#include "plan/correlation.h"

#include <string.h>

bool correlation_subquery_asks(const struct plan_subquery *subquery)
{
    for (size_t i = 0; i < subquery->outer_count; i++)
        if (!subquery->outer[i].path)
            return true;
    return false;
}

bool correlation_predicate_asks(const struct predicate *p)
{
    if (expr_asks_context(&p->left) || (p->exists && correlation_subquery_asks(p->exists)))
        return true;
    for (size_t i = 0; i < p->count; i++)
        if (expr_asks_context(&p->operands[i]))
            return true;
    for (size_t i = 0; i < p->child_count; i++)
        if (correlation_predicate_asks(p->children[i]))
            return true;
    return false;
}

/* What a comparison with an enclosing row compares, for the rows that will be under its context:
 * the field itself, or in `where` of a join, whose fields begin with a side's name, the field of
 * this side. False: nothing of these rows. */
static bool key_field(struct arena *arena, const struct expr *field, const struct plan_join *pair,
                      int side, struct expr *key)
{
    if (expr_asks_context(field) || expr_is_constant(field))
        return false;
    *key = *field;
    if (!pair)
        return true;
    if (!field->path || field->path->count < 2 ||
        field->path->steps->key_size != pair->as_size[side] ||
        memcmp(field->path->steps->key, pair->as[side], pair->as_size[side]) != 0)
        return false;
    key->path = ARENA_NEW(arena, struct path);
    key->path->steps = field->path->steps + 1;
    key->path->count = field->path->count - 1;
    return true;
}

void correlation_keys(struct arena *arena, const struct predicate *p, const struct plan_join *pair,
                      int pair_side, struct plan_correlate *to)
{
    if (p->type == PREDICATE_AND)
        for (size_t i = 0; i < p->child_count; i++)
            correlation_keys(arena, p->children[i], pair, pair_side, to);
    if (p->type != PREDICATE_EQ)
        return;
    for (int side = 0; side < 2; side++) {
        const struct expr *field = side ? &p->operands[0] : &p->left;
        const struct expr *outer = side ? &p->left : &p->operands[0];
        size_t i = to->count;
        uint32_t *positions;
        struct expr *fields;
        struct expr key;

        if (!outer->parent || !key_field(arena, field, pair, pair_side, &key))
            continue;
        if ((i & (i - 1)) == 0) { /* no room is left: 0, or a power of two */
            positions = ARENA_ARRAY(arena, uint32_t, i ? 2 * i : 1);
            fields = ARENA_ARRAY(arena, struct expr, i ? 2 * i : 1);
            for (size_t j = 0; j < i; j++) {
                positions[j] = to->positions[j];
                fields[j] = to->fields[j];
            }
            to->positions = positions;
            to->fields = fields;
        }
        to->positions[i] = outer->parent - 1;
        to->fields[i] = key;
        to->count++;
    }
}

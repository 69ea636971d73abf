/* Matches and the rows of pairs; see pair.h. */
#include "op/pair.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "value/json_write.h"

#include <string.h>

void pair_init(struct op *op, const struct plan *plan)
{
    struct pairs *self = (struct pairs *)op;
    const struct plan_join *join = &plan->as.join;
    bool both = join->bound[0] && join->bound[1];

    self->plan = join;
    index_init(&self->sides[0], (struct index_key){KEY_FIELDS, both, join->left, NULL, join->count},
               &op->work);
    index_init(&self->sides[1],
               (struct index_key){KEY_FIELDS, both, join->right, NULL, join->count}, &op->work);
}

void pair_release(struct op *op)
{
    struct pairs *self = (struct pairs *)op;

    for (int side = 0; side < 2; side++) {
        index_release(&self->sides[side]);
        free(self->matches[side]);
    }
    buf_release(&self->key);
    buf_release(&self->text);
}

size_t pair_bytes(const struct op *op)
{
    const struct pairs *self = (const struct pairs *)op;

    return index_bytes(&self->sides[0]) + index_bytes(&self->sides[1]) +
           (self->max[0] + self->max[1]) * sizeof(*self->matches[0]);
}

size_t pair_rows(const struct op *op)
{
    const struct pairs *self = (const struct pairs *)op;

    return self->sides[0].live + self->sides[1].live;
}

void pair_check(const struct op *op)
{
    const struct pairs *self = (const struct pairs *)op;

    SSP_ASSERT(index_check(&self->sides[0]));
    SSP_ASSERT(index_check(&self->sides[1]));
}

/* A side's text; its id as a field if that is asked for and is none. */
static void write_side(struct buf *text, const struct row *row, bool with_id)
{
    if (!row) {
        buf_add_string(text, "null");
    } else if (!with_id || !row->id_size) {
        buf_add(text, row_text(row), row->size);
    } else {
        buf_add_string(text, "{\"id\":");
        buf_add(text, row_id(row).text, row->id_size);
        if (row->count)
            buf_add_byte(text, ',');
        buf_add(text, row_text(row) + 1, row->size - 1);
    }
}

static void write_key(struct buf *key, const struct row *row)
{
    if (row)
        json_write_string(key, row_key(row), row->key_size);
    else
        buf_add_string(key, "null");
}

/* The side that a pair has its context from. Two rounds of a recursion, [[N]], are compared: the
 * pair is there as soon as both rows are. */
static const struct row *bound_side(const struct pairs *self, const struct row *left,
                                    const struct row *right)
{
    struct value x;
    struct value y;

    if (!left || !right || !self->plan->rounds || !left->bound || !right->bound)
        return left && (left->bound || !right) ? left : right;
    x = row_context(left);
    y = row_context(right);
    if (x.size != y.size)
        return x.size > y.size ? left : right;
    return memcmp(x.text, y.text, x.size) >= 0 ? left : right;
}

/* {l: left row, r: right row} under ["left key","right key"]; null where there is no row. */
static struct row *pair_new(struct pairs *self, const struct row *left, const struct row *right,
                            const bool *with_id)
{
    const struct plan_join *plan = self->plan;
    const struct row *bound = bound_side(self, left, right);
    struct value context;
    struct buf *key = &self->key;
    struct buf *text = &self->text;
    uint32_t fields[2];

    SSP_ASSERT(bound);
    context = row_context(bound);
    buf_clear(key);
    buf_add_byte(key, '[');
    write_key(key, left);
    buf_add_byte(key, ',');
    write_key(key, right);
    buf_add_byte(key, ']');
    buf_clear(text);
    for (int side = 0; side < 2; side++) {
        buf_add_byte(text, side ? ',' : '{');
        fields[side] = (uint32_t)text->size;
        buf_add(text, plan->as[side], plan->as_size[side]);
        buf_add_byte(text, ':');
        write_side(text, side ? right : left, with_id && with_id[side]);
    }
    buf_add_byte(text, '}');
    return row_new(&(struct row_source){.key = key->bytes,
                                        .key_size = key->size,
                                        .made = true,
                                        .hash = hash_bytes(key->bytes, key->size),
                                        .text = text->bytes,
                                        .size = text->size,
                                        .fields = fields,
                                        .count = 2,
                                        .context = context.size ? context.text : NULL,
                                        .context_size = context.size});
}

/* What select says of a match; pair: its row, if that has been made. */
static void show(struct pairs *self, struct row *left, struct row *right, struct row *pair,
                 int64_t weight, struct zset *out)
{
    struct row *made = NULL;

    if (self->plan->both && !pair)
        pair = made = pair_new(self, left, right, NULL);
    else if (!self->plan->both && right->bound && bound_side(self, left, right) == right)
        made = row_bind(left, row_context(right)); /* the side that is not shown has it */
    zset_add(out, self->plan->both ? pair : made ? made : left, weight);
    if (made)
        row_unref(made);
}

bool pair_meet(struct pairs *self, struct row *left, struct row *right, int64_t weight,
               struct zset *out)
{
    const struct plan_join *plan = self->plan;
    struct row *pair;
    bool shown; /* the row that `where` sees is the one that comes out */
    bool holds;

    if (!plan->where) {
        if (out)
            show(self, left, right, NULL, weight, out);
        return true;
    }
    pair = pair_new(self, left, right, plan->where_id);
    shown = plan->both && !plan->where_id[0] && !plan->where_id[1];
    holds = predicate_eval(plan->where, pair, NULL, &self->op.scratch) == TRUTH_TRUE;
    if (holds && out)
        show(self, left, right, shown ? pair : NULL, weight, out);
    row_unref(pair);
    return holds;
}

void pair_alone(struct pairs *self, int side, struct row *row, int64_t weight, struct zset *out)
{
    struct row *pair;

    if (!self->plan->both) {
        zset_add(out, row, weight);
        return;
    }
    pair = pair_new(self, side ? NULL : row, side ? row : NULL, NULL);
    zset_add(out, pair, weight);
    row_unref(pair);
}

int64_t *pair_matches(struct pairs *self, int side, uint32_t entry)
{
    self->matches[side] = mem_grow(self->matches[side], &self->max[side], (size_t)entry + 1,
                                   sizeof(*self->matches[side]));
    return &self->matches[side][entry];
}

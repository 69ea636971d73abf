/*
 * join: pairs of rows that agree on a key (inner, by equality).
 *
 * Bilinear, so with A and B the inputs so far and a, b their changes:
 *
 *     (A + a) x (B + b) - A x B  ==  a x B  +  (A + a) x b
 *
 * Two terms, not three: the left total is brought up to date between them, so a pair whose both
 * sides changed in one step is met once. Weights multiply. Both totals are kept arranged by key;
 * null and missing keys match nothing and are not kept. The inputs may be one node (a self-join).
 * Inside a subquery rows match only under one context; a pair has the context of either side.
 *
 * Cost: the rows of the change and their matches, whatever the size of the totals.
 */
#include "op/op.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "value/json_write.h"
#include "zset/index.h"

struct join {
    struct op op;
    const struct plan_join *plan;
    struct index left;
    struct index right;
    struct buf key;
    struct buf text;
};

static void join_init(struct op *op, const struct plan *plan)
{
    struct join *self = (struct join *)op;

    bool both;

    self->plan = &plan->as.join;
    both = self->plan->bound[0] && self->plan->bound[1];
    index_init(&self->left,
               (struct index_key){KEY_FIELDS, both, self->plan->left, NULL, self->plan->count},
               &op->work);
    index_init(&self->right,
               (struct index_key){KEY_FIELDS, both, self->plan->right, NULL, self->plan->count},
               &op->work);
}

/* The row of `select: both`: {l: left row, r: right row} under ["left key","right key"]. */
static struct row *pair_new(struct join *self, const struct row *left, const struct row *right)
{
    const struct plan_join *plan = self->plan;
    struct value context = row_context(left->bound ? left : right);
    struct buf *key = &self->key;
    struct buf *text = &self->text;
    uint32_t fields[2];

    buf_clear(key);
    buf_add_byte(key, '[');
    json_write_string(key, row_key(left), left->key_size);
    buf_add_byte(key, ',');
    json_write_string(key, row_key(right), right->key_size);
    buf_add_byte(key, ']');
    buf_clear(text);
    buf_add_byte(text, '{');
    fields[0] = (uint32_t)text->size;
    buf_add(text, plan->as[0], plan->as_size[0]);
    buf_add_byte(text, ':');
    buf_add(text, row_text(left), left->size);
    buf_add_byte(text, ',');
    fields[1] = (uint32_t)text->size;
    buf_add(text, plan->as[1], plan->as_size[1]);
    buf_add_byte(text, ':');
    buf_add(text, row_text(right), right->size);
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

static void emit(struct join *self, struct row *left, struct row *right, int64_t weight,
                 struct zset *out)
{
    if (self->plan->both) {
        struct row *pair = pair_new(self, left, right);

        zset_add(out, pair, weight);
        row_unref(pair);
    } else if (right->bound && !left->bound) { /* the subquery's side is the one not shown */
        struct row *bound = row_bind(left, row_context(right));

        zset_add(out, bound, weight);
        row_unref(bound);
    } else {
        zset_add(out, left, weight);
    }
}

static void join_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct join *self = (struct join *)op;

    for (size_t i = 0; i < in[0]->count; i++) { /* a x B */
        const struct zset_entry *l = &in[0]->entries[i];
        uint32_t at = index_find(&self->right, &self->left.key, l->row);

        for (; at != INDEX_NONE; at = self->right.entries[at].next) {
            const struct index_entry *r = &self->right.entries[at];

            op->work++;
            emit(self, l->row, r->row, weight_product(l->weight, r->weight), out);
        }
    }
    for (size_t i = 0; i < in[0]->count; i++)
        index_add(&self->left, in[0]->entries[i].row, in[0]->entries[i].weight);
    for (size_t i = 0; i < in[1]->count; i++) { /* (A + a) x b */
        const struct zset_entry *r = &in[1]->entries[i];
        uint32_t at = index_find(&self->left, &self->right.key, r->row);

        for (; at != INDEX_NONE; at = self->left.entries[at].next) {
            const struct index_entry *l = &self->left.entries[at];

            op->work++;
            emit(self, l->row, r->row, weight_product(l->weight, r->weight), out);
        }
    }
    for (size_t i = 0; i < in[1]->count; i++)
        index_add(&self->right, in[1]->entries[i].row, in[1]->entries[i].weight);
}

static void join_release(struct op *op)
{
    struct join *self = (struct join *)op;

    index_release(&self->left);
    index_release(&self->right);
    buf_release(&self->key);
    buf_release(&self->text);
}

static size_t join_bytes(const struct op *op)
{
    const struct join *self = (const struct join *)op;

    return index_bytes(&self->left) + index_bytes(&self->right);
}

static size_t join_rows(const struct op *op)
{
    const struct join *self = (const struct join *)op;

    return self->left.live + self->right.live;
}

static void join_check(const struct op *op)
{
    const struct join *self = (const struct join *)op;

    SSP_ASSERT(index_check(&self->left));
    SSP_ASSERT(index_check(&self->right));
}

extern const struct op_class op_join;
const struct op_class op_join = {
    .name = "join",
    .size = sizeof(struct join),
    .init = join_init,
    .step = join_step,
    .release = join_release,
    .bytes = join_bytes,
    .rows = join_rows,
    .check = join_check,
};

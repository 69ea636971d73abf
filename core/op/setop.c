/*
 * except and intersect, of rows that are keyed by value.
 *
 * With m the weight of a row in the first input and n in all others together, or n1, n2, ... in
 * each of them, the weight of the row in the output is
 *
 *     except                m > 0 and n == 0 ? 1 : 0
 *     except, all           max(0, m - n)
 *     intersect             min(m, n1, n2, ...) > 0 ? 1 : 0
 *     intersect, all        min(m, n1, n2, ...)
 *
 * More than two inputs of except are taken from the left, which is to take away all of their sum.
 * Not linear: the weights that a row has in each input are kept. Only rows named in a change can
 * have another weight in the output, so only they are looked at, once all changes are in:
 *
 *     weight after the step - weight before it    if that is not 0
 *
 * The inputs may be one node. Cost: one look-up for each row of the changes.
 */
#include "op/op.h"

#include "base/check.h"
#include "base/mem.h"

#include <string.h>

#define NONE HASHTAB_NONE

struct entry {
    struct row *row; /* NULL: free */
    int64_t before;  /* weight in the output, before the step */
    bool touched;    /* in this step */
    uint32_t next;   /* free entry */
};

struct setop {
    struct op op;
    bool all;
    unsigned inputs;
    struct entry *entries;
    int64_t *weights; /* of each entry, one for each input */
    size_t used;      /* entries, free ones included */
    size_t max;
    size_t weight_max;
    size_t live;
    uint32_t free;
    struct hashtab index; /* row->hash -> entry */
    uint32_t *touched;
    size_t touched_count;
    size_t touched_max;
};

/* The weight of a row in the output, from those in the inputs. */
typedef int64_t set_weight(const int64_t *weights, unsigned inputs, bool all);

static int64_t except_weight(const int64_t *weights, unsigned inputs, bool all)
{
    int64_t taken = 0;

    for (unsigned i = 1; i < inputs; i++)
        taken = weight_sum(taken, weights[i]);
    if (!all)
        return weights[0] > 0 && taken == 0;
    return weights[0] > taken ? weights[0] - taken : 0;
}

static int64_t intersect_weight(const int64_t *weights, unsigned inputs, bool all)
{
    int64_t least = weights[0];

    for (unsigned i = 1; i < inputs; i++)
        least = weights[i] < least ? weights[i] : least;
    return all ? least : least > 0;
}

static void setop_init(struct op *op, const struct plan *plan)
{
    struct setop *self = (struct setop *)op;

    self->all = plan->as.set.all;
    self->inputs = plan->input_count;
    self->free = NONE;
}

static int64_t *weights_of(const struct setop *self, uint32_t at)
{
    return &self->weights[(size_t)at * self->inputs];
}

/* The entry of a row, with weights of 0 if it is new. */
static uint32_t entry_of(struct setop *self, struct row *row)
{
    uint32_t found;
    size_t at;

    self->op.work++;
    for (found = hashtab_first(&self->index, row->hash, &at); found != NONE;
         found = hashtab_next(&self->index, row->hash, &at))
        if (row_equal(self->entries[found].row, row))
            return found;
    found = self->free;
    if (found != NONE) {
        self->free = self->entries[found].next;
    } else {
        SSP_ASSERT(self->used < NONE);
        found = (uint32_t)self->used++;
        self->entries = mem_grow(self->entries, &self->max, self->used, sizeof(*self->entries));
        self->weights = mem_grow(self->weights, &self->weight_max, self->used * self->inputs,
                                 sizeof(*self->weights));
    }
    self->entries[found] = (struct entry){.row = row_ref(row)};
    memset(weights_of(self, found), 0, self->inputs * sizeof(int64_t));
    hashtab_insert(&self->index, row->hash, found);
    self->live++;
    return found;
}

static void remove_entry(struct setop *self, uint32_t at)
{
    struct entry *entry = &self->entries[at];

    hashtab_remove(&self->index, entry->row->hash, at);
    row_unref(entry->row);
    *entry = (struct entry){.next = self->free};
    self->free = at;
    self->live--;
}

static bool is_empty(const struct setop *self, uint32_t at)
{
    for (unsigned i = 0; i < self->inputs; i++)
        if (weights_of(self, at)[i] != 0)
            return false;
    return true;
}

static void take_input(struct setop *self, unsigned input, const struct zset *change,
                       set_weight *weight)
{
    for (size_t i = 0; i < change->count; i++) {
        uint32_t at = entry_of(self, change->entries[i].row);
        struct entry *entry = &self->entries[at];
        int64_t *weights = weights_of(self, at);

        if (!entry->touched) {
            entry->touched = true;
            entry->before = weight(weights, self->inputs, self->all);
            self->touched = mem_grow(self->touched, &self->touched_max, self->touched_count + 1,
                                     sizeof(*self->touched));
            self->touched[self->touched_count++] = at;
        }
        weights[input] = weight_sum(weights[input], change->entries[i].weight);
    }
}

static void setop_step(struct op *op, struct zset *const *in, struct zset *out, set_weight *weight)
{
    struct setop *self = (struct setop *)op;

    for (unsigned i = 0; i < self->inputs; i++)
        take_input(self, i, in[i], weight);
    for (size_t i = 0; i < self->touched_count; i++) {
        uint32_t at = self->touched[i];
        struct entry *entry = &self->entries[at];
        int64_t change = weight(weights_of(self, at), self->inputs, self->all) - entry->before;

        if (change)
            zset_push(out, entry->row, change);
        entry->touched = false;
        if (is_empty(self, at))
            remove_entry(self, at);
    }
    self->touched_count = 0;
}

static void except_step(struct op *op, struct zset *const *in, struct zset *out)
{
    setop_step(op, in, out, except_weight);
}

static void intersect_step(struct op *op, struct zset *const *in, struct zset *out)
{
    setop_step(op, in, out, intersect_weight);
}

static void setop_release(struct op *op)
{
    struct setop *self = (struct setop *)op;

    for (size_t i = 0; i < self->used; i++)
        if (self->entries[i].row)
            row_unref(self->entries[i].row);
    free(self->entries);
    free(self->weights);
    free(self->touched);
    hashtab_release(&self->index);
}

static size_t setop_bytes(const struct op *op)
{
    const struct setop *self = (const struct setop *)op;

    return self->max * sizeof(*self->entries) + self->weight_max * sizeof(*self->weights) +
           hashtab_bytes(&self->index);
}

static size_t setop_rows(const struct op *op)
{
    return ((const struct setop *)op)->live;
}

static void setop_check(const struct op *op)
{
    const struct setop *self = (const struct setop *)op;
    size_t live = 0;

    for (size_t i = 0; i < self->used; i++) {
        if (!self->entries[i].row)
            continue;
        live++;
        SSP_ASSERT(!self->entries[i].touched && !is_empty(self, (uint32_t)i));
        for (unsigned j = 0; j < self->inputs; j++)
            SSP_ASSERT(weights_of(self, (uint32_t)i)[j] >= 0);
    }
    SSP_ASSERT(live == self->live && live == self->index.used);
}

extern const struct op_class op_except;
extern const struct op_class op_intersect;
const struct op_class op_except = {
    .name = "except",
    .size = sizeof(struct setop),
    .init = setop_init,
    .step = except_step,
    .release = setop_release,
    .bytes = setop_bytes,
    .rows = setop_rows,
    .check = setop_check,
};
const struct op_class op_intersect = {
    .name = "intersect",
    .size = sizeof(struct setop),
    .init = setop_init,
    .step = intersect_step,
    .release = setop_release,
    .bytes = setop_bytes,
    .rows = setop_rows,
    .check = setop_check,
};

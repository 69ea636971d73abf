/*
 * fixpoint: the rows of `base`, and of `step` applied to what is there, until nothing new appears.
 *
 * Inputs: the base, then the sub-plans of `step` that do not recurse; the operators between them
 * and `recurse` run in here, in rounds. R(0) is the base and R(i + 1) the base and step(R(i)), as
 * sets. What `recurse` gives to the step is D, the rows that round i has and round i - 1 has not,
 * each bound to its round as a context; since every operator on the way is linear in it, what comes
 * out of the step under round i counts for round i + 1. A join of recurse with itself is bilinear:
 * a pair is there as soon as both rows are, in the later one of their rounds (pair.c), and D x D in
 * that sense is R(i) x R(i) less R(i - 1) x R(i - 1) under each round i. So for each row the
 * contributions of all rounds are kept, and the row is in D in the first round in which their
 * running sum is above 0: the nested stream of Budiu et al., "DBSP", VLDB 2023, section 5, with the
 * rounds told by the rows themselves.
 *
 *     the base changes       contributions of round 0
 *     another input changes  through the step, against the D that is there
 *     a contribution of round i changes    the row is looked at in round i and, if it is not there
 *                            yet, in later rounds that contribute; -1 where it was, +1 where it is;
 *                            that change of D goes through the step before round i + 1 is looked at
 *
 * A loop that holds itself up is taken down round by round, because in each round a row is counted
 * only for what earlier rounds give it. Cost: the rows whose first round changes, times their
 * matches, log n each; in the worst case a deletion walks through as many rounds as there were.
 */
#include "op/op.h"
#include "op/rounds.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/err.h"
#include "base/mem.h"
#include "value/number.h"

#include <string.h>

#define NONE HASHTAB_NONE

enum { NEVER = ROUND_NEVER };

/* An operator of the step. A leaf has none: its rows come from an input, or from recurse. */
struct part {
    struct op *op;
    const struct plan *plan;
    size_t inputs[2]; /* parts; a union's are in more */
    size_t *more;
    struct zset out;
};

struct entry {
    struct row *row; /* NULL: a free entry */
    struct rounds contributions;
    int64_t shown;   /* the round of D that it is in; NEVER */
    int64_t stale;   /* another one that it has to leave; NEVER */
    bool was;        /* in the result before this step */
    bool touched;    /* in this step */
    int64_t visited; /* the last round that looked at it in this step */
    uint32_t next;   /* free entry */
};

struct visit {
    int64_t round;
    uint32_t entry;
};

struct fixpoint {
    struct op op;
    const struct plan_fixpoint *plan;
    struct part *parts; /* in an order to run them; the last one is the step's result */
    size_t part_count;
    size_t part_max;
    struct entry *entries;
    size_t count;
    size_t max;
    uint32_t free;
    struct hashtab index;
    struct visit *visits; /* a heap: the lowest round first */
    size_t visit_count;
    size_t visit_max;
    uint32_t *touched;
    size_t touched_count;
    size_t touched_max;
    struct zset change; /* of D, in one round */
    struct zset nothing;
    struct zset **in; /* scratch: the changes that a part takes */
    size_t in_max;
    struct buf context;
    struct buf message; /* of the fault */
};

static size_t add_part(struct fixpoint *self, const struct plan *plan)
{
    struct part part = {.plan = plan};
    size_t inputs[2] = {0, 0};

    if (plan->input_count > 2)
        part.more = mem_alloc(plan->input_count * sizeof(*part.more));
    for (unsigned i = 0; i < plan->input_count; i++)
        (part.more ? part.more : inputs)[i] = add_part(self, plan->inputs[i]);
    memcpy(part.inputs, inputs, sizeof(inputs));
    if (plan->op != PLAN_INPUT && plan->op != PLAN_RECURSE)
        part.op = op_new(plan);
    self->parts =
        mem_grow(self->parts, &self->part_max, self->part_count + 1, sizeof(*self->parts));
    self->parts[self->part_count] = part;
    return self->part_count++;
}

static void fixpoint_init(struct op *op, const struct plan *plan)
{
    struct fixpoint *self = (struct fixpoint *)op;

    self->plan = &plan->as.fixpoint;
    self->free = NONE;
    (void)add_part(self, self->plan->step);
}

static uint32_t find_entry(struct fixpoint *self, struct row *row)
{
    struct entry *entry;
    size_t at;
    uint32_t i = hashtab_first(&self->index, row->hash, &at);

    for (; i != NONE; i = hashtab_next(&self->index, row->hash, &at)) {
        self->op.work++;
        if (row_equal(self->entries[i].row, row))
            return i;
    }
    i = self->free;
    if (i == NONE) {
        SSP_ASSERT(self->count < NONE);
        self->entries =
            mem_grow(self->entries, &self->max, self->count + 1, sizeof(*self->entries));
        i = (uint32_t)self->count++;
    } else {
        self->free = self->entries[i].next;
    }
    entry = &self->entries[i];
    *entry = (struct entry){.row = row_ref(row), .shown = NEVER, .stale = NEVER, .visited = NEVER};
    hashtab_insert(&self->index, row->hash, i);
    return i;
}

static void schedule(struct fixpoint *self, int64_t round, uint32_t entry)
{
    size_t i = self->visit_count++;

    self->visits =
        mem_grow(self->visits, &self->visit_max, self->visit_count, sizeof(*self->visits));
    for (; i > 0 && self->visits[(i - 1) / 2].round > round; i = (i - 1) / 2)
        self->visits[i] = self->visits[(i - 1) / 2];
    self->visits[i] = (struct visit){round, entry};
}

static struct visit next_visit(struct fixpoint *self)
{
    struct visit first = self->visits[0];
    struct visit last = self->visits[--self->visit_count];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= self->visit_count)
            break;
        if (child + 1 < self->visit_count &&
            self->visits[child + 1].round < self->visits[child].round)
            child++;
        if (self->visits[child].round >= last.round)
            break;
        self->visits[i] = self->visits[child];
        i = child;
    }
    self->visits[i] = last;
    return first;
}

static void contribute(struct fixpoint *self, struct row *row, int64_t round, int64_t weight)
{
    uint32_t at = find_entry(self, row);
    struct entry *entry = &self->entries[at];

    if (!entry->touched) {
        entry->touched = true;
        entry->was = entry->shown != NEVER;
        entry->visited = NEVER;
        self->touched = mem_grow(self->touched, &self->touched_max, self->touched_count + 1,
                                 sizeof(*self->touched));
        self->touched[self->touched_count++] = at;
    }
    rounds_add(&entry->contributions, round, weight, &self->op.work);
    schedule(self, round, at);
}

static int64_t round_of(const struct row *row)
{
    struct value value = row->bound ? row_context_at(row, 0) : VALUE_NONE;
    int64_t round = NEVER; /* it does not come from recurse: in the first step already */

    if (value.type == VALUE_NUMBER)
        (void)number_int(value.text, value.size, &round);
    return round;
}

static struct zset *rows_of(struct fixpoint *self, struct part *part, struct zset *const *external,
                            struct zset *recursive)
{
    if (part->plan->op == PLAN_RECURSE)
        return recursive ? recursive : &self->nothing;
    if (part->plan->op == PLAN_INPUT)
        return external ? external[part->plan->as.input] : &self->nothing;
    return &part->out;
}

/* Changes of the inputs, or of D, through the step. */
static void run_step(struct fixpoint *self, struct zset *const *external, struct zset *recursive)
{
    struct part *last = &self->parts[self->part_count - 1];
    struct zset *out;

    for (struct part *part = self->parts; part <= last; part++) {
        bool changed = false;

        if (!part->op)
            continue;
        self->in = mem_grow(self->in, &self->in_max, part->plan->input_count, sizeof(*self->in));
        for (unsigned i = 0; i < part->plan->input_count; i++) {
            size_t from = part->more ? part->more[i] : part->inputs[i];

            self->in[i] = rows_of(self, &self->parts[from], external, recursive);
            changed = changed || self->in[i]->count;
        }
        if (changed) {
            uint64_t work = part->op->work;

            op_step(part->op, part->plan->input_count, self->in, &part->out);
            self->op.work += part->op->work - work;
        }
    }
    out = rows_of(self, last, external, recursive);
    for (size_t i = 0; i < out->count; i++) {
        const struct zset_entry *entry = &out->entries[i];
        struct row *plain = row_bind(entry->row, VALUE_NONE);

        contribute(self, plain, round_of(entry->row) + 1, entry->weight);
        row_unref(plain);
    }
    for (struct part *part = self->parts; part <= last; part++)
        zset_clear(&part->out);
}

static void change_shown(struct fixpoint *self, struct entry *entry, int64_t round, int64_t weight)
{
    struct row *row;

    buf_clear(&self->context);
    buf_add_string(&self->context, "[[");
    buf_add_int(&self->context, round);
    buf_add_string(&self->context, "]]");
    row = row_bind(entry->row,
                   (struct value){self->context.bytes, (uint32_t)self->context.size, VALUE_ARRAY});
    zset_push(&self->change, row, weight);
    row_unref(row);
}

static void visit(struct fixpoint *self, uint32_t at, int64_t round)
{
    struct entry *entry = &self->entries[at];
    int64_t first = rounds_first(&entry->contributions, round);
    bool shown = entry->shown == round || entry->stale == round;
    int64_t next = NEVER;

    entry->visited = round;
    if (shown && first != round) {
        change_shown(self, entry, round, -1);
        if (entry->stale == round)
            entry->stale = NEVER;
        else
            entry->shown = NEVER;
    } else if (!shown && first == round) {
        change_shown(self, entry, round, 1);
        entry->stale = entry->shown;
        entry->shown = round;
        if (entry->stale != NEVER)
            schedule(self, entry->stale, at);
    }
    if (first == NEVER)
        next = rounds_after(&entry->contributions, round, &self->op.work);
    if (next != NEVER)
        schedule(self, next, at);
}

static void give_up(struct fixpoint *self)
{
    buf_clear(&self->message);
    buf_add_format(&self->message,
                   "recursion %s has not ended after %lld rounds; bound what its step makes, or "
                   "raise \"max_rounds\"",
                   quote(self->plan->name, self->plan->name_size).text,
                   (long long)self->plan->max_rounds);
    self->op.fault = self->message.bytes;
}

/* All rounds that have something to look at, the earliest first. */
static void run_rounds(struct fixpoint *self)
{
    while (self->visit_count) {
        int64_t round = self->visits[0].round;

        while (self->visit_count && self->visits[0].round == round) {
            uint32_t at = next_visit(self).entry;

            self->op.work++;
            if (self->entries[at].visited != round)
                visit(self, at, round);
        }
        if (self->change.count && round >= self->plan->max_rounds)
            give_up(self);
        if (self->op.fault)
            self->visit_count = 0;
        else if (self->change.count)
            run_step(self, NULL, &self->change);
        zset_clear(&self->change);
    }
}

static void fixpoint_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct fixpoint *self = (struct fixpoint *)op;

    for (size_t i = 0; i < in[0]->count; i++)
        contribute(self, in[0]->entries[i].row, 0, in[0]->entries[i].weight);
    run_step(self, in, NULL);
    run_rounds(self);
    for (size_t i = 0; i < self->touched_count; i++) {
        struct entry *entry = &self->entries[self->touched[i]];
        bool is = entry->shown != NEVER;

        entry->touched = false;
        if (is != entry->was)
            zset_push(out, entry->row, is ? 1 : -1);
        if (is || entry->contributions.count)
            continue;
        hashtab_remove(&self->index, entry->row->hash, self->touched[i]);
        row_unref(entry->row);
        rounds_release(&entry->contributions);
        *entry = (struct entry){.next = self->free};
        self->free = self->touched[i];
    }
    self->touched_count = 0;
}

static void fixpoint_release(struct op *op)
{
    struct fixpoint *self = (struct fixpoint *)op;

    for (size_t i = 0; i < self->part_count; i++) {
        if (self->parts[i].op)
            op_free(self->parts[i].op);
        free(self->parts[i].more);
        zset_release(&self->parts[i].out);
    }
    for (size_t i = 0; i < self->count; i++)
        if (self->entries[i].row) {
            row_unref(self->entries[i].row);
            rounds_release(&self->entries[i].contributions);
        }
    free(self->parts);
    free(self->entries);
    free(self->visits);
    free(self->touched);
    free(self->in);
    hashtab_release(&self->index);
    zset_release(&self->change);
    buf_release(&self->context);
    buf_release(&self->message);
}

static size_t fixpoint_bytes(const struct op *op)
{
    const struct fixpoint *self = (const struct fixpoint *)op;
    size_t bytes = self->max * sizeof(*self->entries) + hashtab_bytes(&self->index) +
                   self->visit_max * sizeof(*self->visits) +
                   self->touched_max * sizeof(*self->touched);

    for (size_t i = 0; i < self->count; i++)
        bytes += self->entries[i].contributions.max * sizeof(struct round);
    for (size_t i = 0; i < self->part_count; i++)
        if (self->parts[i].op && self->parts[i].op->class->bytes)
            bytes += self->parts[i].op->class->bytes(self->parts[i].op);
    return bytes;
}

static size_t fixpoint_rows(const struct op *op)
{
    const struct fixpoint *self = (const struct fixpoint *)op;
    size_t rows = self->index.used;

    for (size_t i = 0; i < self->part_count; i++)
        if (self->parts[i].op && self->parts[i].op->class->rows)
            rows += self->parts[i].op->class->rows(self->parts[i].op);
    return rows;
}

static void fixpoint_check(const struct op *op)
{
    const struct fixpoint *self = (const struct fixpoint *)op;

    for (size_t i = 0; i < self->count && !op->fault; i++) {
        const struct entry *entry = &self->entries[i];

        if (!entry->row)
            continue;
        SSP_ASSERT(entry->stale == NEVER);
        SSP_ASSERT(entry->shown == rounds_first(&entry->contributions, INT64_MAX));
    }
}

extern const struct op_class op_fixpoint;
const struct op_class op_fixpoint = {
    .name = "fixpoint",
    .size = sizeof(struct fixpoint),
    .init = fixpoint_init,
    .step = fixpoint_step,
    .release = fixpoint_release,
    .bytes = fixpoint_bytes,
    .rows = fixpoint_rows,
    .check = fixpoint_check,
};

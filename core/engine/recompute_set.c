/* Naive distinct, union, except and intersect; see recompute.h. */
#include "engine/recompute_run.h"

#include "base/hash.h"
#include "base/mem.h"
#include "value/json_scan.h"

#include <string.h>

/* Adds a member to an object under construction, its value canonical. */
static void add_member(struct buf *text, const char *name, size_t size, struct value value)
{
    if (text->size > 1)
        buf_add_byte(text, ',');
    buf_add(text, name, size);
    buf_add_byte(text, ':');
    value_write_canonical(text, value);
}

/* The text of a row with its numbers canonical: its columns if they are known, null where they are
 * missing; else its fields, those that are null only if `nulls`. */
static struct buf text_of(const struct row *row, const struct plan_set *set, bool nulls)
{
    struct buf text = BUF_INIT;
    struct json_iter iter = json_iter_of(row_text(row));

    buf_add_byte(&text, '{');
    for (size_t i = 0; !nulls && set->known && i < set->column_count; i++) {
        const struct path *column = set->columns[i];
        struct value value = path_get_in(column, row_value(row));

        add_member(&text, column->steps->key, column->steps->key_size,
                   value_is_unknown(value) ? value_of("null", 4) : value);
    }
    while ((nulls || !set->known) && json_iter_next(&iter))
        if (nulls || *iter.value != 'n')
            add_member(&text, iter.key, iter.key_size, value_of(iter.value, iter.value_size));
    buf_add_byte(&text, '}');
    return text;
}

static struct row *make(const struct row *row, struct buf *key, struct buf *text)
{
    struct row_source source = {.key = key->bytes,
                                .key_size = key->size,
                                .made = true,
                                .hash = hash_bytes(key->bytes, key->size),
                                .context = row->bound ? row_context(row).text : NULL,
                                .context_size = row_context(row).size};
    struct row *made = recompute_row(source, text);

    buf_release(key);
    buf_release(text);
    return made;
}

static struct row *by_value(const struct row *row, const struct plan_set *set)
{
    struct buf text = text_of(row, set, false);
    struct buf key = BUF_INIT;

    value_write_canonical(&key, value_of(text.bytes, text.size));
    if (!set->known) {
        buf_clear(&text);
        buf_add(&text, key.bytes, key.size);
    }
    return make(row, &key, &text);
}

struct bag recompute_by_value(const struct bag *in, const struct plan_set *set)
{
    struct bag bag = {0};

    for (size_t i = 0; i < in->count; i++)
        bag_add(&bag, by_value(in->entries[i].row, set), in->entries[i].weight, NULL);
    bag_consolidate(&bag);
    return bag;
}

/* A row under the values that it is distinct on, with those that it is in order by. */
struct candidate {
    struct buf key;
    struct value *order;
    const struct row *row;
};

static int key_compare(const struct candidate *a, const struct candidate *b)
{
    size_t common = a->key.size < b->key.size ? a->key.size : b->key.size;
    int order = memcmp(a->key.bytes, b->key.bytes, common);

    return order ? order : (a->key.size > b->key.size) - (a->key.size < b->key.size);
}

static int candidate_compare(const void *a, const void *b, void *first)
{
    const struct candidate *x = a;
    const struct candidate *y = b;
    const struct plan_limit *limit = first;
    int order = key_compare(x, y);

    for (size_t i = 0; order == 0 && i < limit->order_count; i++) {
        order = recompute_order(&limit->order[i], x->order[i], y->order[i]);
    }
    return order ? order : row_compare(x->row, y->row);
}

static void candidate_init(struct run *run, struct candidate *candidate, const struct row *row,
                           const struct plan_limit *limit)
{
    const char *before = "[";

    candidate->row = row;
    for (size_t i = 0; i < limit->partition_count; i++, before = ",") {
        struct value value = expr_eval(&limit->partition[i], row, &run->arena);

        buf_add_string(&candidate->key, before);
        value_write_canonical(&candidate->key,
                              value_is_unknown(value) ? value_of("null", 4) : value);
    }
    buf_add_byte(&candidate->key, ']');
    candidate->order = ARENA_ARRAY(&run->arena, struct value, limit->order_count);
    for (size_t i = 0; i < limit->order_count; i++)
        candidate->order[i] = expr_eval(&limit->order[i].expr, row, &run->arena);
}

/* Sorts the rows by key and order; the first one of each key stays. */
static struct bag distinct_on(struct run *run, const struct bag *in, const struct plan_set *set)
{
    struct bag bag = {0};
    struct candidate *all = mem_alloc_zero(in->count * sizeof(*all));
    struct plan_limit limit = set->first;

    for (size_t i = 0; i < in->count; i++)
        candidate_init(run, &all[i], in->entries[i].row, &limit);
    if (in->count > 1)
        qsort_r(all, in->count, sizeof(*all), candidate_compare, &limit);
    for (size_t i = 0; i < in->count; i++)
        if (i == 0 || key_compare(&all[i - 1], &all[i]) != 0) {
            struct buf key = BUF_INIT;
            struct buf text = text_of(all[i].row, set, true);

            buf_add(&key, all[i].key.bytes, all[i].key.size);
            bag_add(&bag, make(all[i].row, &key, &text), 1, NULL);
        }
    for (size_t i = 0; i < in->count; i++)
        buf_release(&all[i].key);
    free(all);
    return bag;
}

static struct bag sum(const struct bag *in, unsigned count)
{
    struct bag bag = {0};

    for (unsigned i = 0; i < count; i++)
        for (size_t j = 0; j < in[i].count; j++)
            bag_add(&bag, row_ref(in[i].entries[j].row), in[i].entries[j].weight, NULL);
    bag_consolidate(&bag);
    return bag;
}

static int64_t weight_in(const struct bag *bag, const struct row *row)
{
    size_t low = 0;
    size_t high = bag->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (row_compare(bag->entries[middle].row, row) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < bag->count && row_compare(bag->entries[low].row, row) == 0
               ? bag->entries[low].weight
               : 0;
}

/* except goes from the left: what stays of two inputs is the left one of the next. */
static struct bag two(const struct bag *left, const struct bag *right, const struct plan *plan)
{
    struct bag bag = {0};
    bool all = plan->as.set.all;

    for (size_t i = 0; i < left->count; i++) {
        struct row *row = left->entries[i].row;
        int64_t m = left->entries[i].weight;
        int64_t n = weight_in(right, row);
        int64_t weight = plan->op == PLAN_INTERSECT ? (m < n ? m : n) : all ? m - n : n == 0;

        if (weight > 0)
            bag_add(&bag, row_ref(row), all ? weight : 1, NULL);
    }
    return bag;
}

struct bag recompute_set(struct run *run, const struct plan *plan, const struct bag *in)
{
    const struct plan_set *set = &plan->as.set;
    struct bag rows = {0};
    struct bag bag = {0};

    if (set->first.partition_count)
        return distinct_on(run, &in[0], set);
    if (plan->op == PLAN_REKEY)
        return recompute_by_value(&in[0], set);
    if (plan->op == PLAN_UNIQUE || plan->op == PLAN_UNION) {
        rows = sum(in, plan->input_count);
        if (plan_keeps_keys(plan))
            return rows;
        bag = recompute_by_value(&rows, set);
        for (size_t i = 0; !set->all && i < bag.count; i++)
            bag.entries[i].weight = 1;
        bag_release(&rows);
        return bag;
    }
    bag = recompute_by_value(&in[0], set);
    for (unsigned i = 1; i < plan->input_count; i++) {
        struct bag left = bag;
        struct bag right = recompute_by_value(&in[i], set);

        bag = two(&left, &right, plan);
        bag_release(&left);
        bag_release(&right);
    }
    return bag;
}

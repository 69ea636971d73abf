/* Naive joins: every left row looks its matches up; see recompute.h. */
#include "engine/recompute_run.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "value/json_write.h"

static bool has_unknown(const struct sort_key *key, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (value_is_unknown(key->values[i]))
            return true;
    return false;
}

/* A side of a pair under its name; with its id before its fields if that is asked for. */
static void add_side(struct buf *text, const char *name, size_t size, const struct row *row,
                     bool with_id)
{
    buf_add_format(text, "%.*s:", (int)size, name);
    if (row && with_id && row->id_size)
        buf_add_format(text, "{\"id\":%.*s%s%.*s", (int)row->id_size, row_id(row).text,
                       row->count ? "," : "", (int)row->size - 1, row_text(row) + 1);
    else
        buf_add_format(text, "%.*s", row ? (int)row->size : 4, row ? row_text(row) : "null");
}

struct row *recompute_pair(const struct row *left, const struct row *right,
                           const struct plan_join *plan, bool with_ids)
{
    const struct row *one = left ? left : right;
    struct buf key = BUF_INIT;
    struct buf text = BUF_INIT;
    struct row *row;

    for (int side = 0; side < 2; side++) {
        const struct row *it = side ? right : left;

        buf_add_byte(&key, side ? ',' : '[');
        if (it)
            json_write_string(&key, row_key(it), it->key_size);
        else
            buf_add_string(&key, "null");
        buf_add_byte(&text, side ? ',' : '{');
        add_side(&text, plan->as[side], plan->as_size[side], it, with_ids && plan->where_id[side]);
    }
    buf_add_byte(&key, ']');
    buf_add_byte(&text, '}');
    row = recompute_row(
        (struct row_source){
            .key = key.bytes,
            .key_size = key.size,
            .made = true,
            .hash = hash_bytes(key.bytes, key.size),
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): one side is there */
            .context = one->bound ? row_context(one).text : NULL,
            .context_size = row_context(one).size},
        &text);
    buf_release(&key);
    buf_release(&text);
    return row;
}

static bool holds(struct run *run, const struct row *left, const struct row *right,
                  const struct plan_join *plan)
{
    struct row *row;
    bool result;

    if (!plan->where)
        return true;
    row = recompute_pair(left, right, plan, true);
    result = predicate_eval(plan->where, row, NULL, &run->scratch) == TRUTH_TRUE;
    row_unref(row);
    return result;
}

/* A pair, or a row without a match. */
static void show(struct bag *bag, const struct bag_entry *left, const struct bag_entry *right,
                 const struct plan_join *plan)
{
    int64_t weight = (left ? left->weight : 1) * (right ? right->weight : 1);

    if (plan->both)
        bag_add(bag,
                recompute_pair(left ? left->row : NULL, right ? right->row : NULL, plan, false),
                weight, NULL);
    else
        /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what is shown is there */
        bag_add(bag, row_ref(left->row), weight, left->sources);
}

/* The first of the sorted keys that is not below this one. */
static size_t first_of(const struct sort_key *keys, size_t count, const struct sort_key *wanted)
{
    size_t low = 0;

    while (low < count) {
        size_t middle = low + (count - low) / 2;

        if (sort_keys_compare(&keys[middle], wanted) < 0)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

struct bag recompute_join(struct run *run, const struct bag *left, const struct bag *right,
                          const struct plan_join *plan)
{
    const bool pairs = plan->kind != JOIN_SEMI && plan->kind != JOIN_ANTI;
    const bool lefts =
        plan->kind == JOIN_LEFT || plan->kind == JOIN_FULL || plan->kind == JOIN_ANTI;
    const bool rights = plan->kind == JOIN_RIGHT || plan->kind == JOIN_FULL;
    struct sort_key *l = sort_keys_new(run, left, plan->left, plan->count);
    struct sort_key *r = sort_keys_new(run, right, plan->right, plan->count);
    bool *matched = mem_alloc_zero(right->count * sizeof(*matched));
    struct bag bag = {0};

    sort_keys_sort(r, right->count, NULL, plan->count);
    for (size_t i = 0; i < left->count; i++) {
        bool has_match = false;

        for (size_t j = first_of(r, right->count, &l[i]);
             j < right->count && sort_keys_compare(&r[j], &l[i]) == 0; j++) {
            if (has_unknown(&l[i], plan->count) ||
                !holds(run, l[i].entry.row, r[j].entry.row, plan))
                continue;
            has_match = matched[j] = true;
            if (pairs)
                show(&bag, &l[i].entry, &r[j].entry, plan);
        }
        if (has_match ? plan->kind == JOIN_SEMI : lefts)
            show(&bag, &l[i].entry, NULL, plan);
    }
    for (size_t j = 0; rights && j < right->count; j++)
        if (!matched[j])
            show(&bag, NULL, &r[j].entry, plan);
    free(matched);
    sort_keys_free(l, left->count);
    sort_keys_free(r, right->count);
    return bag;
}

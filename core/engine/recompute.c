/* Naive evaluation of operators; see recompute.h. */
#include "engine/recompute_run.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "value/json_scan.h"

#include <string.h>

void bag_add(struct bag *bag, struct row *row, int64_t weight, struct source *sources)
{
    bag->entries = mem_grow(bag->entries, &bag->max, bag->count + 1, sizeof(*bag->entries));
    bag->entries[bag->count++] = (struct bag_entry){row, weight, sources};
}

void bag_release(struct bag *bag)
{
    for (size_t i = 0; i < bag->count; i++)
        row_unref(bag->entries[i].row);
    free(bag->entries);
    *bag = (struct bag){0};
}

static int bag_compare(const void *a, const void *b)
{
    return row_compare(((const struct bag_entry *)a)->row, ((const struct bag_entry *)b)->row);
}

void bag_consolidate(struct bag *bag)
{
    size_t kept = 0;

    if (bag->count > 1)
        qsort(bag->entries, bag->count, sizeof(*bag->entries), bag_compare);
    for (size_t i = 0; i < bag->count; i++) {
        if (kept && row_compare(bag->entries[kept - 1].row, bag->entries[i].row) == 0) {
            bag->entries[kept - 1].weight += bag->entries[i].weight;
            row_unref(bag->entries[i].row);
        } else {
            bag->entries[kept++] = bag->entries[i];
        }
    }
    bag->count = kept;
}

static struct bag scan(const struct run *run, const struct plan_scan *plan, struct value context)
{
    const struct table *table = store_find(run->store, plan->table, plan->table_size);
    struct bag bag = {0};

    for (size_t i = 0; table && i < table->count; i++)
        if (table->records[i].live)
            bag_add(&bag, row_bind(table->records[i].row, context), 1, NULL);
    return bag;
}

struct bag recompute_subquery(struct run *run, const struct plan_subquery *subquery,
                              const struct row *around)
{
    struct buf context = BUF_INIT;
    struct bag bag;

    plan_write_context(&context, subquery, around);
    bag = recompute_rows(run, subquery->plan,
                         (struct value){context.bytes, (uint32_t)context.size, VALUE_ARRAY});
    buf_release(&context);
    return bag;
}

static void find_exists(struct run *run, const struct predicate *p, const struct row *row,
                        bool *found)
{
    if (p->exists) {
        struct bag bag = recompute_subquery(run, p->exists, row);

        found[p->exists_bit] = bag.count > 0;
        bag_release(&bag);
    }
    for (size_t i = 0; i < p->child_count; i++)
        find_exists(run, p->children[i], row, found);
}

static struct bag filter(struct run *run, const struct bag *in, const struct plan *plan)
{
    struct bag bag = {0};
    bool *found = mem_alloc_zero(plan->exists_count * sizeof(*found));

    for (size_t i = 0; i < in->count; i++) {
        const struct bag_entry *entry = &in->entries[i];

        if (plan->exists_count)
            find_exists(run, plan->as.filter, entry->row, found);
        if (predicate_eval(plan->as.filter, entry->row, found, &run->scratch) == TRUTH_TRUE)
            bag_add(&bag, row_ref(entry->row), entry->weight, entry->sources);
    }
    free(found);
    return bag;
}

/* Sets a field of an object under construction: a list of "key":value texts, one a name. */
struct field_list {
    struct buf *items;
    size_t count;
    size_t max;
};

static void set_field(struct field_list *list, const char *key, size_t key_size, struct value value)
{
    size_t i = 0;

    while (i < list->count &&
           (list->items[i].size <= key_size || memcmp(list->items[i].bytes, key, key_size) != 0 ||
            list->items[i].bytes[key_size] != ':'))
        i++;
    if (i == list->count) {
        list->items = mem_grow(list->items, &list->max, i + 1, sizeof(*list->items));
        list->items[list->count++] = (struct buf)BUF_INIT;
    }
    buf_clear(&list->items[i]);
    buf_add(&list->items[i], key, key_size);
    buf_add_byte(&list->items[i], ':');
    if (value.type != VALUE_MISSING)
        buf_add(&list->items[i], value.text, value.size);
}

struct row *recompute_row(struct row_source source, struct buf *text)
{
    uint32_t *fields = NULL;
    size_t max = 0;
    struct row *row;

    buf_add_byte(text, '\0');
    source.count = row_find_fields(text->bytes, &fields, &max);
    source.fields = fields;
    source.text = text->bytes;
    source.size = text->size - 1;
    row = row_new(&source);
    free(fields);
    return row;
}

struct row *recompute_row_like(const struct row *row, struct buf *text)
{
    struct value id = row_id(row);

    return recompute_row((struct row_source){.key = row_key(row),
                                             .key_size = row->key_size,
                                             .made = row->made,
                                             .hash = hash_bytes(row_key(row), row->key_size),
                                             .id = id.text,
                                             .id_size = id.size,
                                             .context = row->bound ? row_context(row).text : NULL,
                                             .context_size = row_context(row).size},
                         text);
}

static struct row *project_row(struct run *run, const struct row *row,
                               const struct plan_project *plan)
{
    struct field_list list = {0};
    struct buf text = BUF_INIT;
    struct row *result;

    for (size_t i = 0; i < plan->count; i++) {
        struct json_iter iter = json_iter_of(row_text(row));

        if (plan->projections[i].expr)
            set_field(&list, plan->projections[i].alias, plan->projections[i].alias_size,
                      expr_eval(plan->projections[i].expr, row, &run->scratch));
        else
            while (json_iter_next(&iter))
                set_field(&list, iter.key, iter.key_size, value_of(iter.value, iter.value_size));
    }
    buf_add_byte(&text, '{');
    for (size_t i = 0; i < list.count; i++) {
        if (list.items[i].bytes[list.items[i].size - 1] != ':') { /* else it is missing */
            if (text.size > 1)
                buf_add_byte(&text, ',');
            buf_add(&text, list.items[i].bytes, list.items[i].size);
        }
        buf_release(&list.items[i]);
    }
    buf_add_byte(&text, '}');
    arena_reset(&run->scratch);
    result = recompute_row((struct row_source){.key = row_key(row),
                                               .key_size = row->key_size,
                                               .made = row->made,
                                               .hash = hash_bytes(row_key(row), row->key_size),
                                               .context = row->bound ? row_context(row).text : NULL,
                                               .context_size = row_context(row).size},
                           &text);
    buf_release(&text);
    free(list.items);
    return result;
}

static struct bag project(struct run *run, const struct bag *in, const struct plan_project *plan)
{
    struct bag bag = {0};

    for (size_t i = 0; i < in->count; i++) {
        const struct bag_entry *entry = &in->entries[i];
        struct source *sources = entry->sources;

        if (plan->subquery_count) {
            sources = ARENA_NEW(&run->arena, struct source);
            *sources = (struct source){plan, entry->row, entry->sources};
            bag_add(&run->kept, row_ref(entry->row), 1, NULL);
        }
        bag_add(&bag, project_row(run, entry->row, plan), entry->weight, sources);
    }
    return bag;
}

static const struct order_field *sort_fields; /* for qsort; NULL: all ascending */
static size_t sort_count;

int sort_keys_compare(const struct sort_key *a, const struct sort_key *b)
{
    for (size_t i = 0; i < sort_count; i++) {
        int order = sort_fields ? recompute_order(&sort_fields[i], a->values[i], b->values[i])
                                : value_compare(a->values[i], b->values[i]);

        if (order)
            return order;
    }
    return 0;
}

static int sort_compare(const void *a, const void *b)
{
    int order = sort_keys_compare(a, b);

    return order ? order
                 : row_compare(((const struct sort_key *)a)->entry.row,
                               ((const struct sort_key *)b)->entry.row);
}

struct sort_key *sort_keys_new(struct run *run, const struct bag *bag, const struct expr *exprs,
                               size_t count)
{
    struct sort_key *keys = mem_alloc(bag->count * sizeof(*keys));

    for (size_t i = 0; i < bag->count; i++) {
        keys[i].entry = bag->entries[i];
        keys[i].values = mem_alloc(count * sizeof(struct value));
        for (size_t j = 0; j < count; j++)
            keys[i].values[j] = expr_eval(&exprs[j], bag->entries[i].row, &run->arena);
    }
    return keys;
}

void sort_keys_sort(struct sort_key *keys, size_t count, const struct order_field *fields,
                    size_t field_count)
{
    sort_fields = fields;
    sort_count = field_count;
    if (count > 1)
        qsort(keys, count, sizeof(*keys), sort_compare);
}

void sort_keys_free(struct sort_key *keys, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(keys[i].values);
    free(keys);
}

static bool same_partition(struct run *run, const struct row *a, const struct row *b,
                           const struct plan_limit *plan)
{
    for (size_t i = 0; i < plan->partition_count; i++) {
        struct value x = expr_eval(&plan->partition[i], a, &run->arena);
        struct value y = expr_eval(&plan->partition[i], b, &run->arena);

        if (!(value_is_unknown(x) && value_is_unknown(y)) && value_compare(x, y) != 0)
            return false;
    }
    return true;
}

/* Walks the rows in order, counting places; a partition's count is found by looking back. */
static struct bag limit(struct run *run, const struct bag *in, const struct plan_limit *plan)
{
    struct bag bag = {0};
    struct expr *exprs = mem_alloc(plan->order_count * sizeof(*exprs));
    int64_t *places = mem_alloc(in->count * sizeof(*places)); /* taken up to and with a row */
    struct sort_key *keys;

    for (size_t i = 0; i < plan->order_count; i++)
        exprs[i] = plan->order[i].expr;
    keys = sort_keys_new(run, in, exprs, plan->order_count);
    sort_keys_sort(keys, in->count, plan->order, plan->order_count);
    for (size_t i = 0; i < in->count; i++) {
        int64_t from = 0;
        int64_t to;

        for (size_t j = i; j-- > 0;)
            if (same_partition(run, keys[i].entry.row, keys[j].entry.row, plan)) {
                from = places[j];
                break;
            }
        to = from + keys[i].entry.weight;
        places[i] = to;
        if (from < plan->offset)
            from = plan->offset;
        if (to > plan->offset + plan->limit)
            to = plan->offset + plan->limit;
        if (from < to)
            bag_add(&bag, row_ref(keys[i].entry.row), to - from, keys[i].entry.sources);
    }
    sort_keys_free(keys, in->count);
    free(places);
    free(exprs);
    return bag;
}

/* The rows of another view, as its own semantics have them, without those of its subqueries. */
static struct bag other_view(struct run *run, const struct plan *plan, struct value context)
{
    bool membership = run->membership;
    struct bag bag;

    run->membership = plan->as.view == SEMANTICS_MEMBERSHIP;
    bag = recompute_rows(run, plan->inputs[0], context);
    run->membership = membership;
    for (size_t i = 0; i < bag.count; i++)
        bag.entries[i].sources = NULL;
    return bag;
}

struct bag recompute_rows(struct run *run, const struct plan *plan, struct value context)
{
    struct bag *in = mem_alloc_zero(plan->input_count * sizeof(*in));
    struct bag bag = {0};

    for (unsigned i = 0;
         plan->op != PLAN_FIXPOINT && plan->op != PLAN_VIEW && i < plan->input_count; i++)
        in[i] = recompute_rows(run, plan->inputs[i], context);
    if (plan->op == PLAN_VIEW)
        bag = other_view(run, plan, context);
    else if (plan->op == PLAN_FIXPOINT)
        bag = recompute_fixpoint(run, plan, context);
    else if (plan->op == PLAN_RECURSE)
        bag = recompute_recurse(run, plan);
    else if (plan->op == PLAN_SCAN)
        bag = scan(run, &plan->as.scan, context);
    else if (plan->op == PLAN_FILTER)
        bag = filter(run, &in[0], plan);
    else if (plan->op == PLAN_PROJECT)
        bag = project(run, &in[0], &plan->as.project);
    else if (plan->op == PLAN_JOIN)
        bag = (plan->as.join.asof ? recompute_asof : recompute_join)(run, &in[0], &in[1],
                                                                     &plan->as.join);
    else if (plan->op == PLAN_LIMIT)
        bag = limit(run, &in[0], &plan->as.limit);
    else if (plan->op == PLAN_AGGREGATE)
        bag = recompute_aggregate(run, &in[0], &plan->as.aggregate, context);
    else if (plan->op == PLAN_WINDOW)
        bag = recompute_window(run, &in[0], &plan->as.window);
    else if (plan->op == PLAN_SESSION)
        bag = recompute_session(run, &in[0], &plan->as.session);
    else if (plan->op == PLAN_UNNEST)
        bag = recompute_unnest(run, &in[0], &plan->as.unnest);
    else
        bag = recompute_set(run, plan, in);
    bag_consolidate(&bag);
    for (size_t i = 0; run->membership && i < bag.count; i++)
        bag.entries[i].weight = 1;
    for (unsigned i = 0; i < plan->input_count; i++)
        bag_release(&in[i]);
    free(in);
    return bag;
}

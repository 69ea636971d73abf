/* Naive views: what subqueries add to a view, and trees; see recompute.h. */
#include "engine/recompute_run.h"

#include "base/buf.h"
#include "base/hash.h"
#include "value/json_write.h"

#include <stdlib.h>
#include <string.h>

/* How a list is sorted: as its plan's limit says, else by key. */
struct list_order {
    const struct plan *plan;
    struct arena *scratch;
};

int recompute_order(const struct order_field *field, struct value a, struct value b)
{
    bool nulls[2] = {a.type <= VALUE_NULL, b.type <= VALUE_NULL};
    int order;

    if (field->nulls != NULLS_BY_VALUE && nulls[0] && nulls[1])
        return 0;
    if (field->nulls != NULLS_BY_VALUE && nulls[0] != nulls[1])
        return nulls[0] == (field->nulls == NULLS_FIRST) ? -1 : 1;
    order = value_compare(a, b);
    return field->descending ? -order : order;
}

static int list_compare(const void *a, const void *b, void *context)
{
    const struct row *x = ((const struct bag_entry *)a)->row;
    const struct row *y = ((const struct bag_entry *)b)->row;
    const struct list_order *by = context;

    for (size_t i = 0; by->plan->op == PLAN_LIMIT && i < by->plan->as.limit.order_count; i++) {
        const struct order_field *field = &by->plan->as.limit.order[i];
        int order = recompute_order(field, expr_eval(&field->expr, x, by->scratch),
                                    expr_eval(&field->expr, y, by->scratch));

        if (order)
            return order;
    }
    return row_compare(x, y);
}

static void list_sort(struct run *run, struct bag *bag, const struct plan *plan)
{
    struct list_order by = {plan, &run->scratch};

    if (bag->count > 1)
        qsort_r(bag->entries, bag->count, sizeof(*bag->entries), list_compare, &by);
    arena_reset(&run->scratch);
}

static struct bag children(struct run *run, const struct plan_subquery *subquery,
                           const struct row *around)
{
    struct bag bag = recompute_subquery(run, subquery, around);

    list_sort(run, &bag, subquery->plan);
    for (; subquery->single && bag.count > 1; bag.count--)
        row_unref(bag.entries[bag.count - 1].row);
    for (size_t i = 0; subquery->single && i < bag.count; i++)
        bag.entries[i].weight = 1;
    return bag;
}

/* Whether a project further out has a subquery of the same alias: that one counts. */
static bool hidden(const struct bag_entry *entry, const struct source *at,
                   const struct plan_subquery *subquery)
{
    for (const struct source *source = entry->sources; source != at; source = source->next)
        for (size_t i = 0; i < source->project->subquery_count; i++) {
            const struct plan_subquery *other = &source->project->subqueries[i];

            if (other->alias_size == subquery->alias_size &&
                memcmp(other->alias, subquery->alias, other->alias_size) == 0)
                return true;
        }
    return false;
}

/* Adds what hangs under a row that is in the view `weight` times. */
static void add_members(struct run *run, const struct bag_entry *entry, int64_t weight,
                        struct bag *members)
{
    for (const struct source *source = entry->sources; source; source = source->next)
        for (size_t i = 0; i < source->project->subquery_count; i++) {
            const struct plan_subquery *subquery = &source->project->subqueries[i];
            struct bag bag = {0};

            if (!hidden(entry, source, subquery))
                bag = children(run, subquery, source->in);
            for (size_t j = 0; j < bag.count; j++) {
                int64_t times = weight * bag.entries[j].weight;

                if (!bag.entries[j].row->made)
                    bag_add(members, row_plain(bag.entries[j].row), times, NULL);
                add_members(run, &bag.entries[j], times, members);
            }
            bag_release(&bag);
        }
}

/* A tree under construction: its text, the path to the row being written, the sum of hashes. */
struct document {
    struct buf text;
    struct buf path;
    struct hash128 hash;
};

static void write_rows(struct run *run, const struct bag *bag, struct document *document);

static void write_children(struct run *run, const struct bag_entry *entry,
                           struct document *document)
{
    const char *between = ",\"children\":{";

    for (const struct source *source = entry->sources; source; source = source->next)
        for (size_t i = 0; i < source->project->subquery_count; i++) {
            const struct plan_subquery *subquery = &source->project->subqueries[i];
            struct bag bag;
            struct buf scratch = BUF_INIT;
            size_t path = document->path.size;
            size_t size;
            const char *alias;

            if (hidden(entry, source, subquery))
                continue;
            bag = children(run, subquery, source->in);
            alias = value_string(value_of(subquery->alias, subquery->alias_size), &scratch, &size);

            buf_add_format(&document->text, "%s%.*s:%s", between, (int)subquery->alias_size,
                           subquery->alias, subquery->single ? "" : "[");
            buf_add_byte(&document->path, '\0');
            buf_add(&document->path, alias, size);
            buf_add_byte(&document->path, '\0');
            write_rows(run, &bag, document);
            if (subquery->single && bag.count == 0)
                buf_add_string(&document->text, "null");
            if (!subquery->single)
                buf_add_byte(&document->text, ']');
            document->path.size = path;
            buf_release(&scratch);
            bag_release(&bag);
            between = ",";
        }
    if (*between == ',' && !between[1])
        buf_add_byte(&document->text, '}');
}

static void write_rows(struct run *run, const struct bag *bag, struct document *document)
{
    struct buf scratch = BUF_INIT;

    for (size_t i = 0; i < bag->count; i++) {
        const struct bag_entry *entry = &bag->entries[i];
        const struct row *row = entry->row;
        size_t path = document->path.size;

        buf_add_string(&document->text, i ? ",{\"id\":" : "{\"id\":");
        if (row->made)
            buf_add(&document->text, row_key(row), row->key_size);
        else
            json_write_string(&document->text, row_key(row), row->key_size);
        if (!run->membership)
            buf_add_format(&document->text, ",\"weight\":%lld", (long long)entry->weight);
        buf_add_string(&document->text, ",\"record\":");
        buf_add(&document->text, row_text(row), row->size);
        buf_add(&document->path, row_key(row), row->key_size);
        buf_clear(&scratch);
        buf_add(&scratch, document->path.bytes, document->path.size);
        buf_add_byte(&scratch, '\0');
        value_write_canonical(&scratch, row_value(row));
        document->hash =
            hash128_add(document->hash, hash128_bytes(scratch.bytes, scratch.size), entry->weight);
        write_children(run, entry, document);
        buf_add_byte(&document->text, '}');
        document->path.size = path;
    }
    buf_release(&scratch);
}

/* The one row that a tree view consists of. */
static struct bag tree(struct run *run, struct bag *rows, const struct plan *root)
{
    struct document document = {.text = BUF_INIT};
    struct buf text = BUF_INIT;
    struct bag bag = {0};

    if (rows->count == 0)
        return bag;
    list_sort(run, rows, root);
    write_rows(run, rows, &document);
    buf_add_format(&text, "{\"result_hash\":\"%016llx%016llx\",\"records\":[",
                   (unsigned long long)document.hash.high, (unsigned long long)document.hash.low);
    buf_add(&text, document.text.bytes, document.text.size);
    buf_add_string(&text, "]}");
    bag_add(&bag,
            recompute_row(
                (struct row_source){
                    .key = "tree", .key_size = 4, .made = true, .hash = hash_bytes("tree", 4)},
                &text),
            1, NULL);
    buf_release(&text);
    buf_release(&document.text);
    buf_release(&document.path);
    return bag;
}

struct bag recompute(const struct store *store, const struct plan_view *view)
{
    struct run run = {.store = store, .membership = view->semantics == SEMANTICS_MEMBERSHIP};
    struct bag rows = recompute_rows(&run, view->root, VALUE_NONE);
    struct bag result = {0};
    bool nested = plan_has_members(view->circuit); /* then what is not shown is left out */

    if (view->format == FORMAT_TREE) {
        result = tree(&run, &rows, view->root);
        bag_release(&rows);
    } else {
        for (size_t i = 0, count = rows.count; i < count; i++)
            add_members(&run, &rows.entries[i], rows.entries[i].weight, &result);
        for (size_t i = 0; i < rows.count; i++)
            bag_add(&result, nested ? row_plain(rows.entries[i].row) : row_ref(rows.entries[i].row),
                    rows.entries[i].weight, NULL);
        bag_release(&rows);
        bag_consolidate(&result);
        for (size_t i = 0; run.membership && i < result.count; i++)
            result.entries[i].weight = 1;
    }
    bag_release(&run.kept);
    arena_release(&run.arena);
    arena_release(&run.scratch);
    return result;
}

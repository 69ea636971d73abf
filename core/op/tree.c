/*
 * tree: all rows of a view and of its subqueries, nested, as one document.
 *
 * in[0] are the root's rows; each level of subqueries adds two inputs, the rows that it hangs from
 * and its own rows under each context. They are kept as they are; whenever one of them changes the
 * document is made again, and the output is -old +new, one row whose text is
 * {"result_hash":"...","records":[...]}; of nothing there is no document. Cost: the whole view,
 * which is what a tree is asked for.
 *
 * The hash is the sum over all rows, wherever they stand, of weight times XXH3-128(path, 0x00,
 * canonical row); the path is the root's key, then alias and key of each child, joined by 0x00.
 */
#include "op/tree.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "value/json_write.h"
#include "zset/index.h"

#include <stdio.h>
#include <string.h>

struct tree {
    struct op op;
    const struct plan_tree *plan;
    unsigned inputs;
    struct zset roots;
    struct index *parents;  /* by level: inputs 1, 3, ... by key and context */
    struct index *children; /* inputs 2, 4, ... by context */
    struct row *document;
    size_t records; /* in it */
    struct buf text;
    struct buf path;
    struct buf scratch;
    struct hash128 hash;
};

static void tree_init(struct op *op, const struct plan *plan)
{
    struct tree *self = (struct tree *)op;
    unsigned levels = plan->input_count / 2;

    self->plan = &plan->as.tree;
    self->inputs = plan->input_count;
    self->parents = mem_alloc_zero(levels * sizeof(*self->parents));
    self->children = mem_alloc_zero(levels * sizeof(*self->children));
    for (unsigned i = 0; i < levels; i++) {
        index_init(&self->parents[i], (struct index_key){.kind = KEY_ROW, .with_context = true},
                   &op->work);
        index_init(&self->children[i], (struct index_key){.kind = KEY_CONTEXT}, &op->work);
    }
}

/* A list of rows on its way into the document. */
struct list {
    struct zset_entry *entries;
    size_t count;
    size_t max;
};

/* How a list is sorted. */
struct list_order {
    const struct plan *plan; /* whose limit gives the order; by key if it is none */
    struct arena *scratch;
};

static int list_compare(const void *a, const void *b, void *context)
{
    const struct row *x = ((const struct zset_entry *)a)->row;
    const struct row *y = ((const struct zset_entry *)b)->row;
    const struct list_order *by = context;
    int order = 0;

    if (by->plan->op == PLAN_LIMIT)
        order = order_compare(by->plan->as.limit.order, by->plan->as.limit.order_count, x, y,
                              by->scratch);
    return order ? order : row_compare(x, y);
}

static void list_add(struct list *list, struct row *row, int64_t weight)
{
    list->entries = mem_grow(list->entries, &list->max, list->count + 1, sizeof(*list->entries));
    list->entries[list->count++] = (struct zset_entry){row, weight};
}

static void list_sort(struct tree *self, struct list *list, const struct plan *plan)
{
    struct list_order by = {plan, &self->op.scratch};

    if (list->count > 1)
        qsort_r(list->entries, list->count, sizeof(*list->entries), list_compare, &by);
    arena_reset(&self->op.scratch);
}

static void write_list(struct tree *self, const struct list *list, const struct plan_level *levels,
                       size_t level_count);

/* The rows that a level hangs under one row. */
static struct list children_of(struct tree *self, const struct plan_level *level,
                               const struct row *row)
{
    unsigned number = level->input / 2;
    struct index *parents = &self->parents[number];
    struct index *children = &self->children[number];
    uint32_t at = index_find(parents, &parents->key, row);
    struct list list = {0};
    struct row *probe;

    if (at == INDEX_NONE)
        return list;
    buf_clear(&self->scratch);
    plan_write_context(&self->scratch, level->subquery, parents->entries[at].row);
    probe = row_new(&(struct row_source){.key = "",
                                         .text = "{}",
                                         .size = 2,
                                         .context = self->scratch.bytes,
                                         .context_size = self->scratch.size});
    for (at = index_find(children, &children->key, probe); at != INDEX_NONE;
         at = children->entries[at].next)
        list_add(&list, children->entries[at].row, children->entries[at].weight);
    row_unref(probe);
    list_sort(self, &list, level->subquery->plan);
    return list;
}

static void write_children(struct tree *self, const struct row *row,
                           const struct plan_level *levels, size_t count)
{
    buf_add_string(&self->text, ",\"children\":{");
    for (size_t i = 0; i < count; i++) {
        const struct plan_level *level = &levels[i];
        struct list list = children_of(self, level, row);
        struct value alias = value_of(level->subquery->alias, level->subquery->alias_size);
        size_t path = self->path.size;
        size_t alias_size;
        const char *bytes;

        if (i)
            buf_add_byte(&self->text, ',');
        buf_add(&self->text, alias.text, alias.size);
        buf_add_byte(&self->text, ':');
        bytes = value_string(alias, &self->scratch, &alias_size);
        buf_add_byte(&self->path, '\0');
        buf_add(&self->path, bytes, alias_size);
        buf_add_byte(&self->path, '\0');
        if (!level->subquery->single) {
            buf_add_byte(&self->text, '[');
            write_list(self, &list, level->levels, level->level_count);
            buf_add_byte(&self->text, ']');
        } else if (list.count) {
            write_list(self, &list, level->levels, level->level_count);
        } else {
            buf_add_string(&self->text, "null");
        }
        self->path.size = path;
        free(list.entries);
    }
    buf_add_byte(&self->text, '}');
}

static void add_hash(struct tree *self, const struct row *row, int64_t weight)
{
    buf_clear(&self->scratch);
    buf_add(&self->scratch, self->path.bytes, self->path.size);
    buf_add_byte(&self->scratch, '\0');
    value_write_canonical(&self->scratch, row_value(row));
    self->hash =
        hash128_add(self->hash, hash128_bytes(self->scratch.bytes, self->scratch.size), weight);
}

static void write_list(struct tree *self, const struct list *list, const struct plan_level *levels,
                       size_t level_count)
{
    struct buf *text = &self->text;

    for (size_t i = 0; i < list->count; i++) {
        const struct row *row = list->entries[i].row;
        size_t path = self->path.size;

        buf_add_string(text, i ? ",{\"id\":" : "{\"id\":");
        if (row->made)
            buf_add(text, row_key(row), row->key_size);
        else
            json_write_string(text, row_key(row), row->key_size);
        if (self->plan->multiset)
            buf_add_format(text, ",\"weight\":%lld", (long long)list->entries[i].weight);
        buf_add_string(text, ",\"record\":");
        buf_add(text, row_text(row), row->size);
        buf_add(&self->path, row_key(row), row->key_size);
        add_hash(self, row, list->entries[i].weight);
        if (level_count)
            write_children(self, row, levels, level_count);
        buf_add_byte(text, '}');
        self->path.size = path;
    }
    self->records += list->count;
}

static struct row *make_document(struct tree *self)
{
    static const char head[] =
        "{\"result_hash\":\"00000000000000000000000000000000\",\"records\":[";
    enum { DIGITS = 16 }; /* where the hash stands in head */
    uint32_t fields[2] = {1, 0};
    struct list list = {0};
    char digits[33];

    self->records = 0;
    for (size_t i = 0; i < self->roots.count; i++)
        list_add(&list, self->roots.entries[i].row, self->roots.entries[i].weight);
    if (list.count == 0)
        return NULL;
    list_sort(self, &list, self->plan->root);
    self->hash = (struct hash128){0, 0};
    buf_clear(&self->text);
    buf_clear(&self->path);
    buf_add_string(&self->text, head);
    write_list(self, &list, self->plan->levels, self->plan->level_count);
    buf_add_string(&self->text, "]}");
    (void)snprintf(digits, sizeof(digits), "%016llx%016llx", (unsigned long long)self->hash.high,
                   (unsigned long long)self->hash.low);
    memcpy(self->text.bytes + DIGITS, digits, 32);
    fields[1] = (uint32_t)(DIGITS + 32 + 2);
    free(list.entries);
    return row_new(&(struct row_source){.key = "tree",
                                        .key_size = 4,
                                        .made = true,
                                        .hash = hash_bytes("tree", 4),
                                        .text = self->text.bytes,
                                        .size = self->text.size,
                                        .fields = fields,
                                        .count = 2});
}

static void tree_step(struct op *op, struct zset *const *in, struct zset *out)
{
    struct tree *self = (struct tree *)op;
    struct row *document;

    zset_add_all(&self->roots, in[0]);
    for (unsigned n = 1; n < self->inputs; n++) {
        struct index *index = n % 2 ? &self->parents[n / 2] : &self->children[n / 2 - 1];

        for (size_t i = 0; i < in[n]->count; i++)
            index_add(index, in[n]->entries[i].row, in[n]->entries[i].weight);
    }
    document = make_document(self);
    if (document)
        zset_add(out, document, 1);
    if (self->document) {
        zset_add(out, self->document, -1);
        row_unref(self->document);
    }
    self->document = document;
}

size_t tree_records(const struct op *op)
{
    return ((const struct tree *)op)->records;
}

static void tree_release(struct op *op)
{
    struct tree *self = (struct tree *)op;

    for (unsigned i = 0; i < self->inputs / 2; i++) {
        index_release(&self->parents[i]);
        index_release(&self->children[i]);
    }
    free(self->parents);
    free(self->children);
    zset_release(&self->roots);
    if (self->document)
        row_unref(self->document);
    buf_release(&self->text);
    buf_release(&self->path);
    buf_release(&self->scratch);
}

static size_t tree_bytes(const struct op *op)
{
    const struct tree *self = (const struct tree *)op;
    size_t bytes = self->roots.max * sizeof(*self->roots.entries) + self->text.max;

    for (unsigned i = 0; i < self->inputs / 2; i++)
        bytes += index_bytes(&self->parents[i]) + index_bytes(&self->children[i]);
    return bytes;
}

static size_t tree_rows(const struct op *op)
{
    const struct tree *self = (const struct tree *)op;
    size_t rows = self->roots.count;

    for (unsigned i = 0; i < self->inputs / 2; i++)
        rows += self->parents[i].live + self->children[i].live;
    return rows;
}

extern const struct op_class op_tree;
const struct op_class op_tree = {
    .name = "tree",
    .size = sizeof(struct tree),
    .init = tree_init,
    .step = tree_step,
    .release = tree_release,
    .bytes = tree_bytes,
    .rows = tree_rows,
};

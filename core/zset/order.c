/*
 * Order-statistic B+tree.
 *
 * A node is a sorted run of slots. In a leaf a slot is a row and its weight; in an inner node it is
 * the first row of a child and the weight below it. Slots carry a 64-bit prefix of the first sort
 * key, so most comparisons touch no row. The root leaf starts small, because a limit may have a
 * tree for each of many partitions.
 */
#include "zset/order_node.h"

#include "base/check.h"
#include "base/mem.h"
#include "zset/zset.h"

#include <string.h>

#ifdef SSP_STRESS
enum { FANOUT = 4, FIRST_MAX = 2 };
#else
enum { FANOUT = 64, FIRST_MAX = 4 };
#endif

enum { LINE = 64, PREFETCHED = 4 * LINE };

void order_init(struct order *order, const struct order_field *fields, size_t field_count,
                uint64_t *work)
{
    order->fields = fields;
    order->field_count = field_count;
    order->work = work;
    order->scratch = (struct arena)ARENA_INIT;
    order->root = NULL;
    order->summary = NULL;
    order->summary_context = NULL;
}

static struct order_node *node_new(bool leaf, uint32_t max)
{
    struct order_node *node = mem_alloc(sizeof(*node) + max * sizeof(struct order_slot));

    node->children = leaf ? NULL : mem_alloc(max * sizeof(struct order_node *));
    node->summary = NULL;
    node->count = 0;
    node->max = max;
    return node;
}

static void node_free(const struct order *order, struct order_node *node)
{
    order_forget(order, node);
    free(node->children);
    free(node);
}

static void node_release(const struct order *order, struct order_node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        if (node->children)
            node_release(order, node->children[i]);
        else
            row_unref(node->slots[i].row);
    }
    node_free(order, node);
}

void order_release(struct order *order)
{
    if (order->root)
        node_release(order, order->root);
    order->root = NULL;
    arena_release(&order->scratch);
}

int order_field_compare(const struct order_field *field, struct value a, struct value b)
{
    int result;

    if (field->nulls != NULLS_BY_VALUE && (value_is_unknown(a) || value_is_unknown(b))) {
        result = (int)value_is_unknown(a) - (int)value_is_unknown(b);
        return field->nulls == NULLS_FIRST ? -result : result;
    }
    result = value_compare(a, b);
    return field->descending ? -result : result;
}

int order_compare(const struct order_field *fields, size_t count, const struct row *a,
                  const struct row *b, struct arena *scratch)
{
    for (size_t i = 0; i < count; i++) {
        int result = order_field_compare(&fields[i], expr_eval(&fields[i].expr, a, scratch),
                                         expr_eval(&fields[i].expr, b, scratch));

        if (result)
            return result;
    }
    return 0;
}

static uint64_t row_prefix(struct order *order, const struct row *row)
{
    const struct order_field *field = order->fields;
    struct value value;
    uint64_t prefix;

    if (order->field_count == 0)
        return 0;
    value = expr_eval(&field->expr, row, &order->scratch);
    if (field->nulls != NULLS_BY_VALUE && value_is_unknown(value))
        return field->nulls == NULLS_FIRST ? 0 : UINT64_MAX;
    prefix = value_prefix(value);
    return field->descending ? ~prefix : prefix;
}

static int compare(struct order *order, uint64_t prefix, const struct row *row,
                   const struct order_slot *slot)
{
    int result;

    (*order->work)++;
    if (prefix != slot->prefix)
        return prefix < slot->prefix ? -1 : 1;
    if (row == slot->row)
        return 0;
    result = order_compare(order->fields, order->field_count, row, slot->row, &order->scratch);
    return result ? result : row_compare(row, slot->row);
}

/* The first slot that is not below the row. */
static uint32_t lower_bound(struct order *order, const struct order_node *node, uint64_t prefix,
                            const struct row *row, bool *equal)
{
    uint32_t low = 0;
    uint32_t high = node->count;

    *equal = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int result = compare(order, prefix, row, &node->slots[middle]);

        if (result == 0) {
            *equal = true;
            return middle;
        }
        if (result < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The child in which the row is or belongs: the last one that does not begin above it. */
static uint32_t child_of(struct order *order, const struct order_node *node, uint64_t prefix,
                         const struct row *row)
{
    bool equal;
    uint32_t i = lower_bound(order, node, prefix, row, &equal);

    return equal || i == 0 ? i : i - 1;
}

static int64_t node_total(const struct order_node *node)
{
    int64_t total = 0;

    for (uint32_t i = 0; i < node->count; i++)
        total = weight_sum(total, node->slots[i].weight);
    return total;
}

/* The slot of a child, after the child changed by `weight`. */
static void refresh(struct order_node *node, uint32_t i, int64_t weight)
{
    const struct order_node *child = node->children[i];

    weight = weight_sum(node->slots[i].weight, weight);
    if (child->count)
        node->slots[i] = child->slots[0];
    node->slots[i].weight = weight;
}

static void open_gap(struct order_node *node, uint32_t i)
{
    SSP_ASSERT(node->count < node->max);
    memmove(&node->slots[i + 1], &node->slots[i], (node->count - i) * sizeof(struct order_slot));
    if (node->children)
        memmove(&node->children[i + 1], &node->children[i],
                (node->count - i) * sizeof(struct order_node *));
    node->count++;
}

static void close_gap(struct order_node *node, uint32_t i)
{
    node->count--;
    memmove(&node->slots[i], &node->slots[i + 1], (node->count - i) * sizeof(struct order_slot));
    if (node->children)
        memmove(&node->children[i], &node->children[i + 1],
                (node->count - i) * sizeof(struct order_node *));
}

/* Moves slots [from, count) of one node behind those of another. */
static void move_tail(struct order_node *to, struct order_node *from, uint32_t first)
{
    uint32_t moved = from->count - first;

    SSP_ASSERT(to->count + moved <= to->max);
    memcpy(&to->slots[to->count], &from->slots[first], moved * sizeof(struct order_slot));
    if (from->children && to->children)
        memcpy(&to->children[to->count], &from->children[first],
               moved * sizeof(struct order_node *));
    to->count += moved;
    from->count = first;
}

/* Splits the full child i in two. */
static void split_child(const struct order *order, struct order_node *node, uint32_t i)
{
    struct order_node *child = node->children[i];
    struct order_node *right = node_new(!child->children, FANOUT);

    order_forget(order, child);
    move_tail(right, child, child->count / 2);
    open_gap(node, i + 1);
    node->children[i + 1] = right;
    node->slots[i + 1] = right->slots[0];
    node->slots[i + 1].weight = node_total(right);
    node->slots[i].weight -= node->slots[i + 1].weight;
}

/* Joins child i with a neighbour if both fit in three quarters of a node. */
static void merge_child(const struct order *order, struct order_node *node, uint32_t i)
{
    if (node->children[i]->count == 0) {
        node_free(order, node->children[i]);
        close_gap(node, i);
        return;
    }
    if (i + 1 == node->count && i > 0)
        i--;
    if (i + 1 < node->count &&
        node->children[i]->count + node->children[i + 1]->count <= FANOUT / 4 * 3) {
        order_forget(order, node->children[i]);
        move_tail(node->children[i], node->children[i + 1], 0);
        node->slots[i].weight = weight_sum(node->slots[i].weight, node->slots[i + 1].weight);
        node_free(order, node->children[i + 1]);
        close_gap(node, i + 1);
    }
}

static void leaf_add(struct order *order, struct order_node *leaf, uint64_t prefix, struct row *row,
                     int64_t weight)
{
    bool equal;
    uint32_t i = lower_bound(order, leaf, prefix, row, &equal);

    if (!equal) {
        SSP_ASSERT(weight > 0);
        open_gap(leaf, i);
        leaf->slots[i] = (struct order_slot){prefix, row_ref(row), weight};
        return;
    }
    leaf->slots[i].weight = weight_sum(leaf->slots[i].weight, weight);
    SSP_ASSERT(leaf->slots[i].weight >= 0);
    if (leaf->slots[i].weight == 0) {
        row_unref(leaf->slots[i].row);
        close_gap(leaf, i);
    }
}

/* The node itself has room for one more slot. */
static void node_add(struct order *order, struct order_node *node, uint64_t prefix, struct row *row,
                     int64_t weight)
{
    uint32_t i;

    order_forget(order, node);
    if (!node->children) {
        leaf_add(order, node, prefix, row, weight);
        return;
    }
    i = child_of(order, node, prefix, row);
    if (node->children[i]->count == FANOUT) {
        split_child(order, node, i);
        if (compare(order, prefix, row, &node->slots[i + 1]) >= 0)
            i++;
    }
    node_add(order, node->children[i], prefix, row, weight);
    refresh(node, i, weight);
    if (node->children[i]->count < FANOUT / 4)
        merge_child(order, node, i);
}

/* Makes room in the root: a small leaf grows, a full node gets a parent. */
static void grow_root(struct order *order)
{
    struct order_node *root = order->root;

    if (root->count < root->max)
        return;
    if (root->max < FANOUT) {
        uint32_t max = root->max * 2 < FANOUT ? root->max * 2 : FANOUT;

        root = mem_realloc(root, sizeof(*root) + max * sizeof(struct order_slot));
        root->max = max;
        order->root = root;
        return;
    }
    order->root = node_new(false, FANOUT);
    order->root->count = 1;
    order->root->children[0] = root;
    order->root->slots[0] = root->slots[0];
    order->root->slots[0].weight = node_total(root);
    split_child(order, order->root, 0);
}

void order_add(struct order *order, struct row *row, int64_t weight)
{
    if (weight == 0)
        return;
    if (!order->root)
        order->root = node_new(true, FIRST_MAX);
    grow_root(order);
    node_add(order, order->root, row_prefix(order, row), row, weight);
    while (order->root->children && order->root->count == 1) {
        struct order_node *only = order->root->children[0];

        node_free(order, order->root);
        order->root = only;
    }
    if (order->root->count == 0) {
        node_free(order, order->root);
        order->root = NULL;
    }
    arena_reset(&order->scratch);
}

struct row *order_first(const struct order *order)
{
    return order->root ? order->root->slots[0].row : NULL;
}

struct row *order_last(const struct order *order)
{
    const struct order_node *node = order->root;

    while (node && node->children)
        node = node->children[node->count - 1];
    return node ? node->slots[node->count - 1].row : NULL;
}

void order_prefetch(const struct order_node *root)
{
    for (size_t line = 0; root && line < PREFETCHED; line += LINE)
        __builtin_prefetch((const char *)root + line);
}

int64_t order_total(const struct order *order)
{
    return order->root ? node_total(order->root) : 0;
}

int64_t order_find(struct order *order, const struct row *row, int64_t *weight)
{
    const struct order_node *node = order->root;
    uint64_t prefix = row_prefix(order, row);
    int64_t rank = 0;

    *weight = 0;
    while (node) {
        bool equal = false;
        uint32_t i = node->children ? child_of(order, node, prefix, row)
                                    : lower_bound(order, node, prefix, row, &equal);

        for (uint32_t j = 0; j < i; j++)
            rank += node->slots[j].weight;
        if (!node->children && equal)
            *weight = node->slots[i].weight;
        node = node->children ? node->children[i] : NULL;
    }
    arena_reset(&order->scratch);
    return rank;
}

int64_t order_rank(struct order *order, const struct row *row)
{
    int64_t weight;

    return order_find(order, row, &weight);
}

struct range {
    int64_t from;
    int64_t to;
    order_visit *visit;
    void *context;
    uint64_t *work;
};

static void node_range(const struct order_node *node, int64_t start, const struct range *range)
{
    for (uint32_t i = 0; i < node->count && start < range->to; i++) {
        const struct order_slot *slot = &node->slots[i];
        int64_t end = start + slot->weight;

        if (end > range->from) {
            if (node->children) {
                node_range(node->children[i], start, range);
            } else {
                int64_t first = start > range->from ? start : range->from;
                int64_t last = end < range->to ? end : range->to;

                (*range->work)++;
                range->visit(range->context, slot->row, last - first);
            }
        }
        start = end;
    }
}

void order_range(const struct order *order, int64_t from, int64_t to, order_visit *visit,
                 void *context)
{
    const struct range range = {from, to, visit, context, order->work};

    if (order->root && from < to)
        node_range(order->root, 0, &range);
}

static size_t node_bytes(const struct order *order, const struct order_node *node)
{
    size_t bytes = sizeof(*node) + node->max * sizeof(struct order_slot) +
                   (node->summary ? order->summary->size : 0);

    if (node->children) {
        bytes += node->max * sizeof(struct order_node *);
        for (uint32_t i = 0; i < node->count; i++)
            bytes += node_bytes(order, node->children[i]);
    }
    return bytes;
}

size_t order_bytes(const struct order *order)
{
    return order->root ? node_bytes(order, order->root) : 0;
}

static size_t node_rows(const struct order_node *node)
{
    size_t rows = 0;

    for (uint32_t i = 0; node->children && i < node->count; i++)
        rows += node_rows(node->children[i]);
    return node->children ? rows : node->count;
}

size_t order_rows(const struct order *order)
{
    return order->root ? node_rows(order->root) : 0;
}

static void node_check(struct order *order, const struct order_node *node)
{
    SSP_ASSERT(node->count > 0 && node->count <= node->max);
    for (uint32_t i = 0; i < node->count; i++) {
        const struct order_slot *slot = &node->slots[i];

        SSP_ASSERT(slot->weight > 0);
        SSP_ASSERT(slot->prefix == row_prefix(order, slot->row));
        SSP_ASSERT(i == 0 || compare(order, slot->prefix, slot->row, slot - 1) > 0);
        if (node->children) {
            SSP_ASSERT(node->children[i]->slots[0].row == slot->row);
            SSP_ASSERT(node_total(node->children[i]) == slot->weight);
            node_check(order, node->children[i]);
        }
    }
}

bool order_check(struct order *order)
{
    uint64_t work = *order->work;

    if (order->root)
        node_check(order, order->root);
    arena_reset(&order->scratch);
    *order->work = work; /* checking is not work */
    return true;
}

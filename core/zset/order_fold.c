/* Searching an ordered tree by a property of its rows, and summaries of its ranges; see order.h. */
#include "zset/order_node.h"

#include "base/check.h"
#include "base/mem.h"

/* The first slot whose row is not before. */
static uint32_t first_behind(const struct order *order, const struct order_node *node,
                             order_before *before, void *context)
{
    uint32_t low = 0;
    uint32_t high = node->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        (*order->work)++;
        if (before(context, node->slots[middle].row))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void take_row(void *context, struct row *row, int64_t weight)
{
    (void)weight;
    *(struct row **)context = row;
}

struct row *order_row_at(const struct order *order, int64_t place)
{
    struct row *row = NULL;

    if (place >= 0)
        order_range(order, place, place + 1, take_row, &row);
    return row;
}

int64_t order_search(const struct order *order, order_before *before, void *context)
{
    const struct order_node *node = order->root;
    int64_t places = 0;

    while (node) {
        uint32_t i = first_behind(order, node, before, context);

        if (node->children && i == 0)
            break; /* the first row of all is not before */
        i -= node->children != NULL;
        for (uint32_t j = 0; j < i; j++)
            places += node->slots[j].weight;
        node = node->children ? node->children[i] : NULL;
    }
    return places;
}

void order_forget(const struct order *order, struct order_node *node)
{
    if (!node->summary)
        return;
    order->summary->release(order->summary_context, node->summary);
    free(node->summary);
    node->summary = NULL;
}

static const void *summary_of(const struct order *order, struct order_node *node)
{
    const struct order_summary *class = order->summary;
    void *summary = node->summary;

    if (summary)
        return summary;
    summary = mem_alloc_zero(class->size);
    for (uint32_t i = 0; i < node->count; i++) {
        (*order->work)++;
        if (node->children)
            class->add(order->summary_context, summary, summary_of(order, node->children[i]));
        else
            class->add_row(order->summary_context, summary, node->slots[i].row,
                           node->slots[i].weight);
    }
    node->summary = summary;
    return summary;
}

struct fold {
    const struct order *order;
    int64_t from;
    int64_t to;
    order_visit *row;
    order_visit_summary *below;
    void *context;
};

static void fold_node(const struct fold *fold, struct order_node *node, int64_t start)
{
    for (uint32_t i = 0; i < node->count && start < fold->to; i++) {
        const struct order_slot *slot = &node->slots[i];
        int64_t end = start + slot->weight;
        int64_t first = start > fold->from ? start : fold->from;
        int64_t last = end < fold->to ? end : fold->to;

        if (first < last) {
            if (!node->children)
                fold->row(fold->context, slot->row, last - first);
            else if (last - first == slot->weight)
                fold->below(fold->context, summary_of(fold->order, node->children[i]));
            else
                fold_node(fold, node->children[i], start);
            (*fold->order->work)++;
        }
        start = end;
    }
}

void order_summarise(const struct order *order)
{
    for (uint32_t i = 0; order->root && order->root->children && i < order->root->count; i++)
        (void)summary_of(order, order->root->children[i]);
}

void order_fold(const struct order *order, int64_t from, int64_t to, order_visit *row,
                order_visit_summary *below, void *context)
{
    const struct fold fold = {order, from, to, row, below, context};

    SSP_ASSERT(order->summary);
    if (order->root && from < to)
        fold_node(&fold, order->root, 0);
}

#ifndef SSP_ZSET_ORDER_NODE_H
#define SSP_ZSET_ORDER_NODE_H

#include "zset/order.h"

/* What the parts of the ordered tree share; nobody else includes this. */
struct order_slot {
    uint64_t prefix;
    struct row *row; /* a leaf's slot owns a reference */
    int64_t weight;
};

struct order_node {
    struct order_node **children; /* NULL in a leaf */
    void *summary;                /* of the rows below; NULL: not known */
    uint32_t count;
    uint32_t max;
    struct order_slot slots[];
};

/* A row below the node came, went or changed its weight: the summary is not known any more. */
void order_forget(const struct order *order, struct order_node *node);

#endif

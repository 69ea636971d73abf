#ifndef SSP_OP_PARTITION_H
#define SSP_OP_PARTITION_H

#include "base/hashtab.h"
#include "zset/order.h"

/*
 * Rows in partitions, each in order: what limit, window and others keep. Rows are in one partition
 * if they agree in the values of partition_by, null and missing being one value, and in their
 * context: inside a subquery every context has partitions of its own, unless `together`.
 */
struct partition {
    char *key; /* the context and the canonical values */
    size_t key_size;
    uint64_t hash;
    uint32_t at; /* in partitions->items */
    struct order order;
};

struct partitions {
    const struct expr *by; /* borrowed, as the fields of the order are */
    size_t by_count;
    bool together; /* whatever the context */
    const struct order_field *order;
    size_t order_count;
    size_t size;    /* of a partition: of the struct that begins with struct partition */
    uint64_t *work; /* counts comparisons; borrowed */
    struct partition **items;
    size_t count;
    size_t max;
    struct hashtab index;
    struct buf key;
    struct arena scratch;
};

/* The partition of a row; a new one, all zero behind its order, if there is none. It stays where it
 * is until it is dropped. */
struct partition *partitions_find(struct partitions *self, const struct row *row);
/* The one that agrees with a row of another input, whose values are `by`; NULL: there is none. */
struct partition *partitions_look(struct partitions *self, const struct expr *by,
                                  const struct row *row);
void partitions_drop(struct partitions *self, struct partition *partition);
void partitions_release(struct partitions *self);

size_t partitions_bytes(const struct partitions *self);
size_t partitions_rows(const struct partitions *self);
bool partitions_check(const struct partitions *self);

#endif

#ifndef SSP_BASE_POOL_H
#define SSP_BASE_POOL_H

#include <stddef.h>

/*
 * Memory for many small objects of all sizes, rows above all: size classes of 16 bytes with free
 * lists, cut from large blocks, no header on an object. Freed memory is kept for objects of its
 * class. Larger objects, and all of them under a sanitizer or SSP_STRESS, are malloc's.
 */
void *pool_alloc(size_t size);
void pool_free(void *object, size_t size); /* the size it was allocated with */

/*
 * Every thread has free lists of its own. After pool_share() what is freed beyond a batch goes to
 * all, a batch at a time, because rows are made by one thread and freed by another. A thread gives
 * back what it has before it ends.
 */
void pool_share(void);
void pool_give_back(void);

#endif

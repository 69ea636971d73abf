#ifndef SSP_OP_TREE_H
#define SSP_OP_TREE_H

#include "op/op.h"

/* How many rows the document has that a tree operator made last, each as often as it stands there;
 * 0 if there is none. */
size_t tree_records(const struct op *op);

#endif

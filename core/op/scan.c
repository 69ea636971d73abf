/*
 * scan: the records of a table.
 *
 * Where changes enter: the engine puts -old +new of each changed record into the output. No state;
 * the table itself belongs to the store, which no operator sees.
 */
#include "op/op.h"

extern const struct op_class op_scan;
const struct op_class op_scan = {
    .name = "scan",
    .size = sizeof(struct op),
};

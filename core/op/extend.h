#ifndef SSP_OP_EXTEND_H
#define SSP_OP_EXTEND_H

#include "value/row.h"

/* Rows with fields added: a field that the row has is replaced where it stands, others follow
 * behind, in the order given. */
struct extra {
    const char *name; /* normalised JSON, with quotes */
    size_t name_size;
    struct value value; /* not missing */
};

struct extender { /* scratch memory; starts as {0} */
    struct buf text;
    uint32_t *fields;
    size_t field_max;
    bool *used;
    size_t used_max;
};

/* The row's context stays; `as` says the key, whether it is made, and the id. The names of extras
 * differ. A reference for the caller. */
struct row *extend_row(struct extender *self, const struct row *row, const struct extra *extras,
                       size_t count, struct row_source as);
void extender_release(struct extender *self);

#endif

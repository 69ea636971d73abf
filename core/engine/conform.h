#ifndef SSP_ENGINE_CONFORM_H
#define SSP_ENGINE_CONFORM_H

#include "base/err.h"
#include "plan/schema.h"
#include "value/row.h"

/* Records in the types of their table. */
struct conform {
    struct buf text;
    struct buf value;
    struct buf id;
    uint32_t *fields;
    size_t field_max;
    bool *seen; /* columns that the record has, and not null */
    size_t seen_max;
};

/*
 * content: a record and the id that it was given. Where values are not in the form of their type,
 * its text is made anew, in the buffers of `conform`. ERR_INPUT: it is not of the table's types.
 */
enum status conform_record(struct conform *conform, const struct schema *schema,
                           struct row_source *content, struct err *err)
    __attribute__((warn_unused_result));
void conform_release(struct conform *conform);

#endif

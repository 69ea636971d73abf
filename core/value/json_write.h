#ifndef SSP_VALUE_JSON_WRITE_H
#define SSP_VALUE_JSON_WRITE_H

#include "base/buf.h"

/* Bytes as a JSON string, escaped as little as JSON allows: the spelling of normalised text. */
void json_write_string(struct buf *buf, const char *bytes, size_t size);

#endif

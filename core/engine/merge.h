#ifndef SSP_ENGINE_MERGE_H
#define SSP_ENGINE_MERGE_H

#include "value/value.h"

/*
 * JSON Merge Patch (RFC 7396): writes target with the patch merged into it. Fields keep their
 * place, new ones follow in the patch's order, null removes. Both are normalised objects without
 * equal keys; O((n + m) log m).
 */
void merge_patch(struct buf *out, struct value target, struct value patch);

#endif

#ifndef SSP_ENGINE_DOCUMENT_H
#define SSP_ENGINE_DOCUMENT_H

#include "zset/zset.h"

/*
 * The records that a tree shows: in a change of documents, those of the documents whose weights
 * have this sign, each as often as it stands there, or once. Rows of no table count at the root
 * only.
 */
struct zset document_records(const struct zset_entry *entries, size_t count, int sign,
                             bool multiset);

#endif

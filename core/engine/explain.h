#ifndef SSP_ENGINE_EXPLAIN_H
#define SSP_ENGINE_EXPLAIN_H

#include "engine/circuit.h"
#include "engine/view.h"

/* The circuit for people (text), programs (json) or Graphviz (dot): every node once, with its
 * inputs, whether it keeps state, and the views that read it. False: no such format. */
bool explain(const struct circuit *circuit, struct view *const *views, size_t view_count,
             const char *format, struct buf *out);

#endif

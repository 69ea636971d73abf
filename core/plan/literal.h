#ifndef SSP_PLAN_LITERAL_H
#define SSP_PLAN_LITERAL_H

#include "base/arena.h"
#include "value/value.h"

/* A value of a plan file, in which equal keys of an object all stand, with the last one of each
 * only, as a record would have it. Copied into the arena. */
struct value literal_normalised(struct arena *arena, struct value value);

#endif

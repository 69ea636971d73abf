#ifndef SSP_BASE_CREW_H
#define SSP_BASE_CREW_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A few threads that do the parts of one piece of work, and sleep in between (pthreads). Handing
 * work out takes some microseconds, so it has to be worth it.
 *
 * While a crew works, crew_at_work is true: what several threads may reach then (the counts of
 * rows, the hints of paths) is changed atomically. It is written only while the others sleep.
 */
struct crew;

extern bool crew_at_work;

/* With the caller's so many threads; NULL for one, which needs no crew. */
struct crew *crew_new(size_t threads);
void crew_free(struct crew *crew);

/* Calls task(context, i) for all i below count, in any order, on any thread; returns when all are
 * done. */
void crew_run(struct crew *crew, void (*task)(void *context, size_t i), void *context,
              size_t count);

#endif

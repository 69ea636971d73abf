#ifndef SSP_ENGINE_RELAY_H
#define SSP_ENGINE_RELAY_H

#include "ssp.h"

/*
 * With threads, steps go through the circuit in two halves (circuit.h): the caller's thread applies
 * lines to the tables and runs the front, another one runs the back and writes the updates, some
 * steps behind. Steps are handed over in blocks, and in their order, so that what is written is
 * the same; the wait for a block is worth it only while there is more to do, so what does not fill
 * one is done by the caller's thread when it is asked to wait.
 *
 * Where the circuit is cut is found out while it runs: every few blocks the busier half, by its
 * thread's processor time, gives nodes to the other, unless that was worse before.
 *
 * A step is handed over whole or not at all. It is not if views may write by the clock, if a
 * fixpoint may give up, or if the step is one for the crew (schedule.c); and relays are off with
 * whatever wants steps one by one: traces, profiles, --verify and --no-coalesce.
 *
 * Whoever looks at views, at operators or at what is counted of them calls relay_wait() first.
 * Until then they are the other thread's, and tables, the mutations that wait and the output of
 * what is done are the caller's. Both count references to rows, as crew_at_work says (crew.h).
 */
struct relay;
struct ssp;

struct relay *relay_new(struct ssp *ssp); /* NULL: the options want steps one by one */
void relay_free(struct relay *relay);

/* Whether what waits is a step for the relay; and that step. */
bool relay_takes(struct ssp *ssp);
void relay_step(struct ssp *ssp);

/* All steps so far are done, and their updates are in ssp->out. */
void relay_wait(struct ssp *ssp);

#endif

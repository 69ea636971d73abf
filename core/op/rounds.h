#ifndef SSP_OP_ROUNDS_H
#define SSP_OP_ROUNDS_H

#include <stddef.h>
#include <stdint.h>

/*
 * How often each round of a recursion gives a row: weights that are not zero, by round. Rounds that
 * go mostly come off at the front and new ones mostly stand at the end; both are O(1), finding one
 * is O(log n), and a change in the middle moves the shorter side.
 */
struct round {
    int64_t number; /* from 0 */
    int64_t weight;
};

struct rounds {
    struct round *items; /* items[first .. first + count), by number */
    size_t first;
    size_t count;
    size_t max;
};

enum { ROUND_NEVER = -1 };

/* work counts the rounds looked at. */
void rounds_add(struct rounds *rounds, int64_t number, int64_t weight, uint64_t *work);

/* The first round, up to and with `last`, after which the weights so far come to more than 0;
 * ROUND_NEVER. With no weight below 0 it is found in O(1). */
int64_t rounds_first(const struct rounds *rounds, int64_t last);

/* The first round after this one that has a weight; ROUND_NEVER. */
int64_t rounds_after(const struct rounds *rounds, int64_t number, uint64_t *work);

void rounds_release(struct rounds *rounds);

#endif

#ifndef SSP_ENGINE_METER_H
#define SSP_ENGINE_METER_H

#include "base/histogram.h"
#include "engine/timer.h"

/*
 * What is measured of steps: how long they take, and which moved most or took longest. Nothing is
 * without a clock.
 */
enum { METER_TOP = 10 };

/* A step, told by where its last line stands and, if it was one mutation, by its record's key. */
struct meter_step {
    uint64_t step;
    const char *source; /* borrowed */
    size_t line;
    char *id; /* NULL: more than one mutation */
    size_t id_size;
    uint64_t mutations;
    uint64_t rows; /* put out by operators */
    uint64_t updates;
    uint64_t time; /* nanoseconds; 0: it was not timed */
};

/* The greatest first, of equal ones the earlier. */
struct meter_top {
    struct meter_step steps[METER_TOP];
    uint64_t values[METER_TOP]; /* that they are ranked by; 0 is none */
    size_t count;
};

struct meter {
    struct timer timer;
    struct histogram latency; /* nanoseconds */
    uint64_t start_time;      /* of the evaluation before the first step */
    uint64_t step_time;       /* own time of that and of the steps; and */
    uint64_t line_time;       /* of taking lines: if all is timed */
    struct meter_top by_rows;
    struct meter_top by_time;
};

/* A step is over; weight: what its time stands for. The id is copied if it is kept. */
void meter_add(struct meter *meter, const struct meter_step *step, uint64_t weight);

void meter_release(struct meter *meter);

#endif

#ifndef SSP_ENGINE_CIRCUIT_H
#define SSP_ENGINE_CIRCUIT_H

#include "engine/timer.h"
#include "op/op.h"

/*
 * The one circuit of all views: a directed acyclic graph of operators in which equal sub-plans
 * are one node with one state, whichever views they come from.
 *
 * Nodes are numbered so that inputs come before their consumers. A step runs the nodes whose
 * inputs changed, in that order, and no other: its cost follows the change, not the circuit. With a
 * crew, a step that is large and reaches several views runs the nodes of one level side by side;
 * what they make is the same.
 */
struct view; /* view.h */

struct node {
    struct op *op;
    struct plan_memory *memory; /* holds the plan that op runs from */
    const struct plan *plan;
    struct buf text;      /* operator, arguments, numbers of the inputs: equal text, equal node */
    struct node *adopted; /* during circuit_adopt() */
    struct node **inputs;
    unsigned input_count;
    uint64_t number;
    unsigned level;   /* above those of its inputs; nodes of one level know nothing of each other */
    uint64_t visited; /* by count_views() */
    struct node **consumers;
    size_t consumer_count;
    size_t consumer_max;
    size_t users;        /* consumers, and views whose root this is */
    struct view **views; /* whose root this is, for the step to find them */
    size_t view_count;
    size_t view_max;
    struct zset out; /* this step's change; empty between steps */
    bool queued;
    uint64_t runs; /* so far */
    uint64_t time; /* in them, nanoseconds, by a sample (timer.h) */
    size_t place;  /* scratch of those who print the circuit */
};

struct circuit {
    struct node **nodes; /* all, by number */
    size_t count;
    size_t max;
    struct hashtab index; /* by text */
    uint64_t next_number;
    uint64_t generation; /* grows with every node added or removed */
    struct node **queue; /* a heap: the lowest number first */
    size_t queue_count;
    size_t queue_max;
    struct zset **in; /* scratch: the inputs' changes */
    size_t in_max;
    struct crew *crew;  /* large steps run on several threads; NULL: none do. Borrowed */
    struct node **wave; /* nodes that run side by side */
    size_t wave_max;
    uint64_t visits;
    const char *fault; /* an operator has given up; NULL */
    struct node **ran; /* nodes with a change in this step */
    size_t ran_count;
    size_t ran_max;
    struct timer *timer; /* of runs; borrowed, NULL: none */
    uint64_t hits;       /* sub-plans added that were there already */
    uint64_t runs;       /* of nodes */
    uint64_t runs_saved; /* one for each further user of a node that ran */
    uint64_t rows;       /* that nodes put out */
};

/* The node that computes the plan, with one more user; made with its inputs where it is new. */
struct node *circuit_add(struct circuit *circuit, const struct plan *plan,
                         struct plan_memory *memory);

/* One user less; nodes without users go, and then their inputs' users. */
void circuit_drop(struct circuit *circuit, struct node *node);

/*
 * Moves all nodes of another circuit that has seen the same tables into this one, and empties it.
 * Where this one has an equal node, that is used and the other is freed: both have seen the same
 * history, so by the law both have the same state. roots[0 .. count) are nodes of the other one;
 * they are replaced by those of this one, each with one more user.
 */
void circuit_adopt(struct circuit *circuit, struct circuit *from, struct node **roots,
                   size_t count);

/* The scan of a table, or NULL if no plan reads it. */
struct node *circuit_scan(const struct circuit *circuit, const char *table, size_t size);

/* Adds to the change of a scan; the row must not be in it yet. */
void circuit_push(struct circuit *circuit, struct node *scan, struct row *row, int64_t weight);
/* The same for a row that may be there. */
void circuit_add_change(struct circuit *circuit, struct node *scan, struct row *row,
                        int64_t weight);

/* The node runs in this step, which has come no further than it. */
void circuit_enqueue(struct circuit *circuit, struct node *node);

/* engine/schedule.c: runs what the changes reach. Afterwards circuit->ran lists the nodes that
 * changed, until circuit_finish() empties their outputs. */
/* circuit->fault is set if an operator gave up: then nothing of it is right any more. */
void circuit_step(struct circuit *circuit);
void circuit_finish(struct circuit *circuit);

/* All nodes, inputs first, each with its place among them, from 1, in node->place; to be freed. */
struct node **circuit_places(const struct circuit *circuit);

void circuit_release(struct circuit *circuit);

#endif

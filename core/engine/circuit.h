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
 *
 * A circuit can also be cut at a number: the nodes below it, and all scans, are the front, the
 * others the back. Each half runs on a thread of its own, the back some steps behind. What the
 * front puts out stands in node->early, until it is handed to the back (relay.h) and stands in
 * node->out, as where nothing is cut.
 */
struct view;   /* view.h */
struct routes; /* route.h */

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
    uint64_t first_consumer; /* no number of one is lower, */
    uint64_t last_consumer;  /* or higher */
    struct routes *routes;   /* to consumers that ask for some rows only (route.h); NULL: none */
    bool routed;             /* it is on a route, */
    struct zset sent;        /* and this came by it in this step */
    size_t users;            /* consumers, and views whose root this is */
    struct view **views;     /* whose root this is, for the step to find them */
    size_t view_count;
    size_t view_max;
    struct zset out;   /* this step's change; empty between steps */
    struct zset early; /* the same, in the front of a cut circuit */
    bool queued;
    uint64_t runs; /* so far */
    uint64_t time; /* in them, nanoseconds, by a sample (timer.h) */
    size_t place;  /* scratch of those who print the circuit */
};

/* A run through the circuit, or through a half of it. */
struct circuit_run {
    struct node **queue; /* a heap: the lowest number first */
    size_t queue_count;
    size_t queue_max;
    struct node **ran; /* nodes with a change in this step */
    size_t ran_count;
    size_t ran_max;
    struct zset **in; /* scratch: the inputs' changes */
    size_t in_max;
    struct timer *timer; /* of runs; borrowed, NULL: none */
    bool early;          /* it is the front of a cut circuit */
    uint64_t runs;       /* of nodes, so far */
    uint64_t runs_saved; /* one for each further user of a node that ran */
    uint64_t rows;       /* that nodes put out */
};

struct circuit {
    struct node **nodes; /* all, by number */
    size_t count;
    size_t max;
    struct hashtab index; /* by text */
    uint64_t next_number;
    uint64_t generation;     /* grows with every node added or removed */
    struct circuit_run run;  /* of all nodes, or of the front; */
    struct circuit_run back; /* of the others */
    uint64_t cut;            /* the number that these begin at */
    struct crew *crew;       /* large steps run on several threads; NULL: none do. Borrowed */
    struct node **wave;      /* nodes that run side by side */
    size_t wave_max;
    uint64_t visits;
    const char *fault; /* an operator has given up; NULL */
    uint64_t hits;     /* sub-plans added that were there already */
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

/* engine/schedule.c: runs what the changes reach. Afterwards circuit->run.ran lists the nodes that
 * changed, until circuit_finish() empties their outputs. circuit->fault is set if an operator gave
 * up: then nothing of it is right any more. */
void circuit_step(struct circuit *circuit);
void circuit_finish(struct circuit *circuit);

/* Is a step with so many rows one that may run on the crew, if it reaches so many views? */
bool circuit_may_share(const struct circuit *circuit, size_t rows, size_t views);

/* Of a cut circuit: what the front puts out, node by node, goes to `give`, which takes over the
 * entries' references. On the back's thread: takes such entries over as a node's change of this
 * step, then runs what they reach, with circuit->back.ran; and empties all that. */
typedef void circuit_give(void *context, struct node *node, const struct zset *change);
void circuit_step_front(struct circuit *circuit, circuit_give *give, void *context);
void circuit_take(struct circuit *circuit, struct node *node, const struct zset_entry *entries,
                  size_t count);
void circuit_step_back(struct circuit *circuit);
void circuit_finish_back(struct circuit *circuit);

/* All nodes, inputs first, each with its place among them, from 1, in node->place; to be freed. */
struct node **circuit_places(const struct circuit *circuit);

void circuit_release(struct circuit *circuit);

#endif

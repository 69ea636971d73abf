/* Running what the changes reach: a queue by number, and waves of nodes on several threads. */
#include "engine/circuit.h"

#include "base/crew.h"
#include "base/mem.h"

#include <limits.h>

/* A step is run by several threads if it has so many rows and reaches so many views. */
#ifdef SSP_STRESS
enum { PARALLEL_ROWS = 1, PARALLEL_VIEWS = 1 };
#else
enum { PARALLEL_ROWS = 512, PARALLEL_VIEWS = 4 };
#endif

void circuit_enqueue(struct circuit *circuit, struct node *node)
{
    size_t i = circuit->queue_count;

    if (node->queued)
        return;
    node->queued = true;
    circuit->queue = mem_grow(circuit->queue, &circuit->queue_max, i + 1, sizeof(struct node *));
    circuit->queue_count++;
    for (; i > 0 && circuit->queue[(i - 1) / 2]->number > node->number; i = (i - 1) / 2)
        circuit->queue[i] = circuit->queue[(i - 1) / 2];
    circuit->queue[i] = node;
}

static struct node *dequeue(struct circuit *circuit)
{
    struct node *first = circuit->queue[0];
    struct node *last = circuit->queue[--circuit->queue_count];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= circuit->queue_count)
            break;
        if (child + 1 < circuit->queue_count &&
            circuit->queue[child + 1]->number < circuit->queue[child]->number)
            child++;
        if (circuit->queue[child]->number > last->number)
            break;
        circuit->queue[i] = circuit->queue[child];
        i = child;
    }
    circuit->queue[i] = last;
    first->queued = false;
    return first;
}

void circuit_push(struct circuit *circuit, struct node *scan, struct row *row, int64_t weight)
{
    zset_push(&scan->out, row, weight);
    circuit_enqueue(circuit, scan);
}

void circuit_add_change(struct circuit *circuit, struct node *scan, struct row *row, int64_t weight)
{
    zset_add(&scan->out, row, weight);
    circuit_enqueue(circuit, scan);
}

/* The changes that a node takes, and how many rows they are. */
static size_t inputs_of(const struct node *node, struct zset **in)
{
    size_t rows = 0;

    for (unsigned i = 0; i < node->input_count; i++) {
        in[i] = &node->inputs[i]->out;
        rows += in[i]->count;
    }
    return rows;
}

static void run(struct circuit *circuit, struct node *node)
{
    struct timer *timer = circuit->timer;
    struct timing timing = {0};
    size_t rows;

    if (!node->op->class->step) {
        node->op->rows_out += node->out.count;
        return;
    }
    circuit->in = mem_grow(circuit->in, &circuit->in_max, node->input_count, sizeof(struct zset *));
    rows = inputs_of(node, circuit->in);
    if (timer)
        timing = timer_start(timer, node->runs, rows);
    op_step(node->op, node->input_count, circuit->in, &node->out);
    if (timing.weight)
        node->time += timing.weight * timer_stop(timer, &timing);
}

/* What follows from a node that has run. */
static void pass_on(struct circuit *circuit, struct node *node)
{
    circuit->runs++;
    circuit->runs_saved += node->users - 1;
    node->runs++;
    if (node->op->fault)
        circuit->fault = node->op->fault;
    if (node->out.count == 0)
        return;
    circuit->rows += node->out.count;
    circuit->ran =
        mem_grow(circuit->ran, &circuit->ran_max, circuit->ran_count + 1, sizeof(struct node *));
    circuit->ran[circuit->ran_count++] = node;
    for (size_t i = 0; i < node->consumer_count; i++)
        circuit_enqueue(circuit, node->consumers[i]);
}

/* Adds the views below a node to those of other nodes, up to as many as are asked for. */
static size_t count_views(struct circuit *circuit, struct node *node, size_t count, size_t enough)
{
    if (node->visited == circuit->visits || count >= enough)
        return count;
    node->visited = circuit->visits;
    count += node->view_count;
    for (size_t i = 0; i < node->consumer_count; i++)
        count = count_views(circuit, node->consumers[i], count, enough);
    return count;
}

/* Whether handing out the nodes of this step to threads is worth it. */
static bool is_large(struct circuit *circuit)
{
    size_t rows = 0;
    size_t views = 0;

    if (!circuit->crew)
        return false;
    for (size_t i = 0; i < circuit->queue_count; i++)
        rows += circuit->queue[i]->out.count; /* only scans have one yet */
    if (rows < PARALLEL_ROWS)
        return false;
    circuit->visits++;
    for (size_t i = 0; i < circuit->queue_count; i++)
        views = count_views(circuit, circuit->queue[i], views, PARALLEL_VIEWS);
    return views >= PARALLEL_VIEWS;
}

static uint64_t now(const struct circuit *circuit)
{
    return circuit->timer && circuit->timer->now ? circuit->timer->now() : 0;
}

/* On any thread: touches nothing but the node. */
static void run_part(void *context, size_t i)
{
    const struct circuit *circuit = context;
    struct node *node = circuit->wave[i];
    struct zset **in = mem_alloc(node->input_count * sizeof(struct zset *));
    uint64_t start = now(circuit);

    (void)inputs_of(node, in);
    op_step(node->op, node->input_count, in, &node->out);
    node->time += now(circuit) - start;
    free(in);
}

static void run_wave(struct circuit *circuit, size_t count)
{
    uint64_t start = now(circuit);

    crew_run(circuit->crew, run_part, circuit, count);
    if (circuit->timer)
        circuit->timer->own += now(circuit) - start;
}

/* Takes the nodes of the lowest level out of the queue; how many there are that have to run. */
static size_t next_wave(struct circuit *circuit)
{
    struct node **nodes = circuit->queue;
    size_t count = circuit->queue_count;
    unsigned level = UINT_MAX;
    size_t wave = 0;

    for (size_t i = 0; i < count; i++)
        level = nodes[i]->level < level ? nodes[i]->level : level;
    circuit->wave = mem_grow(circuit->wave, &circuit->wave_max, count, sizeof(struct node *));
    for (size_t i = 0; i < count; i++) {
        if (nodes[i]->level != level)
            continue;
        circuit->wave[wave++] = nodes[i];
        nodes[i]->queued = false;
    }
    circuit->queue_count = 0;
    for (size_t i = 0; i < count; i++) /* the others, in the order of a heap again */
        if (nodes[i]->queued) {
            nodes[i]->queued = false;
            circuit_enqueue(circuit, nodes[i]);
        }
    return wave;
}

/* Level by level. */
static void step_together(struct circuit *circuit)
{
    while (circuit->queue_count) {
        size_t count = next_wave(circuit);

        if (count > 1 && circuit->wave[0]->op->class->step)
            run_wave(circuit, count);
        else
            for (size_t i = 0; i < count; i++)
                run(circuit, circuit->wave[i]);
        for (size_t i = 0; i < count; i++)
            pass_on(circuit, circuit->wave[i]);
    }
}

void circuit_step(struct circuit *circuit)
{
    if (is_large(circuit))
        step_together(circuit);
    while (circuit->queue_count) {
        struct node *node = dequeue(circuit);

        run(circuit, node);
        pass_on(circuit, node);
    }
}

void circuit_finish(struct circuit *circuit)
{
    for (size_t i = 0; i < circuit->ran_count; i++)
        zset_clear(&circuit->ran[i]->out);
    circuit->ran_count = 0;
}

/* Running what the changes reach: a queue by number, waves of nodes on several threads, and the two
 * halves of a cut circuit. */
#include "engine/circuit.h"

#include "base/crew.h"
#include "base/mem.h"
#include "engine/route.h"

#include <limits.h>

/* A step is run by several threads if it has so many rows and reaches so many views. */
#ifdef SSP_STRESS
enum { PARALLEL_ROWS = 1, PARALLEL_VIEWS = 1 };
#else
enum { PARALLEL_ROWS = 512, PARALLEL_VIEWS = 4 };
#endif

static void enqueue(struct circuit_run *run, struct node *node)
{
    size_t i = run->queue_count;

    if (node->queued)
        return;
    node->queued = true;
    run->queue = mem_grow(run->queue, &run->queue_max, i + 1, sizeof(struct node *));
    run->queue_count++;
    for (; i > 0 && run->queue[(i - 1) / 2]->number > node->number; i = (i - 1) / 2)
        run->queue[i] = run->queue[(i - 1) / 2];
    run->queue[i] = node;
}

void circuit_enqueue(struct circuit *circuit, struct node *node)
{
    enqueue(&circuit->run, node);
}

static struct node *dequeue(struct circuit_run *run)
{
    struct node **queue = run->queue;
    struct node *first = queue[0];
    struct node *last = queue[--run->queue_count];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= run->queue_count)
            break;
        if (child + 1 < run->queue_count && queue[child + 1]->number < queue[child]->number)
            child++;
        if (queue[child]->number > last->number)
            break;
        queue[i] = queue[child];
        i = child;
    }
    queue[i] = last;
    first->queued = false;
    return first;
}

static struct zset *out_of(const struct circuit_run *run, struct node *node)
{
    return run->early ? &node->early : &node->out;
}

void circuit_push(struct circuit *circuit, struct node *scan, struct row *row, int64_t weight)
{
    zset_push(out_of(&circuit->run, scan), row, weight);
    enqueue(&circuit->run, scan);
}

void circuit_add_change(struct circuit *circuit, struct node *scan, struct row *row, int64_t weight)
{
    zset_add(out_of(&circuit->run, scan), row, weight);
    enqueue(&circuit->run, scan);
}

/* The changes that a node takes, and how many rows they are. */
static size_t inputs_of(const struct circuit_run *run, struct node *node, struct zset **in)
{
    size_t rows = 0;

    for (unsigned i = 0; i < node->input_count; i++) {
        bool sent = node->routed && routes_in_use(node->inputs[i]->routes);

        in[i] = sent ? &node->sent : out_of(run, node->inputs[i]);
        rows += in[i]->count;
    }
    return rows;
}

static void run_node(struct circuit_run *run, struct node *node)
{
    struct zset *out = out_of(run, node);
    struct timing timing = {0};
    size_t rows;

    if (!node->op->class->step) {
        node->op->rows_out += out->count;
        return;
    }
    run->in = mem_grow(run->in, &run->in_max, node->input_count, sizeof(struct zset *));
    rows = inputs_of(run, node, run->in);
    if (run->timer)
        timing = timer_start(run->timer, node->runs, rows);
    op_step(node->op, node->input_count, run->in, out);
    if (timing.weight)
        node->time += timing.weight * timer_stop(run->timer, &timing);
}

static void add_ran(struct circuit_run *run, struct node *node)
{
    run->ran = mem_grow(run->ran, &run->ran_max, run->ran_count + 1, sizeof(struct node *));
    run->ran[run->ran_count++] = node;
}

/* A circuit, and the run through it that something is for. */
struct errand {
    const struct circuit *circuit;
    struct circuit_run *run;
};

/* Is the node in the half that the run is of? */
static bool is_mine(const struct errand *errand, const struct node *node)
{
    if (errand->run == &errand->circuit->back)
        return node->number >= errand->circuit->cut;
    return !errand->run->early || node->number < errand->circuit->cut;
}

/* A row on a route. */
static void give_row(void *context, struct node *filter, const struct zset_entry *entry)
{
    const struct errand *errand = context;

    if (!is_mine(errand, filter))
        return;
    zset_push(&filter->sent, entry->row, entry->weight);
    enqueue(errand->run, filter);
}

/* The node's change goes to its consumers. */
static void follow(const struct circuit *circuit, struct circuit_run *run, const struct node *node,
                   const struct zset *change)
{
    struct errand errand = {circuit, run};
    struct node *const *consumers = node->consumers;
    size_t count = node->consumer_count;

    if ((run->early && node->first_consumer >= circuit->cut) ||
        (run == &circuit->back && node->last_consumer < circuit->cut))
        return; /* none of them is in this half */
    if (routes_in_use(node->routes)) {
        consumers = routes_others(node->routes, &count);
        routes_send(node->routes, change, give_row, &errand);
    }
    for (size_t i = 0; i < count; i++)
        if (is_mine(&errand, consumers[i]))
            enqueue(run, consumers[i]);
}

/* What follows from a node that has run. */
static void pass_on(struct circuit *circuit, struct circuit_run *run, struct node *node)
{
    const struct zset *change = out_of(run, node);

    run->runs++;
    run->runs_saved += node->users - 1;
    node->runs++;
    if (node->sent.count)
        zset_clear(&node->sent);
    if (node->op->fault)
        circuit->fault = node->op->fault;
    if (change->count == 0)
        return;
    run->rows += change->count;
    add_ran(run, node);
    follow(circuit, run, node, change);
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

bool circuit_may_share(const struct circuit *circuit, size_t rows, size_t views)
{
    return circuit->crew && rows >= PARALLEL_ROWS && views >= PARALLEL_VIEWS;
}

/* Whether handing out the nodes of this step to threads is worth it. */
static bool is_large(struct circuit *circuit)
{
    const struct circuit_run *run = &circuit->run;
    size_t rows = 0;
    size_t views = 0;

    if (!circuit->crew)
        return false;
    for (size_t i = 0; i < run->queue_count; i++)
        rows += run->queue[i]->out.count; /* only scans have one yet */
    if (!circuit_may_share(circuit, rows, PARALLEL_VIEWS))
        return false;
    circuit->visits++;
    for (size_t i = 0; i < run->queue_count; i++)
        views = count_views(circuit, run->queue[i], views, PARALLEL_VIEWS);
    return views >= PARALLEL_VIEWS;
}

static uint64_t now(const struct circuit *circuit)
{
    return circuit->run.timer && circuit->run.timer->now ? circuit->run.timer->now() : 0;
}

/* On any thread: touches nothing but the node. */
static void run_part(void *context, size_t i)
{
    const struct circuit *circuit = context;
    struct node *node = circuit->wave[i];
    struct zset **in = mem_alloc(node->input_count * sizeof(struct zset *));
    uint64_t start = now(circuit);

    (void)inputs_of(&circuit->run, node, in);
    op_step(node->op, node->input_count, in, &node->out);
    node->time += now(circuit) - start;
    free(in);
}

static void run_wave(struct circuit *circuit, size_t count)
{
    uint64_t start = now(circuit);

    crew_run(circuit->crew, run_part, circuit, count);
    if (circuit->run.timer)
        circuit->run.timer->own += now(circuit) - start;
}

/* Takes the nodes of the lowest level out of the queue; how many there are that have to run. */
static size_t next_wave(struct circuit *circuit)
{
    struct node **nodes = circuit->run.queue;
    size_t count = circuit->run.queue_count;
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
    circuit->run.queue_count = 0;
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
    while (circuit->run.queue_count) {
        size_t count = next_wave(circuit);

        if (count > 1 && circuit->wave[0]->op->class->step)
            run_wave(circuit, count);
        else
            for (size_t i = 0; i < count; i++)
                run_node(&circuit->run, circuit->wave[i]);
        for (size_t i = 0; i < count; i++)
            pass_on(circuit, &circuit->run, circuit->wave[i]);
    }
}

static void run_queue(struct circuit *circuit, struct circuit_run *run)
{
    while (run->queue_count) {
        struct node *node = dequeue(run);

        run_node(run, node);
        pass_on(circuit, run, node);
    }
}

static void finish(struct circuit_run *run)
{
    for (size_t i = 0; i < run->ran_count; i++)
        zset_clear(out_of(run, run->ran[i]));
    run->ran_count = 0;
}

void circuit_step(struct circuit *circuit)
{
    if (is_large(circuit))
        step_together(circuit);
    run_queue(circuit, &circuit->run);
}

void circuit_finish(struct circuit *circuit)
{
    finish(&circuit->run);
}

void circuit_step_front(struct circuit *circuit, circuit_give *give, void *context)
{
    struct circuit_run *run = &circuit->run;

    run_queue(circuit, run);
    for (size_t i = 0; i < run->ran_count; i++) {
        struct node *node = run->ran[i];

        if (node->view_count == 0 &&
            (node->consumer_count == 0 || node->last_consumer < circuit->cut))
            continue; /* the back needs nothing of it */
        give(context, node, &node->early);
        zset_forget(&node->early);
    }
    finish(run);
}

void circuit_take(struct circuit *circuit, struct node *node, const struct zset_entry *entries,
                  size_t count)
{
    zset_take(&node->out, entries, count);
    add_ran(&circuit->back, node);
    follow(circuit, &circuit->back, node, &node->out);
}

void circuit_step_back(struct circuit *circuit)
{
    run_queue(circuit, &circuit->back);
}

void circuit_finish_back(struct circuit *circuit)
{
    finish(&circuit->back);
}

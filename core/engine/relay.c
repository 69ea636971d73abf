/* The back of the circuit on a thread of its own. See relay.h. */
#include "engine/relay.h"

#include "base/crew.h"
#include "base/mem.h"
#include "base/pool.h"
#include "engine/engine.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#if defined(SSP_STRESS) || defined(SSP_SLOW_CHECKS)
enum { BLOCKS = 3, BLOCK_STEPS = 2, BLOCK_ROWS = 4, PERIOD = 1, PERIOD_LARGE = 1 };
#else
enum {
    BLOCKS = 4,
    BLOCK_STEPS = 256, /* a block is full with so many steps, */
    BLOCK_ROWS = 512,  /* or rows, or mutations */
    PERIOD = 8,        /* blocks after which the halves are compared, */
    PERIOD_LARGE = 2,  /* if they are large */
};
#endif
enum {
    LARGE = 8,          /* times the mutations of a full block */
    MEMORY = 64,        /* periods for which it is known how a cut did */
    ROWS_MAX = 1 << 16, /* in all blocks, if there is more than one */
};

/* What a step hands over of one node. */
struct part {
    struct node *node;
    size_t count; /* of rows */
};

struct relayed {
    size_t parts;
    struct meter_step done; /* so far; the id is in block->ids, and told if id_size is not 0 */
    uint64_t weight;        /* what its time stands for; 0: it is not timed */
};

struct block {
    struct relayed *steps;
    size_t count;
    size_t max;
    struct part *parts;
    size_t part_count;
    size_t part_max;
    struct zset_entry *rows;
    size_t row_count;
    size_t row_max;
    uint64_t mutations; /* of its steps */
    struct buf ids;
    struct buf out; /* the updates */
};

/* What a half of the circuit has done. */
struct half {
    uint64_t time; /* of the thread, nanoseconds */
    uint64_t mutations;
};

struct relay {
    struct ssp *ssp;
    struct block blocks[BLOCKS]; /* in turn */
    uint64_t filled;             /* blocks so far; the next one is being filled */
    uint64_t collected;          /* whose updates are in ssp->out */
    struct timer timer;          /* the back's */

    uint64_t generation; /* of the circuit that the following is about */
    bool able;           /* all its operators can be run like this */
    uint64_t *cuts;      /* numbers at which it can be cut; the last one leaves nothing behind */
    size_t cut_count;
    size_t cut_max;
    size_t cut;      /* among them */
    uint64_t *loads; /* of each: of the busier half, a mutation; 0: it is not known */
    size_t load_max;
    unsigned periods; /* since loads were forgotten */
    unsigned age;     /* of this period, in blocks */
    size_t stride;    /* so many nodes does the next cut move, */
    int direction;    /* in the direction of the last one, */
    bool turned;      /* or it has turned around before */
    struct half front;
    struct half back;
    struct half front_before; /* when the period began */
    struct half back_before;

    pthread_t thread;
    bool started;          /* before the first block that is handed over */
    pthread_mutex_t mutex; /* for all that follows */
    pthread_cond_t news;
    uint64_t given;
    uint64_t done;
    size_t rows;      /* given and not done, */
    uint64_t waiting; /* and mutations */
    uint64_t time;    /* of the thread */
    bool over;
};

struct relay *relay_new(struct ssp *ssp)
{
    const struct ssp_options *o = &ssp->options;
    struct relay *relay;

    if (o->threads < 2 || o->prompt || o->profile || o->trace || o->verify || o->no_coalesce)
        return NULL;
    relay = mem_alloc_zero(sizeof(*relay));
    relay->ssp = ssp;
    relay->generation = UINT64_MAX;
    relay->timer = ssp->meter.timer;
    ssp->circuit.back.timer = &relay->timer;
    (void)pthread_mutex_init(&relay->mutex, NULL);
    (void)pthread_cond_init(&relay->news, NULL);
    return relay;
}

/* Of one step, whose rows are node->out of the nodes that the front handed over. */
static void run_back(struct relay *relay, struct relayed *step)
{
    struct ssp *ssp = relay->ssp;
    struct circuit *circuit = &ssp->circuit;
    uint64_t rows = circuit->back.rows;
    uint64_t updates = ssp->updates;
    uint64_t start = step->weight ? relay->timer.now() : 0;

    circuit_step_back(circuit);
    engine_write_changed(ssp, &circuit->back, step->done.step, PACE_UNKNOWN);
    circuit_finish_back(circuit);
    if (!relay->timer.now)
        return;
    step->done.rows += circuit->back.rows - rows;
    step->done.updates = ssp->updates - updates;
    if (step->weight)
        step->done.time += relay->timer.now() - start;
    meter_add(&ssp->meter, &step->done, step->weight);
}

static void run_block(struct relay *relay, struct block *block, struct buf *out)
{
    struct ssp *ssp = relay->ssp;
    const struct part *part = block->parts;
    const struct zset_entry *rows = block->rows;
    char *id = block->ids.bytes;

    ssp->writing.out = out;
    ssp->writing.timer = &relay->timer;
    for (size_t i = 0; i < block->count; i++) {
        struct relayed *step = &block->steps[i];

        for (size_t j = 0; j < step->parts; j++, rows += part->count, part++)
            circuit_take(&ssp->circuit, part->node, rows, part->count);
        if (step->done.id_size) {
            step->done.id = id;
            id += step->done.id_size;
        }
        run_back(relay, step);
    }
    block->count = 0;
    block->part_count = 0;
    block->row_count = 0;
    block->mutations = 0;
    buf_clear(&block->ids);
}

static uint64_t thread_time(const struct relay *relay)
{
    uint64_t (*now)(void) = relay->ssp->options.thread_time;

    return now ? now() : 0;
}

static void *run_blocks(void *context)
{
    struct relay *relay = context;

    (void)pthread_mutex_lock(&relay->mutex);
    for (;;) {
        struct block *block = &relay->blocks[relay->done % BLOCKS];
        size_t rows = block->row_count;
        uint64_t mutations = block->mutations;

        if (relay->done == relay->given) {
            if (relay->over)
                break;
            (void)pthread_cond_wait(&relay->news, &relay->mutex);
            continue;
        }
        (void)pthread_mutex_unlock(&relay->mutex);
        run_block(relay, block, &block->out);
        (void)pthread_mutex_lock(&relay->mutex);
        relay->done++;
        relay->rows -= rows;
        relay->waiting -= mutations;
        relay->time = thread_time(relay);
        (void)pthread_cond_broadcast(&relay->news);
    }
    (void)pthread_mutex_unlock(&relay->mutex);
    pool_give_back();
    return NULL;
}

static bool start_thread(struct relay *relay)
{
    sigset_t all;
    sigset_t before;

    if (relay->started)
        return true;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the caller */
    relay->started = pthread_create(&relay->thread, NULL, run_blocks, relay) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return relay->started;
}

static struct block *filling(struct relay *relay)
{
    return &relay->blocks[relay->filled % BLOCKS];
}

/* Takes the updates of blocks up to this one. */
static void collect(struct relay *relay, uint64_t done)
{
    for (; relay->collected < done; relay->collected++) {
        struct buf *out = &relay->blocks[relay->collected % BLOCKS].out;

        buf_add(&relay->ssp->out, out->bytes, out->size);
        buf_clear(out);
    }
}

/* Until at most so many blocks are not done, and not too many rows. */
static void wait_for(struct relay *relay, uint64_t most)
{
    uint64_t done;

    (void)pthread_mutex_lock(&relay->mutex);
    while (relay->given - relay->done > most ||
           (relay->given - relay->done > 1 && relay->rows > ROWS_MAX))
        (void)pthread_cond_wait(&relay->news, &relay->mutex);
    done = relay->done;
    relay->back = (struct half){relay->time, relay->front.mutations - relay->waiting};
    (void)pthread_mutex_unlock(&relay->mutex);
    collect(relay, done);
}

static void run_here(struct relay *relay)
{
    run_block(relay, filling(relay), &relay->ssp->out);
}

void relay_wait(struct ssp *ssp)
{
    struct relay *relay = ssp->relay;

    if (!relay)
        return;
    wait_for(relay, 0);
    crew_at_work = false;
    run_here(relay);
    ssp->writing.out = &ssp->out;
    ssp->writing.timer = &ssp->meter.timer;
}

static void begin_period(struct relay *relay)
{
    relay->age = 0;
    relay->front.time = thread_time(relay);
    relay->front_before = relay->front;
    relay->back_before = relay->back;
}

static void cut_at(struct relay *relay, size_t cut)
{
    relay->cut = cut;
    relay->ssp->circuit.cut = relay->cuts[cut];
    begin_period(relay);
}

/* So many nodes more in the front, or below 0 in the back: as many as there are up to the stride,
 * but not where it was worse. */
static ptrdiff_t step_of(struct relay *relay, int direction)
{
    size_t room = direction < 0 ? relay->cut : relay->cut_count - 1 - relay->cut;
    size_t step = relay->stride < room ? relay->stride : room;

    for (; step; step /= 2) {
        ptrdiff_t move = direction < 0 ? -(ptrdiff_t)step : (ptrdiff_t)step;
        uint64_t load = relay->loads[(ptrdiff_t)relay->cut + move];

        if (!load || load < relay->loads[relay->cut])
            return move;
    }
    return 0;
}

/* The busier half gives nodes to the other: more and more until that was too many, then less and
 * less. */
static void move_cut(struct relay *relay, int direction)
{
    ptrdiff_t step;

    if (direction == -relay->direction) {
        relay->turned = true;
        relay->stride = (relay->stride + 1) / 2;
    } else if (relay->direction && !relay->turned) {
        relay->stride *= 2;
    }
    step = step_of(relay, direction);
    if (step == 0)
        return;
    relay->direction = direction;
    relay_wait(relay->ssp);
    cut_at(relay, (size_t)((ptrdiff_t)relay->cut + step));
}

/* Of a mutation, in units of 1/16 ns and never 0. */
static uint64_t load_of(struct half now, struct half before)
{
    return 1 + (now.time - before.time) * 16 / (now.mutations - before.mutations);
}

/* After a block has been handed over: which half is busier? */
static void compare_halves(struct relay *relay, uint64_t mutations)
{
    unsigned period = mutations >= (uint64_t)LARGE * BLOCK_ROWS ? PERIOD_LARGE : PERIOD;
    uint64_t front;
    uint64_t back;

    if (!relay->ssp->options.thread_time || ++relay->age < period ||
        relay->back.mutations == relay->back_before.mutations ||
        relay->front.mutations == relay->front_before.mutations)
        return;
    relay->front.time = thread_time(relay);
    front = load_of(relay->front, relay->front_before);
    back = load_of(relay->back, relay->back_before);
    if (++relay->periods % MEMORY == 0)
        memset(relay->loads, 0, relay->cut_count * sizeof(*relay->loads));
    relay->loads[relay->cut] = front > back ? front : back;
    begin_period(relay);
    move_cut(relay, back > front ? 1 : -1);
}

/* The block goes to the other thread. */
static void hand_over(struct relay *relay)
{
    const struct block *block = filling(relay);
    uint64_t mutations = block->mutations;

    if (!start_thread(relay)) { /* it takes longer */
        run_here(relay);
        return;
    }
    crew_at_work = true;
    relay->front.mutations += mutations;
    (void)pthread_mutex_lock(&relay->mutex);
    relay->given++;
    relay->rows += block->row_count;
    relay->waiting += mutations;
    (void)pthread_cond_broadcast(&relay->news);
    (void)pthread_mutex_unlock(&relay->mutex);
    relay->filled++;
    wait_for(relay, BLOCKS - 1);
    compare_halves(relay, mutations);
}

static int number_order(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;

    return (*x > *y) - (*x < *y);
}

/* Where the circuit can be cut: before any node that runs, or behind all. A view that is a tree
 * looks at its operator when it writes, so that stays in the back. */
static void survey(struct relay *relay)
{
    const struct circuit *circuit = &relay->ssp->circuit;
    uint64_t tree = UINT64_MAX;

    relay->generation = circuit->generation;
    relay->able = true;
    relay->cut_count = 0;
    relay->cuts = mem_grow(relay->cuts, &relay->cut_max, circuit->count + 1, sizeof(*relay->cuts));
    for (size_t i = 0; i < circuit->count; i++) {
        const struct node *node = circuit->nodes[i];

        relay->able = relay->able && node->plan->op != PLAN_FIXPOINT;
        if (node->plan->op == PLAN_TREE && node->number < tree)
            tree = node->number;
        if (node->op->class->step)
            relay->cuts[relay->cut_count++] = node->number;
    }
    relay->cuts[relay->cut_count++] = UINT64_MAX;
    qsort(relay->cuts, relay->cut_count, sizeof(*relay->cuts), number_order);
    while (relay->cuts[relay->cut_count - 1] > tree)
        relay->cut_count--;
    relay->loads =
        mem_grow(relay->loads, &relay->load_max, circuit->count + 1, sizeof(*relay->loads));
    memset(relay->loads, 0, relay->cut_count * sizeof(*relay->loads));
    relay->stride = 1;
    relay->direction = 0;
    relay->turned = false;
    cut_at(relay, 0);
}

bool relay_takes(struct ssp *ssp)
{
    struct relay *relay = ssp->relay;

    if (!relay || ssp->timed_views)
        return false;
    if (relay->generation != ssp->circuit.generation) {
        relay_wait(ssp);
        survey(relay);
    }
    return relay->able &&
           !circuit_may_share(&ssp->circuit, ssp->batch.coalesce.count, ssp->view_count);
}

/* The front has put this out. */
static void give(void *context, struct node *node, const struct zset *change)
{
    struct block *block = context;

    block->parts =
        mem_grow(block->parts, &block->part_max, block->part_count + 1, sizeof(*block->parts));
    block->parts[block->part_count++] = (struct part){node, change->count};
    block->rows = mem_grow(block->rows, &block->row_max, block->row_count + change->count,
                           sizeof(*block->rows));
    memcpy(block->rows + block->row_count, change->entries,
           change->count * sizeof(*change->entries));
    block->row_count += change->count;
}

void relay_step(struct ssp *ssp)
{
    struct relay *relay = ssp->relay;
    struct block *block = filling(relay);
    struct circuit_run *front = &ssp->circuit.run;
    struct timer *timer = &ssp->meter.timer;
    struct timing timing = timer_start(timer, ssp->steps, ssp->batch.waiting);
    const struct buf *key = &ssp->batch.key;
    size_t parts = block->part_count;
    uint64_t rows = front->rows;
    struct relayed *step;

    block->steps = mem_grow(block->steps, &block->max, block->count + 1, sizeof(*block->steps));
    step = &block->steps[block->count++];
    *step = (struct relayed){
        .done = {.source = ssp->source, .line = ssp->line, .mutations = ssp->batch.waiting}};
    front->early = true;
    batch_flush(&ssp->batch);
    step->done.step = ++ssp->steps;
    circuit_step_front(&ssp->circuit, give, block);
    front->early = false;
    step->parts = block->part_count - parts;
    if (timer->now) {
        step->done.rows = front->rows - rows;
        if (step->done.mutations == 1) {
            step->done.id_size = key->size;
            buf_add(&block->ids, key->bytes, key->size);
        }
        step->weight = timing.weight;
        step->done.time = timer_stop(timer, &timing);
    }
    block->mutations += step->done.mutations;
    if (block->count >= BLOCK_STEPS || block->row_count >= BLOCK_ROWS ||
        block->mutations >= BLOCK_ROWS)
        hand_over(relay);
}

void relay_free(struct relay *relay)
{
    if (!relay)
        return;
    relay_wait(relay->ssp);
    if (relay->started) {
        (void)pthread_mutex_lock(&relay->mutex);
        relay->over = true;
        (void)pthread_cond_broadcast(&relay->news);
        (void)pthread_mutex_unlock(&relay->mutex);
        (void)pthread_join(relay->thread, NULL);
    }
    for (size_t i = 0; i < BLOCKS; i++) {
        free(relay->blocks[i].steps);
        free(relay->blocks[i].parts);
        free(relay->blocks[i].rows);
        buf_release(&relay->blocks[i].ids);
        buf_release(&relay->blocks[i].out);
    }
    free(relay->cuts);
    free(relay->loads);
    (void)pthread_cond_destroy(&relay->news);
    (void)pthread_mutex_destroy(&relay->mutex);
    free(relay);
}

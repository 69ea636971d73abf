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
enum { BLOCKS = 3, BLOCK_STEPS = 2, BLOCK_ROWS = 4, PATIENCE = 1 };
#else
enum {
    BLOCKS = 4,
    BLOCK_STEPS = 256, /* a block is full with so many steps, */
    BLOCK_ROWS = 512,  /* or rows */
    PATIENCE = 4,      /* blocks that speak for another cut */
};
#endif
enum {
    LARGE = 8, /* times the rows of a full block: one speaks for several */
    PATIENCE_MAX = 1024,
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
    struct buf ids;
    struct buf out; /* the updates */
};

struct relay {
    struct ssp *ssp;
    struct block blocks[BLOCKS]; /* in turn */
    uint64_t filled;             /* blocks so far; the next one is being filled */
    uint64_t collected;          /* whose updates are in ssp->out */
    uint64_t rested;             /* when all were done last */
    struct timer timer;          /* the back's */

    uint64_t generation; /* of the circuit that the following is about */
    bool able;           /* all its operators can be run like this */
    uint64_t *cuts;      /* numbers at which it can be cut; the last one leaves nothing behind */
    size_t cut_count;
    size_t cut_max;
    size_t cut;  /* among them */
    int balance; /* blocks that piled up less blocks that were waited for, since the last cut */
    int patience;
    size_t stride; /* so many nodes does the next cut move, */
    int direction; /* in the direction of the last one, */
    bool turned;   /* or it has turned around before */

    pthread_t thread;
    bool started;          /* before the first block that is handed over */
    pthread_mutex_t mutex; /* for all that follows */
    pthread_cond_t news;
    uint64_t given;
    uint64_t done;
    size_t rows; /* given and not done */
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
    buf_clear(&block->ids);
}

static void *run_blocks(void *context)
{
    struct relay *relay = context;

    (void)pthread_mutex_lock(&relay->mutex);
    for (;;) {
        struct block *block = &relay->blocks[relay->done % BLOCKS];
        size_t rows = block->row_count;

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

/* Are too many blocks, or rows, on their way? */
static bool is_full(const struct relay *relay, uint64_t most)
{
    uint64_t blocks = relay->given - relay->done;

    return blocks > most || (blocks > 1 && relay->rows > ROWS_MAX);
}

/* Until at most so many blocks are not done. True: that had to be waited for. */
static bool wait_for(struct relay *relay, uint64_t most)
{
    bool waited = false;
    uint64_t done;

    (void)pthread_mutex_lock(&relay->mutex);
    for (; is_full(relay, most); waited = true)
        (void)pthread_cond_wait(&relay->news, &relay->mutex);
    done = relay->done;
    (void)pthread_mutex_unlock(&relay->mutex);
    collect(relay, done);
    return waited;
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
    (void)wait_for(relay, 0);
    crew_at_work = false;
    run_here(relay);
    relay->rested = relay->filled;
    ssp->writing.out = &ssp->out;
    ssp->writing.timer = &ssp->meter.timer;
}

static void cut_at(struct relay *relay, size_t cut)
{
    relay->cut = cut;
    relay->ssp->circuit.cut = relay->cuts[cut];
    relay->balance = 0;
}

/* More nodes in the front or in the back: more and more until that was too many, then less and
 * less. Whoever keeps changing his mind about one node waits longer each time. */
static void move_cut(struct relay *relay, int direction)
{
    size_t room = direction < 0 ? relay->cut : relay->cut_count - 1 - relay->cut;

    relay->balance = 0;
    if (room == 0)
        return;
    if (direction == -relay->direction) {
        relay->turned = true;
        if (relay->stride == 1 && relay->patience < PATIENCE_MAX)
            relay->patience *= 2;
        relay->stride = (relay->stride + 1) / 2;
    } else if (!relay->turned) {
        relay->stride *= 2;
    }
    relay->direction = direction;
    relay_wait(relay->ssp);
    room = relay->stride < room ? relay->stride : room;
    cut_at(relay, direction < 0 ? relay->cut - room : relay->cut + room);
}

/* What handing over a block tells of the cut. After a rest the back always waits. */
static void weigh(struct relay *relay, size_t rows, bool piled_up, bool waited_for)
{
    int weight = rows >= (size_t)LARGE * BLOCK_ROWS ? PATIENCE : 1;

    if (piled_up)
        relay->balance += weight;
    else if (waited_for && relay->filled > relay->rested + 1)
        relay->balance -= weight;
    if (relay->balance >= relay->patience || -relay->balance >= relay->patience)
        move_cut(relay, relay->balance > 0 ? 1 : -1);
}

/* The block goes to the other thread. */
static void hand_over(struct relay *relay)
{
    size_t rows = filling(relay)->row_count;
    uint64_t behind;

    if (!start_thread(relay)) { /* it takes longer */
        run_here(relay);
        return;
    }
    crew_at_work = true;
    (void)pthread_mutex_lock(&relay->mutex);
    behind = relay->given - relay->done;
    relay->given++;
    relay->rows += rows;
    (void)pthread_cond_broadcast(&relay->news);
    (void)pthread_mutex_unlock(&relay->mutex);
    relay->filled++;
    weigh(relay, rows, wait_for(relay, BLOCKS - 1), behind == 0);
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
    relay->patience = PATIENCE;
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
    if (block->count >= BLOCK_STEPS || block->row_count >= BLOCK_ROWS)
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
    (void)pthread_cond_destroy(&relay->news);
    (void)pthread_mutex_destroy(&relay->mutex);
    free(relay);
}

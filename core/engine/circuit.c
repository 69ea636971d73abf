/* The circuit: sharing, scheduling, adoption. See circuit.h. */
#include "engine/circuit.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "plan/write.h"

#include <string.h>

static uint64_t text_hash(const struct buf *text)
{
    return hash_bytes(text->bytes, text->size);
}

/* The position in circuit->nodes of the node with this text, or HASHTAB_NONE. */
static uint32_t find(const struct circuit *circuit, const struct buf *text)
{
    uint64_t hash = text_hash(text);
    size_t at;
    uint32_t i = hashtab_first(&circuit->index, hash, &at);

    for (; i != HASHTAB_NONE; i = hashtab_next(&circuit->index, hash, &at)) {
        const struct buf *other = &circuit->nodes[i]->text;

        if (other->size == text->size && memcmp(other->bytes, text->bytes, text->size) == 0)
            break;
    }
    return i;
}

static void attach(struct circuit *circuit, struct node *node)
{
    circuit->nodes =
        mem_grow(circuit->nodes, &circuit->max, circuit->count + 1, sizeof(struct node *));
    hashtab_insert(&circuit->index, text_hash(&node->text), (uint32_t)circuit->count);
    node->number = circuit->next_number++;
    circuit->nodes[circuit->count++] = node;
    circuit->generation++;
}

static void detach(struct circuit *circuit, struct node *node)
{
    uint32_t at = find(circuit, &node->text);
    size_t last = circuit->count - 1;

    SSP_ASSERT(at != HASHTAB_NONE);
    hashtab_remove(&circuit->index, text_hash(&node->text), at);
    if (at != last) {
        hashtab_move(&circuit->index, text_hash(&circuit->nodes[last]->text), (uint32_t)last, at);
        circuit->nodes[at] = circuit->nodes[last];
    }
    circuit->count = last;
    circuit->generation++;
}

static void node_free(struct node *node)
{
    op_free(node->op);
    plan_memory_unref(node->memory);
    buf_release(&node->text);
    zset_release(&node->out);
    free(node->consumers);
    free(node->views);
    free(node);
}

static void connect(struct node *input, struct node *consumer)
{
    input->consumers = mem_grow(input->consumers, &input->consumer_max, input->consumer_count + 1,
                                sizeof(struct node *));
    input->consumers[input->consumer_count++] = consumer;
}

/* A self-join is twice among the consumers of its input, and leaves one at a time. */
static void disconnect(struct node *input, const struct node *consumer)
{
    size_t i = 0;

    while (input->consumers[i] != consumer)
        i++;
    input->consumers[i] = input->consumers[--input->consumer_count];
}

struct node *circuit_add(struct circuit *circuit, const struct plan *plan,
                         struct plan_memory *memory)
{
    struct buf text = BUF_INIT;
    struct node *node;
    uint32_t at;

    plan_write(&text, plan);
    at = find(circuit, &text);
    if (at != HASHTAB_NONE) {
        buf_release(&text);
        circuit->nodes[at]->users++;
        return circuit->nodes[at];
    }
    node = mem_alloc_zero(sizeof(*node));
    node->text = text;
    node->plan = plan;
    node->memory = plan_memory_ref(memory);
    node->input_count = plan->input_count;
    for (unsigned i = 0; i < plan->input_count; i++) {
        node->inputs[i] = circuit_add(circuit, plan->inputs[i], memory);
        connect(node->inputs[i], node);
    }
    node->op = op_new(plan);
    node->users = 1;
    attach(circuit, node);
    return node;
}

void circuit_drop(struct circuit *circuit, struct node *node)
{
    if (--node->users > 0)
        return;
    SSP_ASSERT(node->consumer_count == 0 && !node->queued);
    detach(circuit, node);
    for (unsigned i = 0; i < node->input_count; i++) {
        disconnect(node->inputs[i], node);
        circuit_drop(circuit, node->inputs[i]);
    }
    node_free(node);
}

struct node *circuit_adopt(struct circuit *circuit, struct circuit *from, struct node *node)
{
    uint32_t at = find(circuit, &node->text);

    if (at != HASHTAB_NONE) {
        circuit->nodes[at]->users++;
        circuit_drop(from, node);
        return circuit->nodes[at];
    }
    for (unsigned i = 0; i < node->input_count; i++) {
        struct node *input = node->inputs[i];

        disconnect(input, node);
        node->inputs[i] = circuit_adopt(circuit, from, input);
        connect(node->inputs[i], node);
    }
    detach(from, node);
    attach(circuit, node);
    return node;
}

struct node *circuit_scan(const struct circuit *circuit, const char *table, size_t size)
{
    const struct plan plan = {.op = PLAN_SCAN, .as.scan = {table, size}};
    struct buf text = BUF_INIT;
    uint32_t at;

    plan_write(&text, &plan);
    at = find(circuit, &text);
    buf_release(&text);
    return at == HASHTAB_NONE ? NULL : circuit->nodes[at];
}

static void enqueue(struct circuit *circuit, struct node *node)
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
    enqueue(circuit, scan);
}

void circuit_add_change(struct circuit *circuit, struct node *scan, struct row *row, int64_t weight)
{
    zset_add(&scan->out, row, weight);
    enqueue(circuit, scan);
}

void circuit_step(struct circuit *circuit)
{
    while (circuit->queue_count) {
        struct node *node = dequeue(circuit);

        if (node->op->class->step) {
            struct zset *in[2] = {NULL, NULL};

            for (unsigned i = 0; i < node->input_count; i++)
                in[i] = &node->inputs[i]->out;
            op_step(node->op, node->input_count, in, &node->out);
        } else {
            node->op->rows_out += node->out.count;
        }
        if (node->out.count == 0)
            continue;
        circuit->ran = mem_grow(circuit->ran, &circuit->ran_max, circuit->ran_count + 1,
                                sizeof(struct node *));
        circuit->ran[circuit->ran_count++] = node;
        for (size_t i = 0; i < node->consumer_count; i++)
            enqueue(circuit, node->consumers[i]);
    }
}

void circuit_finish(struct circuit *circuit)
{
    for (size_t i = 0; i < circuit->ran_count; i++)
        zset_clear(&circuit->ran[i]->out);
    circuit->ran_count = 0;
}

void circuit_release(struct circuit *circuit)
{
    for (size_t i = 0; i < circuit->count; i++)
        node_free(circuit->nodes[i]);
    free(circuit->nodes);
    free(circuit->queue);
    free(circuit->ran);
    hashtab_release(&circuit->index);
    memset(circuit, 0, sizeof(*circuit));
}

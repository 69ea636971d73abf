/* The circuit: sharing, adoption. See circuit.h. */
#include "engine/circuit.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/mem.h"
#include "engine/route.h"
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
    node->level = 0;
    node->visited = 0;
    for (unsigned i = 0; i < node->input_count; i++)
        if (node->inputs[i]->level >= node->level)
            node->level = node->inputs[i]->level + 1;
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
    zset_release(&node->early);
    zset_release(&node->sent);
    routes_free(node->routes);
    free(node->consumers);
    free(node->inputs);
    free(node->views);
    free(node);
}

static void connect(struct node *input, struct node *consumer)
{
    input->consumers = mem_grow(input->consumers, &input->consumer_max, input->consumer_count + 1,
                                sizeof(struct node *));
    consumer->routed = routes_add(&input->routes, input, consumer);
    if (input->consumer_count == 0 || consumer->number < input->first_consumer)
        input->first_consumer = consumer->number;
    if (input->consumer_count == 0 || consumer->number > input->last_consumer)
        input->last_consumer = consumer->number;
    input->consumers[input->consumer_count++] = consumer;
}

/* A self-join is twice among the consumers of its input, and leaves one at a time. */
static void disconnect(struct node *input, const struct node *consumer)
{
    size_t i = 0;

    while (input->consumers[i] != consumer)
        i++;
    input->consumers[i] = input->consumers[--input->consumer_count];
    routes_remove(input->routes, consumer);
}

static struct buf node_text(const struct plan *plan, struct node *const *inputs)
{
    struct buf text = BUF_INIT;

    buf_add_format(&text, "%s ", plan_op_name(plan->op));
    if (plan->op == PLAN_SCAN) /* one for a table: all say the same of lateness */
        buf_add(&text, plan->as.scan.table, plan->as.scan.table_size);
    else
        plan_write_arguments(&text, plan);
    for (unsigned i = 0; i < plan->input_count; i++)
        buf_add_format(&text, " #%llu", (unsigned long long)inputs[i]->number);
    return text;
}

/* Sub-plans met already, for a plan is a DAG and may be met along exponentially many ways. */
struct memo {
    struct {
        const struct plan *plan;
        struct node *node;
    } * entries;
    size_t count;
    size_t max;
};

static struct node *add(struct circuit *circuit, const struct plan *plan,
                        struct plan_memory *memory, struct memo *memo);

static struct node *make(struct circuit *circuit, const struct plan *plan,
                         struct plan_memory *memory, struct memo *memo)
{
    struct node **inputs = mem_alloc(plan->input_count * sizeof(struct node *));
    struct node *node;
    struct buf text;
    uint32_t at;

    for (unsigned i = 0; i < plan->input_count; i++)
        inputs[i] = add(circuit, plan->inputs[i], memory, memo);
    text = node_text(plan, inputs);
    at = find(circuit, &text);
    if (at != HASHTAB_NONE) {
        for (unsigned i = 0; i < plan->input_count; i++)
            circuit_drop(circuit, inputs[i]);
        free(inputs);
        buf_release(&text);
        circuit->nodes[at]->users++;
        circuit->hits++;
        return circuit->nodes[at];
    }
    node = mem_alloc_zero(sizeof(*node));
    node->text = text;
    node->plan = plan;
    node->memory = plan_memory_ref(memory);
    node->inputs = inputs;
    node->input_count = plan->input_count;
    node->op = op_new(plan);
    node->users = 1;
    attach(circuit, node);
    for (unsigned i = 0; i < plan->input_count; i++)
        connect(inputs[i], node);
    if (node->op->class->over_nothing)
        circuit_enqueue(circuit, node);
    return node;
}

static struct node *add(struct circuit *circuit, const struct plan *plan,
                        struct plan_memory *memory, struct memo *memo)
{
    struct node *node;

    for (size_t i = 0; i < memo->count; i++)
        if (memo->entries[i].plan == plan) {
            memo->entries[i].node->users++;
            return memo->entries[i].node;
        }
    node = make(circuit, plan, memory, memo);
    memo->entries = mem_grow(memo->entries, &memo->max, memo->count + 1, sizeof(*memo->entries));
    memo->entries[memo->count].plan = plan;
    memo->entries[memo->count++].node = node;
    return node;
}

struct node *circuit_add(struct circuit *circuit, const struct plan *plan,
                         struct plan_memory *memory)
{
    struct memo memo = {0};
    struct node *node = add(circuit, plan, memory, &memo);

    free(memo.entries);
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

static int number_order(const void *a, const void *b)
{
    const struct node *x = *(struct node *const *)a;
    const struct node *y = *(struct node *const *)b;

    return (x->number > y->number) - (x->number < y->number);
}

/* The node of this circuit that is equal to one of another, whose inputs are adopted. */
static struct node *adopt_node(struct circuit *circuit, struct node *node)
{
    struct buf text;
    uint32_t at;

    for (unsigned i = 0; i < node->input_count; i++)
        node->inputs[i] = node->inputs[i]->adopted;
    text = node_text(node->plan, node->inputs);
    at = find(circuit, &text);
    buf_release(&node->text);
    node->text = text;
    if (at != HASHTAB_NONE) {
        circuit->hits++;
        return circuit->nodes[at];
    }
    node->consumer_count = 0;
    routes_free(node->routes);
    node->routes = NULL;
    node->users = 0;
    attach(circuit, node);
    for (unsigned i = 0; i < node->input_count; i++) {
        connect(node->inputs[i], node);
        node->inputs[i]->users++;
    }
    return node;
}

void circuit_adopt(struct circuit *circuit, struct circuit *from, struct node **roots, size_t count)
{
    qsort(from->nodes, from->count, sizeof(struct node *), number_order);
    for (size_t i = 0; i < from->count; i++)
        from->nodes[i]->adopted = adopt_node(circuit, from->nodes[i]);
    for (size_t i = 0; i < count; i++) {
        roots[i] = roots[i]->adopted;
        roots[i]->users++;
    }
    for (size_t i = 0; i < from->count; i++)
        if (from->nodes[i]->adopted != from->nodes[i])
            node_free(from->nodes[i]);
    circuit->hits += from->hits;
    from->count = 0;
    circuit_release(from);
}

struct node *circuit_scan(const struct circuit *circuit, const char *table, size_t size)
{
    const struct plan plan = {.op = PLAN_SCAN, .as.scan = {.table = table, .table_size = size}};
    struct node *const none[1] = {NULL};
    struct buf text;
    uint32_t at;

    text = node_text(&plan, none);
    at = find(circuit, &text);
    buf_release(&text);
    return at == HASHTAB_NONE ? NULL : circuit->nodes[at];
}

struct node **circuit_places(const struct circuit *circuit)
{
    struct node **nodes = mem_alloc(circuit->count * sizeof(struct node *));

    if (circuit->count)
        memcpy(nodes, circuit->nodes, circuit->count * sizeof(struct node *));
    qsort(nodes, circuit->count, sizeof(struct node *), number_order);
    for (size_t i = 0; i < circuit->count; i++)
        nodes[i]->place = i + 1;
    return nodes;
}

static void run_release(struct circuit_run *run)
{
    free(run->queue);
    free(run->ran);
    free(run->in);
}

void circuit_release(struct circuit *circuit)
{
    for (size_t i = 0; i < circuit->count; i++)
        node_free(circuit->nodes[i]);
    free(circuit->nodes);
    run_release(&circuit->run);
    run_release(&circuit->back);
    free(circuit->wave);
    hashtab_release(&circuit->index);
    memset(circuit, 0, sizeof(*circuit));
}

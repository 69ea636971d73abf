/* Printing the circuit. */
#include "engine/explain.h"

#include "base/buf.h"
#include "base/mem.h"
#include "plan/write.h"
#include "value/json_write.h"

#include <string.h>

/* What the three formats say of a circuit; the numbers are positions, from 1, so that they do not
 * depend on what was registered before. */
struct picture {
    struct node **nodes; /* inputs first */
    size_t count;
    struct view *const *views;
    size_t view_count;
    struct buf *out;
};

static const char *state_of(const struct node *node)
{
    switch (node->plan->op) {
    case PLAN_JOIN:
        if (node->plan->as.join.asof)
            return "both inputs, by key in order of time";
        return "both inputs, by key";
    case PLAN_CORRELATE:
    case PLAN_EXPAND:
    case PLAN_SURVIVE:
        return "both inputs, by key";
    case PLAN_TREE:
        return "its inputs, and the document";
    case PLAN_EXISTS:
        return "its first input, and which contexts have rows";
    case PLAN_LIMIT:
        return "its input, in order";
    case PLAN_SESSION:
        return "its input, in order of time, and where sessions begin";
    case PLAN_WINDOW:
        return "its input, in order, and the rows made of it";
    case PLAN_FIXPOINT:
        return "its rows, what each round gives them, and the step's";
    case PLAN_VIEW:
    case PLAN_RECURSE:
    case PLAN_INPUT:
        break;
    case PLAN_AGGREGATE:
        if (node->plan->as.aggregate.closing)
            return "what each group's aggregates remember, until its time is over";
        return "what each group's aggregates remember";
    case PLAN_DISTINCT:
        return "weights of its input";
    case PLAN_EXCEPT:
    case PLAN_INTERSECT:
        return "weights of its inputs";
    case PLAN_SCAN:
    case PLAN_UNIQUE:
    case PLAN_UNION:
    case PLAN_REKEY:
    case PLAN_FILTER:
    case PLAN_PROJECT:
    case PLAN_UNNEST:
    case PLAN_CONTEXT:
    case PLAN_MEMBERS:
        break;
    }
    return NULL;
}

/* What a node costs beyond what follows from its operator. */
static const char *cost_of(const struct node *node)
{
    if (node->plan->op == PLAN_CORRELATE && node->plan->as.correlate.count == 0)
        return "every row under every context";
    if (node->plan->op == PLAN_JOIN && node->plan->as.join.count == 0 && !node->plan->as.join.asof)
        return "cross join: every pair";
    return NULL;
}

static void explain_text(const struct picture *picture)
{
    struct buf *out = picture->out;

    for (size_t i = 0; i < picture->count; i++) {
        const struct node *node = picture->nodes[i];
        const char *state = state_of(node);
        const char *cost = cost_of(node);
        size_t before;

        buf_add_format(out, "%zu %s", i + 1, node->op->class->name);
        for (unsigned j = 0; j < node->input_count; j++)
            buf_add_format(out, "%s%zu", j ? "," : " of ", node->inputs[j]->place);
        buf_add_byte(out, ' ');
        before = out->size;
        plan_write_arguments(out, node->plan);
        out->size -= out->size == before;
        if (state)
            buf_add_format(out, "  [state: %s]", state);
        if (cost)
            buf_add_format(out, "  [%s]", cost);
        if (node->users > 1)
            buf_add_format(out, "  [shared by %zu]", node->users);
        buf_add_byte(out, '\n');
    }
    for (size_t i = 0; i < picture->view_count; i++) {
        buf_add_string(out, "view ");
        json_write_string(out, picture->views[i]->plan.id, picture->views[i]->plan.id_size);
        buf_add_format(out, " of %zu\n", picture->views[i]->root->place);
    }
}

static void explain_json(const struct picture *picture)
{
    struct buf *out = picture->out;

    buf_add_string(out, "{\"nodes\":[");
    for (size_t i = 0; i < picture->count; i++) {
        const struct node *node = picture->nodes[i];
        const char *state = state_of(node);
        const char *cost = cost_of(node);
        size_t before;

        buf_add_format(out, "%s{\"node\":%zu,\"op\":\"%s\",\"inputs\":[", i ? "," : "", i + 1,
                       node->op->class->name);
        for (unsigned j = 0; j < node->input_count; j++)
            buf_add_format(out, "%s%zu", j ? "," : "", node->inputs[j]->place);
        buf_add_string(out, "],");
        before = out->size;
        plan_write_arguments(out, node->plan);
        if (out->size > before)
            buf_add_byte(out, ',');
        if (state)
            buf_add_format(out, "\"state\":\"%s\",", state);
        if (cost)
            buf_add_format(out, "\"cost\":\"%s\",", cost);
        buf_add_format(out, "\"users\":%zu}", node->users);
    }
    buf_add_string(out, "],\"views\":[");
    for (size_t i = 0; i < picture->view_count; i++) {
        buf_add_string(out, i ? ",{\"view_id\":" : "{\"view_id\":");
        json_write_string(out, picture->views[i]->plan.id, picture->views[i]->plan.id_size);
        buf_add_format(out, ",\"node\":%zu}", picture->views[i]->root->place);
    }
    buf_add_string(out, "]}\n");
}

/* Text inside a dot label is a JSON string already escaped once; escape it again. */
static void explain_dot(const struct picture *picture)
{
    struct buf *out = picture->out;
    struct buf label = BUF_INIT;

    buf_add_string(out, "digraph ssp {\n  rankdir=BT;\n  node [shape=box];\n");
    for (size_t i = 0; i < picture->count; i++) {
        const struct node *node = picture->nodes[i];

        buf_clear(&label);
        buf_add_format(&label, "%s ", node->op->class->name);
        plan_write_arguments(&label, node->plan);
        if (cost_of(node))
            buf_add_format(&label, " [%s]", cost_of(node));
        buf_add_format(out, "  n%zu [label=", i + 1);
        json_write_string(out, label.bytes, label.size);
        buf_add_string(out, state_of(node) ? ", style=bold];\n" : "];\n");
        for (unsigned j = 0; j < node->input_count; j++)
            buf_add_format(out, "  n%zu -> n%zu;\n", node->inputs[j]->place, i + 1);
    }
    for (size_t i = 0; i < picture->view_count; i++) {
        const struct view *view = picture->views[i];

        buf_add_format(out, "  v%zu [shape=ellipse, label=", i + 1);
        json_write_string(out, view->plan.id, view->plan.id_size);
        buf_add_format(out, "];\n  n%zu -> v%zu;\n", view->root->place, i + 1);
    }
    buf_add_string(out, "}\n");
    buf_release(&label);
}

bool explain(const struct circuit *circuit, struct view *const *views, size_t view_count,
             const char *format, struct buf *out)
{
    struct picture picture = {circuit_places(circuit), circuit->count, views, view_count, out};
    bool known = true;

    if (strcmp(format, "text") == 0)
        explain_text(&picture);
    else if (strcmp(format, "json") == 0)
        explain_json(&picture);
    else if (strcmp(format, "dot") == 0)
        explain_dot(&picture);
    else
        known = false;
    free(picture.nodes);
    return known;
}

/* From the change of a root node to a line of output. See view.h and ssp-updates(5). */
#include "engine/view.h"

#include "base/buf.h"
#include "base/check.h"
#include "base/mem.h"
#include "op/tree.h"
#include "plan/conflict.h"
#include "value/json_write.h"

#include <string.h>

static void listen(struct view *view, struct node *node)
{
    node->views =
        mem_grow(node->views, &node->view_max, node->view_count + 1, sizeof(struct view *));
    node->views[node->view_count++] = view;
}

static void unlisten(const struct view *view, struct node *node)
{
    size_t i = node->view_count - 1;

    while (node->views[i] != view)
        i--;
    node->views[i] = node->views[--node->view_count];
}

/* The root's own rows, if the view has others and its own come first, in the order of a limit. */
static struct node *head_of(const struct view *view, struct node *root)
{
    if (view->plan.format != FORMAT_FLAT || !plan_has_members(root->plan) ||
        view->plan.root->op != PLAN_LIMIT)
        return NULL;
    return root->plan->op == PLAN_DISTINCT ? root->inputs[0]->inputs[0] : root->inputs[0];
}

void view_attach(struct view *view, struct node *root)
{
    view->root = root;
    view->head = head_of(view, root);
    listen(view, root);
    if (view->head)
        listen(view, view->head);
}

void view_detach(struct view *view)
{
    unlisten(view, view->root);
    if (view->head)
        unlisten(view, view->head);
}

void view_settle(struct view *view, bool verify)
{
    const struct plan *circuit = view->plan.circuit;

    /* Subqueries may find a record with another row than the root's. */
    view->is_set =
        plan_is_set(circuit) && (!plan_has_members(circuit) || plan_members_agree(circuit));
    view->keep = verify || !view->is_set || view->head;
    if (!view->keep)
        zset_release(&view->content);
}

void view_init(struct view *view, const struct plan_view *plan, struct node *root, bool verify,
               bool show_hash)
{
    /* A limit at the root gives flat output its order. */
    const struct plan_limit *limit = plan->root->op == PLAN_LIMIT ? &plan->root->as.limit : NULL;

    *view = (struct view){.plan = *plan};
    buf_add_string(&view->start, "{\"view_id\":");
    json_write_string(&view->start, plan->id, plan->id_size);
    buf_add_string(&view->start, ",\"format\":\"");
    view_attach(view, root);
    view_settle(view, verify);
    view->sorted = plan->format == FORMAT_FLAT;
    view->hash_shown = show_hash;
    view->hashed = view->sorted || (show_hash && plan->format != FORMAT_TREE);
    view->rows = plan->emit == EMIT_ROWS || plan->format == FORMAT_DELTA;
    order_init(&view->head_order, limit ? limit->order : NULL, limit ? limit->order_count : 0,
               &view->sorted_work);
    view->sorted_content = view->head_order;
    if (view->head) {
        view->sorted_content.fields = NULL;
        view->sorted_content.field_count = 0;
    }
}

void view_release(struct view *view)
{
    view_detach(view);
    zset_release(&view->content);
    zset_release(&view->held);
    order_release(&view->sorted_content);
    zset_release(&view->head_rows);
    order_release(&view->head_order);
    buf_release(&view->start);
    free(view->entries);
    free(view->events);
    trace_free(view->trace);
    plan_memory_unref(view->plan.memory);
}

struct hash128 view_row_hash(const struct row *row, struct buf *scratch)
{
    buf_clear(scratch);
    buf_add(scratch, row_key(row), row->key_size);
    buf_add_byte(scratch, '\0');
    value_write_canonical(scratch, row_value(row));
    return hash128_bytes(scratch->bytes, scratch->size);
}

static void write_start(struct view *view, const char *format, const struct view_line *line,
                        struct buf *out)
{
    buf_add(out, view->start.bytes, view->start.size);
    buf_add_string(out, format);
    buf_add_byte(out, '"');
    if (line->seq_shown) {
        buf_add_string(out, ",\"seq\":");
        buf_add_int(out, (int64_t)line->seq);
    }
    if (line->mark != MARK_NONE)
        buf_add_string(out,
                       line->mark == MARK_INITIAL ? ",\"initial\":true" : ",\"snapshot\":true");
    view->updates++;
}

static void write_head(struct view *view, const char *format, const struct view_line *line,
                       bool hash, struct buf *out)
{
    write_start(view, format, line, out);
    if (hash)
        buf_add_format(out, ",\"result_hash\":\"%016llx%016llx\"",
                       (unsigned long long)view->hash.high, (unsigned long long)view->hash.low);
    buf_add_string(out, ",\"records\":[");
}

static void write_tail(struct buf *out)
{
    if (out->bytes[out->size - 1] == ',')
        out->size--;
    buf_add_string(out, "]}\n");
}

static void write_key(struct buf *out, const struct row *row)
{
    if (row->made)
        buf_add(out, row_key(row), row->key_size);
    else
        json_write_string(out, row_key(row), row->key_size);
}

static void write_row(struct buf *out, const struct row *row)
{
    buf_add_string(out, ",\"record\":");
    buf_add(out, row_text(row), row->size);
}

static void sort_change(struct view *view, const struct zset *change)
{
    view->entries =
        mem_grow(view->entries, &view->entry_max, change->count, sizeof(*view->entries));
    if (change->count)
        memcpy(view->entries, change->entries, change->count * sizeof(*view->entries));
    view->entry_count = event_sort(view->entries, change->count);
}

/* Behind sort_change(), before the content is touched. */
static void trace_step(struct view *view, uint64_t step)
{
    if (!view->trace)
        return;
    view->trace->step = step;
    trace_change(view->trace, &view->plan, view->is_set ? NULL : &view->content, view->entries,
                 view->entry_count);
}

/* The row that a record has after the change whose last row is `last`. It is that one, or, if a
 * view in which the record had two rows gives way to one with fewer, the one that stays. */
static const struct row *row_now(struct view *view, const struct zset_entry *last)
{
    struct row *row;

    if (last->weight > 0)
        return last->row;
    for (size_t n = 0; (row = zset_key_row(&view->content, last->row, n)); n++) {
        int64_t weight = zset_weight(&view->content, row);
        const struct zset_entry *e = last + 1;

        while (e-- > view->entries && row_key_equal(e->row, row))
            if (row_shown_equal(e->row, row))
                weight = weight_sum(weight, e->weight);
        if (weight > 0)
            return row;
    }
    return last->row;
}

/* The entries are sorted by key, so each event's records come out in the order of keys. */
static bool write_streaming(struct view *view, const struct view_line *line, struct buf *out)
{
    const struct zset_entry *entries = view->entries;
    size_t count = view->entry_count;
    enum event *events;
    struct zset *content = view->is_set ? NULL : &view->content;
    size_t start = out->size;
    size_t records = 0;
    size_t next;

    view->events = mem_grow(view->events, &view->event_max, count, sizeof(*view->events));
    events = view->events;
    for (size_t i = 0; i < count; i = next) { /* the last row of a record is the one it has now */
        for (next = i + 1; next < count && row_key_equal(entries[i].row, entries[next].row); next++)
            events[next - 1] = EVENT_NONE;
        events[next - 1] = event_of(content, &entries[i], &entries[next]).event;
    }
    write_head(view, "streaming", line, view->hash_shown, out);
    for (enum event event = EVENT_CREATED; event < EVENT_NONE; event++)
        for (size_t i = 0; i < count; i++) {
            if (events[i] != event)
                continue;
            buf_add_string(out, "{\"id\":");
            write_key(out, entries[i].row);
            buf_add_string(out, ",\"event\":\"");
            buf_add_string(out, event_names[event]);
            buf_add_byte(out, '"');
            if ((view->rows || entries[i].row->made) && event != EVENT_DELETED)
                write_row(out, row_now(view, &entries[i]));
            buf_add_string(out, "},");
            records++;
        }
    write_tail(out);
    view->records += records;
    if (records || line->always)
        return true;
    out->size = start;
    view->updates--;
    return false;
}

static void write_delta(struct view *view, const struct view_line *line, struct buf *out)
{
    const struct zset_entry *entries = view->entries;
    size_t count = view->entry_count;

    view->records += count;
    write_head(view, "delta", line, view->hash_shown, out);
    for (int half = 0; half < 2; half++)
        for (size_t i = 0; i < count; i++) {
            if ((entries[i].weight > 0) != (half == 1))
                continue;
            buf_add_string(out, "{\"id\":");
            write_key(out, entries[i].row);
            buf_add_string(out, ",\"weight\":");
            buf_add_int(out, entries[i].weight);
            write_row(out, entries[i].row);
            buf_add_string(out, "},");
        }
    write_tail(out);
}

/* A flat line under construction. Rows of one record, by several projections, are one id. */
struct flat {
    struct view *view;
    struct buf *out;
    const struct row *row; /* not yet written; NULL: none */
    int64_t weight;
    bool rest; /* behind the head: rows of the head are not written again */
};

static void write_flat_row(struct flat *flat)
{
    bool multiset = flat->view->plan.semantics == SEMANTICS_MULTISET;
    struct buf *out = flat->out;
    bool rows;

    if (!flat->row)
        return;
    rows = flat->view->rows || flat->row->made; /* what is in no table is told whole */
    if (rows || multiset)
        buf_add_string(out, "{\"id\":");
    write_key(out, flat->row);
    if (multiset) {
        buf_add_string(out, ",\"weight\":");
        buf_add_int(out, flat->weight);
    }
    if (rows)
        write_row(out, flat->row);
    if (rows || multiset)
        buf_add_byte(out, '}');
    buf_add_byte(out, ',');
    flat->view->records++;
    flat->row = NULL;
}

static void visit_flat_row(void *context, struct row *row, int64_t weight)
{
    struct flat *flat = context;

    if (flat->rest && zset_key_weight(&flat->view->head_rows, row) != 0)
        return;
    if (flat->row && row_key_equal(flat->row, row)) {
        flat->weight = weight_sum(flat->weight, weight);
        return;
    }
    write_flat_row(flat);
    flat->row = row;
    flat->weight = flat->view->head && !flat->rest
                       ? zset_key_weight(&flat->view->content, row) /* as a child too */
                       : weight;
}

void view_write_flat(struct view *view, const struct view_line *line, struct buf *out)
{
    struct flat flat = {.view = view, .out = out};

    write_head(view, "flat", line, true, out);
    if (view->head) {
        order_range(&view->head_order, 0, INT64_MAX, visit_flat_row, &flat);
        write_flat_row(&flat);
        flat.rest = true;
    }
    order_range(&view->sorted_content, 0, INT64_MAX, visit_flat_row, &flat);
    write_flat_row(&flat);
    write_tail(out);
}

static void take_hash(struct view *view, const struct zset *change)
{
    struct buf scratch = BUF_INIT;

    for (size_t i = 0; view->hashed && i < change->count; i++)
        view->hash = hash128_add(view->hash, view_row_hash(change->entries[i].row, &scratch),
                                 change->entries[i].weight);
    buf_release(&scratch);
}

/* Removals first: an old and a new row of one record are never in the order together. */
static void add_sorted(struct order *order, const struct zset *change)
{
    for (int half = 0; half < 2; half++)
        for (size_t i = 0; i < change->count; i++)
            if ((change->entries[i].weight > 0) == (half == 1))
                order_add(order, change->entries[i].row, change->entries[i].weight);
}

void view_take_head(struct view *view)
{
    if (!view->head)
        return;
    zset_add_all(&view->head_rows, &view->head->out);
    add_sorted(&view->head_order, &view->head->out);
}

void view_drop_head(struct view *view)
{
    zset_release(&view->head_rows);
    order_release(&view->head_order);
}

static void take_content(struct view *view, const struct zset *change)
{
    if (view->keep)
        zset_add_all(&view->content, change);
    if (view->sorted)
        add_sorted(&view->sorted_content, change);
}

void view_refill(struct view *view)
{
    zset_release(&view->content);
    order_release(&view->sorted_content);
    zset_release(&view->head_rows);
    order_release(&view->head_order);
    view_take_head(view);
    if (view->held.count == 0) {
        take_content(view, &view->root->out);
    } else {
        struct zset written = ZSET_INIT;

        for (size_t i = 0; i < view->held.count; i++)
            zset_add(&written, view->held.entries[i].row, -view->held.entries[i].weight);
        zset_add_all(&written, &view->root->out);
        take_content(view, &written);
        zset_release(&written);
    }
}

static void visit_head_row(void *context, struct row *row, int64_t weight)
{
    (void)weight;
    buf_add(context, row_key(row), row->key_size);
    buf_add_byte(context, '\0');
}

/* Whether other rows come first, or in another order, than consumers know; from now on they do. */
static bool head_moved(struct view *view)
{
    struct hash128 told = view->head_told;
    struct buf keys = BUF_INIT;

    if (!view->head)
        return false;
    order_range(&view->head_order, 0, INT64_MAX, visit_head_row, &keys);
    view->head_told = keys.size ? hash128_bytes(keys.bytes, keys.size) : (struct hash128){0, 0};
    buf_release(&keys);
    return told.low != view->head_told.low || told.high != view->head_told.high;
}

void view_take(struct view *view, const struct zset *change)
{
    (void)head_moved(view);
    take_hash(view, change);
    if (view->trace && !view->trace->replaces) { /* for the size */
        sort_change(view, change);
        trace_step(view, 0);
    }
    take_content(view, change);
}

/* The tree operator has made the document: the members result_hash and records of the line. */
static void write_tree(struct view *view, const struct view_line *line, struct buf *out)
{
    const struct row *document = NULL;

    for (size_t i = 0; i < view->entry_count; i++)
        if (view->entries[i].weight > 0)
            document = view->entries[i].row;
    if (document)
        view->records += tree_records(view->root->op);
    write_start(view, "tree", line, out);
    buf_add_byte(out, ',');
    if (document)
        buf_add(out, row_text(document) + 1, document->size - 1);
    else
        buf_add_string(out, "\"result_hash\":\"00000000000000000000000000000000\",\"records\":[]}");
    buf_add_byte(out, '\n');
}

/* A change in nothing that is shown may still be one of the order, by an id that is no field: rare
 * enough to write the view twice and compare. */
static bool reorder(struct view *view, const struct zset *change, const struct view_line *line,
                    struct buf *out)
{
    size_t start = out->size;
    size_t size;
    uint64_t records = view->records;
    uint64_t shown;
    bool same;

    view_write_flat(view, line, out);
    shown = view->records - records;
    size = out->size - start;
    take_content(view, change);
    view_write_flat(view, line, out);
    same = out->size - start == 2 * size &&
           memcmp(out->bytes + start, out->bytes + start + size, size) == 0;
    memmove(out->bytes + start, out->bytes + start + size, out->size - start - size);
    out->size -= same ? 2 * size : size;
    view->updates -= same ? 2 : 1;
    view->records = records + (same ? 0 : shown);
    return !same;
}

bool view_step(struct view *view, const struct zset *change, const struct view_line *line,
               struct buf *out)
{
    bool always = head_moved(view) || line->always;
    bool written = true;

    if (change->count == 0 && !always)
        return false;
    sort_change(view, change);
    trace_step(view, line->seq);
    if (view->entry_count == 0 && !always) {
        if (view->plan.format == FORMAT_FLAT && view->plan.root->op == PLAN_LIMIT)
            return reorder(view, change, line, out);
        take_content(view, change);
        return false;
    }
    take_hash(view, change);
    if (view->plan.format == FORMAT_FLAT) {
        take_content(view, change);
        view_write_flat(view, line, out);
        return true;
    }
    if (view->plan.format == FORMAT_TREE)
        write_tree(view, line, out);
    else if (view->plan.format == FORMAT_DELTA)
        write_delta(view, line, out);
    else /* events are told from the content before */
        written = write_streaming(view, line, out);
    take_content(view, change);
    return written;
}

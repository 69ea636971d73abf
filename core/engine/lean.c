/* Which fields to keep, and rows with only those. See lean.h. */
#include "engine/lean.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "value/json_scan.h"

#include <string.h>

#ifdef SSP_STRESS
enum { FEW_KEYS = 1 };
#else
enum { FEW_KEYS = 8 }; /* are compared one by one */
#endif

static struct lean_table *find_table(const struct lean *lean, const char *name, size_t size)
{
    uint64_t hash = hash_bytes(name, size);
    size_t at;

    for (uint32_t i = hashtab_first(&lean->index, hash, &at); i != HASHTAB_NONE;
         i = hashtab_next(&lean->index, hash, &at))
        if (lean->tables[i].name_size == size && memcmp(lean->tables[i].name, name, size) == 0)
            return &lean->tables[i];
    return NULL;
}

static struct lean_table *table_of(struct lean *lean, const struct plan_scan *scan)
{
    struct lean_table *table = find_table(lean, scan->table, scan->table_size);

    if (table)
        return table;
    lean->tables = mem_grow(lean->tables, &lean->max, lean->count + 1, sizeof(*lean->tables));
    hashtab_insert(&lean->index, hash_bytes(scan->table, scan->table_size), (uint32_t)lean->count);
    table = &lean->tables[lean->count++];
    *table = (struct lean_table){.name = arena_copy(&lean->arena, scan->table, scan->table_size),
                                 .name_size = scan->table_size};
    return table;
}

/* What one plan needs: the first steps of all its paths, whichever table they are for. */
struct needs {
    struct lean_key *keys;
    size_t count;
    size_t max;
    uint32_t step; /* of the path being looked at, the one that names a field */
    bool whole;    /* a path names no field, but a whole row */
};

static void need_path(void *context, const struct path *path)
{
    struct needs *needs = context;

    if (path->count <= needs->step) {
        needs->whole = true;
        return;
    }
    needs->keys = mem_grow(needs->keys, &needs->max, needs->count + 1, sizeof(*needs->keys));
    needs->keys[needs->count++] =
        (struct lean_key){path->steps[needs->step].key, path->steps[needs->step].key_size};
}

static void need(struct needs *needs, const struct expr *expr)
{
    expr_each_path(expr, need_path, needs);
}

static void need_predicate(struct needs *needs, const struct predicate *p)
{
    need(needs, &p->left);
    for (size_t i = 0; i < p->count; i++)
        need(needs, &p->operands[i]);
    for (size_t i = 0; i < p->child_count; i++)
        need_predicate(needs, p->children[i]);
}

static void need_order(struct needs *needs, const struct plan_limit *limit)
{
    for (size_t i = 0; i < limit->order_count; i++)
        need(needs, &limit->order[i].expr);
    for (size_t i = 0; i < limit->partition_count; i++)
        need(needs, &limit->partition[i]);
}

static void need_aggregate(struct needs *needs, const struct plan_aggregate *aggregate)
{
    for (size_t i = 0; i < aggregate->group_count; i++)
        need(needs, &aggregate->groups[i].expr);
    for (size_t i = 0; i < aggregate->measure_count; i++) {
        const struct plan_measure *measure = &aggregate->measures[i];

        if (measure->expr)
            need(needs, measure->expr);
        if (measure->filter)
            need_predicate(needs, measure->filter);
        for (size_t j = 0; j < measure->order_count; j++)
            need(needs, &measure->order[j].expr);
    }
    if (aggregate->having)
        need_predicate(needs, aggregate->having);
}

static void need_window(struct needs *needs, const struct plan_window *window)
{
    for (size_t i = 0; i < window->partition_count; i++)
        need(needs, &window->partition[i]);
    for (size_t i = 0; i < window->order_count; i++)
        need(needs, &window->order[i].expr);
    for (size_t i = 0; i < window->count; i++) {
        if (window->calls[i].expr)
            need(needs, window->calls[i].expr);
        if (window->calls[i].otherwise)
            need(needs, window->calls[i].otherwise);
    }
}

static void need_plan(struct needs *needs, const struct plan *plan)
{
    switch (plan->op) {
    case PLAN_FILTER:
        need_predicate(needs, plan->as.filter);
        break;
    case PLAN_PROJECT:
        for (size_t i = 0; i < plan->as.project.count; i++)
            if (plan->as.project.projections[i].expr)
                need(needs, plan->as.project.projections[i].expr);
        break;
    case PLAN_JOIN:
        for (size_t i = 0; i < plan->as.join.count; i++) {
            need(needs, &plan->as.join.left[i]);
            need(needs, &plan->as.join.right[i]);
        }
        for (int side = 0; plan->as.join.asof && side < 2; side++)
            need(needs, &plan->as.join.asof->time[side].expr);
        if (plan->as.join.where) {
            needs->step = 1; /* behind the name of the side */
            need_predicate(needs, plan->as.join.where);
            needs->step = 0;
        }
        break;
    case PLAN_LIMIT:
        need_order(needs, &plan->as.limit);
        break;
    case PLAN_UNIQUE:
        need_order(needs, &plan->as.set.first);
        break;
    case PLAN_AGGREGATE:
        need_aggregate(needs, &plan->as.aggregate);
        break;
    case PLAN_WINDOW:
        need_window(needs, &plan->as.window);
        break;
    case PLAN_SESSION:
        for (size_t i = 0; i < plan->as.session.partition_count; i++)
            need(needs, &plan->as.session.partition[i]);
        need(needs, &plan->as.session.start);
        break;
    case PLAN_UNNEST:
        need(needs, &plan->as.unnest.field);
        break;
    case PLAN_SCAN:
        if (plan->as.scan.lateness)
            need(needs, &plan->as.scan.lateness->time);
        break;
    case PLAN_VIEW:
    case PLAN_FIXPOINT:
    case PLAN_RECURSE:
    case PLAN_INPUT:
    case PLAN_UNION:
    case PLAN_EXCEPT:
    case PLAN_INTERSECT:
    case PLAN_REKEY:
    case PLAN_DISTINCT:
    case PLAN_CONTEXT:
    case PLAN_CORRELATE:
    case PLAN_EXPAND:
    case PLAN_SURVIVE:
    case PLAN_EXISTS:
    case PLAN_MEMBERS:
    case PLAN_TREE:
        break;
    }
    for (unsigned i = 0; i < plan->input_count; i++)
        need_plan(needs, plan->inputs[i]);
}

/* Marks whole what the plan of a subquery reads, and what its own subqueries do. */
static void add_subqueries(struct lean *lean, const struct plan *plan);

static void add_whole(struct lean *lean, const struct plan *plan)
{
    for (unsigned i = 0; i < plan->input_count; i++)
        add_whole(lean, plan->inputs[i]);
    if (plan->op == PLAN_SCAN)
        table_of(lean, &plan->as.scan)->whole = true;
    add_subqueries(lean, plan);
}

static void add_exists(struct lean *lean, const struct predicate *p)
{
    if (p->exists)
        add_whole(lean, p->exists->plan);
    for (size_t i = 0; i < p->child_count; i++)
        add_exists(lean, p->children[i]);
}

static void add_subqueries(struct lean *lean, const struct plan *plan)
{
    if (plan->op == PLAN_FILTER)
        add_exists(lean, plan->as.filter);
    if (plan->op == PLAN_PROJECT)
        for (size_t i = 0; i < plan->as.project.subquery_count; i++)
            add_whole(lean, plan->as.project.subqueries[i].plan);
}

/* True if the operator makes new rows out of whole ones. */
static bool copies_rows(const struct plan *plan)
{
    if (plan->op == PLAN_FILTER && plan->exists_count > 0)
        return true;
    if (plan->op == PLAN_PROJECT && plan->as.project.subquery_count > 0)
        return true;

    if (plan->op == PLAN_JOIN)
        return plan->as.join.both;
    if (plan->op == PLAN_FIXPOINT || plan->op == PLAN_UNIQUE || plan->op == PLAN_EXCEPT ||
        plan->op == PLAN_INTERSECT || plan->op == PLAN_REKEY || plan->op == PLAN_UNNEST ||
        plan->op == PLAN_WINDOW || plan->op == PLAN_SESSION)
        return true;
    if (plan->op == PLAN_UNION)
        return !plan_keeps_keys(plan);
    if (plan->op == PLAN_PROJECT)
        for (size_t i = 0; i < plan->as.project.count; i++)
            if (!plan->as.project.projections[i].expr)
                return true;
    return false;
}

/* True if the operator makes rows of named fields, which are kept: what is above it sees no more of
 * the rows below. */
static bool names_fields(const struct plan *plan)
{
    if (plan->op != PLAN_PROJECT)
        return plan->op == PLAN_AGGREGATE;
    for (size_t i = 0; i < plan->as.project.count; i++)
        if (!plan->as.project.projections[i].expr)
            return false;
    return true;
}

/* A field, by its name with quotes. */
static bool has_key(const struct lean_table *table, const char *key, size_t size)
{
    uint64_t hash;
    size_t at;

    if (table->count > FEW_KEYS) {
        hash = hash_bytes(key, size);
        for (uint32_t i = hashtab_first(&table->index, hash, &at); i != HASHTAB_NONE;
             i = hashtab_next(&table->index, hash, &at))
            if (table->keys[i].size == size && memcmp(table->keys[i].key, key, size) == 0)
                return true;
        return false;
    }
    for (size_t i = 0; i < table->count; i++)
        if (table->keys[i].size == size && memcmp(table->keys[i].key, key, size) == 0)
            return true;
    return false;
}

static void add_tables(struct lean *lean, const struct plan *plan, const struct needs *needs,
                       bool whole)
{
    struct lean_table *table;

    whole = (whole && !names_fields(plan)) || copies_rows(plan);
    for (unsigned i = 0; i < plan->input_count; i++)
        add_tables(lean, plan->inputs[i], needs, whole);
    add_subqueries(lean, plan);
    if (plan->op != PLAN_SCAN)
        return;
    table = table_of(lean, &plan->as.scan);
    table->whole = table->whole || whole;
    for (size_t i = 0; i < needs->count; i++) {
        const struct lean_key *key = &needs->keys[i];

        if (has_key(table, key->key, key->size))
            continue;
        table->keys = mem_grow(table->keys, &table->max, table->count + 1, sizeof(*table->keys));
        hashtab_insert(&table->index, hash_bytes(key->key, key->size), (uint32_t)table->count);
        table->keys[table->count++] =
            (struct lean_key){arena_copy(&lean->arena, key->key, key->size), key->size};
    }
}

void lean_plan(struct lean *lean, struct view *const *views, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct view *view = views[i];
        struct needs needs = {0};

        need_plan(&needs, view->plan.root);
        add_tables(lean, view->plan.root, &needs,
                   view->rows || view->hashed || needs.whole ||
                       view->plan.format != FORMAT_STREAMING ||
                       view->plan.refresh.kind != REFRESH_EACH_STEP ||
                       !plan_rows_have_ids(view->plan.root));
        free(needs.keys);
    }
}

void lean_release(struct lean *lean)
{
    for (size_t i = 0; i < lean->count; i++) {
        free(lean->tables[i].keys);
        hashtab_release(&lean->tables[i].index);
    }
    free(lean->tables);
    hashtab_release(&lean->index);
    arena_release(&lean->arena);
    free(lean->fields);
    buf_release(&lean->text);
    buf_release(&lean->scratch);
}

const struct lean_table *lean_of(const struct lean *lean, const char *name, size_t size)
{
    static const struct lean_table unread = {0};
    const struct lean_table *table;

    if (!lean->on)
        return NULL;
    table = find_table(lean, name, size);
    return !table ? &unread : table->whole ? NULL : table;
}

/* A member of an object: "key":value. */
static bool is_kept(const struct lean_table *table, const char *member, size_t size)
{
    if (table->count > FEW_KEYS)
        return has_key(table, member, (size_t)(json_string_end(member) - member));
    for (size_t i = 0; i < table->count; i++)
        if (size > table->keys[i].size && member[table->keys[i].size] == ':' &&
            memcmp(member, table->keys[i].key, table->keys[i].size) == 0)
            return true;
    return false;
}

struct row *lean_row(struct lean *lean, const struct lean_table *table,
                     const struct row_source *whole, struct hash128 content, uint64_t place)
{
    const struct row_origin origin = {content, place};
    struct row_source source = *whole;
    size_t count = 0;

    buf_clear(&lean->text);
    buf_add_byte(&lean->text, '{');
    for (size_t i = 0; i < whole->count; i++) {
        uint32_t start = whole->fields[i];
        size_t end = i + 1 < whole->count ? whole->fields[i + 1] - 1 : whole->size - 1;

        if (!is_kept(table, whole->text + start, end - start))
            continue;
        if (count)
            buf_add_byte(&lean->text, ',');
        lean->fields = mem_grow(lean->fields, &lean->field_max, count + 1, sizeof(*lean->fields));
        lean->fields[count++] = (uint32_t)lean->text.size;
        buf_add(&lean->text, whole->text + start, end - start);
    }
    buf_add_byte(&lean->text, '}');
    source.text = lean->text.bytes;
    source.size = lean->text.size;
    source.fields = lean->fields;
    source.count = count;
    source.origin = &origin;
    return row_new(&source);
}

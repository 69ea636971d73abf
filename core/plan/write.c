/* Canonical text of plans. */
#include "plan/write.h"

#include "base/mem.h"
#include "value/json_write.h"

#include <string.h>

void plan_write_expr(struct buf *buf, const struct expr *expr)
{
    if (expr->program) {
        buf_add(buf, expr->text, expr->text_size);
    } else if (expr->parent) {
        buf_add_format(buf, "{\"$context\":%u}", expr->parent - 1);
    } else if (expr->path) {
        buf_add_string(buf, "{\"field\":");
        path_write(buf, expr->path);
        buf_add_byte(buf, '}');
    } else if (expr->value.type == VALUE_OBJECT) {
        buf_add_string(buf, "{\"literal\":");
        value_write_canonical(buf, expr->value);
        buf_add_byte(buf, '}');
    } else if (expr->value.type == VALUE_NULL && !expr->literal) {
        buf_add_string(buf, "{\"$param\":null}"); /* a null that asks for nothing */
    } else {
        value_write_canonical(buf, expr->value);
    }
}

void plan_write_field(struct buf *buf, const struct expr *expr)
{
    if (expr->path) {
        path_write(buf, expr->path);
    } else if (expr->parent || expr->program) {
        plan_write_expr(buf, expr);
    } else { /* in braces, or it would be read as a path */
        buf_add_string(buf, "{\"value\":");
        value_write_canonical(buf, expr->value);
        buf_add_string(buf, expr->literal ? "}" : ",\"param\":true}");
    }
}

static int text_compare(const void *a, const void *b)
{
    const struct buf *x = a;
    const struct buf *y = b;
    size_t common = x->size < y->size ? x->size : y->size;
    int order = memcmp(x->bytes, y->bytes, common);

    return order ? order : (x->size > y->size) - (x->size < y->size);
}

/* and/or do not depend on the order of their parts. */
static void write_children(struct buf *buf, const struct predicate *p)
{
    struct buf *texts = mem_alloc_zero(p->child_count * sizeof(*texts));

    for (size_t i = 0; i < p->child_count; i++)
        plan_write_predicate(&texts[i], p->children[i]);
    if (p->child_count > 1)
        qsort(texts, p->child_count, sizeof(*texts), text_compare);
    buf_add_string(buf, ",\"predicates\":[");
    for (size_t i = 0; i < p->child_count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        buf_add(buf, texts[i].bytes, texts[i].size);
        buf_release(&texts[i]);
    }
    buf_add_byte(buf, ']');
    free(texts);
}

static void write_values(struct buf *buf, const struct predicate *p)
{
    buf_add_string(buf, ",\"values\":[");
    for (size_t i = 0; i < p->count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        plan_write_expr(buf, &p->operands[i]);
    }
    if (p->null_literal)
        buf_add_string(buf, p->count ? ",null" : "null");
    if (p->null_unknown)
        buf_add_string(buf,
                       p->count || p->null_literal ? ",{\"$param\":null}" : "{\"$param\":null}");
    buf_add_byte(buf, ']');
}

static void write_operand(struct buf *buf, const char *name, const struct expr *expr)
{
    buf_add_format(buf, ",\"%s\":", name);
    plan_write_expr(buf, expr);
}

void plan_write_predicate(struct buf *buf, const struct predicate *p)
{
    buf_add_format(buf, "{\"type\":\"%s\"", predicate_name(p->type));
    if (p->type == PREDICATE_AND || p->type == PREDICATE_OR) {
        write_children(buf, p);
    } else if (p->type == PREDICATE_EXISTS) {
        buf_add_format(buf, ",\"input\":%u", p->exists_bit + 1);
    } else if (p->type == PREDICATE_NOT) {
        buf_add_string(buf, ",\"predicate\":");
        plan_write_predicate(buf, p->children[0]);
    } else {
        buf_add_string(buf, ",\"field\":");
        plan_write_field(buf, &p->left);
    }
    if (p->type == PREDICATE_IN) {
        write_values(buf, p);
    } else if (p->type == PREDICATE_BETWEEN) {
        write_operand(buf, "low", &p->operands[0]);
        write_operand(buf, "high", &p->operands[1]);
    } else if (p->pattern_text) {
        buf_add_string(buf, ",\"pattern\":");
        buf_add(buf, p->pattern_text, p->pattern_size);
        if (p->escape.type == VALUE_STRING) {
            buf_add_string(buf, ",\"escape\":");
            buf_add(buf, p->escape.text, p->escape.size);
        }
    } else if (p->count) {
        write_operand(buf, p->type == PREDICATE_PREFIX ? "prefix" : "value", &p->operands[0]);
    }
    buf_add_byte(buf, '}');
}

void plan_write_output(struct buf *buf, const struct expr *expr)
{
    if (expr->parent || expr->program || expr->path)
        plan_write_expr(buf, expr);
    else
        buf_add_format(buf, "{\"literal\":%.*s}", (int)expr->value.size, expr->value.text);
}

static void write_scan(struct buf *buf, const struct plan_scan *scan)
{
    buf_add_string(buf, "\"table\":");
    json_write_string(buf, scan->table, scan->table_size);
    if (scan->lateness)
        buf_add_format(buf, ",\"lateness\":%.*s", (int)scan->lateness->text_size,
                       scan->lateness->text);
}

static void write_project(struct buf *buf, const struct plan_project *project)
{
    buf_add_string(buf, "\"projections\":[");
    for (size_t i = 0; i < project->count; i++) {
        const struct plan_projection *p = &project->projections[i];

        if (i)
            buf_add_byte(buf, ',');
        if (!p->expr) {
            buf_add_string(buf, "{\"type\":\"all\"}");
            continue;
        }
        if (p->expr->path) {
            buf_add_string(buf, "{\"type\":\"field\",\"field\":");
            path_write(buf, p->expr->path);
        } else {
            buf_add_string(buf, "{\"type\":\"expr\",\"expr\":");
            plan_write_output(buf, p->expr);
        }
        buf_add_string(buf, ",\"alias\":");
        buf_add(buf, p->alias, p->alias_size);
        buf_add_byte(buf, '}');
    }
    buf_add_byte(buf, ']');
}

static void write_join(struct buf *buf, const struct plan_join *join)
{
    buf_add_format(buf, "\"kind\":\"%s\",\"on\":[", plan_join_name(join->kind));
    for (size_t i = 0; i < join->count; i++) {
        buf_add_string(buf, i ? ",{\"left_field\":" : "{\"left_field\":");
        plan_write_field(buf, &join->left[i]);
        buf_add_string(buf, ",\"right_field\":");
        plan_write_field(buf, &join->right[i]);
        buf_add_byte(buf, '}');
    }
    buf_add_byte(buf, ']');
    if (join->where) {
        buf_add_string(buf, ",\"where\":");
        plan_write_predicate(buf, join->where);
    }
    if (join->asof)
        plan_write_asof(buf, join->asof);
    buf_add_format(buf, ",\"select\":\"%s\"", join->both ? "both" : "left");
    if (!join->both && !join->where)
        return;
    buf_add_string(buf, ",\"as\":[");
    buf_add(buf, join->as[0], join->as_size[0]);
    buf_add_byte(buf, ',');
    buf_add(buf, join->as[1], join->as_size[1]);
    buf_add_byte(buf, ']');
}

void plan_write_order(struct buf *buf, const struct order_field *fields, size_t count)
{
    buf_add_string(buf, "\"order_by\":[");
    for (size_t i = 0; i < count; i++) {
        buf_add_string(buf, i ? ",{\"field\":" : "{\"field\":");
        plan_write_field(buf, &fields[i].expr);
        buf_add_format(buf, ",\"direction\":\"%s\"%s}", fields[i].descending ? "desc" : "asc",
                       fields[i].nulls == NULLS_FIRST  ? ",\"nulls\":\"first\""
                       : fields[i].nulls == NULLS_LAST ? ",\"nulls\":\"last\""
                                                       : "");
    }
    buf_add_byte(buf, ']');
}

void plan_write_keys(struct buf *buf, const struct expr *keys, size_t count)
{
    buf_add_string(buf, "\"partition_by\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        plan_write_field(buf, &keys[i]);
    }
    buf_add_byte(buf, ']');
}

static void write_limit(struct buf *buf, const struct plan_limit *limit)
{
    buf_add_format(buf, "\"limit\":%lld,\"offset\":%lld,", (long long)limit->limit,
                   (long long)limit->offset);
    plan_write_order(buf, limit->order, limit->order_count);
    if (limit->partition_count == 0)
        return;
    buf_add_byte(buf, ',');
    plan_write_keys(buf, limit->partition, limit->partition_count);
}

static void write_measure(struct buf *buf, const struct plan_measure *measure)
{
    buf_add_format(buf, "{\"func\":\"%s\"", plan_function_name(measure->function));
    if (measure->expr) {
        buf_add_string(buf, ",\"field\":");
        plan_write_field(buf, measure->expr);
    }
    if (measure->distinct)
        buf_add_string(buf, ",\"distinct\":true");
    if (measure->numeric)
        buf_add_format(buf, ",\"numeric\":%u", measure->numeric - 1);
    if (measure->filter) {
        buf_add_string(buf, ",\"filter\":");
        plan_write_predicate(buf, measure->filter);
    }
    if (measure->function == AGGREGATE_ARG_MIN || measure->function == AGGREGATE_ARG_MAX) {
        buf_add_string(buf, ",\"by\":");
        plan_write_field(buf, &measure->order->expr);
    } else if (plan_function_is_ordered(measure->function)) {
        buf_add_byte(buf, ',');
        plan_write_order(buf, measure->order, measure->order_count);
    }
    if (measure->parameter.size) {
        buf_add_string(buf,
                       measure->parameter.type == VALUE_STRING ? ",\"separator\":" : ",\"p\":");
        value_write_canonical(buf, measure->parameter);
    }
    buf_add_format(buf, ",\"alias\":%.*s}", (int)measure->alias_size, measure->alias);
}

static void write_aggregate(struct buf *buf, const struct plan_aggregate *aggregate)
{
    buf_add_string(buf, "\"group_by\":[");
    for (size_t i = 0; i < aggregate->group_count; i++) {
        const struct plan_group *group = &aggregate->groups[i];

        buf_add_string(buf, i ? ",{\"field\":" : "{\"field\":");
        plan_write_field(buf, &group->expr);
        buf_add_format(buf, ",\"alias\":%.*s}", (int)group->alias_size, group->alias);
    }
    buf_add_string(buf, "],\"aggregates\":[");
    for (size_t i = 0; i < aggregate->measure_count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        write_measure(buf, &aggregate->measures[i]);
    }
    buf_add_byte(buf, ']');
    if (aggregate->having) {
        buf_add_string(buf, ",\"having\":");
        plan_write_predicate(buf, aggregate->having);
    }
}

static void write_unnest(struct buf *buf, const struct plan_unnest *unnest)
{
    buf_add_string(buf, "\"field\":");
    plan_write_field(buf, &unnest->field);
    buf_add_format(buf, ",\"alias\":%.*s", (int)unnest->alias_size, unnest->alias);
    if (unnest->ordinality)
        buf_add_format(buf, ",\"ordinality\":%.*s", (int)unnest->ordinality_size,
                       unnest->ordinality);
    buf_add_string(buf, unnest->outer ? ",\"outer\":true" : ",\"outer\":false");
}

static void write_outer(struct buf *buf, const struct plan_subquery *subquery)
{
    buf_add_string(buf, "\"values\":[");
    for (size_t i = 0; i < subquery->outer_count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        if (subquery->outer[i].path)
            path_write(buf, subquery->outer[i].path);
        else
            buf_add_format(buf, "{\"$context\":%u}", subquery->outer[i].position);
    }
    buf_add_byte(buf, ']');
}

static void write_correlate(struct buf *buf, const struct plan_correlate *correlate)
{
    buf_add_string(buf, "\"on\":[");
    for (size_t i = 0; i < correlate->count; i++) {
        buf_add_format(buf, "%s{\"$context\":%u,\"field\":", i ? "," : "", correlate->positions[i]);
        plan_write_field(buf, &correlate->fields[i]);
        buf_add_byte(buf, '}');
    }
    buf_add_byte(buf, ']');
}

/* The contexts of an exists follow from its inputs' order; what they hold is an argument. */
static void write_exists(struct buf *buf, const struct plan_exists *exists)
{
    buf_add_string(buf, "\"predicate\":");
    plan_write_predicate(buf, exists->predicate);
    buf_add_string(buf, ",\"subqueries\":[");
    for (size_t i = 0; i < exists->count; i++) {
        buf_add_string(buf, i ? ",{" : "{");
        write_outer(buf, exists->subqueries[i]);
        buf_add_byte(buf, '}');
    }
    buf_add_byte(buf, ']');
}

/* The order of the rows of a list: its plan's limit's, else by key. */
static void write_list_order(struct buf *buf, const struct plan *root)
{
    bool limit = root->op == PLAN_LIMIT;

    plan_write_order(buf, limit ? root->as.limit.order : NULL,
                     limit ? root->as.limit.order_count : 0);
}

static void write_levels(struct buf *buf, const struct plan_level *levels, size_t count)
{
    buf_add_byte(buf, '[');
    for (size_t i = 0; i < count; i++) {
        buf_add_format(buf, "%s{\"alias\":%.*s,\"single\":%s,", i ? "," : "",
                       (int)levels[i].subquery->alias_size, levels[i].subquery->alias,
                       levels[i].subquery->single ? "true" : "false");
        write_outer(buf, levels[i].subquery);
        buf_add_byte(buf, ',');
        write_list_order(buf, levels[i].subquery->plan);
        buf_add_string(buf, ",\"children\":");
        write_levels(buf, levels[i].levels, levels[i].level_count);
        buf_add_byte(buf, '}');
    }
    buf_add_byte(buf, ']');
}

static void write_tree(struct buf *buf, const struct plan_tree *tree)
{
    buf_add_format(buf, "\"weights\":%s,", tree->multiset ? "true" : "false");
    write_list_order(buf, tree->root);
    buf_add_string(buf, ",\"children\":");
    write_levels(buf, tree->levels, tree->level_count);
}

/* Of which columns a value consists that becomes a key; without them of all fields. */
static void write_rekey(struct buf *buf, const struct plan_set *set)
{
    size_t on = set->first.partition_count;

    if (on == 0 && !set->known) {
        buf_add_string(buf, "\"key\":\"row\"");
        return;
    }
    buf_add_string(buf, on ? "\"key\":[" : "\"key\":\"row\",\"columns\":[");
    for (size_t i = 0; i < (on ? on : set->column_count); i++) {
        if (i)
            buf_add_byte(buf, ',');
        if (on)
            plan_write_field(buf, &set->first.partition[i]);
        else
            path_write(buf, set->columns[i]);
    }
    buf_add_byte(buf, ']');
}

/* The step of a fixpoint is run inside it. */
static void write_step(struct buf *buf, const struct plan *plan)
{
    size_t before;

    buf_add_format(buf, "{\"op\":\"%s\",", plan_op_name(plan->op));
    before = buf->size;
    plan_write_arguments(buf, plan);
    buf_add_string(buf, buf->size > before ? ",\"inputs\":[" : "\"inputs\":[");
    for (unsigned i = 0; i < plan->input_count; i++) {
        if (i)
            buf_add_byte(buf, ',');
        write_step(buf, plan->inputs[i]);
    }
    buf_add_string(buf, "]}");
}

void plan_write_arguments(struct buf *buf, const struct plan *plan)
{
    switch (plan->op) {
    case PLAN_SCAN:
        write_scan(buf, &plan->as.scan);
        break;
    case PLAN_FILTER:
        buf_add_string(buf, "\"predicate\":");
        plan_write_predicate(buf, plan->as.filter);
        break;
    case PLAN_PROJECT:
        write_project(buf, &plan->as.project);
        break;
    case PLAN_JOIN:
        write_join(buf, &plan->as.join);
        break;
    case PLAN_LIMIT:
        write_limit(buf, &plan->as.limit);
        break;
    case PLAN_AGGREGATE:
        write_aggregate(buf, &plan->as.aggregate);
        break;
    case PLAN_WINDOW:
        plan_write_window(buf, &plan->as.window);
        break;
    case PLAN_SESSION:
        plan_write_session(buf, &plan->as.session);
        break;
    case PLAN_UNNEST:
        write_unnest(buf, &plan->as.unnest);
        break;
    case PLAN_CONTEXT:
        write_outer(buf, plan->as.context);
        break;
    case PLAN_CORRELATE:
        write_correlate(buf, &plan->as.correlate);
        break;
    case PLAN_EXISTS:
        write_exists(buf, &plan->as.exists);
        break;
    case PLAN_TREE:
        write_tree(buf, &plan->as.tree);
        break;
    case PLAN_SURVIVE:
        buf_add_string(buf, plan->as.survive_bound ? "\"contexts\":true" : "\"contexts\":false");
        break;
    case PLAN_EXCEPT:
    case PLAN_INTERSECT:
        buf_add_string(buf, plan->as.set.all ? "\"all\":true" : "\"all\":false");
        break;
    case PLAN_REKEY:
        write_rekey(buf, &plan->as.set);
        break;
    case PLAN_FIXPOINT:
        buf_add_format(buf,
                       "\"max_rounds\":%lld,\"step\":", (long long)plan->as.fixpoint.max_rounds);
        write_step(buf, plan->as.fixpoint.step);
        break;
    case PLAN_INPUT:
        buf_add_format(buf, "\"input\":%u", plan->as.input);
        break;
    case PLAN_VIEW:
    case PLAN_RECURSE:
    case PLAN_UNIQUE: /* does not run */
    case PLAN_UNION:
    case PLAN_DISTINCT:
    case PLAN_EXPAND:
    case PLAN_MEMBERS:
        break;
    }
}

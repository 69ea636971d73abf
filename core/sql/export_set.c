/* Printing plans as SQL: operators over values, arrays and recursions. */
#include "sql/export.h"

#include <string.h>

bool export_distinct(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    const struct plan_limit *first = &plan->as.set.first;
    struct buf on = BUF_INIT;
    const char *order;

    if (!export_plan(ex, plan->inputs[0], rel) || (rel->closed && !export_wrap(ex, rel)))
        return false;
    rel->closed = true;
    if (first->partition_count == 0) {
        struct export_row *row = rel->row;

        if (row->open) {
            rel->row = ARENA_NEW(&ex->arena, struct export_row);
            export_fields(ex, row, rel->row, false);
        } else {
            rel->row = export_visible(ex, row);
        }
        rel->distinct = "DISTINCT ";
        return true;
    }
    for (size_t i = 0; i < first->partition_count; i++) {
        struct export_type *type;
        const char *sql = export_expr(ex, rel->row, &first->partition[i], &type);

        buf_add_format(&on, "%s%s", i ? ", " : "", sql ? sql : "");
    }
    order = export_with_ties(ex, rel->row,
                             export_order(ex, rel->row, first->order, first->order_count, false));
    rel->tail =
        export_text(ex, " ORDER BY %.*s%s%s", (int)on.size, on.bytes, *order ? ", " : "", order);
    rel->distinct = export_text(ex, "DISTINCT ON (%s) ", export_take(ex, &on));
    return ex->err->status == OK;
}

/* The columns of an input under the names and in the order of the first one's. */
static const char *aligned(struct export *ex, struct export_rel *rel,
                           const struct export_row *first, struct export_row *types)
{
    struct export_row *row = ARENA_NEW(&ex->arena, struct export_row);

    for (size_t i = 0; i < first->count; i++) {
        const struct export_column *column = export_find(rel->row, first->columns[i].name);
        struct export_type *type = column ? column->type : export_type_new(ex, EXPORT_UNKNOWN);

        if (column && column->row) {
            (void)export_fail(ex, "a set operation over whole rows of a join; project them first");
            return NULL;
        }
        if (!export_same(ex, types->columns[i].type, type))
            return NULL;
        (void)export_column_add(ex, row, first->columns[i].name, column ? column->sql : "NULL",
                                type);
    }
    rel->row = row;
    return export_select(ex, rel);
}

bool export_set(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    bool all = plan->as.set.all;
    const char *word = plan->op == PLAN_UNION    ? "UNION"
                       : plan->op == PLAN_EXCEPT ? "EXCEPT"
                                                 : "INTERSECT";
    const char *alias = export_text(ex, "q%u", ++ex->names);
    struct export_row *first = NULL;
    struct export_row *row = ARENA_NEW(&ex->arena, struct export_row);
    const char *text = "";
    bool every = all && (ex->multiset || plan->op != PLAN_UNION || plan_keeps_keys(plan));

    for (unsigned i = 0; i < plan->input_count; i++) {
        struct export_rel input = {0};
        const char *select;

        if (!export_plan(ex, plan->inputs[i], &input) ||
            ((input.closed || input.row->open) && !export_wrap(ex, &input)))
            return false;
        input.row = export_visible(ex, input.row);
        if (!first)
            first = input.row;
        select = aligned(ex, &input, first, first);
        if (!select)
            return false;
        text = i == 0 ? export_text(ex, "(%s)", select)
                      : export_text(ex, "%s%s%s %s%s (%s)", i > 1 ? "(" : "", text,
                                    i > 1 ? ")" : "", word, every ? " ALL" : "", select);
    }
    for (size_t i = 0; first && i < first->count; i++)
        (void)export_column_add(
            ex, row, first->columns[i].name,
            export_text(ex, "%s.%s", alias, export_name(ex, first->columns[i].name)),
            first->columns[i].type);
    *rel = (struct export_rel){.row = row, .from = export_text(ex, "(%s) AS %s", text, alias)};
    if (all && !ex->multiset && plan->op != PLAN_UNION) {
        rel->distinct = "DISTINCT ";
        rel->closed = true;
    }
    return true;
}

bool export_unnest(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    const struct plan_unnest *unnest = &plan->as.unnest;
    const char *alias = export_text(ex, "u%u", ++ex->names);
    const char *name = export_bytes(ex, unnest->alias, unnest->alias_size);
    struct export_type *type;
    struct export_row *row = ARENA_NEW(&ex->arena, struct export_row);
    struct export_column *column;
    const char *sql;

    if (!name || !export_plan(ex, plan->inputs[0], rel) || (rel->closed && !export_wrap(ex, rel)))
        return false;
    if (rel->row->open && !export_wrap(ex, rel))
        return false;
    sql = export_expr(ex, rel->row, &unnest->field, &type);
    if (!sql || !export_want(ex, type, EXPORT_JSON))
        return false;
    rel->from = export_text(ex,
                            "%s %s JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(%s) = "
                            "'array' THEN %s END) WITH ORDINALITY AS %s(value, n)%s",
                            rel->from, unnest->outer ? "LEFT" : "CROSS", sql, sql, alias,
                            unnest->outer ? " ON true" : "");
    row->origin = rel->row->origin;
    for (size_t i = 0; i < rel->row->count; i++)
        if (!rel->row->columns[i].hidden && strcmp(rel->row->columns[i].name, name) != 0)
            *export_column_add(ex, row, "", "", NULL) = rel->row->columns[i];
    column = export_column_add(ex, row, name, export_text(ex, "%s.value", alias),
                               export_type_new(ex, EXPORT_UNKNOWN));
    column->json = true;
    if (unnest->ordinality)
        (void)export_column_add(ex, row,
                                export_bytes(ex, unnest->ordinality, unnest->ordinality_size),
                                export_text(ex, "%s.n", alias), export_type_new(ex, EXPORT_NUMBER));
    rel->row = row;
    return true;
}

bool export_fixpoint(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    struct export_recursion recursion = {.fixpoint = plan, .next = ex->recursions};
    struct export_rel parts[2] = {{0}};
    const char *base;
    const char *step;
    struct buf names = BUF_INIT;
    struct export_row *row = ARENA_NEW(&ex->arena, struct export_row);

    recursion.name = export_text(ex, "r%u", ++ex->names);
    if (!export_plan(ex, plan->inputs[0], &parts[0]) ||
        (parts[0].row->open && !export_wrap(ex, &parts[0])))
        return false;
    parts[0].row = export_visible(ex, parts[0].row);
    base = aligned(ex, &parts[0], parts[0].row, parts[0].row);
    recursion.row = parts[0].row;
    ex->recursions = &recursion;
    step = base && export_plan(ex, plan->inputs[1], &parts[1]) &&
                   (!(parts[1].row->open || parts[1].closed) || export_wrap(ex, &parts[1]))
               ? aligned(ex, &parts[1], parts[0].row, parts[0].row)
               : NULL;
    ex->recursions = recursion.next;
    if (!step)
        return false;
    for (size_t i = 0; i < parts[0].row->count; i++) {
        const char *name = export_name(ex, parts[0].row->columns[i].name);

        buf_add_format(&names, "%s%s", i ? ", " : "", name);
        (void)export_column_add(ex, row, parts[0].row->columns[i].name,
                                export_text(ex, "%s_.%s", recursion.name, name),
                                parts[0].row->columns[i].type);
    }
    rel->row = row;
    rel->from = export_text(ex, "(WITH RECURSIVE %s(%s) AS (%s UNION %s) SELECT * FROM %s) AS %s_",
                            recursion.name, export_take(ex, &names), base, step, recursion.name,
                            recursion.name);
    return true;
}

bool export_recurse(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    const char *alias = export_text(ex, "q%u", ++ex->names);

    for (const struct export_recursion *at = ex->recursions; at; at = at->next) {
        if (at->fixpoint != plan->as.recurse)
            continue;
        rel->row = ARENA_NEW(&ex->arena, struct export_row);
        for (size_t i = 0; i < at->row->count; i++)
            (void)export_column_add(
                ex, rel->row, at->row->columns[i].name,
                export_text(ex, "%s.%s", alias, export_name(ex, at->row->columns[i].name)),
                at->row->columns[i].type);
        rel->from = export_text(ex, "%s AS %s", at->name, alias);
        return true;
    }
    return export_fail(ex, "a recursion inside another one");
}

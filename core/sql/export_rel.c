/* Printing plans as SQL: operators. */
#include "sql/export.h"

#include <string.h>

static const char *unique(struct export *ex, const struct export_row *names, const char *name)
{
    const char *tried = name;

    for (unsigned i = 2; export_find(names, tried); i++)
        tried = export_text(ex, "%s_%u", name, i);
    return tried;
}

/* All fields that are known of a table's records. */
void export_fields(struct export *ex, const struct export_row *row, struct export_row *to, bool id)
{
    if (id) {
        struct export_column *column = export_column_add(
            ex, to, "id", export_text(ex, "%s.\"id\"", row->alias), &row->open->id);

        column->hidden = true;
    }
    for (size_t i = 0; i < row->open->count; i++)
        (void)export_column_add(
            ex, to, row->open->columns[i].name,
            export_text(ex, "%s.%s", row->alias, export_name(ex, row->open->columns[i].name)),
            row->open->columns[i].type);
}

/* The columns of a row one after the other, those of sides of joins under the name of the side; and
 * the row as it is seen from above, where they are columns of `alias`. */
static struct export_row *flatten(struct export *ex, const struct export_row *row,
                                  const char *prefix, const char *alias, struct export_row *names,
                                  struct buf *list)
{
    struct export_row *above = ARENA_NEW(&ex->arena, struct export_row);
    struct export_row all = {0};

    if (row->open)
        export_fields(ex, row, &all, true);
    above->origin = row->open ? row->open : row->origin;
    for (size_t i = 0; i < (row->open ? all.count : row->count); i++) {
        const struct export_column *from = row->open ? &all.columns[i] : &row->columns[i];
        const char *name = export_text(ex, "%s%s", prefix, from->name);
        struct export_column *column;

        if (from->row) {
            column = export_column_add(ex, above, from->name, NULL, NULL);
            column->row = flatten(ex, from->row, export_text(ex, "%s_", name), alias, names, list);
            continue;
        }
        name = unique(ex, names, name);
        (void)export_column_add(ex, names, name, NULL, NULL);
        buf_add_format(list, "%s%s AS %s", list->size ? ", " : "",
                       export_cast(ex, from->sql, from->json, from->type), export_name(ex, name));
        column =
            export_column_add(ex, above, from->name,
                              export_text(ex, "%s.%s", alias, export_name(ex, name)), from->type);
        column->hidden = from->hidden;
    }
    return above;
}

static const char *select_list(struct export *ex, const struct export_rel *rel, const char *list)
{
    (void)ex;
    return export_text(ex, "SELECT %s%s FROM %s%s%s%s", rel->distinct ? rel->distinct : "",
                       *list ? list : "NULL", rel->from, rel->where ? " WHERE " : "",
                       rel->where ? rel->where : "", rel->tail ? rel->tail : "");
}

/* Columns that do not show at the root: the id of what has no such field. */
struct export_row *export_visible(struct export *ex, const struct export_row *row)
{
    struct export_row *shown = ARENA_NEW(&ex->arena, struct export_row);

    for (size_t i = 0; i < row->count; i++)
        if (!row->columns[i].hidden) {
            struct export_column *column = export_column_add(
                ex, shown, row->columns[i].name, row->columns[i].sql, row->columns[i].type);

            column->json = row->columns[i].json;
            column->row = row->columns[i].row;
        }
    return shown;
}

const char *export_select(struct export *ex, const struct export_rel *rel)
{
    struct export_row names = {0};
    struct buf list = BUF_INIT;
    const struct export_row *row = rel->row;

    (void)flatten(ex, row, "", "x", &names, &list);
    return select_list(ex, rel, export_take(ex, &list));
}

bool export_wrap(struct export *ex, struct export_rel *rel)
{
    const char *alias = export_text(ex, "q%u", ++ex->names);
    struct export_row names = {0};
    struct buf list = BUF_INIT;
    struct export_row *above = flatten(ex, rel->row, "", alias, &names, &list);

    *rel = (struct export_rel){
        .row = above,
        .from = export_text(ex, "(%s) AS %s", select_list(ex, rel, export_take(ex, &list)), alias)};
    return ex->err->status == OK;
}

/* Something can be added to its WHERE. */
static bool open_up(struct export *ex, struct export_rel *rel)
{
    return !rel->closed || export_wrap(ex, rel);
}

static void add_where(struct export *ex, struct export_rel *rel, const char *condition)
{
    rel->where = rel->where ? export_text(ex, "%s AND %s", rel->where, condition) : condition;
}

const char *export_exists(struct export *ex, const struct export_row *row,
                          const struct plan_subquery *subquery)
{
    const struct export_context *around = ex->context;
    const struct plan_subquery **exists = ex->exists;
    struct export_context context = {0};
    struct export_rel rel = {0};
    const char *select;

    context.count = subquery->outer_count;
    context.values = ARENA_ARRAY(&ex->arena, struct export_column, context.count);
    for (size_t i = 0; i < context.count; i++) {
        const struct plan_outer *outer = &subquery->outer[i];
        struct export_column *value = &context.values[i];
        struct buf path = BUF_INIT;

        if (!outer->path) {
            *value = around->values[outer->position];
            continue;
        }
        path_write(&path, outer->path);
        value->sql = export_path(
            ex, row, value_of(export_text(ex, "%.*s", (int)path.size, path.bytes), path.size),
            &value->type);
        buf_release(&path);
        if (!value->sql)
            return NULL;
    }
    ex->context = &context;
    select = export_plan(ex, subquery->plan, &rel) ? export_select(ex, &rel) : NULL;
    ex->context = around;
    ex->exists = exists;
    return select ? export_text(ex, "EXISTS (%s)", select) : NULL;
}

static void collect_exists(const struct predicate *predicate, const struct plan_subquery **list)
{
    if (predicate->type == PREDICATE_EXISTS)
        list[predicate->exists_bit] = predicate->exists;
    for (size_t i = 0; i < predicate->child_count; i++)
        collect_exists(predicate->children[i], list);
}

static bool filter(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    const char *condition;

    if (!export_plan(ex, plan->inputs[0], rel) || !open_up(ex, rel))
        return false;
    ex->exists = ARENA_ARRAY(&ex->arena, const struct plan_subquery *, plan->exists_count);
    collect_exists(plan->as.filter, ex->exists);
    condition = export_predicate(ex, rel->row, plan->as.filter);
    if (!condition)
        return false;
    add_where(ex, rel, condition);
    return true;
}

static bool project(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    const struct plan_project *project = &plan->as.project;
    struct export_row *row = ARENA_NEW(&ex->arena, struct export_row);

    if (project->subquery_count)
        return export_fail(ex, "a projection with a subquery, whose rows are children; write the "
                               "children as a view of their own");
    if (!export_plan(ex, plan->inputs[0], rel) || (rel->closed && !export_wrap(ex, rel)))
        return false;
    for (size_t i = 0; i < project->count; i++) {
        const struct plan_projection *p = &project->projections[i];
        struct export_type *type;
        struct export_column *column;
        const char *name;
        const char *sql;

        if (!p->expr)
            row->origin = rel->row->open ? rel->row->open : rel->row->origin;
        if (!p->expr && rel->row->open) {
            export_fields(ex, rel->row, row, false);
            continue;
        }
        for (size_t j = 0; !p->expr && j < rel->row->count; j++)
            if (!rel->row->columns[j].hidden)
                *export_column_add(ex, row, "", "", NULL) = rel->row->columns[j];
        if (!p->expr)
            continue;
        name = export_bytes(ex, p->alias, p->alias_size);
        sql = name ? export_expr(ex, rel->row, p->expr, &type) : NULL;
        if (!sql)
            return false;
        column = export_find(row, name);
        if (!column)
            column = export_column_add(ex, row, name, sql, type);
        *column = (struct export_column){.name = name, .sql = sql, .type = type};
    }
    rel->row = row;
    return true;
}

const char *export_order(struct export *ex, const struct export_row *row,
                         const struct order_field *order, size_t count, bool reverse)
{
    struct buf buf = BUF_INIT;

    for (size_t i = 0; i < count; i++) {
        bool descending = order[i].descending != reverse;
        bool first = order[i].nulls == NULLS_FIRST  ? !reverse
                     : order[i].nulls == NULLS_LAST ? reverse
                                                    : !descending;
        struct export_type *type;
        const char *sql = export_expr(ex, row, &order[i].expr, &type);

        if (!sql)
            break;
        type->ordered = true;
        buf_add_format(&buf, "%s%s%s NULLS %s", i ? ", " : "", sql, descending ? " DESC" : "",
                       first ? "FIRST" : "LAST");
    }
    return export_take(ex, &buf);
}

/* Rows that tie go by key; the key of a record begins with the name of its table. */
const char *export_with_ties(struct export *ex, const struct export_row *row, const char *order)
{
    const struct export_column *id = row->open ? NULL : export_find(row, "id");
    const char *sql = row->open          ? export_text(ex, "%s.\"id\"", row->alias)
                      : id && id->hidden ? id->sql
                                         : NULL;

    if (!sql)
        return order;
    return export_text(ex, "%s%s%s", order, *order ? ", " : "", sql);
}

static bool by_partition(struct export *ex, struct export_rel *rel, const struct plan_limit *limit,
                         const char *order)
{
    struct buf list = BUF_INIT;
    const char *by;
    const char *at;

    for (size_t i = 0; i < limit->partition_count; i++) {
        struct export_type *type;
        const char *sql = export_expr(ex, rel->row, &limit->partition[i], &type);

        buf_add_format(&list, "%s%s", i ? ", " : "", sql ? sql : "");
    }
    by = export_take(ex, &list);
    if (ex->err->status != OK)
        return false;
    if (rel->row->open && !export_wrap(ex, rel))
        return false;
    (void)export_column_add(ex, rel->row, "row+",
                            export_text(ex, "row_number() OVER (PARTITION BY %s%s%s)", by,
                                        *order ? " ORDER BY " : "", order),
                            export_type_new(ex, EXPORT_NUMBER));
    if (!export_wrap(ex, rel))
        return false;
    at = rel->row->columns[--rel->row->count].sql;
    add_where(ex, rel,
              export_text(ex, "%s > %lld AND %s <= %lld", at, (long long)limit->offset, at,
                          (long long)(limit->limit > INT64_MAX - limit->offset
                                          ? INT64_MAX
                                          : limit->limit + limit->offset)));
    return true;
}

static bool limit(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    const struct plan_limit *limit = &plan->as.limit;
    const char *order;

    if (!export_plan(ex, plan->inputs[0], rel) || !open_up(ex, rel))
        return false;
    if (limit->partition_count && rel->row->open && !export_wrap(ex, rel))
        return false;
    order = export_with_ties(ex, rel->row,
                             export_order(ex, rel->row, limit->order, limit->order_count, false));
    if (limit->partition_count)
        return by_partition(ex, rel, limit, order) && ex->err->status == OK;
    rel->tail = export_text(ex, "%s%s%s LIMIT %lld OFFSET %lld", rel->tail ? rel->tail : "",
                            *order ? " ORDER BY " : "", order, (long long)limit->limit,
                            (long long)limit->offset);
    rel->closed = true;
    return ex->err->status == OK;
}

/* A side of a join as something that can stand in FROM. */
static bool side_of(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    return export_plan(ex, plan, rel) &&
           ((!rel->where && !rel->closed && rel->row->open) || export_wrap(ex, rel));
}

static const char *on_of(struct export *ex, const struct plan_join *join,
                         const struct export_rel *sides)
{
    struct buf buf = BUF_INIT;

    for (size_t i = 0; i < join->count; i++) {
        struct export_type *types[2];
        const char *left = export_expr(ex, sides[0].row, &join->left[i], &types[0]);
        const char *right = left ? export_expr(ex, sides[1].row, &join->right[i], &types[1]) : NULL;

        if (!right || !export_same(ex, types[0], types[1]))
            break;
        buf_add_format(&buf, "%s%s = %s", i ? " AND " : "", left, right);
    }
    if (join->where) {
        struct export_row pair = {0};
        const char *where;

        for (int i = 0; i < 2; i++)
            export_column_add(ex, &pair, export_bytes(ex, join->as[i], join->as_size[i]), NULL,
                              NULL)
                ->row = sides[i].row;
        where = export_predicate(ex, &pair, join->where);
        buf_add_format(&buf, "%s%s", buf.size ? " AND " : "", where ? where : "");
    }
    if (buf.size)
        return export_take(ex, &buf);
    buf_release(&buf);
    return "true";
}

static bool semi(struct export *ex, const struct plan *plan, struct export_rel *rel, bool anti)
{
    struct export_rel sides[2] = {{0}};
    const char *on;

    if (!export_plan(ex, plan->inputs[0], &sides[0]) || !open_up(ex, &sides[0]) ||
        !side_of(ex, plan->inputs[1], &sides[1]))
        return false;
    on = on_of(ex, &plan->as.join, sides);
    *rel = sides[0];
    add_where(ex, rel,
              export_text(ex, "%sEXISTS (SELECT 1 FROM %s WHERE %s)", anti ? "NOT " : "",
                          sides[1].from, on));
    return ex->err->status == OK;
}

static bool join(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    static const char *const words[] = {[JOIN_INNER] = "JOIN",
                                        [JOIN_LEFT] = "LEFT JOIN",
                                        [JOIN_RIGHT] = "RIGHT JOIN",
                                        [JOIN_FULL] = "FULL JOIN"};
    const struct plan_join *join = &plan->as.join;
    struct export_rel sides[2] = {{0}};
    struct export_row *row = ARENA_NEW(&ex->arena, struct export_row);
    const char *on;

    if (join->kind == JOIN_ASOF)
        return export_fail(ex, "an asof join; write JOIN LATERAL (... ORDER BY ... LIMIT 1)");
    if (join->kind == JOIN_SEMI || join->kind == JOIN_ANTI ||
        (!join->both && !ex->multiset && join->kind == JOIN_INNER))
        return semi(ex, plan, rel, join->kind == JOIN_ANTI);
    if (!join->both && !ex->multiset) /* left rows, once */
        return export_plan(ex, plan->inputs[0], rel);
    if (!side_of(ex, plan->inputs[0], &sides[0]) || !side_of(ex, plan->inputs[1], &sides[1]))
        return false;
    if (join->kind == JOIN_FULL && (join->count == 0 || join->where))
        return export_fail(ex, "a full join by other conditions than equalities, which PostgreSQL "
                               "has not");
    on = on_of(ex, join, sides);
    rel->from =
        export_text(ex, "%s %s %s ON %s", sides[0].from, words[join->kind], sides[1].from, on);
    for (int i = 0; i < 2 && join->both; i++)
        export_column_add(ex, row, export_bytes(ex, join->as[i], join->as_size[i]), NULL, NULL)
            ->row = sides[i].row;
    rel->row = join->both ? row : sides[0].row;
    return ex->err->status == OK;
}

static bool scan(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    const char *name = export_text(ex, "%.*s", (int)plan->as.scan.table_size, plan->as.scan.table);

    if (plan->as.scan.lateness)
        return export_fail(ex, "a table whose rows may come too late");
    rel->row = ARENA_NEW(&ex->arena, struct export_row);
    rel->row->open = export_table(ex, name);
    rel->row->alias = export_text(ex, "t%u", ++ex->names);
    rel->from = export_text(ex, "%s AS %s", export_name(ex, name), rel->row->alias);
    return true;
}

static bool view_of(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    bool multiset = ex->multiset;
    bool ok;

    ex->multiset = plan->as.view == SEMANTICS_MULTISET;
    ok = export_plan(ex, plan->inputs[0], rel);
    ex->multiset = multiset;
    return ok;
}

bool export_plan(struct export *ex, const struct plan *plan, struct export_rel *rel)
{
    static const struct {
        enum plan_op op;
        bool (*print)(struct export *ex, const struct plan *plan, struct export_rel *rel);
    } printers[] = {
        {PLAN_SCAN, scan},
        {PLAN_FILTER, filter},
        {PLAN_PROJECT, project},
        {PLAN_JOIN, join},
        {PLAN_LIMIT, limit},
        {PLAN_UNIQUE, export_distinct},
        {PLAN_UNION, export_set},
        {PLAN_EXCEPT, export_set},
        {PLAN_INTERSECT, export_set},
        {PLAN_UNNEST, export_unnest},
        {PLAN_FIXPOINT, export_fixpoint},
        {PLAN_RECURSE, export_recurse},
        {PLAN_VIEW, view_of},
        {PLAN_AGGREGATE, export_aggregate},
        {PLAN_WINDOW, export_window},
    };

    if (plan->op == PLAN_REKEY)
        return export_plan(ex, plan->inputs[0], rel);
    for (size_t i = 0; i < sizeof(printers) / sizeof(printers[0]); i++)
        if (printers[i].op == plan->op)
            return printers[i].print(ex, plan, rel) && ex->err->status == OK;
    return export_fail(ex, "operator %s", plan_op_name(plan->op));
}

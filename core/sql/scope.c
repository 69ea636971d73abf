/* Names: relations and their columns, and where a name leads. */
#include "sql/bind.h"

#include "base/mem.h"
#include "sql/apply.h"

#include <string.h>

enum { RELS_MAX = 64 };

struct sql_rel *sql_rel_add(struct sql *sql, struct sql_scope *scope, const char *name,
                            int location)
{
    struct sql_rel *rel;

    if (scope->count == RELS_MAX) {
        (void)sql_fail(sql, location, "more than %d tables in one FROM", RELS_MAX);
        return NULL;
    }
    for (size_t i = 0; name && i < scope->count; i++)
        if (scope->rels[i]->name && strcmp(scope->rels[i]->name, name) == 0) {
            (void)sql_fail(sql, location, "table name %s stands twice in FROM; give one an alias",
                           quote(name, strlen(name)).text);
            return NULL;
        }
    rel = ARENA_NEW(&sql->arena, struct sql_rel);
    rel->name = name;
    rel->scope = scope;
    rel->location = location;
    rel->prefix = "";
    rel->bit = UINT64_C(1) << scope->count;
    scope->rels = sql_grow(sql, scope->rels, scope->count, &scope->max, sizeof(struct sql_rel *));
    scope->rels[scope->count++] = rel;
    return rel;
}

void *sql_grow(struct sql *sql, void *list, size_t count, size_t *max, size_t size)
{
    void *larger;

    if (count < *max)
        return list;
    *max = count < 4 ? 8 : 2 * count;
    larger = arena_array(&sql->arena, *max, size);
    if (count)
        memcpy(larger, list, count * size);
    return larger;
}

struct sql_column *sql_column_add(struct sql *sql, struct sql_rel *rel, const char *name,
                                  enum sql_type type)
{
    struct sql_column *column = ARENA_NEW(&sql->arena, struct sql_column);

    column->name = name;
    column->field = name;
    column->type = type;
    column->rel = rel;
    column->index = sql->column_count;
    rel->columns = sql_grow(sql, rel->columns, rel->count, &rel->max, sizeof(struct sql_column *));
    rel->columns[rel->count++] = column;
    sql->columns = mem_grow(sql->columns, &sql->column_max, sql->column_count + 1,
                            sizeof(struct sql_column *));
    sql->columns[sql->column_count++] = column;
    return column;
}

struct sql_column *sql_column_of(const struct sql_rel *rel, const char *name)
{
    for (size_t i = 0; i < rel->count; i++)
        if (strcmp(rel->columns[i]->name, name) == 0)
            return rel->columns[i];
    return NULL;
}

struct sql_column *sql_column_make(struct sql *sql, struct sql_rel *rel, const char *name)
{
    struct sql_column *column = sql_column_of(rel, name);

    return column || !rel->open ? column : sql_column_add(sql, rel, name, SQL_ANY);
}

static bool check_column(struct sql *sql, const struct sql_column *column, int location)
{
    if (column->ambiguous)
        return sql_fail(sql, location, "column %s is ambiguous: the subquery has two of this name",
                        quote(column->name, strlen(column->name)).text);
    return true;
}

static bool is_merged(const struct sql_scope *scope, const struct sql_column *column)
{
    for (const struct sql_merged *m = scope->merged; m; m = m->next)
        if (m->columns[0] == column || m->columns[1] == column)
            return true;
    return false;
}

static const struct sql_merged *merged_of(const struct sql_scope *scope, const char *name)
{
    for (const struct sql_merged *m = scope->merged; m; m = m->next)
        if (strcmp(m->name, name) == 0)
            return m;
    return NULL;
}

bool sql_lookup(struct sql *sql, struct sql_scope *scope, const char *name, int location,
                struct sql_expr **found)
{
    const struct sql_merged *merged = merged_of(scope, name);
    struct sql_rel *open = NULL;
    struct sql_rel *other = NULL;
    struct sql_column *column = NULL;

    *found = merged ? merged->expr : NULL;
    for (size_t i = 0; i < scope->count; i++) {
        struct sql_rel *rel = scope->rels[i];
        struct sql_column *here = rel->name ? sql_column_of(rel, name) : NULL;

        if (here && (here->rel->open || is_merged(scope, here)))
            here = NULL; /* one that was asked for with its table says nothing about the others */
        if (here && (column || merged))
            return sql_fail(sql, location, "column %s is ambiguous; write %s.%s or %s.%s",
                            quote(name, strlen(name)).text, column ? column->rel->name : "TABLE",
                            name, rel->name, name);
        if (here)
            column = here;
        if (rel->open && rel->name) {
            other = open;
            open = rel;
        }
    }
    if (merged)
        return true;
    if (open && (column || other))
        return sql_fail(sql, location,
                        "column %s may be of %s or %s; write %s.%s, or declare the columns with "
                        "CREATE TABLE",
                        quote(name, strlen(name)).text, column ? column->rel->name : other->name,
                        open->name, open->name, name);
    if (open)
        column = sql_column_make(sql, open, name);
    if (!column)
        return true;
    *found = sql_of_column(sql, column, location);
    return check_column(sql, column, location);
}

bool sql_declares(const struct sql_scope *scope, const char *name)
{
    for (size_t i = 0; i < scope->count; i++)
        if (sql_column_of(scope->rels[i], name))
            return true;
    return merged_of(scope, name) != NULL;
}

struct sql_rel *sql_find_rel(struct sql *sql, struct sql_scope *scope, const char *name,
                             int location)
{
    for (struct sql_scope *at = scope; at; at = at->parent)
        for (size_t i = 0; i < at->count; i++)
            if (at->rels[i]->name && strcmp(at->rels[i]->name, name) == 0)
                return at->rels[i];
    (void)sql_fail(sql, location, "no table %s in FROM", quote(name, strlen(name)).text);
    return NULL;
}

static bool qualified(struct sql *sql, struct sql_rel *rel, const char *name, int location,
                      struct sql_expr **found)
{
    struct sql_column *column = sql_column_make(sql, rel, name);

    if (!column)
        return sql_fail(sql, location, "table %s has no column %s",
                        quote(rel->name, strlen(rel->name)).text, quote(name, strlen(name)).text);
    *found = sql_of_column(sql, column, location);
    return check_column(sql, column, location);
}

static struct sql_rel *rel_named(const struct sql_scope *scope, const char *name)
{
    for (size_t i = 0; i < scope->count; i++)
        if (scope->rels[i]->name && strcmp(scope->rels[i]->name, name) == 0)
            return scope->rels[i];
    return NULL;
}

/* A name in a query, else in those around it. `table`: NULL if there is none. */
static bool find(struct sql *sql, struct sql_scope *scope, const char *table, const char *name,
                 int location, struct sql_expr **found)
{
    struct sql_rel *rel = table ? rel_named(scope, table) : NULL;

    *found = NULL;
    if (rel ? !qualified(sql, rel, name, location, found)
            : !table && !sql_lookup(sql, scope, name, location, found))
        return false;
    if (*found || !scope->parent)
        return true;
    if (!find(sql, scope->parent, table, name, location, found))
        return false;
    if (*found && scope->apply)
        *found = sql_given(sql, scope, *found, location);
    return sql->err->status == OK;
}

/* A function in FROM stands for its value; another table is none. */
static bool find_row(struct sql *sql, struct sql_scope *scope, const char *name, int location,
                     struct sql_expr **found)
{
    struct sql_rel *rel = NULL;

    for (struct sql_scope *at = scope; at && !rel; at = at->parent)
        rel = rel_named(at, name);
    if (!rel)
        return sql_fail(sql, location, "no column %s", quote(name, strlen(name)).text);
    if (!rel->is_value)
        return sql_fail(sql, location, "%s is a table; a whole row is no value",
                        quote(name, strlen(name)).text);
    return find(sql, scope, name, rel->columns[0]->name, location, found);
}

static struct sql_expr *column_ref(struct sql *sql, struct sql_scope *scope, const char *table,
                                   const char *name, int location)
{
    struct sql_expr *found;

    if (!find(sql, scope, table, name, location, &found))
        return NULL;
    if (!found && table)
        (void)sql_fail(sql, location, "no table %s in FROM", quote(table, strlen(table)).text);
    else if (!found && !find_row(sql, scope, name, location, &found))
        return NULL;
    return found;
}

struct sql_expr *sql_column_ref(struct sql *sql, struct sql_scope *scope,
                                const PgQuery__ColumnRef *ref)
{
    const char *first = sql_string(ref->fields[0]);

    if (ref->fields[ref->n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR) {
        (void)sql_fail(sql, ref->location, "\"*\" stands only by itself in a SELECT list");
        return NULL;
    }
    if (ref->n_fields == 1)
        return column_ref(sql, scope, NULL, first, ref->location);
    if (ref->n_fields == 2)
        return column_ref(sql, scope, first, sql_string(ref->fields[1]), ref->location);
    if (ref->n_fields == 3 && strcmp(first, "public") == 0)
        return column_ref(sql, scope, sql_string(ref->fields[1]), sql_string(ref->fields[2]),
                          ref->location);
    (void)sql_fail(sql, ref->location,
                   "a column is name or table.name; members of objects are taken by -> and ->>");
    return NULL;
}

/* CREATE TABLE: what columns there are, and what their values must be. */
#include "sql/bind.h"

#include <string.h>

bool sql_is_free(struct sql *sql, const char *name, int location)
{
    for (const struct sql_table *table = sql->tables; table; table = table->next)
        if (table->own && strcmp(table->name, name) == 0)
            return sql_fail(sql, location, "there is a table %s already",
                            quote(name, strlen(name)).text);
    for (const struct sql_view *view = sql->views; view; view = view->next)
        if (strcmp(view->name, name) == 0)
            return sql_fail(sql, location, "there is a view %s already",
                            quote(name, strlen(name)).text);
    return true;
}

static bool mark_key(struct sql *sql, struct sql_table *table, const char *name, int location)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->columns[i].name, name) == 0) {
            table->columns[i].key = true;
            table->columns[i].not_null = true;
            return true;
        }
    return sql_fail(sql, location, "table %s has no column %s for its key",
                    quote(table->name, strlen(table->name)).text, quote(name, strlen(name)).text);
}

/* Constraints say nothing to a view but which columns are the key. */
static bool add_constraint(struct sql *sql, struct sql_table *table,
                           const PgQuery__Constraint *constraint)
{
    if (constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY)
        for (size_t i = 0; i < constraint->n_keys; i++)
            if (!mark_key(sql, table, sql_string(constraint->keys[i]), constraint->location))
                return false;
    return true;
}

static bool add_column(struct sql *sql, struct sql_table *table, const PgQuery__ColumnDef *def)
{
    struct sql_column *column = &table->columns[table->count];

    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->columns[i].name, def->colname) == 0)
            return sql_fail(sql, def->location, "a second column %s",
                            quote(def->colname, strlen(def->colname)).text);
    column->name = sql_text(sql, "%s", def->colname); /* outlives the syntax */
    table->count++;
    for (size_t i = 0; i < def->n_constraints; i++) {
        const PgQuery__Constraint *constraint = def->constraints[i]->constraint;

        if (constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY)
            column->key = true;
        if (column->key || constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL)
            column->not_null = true;
        if (constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED)
            return sql_fail(sql, constraint->location,
                            "generated column %s: compute it in the view",
                            quote(def->colname, strlen(def->colname)).text);
    }
    if (def->coll_clause && !sql_collation(sql, def->coll_clause))
        return false;
    if (!sql_typed_of(sql, def->type_name, def->location, &column->typed))
        return false;
    column->type = sql_type_of(&column->typed);
    return true;
}

static struct schema schema_of(struct sql *sql, const struct sql_table *table)
{
    struct schema schema = {.table = table->name,
                            .table_size = strlen(table->name),
                            .source = sql->source->name,
                            .line = sql->source->line,
                            .count = table->count};

    for (int at = 0; at < table->location; at++)
        schema.line += sql->text[at] == '\n';
    schema.columns = ARENA_ARRAY(&sql->arena, struct schema_column, table->count);
    for (size_t i = 0; i < table->count; i++) {
        const struct sql_column *column = &table->columns[i];

        schema.columns[i] = (struct schema_column){.name = column->name,
                                                   .type = column->typed,
                                                   .not_null = column->not_null,
                                                   .primary = column->key};
    }
    return schema;
}

/* Several files may say what a table is if they agree. */
static bool same_elsewhere(struct sql *sql, const struct sql_table *table)
{
    const struct schema *other = schema_find(sql->schemas, table->name, strlen(table->name));
    struct schema schema = schema_of(sql, table);

    return !other || schema_equal(other, &schema) ||
           sql_fail(sql, table->location, "table %s is declared otherwise at %s:%zu",
                    quote(table->name, strlen(table->name)).text, other->source, other->line);
}

bool sql_create_table(struct sql *sql, const PgQuery__Node *node)
{
    const PgQuery__CreateStmt *syntax = node->create_stmt;
    struct sql_table *table = ARENA_NEW(&sql->arena, struct sql_table);

    table->name = sql_name(sql, syntax->relation);
    if (!table->name || !sql_is_free(sql, table->name, syntax->relation->location))
        return false;
    if (syntax->n_inh_relations || syntax->of_typename || syntax->partspec || syntax->partbound)
        return sql_fail(sql, syntax->relation->location,
                        "table %s: a table has columns, and no parents, types or partitions",
                        quote(table->name, strlen(table->name)).text);
    table->columns = ARENA_ARRAY(&sql->arena, struct sql_column, syntax->n_table_elts);
    for (size_t i = 0; i < syntax->n_table_elts; i++) {
        const PgQuery__Node *part = syntax->table_elts[i];

        if (part->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF &&
            !add_column(sql, table, part->column_def))
            return false;
        if (part->node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE)
            return sql_fail(sql, syntax->relation->location, "LIKE: list the columns instead");
    }
    for (size_t i = 0; i < syntax->n_table_elts; i++)
        if (syntax->table_elts[i]->node_case == PG_QUERY__NODE__NODE_CONSTRAINT &&
            !add_constraint(sql, table, syntax->table_elts[i]->constraint))
            return false;
    table->next = sql->tables;
    table->own = true;
    table->location = syntax->relation->location;
    sql->tables = table;
    return same_elsewhere(sql, table);
}

void sql_known_tables(struct sql *sql)
{
    for (const struct schema *schema = sql->schemas->first; schema; schema = schema->next) {
        struct sql_table *table = ARENA_NEW(&sql->arena, struct sql_table);

        table->name = schema->table;
        table->count = schema->count;
        table->columns = ARENA_ARRAY(&sql->arena, struct sql_column, schema->count);
        for (size_t i = 0; i < schema->count; i++) {
            table->columns[i].name = schema->columns[i].name;
            table->columns[i].typed = schema->columns[i].type;
            table->columns[i].type = sql_type_of(&schema->columns[i].type);
            table->columns[i].key = schema->columns[i].primary;
            table->columns[i].not_null = schema->columns[i].not_null;
        }
        table->next = sql->tables;
        sql->tables = table;
    }
}

void sql_declare(struct sql *sql)
{
    for (const struct sql_table *table = sql->tables; table; table = table->next) {
        struct schema schema;

        if (!table->own || schema_find(sql->schemas, table->name, strlen(table->name)))
            continue;
        schema = schema_of(sql, table);
        schema_add(sql->schemas, &schema);
    }
}

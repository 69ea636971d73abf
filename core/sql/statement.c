/* The statements of a file of SQL: what there is besides SELECT. */
#include "sql/bind.h"

#include <pg_query.h>
#include <string.h>
#include <strings.h>

const char *sql_string(const PgQuery__Node *node)
{
    return node->node_case == PG_QUERY__NODE__NODE_STRING ? node->string->sval : "";
}

const char *sql_name(struct sql *sql, const PgQuery__RangeVar *var)
{
    if (*var->catalogname || (*var->schemaname && strcmp(var->schemaname, "public") != 0)) {
        (void)sql_fail(sql, var->location, "schema %s: there are no schemas but public",
                       quote(var->schemaname, strlen(var->schemaname)).text);
        return NULL;
    }
    return sql_text(sql, "%s", var->relname); /* outlives the syntax */
}

/* format = flat, format = 'flat' */
static const char *setting_text(const PgQuery__DefElem *option)
{
    const PgQuery__Node *value = option->arg;

    if (value && value->node_case == PG_QUERY__NODE__NODE_STRING)
        return value->string->sval;
    if (value && value->node_case == PG_QUERY__NODE__NODE_TYPE_NAME)
        return sql_string(value->type_name->names[value->type_name->n_names - 1]);
    return NULL;
}

/* One of WITH (format = ..., ...), into the view's JSON. */
static bool add_setting(struct sql *sql, const PgQuery__DefElem *option, struct buf *json)
{
    static const char *const names[] = {"format", "emit", "semantics", "refresh"};
    const PgQuery__Node *value = option->arg;
    const char *text = NULL;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(option->defname, names[i]) == 0)
            text = names[i];
    if (!text)
        return sql_fail(sql, option->location,
                        "a view has no setting %s; there are format, emit, semantics, refresh",
                        quote(option->defname, strlen(option->defname)).text);
    if (value && value->node_case == PG_QUERY__NODE__NODE_INTEGER) {
        buf_add_format(json, ",\"%s\":%d", text, (int)value->integer->ival);
        return true;
    }
    if (!setting_text(option))
        return sql_fail(sql, option->location, "setting %s needs a value: %s = 'text'", text, text);
    buf_add_format(json, ",\"%s\":%s", text, sql_quoted(sql, setting_text(option)));
    return true;
}

static const PgQuery__DefElem *find_setting(const PgQuery__IntoClause *into, const char *name)
{
    for (size_t i = 0; i < into->n_options; i++)
        if (strcasecmp(into->options[i]->def_elem->defname, name) == 0)
            return into->options[i]->def_elem;
    return NULL;
}

static bool is_flat(const struct sql *sql, const PgQuery__IntoClause *into)
{
    const PgQuery__DefElem *format = find_setting(into, "format");

    if (!format)
        return sql->defaults->format == FORMAT_FLAT;
    return setting_text(format) && strcmp(setting_text(format), "flat") == 0;
}

static struct sql_view *add_view(struct sql *sql, const PgQuery__RangeVar *name,
                                 const PgQuery__Node *query, PgQuery__Node **aliases,
                                 size_t alias_count)
{
    struct sql_view *view = ARENA_NEW(&sql->arena, struct sql_view);

    view->name = sql_name(sql, name);
    if (!view->name || !sql_is_free(sql, view->name, name->location))
        return NULL;
    view->query = query;
    view->aliases = aliases;
    view->alias_count = alias_count;
    view->location = name->location;
    *sql->last = view;
    sql->last = &view->next;
    return view;
}

static bool create_view(struct sql *sql, const PgQuery__Node *node)
{
    const PgQuery__ViewStmt *syntax = node->view_stmt;
    struct sql_query query = {0};
    struct sql_view *view;

    if (syntax->n_options)
        return sql_fail(sql, syntax->options[0]->def_elem->location,
                        "a view that is not materialized writes nothing and has no settings");
    view = add_view(sql, syntax->view, syntax->query, syntax->aliases, syntax->n_aliases);
    if (!view)
        return false;
    view->busy = true; /* what is wrong with it is told here, used or not */
    if (!sql_view_query(sql, view, &query))
        return false;
    view->busy = false;
    return true;
}

static bool create_materialized(struct sql *sql, const PgQuery__Node *node)
{
    const PgQuery__CreateTableAsStmt *syntax = node->create_table_as_stmt;
    const PgQuery__IntoClause *into = syntax->into;
    struct buf json = BUF_INIT;
    struct sql_view *view;
    bool ok;

    if (syntax->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW)
        return sql_fail(sql, into->rel->location,
                        "CREATE TABLE AS: a view that is kept up to date is a CREATE MATERIALIZED "
                        "VIEW");
    if (into->skip_data)
        return sql_fail(sql, into->rel->location, "WITH NO DATA: a view always has its content");
    view = add_view(sql, into->rel, syntax->query, into->col_names, into->n_col_names);
    if (!view)
        return false;
    view->materialized = true;
    view->flat = is_flat(sql, into);
    view->busy = true;
    buf_add_format(&json, "{\"id\":%s", sql_quoted(sql, view->name));
    ok = true;
    for (size_t i = 0; ok && i < into->n_options; i++)
        ok = add_setting(sql, into->options[i]->def_elem, &json);
    if (!find_setting(into, "emit"))
        buf_add_string(&json, ",\"emit\":\"rows\"");
    if (!find_setting(into, "semantics"))
        buf_add_string(&json, ",\"semantics\":\"multiset\"");
    if (ok) {
        const char *plan = sql_root(sql, view);

        ok = plan != NULL;
        if (ok)
            buf_add_format(&json, ",\"root\":%s}", plan);
    }
    view->json = sql_take(sql, &json);
    view->busy = false;
    return ok;
}

/* The first two words of a statement, as it is written. */
static const char *first_words(struct sql *sql, const char *at)
{
    size_t size = strcspn(at, " \t\r\n;(");

    size += strspn(at + size, " \t\r\n");
    size += strcspn(at + size, " \t\r\n;(");
    return sql_text(sql, "%.*s", (int)(size < 40 ? size : 40), at);
}

static bool statement(struct sql *sql, const PgQuery__RawStmt *raw)
{
    const PgQuery__Node *node = raw->stmt;
    const char *text = sql->text;
    const char *words;
    int at = raw->stmt_location;

    at += (int)sql_space(text + at);
    sql->location = at;
    if (node->node_case == PG_QUERY__NODE__NODE_CREATE_STMT)
        return sql_create_table(sql, node);
    if (node->node_case == PG_QUERY__NODE__NODE_VIEW_STMT)
        return create_view(sql, node);
    if (node->node_case == PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT)
        return create_materialized(sql, node);
    words = first_words(sql, text + at);
    if (node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
        return sql_fail(sql, at,
                        "%s: a query needs a name; write CREATE MATERIALIZED VIEW name AS SELECT",
                        quote(words, strlen(words)).text);
    return sql_fail(sql, at, "%s: there are CREATE TABLE, CREATE VIEW and CREATE MATERIALIZED VIEW",
                    quote(words, strlen(words)).text);
}

bool sql_statements(struct sql *sql, const PgQuery__ParseResult *tree)
{
    for (size_t i = 0; i < tree->n_stmts; i++)
        if (!statement(sql, tree->stmts[i]))
            return false;
    return true;
}

#ifndef SSP_SQL_BIND_H
#define SSP_SQL_BIND_H

#include "sql/sql.h"
#include "sql/sqltype.h"

#include <pg_query/pg_query.pb-c.h>

/*
 * What the parts of the SQL compiler share; nobody else includes this.
 *
 * A SELECT is compiled in two passes. First its names are bound: syntax becomes sql_exprs over
 * columns of relations, with types where they are known. Then plans are written, from FROM upwards;
 * where a column stands in a row (in a join below the name of its side) is known only there, in the
 * relation's prefix.
 *
 * A subquery's plan is written before that of the query around it. Where it asks for a column of
 * that query it has a mark, bytes no JSON has, which is replaced when the plan around is written
 * (emit.c).
 *
 * Functions return NULL or false when they have refused; the message is in sql->err then.
 * Everything lives in sql->arena.
 */
struct sql_rel;

/* A query that is computed for all rows of the query around it at once; see apply.c. */
struct sql_apply {
    unsigned id;             /* of its mark */
    struct sql_expr **exprs; /* what it asks for, over the query around: elements of the arrays */
    size_t count;
    size_t max;
};

/* The name of its last column. */
#define SQL_GIVEN "d+"

struct sql_column {
    const char *name;
    const char *field; /* of the row: its name, unless an alias of the table renames it */
    enum sql_type type;
    struct typed typed; /* of a column that is declared */
    bool not_null;
    struct sql_rel *rel;
    size_t index;   /* in sql->columns */
    bool ambiguous; /* two of this name came out of the subquery */
    bool key;       /* of the primary key */
    bool used;      /* the query asks for it */
};

/* Something that has rows in a query: a table, a subquery, the groups of an aggregation. */
struct sql_rel {
    const char *name;        /* what columns are qualified with; NULL: nothing */
    const char *plan;        /* of a table: NULL until something is known of its rows */
    const char *table;       /* NULL: not a table */
    bool open;               /* columns that are not listed may be there */
    bool late;               /* a subquery as a value, joined to the groups */
    struct sql_apply *apply; /* its plan has marks, */
    bool filled;             /* which have been replaced */
    const char *written;     /* its plan, with the conditions on it; columns have no prefix in it */
    bool one_row;            /* at most */
    bool nullable;           /* on a side of an outer join that may be missing */
    bool bag;                /* rows that are equal in all are one row with a weight */
    bool is_value;           /* of a function in FROM: its name is that of its column */
    bool whole;              /* `*` of an open relation was asked for */
    int location;
    uint64_t bit;       /* one for each relation of a scope */
    const char *prefix; /* where its row stands in the row made so far: JSON steps, or "" */
    struct sql_scope *scope;
    struct sql_column **columns;
    size_t count;
    size_t max;
};

/* Columns that JOIN USING has made one. */
struct sql_merged {
    const char *name;
    struct sql_expr *expr;
    struct sql_column *columns[2];
    struct sql_merged *next;
};

/* WITH */
struct sql_cte {
    const char *name;
    const PgQuery__CommonTableExpr *syntax;
    struct sql_scope *scope; /* where its names are bound */
    struct sql_cte *next;
    bool busy;
    bool recursive;                 /* it may read itself: */
    const struct sql_query *so_far; /* what the first SELECT of it has found */
    bool reads_itself;
};

struct sql_aggregate;

/* A column of a subquery that must equal an expression over the query around. */
struct sql_key {
    struct sql_expr *inner;
    struct sql_expr *outer;
};

/* A subquery as a value: a relation that is joined to the others, or to their groups. */
struct sql_scalar {
    struct sql_rel *rel;
    struct sql_key *keys;
    size_t key_count;
    bool early; /* asked for below the groups */
    struct sql_scalar *next;
};

/* The names that a SELECT can use, and those of the one around it. */
struct sql_scope {
    struct sql_scope *parent;
    unsigned level; /* how many subqueries are around */
    struct sql_cte *ctes;
    struct sql_rel **rels;
    size_t count;
    size_t max;
    struct sql_merged *merged;
    struct sql_scalar *scalars;
    const char *no_aggregates;    /* the clause being read, if they cannot stand in it */
    struct sql_expr **aggregates; /* met so far */
    size_t aggregate_count;
    size_t aggregate_max;
    struct sql_expr **groupings; /* calls of GROUPING() */
    size_t grouping_count;
    size_t grouping_max;
    struct sql_over *overs;   /* WINDOW */
    bool windows;             /* functions with OVER can stand in the clause being read */
    struct sql_apply *apply;  /* columns of queries around are elements of */
    struct sql_column *given; /* this one */
};

enum sql_kind {
    SQL_CONST,
    SQL_COLUMN,
    SQL_CALL,
    SQL_EXISTS,
    SQL_AGGREGATE,
    SQL_WINDOW,
};

struct sql_expr {
    enum sql_kind kind;
    enum sql_type type;
    int location;
    const char *text; /* a constant's JSON; a call's name; the plan of exists; the func of an
                         aggregate or a window */
    struct sql_column *column;
    struct sql_expr **args;
    size_t count;
    const struct sql_over *over; /* of a window */
    bool framed;                 /* it looks at a frame */
    bool places;                 /* it tells equal rows apart */
    /* aggregates */
    bool distinct;
    struct sql_expr *filter;
    struct sql_sort *order;
    size_t order_count;
};

struct sql_sort {
    struct sql_expr *expr;
    bool descending;
    bool nulls_first;
};

/* OVER (PARTITION BY ... ORDER BY ... frame) */
struct sql_over {
    const char *name; /* in WINDOW; NULL: it has none */
    struct sql_expr **partition;
    size_t partition_count;
    struct sql_sort *order;
    size_t order_count;
    const char *frame; /* JSON; NULL: the default */
    bool rows;         /* it counts rows, */
    bool whole;        /* and has all */
    struct sql_over *next;
};

/* A column of a SELECT; expr NULL: all fields of an open relation. */
struct sql_output {
    const char *name;
    struct sql_expr *expr;
    struct sql_rel *all;
    enum sql_type type;
    bool ambiguous;
};

/* A query compiled. */
struct sql_query {
    const char *plan;
    struct sql_output *outputs;
    size_t count;
    size_t max;
    bool open;               /* more columns than these */
    bool one_row;            /* at most one */
    bool bag;                /* as in sql_rel */
    bool root;               /* of a view: rows are keyed by value, */
    bool flat;               /* and shown in the order of ORDER BY */
    bool rekeyed;            /* they are keyed so already */
    bool ordered;            /* ORDER BY is wanted: */
    const char *order;       /* as sql_order_by() has it, by columns; NULL: there is none */
    size_t visible;          /* columns, those for the order not counted */
    struct sql_apply *apply; /* its last column is SQL_GIVEN */
    /* of a subquery as a value: the query around, and what its rows are joined by */
    struct sql_scope *scalar;
    struct sql_key *keys;
    size_t key_count;
    struct sql_expr *otherwise; /* the value where no row is; NULL: null */
    int location;
};

struct sql_table {
    const char *name;
    bool own; /* declared in this file, */
    int location;
    struct sql_column *columns;
    size_t count;
    struct sql_table *next;
};

struct sql_view {
    const char *name;
    const PgQuery__Node *query;
    PgQuery__Node **aliases;
    size_t alias_count;
    int location;
    bool busy; /* being bound: it cannot read itself */
    bool materialized;
    bool flat;
    struct sql_view *next;
    const char *json; /* the whole view, if it is materialized */
};

/* JSON that stands in a plan as it is, and where it comes from: what the plan reader says of it is
 * told there. */
struct sql_place {
    const char *json;
    int location;
    struct sql_place *next;
};

struct sql {
    struct arena arena;
    const struct plan_source *source;
    const struct plan_defaults *defaults;
    struct schemas *schemas; /* of the tables of files before this one */
    const char *text;        /* the source, NUL behind */
    struct err *err;
    struct sql_table *tables;
    struct sql_view *views;
    struct sql_view **last;
    struct sql_column **columns; /* all of them, for marks */
    size_t column_count;
    size_t column_max;
    unsigned depth;
    unsigned applies;
    const void **correlated; /* SELECTs known to ask for columns around them */
    size_t correlated_count;
    size_t correlated_max;
    bool condition; /* what is being read is a condition, or joined to one by AND, OR, NOT */
    bool retry;     /* what was refused may be compiled in another way: */
    bool outside;   /* the query around too */
    struct sql_place *places;
    int location; /* of the statement, for what has no place of its own */
};

/* parse.c */
bool sql_fail(struct sql *sql, int location, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
const char *sql_text(struct sql *sql, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
const char *sql_quoted(struct sql *sql, const char *name);          /* as a JSON string */
void sql_remember(struct sql *sql, const char *json, int location); /* for messages */
const char *sql_take(struct sql *sql, struct buf *buf); /* moves its text to the arena */

/* statement.c */
bool sql_statements(struct sql *sql, const PgQuery__ParseResult *tree);
/* table.c: CREATE TABLE; the tables that other files have declared; those of this one for others.
 */
bool sql_create_table(struct sql *sql, const PgQuery__Node *node);
void sql_known_tables(struct sql *sql);
void sql_declare(struct sql *sql);
/* No table and no view of this file has this name. */
bool sql_is_free(struct sql *sql, const char *name, int location);
/* Name of something that may be qualified with the schema public. */
const char *sql_name(struct sql *sql, const PgQuery__RangeVar *var);
/* The text of a String node. */
const char *sql_string(const PgQuery__Node *node);

/* How much white space and comments stand at the beginning. */
size_t sql_space(const char *text);

/* scope.c */
/* A list in the arena with room for one more. */
void *sql_grow(struct sql *sql, void *list, size_t count, size_t *max, size_t size);
struct sql_rel *sql_rel_add(struct sql *sql, struct sql_scope *scope, const char *name,
                            int location);
struct sql_column *sql_column_add(struct sql *sql, struct sql_rel *rel, const char *name,
                                  enum sql_type type);
struct sql_column *sql_column_of(const struct sql_rel *rel, const char *name);
/* The column of this name, made if the relation is open; NULL: it has none. */
struct sql_column *sql_column_make(struct sql *sql, struct sql_rel *rel, const char *name);
struct sql_expr *sql_column_ref(struct sql *sql, struct sql_scope *scope,
                                const PgQuery__ColumnRef *ref);
/* True if a relation of the scope is known to have such a column. */
bool sql_declares(const struct sql_scope *scope, const char *name);
struct sql_rel *sql_find_rel(struct sql *sql, struct sql_scope *scope, const char *name,
                             int location);
/* An unqualified name in one scope only. *found NULL: it is not there. False: refused. */
bool sql_lookup(struct sql *sql, struct sql_scope *scope, const char *name, int location,
                struct sql_expr **found);

/* type.c */
/* The type as it is declared. */
bool sql_typed_of(struct sql *sql, const PgQuery__TypeName *name, int location,
                  struct typed *typed);
/* CAST(arg AS name) */
struct sql_expr *sql_type_cast(struct sql *sql, struct sql_expr *arg, const PgQuery__TypeName *name,
                               int location);
/* Gives all of them the type that they have in common, and refuses what has none. `what` stands in
 * the message. */
bool sql_unify(struct sql *sql, struct sql_expr **exprs, size_t count, const char *what,
               int location, enum sql_type *type);
/* Makes a type the one that it has in common with another, or refuses. */
bool sql_widen(struct sql *sql, enum sql_type *type, enum sql_type other, const char *what,
               int location);
/* The same value as one of a type that it has something in common with. */
struct sql_expr *sql_as(struct sql *sql, struct sql_expr *expr, enum sql_type type);
/* A quoted literal as a value of this type. */
bool sql_coerce(struct sql *sql, struct sql_expr *expr, enum sql_type type);
struct sql_expr *sql_cast(struct sql *sql, struct sql_expr *expr, enum sql_type type, int location);

/* constant.c */
struct sql_expr *sql_constant(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node);

/* arithmetic.c */
struct sql_expr *sql_arithmetic(struct sql *sql, const char *op, struct sql_expr *left,
                                struct sql_expr *right, int location);
struct sql_expr *sql_negated(struct sql *sql, struct sql_expr *expr, int location);
/* Arithmetic of numerics: its result is not rounded to a double. */
struct sql_expr *sql_exact(struct sql *sql, struct sql_expr *expr);

/* call.c */
struct sql_expr *sql_scalar_call(struct sql *sql, struct sql_scope *scope,
                                 const PgQuery__FuncCall *syntax, const char *name);
bool sql_refuse_argument(struct sql *sql, const struct sql_expr *arg, const char *name);
bool sql_check_count(struct sql *sql, const char *name, size_t count, size_t min, size_t max,
                     int location);

/* expr.c */
struct sql_expr *sql_expr(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node);
/* The same, as a condition. */
struct sql_expr *sql_condition(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node,
                               const char *clause);
bool sql_collation(struct sql *sql, const PgQuery__CollateClause *syntax);
struct sql_expr *sql_const(struct sql *sql, enum sql_type type, const char *json, int location);
struct sql_expr *sql_call(struct sql *sql, enum sql_type type, const char *name, int location,
                          size_t count, ...);
struct sql_expr *sql_call_list(struct sql *sql, enum sql_type type, const char *name, int location,
                               struct sql_expr **args, size_t count);
struct sql_expr *sql_of_column(struct sql *sql, struct sql_column *column, int location);
bool sql_is_call(const struct sql_expr *expr, const char *name);
bool sql_same(const struct sql_expr *a, const struct sql_expr *b);
bool sql_same_sort(const struct sql_sort *a, const struct sql_sort *b);
/* True if `test` holds for an expression or for something in it. */
bool sql_any(const struct sql_expr *expr, bool (*test)(const struct sql_expr *expr));
int sql_location(const PgQuery__Node *node);
bool sql_list(struct sql *sql, struct sql_scope *scope, PgQuery__Node **nodes, size_t count,
              struct sql_expr ***exprs);

/* sets.c */
struct sql_expr *sql_grouping(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node);

/* row.c: (a, b), which stands only where it is compared; anything else is a row of one column */
struct sql_row {
    struct sql_expr **items;
    size_t count;
};
bool sql_is_row(const PgQuery__Node *node);
bool sql_row(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node,
             struct sql_row *row);
struct sql_expr *sql_row_compare(struct sql *sql, const char *op, const struct sql_row *left,
                                 const struct sql_row *right, int location);
struct sql_expr *sql_row_operator(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__AExpr *syntax);

/* pattern.c: patterns as PCRE2 has them; NULL: there is something in it that has no meaning */
const char *sql_regex(struct sql *sql, const char *pattern, bool folded);
const char *sql_similar(struct sql *sql, const char *pattern, const char *escape);

/* operator.c */
/* left IS DISTINCT FROM right */
struct sql_expr *sql_distinct(struct sql *sql, struct sql_expr *left, struct sql_expr *right,
                              int location);
struct sql_expr *sql_operator(struct sql *sql, struct sql_scope *scope,
                              const PgQuery__AExpr *syntax);
/* left = right, > ... by the operator's name */
struct sql_expr *sql_compare(struct sql *sql, const char *op, struct sql_expr *left,
                             struct sql_expr *right, int location);

/* function.c */
struct sql_expr *sql_function(struct sql *sql, struct sql_scope *scope,
                              const PgQuery__FuncCall *syntax);

/* An aggregate that has OVER: not one of the groups'. */
struct sql_expr *sql_aggregate(struct sql *sql, struct sql_scope *scope,
                               const PgQuery__FuncCall *syntax);

/* False: aggregates cannot stand in the clause being read. */
bool sql_not_an_aggregate(struct sql *sql, struct sql_scope *scope, const char *name, int location);
/* One of the groups' aggregates: this, or the same that was there before. */
struct sql_expr *sql_aggregate_add(struct sql *sql, struct sql_scope *scope, struct sql_expr *expr);

/* within.c: percentile_cont and the like, WITHIN GROUP */
bool sql_is_within_group(const PgQuery__FuncCall *syntax);
struct sql_expr *sql_within_group(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__FuncCall *syntax);

/* rangefunction.c: one that stands in FROM */
bool sql_is_range_function(const char *name);

/* window.c */
struct sql_expr *sql_window(struct sql *sql, struct sql_scope *scope,
                            const PgQuery__FuncCall *syntax);
bool sql_same_over(const struct sql_over *a, const struct sql_over *b);

/* ORDER BY of an aggregate or a window. */
bool sql_sorts(struct sql *sql, struct sql_scope *scope, PgQuery__Node **nodes, size_t count,
               struct sql_sort **sorts);

/* subquery.c */
struct sql_expr *sql_sublink(struct sql *sql, struct sql_scope *scope,
                             const PgQuery__SubLink *syntax, bool condition);

/* value.c: subqueries where a value is asked for */
struct sql_expr *sql_exists_value(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__SubLink *syntax);
struct sql_expr *sql_any_value(struct sql *sql, struct sql_scope *scope,
                               const PgQuery__SubLink *syntax, const char *op);
struct sql_expr *sql_array_value(struct sql *sql, struct sql_scope *scope,
                                 const PgQuery__SubLink *syntax);

/* scalar.c */
struct sql_expr *sql_scalar(struct sql *sql, struct sql_scope *scope,
                            const PgQuery__SubLink *syntax);

/* emit.c */
void sql_emit(struct sql *sql, const struct sql_scope *scope, struct buf *buf,
              const struct sql_expr *expr);
const char *sql_emitted(struct sql *sql, const struct sql_scope *scope,
                        const struct sql_expr *expr);
/* Where a field is expected: a path, or an operand in braces. */
const char *sql_field(struct sql *sql, const struct sql_scope *scope, const struct sql_expr *expr);
/* filter, if there is anything to ask. */
const char *sql_filter(struct sql *sql, const struct sql_scope *scope, const char *plan,
                       struct sql_expr **conditions, size_t count);
const char *sql_predicate(struct sql *sql, const struct sql_scope *scope,
                          const struct sql_expr *expr);

/* from.c and join.c */
/* The plan of one row without columns: the aggregation of nothing. */
#define SQL_ONE_ROW                                                                         \
    "{\"op\":\"aggregate\",\"group_by\":[],\"aggregates\":[],\"input\":{\"op\":\"filter\"," \
    "\"predicate\":"                                                                        \
    "{\"type\":\"or\",\"predicates\":[]},\"input\":{\"op\":\"scan\",\"table\":\" \"}}}"

struct sql_item;
struct sql_item *sql_from(struct sql *sql, struct sql_scope *scope, PgQuery__Node **nodes,
                          size_t count);
/* Gives the first columns of a query other names. */
bool sql_rename(struct sql *sql, PgQuery__Node **names, size_t count, struct sql_query *query,
                int location);
/* The bits of the relations of this scope that an expression asks. */
uint64_t sql_rels(struct sql *sql, const struct sql_scope *scope, const struct sql_expr *expr);
/* The relation's row stands under this name (JSON) now. */
void sql_add_prefix(struct sql *sql, struct sql_rel *rel, const char *name);
/* The columns of a table's rows that the query asks for, its id among them. */
const char *sql_cut_down(struct sql *sql, const struct sql_rel *rel, const char *plan);
/* The plan of FROM under WHERE, which may be NULL. */
const char *sql_joined(struct sql *sql, struct sql_scope *scope, struct sql_item *item,
                       struct sql_expr *where);

/* select.c */
void sql_output_add(struct sql *sql, struct sql_query *query, const char *name,
                    struct sql_expr *expr);
/* ASC or DESC, NULLS FIRST or LAST. */
bool sql_direction(struct sql *sql, const PgQuery__SortBy *syntax, struct sql_sort *sort);
/* The plan of a materialized view. */
const char *sql_root(struct sql *sql, const struct sql_view *view);
bool sql_select(struct sql *sql, struct sql_scope *parent, unsigned level,
                const PgQuery__SelectStmt *syntax, struct sql_query *query);
/* The plan of a query, its columns under the names of another one's and of these types. */
const char *sql_renamed(struct sql *sql, const struct sql_query *query,
                        const struct sql_query *first, const enum sql_type *types);
/* What a view of the file finds, under the names of its columns. */
bool sql_view_query(struct sql *sql, const struct sql_view *view, struct sql_query *query);

#endif

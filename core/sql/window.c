/* Binding window functions: their names, OVER and WINDOW. They stand in the select list and in
 * ORDER BY only. */
#include "sql/select.h"

#include <string.h>

/* FRAMEOPTION_... of PostgreSQL's parser. */
enum {
    FRAME_NONDEFAULT = 0x1,
    FRAME_ROWS = 0x4,
    FRAME_GROUPS = 0x8,
    FRAME_START_FIRST = 0x20,
    FRAME_END_LAST = 0x100,
    FRAME_START_CURRENT = 0x200,
    FRAME_END_CURRENT = 0x400,
    FRAME_START_PRECEDING = 0x800,
    FRAME_END_PRECEDING = 0x1000,
    FRAME_START_FOLLOWING = 0x2000,
    FRAME_EXCLUSION = 0x38000,
};

static const struct {
    const char *name;
    enum sql_type type; /* SQL_ANY: that of the first argument */
    uint8_t min;
    uint8_t max;
    bool framed;
    bool places; /* tells equal rows apart */
} functions[] = {
    {"row_number", SQL_BIGINT, 0, 0, false, true},
    {"rank", SQL_BIGINT, 0, 0, false, false},
    {"dense_rank", SQL_BIGINT, 0, 0, false, false},
    {"ntile", SQL_INTEGER, 1, 1, false, true},
    {"lag", SQL_ANY, 1, 3, false, true},
    {"lead", SQL_ANY, 1, 3, false, true},
    {"first_value", SQL_ANY, 1, 1, true, false},
    {"last_value", SQL_ANY, 1, 1, true, false},
};

static const struct sql_over *find_named(struct sql *sql, const struct sql_scope *scope,
                                         const char *name, int location)
{
    for (const struct sql_over *over = scope->overs; over; over = over->next)
        if (over->name && strcmp(over->name, name) == 0)
            return over;
    (void)sql_fail(sql, location, "no window %s", quote(name, strlen(name)).text);
    return NULL;
}

/* {"preceding":n}: rows, or a distance in the value of ORDER BY. */
static const char *distance(struct sql *sql, struct sql_scope *scope, const struct sql_over *over,
                            const PgQuery__Node *node, const char *side)
{
    struct sql_expr *expr = sql_expr(sql, scope, node);
    const char *what = over->rows ? "a number of rows" : "a distance";

    if (!expr)
        return NULL;
    if (!over->rows && expr->type == SQL_LITERAL && over->order_count == 1 &&
        !sql_coerce(sql, expr, SQL_NUMERIC))
        return NULL;
    if (expr->kind != SQL_CONST || *expr->text == '-' ||
        !(expr->type == SQL_INTEGER || (!over->rows && sql_is_number(expr->type)))) {
        (void)sql_fail(sql, sql_location(node), "%s must be a number from 0, written out", what);
        return NULL;
    }
    if (!over->rows && (over->order_count != 1 || (!sql_is_number(over->order[0].expr->type) &&
                                                   over->order[0].expr->type != SQL_ANY))) {
        (void)sql_fail(sql, sql_location(node),
                       "RANGE with a distance needs an ORDER BY of one number");
        return NULL;
    }
    return sql_text(sql, "{\"%s\":%s}", side, expr->text);
}

static bool read_frame(struct sql *sql, struct sql_scope *scope, const PgQuery__WindowDef *syntax,
                       struct sql_over *over)
{
    int options = syntax->frame_options;
    const char *start = "\"current_row\"";
    const char *end = "\"current_row\"";

    if (!(options & FRAME_NONDEFAULT))
        return true;
    if (options & (FRAME_GROUPS | FRAME_EXCLUSION))
        return sql_fail(sql, syntax->location, "%s in a window's frame is not supported; use %s",
                        options & FRAME_GROUPS ? "GROUPS" : "EXCLUDE",
                        options & FRAME_GROUPS ? "ROWS or RANGE" : "two windows");
    over->rows = options & FRAME_ROWS;
    if (options & FRAME_START_FIRST)
        start = "\"unbounded_preceding\"";
    else if (!(options & FRAME_START_CURRENT))
        start = distance(sql, scope, over, syntax->start_offset,
                         options & FRAME_START_PRECEDING ? "preceding" : "following");
    if (options & FRAME_END_LAST)
        end = "\"unbounded_following\"";
    else if (!(options & FRAME_END_CURRENT))
        end = start ? distance(sql, scope, over, syntax->end_offset,
                               options & FRAME_END_PRECEDING ? "preceding" : "following")
                    : NULL;
    if (!start || !end)
        return false;
    over->frame = sql_text(sql, "{\"type\":\"%s\",\"start\":%s,\"end\":%s}",
                           over->rows ? "rows" : "range", start, end);
    over->whole = (options & FRAME_START_FIRST) && (options & FRAME_END_LAST);
    return true;
}

/* A window under a name is taken as it is, or with an ORDER BY and a frame of the one that asks. */
static bool read_over(struct sql *sql, struct sql_scope *scope, const PgQuery__WindowDef *syntax,
                      struct sql_over *over)
{
    const struct sql_over *base = NULL;

    if (*syntax->refname) {
        base = find_named(sql, scope, syntax->refname, syntax->location);
        if (!base)
            return false;
        if (syntax->n_partition_clause)
            return sql_fail(sql, syntax->location, "PARTITION BY of window %s stands already",
                            quote(base->name, strlen(base->name)).text);
        if (base->order_count && syntax->n_order_clause)
            return sql_fail(sql, syntax->location, "ORDER BY of window %s stands already",
                            quote(base->name, strlen(base->name)).text);
        if (base->frame)
            return sql_fail(sql, syntax->location,
                            "window %s has a frame, so it can be used only as OVER %s",
                            quote(base->name, strlen(base->name)).text, base->name);
        over->partition = base->partition;
        over->partition_count = base->partition_count;
        over->order = base->order;
        over->order_count = base->order_count;
    } else {
        over->partition_count = syntax->n_partition_clause;
        if (!sql_list(sql, scope, syntax->partition_clause, syntax->n_partition_clause,
                      &over->partition))
            return false;
    }
    if (syntax->n_order_clause) {
        over->order_count = syntax->n_order_clause;
        if (!sql_sorts(sql, scope, syntax->order_clause, syntax->n_order_clause, &over->order))
            return false;
    }
    return read_frame(sql, scope, syntax, over);
}

bool sql_bind_windows(struct sql *sql, struct sql_select *select)
{
    const PgQuery__SelectStmt *syntax = select->syntax;
    struct sql_scope *scope = select->scope;

    for (size_t i = 0; i < syntax->n_window_clause; i++) {
        const PgQuery__WindowDef *def = syntax->window_clause[i]->window_def;
        struct sql_over *over = ARENA_NEW(&sql->arena, struct sql_over);

        for (const struct sql_over *at = scope->overs; at; at = at->next)
            if (strcmp(at->name, def->name) == 0)
                return sql_fail(sql, def->location, "there is a window %s already",
                                quote(def->name, strlen(def->name)).text);
        over->name = def->name;
        if (!read_over(sql, scope, def, over))
            return false;
        over->next = scope->overs;
        scope->overs = over;
    }
    return true;
}

/* The window of a call: OVER name, or one of its own. */
static const struct sql_over *over_of(struct sql *sql, struct sql_scope *scope,
                                      const PgQuery__WindowDef *syntax)
{
    struct sql_over *over;

    if (*syntax->name)
        return find_named(sql, scope, syntax->name, syntax->location);
    over = ARENA_NEW(&sql->arena, struct sql_over);
    return read_over(sql, scope, syntax, over) ? over : NULL;
}

static struct sql_expr *call_over(struct sql *sql, const char *name, enum sql_type type,
                                  const struct sql_over *over, int location)
{
    struct sql_expr *expr = sql_const(sql, type, name, location);

    expr->kind = SQL_WINDOW;
    expr->over = over;
    expr->framed = strcmp(name, "count") == 0;
    return expr;
}

/* percent_rank and cume_dist are shares of the number of rows of the partition. */
static struct sql_expr *share(struct sql *sql, const char *name, const struct sql_over *over,
                              int location)
{
    struct sql_over *whole = ARENA_NEW(&sql->arena, struct sql_over);
    struct sql_over *until = ARENA_NEW(&sql->arena, struct sql_over);
    struct sql_expr *zero = sql_const(sql, SQL_INTEGER, "0", location);
    struct sql_expr *one = sql_const(sql, SQL_INTEGER, "1", location);
    struct sql_expr *count;

    *until = *over;
    until->frame = NULL;
    *whole = *until;
    whole->frame = "{\"type\":\"range\",\"start\":\"unbounded_preceding\","
                   "\"end\":\"unbounded_following\"}";
    count = call_over(sql, "count", SQL_BIGINT, whole, location);
    if (strcmp(name, "cume_dist") == 0)
        return sql_call(sql, SQL_FLOAT, "div", location, 2,
                        call_over(sql, "count", SQL_BIGINT, until, location), count);
    return sql_call(sql, SQL_FLOAT, "case", location, 3,
                    sql_call(sql, SQL_BOOLEAN, "lte", location, 2, count, one), zero,
                    sql_call(sql, SQL_FLOAT, "div", location, 2,
                             sql_call(sql, SQL_INTEGER, "sub", location, 2,
                                      call_over(sql, "rank", SQL_BIGINT, until, location), one),
                             sql_call(sql, SQL_INTEGER, "sub", location, 2, count, one)));
}

/* The number of buckets, or of places to look before or behind, is a literal. */
static bool check_number(struct sql *sql, const struct sql_expr *call, size_t which)
{
    const struct sql_expr *arg = which < call->count ? call->args[which] : NULL;

    return !arg || (arg->kind == SQL_CONST && arg->type == SQL_INTEGER && *arg->text != '-') ||
           sql_fail(sql, arg->location, "%s takes a number here that is written out", call->text);
}

static struct sql_expr *ranking(struct sql *sql, struct sql_scope *scope,
                                const PgQuery__FuncCall *syntax, size_t which,
                                const struct sql_over *over)
{
    struct sql_expr *expr =
        call_over(sql, functions[which].name, functions[which].type, over, syntax->location);
    bool ntile = strcmp(expr->text, "ntile") == 0;
    enum sql_type type;

    if (syntax->n_args < functions[which].min || syntax->n_args > functions[which].max) {
        (void)sql_fail(sql, syntax->location, "function %s does not take %zu arguments",
                       quote(expr->text, strlen(expr->text)).text, syntax->n_args);
        return NULL;
    }
    if (syntax->agg_filter || syntax->agg_distinct || syntax->n_agg_order || syntax->agg_star) {
        (void)sql_fail(sql, syntax->location,
                       "%s is no aggregate: FILTER, DISTINCT, ORDER BY and \"*\" are for those",
                       quote(expr->text, strlen(expr->text)).text);
        return NULL;
    }
    expr->framed = functions[which].framed;
    expr->places = functions[which].places;
    expr->count = syntax->n_args;
    if (!sql_list(sql, scope, syntax->args, syntax->n_args, &expr->args) ||
        !check_number(sql, expr, ntile ? 0 : 1))
        return NULL;
    if (expr->count == 3) {
        struct sql_expr *pair[2] = {expr->args[0], expr->args[2]};

        if (!sql_unify(sql, pair, 2, expr->text, syntax->location, &type))
            return NULL;
    }
    if (expr->count && expr->args[0]->type == SQL_LITERAL &&
        !sql_coerce(sql, expr->args[0], SQL_TEXT))
        return NULL;
    if (functions[which].type == SQL_ANY)
        expr->type = expr->args[0]->type;
    return expr;
}

/* FILTER (WHERE c): what does not pass is null, which does not count. */
static void filtered(struct sql *sql, struct sql_expr *expr)
{
    struct sql_expr *value =
        expr->count ? expr->args[0] : sql_const(sql, SQL_INTEGER, "1", expr->location);

    if (!expr->filter)
        return;
    expr->args = ARENA_ARRAY(&sql->arena, struct sql_expr *, 1);
    expr->args[0] = sql_call(sql, value->type, "case", expr->location, 2, expr->filter, value);
    expr->count = 1;
    expr->filter = NULL;
}

static struct sql_expr *aggregate(struct sql *sql, struct sql_scope *scope,
                                  const PgQuery__FuncCall *syntax, const struct sql_over *over)
{
    static const char *const names[] = {"count", "sum", "avg", "min", "max"};
    struct sql_expr *expr = sql_aggregate(sql, scope, syntax);
    bool known = false;

    if (!expr)
        return NULL;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        known = known || strcmp(names[i], expr->text) == 0;
    if (!known || expr->distinct || expr->order_count) {
        (void)sql_fail(sql, syntax->location,
                       "%s with OVER is not supported; there are count, "
                       "sum, avg, min and max",
                       expr->distinct      ? "DISTINCT"
                       : expr->order_count ? "ORDER BY in an aggregate"
                                           : expr->text);
        return NULL;
    }
    filtered(sql, expr);
    expr->kind = SQL_WINDOW;
    expr->over = over;
    expr->framed = true;
    return expr;
}

struct sql_expr *sql_window(struct sql *sql, struct sql_scope *scope,
                            const PgQuery__FuncCall *syntax)
{
    const char *name = sql_string(syntax->funcname[syntax->n_funcname - 1]);
    bool allowed = scope->windows;
    const struct sql_over *over;
    struct sql_expr *expr;

    if (!allowed) {
        (void)sql_fail(sql, syntax->location,
                       "window function %s: they stand in the select list and ORDER BY only; use "
                       "a subquery in FROM",
                       quote(name, strlen(name)).text);
        return NULL;
    }
    scope->windows = false;
    over = over_of(sql, scope, syntax->over);
    if (!over)
        return NULL;
    if (strcmp(name, "percent_rank") == 0 || strcmp(name, "cume_dist") == 0) {
        expr = syntax->n_args ? NULL : share(sql, name, over, syntax->location);
        if (!expr)
            (void)sql_fail(sql, syntax->location, "%s takes no arguments", name);
    } else {
        size_t which = 0;

        while (which < sizeof(functions) / sizeof(functions[0]) &&
               strcmp(functions[which].name, name) != 0)
            which++;
        expr = which < sizeof(functions) / sizeof(functions[0])
                   ? ranking(sql, scope, syntax, which, over)
                   : aggregate(sql, scope, syntax, over);
    }
    scope->windows = allowed;
    return expr;
}

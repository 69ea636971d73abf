/* Binding constants. */
#include "sql/bind.h"

#include "value/number.h"

#include <string.h>

/* The number as JSON has it: .5 is 0.5, 5. is 5, 007 is 7. */
static const char *json_number(struct sql *sql, const char *text)
{
    bool negative = *text == '-';
    struct buf buf = BUF_INIT;
    const char *at = text + negative;

    if (negative)
        buf_add_byte(&buf, '-');
    while (at[0] == '0' && at[1] >= '0' && at[1] <= '9')
        at++;
    if (*at == '.')
        buf_add_byte(&buf, '0');
    for (; *at; at++)
        if (*at != '.' || (at[1] >= '0' && at[1] <= '9'))
            buf_add_byte(&buf, *at);
    return sql_take(sql, &buf);
}

struct sql_expr *sql_constant(struct sql *sql, struct sql_scope *scope, const PgQuery__Node *node)
{
    const PgQuery__AConst *syntax = node->a_const;
    int location = syntax->location;

    (void)scope;
    if (syntax->isnull)
        return sql_const(sql, SQL_NULL, "null", location);
    if (syntax->val_case == PG_QUERY__A__CONST__VAL_IVAL)
        return sql_const(sql, SQL_INTEGER, sql_text(sql, "%d", (int)syntax->ival->ival), location);
    if (syntax->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL)
        return sql_const(sql, SQL_BOOLEAN, syntax->boolval->boolval ? "true" : "false", location);
    if (syntax->val_case == PG_QUERY__A__CONST__VAL_SVAL)
        return sql_const(sql, SQL_LITERAL, sql_quoted(sql, syntax->sval->sval), location);
    if (syntax->val_case == PG_QUERY__A__CONST__VAL_FVAL) {
        const char *text = json_number(sql, syntax->fval->fval);
        const char *reason;
        int64_t ignored;

        if (!number_valid(text, strlen(text), &reason)) {
            (void)sql_fail(sql, location, "number %s: %s",
                           quote(syntax->fval->fval, strlen(syntax->fval->fval)).text, reason);
            return NULL;
        }
        return sql_const(sql,
                         strpbrk(text, ".eE") || !number_int(text, strlen(text), &ignored)
                             ? sql_type_of_number(text)
                             : SQL_BIGINT,
                         text, location);
    }
    (void)sql_fail(sql, location, "bit strings are not supported");
    return NULL;
}

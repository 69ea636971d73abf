/* Where syntax stands in the source. Many nodes know; the others ask what they consist of. */
#include "sql/bind.h"

#include <string.h>

size_t sql_space(const char *text)
{
    const char *at = text;

    for (;;) {
        at += strspn(at, " \t\r\n\f\v");
        if (strncmp(at, "--", 2) == 0) {
            at += strcspn(at, "\n");
        } else if (strncmp(at, "/*", 2) == 0) {
            unsigned depth = 1;

            for (at += 2; *at && depth; at++) {
                if (strncmp(at, "*/", 2) == 0 || strncmp(at, "/*", 2) == 0) {
                    depth = *at == '*' ? depth - 1 : depth + 1;
                    at++;
                }
            }
        } else {
            return (size_t)(at - text);
        }
    }
}

static int expr_location(const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_A_CONST)
        return node->a_const->location;
    if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF)
        return node->column_ref->location;
    if (node->node_case == PG_QUERY__NODE__NODE_A_EXPR)
        return node->a_expr->lexpr ? sql_location(node->a_expr->lexpr) : node->a_expr->location;
    if (node->node_case == PG_QUERY__NODE__NODE_BOOL_EXPR)
        return node->bool_expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR
                   ? node->bool_expr->location
                   : sql_location(node->bool_expr->args[0]);
    if (node->node_case == PG_QUERY__NODE__NODE_FUNC_CALL)
        return node->func_call->location;
    if (node->node_case == PG_QUERY__NODE__NODE_SUB_LINK)
        return node->sub_link->testexpr ? sql_location(node->sub_link->testexpr)
                                        : node->sub_link->location;
    if (node->node_case == PG_QUERY__NODE__NODE_NULL_TEST)
        return sql_location(node->null_test->arg);
    if (node->node_case == PG_QUERY__NODE__NODE_BOOLEAN_TEST)
        return sql_location(node->boolean_test->arg);
    if (node->node_case == PG_QUERY__NODE__NODE_CASE_EXPR)
        return node->case_expr->location;
    if (node->node_case == PG_QUERY__NODE__NODE_COALESCE_EXPR)
        return node->coalesce_expr->location;
    if (node->node_case == PG_QUERY__NODE__NODE_MIN_MAX_EXPR)
        return node->min_max_expr->location;
    if (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        return sql_location(node->type_cast->arg);
    if (node->node_case == PG_QUERY__NODE__NODE_COLLATE_CLAUSE)
        return sql_location(node->collate_clause->arg);
    if (node->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR)
        return node->a_array_expr->location;
    if (node->node_case == PG_QUERY__NODE__NODE_A_INDIRECTION)
        return sql_location(node->a_indirection->arg);
    if (node->node_case == PG_QUERY__NODE__NODE_ROW_EXPR)
        return node->row_expr->location;
    if (node->node_case == PG_QUERY__NODE__NODE_GROUPING_FUNC)
        return node->grouping_func->location;
    return 0;
}

static int select_location(const PgQuery__SelectStmt *select)
{
    while (select->larg)
        select = select->larg;
    if (select->n_target_list)
        return sql_location(select->target_list[0]);
    return select->n_values_lists ? sql_location(select->values_lists[0]) : 0;
}

int sql_location(const PgQuery__Node *node)
{
    if (!node)
        return 0;
    if (node->node_case == PG_QUERY__NODE__NODE_RES_TARGET)
        return node->res_target->location;
    if (node->node_case == PG_QUERY__NODE__NODE_SORT_BY)
        return sql_location(node->sort_by->node);
    if (node->node_case == PG_QUERY__NODE__NODE_RANGE_VAR)
        return node->range_var->location;
    if (node->node_case == PG_QUERY__NODE__NODE_RANGE_SUBSELECT)
        return sql_location(node->range_subselect->subquery);
    if (node->node_case == PG_QUERY__NODE__NODE_RANGE_FUNCTION)
        return node->range_function->n_functions ? sql_location(node->range_function->functions[0])
                                                 : 0;
    if (node->node_case == PG_QUERY__NODE__NODE_JOIN_EXPR)
        return sql_location(node->join_expr->larg);
    if (node->node_case == PG_QUERY__NODE__NODE_GROUPING_SET)
        return node->grouping_set->location;
    if (node->node_case == PG_QUERY__NODE__NODE_LIST)
        return node->list->n_items ? sql_location(node->list->items[0]) : 0;
    if (node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
        return select_location(node->select_stmt);
    return expr_location(node);
}

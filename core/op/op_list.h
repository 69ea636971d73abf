/* Every operator, once: OP(PLAN_X, x) for `const struct op_class op_x` in core/op/x.c. */
OP(PLAN_SCAN, scan)
OP(PLAN_FILTER, filter)
OP(PLAN_PROJECT, project)
OP(PLAN_JOIN, join)
OP(PLAN_LIMIT, limit)
OP(PLAN_DISTINCT, distinct)

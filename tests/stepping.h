#ifndef SSP_TESTS_STEPPING_H
#define SSP_TESTS_STEPPING_H

/* One operator, stepped by hand. */
#include "test.h"

#include "op/op.h"

#define SCAN "{'op':'scan','table':'t'}"

/* One operator: the root of the plan. */
struct fixture {
    struct plan_views views;
    struct op *op;
    unsigned inputs;
    struct zset sum; /* of the outputs so far */
};

static inline void open_op(struct fixture *f, const char *root)
{
    const struct plan *plan = test_plan(&f->views, root, NULL);

    f->op = op_new(plan);
    f->inputs = plan->input_count;
    f->sum = (struct zset)ZSET_INIT;
}

static inline void close_op(struct fixture *f)
{
    op_free(f->op);
    zset_release(&f->sum);
    plan_views_release(&f->views);
}

/* One step; the right input is for joins. */
static inline void step2(struct fixture *f, const char *left, const char *right,
                         const char *expected)
{
    struct zset a = ZSET_INIT;
    struct zset b = ZSET_INIT;
    struct zset out = ZSET_INIT;
    struct zset *const in[] = {&a, &b};

    test_zset_add(&a, left);
    test_zset_add(&b, right);
    op_step(f->op, f->inputs, in, &out);
    CHECK_ZSET(&out, expected);
    zset_add_all(&f->sum, &out);
    zset_release(&a);
    zset_release(&b);
    zset_release(&out);
}

/* One step of a join of an input with itself. */
static inline void step_self(struct fixture *f, const char *in, const char *expected)
{
    struct zset change = ZSET_INIT;
    struct zset out = ZSET_INIT;
    struct zset *const inputs[] = {&change, &change};

    test_zset_add(&change, in);
    op_step(f->op, 2, inputs, &out);
    CHECK_ZSET(&out, expected);
    zset_add_all(&f->sum, &out);
    zset_release(&change);
    zset_release(&out);
}

/* What a step looks at in the state. */
static inline uint64_t work_of(struct fixture *f, const char *left, const char *right)
{
    struct zset a = ZSET_INIT;
    struct zset b = ZSET_INIT;
    struct zset out = ZSET_INIT;
    struct zset *const in[] = {&a, &b};
    uint64_t before = f->op->work;

    test_zset_add(&a, left);
    test_zset_add(&b, right);
    op_step(f->op, f->inputs, in, &out);
    zset_release(&a);
    zset_release(&b);
    zset_release(&out);
    return f->op->work - before;
}

static inline void step(struct fixture *f, const char *in, const char *expected)
{
    step2(f, in, "", expected);
}

#endif

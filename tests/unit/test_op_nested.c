/*
 * The operators that subqueries become, stepped by hand; found in the circuits of plans that have
 * them. A row with a context is written key@context{...}.
 */
#include "test.h"

#include "op/op.h"

enum { INPUTS_MAX = 4 };

/* One operator out of a circuit. */
struct fixture {
    struct plan_views views;
    struct op *op;
    unsigned inputs;
    struct zset sum; /* of the outputs so far */
};

static const struct plan *find(const struct plan *plan, enum plan_op op)
{
    const struct plan *found = plan->op == op ? plan : NULL;

    for (unsigned i = 0; !found && i < plan->input_count; i++)
        found = find(plan->inputs[i], op);
    return found;
}

static void open_op(struct fixture *f, enum plan_op op, const char *view)
{
    struct err err;
    const struct plan *plan;

    if (!test_read_plans(view, &f->views, &err))
        fail_msg("%s: %s", view, err.message);
    plan = find(f->views.views[0].circuit, op);
    assert_non_null(plan);
    f->op = op_new(plan);
    f->inputs = plan->input_count;
    f->sum = (struct zset)ZSET_INIT;
}

static void close_op(struct fixture *f)
{
    op_free(f->op);
    zset_release(&f->sum);
    plan_views_release(&f->views);
}

/* One step; a change for each input, NULL behind them. */
static void step(struct fixture *f, const char *expected, const char *const changes[INPUTS_MAX])
{
    struct zset sets[INPUTS_MAX];
    struct zset *in[INPUTS_MAX];
    struct zset out = ZSET_INIT;

    assert_true(f->inputs <= INPUTS_MAX);
    for (unsigned i = 0; i < f->inputs; i++) {
        sets[i] = (struct zset)ZSET_INIT;
        in[i] = &sets[i];
        assert_non_null(changes[i]);
        test_zset_add(&sets[i], changes[i]);
    }
    op_step(f->op, f->inputs, in, &out);
    CHECK_ZSET(&out, expected);
    zset_add_all(&f->sum, &out);
    for (unsigned i = 0; i < f->inputs; i++)
        zset_release(&sets[i]);
    zset_release(&out);
}

/* STEP(fixture, output, input, input, ...) */
#define STEP(f, expected, ...) step((f), (expected), (const char *const[INPUTS_MAX]){__VA_ARGS__})

#define SUBQUERY                                                    \
    "{'op':'filter','input':{'op':'scan','table':'u'},'predicate':" \
    "{'type':'eq','field':'y','value':{'$param':'parent.x'}}}"

#define EXISTS "{'type':'exists','plan':" SUBQUERY "}"

#define FILTER(predicate)                                                                          \
    "{'id':'v','root':{'op':'filter','input':{'op':'scan','table':'t'},'predicate':" predicate "}" \
    "}"

#define PROJECT(more)                                                                            \
    "{'id':'v'" more ",'root':{'op':'project','input':{'op':'scan','table':'t'},'projections':[" \
    "{'type':'all'},{'type':'subquery','alias':'kids','plan':" SUBQUERY "}]}}"

static void test_rows_that_ask_for_equal_values_have_one_context(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, PLAN_CONTEXT, FILTER(EXISTS));
    STEP(&f, "[[1]]*3 [['1']] [[null]] [[]]*2",
         "a{'x':1}*2 b{'x':1.0} c{'x':'1'} d{'x':null} e{} f{'y':1}");
    STEP(&f, "", "a{'x':1}*-1 g{'x':10e-1}"); /* another row asks for the same */
    STEP(&f, "[[1]]*-1 [[{'p':1,'q':[2]}]]", "b{'x':1.0}*-1 h{'x':{'q':[2.0],'p':1}}");
    assert_true(f.sum.entries[0].row->made);
    close_op(&f);
}

static void test_rows_are_bound_to_each_context_that_they_agree_with(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, PLAN_CORRELATE, FILTER(EXISTS));
    STEP(&f, "", "[[1]]", "");
    STEP(&f, "p@[[1]]{'y':1.0}*2", "", "p{'y':1.0}*2 q{'y':2} r{'y':null} s{}");
    STEP(&f, "q@[[2]]{'y':2}", "[[2]] [[null]] [[]]", ""); /* null equals nothing */
    STEP(&f, "p@[[1]]{'y':1.0}*-2 q@[[2]]{'y':2}*-1 q@[[2]]{'y':2,'z':0}", "[[1]]*-1",
         "q{'y':2}*-1 q{'y':2,'z':0}");
    STEP(&f, "p@[[1]]{'y':1.0}*2 t@[[1]]{'y':1}", "[[1]]", "t{'y':1}"); /* both in one step */
    close_op(&f);
}

static void test_exists_speaks_when_a_context_gets_its_first_row_or_loses_its_last(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, PLAN_EXISTS, FILTER(EXISTS));
    STEP(&f, "", "a{'x':1}*2 b{'x':2} c{'x':1.0}", "");
    STEP(&f, "a{'x':1}*2 c{'x':1.0}", "", "p@[[1]]{'y':1}");
    STEP(&f, "", "", "q@[[1]]{'y':1}*3");
    STEP(&f, "", "", "p@[[1]]{'y':1}*-1 q@[[1]]{'y':1}*-2");
    STEP(&f, "a{'x':1}*-2 c{'x':1.0}*-1", "", "q@[[1]]{'y':1}*-1");
    STEP(&f, "b{'x':2}", "", "r@[[2]]{'y':2}");
    STEP(&f, "b{'x':2}*-1", "b{'x':2}*-1", "");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_exists_follows_a_row_and_its_matches_in_one_step(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, PLAN_EXISTS, FILTER(EXISTS));
    STEP(&f, "a{'x':1}", "a{'x':1} b{'x':2}", "p@[[1]]{'y':1}");
    STEP(&f, "a{'x':1}*-1", "a{'x':1}*-1 a{'x':2}", "");
    STEP(&f, "b{'x':2} a{'x':2}", "", "p@[[1]]{'y':1}*-1 p@[[2]]{'y':2}");
    STEP(&f, "a{'x':2}*-1 a{'x':2,'v':1}", "a{'x':2}*-1 a{'x':2,'v':1}", "");
    STEP(&f, "a{'x':2,'v':1}*-1 b{'x':2}*2", "a{'x':2,'v':1}*-1 b{'x':2}*2",
         "p@[[2]]{'y':2}*-1 q@[[2]]{'y':2}");
    STEP(&f, "b{'x':2}*-3", "b{'x':2}*-3", "q@[[2]]{'y':2}*-1");
    CHECK_ZSET(&f.sum, "");
    close_op(&f);
}

static void test_not_exists_holds_for_contexts_without_rows(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, PLAN_EXISTS, FILTER("{'type':'not','predicate':" EXISTS "}"));
    STEP(&f, "a{'x':1} d{'x':null} e", "a{'x':1} d{'x':null} e", "");
    STEP(&f, "a{'x':1}*-1", "", "p@[[1]]{'y':1}");
    STEP(&f, "", "b{'x':1}", "");
    STEP(&f, "a{'x':1} b{'x':1}", "", "p@[[1]]{'y':1}*-1");
    close_op(&f);
}

static void test_exists_may_stand_beside_other_predicates(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, PLAN_EXISTS,
            FILTER("{'type':'or','predicates':[{'type':'eq','field':'v','value':1}," EXISTS "]}"));
    STEP(&f, "a{'x':1,'v':1}", "a{'x':1,'v':1} b{'x':1,'v':2} c{'x':1}", "");
    STEP(&f, "b{'x':1,'v':2} c{'x':1}", "", "p@[[1]]{'y':1}");
    STEP(&f, "c{'x':1}*-1", "c{'x':1}*-1", "");
    STEP(&f, "b{'x':1,'v':2}*-1", "", "p@[[1]]{'y':1}*-1");
    close_op(&f);
}

static void test_two_subqueries_are_told_apart(void **state)
{
    struct fixture f;

    (void)state;
    open_op(
        &f, PLAN_EXISTS,
        FILTER("{'type':'and','predicates':[" EXISTS ",{'type':'not','predicate':" EXISTS "}]}"));
    assert_int_equal(f.inputs, 3);
    STEP(&f, "", "a{'x':1}", "", "");
    STEP(&f, "a{'x':1}", "", "p@[[1]]{'y':1}", "");
    STEP(&f, "a{'x':1}*-1", "", "", "q@[[1]]{'y':1}");
    STEP(&f, "", "", "p@[[1]]{'y':1}*-1", "q@[[1]]{'y':1}*-1");
    STEP(&f, "", "a{'x':1}*-1", "", "");
    close_op(&f);
}

static void test_expand_gives_children_the_weight_of_their_contexts(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, PLAN_EXPAND, /* of rows that are counted under each context */
            "{'id':'v','root':{'op':'project','input':{'op':'scan','table':'t'},'projections':["
            "{'type':'subquery','alias':'kids','plan':{'op':'limit','limit':9,'input':" SUBQUERY
            "}}]}}");
    STEP(&f, "", "[[1]]*3", "");
    STEP(&f, "p@[[1]]{'y':1}*6", "", "p@[[1]]{'y':1}*2 q@[[2]]{'y':2}");
    STEP(&f, "p@[[1]]{'y':1}*-4 q@[[2]]{'y':2}", "[[1]]*-2 [[2]]", "");
    STEP(&f, "p@[[1]]{'y':1}*-2 q@[[2]]{'y':2}*-1", "[[1]]*-1 [[2]]*-1", "");
    close_op(&f);
}

static void test_a_subquery_that_counts_nothing_takes_the_weights_of_its_contexts(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, PLAN_CORRELATE, PROJECT(""));
    assert_null(find(f.views.views[0].circuit, PLAN_EXPAND));
    assert_int_equal(find(f.views.views[0].circuit, PLAN_CORRELATE)->inputs[0]->op, PLAN_CONTEXT);
    STEP(&f, "p@[[1]]{'y':1}*6", "[[1]]*3", "p{'y':1}*2 q{'y':2}");
    STEP(&f, "p@[[1]]{'y':1}*-4 q@[[2]]{'y':2}", "[[1]]*-2 [[2]]", "");
    close_op(&f);
}

static void test_survive_keeps_the_rows_that_came_through(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, PLAN_SURVIVE,
            "{'id':'v','root':{'op':'limit','limit':1,'input':{'op':'project','input':"
            "{'op':'scan','table':'t'},'projections':[{'type':'field','field':'z'},"
            "{'type':'subquery','alias':'kids','plan':" SUBQUERY "}]}}}");
    STEP(&f, "", "a{'x':1,'z':0} b{'x':2,'z':0}", "");
    STEP(&f, "a{'x':1,'z':0}*2", "", "a{'z':0}*2");
    STEP(&f, "a{'x':1,'z':0}*-2 b{'x':2,'z':0}", "", "a{'z':0}*-2 b{'z':0}");
    STEP(&f, "b{'x':2,'z':0}*-1 b{'x':3,'z':0}", "b{'x':2,'z':0}*-1 b{'x':3,'z':0}", "");
    close_op(&f);
}

static void test_members_adds_the_rows_of_all_inputs_without_their_contexts(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, PLAN_MEMBERS, PROJECT(""));
    assert_int_equal(f.inputs, 2);
    STEP(&f, "t:1{'x':1} u:1{'y':1}*5", "t:1{'x':1}", "u:1@[[1]]{'y':1}*2 u:1@[[2]]{'y':1}*3");
    STEP(&f, "u:1{'y':1}*-2 t:1{'x':1}", "", "u:1@[[1]]{'y':1}*-2 t:1@[[1]]{'x':1}");
    STEP(&f, "", "", "u:1@[[2]]{'y':1}*-1 u:1@[[3]]{'y':1}");
    close_op(&f);
}

/* The records of the document, which stand behind its hash. */
static void check_document(const struct zset *sum, const char *records)
{
    char *wanted = test_quotes(records);

    assert_int_equal(sum->count, *wanted ? 1 : 0);
    if (*wanted) {
        const struct row *row = sum->entries[0].row;
        size_t size = strlen(wanted) + 1; /* and a brace behind */

        assert_int_equal(sum->entries[0].weight, 1);
        assert_true(row->size > size);
        assert_memory_equal(row_text(row) + row->size - size, wanted, size - 1);
    }
    free(wanted);
}

static void step_tree(struct fixture *f, const char *roots, const char *parents,
                      const char *children, const char *records)
{
    const char *const changes[] = {roots, parents, children};
    struct zset sets[] = {ZSET_INIT, ZSET_INIT, ZSET_INIT};
    struct zset *const in[] = {&sets[0], &sets[1], &sets[2]};
    struct zset out = ZSET_INIT;

    for (size_t i = 0; i < 3; i++)
        test_zset_add(&sets[i], changes[i]);
    op_step(f->op, 3, in, &out);
    zset_add_all(&f->sum, &out);
    check_document(&f->sum, records);
    for (size_t i = 0; i < 3; i++)
        zset_release(&sets[i]);
    zset_release(&out);
}

static void test_a_tree_is_one_document_of_rows_and_their_children(void **state)
{
    struct fixture f;

    (void)state;
    open_op(&f, PLAN_TREE, PROJECT(",'format':'tree','semantics':'membership'"));
    assert_int_equal(f.inputs, 3);
    step_tree(&f, "", "", "", "");
    step_tree(&f, "t:2{'x':1}", "t:2{'x':1}", "",
              "[{'id':'t:2','record':{'x':1},'children':{'kids':[]}}]");
    step_tree(&f, "", "", "u:9@[[1]]{'y':1} u:8@[[1]]{'y':1} u:7@[[2]]{'y':2}",
              "[{'id':'t:2','record':{'x':1},'children':{'kids':["
              "{'id':'u:8','record':{'y':1}},{'id':'u:9','record':{'y':1}}]}}]");
    step_tree(&f, "t:1{'x':2} t:2{'x':1}*-1 t:2{'x':2}", "t:1{'x':2} t:2{'x':1}*-1 t:2{'x':2}", "",
              "[{'id':'t:1','record':{'x':2},'children':{'kids':[{'id':'u:7','record':{'y':2}}]}},"
              "{'id':'t:2','record':{'x':2},'children':{'kids':[{'id':'u:7','record':{'y':2}}]}}]");
    step_tree(&f, "t:1{'x':2}*-1 t:2{'x':2}*-1", "t:1{'x':2}*-1 t:2{'x':2}*-1", "", "");
    close_op(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_that_ask_for_equal_values_have_one_context),
        cmocka_unit_test(test_rows_are_bound_to_each_context_that_they_agree_with),
        cmocka_unit_test(test_exists_speaks_when_a_context_gets_its_first_row_or_loses_its_last),
        cmocka_unit_test(test_exists_follows_a_row_and_its_matches_in_one_step),
        cmocka_unit_test(test_not_exists_holds_for_contexts_without_rows),
        cmocka_unit_test(test_exists_may_stand_beside_other_predicates),
        cmocka_unit_test(test_two_subqueries_are_told_apart),
        cmocka_unit_test(test_expand_gives_children_the_weight_of_their_contexts),
        cmocka_unit_test(test_a_subquery_that_counts_nothing_takes_the_weights_of_its_contexts),
        cmocka_unit_test(test_survive_keeps_the_rows_that_came_through),
        cmocka_unit_test(test_members_adds_the_rows_of_all_inputs_without_their_contexts),
        cmocka_unit_test(test_a_tree_is_one_document_of_rows_and_their_children),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

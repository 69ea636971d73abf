/* Decorrelation; see nest.h. */
#include "plan/nest.h"

#include "plan/closing.h"
#include "plan/correlation.h"
#include "plan/recursion.h"

#include <string.h>

/* Subquery projections met on the way: a project, the rows that went in and those that came out. */
struct hang {
    const struct plan_project *project;
    const struct plan *in;
    const struct plan *out;
    bool bound; /* the rows have contexts */
    struct hang *next;
};

/* A list of plans. */
struct more {
    const struct plan *plan;
    struct more *next;
};

struct nest {
    struct arena *arena;
    bool membership;
    bool tree;            /* children are wanted once under each context */
    bool weighted;        /* inside a subquery whose rows have the weights of the contexts */
    struct more *members; /* what each subquery adds to the view */
    struct more **last;
    size_t member_count;
    unsigned level_count;
};

/* A plan under construction; bound: its rows have contexts. */
struct lifted {
    const struct plan *plan;
    bool bound;
};

static struct lifted lift(struct nest *nest, const struct plan *plan, const struct plan *contexts,
                          struct hang **hangs);

static struct plan *plan_new(struct nest *nest, enum plan_op op, unsigned inputs)
{
    struct plan *plan = ARENA_NEW(nest->arena, struct plan);

    plan->op = op;
    plan->inputs = ARENA_ARRAY(nest->arena, const struct plan *, inputs);
    plan->input_count = inputs;
    return plan;
}

static const struct plan *unary(struct nest *nest, enum plan_op op, const struct plan *input)
{
    struct plan *plan = plan_new(nest, op, 1);

    plan->inputs[0] = input;
    return plan;
}

static struct plan *binary(struct nest *nest, enum plan_op op, const struct plan *left,
                           const struct plan *right)
{
    struct plan *plan = plan_new(nest, op, 2);

    plan->inputs[0] = left;
    plan->inputs[1] = right;
    return plan;
}

static const struct plan *as_set(struct nest *nest, const struct plan *plan)
{
    return plan_is_set(plan) ? plan : unary(nest, PLAN_DISTINCT, plan);
}

/* A copy of an operator over other inputs. */
static struct plan *over(struct nest *nest, const struct plan *plan, const struct plan *input)
{
    struct plan *copy = plan_new(nest, plan->op, 1);

    copy->as = plan->as;
    copy->inputs[0] = input;
    return copy;
}

static struct lifted bind_by(struct nest *nest, struct lifted rows, const struct plan *contexts,
                             struct plan_correlate keys)
{
    struct plan *plan;

    if (rows.bound || !contexts)
        return rows;
    plan = plan_new(nest, PLAN_CORRELATE, 2);
    plan->inputs[0] = contexts;
    plan->inputs[1] = rows.plan;
    plan->as.correlate = keys;
    return (struct lifted){plan, true};
}

/* Puts rows under the contexts; predicate: what will be asked of them, NULL: nothing. */
static struct lifted bind(struct nest *nest, struct lifted rows, const struct plan *contexts,
                          const struct predicate *predicate)
{
    struct plan_correlate keys = {0};

    if (predicate && contexts && !rows.bound)
        correlation_keys(nest->arena, predicate, NULL, 0, &keys);
    return bind_by(nest, rows, contexts, keys);
}

static const struct plan *contexts_of(struct nest *nest, const struct plan *rows,
                                      const struct plan_subquery *subquery)
{
    struct plan *plan = plan_new(nest, PLAN_CONTEXT, 1);

    plan->inputs[0] = rows;
    plan->as.context = subquery;
    return plan;
}

/* A subquery's rows under each of the contexts. */
static const struct plan *children_of(struct nest *nest, const struct plan_subquery *subquery,
                                      const struct plan *contexts, struct hang **hangs)
{
    struct lifted rows = bind(nest, lift(nest, subquery->plan, contexts, hangs), contexts, NULL);
    struct plan *first;

    if (!subquery->single)
        return rows.plan;
    first = plan_new(nest, PLAN_LIMIT, 1);
    if (subquery->plan->op == PLAN_LIMIT) {
        first->as.limit.order = subquery->plan->as.limit.order;
        first->as.limit.order_count = subquery->plan->as.limit.order_count;
    }
    first->as.limit.limit = 1;
    first->inputs[0] = rows.plan;
    return first;
}

static void collect_exists(const struct predicate *p, const struct plan_subquery **subqueries)
{
    if (p->exists)
        subqueries[p->exists_bit] = p->exists;
    for (size_t i = 0; i < p->child_count; i++)
        collect_exists(p->children[i], subqueries);
}

static struct lifted lift_filter(struct nest *nest, const struct plan *plan, struct lifted in,
                                 const struct plan *contexts)
{
    const struct predicate *predicate = plan->as.filter;
    struct plan *filter;

    if (correlation_predicate_asks(predicate))
        in = bind(nest, in, contexts, predicate);
    if (plan->exists_count == 0)
        return (struct lifted){over(nest, plan, in.plan), in.bound};
    filter = plan_new(nest, PLAN_EXISTS, 1 + plan->exists_count);
    filter->as.exists.predicate = predicate;
    filter->as.exists.count = plan->exists_count;
    filter->as.exists.subqueries =
        ARENA_ARRAY(nest->arena, const struct plan_subquery *, plan->exists_count);
    collect_exists(predicate, filter->as.exists.subqueries);
    filter->inputs[0] = in.plan;
    for (uint32_t i = 0; i < plan->exists_count; i++) {
        const struct plan_subquery *subquery = filter->as.exists.subqueries[i];
        const struct plan *inner = as_set(nest, contexts_of(nest, in.plan, subquery));

        filter->inputs[1 + i] = children_of(nest, subquery, inner, NULL);
    }
    return (struct lifted){filter, in.bound};
}

static struct lifted lift_project(struct nest *nest, const struct plan *plan, struct lifted in,
                                  const struct plan *contexts, struct hang **hangs)
{
    const struct plan_project *project = &plan->as.project;
    struct hang *hang;
    struct plan *out;

    for (size_t i = 0; i < project->subquery_count; i++)
        if (correlation_subquery_asks(&project->subqueries[i]))
            in = bind(nest, in, contexts, NULL);
    for (size_t i = 0; i < project->count; i++)
        if (project->projections[i].expr && expr_asks_context(project->projections[i].expr))
            in = bind(nest, in, contexts, NULL);
    out = over(nest, plan, in.plan);
    out->as.project.subquery_count = 0;
    if (project->subquery_count && hangs) {
        hang = ARENA_NEW(nest->arena, struct hang);
        *hang = (struct hang){project, in.plan, out, in.bound, *hangs};
        *hangs = hang;
    }
    return (struct lifted){out, in.bound};
}

/* Without groups there is a row under every context, also over nothing. */
static struct lifted lift_aggregate(struct nest *nest, const struct plan *plan, struct lifted in,
                                    const struct plan *contexts)
{
    struct plan *aggregate;

    if (!in.bound || plan->as.aggregate.group_count) {
        aggregate = over(nest, plan, in.plan);
        aggregate->as.aggregate.closing = closing_find(nest->arena, &plan->as.aggregate, in.plan);
    } else {
        aggregate = binary(nest, PLAN_AGGREGATE, in.plan, contexts);
        aggregate->as = plan->as;
    }
    return (struct lifted){aggregate, in.bound};
}

/* What depends on the rows around a row does so in each context. */
static struct lifted lift_around(struct nest *nest, const struct plan *plan, struct lifted in)
{
    struct plan *copy = over(nest, plan, in.plan);

    *(plan->op == PLAN_WINDOW ? &copy->as.window.bound : &copy->as.session.bound) = in.bound;
    return (struct lifted){copy, in.bound};
}

/* Puts the sides of a join under the contexts where they have to be. A row that is shown for want
 * of a match may be so under one context and not under another; of a pair one side is enough, and
 * if only `where` asks for contexts that is one that it compares with them, if there is one. */
static void bind_sides(struct nest *nest, const struct plan_join *join, bool asks,
                       struct lifted *sides, const struct plan *contexts)
{
    const bool kept[2] = {join->kind != JOIN_INNER && join->kind != JOIN_RIGHT,
                          join->kind == JOIN_RIGHT || join->kind == JOIN_FULL};
    struct plan_correlate keys[2] = {{0}, {0}};
    int bound;

    for (int side = 0; side < 2; side++)
        if (kept[side] && (asks || sides[!side].bound))
            sides[side] = bind(nest, sides[side], contexts, NULL);
    if (!asks || sides[0].bound || sides[1].bound)
        return;
    for (int side = 0; side < 2; side++)
        correlation_keys(nest->arena, join->where, join, side, &keys[side]);
    bound = keys[0].count ? 0 : 1;
    sides[bound] = bind_by(nest, sides[bound], contexts, keys[bound]);
}

static struct lifted lift_join(struct nest *nest, const struct plan *plan,
                               const struct plan *contexts, struct hang **hangs)
{
    const struct plan_join *as = &plan->as.join;
    struct lifted sides[2] = {lift(nest, plan->inputs[0], contexts, as->both ? NULL : hangs),
                              lift(nest, plan->inputs[1], contexts, NULL)};
    bool asks = as->where && correlation_predicate_asks(as->where);
    struct plan *join = plan_new(nest, PLAN_JOIN, 2);
    /* Of a set the rows with a match are those of the pairs, once each: then no left row has to
     * stand under every context. */
    bool pairs = as->kind == JOIN_SEMI && (asks || sides[1].bound) && !sides[0].bound &&
                 plan_is_set(sides[0].plan);

    join->as = plan->as;
    if (pairs)
        join->as.join.kind = JOIN_INNER;
    bind_sides(nest, &join->as.join, asks, sides, contexts);
    for (int side = 0; side < 2; side++) {
        join->inputs[side] = sides[side].plan;
        join->as.join.bound[side] = sides[side].bound;
    }
    return (struct lifted){pairs ? unary(nest, PLAN_DISTINCT, join) : join,
                           sides[0].bound || sides[1].bound};
}

static const struct plan *rekey(struct nest *nest, const struct plan *by, const struct plan *input)
{
    struct plan *plan = plan_new(nest, PLAN_REKEY, 1);

    plan->inputs[0] = input;
    plan->as.set = by->as.set;
    return plan;
}

/* distinct: of all rows a distinct of their values; of those that agree `on` something the first
 * of a limit. */
static struct lifted lift_unique(struct nest *nest, const struct plan *plan,
                                 const struct plan *contexts)
{
    struct lifted in = lift(nest, plan->inputs[0], contexts, NULL);
    struct plan *first;

    if (plan->as.set.first.partition_count == 0) {
        in.plan = unary(nest, PLAN_DISTINCT, rekey(nest, plan, in.plan));
        return in;
    }
    first = plan_new(nest, PLAN_LIMIT, 1);
    first->as.limit = plan->as.set.first;
    first->inputs[0] = in.plan;
    in.plan = rekey(nest, plan, first);
    return in;
}

/* union, except, intersect: if one of the inputs has contexts all of them get theirs. */
static struct lifted lift_set(struct nest *nest, const struct plan *plan,
                              const struct plan *contexts)
{
    struct lifted *in = ARENA_ARRAY(nest->arena, struct lifted, plan->input_count);
    struct plan *set = plan_new(nest, plan->op, plan->input_count);
    struct lifted result = {set, false};

    set->as = plan->as;
    for (unsigned i = 0; i < plan->input_count; i++) {
        in[i] = lift(nest, plan->inputs[i], contexts, NULL);
        result.bound = result.bound || in[i].bound;
    }
    for (unsigned i = 0; i < plan->input_count; i++) {
        if (result.bound)
            in[i] = bind(nest, in[i], contexts, NULL);
        set->inputs[i] = plan->op == PLAN_UNION ? in[i].plan : rekey(nest, plan, in[i].plan);
    }
    if (plan->op == PLAN_UNION && !plan_keeps_keys(plan))
        result.plan = rekey(nest, plan, set);
    if (plan->op == PLAN_UNION && !plan->as.set.all)
        result.plan = unary(nest, PLAN_DISTINCT, result.plan);
    return result;
}

/* The rows of another view, as its own semantics have them; its subqueries are not this one's. */
static struct lifted lift_view(struct nest *nest, const struct plan *plan)
{
    bool membership = nest->membership;
    struct lifted result;

    nest->membership = plan->as.view == SEMANTICS_MEMBERSHIP;
    result = lift(nest, plan->inputs[0], NULL, NULL);
    nest->membership = membership;
    return result;
}

static const struct plan *lift_apart(void *context, const struct plan *plan)
{
    return lift(context, plan, NULL, NULL).plan;
}

static struct lifted lift(struct nest *nest, const struct plan *plan, const struct plan *contexts,
                          struct hang **hangs)
{
    struct lifted result = {plan, false};

    if (plan->op == PLAN_JOIN) {
        result = lift_join(nest, plan, contexts, hangs);
    } else if (plan->op == PLAN_UNIQUE) {
        result = lift_unique(nest, plan, contexts);
    } else if (plan->op == PLAN_UNION || plan->op == PLAN_EXCEPT || plan->op == PLAN_INTERSECT) {
        result = lift_set(nest, plan, contexts);
    } else if (plan->op == PLAN_VIEW) {
        result = lift_view(nest, plan);
    } else if (plan->op == PLAN_FIXPOINT) {
        result.plan = recursion_lower(nest->arena, plan, lift_apart, nest);
    } else if (plan->op != PLAN_SCAN) {
        struct lifted in = lift(nest, plan->inputs[0], contexts, hangs);

        if (plan->op == PLAN_AGGREGATE)
            result = lift_aggregate(nest, plan, in, contexts);
        else if (plan->op == PLAN_FILTER)
            result = lift_filter(nest, plan, in, contexts);
        else if (plan->op == PLAN_PROJECT)
            result = lift_project(nest, plan, in, contexts, hangs);
        else if (plan->op == PLAN_WINDOW || plan->op == PLAN_SESSION)
            result = lift_around(nest, plan, in);
        else
            result = (struct lifted){over(nest, plan, in.plan), in.bound};
    }
    if (nest->membership && !nest->weighted)
        result.plan = as_set(nest, result.plan);
    return result;
}

/* The rows of a level as often as they are in the view. */
static const struct plan *expand_level(struct nest *nest, struct plan_level *level,
                                       const struct plan *contexts, struct hang **inner)
{
    const struct plan_subquery *subquery = level->subquery;

    if (!nest->tree && !subquery->single && plan_keeps_weights(subquery->plan)) {
        nest->weighted = true;
        level->children = children_of(nest, subquery, contexts, inner);
        nest->weighted = false;
        return level->children;
    }
    level->children = children_of(nest, subquery, as_set(nest, contexts), inner);
    return binary(nest, PLAN_EXPAND, contexts, level->children);
}

/* The rows that subqueries hang from, as often as they are in the view. */
static const struct plan *parents_of(struct nest *nest, const struct hang *hang,
                                     const struct plan *survivors)
{
    struct plan *survive;

    if (hang->out == survivors)
        return hang->in;
    survive = plan_new(nest, PLAN_SURVIVE, 2);
    survive->inputs[0] = as_set(nest, hang->in);
    survive->inputs[1] = survivors;
    survive->as.survive_bound = hang->bound;
    return survive;
}

static void add_member(struct nest *nest, const struct plan *plan)
{
    struct more *more = ARENA_NEW(nest->arena, struct more);

    more->plan = plan;
    *nest->last = more;
    nest->last = &more->next;
    nest->member_count++;
}

/* Of two subqueries with one alias the outer one wins, as of two fields the later. */
static bool has_alias(const struct plan_level *levels, size_t count,
                      const struct plan_subquery *subquery)
{
    for (size_t i = 0; i < count; i++)
        if (levels[i].subquery->alias_size == subquery->alias_size &&
            memcmp(levels[i].subquery->alias, subquery->alias, subquery->alias_size) == 0)
            return true;
    return false;
}

static void hang_levels(struct nest *nest, const struct hang *hangs, const struct plan *survivors,
                        struct plan_level **levels, size_t *count)
{
    size_t total = 0;

    for (const struct hang *hang = hangs; hang; hang = hang->next)
        total += hang->project->subquery_count;
    *levels = ARENA_ARRAY(nest->arena, struct plan_level, total);
    *count = 0;
    for (const struct hang *hang = hangs; hang; hang = hang->next) {
        const struct plan *parents = parents_of(nest, hang, survivors);

        for (size_t i = 0; i < hang->project->subquery_count; i++) {
            const struct plan_subquery *subquery = &hang->project->subqueries[i];
            const struct plan *contexts = contexts_of(nest, parents, subquery);
            struct plan_level *level = &(*levels)[*count];
            struct hang *inner = NULL;
            const struct plan *expanded;

            if (has_alias(*levels, *count, subquery))
                continue;
            (*count)++;
            level->subquery = subquery;
            level->input = 1 + 2 * nest->level_count++;
            level->parents = parents;
            expanded = expand_level(nest, level, contexts, &inner);
            add_member(nest, expanded);
            hang_levels(nest, inner, expanded, &level->levels, &level->level_count);
        }
    }
}

static const struct plan *members_of(struct nest *nest, const struct plan *rows)
{
    struct plan *members = plan_new(nest, PLAN_MEMBERS, 1 + (unsigned)nest->member_count);
    unsigned i = 0;

    members->inputs[i++] = rows;
    for (const struct more *more = nest->members; more; more = more->next)
        members->inputs[i++] = more->plan;
    return nest->membership ? as_set(nest, members) : members;
}

static void add_levels(struct plan *tree, const struct plan_level *levels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tree->inputs[levels[i].input] = levels[i].parents;
        tree->inputs[levels[i].input + 1] = levels[i].children;
        add_levels(tree, levels[i].levels, levels[i].level_count);
    }
}

void nest_view(struct arena *arena, struct plan_view *view)
{
    struct nest nest = {.arena = arena,
                        .membership = view->semantics == SEMANTICS_MEMBERSHIP,
                        .tree = view->format == FORMAT_TREE};
    struct hang *hangs = NULL;
    const struct plan *rows = lift(&nest, view->root, NULL, &hangs).plan;
    struct plan_level *levels;
    size_t level_count;
    struct plan *tree;

    nest.last = &nest.members;
    hang_levels(&nest, hangs, rows, &levels, &level_count);
    view->circuit = level_count ? members_of(&nest, rows) : rows;
    if (view->format != FORMAT_TREE)
        return;
    tree = plan_new(&nest, PLAN_TREE, 1 + 2 * nest.level_count);
    tree->inputs[0] = rows;
    add_levels(tree, levels, level_count);
    tree->as.tree = (struct plan_tree){view->root, levels, level_count, !nest.membership};
    view->circuit = tree;
}

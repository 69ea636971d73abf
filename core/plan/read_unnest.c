/* Reading unnest. */
#include "plan/reader.h"

#include <string.h>

/* Its rows are rows of no table: subqueries below it would add nothing to the view. */
static bool read_input_aside(struct plan_reader *reader, struct value value, struct plan *plan)
{
    bool aside = reader->aside;
    bool ok;

    reader->aside = true;
    ok = plan_read_input(reader, value, plan, "input");
    reader->aside = aside;
    return ok;
}

bool plan_read_unnest(struct plan_reader *reader, struct value value, struct plan *plan)
{
    struct plan_unnest *unnest = &plan->as.unnest;
    struct value ordinality = plan_member(value, "ordinality");
    struct value outer = plan_member(value, "outer");
    struct value field;

    if (!plan_only(reader, value, "unnest", "op input field alias outer ordinality") ||
        !plan_required(reader, value, "unnest", "field", &field) ||
        !plan_key(reader, field, &unnest->field) ||
        !plan_alias(reader, value, &unnest->field, &unnest->alias, &unnest->alias_size))
        return false;
    if (outer.type != VALUE_MISSING && outer.type != VALUE_TRUE && outer.type != VALUE_FALSE)
        return plan_fail(reader, outer, "\"outer\" must be true or false, not %s",
                         excerpt(outer.text, outer.size).text);
    unnest->outer = outer.type == VALUE_TRUE;
    if (ordinality.type != VALUE_MISSING && ordinality.type != VALUE_STRING)
        return plan_fail(reader, ordinality, "\"ordinality\" must be the name of a field, not %s",
                         excerpt(ordinality.text, ordinality.size).text);
    if (ordinality.type == VALUE_STRING) {
        unnest->ordinality = ordinality.text;
        unnest->ordinality_size = ordinality.size;
    }
    if (unnest->ordinality && unnest->ordinality_size == unnest->alias_size &&
        memcmp(unnest->ordinality, unnest->alias, unnest->alias_size) == 0)
        return plan_fail(reader, ordinality,
                         "\"ordinality\" and the element are both named %s; give the element "
                         "another \"alias\"",
                         excerpt(ordinality.text, ordinality.size).text);
    return read_input_aside(reader, value, plan);
}

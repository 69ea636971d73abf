#ifndef SSP_TESTS_WATCH_H
#define SSP_TESTS_WATCH_H

/*
 * What somebody may complain about who reads the lines of --trace (ssp-stats(5)): a weight that is
 * not what it was before, a transition with another name, a view whose size is not the number of
 * records that have come and not gone.
 */
#include "model.h"

struct watch {
    json_t *weights; /* by view, then by record as JSON text */
    json_t *sizes;   /* by view: what its last line said */
    int64_t step;
    bool unknown; /* content was loaded that nothing was said of */
};

static inline json_t *member(json_t *object, const char *name, json_t *otherwise)
{
    if (json_object_get(object, name))
        json_decref(otherwise);
    else
        (void)json_object_set_new(object, name, otherwise);
    return json_object_get(object, name);
}

static inline bool watch_weight(struct watch *watch, const json_t *line, struct text *why)
{
    const char *view = json_string_value(json_object_get(line, "view_id"));
    json_t *weights = member(watch->weights, view, json_object());
    char *id = json_dumps(json_object_get(line, "id"), JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    int64_t old = json_integer_value(json_object_get(line, "old_weight"));
    int64_t new = json_integer_value(json_object_get(line, "new_weight"));
    const char *transition = json_string_value(json_object_get(line, "transition"));
    const json_t *known = json_object_get(weights, id);
    const char *name = old == 0    ? "inserted"
                       : new == 0  ? "deleted"
                       : new > old ? "multiplicity_increased"
                                   : "multiplicity_decreased";
    bool ok = old != new &&old >= 0 && new >= 0 && strcmp(name, transition) == 0 &&
              (json_integer_value(known) == old || (!known && watch->unknown));

    if (!ok)
        (void)complain(why, "%s in %s from %" PRId64 " to %" PRId64 " is %s, and it was %" PRId64,
                       id, view, old, new, transition, (int64_t)json_integer_value(known));
    if (new)
        (void)json_object_set_new(weights, id, json_integer(new));
    else
        (void)json_object_del(weights, id);
    free(id);
    return ok;
}

static inline bool watch_view(struct watch *watch, json_t *line, struct text *why)
{
    const char *view = json_string_value(json_object_get(line, "view_id"));
    int64_t before = json_integer_value(json_object_get(watch->sizes, view));
    int64_t created = json_integer_value(json_object_get(line, "created"));
    int64_t deleted = json_integer_value(json_object_get(line, "deleted"));
    int64_t size = json_integer_value(json_object_get(line, "size"));

    (void)json_object_set(watch->sizes, view, json_object_get(line, "size"));
    if (size == before + created - deleted || watch->unknown)
        return true;
    return complain(
        why, "%s has %" PRId64 " records, had %" PRId64 ", and %" PRId64 " came, %" PRId64 " went",
        view, size, before, created, deleted);
}

static inline bool watch_line(struct watch *watch, const char *bytes, size_t size, struct text *why)
{
    json_t *line = read_output(bytes, size, JSON_REJECT_DUPLICATES);
    const char *what = json_string_value(json_object_get(line, "trace"));
    int64_t step = json_integer_value(json_object_get(line, "step"));
    bool ok = what && step >= watch->step;

    watch->step = step;
    if (ok && strcmp(what, "weight") == 0)
        ok = watch_weight(watch, line, why);
    else if (ok && strcmp(what, "view") == 0)
        ok = watch_view(watch, line, why);
    else if (!ok || strcmp(what, "step") != 0)
        ok = complain(why, "no trace, or not in order");
    if (!ok)
        text_add(why, "  at the trace %.*s\n", (int)size, bytes);
    json_decref(line);
    return ok;
}

/* Lines that have come together. */
static inline void watch_lines(struct watch *watch, const char *bytes, size_t size,
                               struct text *why)
{
    const char *end = bytes + size;
    const char *view;
    json_t *known;

    if (!watch->weights) {
        watch->weights = json_object();
        watch->sizes = json_object();
    }
    while (size > 0 && bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));

        if (!watch_line(watch, bytes, (size_t)(newline - bytes), why))
            return;
        bytes = newline + 1;
    }
    json_object_foreach(watch->sizes, view, known)
    {
        size_t count = json_object_size(json_object_get(watch->weights, view));

        if (!watch->unknown && count != (size_t)json_integer_value(known))
            (void)complain(why, "%s has %zu records by their weights, not %" PRId64, view, count,
                           (int64_t)json_integer_value(known));
    }
}

static inline void watch_release(struct watch *watch)
{
    json_decref(watch->weights);
    json_decref(watch->sizes);
}

/* A clock that goes on each time that it is looked at. */
static inline uint64_t watch_clock(void)
{
    static uint64_t now;

    return now += 7;
}

#endif

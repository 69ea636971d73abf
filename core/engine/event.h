#ifndef SSP_ENGINE_EVENT_H
#define SSP_ENGINE_EVENT_H

#include "zset/zset.h"

/* From the change of a view's rows to what happened to its records. */
enum event { EVENT_CREATED, EVENT_DELETED, EVENT_UPDATED, EVENT_NONE };

extern const char *const event_names[];

/*
 * Sorts a change by key, then removals first, then by content. Rows that differ only in what a view
 * does not show, the spelling of an id that is no field, become one, or cancel. Returns how many
 * are left.
 */
size_t event_sort(struct zset_entry *entries, size_t count);

/* A record: the sum of the weights of its rows, and whether a row of it came or went. */
struct record_event {
    enum event event;
    int64_t before;
    int64_t after;
};

/* What happened to the record whose rows in a sorted change are [entries, end). `content` is the
 * view's before the change, NULL if it is a set with one row a record. */
struct record_event event_of(struct zset *content, const struct zset_entry *entries,
                             const struct zset_entry *end);

#endif

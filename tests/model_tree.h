#ifndef SSP_TESTS_MODEL_TREE_H
#define SSP_TESTS_MODEL_TREE_H

/*
 * Trees for the model: a document is a list of entries whose keys are the paths of its records, and
 * the set of its view follows from it (ssp-plan(5), "The set of a view").
 */
#include "model.h"

static inline void read_tree_record(const json_t *record, const char *path,
                                    struct content *content);

static inline void read_tree_children(const json_t *record, const char *path,
                                      struct content *content)
{
    const char *alias;
    json_t *children;

    json_object_foreach(json_object_get(record, "children"), alias, children)
    {
        struct text prefix = {0};

        text_add(&prefix, "%s%c%s%c", path, PATH_BETWEEN, alias, PATH_BETWEEN);
        for (size_t i = 0; i < json_array_size(children); i++)
            read_tree_record(json_array_get(children, i), prefix.bytes, content);
        if (json_is_object(children)) /* single */
            read_tree_record(children, prefix.bytes, content);
        free(prefix.bytes);
    }
}

static inline void read_tree_record(const json_t *record, const char *path, struct content *content)
{
    struct entry entry = read_record(record);
    struct text key = {0};

    text_add(&key, "%s%s", path, entry.key);
    free(entry.key);
    entry.key = key.bytes;
    content_add(content, entry);
    read_tree_children(record, key.bytes, content);
}

/* In the order of the document. */
static inline void read_tree(const json_t *line, struct content *content)
{
    const json_t *records = json_object_get(line, "records");

    content_release(content);
    for (size_t i = 0; i < json_array_size(records); i++)
        read_tree_record(json_array_get(records, i), "", content);
}

/* The weight of the record that an entry hangs from, in the whole view. */
static inline int64_t weight_above(const struct content *tree, const struct entry *entry)
{
    int64_t weight = 1;

    for (size_t i = 0; tree->entries[i].key != entry->key; i++) {
        size_t size = strlen(tree->entries[i].key);

        if (strncmp(entry->key, tree->entries[i].key, size) == 0 &&
            entry->key[size] == PATH_BETWEEN)
            weight *= tree->entries[i].weight;
    }
    return weight;
}

/*
 * The records of the view that a tree shows, without an order: a record as often as it stands in
 * the tree, counting how often what it hangs from is there; under membership once. Of a record with
 * two rows the row is not known.
 */
static inline struct content tree_members(const struct content *tree, bool membership)
{
    struct content members = {0};

    for (size_t i = 0; i < tree->count; i++) {
        const struct entry *entry = &tree->entries[i];
        const char *last = strrchr(entry->key, PATH_BETWEEN);
        int64_t weight = membership ? 1 : entry->weight * weight_above(tree, entry);
        struct entry *known = content_find(&members, last ? last + 1 : entry->key);

        if (last && strchr("[{", last[1])) /* a child that is the record of no table */
            continue;
        if (!known) {
            content_add(&members, (struct entry){strdup(last ? last + 1 : entry->key),
                                                 entry->row ? strdup(entry->row) : NULL, weight});
            continue;
        }
        known->weight = membership ? 1 : known->weight + weight;
        if (!same_row(known, entry)) {
            free(known->row);
            known->row = NULL;
        }
    }
    return members;
}

/* Takes in a tree that is written: it must differ from the one before. */
static inline bool apply_tree(struct content *content, const json_t *line, bool repeats,
                              struct text *why)
{
    bool initial = json_is_true(json_object_get(line, "initial"));
    struct content now = {0};
    struct text ignored = {0};
    bool same;

    read_tree(line, &now);
    same = same_content(content, &now, true, true, &ignored);
    free(ignored.bytes);
    content_release(content);
    *content = now;
    return !same || repeats || initial || complain(why, "a tree without a change");
}

#endif

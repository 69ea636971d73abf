/* A walk over the structure of a line; see json_walk.h. */
#include "value/json_walk.h"

#include "base/mem.h"
#include "value/number.h"

#include <string.h>

/* Both ways are one text, compiled twice. */
#define INLINE static inline __attribute__((always_inline))

struct walk {
    struct json_walk *own;
    const char *source;
    const char *text; /* of what is made: in the source, or the copy */
    char *to;         /* where the copy ends */
    bool escapes;     /* somewhere there is a backslash */
};

/*
 * What walks over something takes where that stands in the index, and returns where the next thing
 * does; NULL: it is not what it should be. Passed by value, it stays in a register.
 */
typedef const uint32_t *place;

/* The offset in what is made of what comes next. */
INLINE uint32_t offset(const struct walk *w, place at, bool copy)
{
    return (uint32_t)(copy ? w->to - w->text : w->source + *at - w->text);
}

INLINE void put(struct walk *w, const char *from, size_t size, bool copy)
{
    if (!copy)
        return;
    memcpy(w->to, from, size);
    w->to += size;
}

/* A punctuation mark, and nothing between it and what follows. */
INLINE place mark(struct walk *w, place at, char c, bool copy)
{
    if (w->source[at[0]] != c || (!copy && at[1] != at[0] + 1))
        return NULL;
    put(w, &c, 1, copy);
    return at + 1;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Up to what follows; without the spaces before that, which a text that stays has not. */
INLINE size_t token_size(const struct walk *w, place at, bool copy)
{
    size_t size = at[1] - at[0];

    while (copy && size > 1 && is_space(w->source[at[0] + size - 1]))
        size--;
    return size;
}

/* Whether all escapes are those that writing would make. */
static bool escapes_are_least(const char *string, size_t size)
{
    const char *end = string + size;
    const char *p = string;

    while ((p = memchr(p, '\\', (size_t)(end - p)))) {
        if (p[1] == '\0' || !strchr("\"\\bfnrt", p[1]))
            return false;
        p += 2;
    }
    return true;
}

/* What stands between the first quote and the next thing outside of strings is a string, its last
 * quote and spaces, or else there would be a thing between. */
INLINE place string(struct walk *w, place at, bool copy)
{
    const char *from = w->source + at[0];
    size_t size = token_size(w, at, copy);

    if (from[size - 1] != '"' || size < 2 || (w->escapes && !escapes_are_least(from, size)))
        return NULL;
    put(w, from, size, copy);
    return at + 1;
}

static bool is_word(const char *text, size_t size)
{
    return (size == 4 && (memcmp(text, "true", 4) == 0 || memcmp(text, "null", 4) == 0)) ||
           (size == 5 && memcmp(text, "false", 5) == 0);
}

INLINE bool is_scalar(const char *text, size_t size)
{
    const char *reason;
    size_t i = 0;

    while (i < size && text[i] >= '0' && text[i] <= '9')
        i++;
    if (i == size)
        return size == 1 || (size > 1 && text[0] != '0');
    return (text[0] == '-' || i > 0) ? number_valid(text, size, &reason) : is_word(text, size);
}

INLINE place scalar(struct walk *w, place at, bool copy)
{
    const char *from = w->source + at[0];
    size_t size = token_size(w, at, copy);

    if (!is_scalar(from, size))
        return NULL;
    put(w, from, size, copy);
    return at + 1;
}

/* Equal for equal keys: the first eight bytes and the size. */
INLINE uint64_t tag_of(const char *key, uint32_t size)
{
    uint64_t first;

    memcpy(&first, key + 1, sizeof(first)); /* behind the text there is padding */
    if (size < 9)
        first <<= 8 * (9 - size);
    return (first ^ size) * UINT64_C(0x9e3779b97f4a7c15);
}

static bool is_known(const struct json_walk *own, uint32_t base, const char *text, const char *key,
                     uint32_t size, uint64_t tag)
{
    for (uint32_t i = base; i < own->key_count; i++)
        if (own->tags[i] == tag && memcmp(text + own->keys[i], key, size) == 0)
            return true;
    return false;
}

/* What one object knows of its keys: a filter that mostly says that a key is new. */
struct key_filter {
    uint64_t bits[4];
    uint32_t base; /* of keys and tags */
};

/* False: it has the key already, or too many. */
INLINE bool add_key(struct walk *w, struct key_filter *filter, uint32_t key, uint32_t size)
{
    struct json_walk *own = w->own;
    uint64_t tag = tag_of(w->text + key, size);
    uint64_t *word = &filter->bits[tag >> 62];
    uint64_t bit = UINT64_C(1) << (tag >> 56 & 63);

    if (own->key_count == JSON_WALK_KEYS || own->key_count - filter->base == JSON_WALK_OBJECT_KEYS)
        return false;
    if ((*word & bit) && is_known(own, filter->base, w->text, w->text + key, size, tag))
        return false;
    *word |= bit;
    own->keys[own->key_count] = key;
    own->tags[own->key_count++] = tag;
    return true;
}

INLINE place value(struct walk *w, place at, unsigned depth, bool copy);
static place kept_object(struct walk *w, place at, unsigned depth);
static place copied_object(struct walk *w, place at, unsigned depth);
static place kept_array(struct walk *w, place at, unsigned depth);
static place copied_array(struct walk *w, place at, unsigned depth);

INLINE void add_member(struct json_walk *own, struct json_member member)
{
    if (own->count == own->max)
        own->members = mem_grow(own->members, &own->max, own->count + 1, sizeof(*own->members));
    own->members[own->count++] = member;
}

INLINE void add_inner(struct json_walk *own, uint32_t key)
{
    if (own->inner_count == own->inner_max)
        own->inner =
            mem_grow(own->inner, &own->inner_max, own->inner_count + 1, sizeof(*own->inner));
    own->inner[own->inner_count++] = key;
}

/* A member; in `start` is the offset of the object. */
INLINE place pair(struct walk *w, place at, struct key_filter *filter, uint32_t start,
                  unsigned depth, bool copy)
{
    struct json_walk *own = w->own;
    struct json_member member = {.key = offset(w, at, copy), .inner = (uint32_t)own->inner_count};

    if (w->source[at[0]] != '"' || !(at = string(w, at, copy)))
        return NULL;
    member.value = offset(w, at, copy) + 1;
    if (!(at = mark(w, at, ':', copy)) ||
        !add_key(w, filter, member.key, member.value - 1 - member.key) ||
        !(at = value(w, at, depth, copy)))
        return NULL;
    if (depth == 1) {
        member.end = offset(w, at, copy);
        member.inner_count = (uint32_t)own->inner_count - member.inner;
        add_member(own, member);
    } else if (depth == 2) {
        add_inner(own, member.key - start);
    }
    return at;
}

INLINE place object(struct walk *w, place at, unsigned depth, bool copy)
{
    struct key_filter filter = {{0, 0, 0, 0}, w->own->key_count};
    uint32_t start = offset(w, at, copy);

    if (depth > JSON_DEPTH_MAX || !(at = mark(w, at, '{', copy)))
        return NULL;
    if (w->source[at[0]] != '}')
        do {
            if (!(at = pair(w, at, &filter, start, depth, copy)))
                return NULL;
        } while (w->source[at[0]] == ',' && (at = mark(w, at, ',', copy)));
    if (!at || w->source[at[0]] != '}')
        return NULL;
    put(w, "}", 1, copy);
    w->own->key_count = filter.base;
    return at + 1;
}

INLINE place array(struct walk *w, place at, unsigned depth, bool copy)
{
    if (depth > JSON_DEPTH_MAX || !(at = mark(w, at, '[', copy)))
        return NULL;
    if (w->source[at[0]] != ']')
        do {
            if (!(at = value(w, at, depth, copy)))
                return NULL;
        } while (w->source[at[0]] == ',' && (at = mark(w, at, ',', copy)));
    if (!at || w->source[at[0]] != ']')
        return NULL;
    put(w, "]", 1, copy);
    return at + 1;
}

/* Nothing stands between an object or array that stays and what follows it. */
INLINE place ended(place at, bool copy)
{
    return at && (copy || at[0] == at[-1] + 1) ? at : NULL;
}

/* depth is that of the object or array around it. */
INLINE place value(struct walk *w, place at, unsigned depth, bool copy)
{
    switch (w->source[at[0]]) {
    case '"':
        return string(w, at, copy);
    case '{':
        return ended((copy ? copied_object : kept_object)(w, at, depth + 1), copy);
    case '[':
        return ended((copy ? copied_array : kept_array)(w, at, depth + 1), copy);
    default:
        return scalar(w, at, copy);
    }
}

static place kept_object(struct walk *w, place at, unsigned depth)
{
    return object(w, at, depth, false);
}

static place copied_object(struct walk *w, place at, unsigned depth)
{
    return object(w, at, depth, true);
}

static place kept_array(struct walk *w, place at, unsigned depth)
{
    return array(w, at, depth, false);
}

static place copied_array(struct walk *w, place at, unsigned depth)
{
    return array(w, at, depth, true);
}

static void clear(struct json_walk *own)
{
    own->count = 0;
    own->inner_count = 0;
    own->key_count = 0;
}

/* As it stands if that is possible, else without spaces. */
static place walk_root(struct walk *w, place at, char *room)
{
    place end;

    clear(w->own);
    end = kept_object(w, at, 1);
    if (end)
        return end;
    clear(w->own);
    w->text = w->to = room;
    return copied_object(w, at, 1);
}

bool json_walk_text(struct json_walk *own, const char *source, size_t size, char *room,
                    struct json_text *out)
{
    struct walk w = {.own = own, .source = source};
    size_t count;
    place at;
    place end;

    if (!own->index || size > JSON_WALK_SIZE_MAX ||
        !(at = json_index_of(own->index, source, size, &count)))
        return false;
    w.text = source + at[0];
    w.escapes = memchr(source, '\\', size) != NULL;
    end = *w.text == '{' ? walk_root(&w, at, room) : NULL;
    if (!end || end != at + count)
        return false;
    size = w.to ? (size_t)(w.to - w.text) : end[-1] + 1 - at[0];
    *out = (struct json_text){w.text, size, own->members, own->count, own->inner, 0};
    return true;
}

void json_walk_init(struct json_walk *own)
{
    own->index = json_index_new();
}

void json_walk_release(struct json_walk *own)
{
    json_index_free(own->index);
    free(own->members);
    free(own->inner);
}

/*
 * simdjson On-Demand behind json_read.h.
 *
 * What the library (3.0.1) leaves to its caller is done here: every value is visited, because
 * unvisited ones are not validated; numbers and literals are taken as raw tokens and checked by
 * us, because its number parser rounds wrongly and takes "01"; depth is counted before descending,
 * because it has no limit in release builds; text behind the document is looked for. iterate_many
 * is not used: one bad line would spoil its neighbours.
 */
extern "C" {
#include "base/err.h"
#include "value/json_fault.h"
#include "value/number.h"
}
#include "value/json_read.h"
#include "value/json_walk.h"

#include <cstring>
#include <map>
#include <new>
#include <simdjson.h>
#include <string_view>
#include <vector>

using namespace simdjson;
using std::string_view;

/* Set in the offset of a key that came again; texts are shorter than 2^31. */
static const uint32_t DEAD = UINT32_C(1) << 31;
static const size_t LINEAR_KEYS_MAX = 32;

struct place {
    uint32_t text;
    uint32_t source;
};

struct json_reader {
    struct json_walk walk = {};
    ondemand::parser parser;
    std::vector<char> out;
    /* Where the next normalised byte goes; out never moves during a read. */
    char *at = nullptr;
    std::vector<char> copy; /* of a text that other text follows */
    const char *source = nullptr;
    size_t size = 0;
    unsigned flags = 0;
    std::vector<uint32_t> keys; /* a stack: where the keys of the open objects begin */
    std::vector<json_member> members;
    std::vector<uint32_t> inner;
    std::vector<place> places;
    size_t duplicate = 0;
    struct err *err = nullptr;

    json_reader()
    {
        json_walk_init(&walk);
    }
    ~json_reader()
    {
        json_walk_release(&walk);
    }
};

/* All of these refuse: they return false, and the first one's message stays. */
static bool fail(json_reader *r, const char *at, const char *message)
{
    if (r->err->status == OK)
        json_fault_at(r->err, r->source, at, message);
    return false;
}

static bool fail_quoted(json_reader *r, string_view token, const char *message)
{
    if (r->err->status == OK)
        json_fault_quote(r->err, r->source, token.data(), token.size(), message);
    return false;
}

static bool fail_code(json_reader *r, error_code error, const char *at)
{
    if (r->err->status != OK)
        return false;
    switch (error) {
    case UTF8_ERROR:
    case UNESCAPED_CHARS:
    case UNCLOSED_STRING:
        json_fault(r->err, JSON_FAULT_BYTES, r->source, r->size, at);
        return false;
    case STRING_ERROR:
        json_fault(r->err, JSON_FAULT_ESCAPE, r->source, r->size, at);
        return false;
    case EMPTY:
        return fail(r, r->source, "no JSON value");
    case MEMALLOC:
    case CAPACITY:
        return fail(r, r->source, "text too long");
    case INCOMPLETE_ARRAY_OR_OBJECT:
        json_fault(r->err, JSON_FAULT_END, r->source, r->size, at);
        return false;
    default:
        json_fault(r->err, JSON_FAULT_HERE, r->source, r->size, at);
        return false;
    }
}

static const char *location(json_reader *r, ondemand::document &doc)
{
    const char *at = r->source + r->size;

    if (doc.current_location().get(at))
        at = r->source + r->size;
    return at;
}

static void write_escaped(json_reader *r, string_view bytes)
{
    static const char hex[] = "0123456789abcdef";

    *r->at++ = '"';
    for (char c : bytes) {
        static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
        const char *special = c ? strchr(plain, c) : NULL;

        if (special) {
            *r->at++ = '\\';
            *r->at++ = letter[special - plain];
        } else if ((unsigned char)c < 0x20) {
            memcpy(r->at, "\\u00", 4);
            r->at[4] = hex[(unsigned char)c >> 4];
            r->at[5] = hex[c & 15];
            r->at += 6;
        } else {
            *r->at++ = c;
        }
    }
    *r->at++ = '"';
}

static void write_raw(json_reader *r, const char *from, size_t size)
{
    r->at = (char *)mempcpy(r->at, from, size);
}

static void keep_place(json_reader *r, const char *source)
{
    if (r->flags & JSON_PLACES)
        r->places.push_back({(uint32_t)(r->at - r->out.data()), (uint32_t)(source - r->source)});
}

static string_view trimmed(string_view token)
{
    while (!token.empty() && (token.back() == ' ' || token.back() == '\t' || token.back() == '\n' ||
                              token.back() == '\r'))
        token.remove_suffix(1);
    return token;
}

static bool walk_object(json_reader *r, ondemand::object object, ondemand::document &doc,
                        unsigned depth);
static bool walk_array(json_reader *r, ondemand::array array, ondemand::document &doc,
                       unsigned depth);

static bool walk_string(json_reader *r, ondemand::value value, string_view token,
                        ondemand::document &doc)
{
    string_view bytes;
    error_code error;

    if (!memchr(token.data(), '\\', token.size())) {
        ondemand::raw_json_string raw;

        /* Must be consumed: skipping a string, the library takes one before a colon for a key. */
        error = value.get_raw_json_string().get(raw);
        if (error)
            return fail_code(r, error, location(r, doc));
        write_raw(r, token.data(), token.size());
        return true;
    }
    error = value.get_string().get(bytes);
    if (error)
        return fail_code(r, error, error == STRING_ERROR ? token.data() : location(r, doc));
    write_escaped(r, bytes);
    return true;
}

static bool walk_value(json_reader *r, ondemand::value value, ondemand::document &doc,
                       unsigned depth)
{
    string_view token = value.raw_json_token();
    const char *reason;
    error_code error;

    keep_place(r, token.data());
    switch (token[0]) {
    case '{': {
        ondemand::object object;

        if (depth >= JSON_DEPTH_MAX)
            return fail(r, token.data(), "nested deeper than 1024");
        error = value.get_object().get(object);
        return error ? fail_code(r, error, location(r, doc))
                     : walk_object(r, object, doc, depth + 1);
    }
    case '[': {
        ondemand::array array;

        if (depth >= JSON_DEPTH_MAX)
            return fail(r, token.data(), "nested deeper than 1024");
        error = value.get_array().get(array);
        return error ? fail_code(r, error, location(r, doc)) : walk_array(r, array, doc, depth + 1);
    }
    case '"':
        return walk_string(r, value, trimmed(token), doc);
    default:
        break;
    }
    token = trimmed(token);
    if (token[0] == '-' || (token[0] >= '0' && token[0] <= '9')) {
        if (!number_valid(token.data(), token.size(), &reason))
            return fail_quoted(r, token, reason);
    } else if (token != "true" && token != "false" && token != "null")
        return fail_quoted(r, token, "not a JSON value");
    write_raw(r, token.data(), token.size());
    return true;
}

static bool walk_array(json_reader *r, ondemand::array array, ondemand::document &doc,
                       unsigned depth)
{
    *r->at++ = '[';
    for (auto element : array) {
        ondemand::value value;
        error_code error = std::move(element).get(value);

        if (error)
            return fail_code(r, error, location(r, doc));
        if (!walk_value(r, value, doc, depth))
            return false;
        *r->at++ = ',';
    }
    if (r->at[-1] == ',')
        r->at--;
    *r->at++ = ']';
    return true;
}

static string_view key_at(const json_reader *r, uint32_t key)
{
    const char *p = r->out.data() + (key & ~DEAD);
    const char *end = p + 1;

    while (*end != '"')
        end += *end == '\\' ? 2 : 1;
    return string_view(p, (size_t)(end - p) + 1);
}

/* What an open object knows about its keys: the keys themselves, and from 32 keys on a tree (no
 * hash: nobody can choose keys that collide). */
struct key_set {
    size_t base; /* of r->keys */
    std::map<string_view, size_t> tree;
    bool dead = false; /* a key came twice */
};

/* Marks an earlier member of the same key dead, then notes the new one. True if there was one. */
static bool add_key(json_reader *r, key_set *set, uint32_t key)
{
    string_view name = key_at(r, key);
    size_t count = r->keys.size() - set->base;
    bool twice = false;

    if (count >= LINEAR_KEYS_MAX) {
        if (count == LINEAR_KEYS_MAX)
            for (size_t i = set->base; i < r->keys.size(); i++)
                set->tree[key_at(r, r->keys[i])] = i;
        auto inserted = set->tree.insert({name, r->keys.size()});
        if (!inserted.second) {
            r->keys[inserted.first->second] |= DEAD;
            inserted.first->second = r->keys.size();
            twice = true;
        }
    } else {
        for (size_t i = set->base; i < r->keys.size(); i++)
            if (!(r->keys[i] & DEAD) && key_at(r, r->keys[i]) == name) {
                r->keys[i] |= DEAD;
                twice = true;
            }
    }
    r->keys.push_back(key);
    return twice;
}

/* Drops the dead members of the object that has just been closed at r->at. */
static void compact(json_reader *r, size_t base, bool root)
{
    char *out = r->out.data();
    uint32_t end = (uint32_t)(r->at - out);
    uint32_t to = r->keys[base] & ~DEAD;
    size_t kept = base;

    for (size_t i = base; i < r->keys.size(); i++) {
        uint32_t from = r->keys[i] & ~DEAD;
        uint32_t next = i + 1 < r->keys.size() ? r->keys[i + 1] & ~DEAD : end;

        if (r->keys[i] & DEAD)
            continue;
        memmove(out + to, out + from, next - from); /* with the comma or brace behind it */
        if (root) {
            json_member member = r->members[i - base];

            member.key -= from - to;
            member.value -= from - to;
            member.end -= from - to;
            r->members[kept - base] = member;
        }
        r->keys[kept++] = to;
        to += next - from;
    }
    r->keys.resize(kept);
    if (root)
        r->members.resize(kept - base);
    r->at = out + to;
}

static bool walk_key(json_reader *r, ondemand::field &field, ondemand::document &doc)
{
    const char *raw = field.key().raw();
    const char *end = raw;

    keep_place(r, raw - 1);
    while (*end != '"' && *end != '\\')
        end++;
    if (*end == '"') {
        write_raw(r, raw - 1, (size_t)(end - raw) + 2);
    } else {
        string_view bytes;
        error_code error = field.unescaped_key().get(bytes);

        if (error)
            return fail_code(r, error, error == STRING_ERROR ? raw - 1 : location(r, doc));
        write_escaped(r, bytes);
    }
    *r->at++ = ':';
    return true;
}

static bool walk_object(json_reader *r, ondemand::object object, ondemand::document &doc,
                        unsigned depth)
{
    key_set set{r->keys.size(), {}, false};
    uint32_t start = (uint32_t)(r->at - r->out.data());

    *r->at++ = '{';
    for (auto result : object) {
        ondemand::field field;
        error_code error = std::move(result).get(field);
        uint32_t key = (uint32_t)(r->at - r->out.data());
        uint32_t value;
        uint32_t inner = (uint32_t)r->inner.size();

        if (error)
            return fail_code(r, error, location(r, doc));
        const char *source = field.key().raw() - 1;
        if (!walk_key(r, field, doc))
            return false;
        value = (uint32_t)(r->at - r->out.data());
        if (add_key(r, &set, key)) {
            set.dead = true;
            if (r->duplicate == 0)
                r->duplicate = (size_t)(source - r->source) + 1;
        }
        if (!walk_value(r, field.value(), doc, depth))
            return false;
        if (depth == 1)
            r->members.push_back({key, value, (uint32_t)(r->at - r->out.data()), inner,
                                  (uint32_t)r->inner.size() - inner});
        *r->at++ = ',';
    }
    if (r->at[-1] == ',')
        r->at--;
    *r->at++ = '}';
    if (set.dead && !(r->flags & JSON_PLACES))
        compact(r, set.base, depth == 1);
    if (depth == 2)
        for (size_t i = set.base; i < r->keys.size(); i++)
            r->inner.push_back((r->keys[i] & ~DEAD) - start);
    r->keys.resize(set.base);
    return true;
}

static bool read_root(json_reader *r)
{
    ondemand::document doc;
    const char *rest;
    error_code error = r->parser.iterate(r->source, r->size, r->size + SIMDJSON_PADDING).get(doc);
    ondemand::json_type type;

    if (error)
        return fail_code(r, error, r->source);
    error = doc.type().get(type);
    if (error)
        return fail_code(r, error, r->source);
    keep_place(r, r->source + strspn(r->source, " \t\r\n"));
    if (type == ondemand::json_type::object) {
        ondemand::object object;

        error = doc.get_object().get(object);
        if (error ? !fail_code(r, error, location(r, doc)) : !walk_object(r, object, doc, 1))
            return false;
    } else if (type == ondemand::json_type::array && (r->flags & JSON_ARRAY)) {
        ondemand::array array;

        error = doc.get_array().get(array);
        if (error ? !fail_code(r, error, location(r, doc)) : !walk_array(r, array, doc, 1))
            return false;
    } else {
        return fail(r, r->source + strspn(r->source, " \t\r\n"),
                    r->flags & JSON_ARRAY ? "not a JSON object or array" : "not a JSON object");
    }
    /* There is no at_end() in this version. */
    if (doc.current_location().get(rest) != OUT_OF_BOUNDS)
        return fail(r, rest, "text behind the end of the JSON value");
    return true;
}

struct json_reader *json_reader_new(void)
{
    return new (std::nothrow) json_reader;
}

void json_reader_free(struct json_reader *reader)
{
    delete reader;
}

static bool blank_or_nul(char c)
{
    return strchr("\n \r\t", c); /* which finds NUL too */
}

enum status json_read(struct json_reader *r, const char *source, size_t size, unsigned flags,
                      struct json_text *out, struct err *err)
try {
    if (size > JSON_SIZE_MAX) {
        json_fault_at(err, source, source, "text too long");
        return ERR_INPUT;
    }
    if (!blank_or_nul(source[size])) { /* the library looks one byte behind unfinished text */
        r->copy.assign(source, source + size);
        r->copy.resize(size + JSON_PADDING, '\0');
        source = r->copy.data();
    }
    r->source = source;
    r->size = size;
    r->flags = flags;
    r->err = err;
    r->keys.clear();
    r->members.clear();
    r->inner.clear();
    r->places.clear();
    r->duplicate = 0;
    err->status = OK;
    if (r->out.size() <= size) /* normalised text is never longer than its source */
        r->out.resize(size + size / 2 + 128);
    if (!(flags & JSON_PLACES) && json_walk_text(&r->walk, source, size, r->out.data(), out))
        return OK;
    r->at = r->out.data();
    if (!read_root(r))
        return ERR_INPUT;
    *out = json_text{r->out.data(),     (size_t)(r->at - r->out.data()),
                     r->members.data(), r->members.size(),
                     r->inner.data(),   r->duplicate};
    return OK;
} catch (...) {
    return err_set(err, ERR_INPUT, "no memory for this text");
}

size_t json_place(const struct json_reader *r, size_t offset)
{
    size_t low = 0;
    size_t high = r->places.size();

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (r->places[middle].text < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->places.size() ? r->places[low].source : 0;
}

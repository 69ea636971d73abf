/*
 * What the tests share: values, rows, Z-sets and plans from text, and Z-sets compared as text.
 *
 * A Z-set is written "a*2 b{'x':1}*-1 c@[[1]]": the key of a row (made ones are JSON), its context
 * if it has one, its object ({} if it is left out) and its weight (1 if it is left out). Objects
 * may hold no spaces outside of strings. Wherever a row, a Z-set or a plan is written, ' stands for
 * ".
 */
#ifndef SSP_TEST_H
#define SSP_TEST_H

/* cmocka.h leans on what stands before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/mem.h"
#include "plan/read.h"
#include "value/json_read.h"
#include "value/json_scan.h"
#include "zset/zset.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* A copy with the room behind it that readers ask for; the caller frees it. */
static inline char *test_padded(const char *text, size_t size)
{
    char *copy = mem_alloc(size + JSON_PADDING);

    memcpy(copy, text, size);
    memset(copy + size, 'Z', JSON_PADDING);
    return copy;
}

/* A value from normalised text. */
static inline struct value test_value(const char *text)
{
    return value_of(text, strlen(text));
}

/* JSON written with ' for ", so that it can be read in C; the caller frees it. */
static inline char *test_quotes(const char *text)
{
    char *copy = mem_copy(text, strlen(text));

    for (char *at = copy; *at; at++)
        if (*at == '\'')
            *at = '"';
    return copy;
}

/* The text of any object or array, normalised by the reader; the caller frees it. */
static inline char *test_normal(const char *text)
{
    struct json_reader *reader = json_reader_new();
    char *quoted = test_quotes(text);
    size_t size = strlen(text);
    char *source = test_padded(quoted, size);
    struct json_text out;
    struct err err = {0};
    char *copy;

    if (json_read(reader, source, size, JSON_ARRAY, &out, &err) != OK)
        fail_msg("%s: %s", text, err.message);
    copy = mem_copy(out.text, out.size);
    free(quoted);
    free(source);
    json_reader_free(reader);
    return copy;
}

/* A row of a key and a JSON object; one reference, the caller's. */
static inline struct row *test_row_of(const char *key, size_t key_size, const char *object,
                                      const char *id)
{
    char *text = test_normal(object);
    uint32_t *fields = NULL;
    size_t max = 0;
    struct row_source source = {.key = key,
                                .key_size = key_size,
                                .hash = hash_bytes(key, key_size),
                                .text = text,
                                .size = strlen(text),
                                .id = id,
                                .id_size = id ? strlen(id) : 0};
    struct row *row;

    source.count = row_find_fields(text, &fields, &max);
    source.fields = fields;
    row = row_new(&source);
    free(fields);
    free(text);
    return row;
}

static inline struct row *test_row(const char *key, const char *object)
{
    return test_row_of(key, strlen(key), object, NULL);
}

/* Adds the rows of a text to a Z-set. */
static inline void test_zset_add(struct zset *zset, const char *text)
{
    char *quoted = test_quotes(text);
    const char *at = quoted + strspn(quoted, " ");

    while (*at) {
        bool made = *at == '[' || *at == '{';
        size_t key_size = made ? (size_t)(json_value_end(at) - at) : strcspn(at, "@{* ");
        const char *context = at + key_size;
        const char *object = *context == '@' ? json_value_end(context + 1) : context;
        const char *end = *object == '{' ? json_value_end(object) : object;
        char *copy = *object == '{' ? mem_copy(object, (size_t)(end - object)) : mem_copy("{}", 2);
        struct row *row = test_row_of(at, key_size, copy, NULL);
        int64_t weight = 1;

        free(copy);
        if (object > context) {
            struct row *plain = row;

            row = row_bind(plain, value_of(context + 1, (size_t)(object - context) - 1));
            row_unref(plain);
        }
        if (*end == '*') {
            char *rest;

            weight = strtoll(end + 1, &rest, 10);
            end = rest;
        }
        zset_add(zset, row, weight);
        row_unref(row);
        at = end + strspn(end, " ");
    }
    free(quoted);
}

static inline int test_entry_compare(const void *a, const void *b)
{
    const struct zset_entry *x = a;
    const struct zset_entry *y = b;

    return row_compare(x->row, y->row);
}

/* The Z-set written out, sorted by key and content; the caller frees it. */
static inline char *test_zset_text(const struct zset *zset)
{
    struct zset_entry *entries = mem_alloc(zset->count * sizeof(*entries));
    struct buf text = BUF_INIT;

    if (zset->count) {
        memcpy(entries, zset->entries, zset->count * sizeof(*entries));
        qsort(entries, zset->count, sizeof(*entries), test_entry_compare);
    }
    for (size_t i = 0; i < zset->count; i++) {
        const struct row *row = entries[i].row;

        if (i)
            buf_add_byte(&text, ' ');
        buf_add(&text, row_key(row), row->key_size);
        if (row->bound)
            buf_add_format(&text, "@%.*s", (int)row_context(row).size, row_context(row).text);
        if (row->count)
            buf_add(&text, row_text(row), row->size);
        buf_add_byte(&text, '*');
        buf_add_int(&text, entries[i].weight);
    }
    buf_add_byte(&text, '\0');
    free(entries);
    return text.bytes;
}

static inline void test_check_zset(const struct zset *zset, const char *expected, const char *file,
                                   int line)
{
    struct zset wanted = ZSET_INIT;
    char *want;
    char *have = test_zset_text(zset);

    test_zset_add(&wanted, expected);
    want = test_zset_text(&wanted);
    _assert_string_equal(have, want, file, line);
    _assert_true(zset_check(zset), "zset_check()", file, line);
    zset_release(&wanted);
    free(have);
    free(want);
}

/* Exactly these rows with these weights, spelled like this. */
#define CHECK_ZSET(zset, expected) test_check_zset((zset), (expected), __FILE__, __LINE__)

/* What json_read() made of a text. */
struct test_reading {
    enum status status;
    const char *source; /* where the text was; no NUL behind it */
    size_t size;
    struct json_text out;
    struct err err;
};

/* Reads a copy of the text that ends, with its padding, at a page that cannot be read. The text is
 * shorter than 16 MiB. */
static inline struct test_reading test_read(struct json_reader *reader, const char *text,
                                            size_t size, unsigned flags, char padding)
{
    enum { ROOM = 16 * 1024 * 1024, GUARD = 64 * 1024 };
    static char *room;
    struct test_reading reading = {.size = size};
    char *source;

    if (!room) {
        room = mmap(NULL, ROOM + GUARD, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(room != MAP_FAILED && mprotect(room + ROOM, GUARD, PROT_NONE) == 0);
    }
    source = room + ROOM - JSON_PADDING - size;
    if (size)
        memcpy(source, text, size);
    memset(source + size, padding, JSON_PADDING);
    reading.source = source;
    reading.status = json_read(reader, source, size, flags, &reading.out, &reading.err);
    if (reading.status == OK) {
        static char *copy; /* with a NUL behind it */

        free(copy);
        copy = mem_copy(reading.out.text, reading.out.size);
        reading.out.text = copy;
    }
    return reading;
}

/* The offsets of members and of their members against a walk over the text. */
static inline void test_check_offsets(const struct json_text *out)
{
    struct json_iter iter = json_iter_of(out->text);
    size_t count = 0;

    if (*out->text != '{') {
        assert_int_equal(out->count, 0);
        return;
    }
    for (; json_iter_next(&iter); count++) {
        const struct json_member *member = &out->members[count];
        size_t inner = 0;

        assert_true(count < out->count);
        assert_ptr_equal(out->text + member->key, iter.key);
        assert_ptr_equal(out->text + member->value, iter.value);
        assert_ptr_equal(out->text + member->end, iter.value + iter.value_size);
        if (*iter.value == '{') {
            struct json_iter below = json_iter_of(iter.value);

            for (; json_iter_next(&below); inner++)
                assert_ptr_equal(iter.value + out->inner[member->inner + inner], below.key);
        }
        assert_int_equal(member->inner_count, inner);
    }
    assert_int_equal(out->count, count);
}

/* Reads the text of a plan file; false with the message if it is refused. */
static inline bool test_read_plans(const char *text, struct plan_views *views, struct err *err)
{
    const struct plan_defaults defaults = {.semantics = SEMANTICS_MULTISET};
    struct json_reader *reader = json_reader_new();
    size_t size = strlen(text);
    char *quoted = test_quotes(text);
    char *bytes = test_padded(quoted, size);
    const struct plan_source source = {"plan", bytes, size, 1};
    enum status status;

    *views = (struct plan_views){0};
    *err = (struct err){0};
    status = plan_read_file(reader, &source, &defaults, views, err);
    free(bytes);
    free(quoted);
    json_reader_free(reader);
    if (status != OK)
        plan_views_release(views);
    return status == OK;
}

/* The plan whose root is this text; plan_views_release() gives it back. */
static inline const struct plan *test_plan(struct plan_views *views, const char *root,
                                           const char *params)
{
    struct buf text = BUF_INIT;
    struct err err;

    buf_add_format(&text, "{\"id\":\"v\",\"params\":%s,\"root\":%s}", params ? params : "{}", root);
    buf_add_byte(&text, '\0');
    if (!test_read_plans(text.bytes, views, &err))
        fail_msg("%s: %s", root, err.message);
    buf_release(&text);
    return views->views[0].root;
}

/* How a call ends the process: its exit status, 128 + SIGABRT for an assertion of ours, 0 if it
 * comes back. Its message is not shown. */
static inline int test_end_of(void (*call)(void))
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        (void)signal(SIGABRT, SIG_DFL);
        if (freopen("/dev/null", "w", stderr))
            call();
        _exit(0);
    }
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Whether a call ends the process with this exit status. What it says is not shown. */
static inline bool test_exits(void (*call)(void), int with)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        if (freopen("/dev/null", "w", stderr))
            call();
        _exit(with + 1);
    }
    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == with;
}

/* Random numbers that a seed repeats (Vigna, "splitmix64"). */
static inline uint64_t test_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static inline size_t test_below(uint64_t *state, size_t limit)
{
    return (size_t)(test_random(state) % limit);
}

#endif

/*
 * floor: what any engine must do for `SELECT * FROM users`, and nothing else: simdjson over blocks
 * of lines, the record not validated, one hash map of texts, old and new record written as deltas.
 * No generality, no checks; run.sh states ssp's times as ratios to it.
 *
 *     floor <LOG >UPDATES
 */
#define XXH_INLINE_ALL
#include <cstdlib>
#include <cstring>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>
#include <xxhash.h>

using namespace simdjson;
using std::string_view;

struct slot {
    uint64_t hash = 0;
    std::string key;
    char *record = nullptr;
    size_t size = 0;
    uint64_t content = 0;
};

static std::vector<slot> slots(1024);
static size_t used;
static std::string out;

static void flush()
{
    size_t done = 0;

    while (done < out.size()) {
        ssize_t n = write(STDOUT_FILENO, out.data() + done, out.size() - done);

        if (n <= 0)
            exit(EXIT_FAILURE);
        done += (size_t)n;
    }
    out.clear();
}

static slot *find(std::vector<slot> &in, string_view key, uint64_t hash)
{
    size_t at = hash & (in.size() - 1);

    while (!in[at].key.empty() && (in[at].hash != hash || in[at].key != key))
        at = (at + 1) & (in.size() - 1);
    return &in[at];
}

static slot *upsert(string_view key)
{
    uint64_t hash = XXH3_64bits(key.data(), key.size());
    slot *found;

    if ((used + 1) * 2 > slots.size()) {
        std::vector<slot> grown(slots.size() * 2);

        for (slot &old : slots)
            if (!old.key.empty())
                *find(grown, old.key, old.hash) = std::move(old);
        slots.swap(grown);
    }
    found = find(slots, key, hash);
    if (found->key.empty()) {
        found->hash = hash;
        found->key = key;
        used++;
    }
    return found;
}

static void put(const char *head, const char *record, size_t size)
{
    if (out.size() + size > 1000000)
        flush();
    out.append(head).append(record, size).append("}\n");
}

static void mutate(bool gone, string_view id, string_view record)
{
    uint64_t content = XXH3_64bits(record.data(), record.size());
    slot *found = upsert(id);
    char *now = nullptr;

    if (!gone) {
        if (found->record && found->content == content && found->size == record.size())
            return;
        now = (char *)malloc(record.size());
        memcpy(now, record.data(), record.size());
    }
    if (found->record)
        put("{\"v\":\"V1\",\"w\":-1,\"r\":", found->record, found->size);
    if (now)
        put("{\"v\":\"V1\",\"w\":1,\"r\":", now, record.size());
    free(found->record);
    found->record = now;
    found->size = record.size();
    found->content = content;
}

/* Whole lines; false: they are not what bench_gen writes. */
static bool take(ondemand::parser &parser, const char *bytes, size_t size)
{
    ondemand::document_stream lines;

    if (parser.iterate_many(bytes, size, size < 1000 ? 1000 : size).get(lines))
        return false;
    for (auto line : lines) {
        ondemand::object mutation;
        string_view table;
        string_view op;
        string_view id;
        string_view record;

        if (line.get_object().get(mutation) || mutation["table"].get_string().get(table) ||
            mutation["op"].get_string().get(op) || mutation["id"].get_string().get(id))
            return false;
        if (op[0] != 'd') {
            ondemand::object fields;

            if (mutation["record"].get_object().get(fields) || fields.raw_json().get(record))
                return false;
        }
        mutate(op[0] == 'd', id, record);
    }
    return true;
}

int main()
{
    static char block[(4 << 20) + SIMDJSON_PADDING];
    ondemand::parser parser;
    size_t have = 0;
    ssize_t got;

    out.reserve(1 << 20);
    while ((got = read(STDIN_FILENO, block + have, (4 << 20) - have)) > 0) {
        const char *last;
        size_t whole;

        have += (size_t)got;
        last = (const char *)memrchr(block, '\n', have);
        whole = last ? (size_t)(last - block) + 1 : 0;
        if (whole && !take(parser, block, whole))
            return EXIT_FAILURE;
        have -= whole;
        memmove(block, block + whole, have);
    }
    flush();
    return EXIT_SUCCESS;
}

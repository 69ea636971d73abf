/*
 * gen: a deterministic mutation log, one JSON object a line, for benchmarks and tests.
 *
 *     gen users|orders|forum|nexmark N [SEED]              N lines; N like 1000, 100k, 1m
 *     gen scale-users|scale-orders|scale-forum N [SEED]    N rows, then 1000 single updates
 *     gen graph N [SEED]                                   N edges, then 1000 that go and come
 *
 * What is created, updated and deleted, and how much of each, stands in the table `kinds`; nexmark
 * only creates, persons, auctions and bids as 1:3:46. A graph has two edges for each node, from any
 * to any, and a start at node 0. The same arguments give the same bytes.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LENGTH(a)    (sizeof(a) / sizeof((a)[0]))
#define PICK(rng, a) ((a)[below((rng), (unsigned)LENGTH(a))])

enum {
    KEEP = 10, /* a table with this many rows loses no more, a scale-* table begins with no less */
    SCALE_UPDATES = 1000,
    ROOT_EDGES = 8, /* of a graph that begin at its start, so that it leads somewhere */
    MAX_COUNT = 1000000000,
    EPOCH = 1700000000, /* in seconds: when the first record was made */
};

static const char *const first_names[] = {
    "Ada",   "Ben",   "Carla", "Dmitri", "Elif", "Femi",   "Grace", "Hiro",  "Ines",
    "Jonas", "Kavya", "Liam",  "Mina",   "Nils", "Olga",   "Pavel", "Qiang", "Rosa",
    "Sven",  "Tara",  "Umar",  "Vera",   "Wang", "Ximena", "Yusuf", "Zoe"};
static const char *const last_names[] = {
    "Schmidt", "Müller", "Okafor", "Tanaka", "Silva", "Novak",  "Kim",   "Rossi",
    "Dubois",  "Haddad", "Larsen", "Petrov", "Singh", "García", "Weber", "Kowalski"};
static const char *const countries[] = {"DE", "FR", "US", "BR", "JP", "IN",
                                        "NG", "PL", "SE", "IT", "ES", "TR"};
static const char *const cities[] = {"Nord",  "Süd",   "Ost",      "West",
                                     "Mitte", "Hafen", "Altstadt", "Neustadt"};
static const char *const regions[] = {"EU", "US", "APAC", "LATAM"};
static const char *const tiers[] = {"free", "pro", "team"};
static const char *const statuses[] = {"new", "paid", "packed", "shipped", "done"};
static const char *const us_states[] = {"OR", "ID", "CA", "WA", "AZ", "WY"};
static const char *const towns[] = {"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
                                    "Bend",    "Redmond",     "Seattle",       "Kent",  "Cheyenne"};
static const char *const channels[] = {"Google", "Facebook", "Baidu", "Apple"};
static const char *const lorem[] = {
    "exercitation", "ullamco", "nostrud", "dolore", "ipsum", "amet", "nisi", "ut",
    "consectetur",  "laboris", "commodo", "aliqua", "dolor", "elit", "sit",  "et",
    "adipiscing",   "aliquip", "tempor",  "veniam", "magna", "enim", "sed",  "lorem",
    "incididunt",   "eiusmod", "labore",  "minim",  "quis",  "do"};

static void die(const char *what)
{
    (void)fprintf(stderr, "gen: %s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* 0 <= result < n, for n > 0. */
static unsigned below(uint64_t *rng, unsigned n)
{
    return (unsigned)(((next(rng) >> 32) * n) >> 32);
}

/* A field follows the record's id, so each begins with a comma. No text here needs escaping. */
static void put_name(uint64_t seed)
{
    const char *first = PICK(&seed, first_names);

    (void)printf(",\"name\":\"%s %s\"", first, PICK(&seed, last_names));
}

/* From least to least + spread - 1 words, after what opens them and before what closes them. */
static void put_words(const char *open, uint64_t seed, unsigned least, unsigned spread,
                      const char *close)
{
    unsigned count = least + below(&seed, spread);
    char words[512], *end = words;

    while (count-- > 0) {
        const char *word = PICK(&seed, lorem);
        size_t size = strlen(word);

        memcpy(end, word, size);
        end[size] = ' ';
        end += size + 1;
    }
    (void)printf("%s%.*s%s", open, (int)(end - words) - 1, words, close);
}

/* What an update does: it draws one of the first parts anew, or one of the other things. */
enum action { NAME, TEXT, NUMBER, CHOICE, AGE, PARTS, FLIP = PARTS, LIKE, MOVE, CREATE, DELETE };

/* A row of any table. Its content is not kept but drawn again from its seeds. */
struct record {
    uint64_t fixed; /* of what never changes */
    uint64_t parts[PARTS];
    unsigned id, created, rev, owner, parent, likes;
    bool flipped, pass; /* pass: begins inside the filters that views commonly have */
};

static unsigned drawn(const struct record *r, enum action part, unsigned n)
{
    return below(&(uint64_t){r->parts[part]}, n);
}

static void write_user(const struct record *r)
{
    uint64_t fixed = r->fixed;
    const char *first = PICK(&fixed, first_names);
    const char *country = PICK(&fixed, countries);
    const char *city = PICK(&fixed, cities);
    bool active = (r->pass || below(&fixed, 100) < 70) != r->flipped;
    unsigned age = r->pass ? 30 + drawn(r, AGE, 40) : 18 + drawn(r, AGE, 60);

    put_name(r->parts[NAME]);
    (void)printf(",\"email\":\"%c%s.%u@example.com\",\"age\":%u,\"active\":%s,\"score\":%u"
                 ",\"country\":\"%s\",\"city\":\"%s\"",
                 first[0] | 0x20, first + 1, r->id, age, active ? "true" : "false",
                 drawn(r, NUMBER, 1000000), country, city);
    put_words(",\"bio\":\"", r->parts[TEXT], 10, 6, "\"");
}

static void write_customer(const struct record *r)
{
    uint64_t fixed = r->fixed;
    const char *region = regions[r->pass ? 0 : drawn(r, CHOICE, LENGTH(regions))];

    put_name(r->parts[NAME]);
    (void)printf(",\"region\":\"%s\",\"tier\":\"%s\"", region, PICK(&fixed, tiers));
    (void)printf(",\"vat\":\"DE%u\"", 100000000 + below(&fixed, 899999999));
    put_words(",\"address\":\"", fixed, 8, 1, ", ");
    (void)printf("%s\"", PICK(&fixed, cities));
    put_words(",\"note\":\"", r->parts[TEXT], 8, 1, "\"");
}

static void write_order(const struct record *r)
{
    uint64_t fixed = r->fixed;
    const char *status = statuses[drawn(r, CHOICE, LENGTH(statuses))];
    unsigned items = 1 + below(&fixed, 3);

    (void)printf(",\"customer\":\"customers:%u\"", r->owner);
    (void)printf(",\"total\":%u,\"status\":\"%s\"", 100 + drawn(r, NUMBER, 99900), status);
    for (unsigned i = 0; i < items; i++) {
        (void)printf("%s{\"sku\":\"SKU-%u\"", i ? "," : ",\"items\":[", 1000 + below(&fixed, 9000));
        (void)printf(",\"qty\":%u}", 1 + below(&fixed, 5));
    }
    put_words("],\"note\":\"", r->parts[TEXT], 8, 1, "\"");
}

static void write_thread(const struct record *r)
{
    put_words(",\"title\":\"", r->parts[NAME], 5, 1, "\"");
    (void)printf(",\"author\":\"users:%u\"", r->owner);
    (void)printf(",\"pinned\":%s", drawn(r, CHOICE, 100) < 5 ? "true" : "false");
    put_words(",\"body\":\"", r->parts[TEXT], 16, 8, "\"");
}

static void write_comment(const struct record *r)
{
    (void)printf(",\"thread\":\"threads:%u\",\"author\":\"users:%u\"", r->parent, r->owner);
    put_words(",\"text\":\"", r->parts[TEXT], 18, 10, "\"");
    (void)printf(",\"likes\":%u", drawn(r, NUMBER, 50) + r->likes);
}

enum table_id { NO_TABLE, USERS, CUSTOMERS, ORDERS, THREADS, COMMENTS };

static struct table {
    const char *name;
    void (*write)(const struct record *r);
    enum table_id owner, parent; /* whose rows a row refers to */
    struct record *rows;
    unsigned count, last_id;
} tables[] = {
    [USERS] = {.name = "users", .write = write_user},
    [CUSTOMERS] = {.name = "customers", .write = write_customer},
    [ORDERS] = {.name = "orders", .write = write_order, .owner = CUSTOMERS},
    [THREADS] = {.name = "threads", .write = write_thread, .owner = USERS},
    [COMMENTS] = {.name = "comments", .write = write_comment, .owner = USERS, .parent = THREADS},
};

/* rows: so many of 100 N, a 0 ends them; mix: after them, so many of 1000 lines do this. */
static const struct kind {
    const char *name;
    bool scale, pass;
    struct {
        unsigned share;
        enum table_id table;
        enum action action;
    } rows[4], mix[8];
} kinds[] = {
    {.name = "users",
     .rows = {{50, USERS, CREATE}},
     .mix = {{180, USERS, FLIP},
             {240, USERS, NUMBER},
             {240, USERS, AGE},
             {240, USERS, TEXT},
             {100, USERS, DELETE}}},
    {.name = "orders", /* a deleted customer leaves its orders */
     .rows = {{5, CUSTOMERS, CREATE}, {55, ORDERS, CREATE}},
     .mix = {{30, CUSTOMERS, CHOICE},
             {70, CUSTOMERS, TEXT},
             {20, CUSTOMERS, DELETE},
             {120, ORDERS, DELETE},
             {253, ORDERS, NUMBER},
             {253, ORDERS, CHOICE},
             {254, ORDERS, MOVE}}},
    {.name = "forum",
     .rows = {{5, USERS, CREATE}, {15, THREADS, CREATE}, {50, COMMENTS, CREATE}},
     .mix = {{50, USERS, NAME},
             {200, THREADS, NAME},
             {175, COMMENTS, LIKE},
             {175, COMMENTS, TEXT},
             {50, THREADS, DELETE},
             {150, COMMENTS, DELETE},
             {200, COMMENTS, CREATE}}},
    {.name = "scale-users",
     .scale = true,
     .pass = true,
     .rows = {{100, USERS, CREATE}},
     .mix = {{200, USERS, FLIP}, {400, USERS, NUMBER}, {400, USERS, TEXT}}},
    {.name = "scale-orders",
     .scale = true,
     .pass = true,
     .rows = {{10, CUSTOMERS, CREATE}, {100, ORDERS, CREATE}},
     .mix = {{50, CUSTOMERS, NAME}, {950, ORDERS, NUMBER}}},
    {.name = "scale-forum",
     .scale = true,
     .rows = {{5, USERS, CREATE}, {25, THREADS, CREATE}, {100, COMMENTS, CREATE}},
     .mix = {{10, USERS, NAME}, {90, THREADS, NAME}, {900, COMMENTS, LIKE}}},
};

/* A line up to its record's fields; the record of a delete is null, of all else whole. */
static void open_line(const char *name, const char *op, unsigned id)
{
    if (ferror(stdout))
        die("cannot write");
    (void)printf("{\"table\":\"%s\",\"op\":\"%s\",\"id\":\"%s:%u\",\"record\":", name, op, name,
                 id);
    if (strcmp(op, "delete") == 0)
        (void)fputs("null}\n", stdout);
    else
        (void)printf("{\"id\":\"%s:%u\"", name, id);
}

static void write_row(const struct table *t, const char *op, const struct record *r)
{
    char when[32];
    time_t seconds = (time_t)EPOCH + (time_t)r->created;
    const struct tm *tm = gmtime(&seconds);

    if (!tm || strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S.000Z", tm) == 0)
        die("cannot write a time");
    open_line(t->name, op, r->id);
    t->write(r);
    (void)printf(",\"created_at\":\"%s\",\"rev\":%u}}\n", when, r->rev);
}

static struct record *any(uint64_t *rng, enum table_id id)
{
    return &tables[id].rows[below(rng, tables[id].count)];
}

static void create(uint64_t *rng, enum table_id id, bool pass, uint64_t created)
{
    struct table *t = &tables[id];
    struct record *r = &t->rows[t->count++];

    *r = (struct record){.id = ++t->last_id, .created = (unsigned)created, .rev = 1, .pass = pass};
    for (size_t i = 0; i < PARTS; i++)
        r->parts[i] = next(rng);
    r->fixed = r->parts[NAME];
    if (t->owner != NO_TABLE)
        r->owner = any(rng, t->owner)->id;
    if (t->parent != NO_TABLE)
        r->parent = any(rng, t->parent)->id;
    write_row(t, "create", r);
}

static void change(uint64_t *rng, enum table_id id, enum action action)
{
    struct table *t = &tables[id];
    struct record *r = any(rng, id);

    if (action == DELETE && t->count > KEEP) { /* else a new revision with nothing new */
        open_line(t->name, "delete", r->id);
        *r = t->rows[--t->count];
        return;
    }
    if (action < PARTS)
        r->parts[action] = next(rng);
    else if (action == MOVE)
        r->owner = any(rng, t->owner)->id;
    else if (action == FLIP)
        r->flipped = !r->flipped;
    else if (action == LIKE)
        r->likes++;
    r->rev++;
    write_row(t, "update", r);
}

static void write_log(uint64_t *rng, const struct kind *kind, uint64_t count)
{
    uint64_t lines = 0;

    for (size_t i = 0; kind->rows[i].share > 0; i++) {
        struct table *t = &tables[kind->rows[i].table];
        uint64_t rows = (count * kind->rows[i].share + 99) / 100;

        t->rows = calloc((size_t)count + KEEP, sizeof(*t->rows));
        if (!t->rows)
            die("cannot hold the rows");
        if (kind->scale && rows < KEEP)
            rows = KEEP;
        for (uint64_t row = 0; row < rows && (kind->scale || lines < count); row++, lines++)
            create(rng, kind->rows[i].table, kind->pass, row);
    }
    for (uint64_t end = kind->scale ? lines + SCALE_UPDATES : count; lines < end; lines++) {
        unsigned at = below(rng, 1000);
        size_t i = 0;

        for (; at >= kind->mix[i].share; i++)
            at -= kind->mix[i].share;
        if (kind->mix[i].action == CREATE)
            create(rng, kind->mix[i].table, kind->pass, lines);
        else
            change(rng, kind->mix[i].table, kind->mix[i].action);
    }
}

/* Three of four times one of the last four persons. */
static unsigned some_person(uint64_t *rng, unsigned persons)
{
    unsigned back = below(rng, 100) < 75 ? below(rng, 4) : below(rng, persons);

    return 1000 + (back < persons ? persons - 1 - back : 0);
}

static void write_person(uint64_t *rng, unsigned id, uint64_t ms)
{
    open_line("person", "create", id);
    put_name(next(rng));
    put_words(",\"emailAddress\":\"", next(rng), 1, 1, "@");
    put_words("", next(rng), 1, 1, ".com\",\"creditCard\":\"");
    for (unsigned i = 0; i < 4; i++)
        (void)printf("%s%u", i ? " " : "", below(rng, 9999));
    (void)printf("\",\"city\":\"%s\"", PICK(rng, towns));
    (void)printf(",\"state\":\"%s\",\"dateTime\":%" PRIu64, PICK(rng, us_states), ms);
    put_words(",\"extra\":\"", next(rng), 12, 1, "\"}}\n");
}

static void write_auction(uint64_t *rng, unsigned id, unsigned persons, uint64_t ms)
{
    unsigned bid = 1 + below(rng, 10000);

    open_line("auction", "create", id);
    put_words(",\"itemName\":\"", next(rng), 2, 1, "\"");
    put_words(",\"description\":\"", next(rng), 8, 1, "\"");
    (void)printf(",\"initialBid\":%u,\"reserve\":%u", bid, bid + below(rng, 5000));
    (void)printf(",\"dateTime\":%" PRIu64 ",\"expires\":%" PRIu64, ms,
                 ms + 1000 + below(rng, 20000));
    (void)printf(",\"seller\":\"person:%u\"", some_person(rng, persons));
    (void)printf(",\"category\":%u", 10 + below(rng, 5));
    put_words(",\"extra\":\"", next(rng), 8, 1, "\"}}\n");
}

/* On one of the last ten or hundred auctions; the logarithm of the price is spread evenly. */
static void write_bid(uint64_t *rng, unsigned id, unsigned persons, unsigned auctions, uint64_t ms)
{
    unsigned back = below(rng, below(rng, 2) == 0 ? 10 : 100);
    unsigned auction = 1000 + (back < auctions ? auctions - 1 - back : 0);
    unsigned octave = 100U << below(rng, 20);

    open_line("bid", "create", id);
    (void)printf(",\"auction\":\"auction:%u\",\"auctionNo\":%u", auction, auction);
    (void)printf(",\"bidder\":\"person:%u\"", some_person(rng, persons));
    (void)printf(",\"price\":%u", octave + below(rng, octave));
    (void)printf(",\"channel\":\"%s\"", PICK(rng, channels));
    put_words(",\"url\":\"https://www.nexmark.com/", next(rng), 1, 1, "/");
    put_words("", next(rng), 1, 1, "/item.htm?query=1\"");
    (void)printf(",\"dateTime\":%" PRIu64, ms);
    put_words(",\"extra\":\"", next(rng), 6, 1, "\"}}\n");
}

static void write_nexmark(uint64_t *rng, uint64_t count)
{
    unsigned persons = 0, auctions = 0, bids = 0;

    for (uint64_t event = 0; event < count; event++) {
        uint64_t ms = UINT64_C(1000) * EPOCH + 10 * event;

        if (event % 50 == 0)
            write_person(rng, 1000 + persons++, ms);
        else if (event % 50 < 4)
            write_auction(rng, 1000 + auctions++, persons, ms);
        else
            write_bid(rng, bids++, persons, auctions, ms);
    }
}

static void write_graph(uint64_t *rng, uint64_t count)
{
    const unsigned nodes = (unsigned)(count / 2 + 1);
    uint64_t end = count + SCALE_UPDATES;
    unsigned *ids = calloc((size_t)count + 1, sizeof(*ids)); /* of the edges that there are */
    unsigned edges = 0;
    unsigned last_id = 0;

    if (!ids)
        die("cannot hold the edges");
    open_line("start", "create", 1);
    (void)printf(",\"node\":0}}\n");
    for (uint64_t line = 0; line < end; line++) {
        if (line >= count && (line - count) % 2 == 0) {
            unsigned at = below(rng, edges);

            open_line("edge", "delete", ids[at]);
            ids[at] = ids[--edges];
            continue;
        }
        ids[edges++] = ++last_id;
        open_line("edge", "create", last_id);
        (void)printf(",\"from\":%u", line < ROOT_EDGES ? 0 : below(rng, nodes));
        (void)printf(",\"to\":%u}}\n", below(rng, nodes));
    }
    free(ids);
}

/* A number above all others reads as UINT64_MAX, so max is below that. */
static bool read_number(const char *text, uint64_t max, uint64_t *number)
{
    char *end = NULL;
    unsigned scale = 1;

    *number = strtoull(text, &end, 10);
    if (*end == 'k' || *end == 'm')
        scale = *end++ == 'k' ? 1000 : 1000000;
    if (*text < '0' || *text > '9' || *end != '\0' || *number > max / scale)
        return false;
    *number *= scale;
    return true;
}

int main(int argc, char **argv)
{
    const struct kind *kind = NULL;
    void (*write)(uint64_t * rng, uint64_t count) = NULL;
    static char buffer[1 << 16];
    uint64_t count = 0, seed = 42;
    bool good = (argc == 3 || argc == 4) && read_number(argv[2], MAX_COUNT, &count) && count > 0 &&
                (argc == 3 || read_number(argv[3], UINT64_MAX - 1, &seed));

    for (size_t i = 0; good && i < LENGTH(kinds); i++)
        if (strcmp(argv[1], kinds[i].name) == 0)
            kind = &kinds[i];
    if (good && strcmp(argv[1], "nexmark") == 0)
        write = write_nexmark;
    if (good && strcmp(argv[1], "graph") == 0)
        write = write_graph;
    if (!good || (!kind && !write)) {
        (void)fputs("usage: gen [scale-]{users|orders|forum}|nexmark|graph N [SEED]\n", stderr);
        return 2;
    }
    (void)setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
    if (kind)
        write_log(&seed, kind, count);
    else
        write(&seed, count);
    if (fclose(stdout) != 0)
        die("cannot write");
    return EXIT_SUCCESS;
}

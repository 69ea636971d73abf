/* Applying mutations to the tables and collecting the change of a step. See batch.h. */
#include "engine/batch.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "engine/merge.h"

#include <string.h>

/* So much of a row is prefetched. */
enum { CACHE_LINE = 64, ROW_LINES = 4 };

/* The record that a mutation speaks of. */
struct target {
    struct table *table;
    uint64_t hash;
    uint32_t at;     /* HASHTAB_NONE: the table has no entry for it */
    struct row *row; /* its content now, NULL: there is none */
};

struct prepared {
    struct target target;
    size_t prefix;             /* to strip from the id, */
    bool mine;                 /* which is one that the table has */
    uint64_t *counter;         /* of what --strict would refuse; NULL: nothing */
    struct row_source content; /* of a record of a declared table, in its types */
};

/* Length of the identifier and the colon that an id begins with, 0 if it does not. */
static size_t prefix_size(const char *id, size_t size)
{
    size_t i = 0;

    for (; i < size; i++) {
        char c = id[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

        if (!letter && (i == 0 || c < '0' || c > '9'))
            break;
    }
    return i > 0 && i < size && id[i] == ':' ? i + 1 : 0;
}

/* The prefix to strip; *mine says that it is the table's own name or one seen before. */
static enum status check_prefix(const struct batch *batch, const struct table *table,
                                const struct mutation *m, size_t *size, bool *mine, struct err *err)
{
    *size = batch->keep_prefix ? 0 : prefix_size(m->id_text, m->id_size);
    *mine = true;
    if (*size == 0 ||
        (table->name_size == *size - 1 && memcmp(table->name, m->id_text, *size - 1) == 0))
        return OK;
    *mine = table->prefix != NULL;
    if (!table->prefix ||
        (table->prefix_size == *size - 1 && memcmp(table->prefix, m->id_text, *size - 1) == 0))
        return OK;
    return err_set(err, ERR_INPUT,
                   "id %s has another prefix than the ids of table %s before it (%s); with "
                   "--id-prefix=keep prefixes are part of the id",
                   quote(m->id_text, m->id_size).text, quote(table->name, table->name_size).text,
                   quote(table->prefix, table->prefix_size).text);
}

static void learn_prefix(struct batch *batch, struct table *table, const char *prefix, size_t size)
{
    table->prefix = mem_copy(prefix, size);
    table->prefix_size = size;
    if (!batch->transaction)
        return;
    batch->prefixes = mem_grow(batch->prefixes, &batch->prefix_max, batch->prefix_count + 1,
                               sizeof(struct table *));
    batch->prefixes[batch->prefix_count++] = table;
}

static uint64_t make_key(struct buf *key, const char *table, size_t table_size, const char *id,
                         size_t id_size)
{
    buf_clear(key);
    buf_add(key, table, table_size);
    buf_add_byte(key, ':');
    buf_add(key, id, id_size);
    return hash_bytes(key->bytes, key->size);
}

static struct target find_target(struct batch *batch, struct table *table, const char *id,
                                 size_t id_size)
{
    struct target target = {.table = table};
    struct buf *key = &batch->key;

    target.hash = make_key(key, table->name, table->name_size, id, id_size);
    target.at = table_find(table, key->bytes, key->size, target.hash);
    if (target.at != HASHTAB_NONE && table->records[target.at].live)
        target.row = table->records[target.at].row;
    return target;
}

/* What is counted, and refused by --strict. */
static enum status check_existence(struct batch *batch, const struct mutation *m, bool exists,
                                   uint64_t **counts, struct err *err)
{
    uint64_t *counter;
    const char *what;

    *counts = NULL;
    if (m->op == LINE_CREATE) {
        counter = &batch->counters.create_existing;
        what = "create of an existing record";
    } else if (m->op == LINE_DELETE) {
        counter = &batch->counters.delete_missing;
        what = "delete of a missing record";
    } else {
        counter = &batch->counters.update_missing;
        what = m->op == LINE_PATCH ? "patch of a missing record" : "update of a missing record";
    }
    if (exists != (m->op == LINE_CREATE))
        return OK;
    if (batch->strict)
        return err_set(err, ERR_INPUT, "%s, %s, which --strict refuses", what,
                       quote(batch->key.bytes, batch->key.size).text);
    *counts = counter;
    return OK;
}

static bool is_stale(const struct batch *batch, const struct target *target,
                     const struct mutation *m)
{
    const struct version *version;

    if (!m->has_version)
        return false;
    version = table_version(target->table, batch->key.bytes, batch->key.size, target->hash);
    return version && !version->none && m->version <= version->version;
}

static void take_version(struct batch *batch, const struct target *target, const struct mutation *m)
{
    struct table *table = target->table;
    struct version *version;

    if (!m->has_version)
        return;
    version = table_version(table, batch->key.bytes, batch->key.size, target->hash);
    if (!version)
        version = table_version_add(table, batch->key.bytes, batch->key.size, target->hash);
    if (batch->transaction) {
        batch->versions = mem_grow(batch->versions, &batch->version_max, batch->version_count + 1,
                                   sizeof(*batch->versions));
        batch->versions[batch->version_count++] = (struct version_before){
            table, (size_t)(version - table->versions), version->version, version->none};
    }
    version->version = m->version;
    version->none = false;
}

/* What a table's changes go to; NULL: no plan reads it. */
static struct node *scan_of(struct batch *batch, struct table *table)
{
    if (table->generation != batch->circuit->generation) {
        table->scan = circuit_scan(batch->circuit, table->name, table->name_size);
        table->generation = batch->circuit->generation;
        late_open(&batch->late, table, table->scan ? table->scan->plan->as.scan.lateness : NULL);
    }
    return table->scan;
}

/* What a table's scans say of lateness; NULL: nothing. */
static const struct plan_lateness *lateness_of(struct batch *batch, struct table *table)
{
    const struct node *scan = scan_of(batch, table);

    return scan ? scan->plan->as.scan.lateness : NULL;
}

static void pass_on(void *context, struct table *table, struct row *row, int64_t weight)
{
    struct batch *batch = context;
    struct node *scan = scan_of(batch, table);

    if (scan && batch->coalesce.eager)
        circuit_add_change(batch->circuit, scan, row, weight);
    else if (scan)
        circuit_push(batch->circuit, scan, row, weight);
}

static bool has_id(const char *text, const uint32_t *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text[fields[i] + 1] == 'i' && memcmp(text + fields[i], "\"id\":", 5) == 0)
            return true;
    return false;
}

/* A row of the key in batch->key. */
static struct row *make_row(struct batch *batch, const struct target *target,
                            const struct row_source *content, struct hash128 hash)
{
    struct row_source source = *content;

    source.key = batch->key.bytes;
    source.key_size = batch->key.size;
    source.hash = target->hash;
    if (target->table->lean)
        return lean_row(batch->lean, target->table->lean, &source, hash, batch->place);
    return row_new(&source);
}

/* Whether a record has this content already; the hash is that of lean tables. */
static bool is_content(const struct row *row, const struct row_source *content, struct hash128 hash)
{
    if (!value_equal(row_id(row), value_of(content->id, content->id_size)))
        return false;
    if (row->lean) {
        struct hash128 own = row_origin(row).content;

        return own.low == hash.low && own.high == hash.high;
    }
    return row_content_equal(row, content->text, content->size, content->fields, content->count);
}

/* What the record is to be, patches merged. */
static struct row_source content_of(struct batch *batch, const struct row *before,
                                    const struct mutation *m)
{
    struct row_source content = {.text = m->record.text,
                                 .size = m->record.size,
                                 .fields = m->fields,
                                 .count = m->field_count,
                                 .id = m->id.text};

    if (m->op == LINE_PATCH) {
        buf_clear(&batch->text);
        merge_patch(&batch->text, before ? row_value(before) : value_of("{}", 2), m->record);
        content.size = batch->text.size;
        buf_add_byte(&batch->text, '\0');
        content.text = batch->text.bytes;
        content.count = row_find_fields(content.text, &batch->fields, &batch->field_max);
        content.fields = batch->fields;
    }
    content.id_size = has_id(content.text, content.fields, content.count) ? 0 : m->id.size;
    return content;
}

/* False: the row would be late. */
static bool apply_record(struct batch *batch, const struct prepared *prepared,
                         const struct mutation *m, const struct plan_lateness *lateness)
{
    const struct target *target = &prepared->target;
    struct row_source content =
        target->table->schema ? prepared->content : content_of(batch, target->row, m);
    struct hash128 hash = {0, 0};
    struct row *row;

    if (target->table->lean)
        hash = row_content_hash(content.text, content.size, content.fields, content.count,
                                &batch->lean->scratch);
    if (target->row && is_content(target->row, &content, hash)) {
        batch->counters.unchanged++;
        return true;
    }
    row = make_row(batch, target, &content, hash);
    if (late_is(&batch->late, target->table, lateness, row)) {
        row_unref(row);
        return false;
    }
    late_take(&batch->late, target->table, lateness, row, batch->transaction);
    coalesce_set(&batch->coalesce, target->table, target->at, row);
    return true;
}

static void count_late(struct batch *batch, struct table *table)
{
    table->late++;
    batch->counters.too_late++;
}

static void apply_truncate(struct batch *batch, const struct mutation *m)
{
    struct table *table = store_find(batch->store, m->table, m->table_size);

    const struct plan_lateness *lateness = table ? lateness_of(batch, table) : NULL;

    for (size_t i = 0; table && table->live && i < table->count; i++) {
        if (!table->records[i].live)
            continue;
        if (late_is(&batch->late, table, lateness, table->records[i].row))
            count_late(batch, table);
        else
            coalesce_set(&batch->coalesce, table, (uint32_t)i, NULL);
    }
}

struct table *batch_table(struct batch *batch, const struct mutation *m)
{
    struct table *table = store_table(batch->store, m->table, m->table_size);

    if (!table->lean_known) {
        if (batch->schemas)
            table->schema = schema_find(batch->schemas, table->name, table->name_size);
        if (!table->schema) /* a line that is read again is not in the types of its table */
            table->lean = lean_of(batch->lean, table->name, table->name_size);
        table->lean_known = true;
    }
    return table;
}

struct row *batch_row_before(const struct batch *batch, const struct table *table, size_t at)
{
    const struct record *record = &table->records[at];
    struct row **before = coalesce_before(&batch->coalesce, record);

    if (before)
        return *before;
    return record->live ? record->row : NULL;
}

/* Finds what the mutation speaks of, and refuses it, before anything changes. */
static enum status prepare(struct batch *batch, const struct mutation *m, struct prepared *out,
                           struct err *err)
{
    struct table *table = batch_table(batch, m);

    if (check_prefix(batch, table, m, &out->prefix, &out->mine, err) != OK)
        return ERR_INPUT;
    out->target = find_target(batch, table, m->id_text + out->prefix, m->id_size - out->prefix);
    if (check_existence(batch, m, out->target.row != NULL, &out->counter, err) != OK)
        return ERR_INPUT;
    if (!table->schema || m->op == LINE_DELETE)
        return OK;
    out->content = content_of(batch, out->target.row, m);
    return conform_record(&batch->conform, table->schema, &out->content, err);
}

uint64_t batch_key_hash(struct buf *key, const struct mutation *m, bool keep_prefix)
{
    size_t prefix = keep_prefix ? 0 : prefix_size(m->id_text, m->id_size);

    return make_key(key, m->table, m->table_size, m->id_text + prefix, m->id_size - prefix);
}

void batch_prefetch(const struct batch *batch, const struct mutation *m, uint64_t hash, int stage)
{
    const struct table *table = store_find(batch->store, m->table, m->table_size);
    uint32_t i;
    size_t at;

    if (!table)
        return;
    if (stage == 0) {
        hashtab_prefetch(&table->index, hash);
        return;
    }
    i = hashtab_first(&table->index, hash, &at);
    if (i == HASHTAB_NONE)
        return;
    if (stage == 1) {
        __builtin_prefetch(&table->records[i]);
    } else { /* the key, and the content that is compared with the new one */
        const char *row = (const char *)table->records[i].row;

        for (size_t line = 0; line < ROW_LINES; line++)
            __builtin_prefetch(row + line * CACHE_LINE);
    }
}

enum status batch_check(struct batch *batch, const struct mutation *m, struct err *err)
{
    struct prepared ignored;

    return m->op == LINE_TRUNCATE ? OK : prepare(batch, m, &ignored, err);
}

/* Takes the mutation, unless it comes too late. */
static void take(struct batch *batch, const struct prepared *prepared, const struct mutation *m)
{
    const struct target *target = &prepared->target;
    const struct plan_lateness *lateness = lateness_of(batch, target->table);

    if (is_stale(batch, target, m)) {
        batch->counters.stale++;
        return;
    }
    if (late_is(&batch->late, target->table, lateness, target->row) ||
        (m->op != LINE_DELETE && !apply_record(batch, prepared, m, lateness))) {
        count_late(batch, target->table);
        return;
    }
    take_version(batch, target, m);
    if (m->op == LINE_DELETE && target->row)
        coalesce_set(&batch->coalesce, target->table, target->at, NULL);
}

enum status batch_apply(struct batch *batch, const struct mutation *m, struct err *err)
{
    struct prepared prepared;
    const struct target *target = &prepared.target;

    if (m->op == LINE_TRUNCATE) {
        apply_truncate(batch, m);
        buf_clear(&batch->key);
        batch->waiting++;
        batch->counters.mutations++;
        return OK;
    }
    if (prepare(batch, m, &prepared, err) != OK)
        return ERR_INPUT;
    if (prepared.counter)
        (*prepared.counter)++;
    if (!prepared.mine)
        learn_prefix(batch, target->table, m->id_text, prepared.prefix - 1);
    batch->waiting++;
    batch->counters.mutations++;
    take(batch, &prepared, m);
    return OK;
}

/* The prefixes first seen in this transaction are kept or forgotten with it. */
static void settle_prefixes(struct batch *batch, bool keep)
{
    for (size_t i = 0; !keep && i < batch->prefix_count; i++) {
        free(batch->prefixes[i]->prefix);
        batch->prefixes[i]->prefix = NULL;
    }
    batch->prefix_count = 0;
}

static void settle(struct batch *batch)
{
    settle_prefixes(batch, true);
    batch->version_count = 0;
    batch->late.count = 0;
    batch->waiting = 0;
}

void batch_flush(struct batch *batch)
{
    batch->counters.records += coalesce_flush(&batch->coalesce);
    settle(batch);
}

void batch_rest(struct batch *batch)
{
    coalesce_forget(&batch->coalesce);
    settle(batch);
}

void batch_rollback(struct batch *batch)
{
    for (size_t i = batch->version_count; i-- > 0;) {
        const struct version_before *before = &batch->versions[i];
        struct version *version = &before->table->versions[before->at];

        version->version = before->version;
        version->none = before->none;
    }
    late_undo(&batch->late);
    coalesce_undo(&batch->coalesce);
    settle_prefixes(batch, false);
    settle(batch);
}

void batch_init(struct batch *batch, struct store *store, struct circuit *circuit,
                struct lean *lean)
{
    *batch = (struct batch){.store = store,
                            .circuit = circuit,
                            .lean = lean,
                            .coalesce = {.sink = pass_on, .context = batch}};
}

void batch_release(struct batch *batch)
{
    coalesce_release(&batch->coalesce);
    free(batch->versions);
    late_release(&batch->late);
    free(batch->prefixes);
    free(batch->fields);
    buf_release(&batch->key);
    buf_release(&batch->text);
    conform_release(&batch->conform);
}

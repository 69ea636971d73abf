#ifndef SSP_ENGINE_MUTATION_H
#define SSP_ENGINE_MUTATION_H

#include "value/json_read.h"
#include "value/path.h"

/*
 * One line of the log, checked but not yet applied (ssp-mutations(5)). Everything is borrowed from
 * the reader's text and the scratch buffers, until the next line is read.
 */
enum line_op {
    LINE_CREATE,
    LINE_UPDATE,
    LINE_PATCH,
    LINE_DELETE,
    LINE_FLUSH,
    LINE_BEGIN,
    LINE_COMMIT,
    LINE_ROLLBACK,
    LINE_TRUNCATE,
    LINE_REGISTER,
    LINE_UNREGISTER,
    LINE_SNAPSHOT,
};

struct mutation {
    enum line_op op;
    const char *table; /* bytes */
    size_t table_size;
    struct value id;     /* as given: a string or a number */
    const char *id_text; /* its bytes */
    size_t id_size;
    struct value record; /* missing for delete */
    const uint32_t *fields;
    size_t field_count;
    int64_t version;
    bool has_version;
    int64_t time; /* in microseconds since the epoch; what the reader's `time` finds */
    bool has_time;
    struct value run;    /* what the reader's `run` finds; null is missing */
    const char *view_id; /* bytes */
    size_t view_id_size;
};

/* Of tables, and not a control line. */
static inline bool mutation_is_change(const struct mutation *mutation)
{
    return mutation->op <= LINE_DELETE || mutation->op == LINE_TRUNCATE;
}

struct mutation_reader {
    struct json_reader *json;
    bool strict;             /* equal keys are refused */
    const struct path *time; /* of the line: when it was; NULL: nobody asks */
    const struct path *run;  /* of the line: which mutations belong together; NULL: nobody asks */
    struct buf table;
    struct buf id;
    struct buf view_id;
};

void mutation_reader_init(struct mutation_reader *reader);
void mutation_reader_release(struct mutation_reader *reader);

/* Reads a line of `size` bytes with JSON_PADDING readable ones behind it. ERR_INPUT: a bad line,
 * with err->message and err->column. *torn: it begins an object that it does
 * not end. */
enum status mutation_read(struct mutation_reader *reader, const char *line, size_t size,
                          struct mutation *out, bool *torn, struct err *err)
    __attribute__((warn_unused_result));

/* Moves what the mutation borrows into the arena, but for what it has of the line itself, which
 * lasts as long. */
void mutation_keep(struct mutation *mutation, struct arena *arena, const char *line, size_t size);

#endif

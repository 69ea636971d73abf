/* Options that are words: the defaults of views, windows, fields. */
#include "engine/engine.h"

#include "base/buf.h"
#include "base/duration.h"
#include "value/json_write.h"

#include <string.h>

static enum status refuse(struct err *err, const char *what, const char *value)
{
    return err_set(err, ERR_USAGE, "%s: %s", what, quote(value, strlen(value)).text);
}

static enum status read_defaults(struct ssp *ssp, struct err *err)
{
    const char *format = ssp->options.format ? ssp->options.format : "streaming";
    const char *emit = ssp->options.emit ? ssp->options.emit : "ids";
    const char *semantics = ssp->options.semantics ? ssp->options.semantics : "membership";

    ssp->defaults.strict = ssp->options.strict;
    if (!plan_format_of(format, strlen(format), &ssp->defaults.format))
        return refuse(err, "--format must be streaming, flat, delta or tree, not", format);
    if (!plan_emit_of(emit, strlen(emit), &ssp->defaults.emit))
        return refuse(err, "--emit must be ids or rows, not", emit);
    if (!plan_semantics_of(semantics, strlen(semantics), &ssp->defaults.semantics))
        return refuse(err, "--semantics must be membership or multiset, not", semantics);
    return OK;
}

/* A path of a line, in text or as a JSON array as in plans; NULL: it is neither. */
static const struct path *read_path(struct ssp *ssp, const char *text)
{
    struct buf json = BUF_INIT;
    struct json_text array;
    struct err ignored = {0};
    const struct path *path = NULL;
    size_t size = strlen(text);

    if (text[0] == '[') {
        buf_add(&json, text, size);
        memset(buf_reserve(&json, JSON_PADDING), 0, JSON_PADDING);
        if (json_read(ssp->reader.json, json.bytes, size, JSON_ARRAY, &array, &ignored) == OK)
            path = path_new(&ssp->arena, value_of(array.text, array.size));
    } else {
        json_write_string(&json, text, size);
        path = path_new(&ssp->arena, value_of(json.bytes, json.size));
    }
    buf_release(&json);
    return path;
}

static enum status read_field(struct ssp *ssp, const char *option, const char *text,
                              const struct path **path, struct err *err)
{
    *path = text ? read_path(ssp, text) : NULL;
    if (!text || *path)
        return OK;
    return err_set(
        err, ERR_USAGE,
        "%s must be a field of the lines, such as ts, record.at or [\"a\",\"b.c\"], not %s", option,
        quote(text, strlen(text)).text);
}

/* When steps are due. */
static enum status read_pace(struct ssp *ssp, struct err *err)
{
    const struct ssp_options *options = &ssp->options;
    struct pace *pace = &ssp->pace;

    pace->batch = options->batch;
    pace->max_pending = options->max_pending;
    pace->event_time = options->window_on;
    pace->by_runs = options->batch_on;
    pace->now = pace->event_time ? PACE_UNKNOWN : 0;
    pace->reached = pace->now;
    if (options->window && !duration_read(options->window, strlen(options->window), &pace->window))
        return refuse(err,
                      "--window must be a whole number and a unit, us, ms, s, m, h or d, from 1us "
                      "to 36500d, not",
                      options->window);
    if (options->window_on && !options->window)
        return err_set(err, ERR_USAGE, "--window-on goes with --window=DURATION");
    if (read_field(ssp, "--window-on", options->window_on, &ssp->time_path, err) != OK)
        return err->status;
    return read_field(ssp, "--batch-on", options->batch_on, &ssp->run_path, err);
}

enum status engine_read_options(struct ssp *ssp, struct err *err)
{
    enum status status = read_defaults(ssp, err);

    return status == OK ? read_pace(ssp, err) : status;
}

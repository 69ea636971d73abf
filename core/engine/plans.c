/* Plan files, in JSON and in SQL, into views; and printing what became of them. */
#include "base/mem.h"
#include "engine/engine.h"
#include "engine/explain.h"
#include "sql/export.h"
#include "sql/sql.h"

#include <string.h>

static int read_plan(struct ssp *ssp, const struct plan_source *file, bool sql,
                     struct ssp_error *error)
{
    struct plan_views views = {0};
    const struct sql_into into = {&views, &ssp->schemas, &ssp->plans};
    struct err err = {0};

    /* Ids must differ over all files, so the reader is shown the views that are there. */
    for (size_t i = 0; i < ssp->view_count; i++) {
        (void)plan_views_add(&views, &ssp->views[i]->plan);
        (void)plan_memory_ref(ssp->views[i]->plan.memory);
    }
    if ((sql ? sql_read_file(ssp->reader.json, file, &ssp->defaults, &into, &err)
             : plan_read_file(ssp->reader.json, file, &ssp->defaults, &views, &err)) != OK) {
        plan_views_release(&views);
        return engine_give(error, &err, false);
    }
    if (!sql)
        buf_add(&ssp->plans, file->bytes, file->size);
    for (size_t i = ssp->view_count; i < views.count; i++) {
        (void)plan_memory_ref(views.views[i].memory);
        engine_add_view(ssp, &views.views[i]);
    }
    plan_views_release(&views);
    return SSP_OK;
}

int ssp_plan(struct ssp *ssp, const char *source, const char *bytes, size_t size,
             struct ssp_error *error)
{
    const struct plan_source file = {source, bytes, size, 1};

    return read_plan(ssp, &file, false, error);
}

int ssp_plan_sql(struct ssp *ssp, const char *source, const char *bytes, size_t size,
                 struct ssp_error *error)
{
    const struct plan_source file = {source, bytes, size, 1};

    return read_plan(ssp, &file, true, error);
}

static int export(struct ssp *ssp, struct ssp_error *error)
{
    const struct plan_view **plans = mem_alloc((ssp->view_count + 1) * sizeof(*plans));
    struct err err = {0};
    bool ok;

    for (size_t i = 0; i < ssp->view_count; i++)
        plans[i] = &ssp->views[i]->plan;
    ok = sql_export(&ssp->out, plans, ssp->view_count, &err);
    free(plans);
    return ok ? SSP_OK : engine_give(error, &err, false);
}

int ssp_explain(struct ssp *ssp, const char *format, struct ssp_error *error)
{
    if (strcmp(format, "sql") == 0)
        return export(ssp, error);
    if (strcmp(format, "plan") == 0) {
        buf_add(&ssp->out, ssp->plans.bytes, ssp->plans.size);
        return SSP_OK;
    }
    return explain(&ssp->circuit, ssp->views, ssp->view_count, format, &ssp->out) ? SSP_OK
                                                                                  : SSP_USAGE;
}

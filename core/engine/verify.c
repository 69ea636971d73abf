/* --verify: views against their recomputation from the tables. */
#include "engine/engine.h"
#include "engine/recompute.h"

#include "base/buf.h"

enum { REPORTS_MAX = 10 };

static void report(struct ssp *ssp, const struct view *view, const struct row *row, int64_t kept,
                   int64_t right)
{
    struct buf *out = &ssp->messages;

    ssp->differences++;
    if (ssp->differences > REPORTS_MAX)
        return;
    buf_add_format(out, "ssp: %s:%zu: verify: view %s is wrong at record %s after step %llu\n",
                   ssp->source ? ssp->source : "-", ssp->line,
                   quote(view->plan.id, view->plan.id_size).text,
                   quote(row_key(row), row->key_size).text, (unsigned long long)ssp->steps);
    buf_add_format(out, "  row:        %.*s\n", (int)row->size, row_text(row));
    buf_add_format(out, "  in the view with weight %lld, recomputed with weight %lld\n",
                   (long long)kept, (long long)right);
    buf_add_format(out, "  input line: %.*s\n", (int)ssp->line_text.size, ssp->line_text.bytes);
}

/* In the view as of the last step, written or not. */
static int64_t weight_now(struct view *view, const struct row *row)
{
    return weight_sum(zset_weight(&view->content, row), zset_weight(&view->held, row));
}

static void verify_view(struct ssp *ssp, struct view *view)
{
    struct bag bag = recompute(&ssp->store, &view->plan);
    struct zset right = ZSET_INIT;

    for (size_t i = 0; i < bag.count; i++) {
        int64_t kept = weight_now(view, bag.entries[i].row);

        zset_add(&right, bag.entries[i].row, bag.entries[i].weight);
        if (kept != bag.entries[i].weight)
            report(ssp, view, bag.entries[i].row, kept, bag.entries[i].weight);
    }
    for (size_t i = 0; i < view->content.count; i++) {
        struct row *row = view->content.entries[i].row;
        int64_t kept = weight_now(view, row);

        if (kept != 0 && zset_weight(&right, row) == 0)
            report(ssp, view, row, kept, 0);
    }
    for (size_t i = 0; i < view->held.count; i++) {
        const struct zset_entry *entry = &view->held.entries[i];

        if (zset_weight(&view->content, entry->row) == 0 && zset_weight(&right, entry->row) == 0)
            report(ssp, view, entry->row, entry->weight, 0);
    }
    zset_release(&right);
    bag_release(&bag);
}

void engine_verify(struct ssp *ssp)
{
    for (size_t i = 0; i < ssp->view_count; i++)
        verify_view(ssp, ssp->views[i]);
}

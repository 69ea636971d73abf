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

static void verify_view(struct ssp *ssp, struct view *view)
{
    struct bag bag = recompute(&ssp->store, &view->plan);
    struct zset right = ZSET_INIT;

    for (size_t i = 0; i < bag.count; i++) {
        int64_t kept = zset_weight(&view->content, bag.entries[i].row);

        zset_add(&right, bag.entries[i].row, bag.entries[i].weight);
        if (kept != bag.entries[i].weight)
            report(ssp, view, bag.entries[i].row, kept, bag.entries[i].weight);
    }
    for (size_t i = 0; i < view->content.count; i++) {
        const struct zset_entry *entry = &view->content.entries[i];

        if (zset_weight(&right, entry->row) == 0)
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

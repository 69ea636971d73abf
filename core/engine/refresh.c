/* Views that wait to write, in two heaps. See refresh.h. */
#include "engine/refresh.h"

#include "base/check.h"
#include "base/mem.h"

static struct refresh_queue *queue_of(struct refresh *refresh, const struct view *view)
{
    return view->plan.refresh.kind == REFRESH_STEPS ? &refresh->steps : &refresh->times;
}

static void swap(struct refresh_queue *queue, size_t a, size_t b)
{
    struct view *view = queue->views[a];

    queue->views[a] = queue->views[b];
    queue->views[b] = view;
}

static void sift_up(struct refresh_queue *queue, size_t i)
{
    for (; i > 0 && queue->views[i]->due < queue->views[(i - 1) / 2]->due; i = (i - 1) / 2)
        swap(queue, i, (i - 1) / 2);
}

static void sift_down(struct refresh_queue *queue, size_t i)
{
    for (;;) {
        size_t least = i;

        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < queue->count; child++)
            if (queue->views[child]->due < queue->views[least]->due)
                least = child;
        if (least == i)
            return;
        swap(queue, i, least);
        i = least;
    }
}

static void remove_at(struct refresh_queue *queue, size_t i)
{
    queue->views[i]->waits = false;
    queue->views[i] = queue->views[--queue->count];
    if (i == queue->count)
        return;
    sift_up(queue, i);
    sift_down(queue, i);
}

void refresh_hold(struct refresh *refresh, struct view *view, const struct zset *change,
                  int64_t due)
{
    struct refresh_queue *queue = queue_of(refresh, view);

    zset_add_all(&view->held, change);
    if (view->waits)
        return;
    view->waits = true;
    view->due = due;
    queue->views = mem_grow(queue->views, &queue->max, queue->count + 1, sizeof(struct view *));
    queue->views[queue->count++] = view;
    sift_up(queue, queue->count - 1);
}

static struct view *next_of(struct refresh_queue *queue, int64_t now)
{
    struct view *view = queue->count ? queue->views[0] : NULL;

    if (!view || view->due > now)
        return NULL;
    remove_at(queue, 0);
    return view;
}

struct view *refresh_next(struct refresh *refresh, int64_t step, int64_t time)
{
    struct view *view = next_of(&refresh->steps, step);

    return view ? view : next_of(&refresh->times, time);
}

void refresh_remove(struct refresh *refresh, const struct view *view)
{
    struct refresh_queue *queue = queue_of(refresh, view);
    size_t i = 0;

    if (!view->waits)
        return;
    while (queue->views[i] != view)
        i++;
    remove_at(queue, i);
}

int64_t refresh_time(const struct refresh *refresh)
{
    return refresh->times.count ? refresh->times.views[0]->due : INT64_MAX;
}

void refresh_release(struct refresh *refresh)
{
    free(refresh->steps.views);
    free(refresh->times.views);
}

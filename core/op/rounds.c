/* The rounds that give a row; see rounds.h. */
#include "op/rounds.h"

#include "base/mem.h"
#include "zset/zset.h"

#include <string.h>

/* The place of the first one that is not before this one. */
static size_t find(const struct rounds *rounds, int64_t number, uint64_t *work)
{
    size_t low = 0;
    size_t high = rounds->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        ++*work;
        if (rounds->items[rounds->first + middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void insert(struct rounds *rounds, size_t i, struct round round)
{
    struct round *start;

    if (rounds->first && i < rounds->count / 2 + 1) {
        start = &rounds->items[rounds->first--];
        memmove(start - 1, start, i * sizeof(*start));
    } else {
        if (rounds->first > rounds->count && rounds->first + rounds->count == rounds->max) {
            memcpy(rounds->items, &rounds->items[rounds->first],
                   rounds->count * sizeof(*rounds->items));
            rounds->first = 0;
        }
        rounds->items = mem_grow(rounds->items, &rounds->max, rounds->first + rounds->count + 1,
                                 sizeof(*rounds->items));
        start = &rounds->items[rounds->first];
        memmove(start + i + 1, start + i, (rounds->count - i) * sizeof(*start));
    }
    rounds->items[rounds->first + i] = round;
    rounds->count++;
}

static void delete (struct rounds *rounds, size_t i)
{
    struct round *start = &rounds->items[rounds->first];

    rounds->count--;
    if (i < rounds->count / 2 + 1) {
        memmove(start + 1, start, i * sizeof(*start));
        rounds->first++;
    } else {
        memmove(start + i, start + i + 1, (rounds->count - i) * sizeof(*start));
    }
    if (rounds->count == 0)
        rounds->first = 0;
}

void rounds_add(struct rounds *rounds, int64_t number, int64_t weight, uint64_t *work)
{
    size_t i = find(rounds, number, work);
    struct round *round;

    ++*work;
    if (i == rounds->count || rounds->items[rounds->first + i].number != number) {
        insert(rounds, i, (struct round){number, weight});
        return;
    }
    round = &rounds->items[rounds->first + i];
    round->weight = weight_sum(round->weight, weight);
    if (round->weight == 0)
        delete (rounds, i);
}

int64_t rounds_first(const struct rounds *rounds, int64_t last)
{
    int64_t sum = 0;

    for (size_t i = 0; i < rounds->count; i++) {
        const struct round *round = &rounds->items[rounds->first + i];

        if (round->number > last)
            break;
        sum = weight_sum(sum, round->weight);
        if (sum > 0)
            return round->number;
    }
    return ROUND_NEVER;
}

int64_t rounds_after(const struct rounds *rounds, int64_t number, uint64_t *work)
{
    size_t i = find(rounds, number + 1, work);

    return i < rounds->count ? rounds->items[rounds->first + i].number : ROUND_NEVER;
}

void rounds_release(struct rounds *rounds)
{
    free(rounds->items);
    *rounds = (struct rounds){NULL, 0, 0, 0};
}

/* Spans of time as people write them. */
#include "base/duration.h"

#include <string.h>

static const struct {
    const char *name;
    int64_t microseconds;
} units[] = {
    {"us", 1},
    {"ms", 1000},
    {"s", 1000000},
    {"m", INT64_C(60) * 1000000},
    {"h", INT64_C(3600) * 1000000},
    {"d", INT64_C(86400) * 1000000},
};

bool duration_read(const char *text, size_t size, int64_t *microseconds)
{
    int64_t number = 0;
    size_t at = 0;

    for (; at < size && text[at] >= '0' && text[at] <= '9'; at++) {
        number = number * 10 + (text[at] - '0');
        if (number > DURATION_MAX)
            return false;
    }
    if (number == 0)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strlen(units[i].name) != size - at || memcmp(units[i].name, text + at, size - at) != 0)
            continue;
        if (number > DURATION_MAX / units[i].microseconds)
            return false;
        *microseconds = number * units[i].microseconds;
        return true;
    }
    return false;
}

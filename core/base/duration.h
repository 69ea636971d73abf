#ifndef SSP_BASE_DURATION_H
#define SSP_BASE_DURATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A hundred years, in microseconds: sums of a few of them and of points in time do not overflow. */
#define DURATION_MAX (INT64_C(36500) * 86400 * 1000000)

/*
 * A span of time in microseconds, from text such as "16ms", "5s", "2m" or "1h": digits and a unit,
 * us, ms, s, m, h or d, and nothing else. False: other text, 0, or more than DURATION_MAX.
 */
bool duration_read(const char *text, size_t size, int64_t *microseconds);

#endif

#ifndef SSP_BASE_CHECK_H
#define SSP_BASE_CHECK_H

#include <stdio.h>
#include <stdlib.h>

/*
 * Two levels of assertion, both for our own mistakes only. Bad plans, bad lines and full disks
 * are ordinary: they are reported through struct err.
 *
 * SSP_ASSERT is O(1) and stays on in every build: a wrong view is worse than a dead process.
 * SSP_ASSERT_SLOW may walk a whole structure and exists only under SSP_SLOW_CHECKS.
 */
#define SSP_ASSERT(cond) ((cond) ? (void)0 : ssp_panic(__FILE__, __LINE__, #cond))

#ifdef SSP_SLOW_CHECKS
#define SSP_ASSERT_SLOW(cond) SSP_ASSERT(cond)
#else
#define SSP_ASSERT_SLOW(cond) ((void)0)
#endif

_Noreturn static inline void ssp_panic(const char *file, int line, const char *what)
{
    (void)fprintf(stderr, "ssp: bug: %s:%d: %s\n", file, line, what);
    abort();
}

#endif

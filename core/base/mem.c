/* The one place where memory runs out. */
#include "base/mem.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef SSP_STRESS
enum { EXACT_BYTES = 4096 };
#else
enum { EXACT_BYTES = 0 };
#endif

_Noreturn static void out_of_memory(void)
{
    (void)fputs("ssp: out of memory\n", stderr);
    exit(ERR_USAGE);
}

void *mem_realloc(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);

    if (!p)
        out_of_memory();
    return p;
}

void *mem_alloc(size_t size)
{
    return mem_realloc(NULL, size);
}

void *mem_alloc_zero(size_t size)
{
    void *p = calloc(1, size ? size : 1);

    if (!p)
        out_of_memory();
    return p;
}

char *mem_copy(const void *bytes, size_t size)
{
    char *copy = mem_alloc(size + 1);

    if (size)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}

void *mem_grow(void *array, size_t *max, size_t need, size_t element)
{
    size_t size;
    size_t wanted = *max + *max / 2 + 8;

    if (need <= *max)
        return array;
    if (wanted < need || need <= (size_t)EXACT_BYTES / element)
        wanted = need;
    if (__builtin_mul_overflow(wanted, element, &size))
        out_of_memory();
    *max = wanted;
    return mem_realloc(array, size);
}

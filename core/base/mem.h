#ifndef SSP_BASE_MEM_H
#define SSP_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/*
 * Memory that cannot fail: a filter that has lost an allocation has lost its views, so no memory
 * ends the process, here and nowhere else (exit status 2).
 */
void *mem_alloc(size_t size);
void *mem_alloc_zero(size_t size);
void *mem_realloc(void *old, size_t size);
char *mem_copy(const void *bytes, size_t size); /* with a NUL after the end */

/* Room for at least `need` elements: grows *max by half or more, checked against overflow.
 * Under SSP_STRESS growth is exact up to a page, so that every append moves the array. */
void *mem_grow(void *array, size_t *max, size_t need, size_t element);

#endif

#ifndef SSP_VALUE_DOUBLE_TEXT_H
#define SSP_VALUE_DOUBLE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Doubles from and to decimal text, the way the C++ library has it and C has not: independent of
 * the locale, correctly rounded, shortest. */
enum { DOUBLE_TEXT_MAX = 32 };

/* The nearest double of a JSON number; false beyond the range of doubles. */
bool double_read(const char *text, size_t size, double *out);

/* The fewest digits that read back as the (finite) number, with an exponent; how many bytes it
 * takes. */
size_t double_write(double number, char text[DOUBLE_TEXT_MAX]);

#ifdef __cplusplus
}
#endif

#endif

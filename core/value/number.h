#ifndef SSP_VALUE_NUMBER_H
#define SSP_VALUE_NUMBER_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Numbers are the decimals that their JSON text says: exact, of any size, compared by value.
 * The text is kept; nothing is ever rounded on the way in. All functions take text that
 * number_valid() accepts.
 */

/* RFC 8259 number grammar, and an exponent that fits (|e| < 10^17). On false *reason says why. */
bool number_valid(const char *text, size_t size, const char **reason);

int number_compare(const char *a, size_t a_size, const char *b, size_t b_size);
uint64_t number_hash(const char *text, size_t size); /* equal numbers, equal hashes */

/* The value as an int64_t, if it is an integer in that range (7, 7.0, 70e-1). */
bool number_int(const char *text, size_t size, int64_t *out);

/* The largest int64_t that is not above the value times 10^shift, if there is one. */
bool number_floor(const char *text, size_t size, int shift, int64_t *out);

/* The nearest double; infinity beyond the range. Never decreasing in the number. */
double number_double(const char *text, size_t size);

/*
 * The one spelling of a value, for hashes and made keys: integers in digits (more than
 * NUMBER_ZEROS_MAX zeros at the end become an exponent, or a line of ten bytes could ask for a
 * gigabyte of zeros), other numbers plain while at most six zeros stand between the point and the
 * first digit, else their digits as an integer with an exponent.
 */
enum { NUMBER_ZEROS_MAX = 1000 };
void number_write_canonical(struct buf *buf, const char *text, size_t size);

#endif

#ifndef SSP_VALUE_JSON_FAULT_H
#define SSP_VALUE_JSON_FAULT_H

#include "base/err.h"

#include <stdbool.h>

/*
 * Saying what is wrong with text that json_read() refuses, and where: the library behind it gives
 * a code, and for some faults no place. Slow is fine here.
 */
enum json_fault {
    JSON_FAULT_BYTES,  /* bad UTF-8, a control character in a string, a string without an end */
    JSON_FAULT_ESCAPE, /* an escape in the string at `at` */
    JSON_FAULT_END,    /* the last closing bracket is not the root's: none is, or text follows it */
    JSON_FAULT_HERE,   /* what stands at `at`, or the end */
};

void json_fault(struct err *err, enum json_fault fault, const char *source, size_t size,
                const char *at);

/* True if the text may have been cut off: it begins an object that it does not end. */
bool json_is_cut(const char *text, size_t size);

/* Refuses at a byte of the source with a message. */
void json_fault_at(struct err *err, const char *source, const char *at, const char *message);

/* The same, quoting the text. */
void json_fault_quote(struct err *err, const char *source, const char *text, size_t size,
                      const char *message);

#endif

#ifndef SSP_BASE_ERR_H
#define SSP_BASE_ERR_H

#include <stddef.h>

/* How a call went. The values are exit statuses of the command. */
enum status {
    OK = 0,
    ERR_USAGE = 2, /* options, plans, the operating system */
    ERR_INPUT = 3, /* a bad line of the log */
};

/* Where and why something failed. Filled in once, by the function that found the problem;
 * everyone above passes the status on or adds the place. Owns nothing. */
struct err {
    enum status status;
    const char *source; /* "plans/open.json" or "-"; borrowed, NULL if unknown */
    size_t line;        /* 1-based, 0 if unknown */
    size_t column;      /* 1-based, in bytes, 0 if unknown */
    char message[320];  /* one line, lower case, no full stop */
};

/* Nothing wrong so far. Done for every line of a log, so the message's bytes are let be. */
static inline void err_clear(struct err *err)
{
    err->status = OK;
    err->source = NULL;
    err->line = 0;
    err->column = 0;
    err->message[0] = '\0';
}

enum status err_set(struct err *err, enum status status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Text of the world inside a message: in double quotes, cut after 60 bytes, unprintable bytes
 * as \xNN. Use as quote(p, n).text within one call. */
struct quoted {
    char text[160];
};
struct quoted quote(const char *text, size_t size);
/* The same without the quotes around it, for JSON text: it has its own. */
struct quoted excerpt(const char *text, size_t size);

#endif

#ifndef SSP_SQL_SQLTYPE_H
#define SSP_SQL_SQLTYPE_H

#include "value/typed.h"

/* What is known of the type of an expression. */
enum sql_type {
    SQL_ANY,     /* a column without declaration: whatever the record has */
    SQL_NULL,    /* NULL */
    SQL_LITERAL, /* 'text' of which nothing around says the type yet */
    SQL_BOOLEAN,
    SQL_INTEGER,
    SQL_BIGINT,
    SQL_NUMERIC,
    SQL_FLOAT,
    SQL_TEXT,
    SQL_DATE, /* dates and both timestamps: the later is what two of them have in common */
    SQL_TIMESTAMP,
    SQL_TIMESTAMPTZ,
    SQL_TIME,
    SQL_INTERVAL,
    SQL_JSON,
    SQL_ARRAY,
    SQL_SCALED = 1 << 8, /* numeric with so many digits behind the point: (n + 1) * SQL_SCALED */
    SQL_TYPES_END = 1 << 30,
};

static inline enum sql_type sql_base(enum sql_type type)
{
    return (enum sql_type)((unsigned)type % SQL_SCALED);
}

/* How many digits a numeric shows behind the point; -1: that depends on the value. */
static inline int sql_scale(enum sql_type type)
{
    return (int)((unsigned)type / SQL_SCALED) - 1;
}

/* The same as far as it is known: 0 at least. */
static inline int sql_shown(enum sql_type type)
{
    return sql_base(type) == SQL_NUMERIC && sql_scale(type) > 0 ? sql_scale(type) : 0;
}

static inline enum sql_type sql_scaled(int scale)
{
    return (enum sql_type)((unsigned)SQL_NUMERIC + (unsigned)(scale + 1) * SQL_SCALED);
}

/* type.c */
const char *sql_type_name(enum sql_type type);
/* What expressions make of a declared type. */
enum sql_type sql_type_of(const struct typed *typed);
bool sql_is_number(enum sql_type type);
bool sql_is_time(enum sql_type type);
bool sql_is_integer(enum sql_type type);
bool sql_is_any(enum sql_type type); /* without a declaration, or NULL */
/* The type of a number as it is written. */
enum sql_type sql_type_of_number(const char *text);

#endif

#ifndef SSP_SQL_SQL_H
#define SSP_SQL_SQL_H

#include "plan/read.h"
#include "plan/schema.h"

/*
 * Views in SQL, PostgreSQL's dialect, parsed by libpg_query: a compiler to the plan language. What
 * comes out is the JSON text of each view, which the plan reader then takes like any other, so that
 * there is one engine and one checker. ssp-sql(7) says what of SQL there is.
 *
 * Whatever is not understood is refused, at its place in the source.
 */
enum { SQL_FILE_MAX = 128 << 10 }; /* bytes; bounds how deep the parser can go */

/* Where it goes. */
struct sql_into {
    struct plan_views *views; /* materialized ones */
    struct schemas *schemas;  /* tables; those that are there can be read too */
    struct buf *texts;        /* the views' plans, one a line; NULL: nobody asks */
};

/* Reads a file of statements. */
enum status sql_read_file(struct json_reader *json, const struct plan_source *source,
                          const struct plan_defaults *defaults, const struct sql_into *into,
                          struct err *err) __attribute__((warn_unused_result));

#endif

#ifndef SSP_SQL_SQL_H
#define SSP_SQL_SQL_H

#include "plan/read.h"

/*
 * Views in SQL, PostgreSQL's dialect, parsed by libpg_query: a compiler to the plan language. What
 * comes out is the JSON text of each view, which the plan reader then takes like any other, so that
 * there is one engine and one checker. ssp-sql(7) says what of SQL there is.
 *
 * Whatever is not understood is refused, at its place in the source.
 */
enum { SQL_FILE_MAX = 128 << 10 }; /* bytes; bounds how deep the parser can go */

/* Reads a file of statements and adds its materialized views. `texts`, if not NULL, gets their
 * plans, one a line. */
enum status sql_read_file(struct json_reader *json, const struct plan_source *source,
                          const struct plan_defaults *defaults, struct plan_views *views,
                          struct buf *texts, struct err *err) __attribute__((warn_unused_result));

#endif

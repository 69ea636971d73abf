CREATE TABLE t (id integer PRIMARY KEY, ts timestamp, f double precision);
CREATE MATERIALIZED VIEW v AS SELECT ts AT TIME ZONE 'Europe/Berlin' AS x FROM t;

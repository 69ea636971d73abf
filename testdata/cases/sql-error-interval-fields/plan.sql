CREATE TABLE t (id integer PRIMARY KEY, ts timestamp, f double precision);
CREATE MATERIALIZED VIEW v AS SELECT interval '1-2' year to month AS x;

CREATE TABLE t (id integer PRIMARY KEY, ts timestamp, f double precision);
CREATE MATERIALIZED VIEW v AS SELECT round(f, 2) AS x FROM t;

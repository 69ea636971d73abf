CREATE TABLE t (id integer PRIMARY KEY, ts timestamp, f double precision);
CREATE MATERIALIZED VIEW v AS SELECT min(ts - ts) AS x FROM t;

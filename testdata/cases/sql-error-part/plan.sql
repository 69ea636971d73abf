CREATE TABLE t (id integer PRIMARY KEY, ts timestamp, f double precision);
CREATE MATERIALIZED VIEW v AS SELECT extract(century FROM ts) AS x FROM t;

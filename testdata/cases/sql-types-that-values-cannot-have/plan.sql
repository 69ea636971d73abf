CREATE TABLE t (id integer PRIMARY KEY, n numeric(4,2), s smallint, v varchar(2), b boolean, d date, ts timestamp,
                a integer[], i interval, x text NOT NULL, u uuid, f real);
CREATE MATERIALIZED VIEW v AS SELECT id, x FROM t;

CREATE TABLE t (id bigint PRIMARY KEY, n numeric(8,2), f double precision, r real, b boolean, c char(4), v varchar(3),
                u uuid, d date, k time, ts timestamp, tz timestamptz, i interval, a integer[], j jsonb, s smallint, x text);
CREATE MATERIALIZED VIEW v AS SELECT * FROM t;
CREATE MATERIALIZED VIEW same AS SELECT ts, count(*) FROM t GROUP BY ts;

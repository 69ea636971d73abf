CREATE TABLE t (id integer PRIMARY KEY, a integer);
CREATE MATERIALIZED VIEW v AS SELECT x.a FROM t AS x(a, b, c);

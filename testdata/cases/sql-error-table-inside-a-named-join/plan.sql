CREATE TABLE t (id integer PRIMARY KEY, a integer);
CREATE TABLE u (id integer PRIMARY KEY, a integer);
CREATE MATERIALIZED VIEW v AS SELECT t.a FROM (t JOIN u USING (a)) AS j;

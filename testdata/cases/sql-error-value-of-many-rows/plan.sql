CREATE TABLE c (id integer PRIMARY KEY, name text, region text);
CREATE TABLE o (id integer PRIMARY KEY, c integer, total integer);
CREATE MATERIALIZED VIEW v AS SELECT (SELECT name FROM c) AS n FROM o;

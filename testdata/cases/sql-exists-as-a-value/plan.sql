CREATE TABLE c (id integer PRIMARY KEY, name text, region text);
CREATE TABLE o (id integer PRIMARY KEY, c integer, total integer);
CREATE MATERIALIZED VIEW v AS SELECT id, EXISTS (SELECT 1 FROM o) AS e, EXISTS (SELECT 1 FROM o WHERE o.c = c.id) AS f FROM c;

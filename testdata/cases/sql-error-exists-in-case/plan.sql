CREATE TABLE c (id integer PRIMARY KEY, name text, region text);
CREATE TABLE o (id integer PRIMARY KEY, c integer, total integer);
CREATE MATERIALIZED VIEW v AS SELECT name FROM c WHERE CASE WHEN EXISTS (SELECT 1 FROM o) THEN true END;

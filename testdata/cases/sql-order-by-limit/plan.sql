CREATE TABLE g (id integer PRIMARY KEY, name text, score integer);
CREATE MATERIALIZED VIEW up WITH (format = flat) AS SELECT name, score FROM g ORDER BY score, name LIMIT 2;
CREATE MATERIALIZED VIEW down WITH (format = flat) AS SELECT name, score FROM g ORDER BY score DESC, name LIMIT 2;
CREATE MATERIALIZED VIEW nulls WITH (format = flat) AS SELECT name FROM g ORDER BY score NULLS FIRST, 1 LIMIT 2 OFFSET 1;
CREATE MATERIALIZED VIEW everything WITH (format = flat) AS SELECT score, name FROM g ORDER BY score DESC NULLS LAST, name;

CREATE TABLE c (id integer PRIMARY KEY, name text, region text);
CREATE TABLE o (id integer PRIMARY KEY, c integer, total integer);
CREATE MATERIALIZED VIEW totals AS SELECT name, (SELECT count(*) FROM o WHERE o.c = c.id) AS n, (SELECT sum(total) FROM o WHERE c = c.id AND total > 1) AS s FROM c;
CREATE MATERIALIZED VIEW above AS SELECT id FROM o WHERE total > (SELECT avg(total) FROM o p WHERE p.c = o.c);
CREATE MATERIALIZED VIEW who AS SELECT id, (SELECT name FROM c WHERE c.id = o.c) AS who FROM o;
CREATE MATERIALIZED VIEW regions AS SELECT region, count(*) AS n FROM c GROUP BY region HAVING count(*) >= (SELECT max(id) FROM o);
CREATE MATERIALIZED VIEW best AS SELECT name, (SELECT total FROM o WHERE o.c = c.id ORDER BY total DESC LIMIT 1) AS best FROM c;

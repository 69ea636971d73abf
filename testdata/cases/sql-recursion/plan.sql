CREATE TABLE edges (id integer PRIMARY KEY, a integer, b integer);
CREATE MATERIALIZED VIEW reach AS
  WITH RECURSIVE r(x, y) AS (SELECT a, b FROM edges UNION SELECT r.x, e.b FROM r JOIN edges e ON e.a = r.y)
  SELECT * FROM r WHERE x <> y;
CREATE MATERIALIZED VIEW from_1 AS
  WITH RECURSIVE r AS (SELECT 1 AS n UNION SELECT e.b FROM edges e, r WHERE e.a = r.n)
  SELECT count(*) AS n FROM r;

CREATE TABLE edges (id integer PRIMARY KEY, a integer, b integer);
CREATE MATERIALIZED VIEW ways AS
  WITH RECURSIVE w AS (SELECT a, b FROM edges UNION SELECT l.a, r.b FROM w l JOIN w r ON l.b = r.a)
  SELECT * FROM w;

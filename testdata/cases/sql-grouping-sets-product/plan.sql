CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE MATERIALIZED VIEW v AS
  SELECT a, b, s, sum(id) AS ids FROM t GROUP BY a, GROUPING SETS ((b, s), ());
CREATE MATERIALIZED VIEW w AS
  SELECT a, b, count(*) AS n FROM t GROUP BY DISTINCT CUBE (a), ROLLUP (a, b) HAVING grouping(b) = 1;

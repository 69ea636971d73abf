CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE MATERIALIZED VIEW v AS
  SELECT a, b, count(*) AS n, grouping(a, b) AS g FROM t GROUP BY ROLLUP (a, b);

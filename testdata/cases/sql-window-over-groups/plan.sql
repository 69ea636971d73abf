CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE MATERIALIZED VIEW v AS
  SELECT b, count(*) AS n, rank() OVER (ORDER BY count(*) DESC) AS place, sum(count(*)) OVER () AS of
  FROM t GROUP BY b;

CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE MATERIALIZED VIEW v AS
  SELECT id, percent_rank() OVER (ORDER BY b) AS p, cume_dist() OVER (ORDER BY b) AS c FROM t;

CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE MATERIALIZED VIEW v AS
  SELECT id, row_number() OVER w AS n, sum(b) OVER (w ROWS 1 PRECEDING) AS two,
         lag(s, 1, 'none') OVER w AS before, count(*) FILTER (WHERE b > 1) OVER () AS large
  FROM t WINDOW w AS (PARTITION BY a ORDER BY id);

CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE MATERIALIZED VIEW v AS
  SELECT id, (a, b) = (1, 1) AS eq, (a, s) < (1, 'y') AS lt, (a, b) IN ((1, 1), (2, NULL)) AS listed,
         (a, b) IS DISTINCT FROM (NULL, 2) AS other FROM t;

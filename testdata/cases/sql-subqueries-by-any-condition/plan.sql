CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE TABLE u (id int PRIMARY KEY, a int, c int, tags text[], j jsonb);
CREATE MATERIALIZED VIEW v AS
  SELECT id, (SELECT count(*) FROM u WHERE u.c > t.b) AS larger,
         (SELECT max(q) FROM (SELECT c AS q FROM u WHERE u.a = t.a UNION SELECT t.b) x) AS most,
         (SELECT sum(n) FROM (SELECT count(*) AS n FROM u WHERE u.id <= t.b GROUP BY a HAVING count(*) < 2) y) AS few
  FROM t;
CREATE MATERIALIZED VIEW w AS
  SELECT a, count(*) AS n, (SELECT count(*) FROM u WHERE u.c >= t.a) AS above FROM t GROUP BY a;

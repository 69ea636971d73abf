CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE TABLE u (id int PRIMARY KEY, a int, c int, tags text[], j jsonb);
CREATE MATERIALIZED VIEW v AS
  SELECT id, EXISTS (SELECT FROM u WHERE u.a = t.a) AS e, b IN (SELECT c FROM u) AS i,
         b NOT IN (SELECT c FROM u WHERE u.a = t.a) AS n,
         CASE WHEN b < ALL (SELECT c FROM u WHERE u.a >= t.a) THEN 'less' END AS l,
         (a, b) IN (SELECT a, c FROM u) AS r,
         ARRAY(SELECT c FROM u WHERE u.a = t.a ORDER BY id DESC) AS list
  FROM t;

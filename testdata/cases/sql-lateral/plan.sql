CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE TABLE u (id int PRIMARY KEY, a int, c int, tags text[], j jsonb);
CREATE MATERIALIZED VIEW newest AS
  SELECT t.id, x.id AS u, x.c FROM t LEFT JOIN LATERAL
    (SELECT id, c FROM u WHERE u.a >= t.a ORDER BY c DESC NULLS LAST, id LIMIT 1) x ON true;
CREATE MATERIALIZED VIEW counts AS
  SELECT t.id, x.n, x.most FROM t, LATERAL (SELECT count(*) AS n, max(c) AS most FROM u WHERE u.c > t.b) x;

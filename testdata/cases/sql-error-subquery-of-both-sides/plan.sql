CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE TABLE u (id int PRIMARY KEY, a int, c int, tags text[], j jsonb);
CREATE MATERIALIZED VIEW v AS
  SELECT 1 FROM t LEFT JOIN u ON EXISTS (SELECT FROM t x WHERE x.a = t.a AND x.b = u.c);

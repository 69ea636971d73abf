CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE TABLE u (id int PRIMARY KEY, a int, c int, tags text[], j jsonb);
CREATE MATERIALIZED VIEW v AS
  SELECT t.id, u.id AS u FROM t LEFT JOIN u ON u.a = t.a AND EXISTS (SELECT FROM u other WHERE other.c > u.c);

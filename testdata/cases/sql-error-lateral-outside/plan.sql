CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE TABLE u (id int PRIMARY KEY, a int, c int, tags text[], j jsonb);
CREATE MATERIALIZED VIEW v AS
  SELECT 1 FROM t, u LEFT JOIN LATERAL (SELECT t.a + u.a AS q) x ON true;

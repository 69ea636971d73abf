CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE MATERIALIZED VIEW v AS
  SELECT id, s ~ '^\m[xz]' AS word, s ~* 'X\M' AS folded, s !~ 'x|y' AS none,
         s SIMILAR TO '(x|z)%' AS similar, s NOT SIMILAR TO '_' AS longer FROM t;

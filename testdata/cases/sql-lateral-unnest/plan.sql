CREATE TABLE t (id int PRIMARY KEY, a int, b int, s text);
CREATE TABLE u (id int PRIMARY KEY, a int, c int, tags text[], j jsonb);
CREATE MATERIALIZED VIEW tags AS
  SELECT u.id, tag, place FROM u, unnest(u.tags) WITH ORDINALITY AS x(tag, place);
CREATE MATERIALIZED VIEW members AS
  SELECT u.id, m.key, m.value FROM u LEFT JOIN LATERAL jsonb_each(u.j) m ON true;
CREATE MATERIALIZED VIEW numbers AS SELECT n, t.id FROM generate_series(1, 6, 5) n LEFT JOIN t ON t.b = n;

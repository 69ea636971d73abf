CREATE TABLE t (id integer PRIMARY KEY, a integer, b text);
CREATE TABLE u (id integer PRIMARY KEY, a integer, c text);
CREATE MATERIALIZED VIEW swapped AS
  SELECT x.a, x.id, x.b FROM t AS x(a, id) WHERE x.id > 1;
CREATE MATERIALIZED VIEW groups AS
  SELECT k, n, count(y.c) AS n_c FROM t AS x(k, n) LEFT JOIN u AS y(p, n) USING (n) GROUP BY k, n;
CREATE MATERIALIZED VIEW named AS
  SELECT j.*, o.b AS other
  FROM (t LEFT JOIN u USING (a)) AS j(a, t_id, b, u_id) JOIN t AS o(id) ON o.id = j.u_id OR j.c = o.b;
CREATE MATERIALIZED VIEW asked AS
  SELECT id, (SELECT max(j.c) FROM (t AS i JOIN u USING (a)) AS j WHERE j.a = t.a) AS c FROM t;

CREATE TABLE t (id integer PRIMARY KEY, n numeric(10,2), f double precision, x numeric, b bigint);
CREATE MATERIALIZED VIEW v WITH (format = delta) AS
  SELECT n + 2 AS sum, n * 1.50 AS product, n / 3 AS quotient, round(n, 1) AS one, n::text AS text, x, f + 0.2 AS double,
         id / 2 AS whole, 1 / 3.0 AS third, f::numeric AS fn, (f * 1e20)::text AS ft FROM t;
CREATE MATERIALIZED VIEW g WITH (format = delta) AS
  SELECT sum(n), avg(n), sum(n) / count(*) AS mean, avg(id) AS a, stddev(n), sum(b) AS b, sum(x) AS x FROM t;

CREATE TABLE n (id integer PRIMARY KEY, a integer, b integer, x numeric);
CREATE MATERIALIZED VIEW v AS SELECT a / b AS q, a % b AS r, x / b AS exact, a / 2.0 AS half, -a AS neg, round(x) AS r0, x::integer AS i, '7'::integer + a AS s FROM n;
CREATE MATERIALIZED VIEW u AS SELECT value / 2 AS h FROM undeclared;

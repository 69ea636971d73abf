CREATE TABLE customers (id text PRIMARY KEY, name text, region text);
CREATE TABLE orders (id text PRIMARY KEY, customer text, status text, total numeric);
CREATE MATERIALIZED VIEW v AS SELECT upper(name) || ' ' || coalesce(region, '?') AS label,
  CASE region WHEN 'EU' THEN 1 WHEN 'US' THEN 2 END AS n, name LIKE 'A%' AS a, name ~* '^b' AS b, region IS DISTINCT FROM 'EU' AS far FROM customers;

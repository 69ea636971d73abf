CREATE TABLE customers (id text PRIMARY KEY, name text, region text);
CREATE TABLE orders (id text PRIMARY KEY, customer text, status text, total numeric);
CREATE MATERIALIZED VIEW revenue WITH (format = 'streaming') AS
  SELECT c.region, count(*) AS n, sum(o.total) AS total
  FROM orders o JOIN customers c ON c.id = o.customer
  WHERE o.status = 'paid' GROUP BY c.region HAVING count(*) > 1;

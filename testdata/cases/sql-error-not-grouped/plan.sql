CREATE TABLE customers (id text PRIMARY KEY, name text, region text);
CREATE TABLE orders (id text PRIMARY KEY, customer text, status text, total numeric);
CREATE MATERIALIZED VIEW v AS
  SELECT status, customer, count(*) FROM orders GROUP BY status;

CREATE TABLE customers (id text PRIMARY KEY, name text, region text);
CREATE TABLE orders (id text PRIMARY KEY, customer text, status text, total numeric);
CREATE MATERIALIZED VIEW big AS SELECT o.id, c.name FROM orders o, customers c
  WHERE o.customer = c.id AND o.total > 5 AND c.region = 'EU' AND o.total > length(c.name);

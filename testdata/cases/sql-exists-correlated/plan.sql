CREATE TABLE customers (id text PRIMARY KEY, name text, region text);
CREATE TABLE orders (id text PRIMARY KEY, customer text, status text, total numeric);
CREATE MATERIALIZED VIEW buyers AS SELECT name FROM customers c
  WHERE EXISTS (SELECT * FROM orders WHERE customer = c.id AND total > 5);
CREATE MATERIALIZED VIEW largest AS SELECT o.id, o.total FROM orders o
  WHERE o.total >= ALL (SELECT p.total FROM orders p WHERE p.customer = o.customer AND p.total IS NOT NULL);

CREATE TABLE customers (id text PRIMARY KEY, name text, region text);
CREATE TABLE orders (id text PRIMARY KEY, customer text, status text, total numeric);
CREATE VIEW paid (id, who, total) AS SELECT id, customer, total FROM orders WHERE status = 'paid';
CREATE MATERIALIZED VIEW per_customer AS SELECT who, sum(total) AS total FROM paid GROUP BY who;
CREATE MATERIALIZED VIEW best AS
  WITH top AS (SELECT * FROM per_customer WHERE who IS NOT NULL ORDER BY total DESC LIMIT 1)
  SELECT c.name, t.total FROM top t JOIN customers c ON c.id = t.who;

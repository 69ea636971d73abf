CREATE TABLE customers (id text PRIMARY KEY, name text, region text);
CREATE TABLE orders (id text PRIMARY KEY, customer text, status text, total numeric);
CREATE MATERIALIZED VIEW newest AS SELECT DISTINCT ON (customer) customer, id, total FROM orders WHERE customer IS NOT NULL ORDER BY customer, total DESC;

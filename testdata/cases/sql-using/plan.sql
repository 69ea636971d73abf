CREATE TABLE customers (id text PRIMARY KEY, name text, region text);
CREATE TABLE orders (id text PRIMARY KEY, customer text, status text, total numeric);
CREATE TABLE payments (id text PRIMARY KEY, customer text, amount integer);
CREATE MATERIALIZED VIEW p AS SELECT * FROM orders JOIN payments USING (customer);
CREATE MATERIALIZED VIEW q AS SELECT customer, o.id, payments.* FROM orders o JOIN payments USING (customer);

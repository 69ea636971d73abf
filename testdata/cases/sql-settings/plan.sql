CREATE TABLE customers (id text PRIMARY KEY, name text, region text);
CREATE TABLE orders (id text PRIMARY KEY, customer text, status text, total numeric);
CREATE MATERIALIZED VIEW a WITH (format = delta, refresh = 3) AS SELECT status FROM orders;
CREATE MATERIALIZED VIEW b WITH (format = 'flat', semantics = membership, emit = ids) AS SELECT status FROM orders;

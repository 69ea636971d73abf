CREATE MATERIALIZED VIEW v AS SELECT name FROM orders o JOIN customers c ON c.id = o.customer;

CREATE MATERIALIZED VIEW open AS SELECT * FROM orders WHERE status <> 'paid';
CREATE MATERIALIZED VIEW names AS SELECT o.id, c.name FROM orders o, customers c WHERE c.id = o.customer;

-- Which customers spent the most, and in how many orders.
CREATE TABLE customers (id bigint PRIMARY KEY, name text, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, status text, total numeric(12,2));

CREATE MATERIALIZED VIEW best_customers WITH (format = 'flat') AS
  SELECT c.name, count(*) AS orders, sum(o.total) AS total
  FROM orders o JOIN customers c ON c.id = o.customer_id
  WHERE o.status IN ('paid', 'shipped')
  GROUP BY c.id HAVING count(*) > 1
  ORDER BY total DESC LIMIT 3;

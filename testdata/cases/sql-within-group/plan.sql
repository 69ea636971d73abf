CREATE TABLE sales (id integer PRIMARY KEY, region text, pieces integer, price numeric(8,2), paid boolean);
CREATE MATERIALIZED VIEW v AS
  SELECT region,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY pieces) AS median,
         percentile_cont(0.9) WITHIN GROUP (ORDER BY pieces DESC) AS low,
         percentile_disc(0.5) WITHIN GROUP (ORDER BY price) AS lower,
         percentile_disc(0.5) WITHIN GROUP (ORDER BY price DESC) AS upper,
         percentile_disc(0.5) WITHIN GROUP (ORDER BY price) FILTER (WHERE paid) AS paid,
         mode() WITHIN GROUP (ORDER BY pieces) AS often,
         mode() WITHIN GROUP (ORDER BY pieces DESC) AS or_else
  FROM sales GROUP BY region
  HAVING mode() WITHIN GROUP (ORDER BY pieces) IS NOT NULL;

CREATE TABLE a (id integer PRIMARY KEY, k integer, v text);
CREATE TABLE b (id integer PRIMARY KEY, k integer, w text);
CREATE MATERIALIZED VIEW l WITH (format = delta) AS SELECT v, w FROM a LEFT JOIN b ON a.k = b.k AND b.w <> 'x';
CREATE MATERIALIZED VIEW f WITH (format = delta) AS SELECT * FROM a FULL JOIN b USING (k);
CREATE MATERIALIZED VIEW unmatched WITH (format = delta) AS SELECT v FROM a LEFT JOIN b USING (k) WHERE b.id IS NULL;
CREATE MATERIALIZED VIEW pairs WITH (format = delta) AS SELECT v, w FROM a CROSS JOIN b WHERE v < w;

CREATE TABLE t (id integer PRIMARY KEY, d date, ts timestamp, tz timestamptz);
CREATE MATERIALIZED VIEW v AS
  SELECT d + 1 AS next, d - date '2024-01-01' AS days, ts + interval '1 month' AS month, ts - interval '90' minute AS before,
         ts - d AS since, age(ts, timestamp '2000-02-29') AS age, date_trunc('month', ts) AS first,
         extract(epoch FROM tz) AS epoch, extract(hour FROM ts - d) AS hours, tz::date AS day, ts::text AS text, tz::text AS tztext,
         tumble(ts, interval '15 minutes') AS window, hop(ts, interval '5 minutes', interval '10 minutes') AS windows,
         ts < tz AS earlier, (ts - d) * 2 AS twice
  FROM t WHERE ts >= '2024-01-31' AND d IN ('2024-01-31', '2024-03-31');

-- Nexmark 8: new users who sell at once
CREATE MATERIALIZED VIEW q08 AS
SELECT p.id, p.name, p.start_time
FROM (SELECT id, name, tumble(date_time, interval '10 seconds') AS start_time
      FROM person GROUP BY id, name, tumble(date_time, interval '10 seconds')) p
JOIN (SELECT seller, tumble(date_time, interval '10 seconds') AS start_time
      FROM auction GROUP BY seller, tumble(date_time, interval '10 seconds')) a
  ON p.id = a.seller AND p.start_time = a.start_time;

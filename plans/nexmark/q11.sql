-- Nexmark 11: how many bids a user made in each session, which ends with ten seconds without any
CREATE MATERIALIZED VIEW q11 AS
SELECT bidder, count(*) AS bid_count, min(date_time) AS start_time, max(date_time) + interval '10 seconds' AS end_time
FROM (SELECT bidder, date_time, sum(starts) OVER (PARTITION BY bidder ORDER BY date_time) AS session
      FROM (SELECT bidder, date_time,
                   CASE WHEN date_time - lag(date_time) OVER (PARTITION BY bidder ORDER BY date_time)
                             < interval '10 seconds' THEN 0 ELSE 1 END AS starts
            FROM bid) s) t
GROUP BY bidder, session;

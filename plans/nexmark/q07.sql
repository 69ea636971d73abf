-- Nexmark 7: highest bids, in ten seconds each
CREATE MATERIALIZED VIEW q07 AS
SELECT b.auction, b.price, b.bidder, b.date_time
FROM bid b
JOIN (SELECT max(price) AS max_price, tumble(date_time, interval '10 seconds') AS start_time
      FROM bid GROUP BY tumble(date_time, interval '10 seconds')) m
  ON b.price = m.max_price
WHERE b.date_time BETWEEN m.start_time AND m.start_time + interval '10 seconds';

-- Nexmark 5: hot items, the auctions with the most bids in ten seconds, every two seconds
CREATE VIEW counted AS
SELECT b.auction, w.start_time, count(*) AS num
FROM bid b, LATERAL unnest(hop(b.date_time, interval '2 seconds', interval '10 seconds')) AS w (start_time)
GROUP BY b.auction, w.start_time;

CREATE MATERIALIZED VIEW q05 AS
SELECT c.auction, c.num, c.start_time
FROM counted c
JOIN (SELECT max(num) AS num, start_time FROM counted GROUP BY start_time) m
  ON c.start_time = m.start_time AND c.num >= m.num;

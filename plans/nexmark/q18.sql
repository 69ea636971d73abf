-- Nexmark 18: the last bid of each bidder on each auction
CREATE MATERIALIZED VIEW q18 AS
SELECT auction, bidder, price, channel, url, date_time
FROM (SELECT *, row_number() OVER (PARTITION BY bidder, auction ORDER BY date_time DESC, price DESC) AS place FROM bid) q
WHERE place <= 1;

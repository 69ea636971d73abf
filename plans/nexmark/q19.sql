-- Nexmark 19: the ten highest bids of each auction
CREATE MATERIALIZED VIEW q19 AS
SELECT *
FROM (SELECT *, row_number() OVER (PARTITION BY auction ORDER BY price DESC, date_time, bidder) AS place FROM bid) q
WHERE place <= 10;

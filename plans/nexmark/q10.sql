-- Nexmark 10: bids with their day and minute
CREATE MATERIALIZED VIEW q10 AS
SELECT auction, bidder, price, date_time, left(date_time::text, 10) AS day, substr(date_time::text, 12, 5) AS minute
FROM bid;

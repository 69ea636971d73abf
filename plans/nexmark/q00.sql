-- Nexmark 0: pass through
CREATE MATERIALIZED VIEW q00 AS
SELECT auction, bidder, price, date_time FROM bid;

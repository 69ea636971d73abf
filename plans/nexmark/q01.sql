-- Nexmark 1: prices in another currency
CREATE MATERIALIZED VIEW q01 AS
SELECT auction, bidder, 0.908 * price AS price, date_time FROM bid;

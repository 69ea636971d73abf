-- Nexmark 2: bids on some auctions
CREATE MATERIALIZED VIEW q02 AS
SELECT auction, price FROM bid WHERE mod(auction, 123) = 0;

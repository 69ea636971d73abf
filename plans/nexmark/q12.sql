-- Nexmark 12: how many bids a user made in ten seconds; by the time of the bids, a view has no other clock
CREATE MATERIALIZED VIEW q12 AS
SELECT bidder, count(*) AS bid_count, tumble(date_time, interval '10 seconds') AS start_time
FROM bid
GROUP BY bidder, tumble(date_time, interval '10 seconds');

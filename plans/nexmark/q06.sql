-- Nexmark 6: average selling price of the last ten auctions of a seller
CREATE MATERIALIZED VIEW q06 AS
SELECT seller, avg(final) OVER (PARTITION BY seller ORDER BY date_time, auction ROWS BETWEEN 10 PRECEDING AND CURRENT ROW)
FROM (SELECT a.seller, a.id AS auction, max(b.price) AS final, max(b.date_time) AS date_time
      FROM auction a, bid b
      WHERE a.id = b.auction AND b.date_time BETWEEN a.date_time AND a.expires
      GROUP BY a.id, a.seller) q;

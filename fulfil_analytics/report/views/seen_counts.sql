-- How many orders came out how: what every chart of rates adds up. Days are not cut to the report's own: trends look back.
CREATE OR REPLACE TEMP TABLE seen_counts AS
SELECT p.shop, p.market, p.warehouse, p.carrier, p.order_type, p.day, p.hour, d.stage, d.mode, d.outcome, count(*) AS orders
FROM deadlines AS d
JOIN seen_placed AS p ON p.order_id = d.order_id
WHERE d.stage IN {stages} AND d.mode IN {modes} AND d.outcome <> 'not_applicable'
GROUP BY ALL

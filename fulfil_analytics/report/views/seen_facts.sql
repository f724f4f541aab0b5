-- The orders of the shop asked for, with their local day and hour.
CREATE OR REPLACE TEMP VIEW seen_facts AS
SELECT o.*, CAST(sla_local(o.created_at) AS DATE) AS day, CAST(hour(sla_local(o.created_at)) AS INTEGER) AS hour
FROM orders AS o
WHERE {shop} IS NULL OR o.shop = {shop}

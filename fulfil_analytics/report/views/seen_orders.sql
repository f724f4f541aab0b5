-- The orders a report speaks of.
CREATE OR REPLACE TEMP VIEW seen_orders AS
SELECT * FROM seen_facts
WHERE ({first} IS NULL OR day >= {first}) AND ({last} IS NULL OR day <= {last})

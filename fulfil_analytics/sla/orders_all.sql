-- The profiles and times of all orders. `order_no` tells orders apart and is no more than that: a checkpoint may move the rows
-- of `orders`.

CREATE OR REPLACE TEMP TABLE sla_profiles AS
SELECT CAST(row_number() OVER () AS INTEGER) AS profile_id, *, /*blanks*/
FROM (SELECT DISTINCT /*names*/ FROM sla_facts);

CREATE OR REPLACE TABLE deadline_orders AS
SELECT f.* EXCLUDE (/*names*/), p.profile_id
FROM sla_facts AS f
JOIN sla_profiles AS p ON /*agree*/;

CREATE OR REPLACE TABLE deadline_profiles AS
SELECT profile_id, /*names*/ FROM sla_profiles;

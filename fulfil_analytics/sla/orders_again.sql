-- The profiles and times of the orders in /*touched*/ alone; all others keep theirs. A new profile gets a new number, one that no
-- order has any more goes.

CREATE OR REPLACE TEMP TABLE sla_touched AS
SELECT * FROM sla_facts WHERE order_id IN (SELECT order_id FROM /*touched*/);

CREATE OR REPLACE TEMP TABLE sla_profiles AS
WITH fresh AS (
  SELECT /*names*/ FROM sla_touched
  EXCEPT
  SELECT /*names*/ FROM deadline_profiles
)

SELECT *, /*blanks*/
FROM (
  SELECT profile_id, /*names*/ FROM deadline_profiles
  UNION ALL
  SELECT
    CAST((SELECT coalesce(max(profile_id), 0) FROM deadline_profiles) + row_number() OVER () AS INTEGER), /*names*/
  FROM fresh
);

DELETE FROM deadline_orders WHERE order_id IN (SELECT order_id FROM /*touched*/);

INSERT INTO deadline_orders BY NAME
SELECT
  f.* EXCLUDE (/*names*/)
    REPLACE ((SELECT coalesce(max(order_no), 0) FROM deadline_orders) + row_number() OVER () AS order_no),
  p.profile_id
FROM sla_touched AS f
JOIN sla_profiles AS p ON /*agree*/;

DELETE FROM sla_profiles WHERE profile_id NOT IN (SELECT profile_id FROM deadline_orders);

CREATE OR REPLACE TABLE deadline_profiles AS
SELECT profile_id, /*names*/ FROM sla_profiles;

DROP TABLE sla_touched;

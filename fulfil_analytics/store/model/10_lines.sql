-- What the exports say, as of the audit's moment: a time later than as-of was not known yet, and neither was a later status.
CREATE OR REPLACE TEMP VIEW lines AS
SELECT
  order_lines.* REPLACE (
    CASE WHEN paid_at <= {as_of} THEN paid_at END AS paid_at,
    CASE WHEN rts_at <= {as_of} THEN rts_at END AS rts_at,
    CASE WHEN shipped_at <= {as_of} THEN shipped_at END AS shipped_at,
    CASE WHEN delivered_at <= {as_of} THEN delivered_at END AS delivered_at,
    CASE WHEN cancel_requested_at <= {as_of} THEN cancel_requested_at END AS cancel_requested_at,
    CASE WHEN cancelled_at <= {as_of} THEN cancelled_at END AS cancelled_at,
    CASE WHEN cancelled_at > {as_of} THEN NULL ELSE cancelled_by END AS cancelled_by,
    CASE WHEN cancelled_at > {as_of} THEN NULL ELSE cancel_reason END AS cancel_reason,
    CASE WHEN later THEN NULL ELSE order_status END AS order_status,
    CASE WHEN later THEN NULL ELSE order_substatus END AS order_substatus
  ),
  coalesce(cancelled_at <= {as_of}, order_status = 'cancelled' AND NOT later, FALSE) AS line_cancelled
FROM (
  SELECT order_lines.*, coalesce(greatest(paid_at, rts_at, shipped_at, delivered_at, cancelled_at) > {as_of}, FALSE) AS later
  FROM order_lines
  WHERE created_at <= {as_of}
) AS order_lines;

-- A carrier is known by its id; a name that no carrier file knows still tells two carriers apart.
CREATE OR REPLACE TEMP TABLE carrier_of AS
SELECT given.name AS carrier_as_given, carrier_names.carrier, coalesce(carrier_names.carrier, '?' || fa_carrier_name(given.name)) AS carrier_key
FROM (
  SELECT DISTINCT carrier_as_given AS name FROM order_lines WHERE carrier_as_given IS NOT NULL
  UNION
  SELECT DISTINCT carrier_as_given FROM tracking_events WHERE carrier_as_given IS NOT NULL
) AS given
LEFT JOIN carrier_names ON carrier_names.name = fa_carrier_name(given.name);

-- Late stages, split into the stretches of a parcel's way up to the event that stops the stage.
CREATE OR REPLACE TEMP TABLE late_stages AS
SELECT order_no, order_id, stage, outcome_effective AS outcome, clock_start, due_effective AS due_at, stopped_at, stop_event
FROM deadline_modes
WHERE code_effective IN (2, 4) AND stage IN ('rts', 'dispatch', 'collection', 'delivery');

-- They are few: tables of their own tell the planner so.
CREATE OR REPLACE TEMP TABLE late_parcels AS
SELECT p.parcel_id, p.order_id, coalesce(p.carrier, p.carrier_as_given) AS carrier
FROM parcels AS p
WHERE p.order_id IN (SELECT order_id FROM late_stages);

CREATE OR REPLACE TEMP TABLE late_events AS
SELECT p.order_id, e.event_at
FROM parcel_events AS e
JOIN late_parcels AS p ON p.parcel_id = e.parcel_id
WHERE e.status = 'picked_up';

INSERT INTO late_causes BY NAME
WITH dues AS (
  SELECT
    order_id,
    max(due_effective) FILTER (stage = 'rts') AS rts_due,
    coalesce(max(due_effective) FILTER (stage = 'collection'), max(due_effective) FILTER (stage = 'dispatch')) AS dispatch_due,
    max(due_effective) FILTER (stage = 'delivery') AS delivery_due
  FROM deadline_modes
  WHERE code_effective < 5 AND order_no IN (SELECT order_no FROM late_stages)
  GROUP BY order_id
),

travelled AS (
  SELECT
    p.order_id,
    CASE WHEN count(DISTINCT p.carrier) = 1 THEN min(p.carrier) END AS carrier,
    CASE WHEN count(j.label_at) = count(*) THEN max(j.label_at) END AS label_event_at
  FROM late_parcels AS p
  LEFT JOIN journeys AS j ON j.parcel_id = p.parcel_id
  GROUP BY p.order_id
),

-- orders whose first scan is the carrier taking the parcel over
taken AS (
  SELECT DISTINCT o.order_id
  FROM late_events AS e
  JOIN orders AS o ON o.order_id = e.order_id AND o.dispatch_scan_at = e.event_at
),

-- which stretches lie before the stop: 1 the label, 2 up to the carrier's scan, 3 up to the delivery
marked AS (
  SELECT
    l.order_id, l.stage, l.outcome, l.clock_start, l.due_at,
    coalesce(l.stopped_at, o.cancelled_at, {as_of}) AS ended_at,
    CASE
      WHEN l.stop_event = 'rts_at' THEN 1
      WHEN l.stop_event IN ('shipped_at', 'dispatch_scan_at', 'dispatched_at', 'first_event_at', 'first_scan_at') THEN 2
      WHEN l.stop_event IN ('delivery_scan_at', 'delivered_at', 'received_at', 'attempted_at') THEN 3
    END AS reach,
    o.shop, o.warehouse, o.label_by, t.carrier,
    least(d.rts_due, coalesce(d.dispatch_due, d.rts_due)) AS rts_due, d.dispatch_due, d.delivery_due,
    coalesce(o.rts_at, t.label_event_at) AS label_at,
    o.dispatched_at,
    -- A hand-over shows where a scan follows the shipped time, or where the first scan is the carrier taking the parcel
    -- from a seller who brought it or ships under a label of its own. A driver who came late scans late: not told apart.
    CASE
      WHEN o.shipped_at < o.dispatch_scan_at THEN o.shipped_at
      WHEN k.order_id IS NOT NULL AND (o.handover = 'dropoff' OR (o.label_by = 'seller' AND o.handover IS NULL))
        THEN o.dispatch_scan_at
    END AS handed_at
  FROM late_stages AS l
  JOIN orders AS o ON o.order_id = l.order_id
  JOIN dues AS d ON d.order_id = l.order_id
  LEFT JOIN travelled AS t ON t.order_id = l.order_id
  LEFT JOIN taken AS k ON k.order_id = l.order_id
  WHERE l.clock_start IS NOT NULL
),

-- an event after the end of the stage has no part in it; an export without any label time says nothing of labels
bounded AS (
  SELECT
    *,
    CASE WHEN dispatched_at <= ended_at THEN dispatched_at END AS out_at,
    CASE WHEN label_at <= ended_at THEN greatest(label_at, clock_start) END AS labelled_at,
    CASE WHEN handed_at <= ended_at AND handed_at >= label_at THEN greatest(handed_at, clock_start) END AS given_at,
    label_at IS NOT NULL
      OR (dispatched_at IS NULL AND (SELECT count(rts_at) > 0 FROM orders)) AS label_known
  FROM marked
),

spans AS (
  SELECT
    *,
    CASE WHEN label_known THEN epoch(coalesce(labelled_at, ended_at) - clock_start) END AS label_seconds,
    CASE
      WHEN reach >= 2 AND label_known AND labelled_at IS NULL THEN NULL
      WHEN reach >= 2 THEN epoch(coalesce(given_at, out_at, ended_at) - coalesce(labelled_at, clock_start))
    END AS hand_over_seconds,
    CASE WHEN reach >= 2 AND given_at IS NOT NULL THEN epoch(coalesce(out_at, ended_at) - given_at) END AS scan_seconds,
    CASE WHEN reach >= 3 AND out_at IS NOT NULL THEN epoch(ended_at - out_at) END AS transit_seconds,
    -- each stretch has until its own deadline, or, when an earlier one was late, its own allowance after that
    CASE WHEN label_known THEN epoch(coalesce(labelled_at, ended_at) - coalesce(rts_due, dispatch_due)) END AS label_late,
    epoch(
      coalesce(given_at, out_at, ended_at)
      - greatest(dispatch_due, coalesce(labelled_at, clock_start) + (dispatch_due - coalesce(rts_due, dispatch_due)))
    ) AS hand_over_late,
    epoch(coalesce(out_at, ended_at) - greatest(dispatch_due, given_at)) AS scan_late,
    epoch(ended_at - greatest(delivery_due, out_at + (delivery_due - dispatch_due))) AS transit_late
  FROM bounded
),

overs AS (
  SELECT
    *,
    CASE WHEN label_seconds IS NOT NULL THEN greatest(label_late, 0) END AS label_over,
    CASE WHEN hand_over_seconds IS NOT NULL THEN greatest(hand_over_late, 0) END AS hand_over_over,
    CASE WHEN scan_seconds IS NOT NULL THEN greatest(scan_late, 0) END AS scan_over,
    CASE WHEN transit_seconds IS NOT NULL THEN greatest(transit_late, 0) END AS transit_over
  FROM spans
),

caused AS (
  SELECT
    *,
    CASE
      WHEN coalesce(greatest(label_over, hand_over_over, scan_over, transit_over), 0) <= 0 THEN NULL
      WHEN label_over >= coalesce(greatest(hand_over_over, scan_over, transit_over), 0) THEN 'label'
      WHEN transit_over >= coalesce(greatest(hand_over_over, scan_over), 0) THEN 'transit'
      WHEN scan_over >= coalesce(hand_over_over, 0) THEN 'scan'
      WHEN scan_seconds IS NULL OR NOT label_known THEN 'not_told_apart'
      ELSE 'hand_over'
    END AS cause
  FROM overs
)

SELECT
  order_id, stage, outcome, due_at, ended_at, CAST(floor(epoch(ended_at - due_at)) AS BIGINT) AS late_seconds,
  shop, warehouse, carrier, label_by,
  CAST(floor(label_seconds) AS BIGINT) AS label_seconds, CAST(floor(label_over) AS BIGINT) AS label_over,
  CAST(floor(hand_over_seconds) AS BIGINT) AS hand_over_seconds, CAST(floor(hand_over_over) AS BIGINT) AS hand_over_over,
  CAST(floor(scan_seconds) AS BIGINT) AS scan_seconds, CAST(floor(scan_over) AS BIGINT) AS scan_over,
  CAST(floor(transit_seconds) AS BIGINT) AS transit_seconds, CAST(floor(transit_over) AS BIGINT) AS transit_over,
  cause,
  CASE
    WHEN cause IN ('label', 'hand_over') THEN 'seller'
    WHEN label_by = 'seller' AND cause IS NOT NULL THEN 'seller'
    WHEN label_by = 'platform' AND cause IN ('scan', 'transit') THEN 'carrier'
  END AS answers
FROM caused
ORDER BY order_id, stage;

DROP TABLE late_stages;
DROP TABLE late_parcels;
DROP TABLE late_events;

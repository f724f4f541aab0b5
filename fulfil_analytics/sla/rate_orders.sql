-- Orders as rates see them: traits that metrics leave out, and a cell: orders of one cell agree in all that rates are sliced by.
CREATE OR REPLACE TEMP VIEW sla_rate_facts AS
SELECT
  o.order_id, o.created_at, o.cancelled_at, o.cancel_requested_at, o.cancelled_by, o.cancel_reason,
  coalesce(o.dispatched_at, o.received_at) IS NOT NULL AS gone,
  o.platform_fulfilled, o.is_sample AS sample, o.is_replacement AS replacement, o.is_exchange AS exchange,
  o.cancelled_at IS NOT NULL AS cancelled, coalesce(o.order_type = 'pre_order', FALSE) AS pre_order,
  coalesce(o.label_by = 'seller', FALSE) AS seller_label, coalesce(o.label_by = 'platform', FALSE) AS platform_label,
  o.pickup_point AS to_pickup_point
  /*dimensions*/
FROM orders AS o
/*carriers*/;

CREATE OR REPLACE TEMP TABLE sla_rate_cells AS
SELECT CAST(row_number() OVER () AS INTEGER) AS cell_id /*names*/
FROM (SELECT DISTINCT 1 AS one /*names*/ FROM sla_rate_facts);

CREATE OR REPLACE TEMP TABLE sla_rate_orders AS
SELECT d.order_no, f.* /*exclude*/, c.cell_id
FROM sla_rate_facts AS f
JOIN deadline_orders AS d ON d.order_id = f.order_id
JOIN sla_rate_cells AS c ON /*agree*/;

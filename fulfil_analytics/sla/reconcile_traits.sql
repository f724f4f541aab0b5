-- What metrics leave out, order by order; and the orders that each reading of the metric counts. `thing` is an order or a parcel.
CREATE OR REPLACE TEMP TABLE reconcile_traits AS
SELECT
  order_id, created_at,
  list_filter([
    CASE WHEN platform_fulfilled THEN 'platform_fulfilled' END,
    CASE WHEN is_sample THEN 'sample' END,
    CASE WHEN is_replacement THEN 'replacement' END,
    CASE WHEN is_exchange THEN 'exchange' END,
    CASE WHEN cancelled_at IS NOT NULL THEN 'cancelled' END,
    CASE WHEN order_type = 'pre_order' THEN 'pre_order' END,
    CASE WHEN label_by = 'seller' THEN 'seller_label' END,
    CASE WHEN label_by = 'platform' THEN 'platform_label' END,
    CASE WHEN pickup_point THEN 'pickup_point' END
  ], lambda trait: trait IS NOT NULL) AS traits
FROM orders;

CREATE OR REPLACE TEMP TABLE reconcile_steps (step INTEGER, thing VARCHAR, order_id VARCHAR, kind VARCHAR, hit BOOLEAN);

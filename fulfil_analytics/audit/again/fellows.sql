-- One round: the orders that share a number with one that is judged again.
INSERT INTO again_before.judged
SELECT order_id FROM parcels
WHERE order_id IS NOT NULL
  AND waybill IN (SELECT waybill FROM parcels WHERE order_id IN (FROM again_before.judged) AND waybill IS NOT NULL)
EXCEPT
FROM again_before.judged

-- One round: the numbers of the touched orders, and the orders on the touched numbers. A phone number typed as a waybill is
-- told by its length alone, and matched to nothing.
INSERT INTO part.main.touched_numbers
SELECT waybill FROM loaded_order_lines
WHERE waybill IS NOT NULL AND NOT starts_with(waybill, 'PHONE#') AND order_id IN (FROM part.main.touched_orders)
UNION
SELECT waybill FROM loaded_labels
WHERE waybill IS NOT NULL AND NOT starts_with(waybill, 'PHONE#') AND order_id IN (FROM part.main.touched_orders)
UNION
SELECT return_waybill FROM loaded_returns
WHERE return_waybill IS NOT NULL AND NOT starts_with(return_waybill, 'PHONE#') AND order_id IN (FROM part.main.touched_orders)
EXCEPT
SELECT waybill FROM part.main.touched_numbers;

INSERT INTO part.main.touched_orders
SELECT order_id FROM loaded_order_lines WHERE waybill IN (FROM part.main.touched_numbers)
UNION
SELECT order_id FROM loaded_labels WHERE order_id IS NOT NULL AND waybill IN (FROM part.main.touched_numbers)
UNION
SELECT order_id FROM loaded_returns WHERE order_id IS NOT NULL AND return_waybill IN (FROM part.main.touched_numbers)
EXCEPT
SELECT order_id FROM part.main.touched_orders;

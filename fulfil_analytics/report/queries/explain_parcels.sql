-- The parcels of one order and whether the tracking input speaks about them.
select
  p.waybill, p.package_id, p.carrier, p.carrier_as_given, p.waybill_check, p.waybill_reason, p.waybill_format,
  p.waybill_damaged, p.combined_orders, j.covered, j.not_covered_why, j.events, j.scans, j.last_status,
  p.source_file, p.source_line
from parcels as p
left join journeys as j using (parcel_id)
where p.order_id = {order_id}
order by p.waybill

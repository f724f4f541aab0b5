-- The input files in which one order stands, with their hashes.
with named as (
  select source_file from orders where order_id = {order_id}
  union select source_file from parcels where order_id = {order_id}
  union select e.source_file from parcel_events as e join parcels as p using (parcel_id) where p.order_id = {order_id}
  union select source_file from findings where order_id = {order_id}
)
select source_file, sha256, kind from source_files where source_file in (select source_file from named)
order by kind, source_file, sha256

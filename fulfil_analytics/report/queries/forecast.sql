-- Open clocks that run out soon, the most urgent first, of all orders of the shop: what can still be saved has no week.
select f.*, o.order_status, count(*) over () as total
from forecast as f join seen_facts as o on o.order_id = f.order_id
order by f.place limit {cap}

-- Whose clock failed: the late orders by stage, cause and who answers for it, with the median of what it was late by.
select c.stage, c.cause, c.answers, count(*) as orders, count(*) filter (where c.outcome = 'overdue') as overdue,
  median(c.late_seconds) as median_late, max(c.late_seconds) as most_late,
  mode(c.warehouse order by c.warehouse) as warehouse, mode(c.carrier order by c.carrier) as carrier
from late_causes as c
where c.order_id in (select order_id from seen_orders)
group by c.stage, c.cause, c.answers
order by list_position(['rts', 'dispatch', 'collection', 'delivery'], c.stage), orders desc, c.cause nulls last, c.answers nulls last

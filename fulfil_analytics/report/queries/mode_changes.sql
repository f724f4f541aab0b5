-- What the modes change: outcomes that differ from standard, by stage, mode and what changed them.
select m.stage, m.mode, m.outcome_standard, m.outcome, m.changed_by, count(*) as orders, min(m.order_id) as example
from mode_changes as m
where m.mode <> 'extension' and m.order_id in (select order_id from seen_orders)
group by m.stage, m.mode, m.outcome_standard, m.outcome, m.changed_by
order by list_position(['rts', 'dispatch', 'collection', 'delivery'], m.stage) nulls last, m.stage, m.mode, orders desc, m.outcome_standard,
  m.outcome, m.changed_by nulls last
limit {cap}

-- Where the time of one late order went, stage by stage.
select * from late_causes where order_id = {order_id}
order by list_position(['rts', 'dispatch', 'collection', 'delivery'], stage)

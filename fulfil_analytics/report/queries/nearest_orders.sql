-- Order numbers that look most like the one asked for.
select order_id from orders
where levenshtein(order_id, {order_id}) <= 4
order by levenshtein(order_id, {order_id}), order_id
limit 3

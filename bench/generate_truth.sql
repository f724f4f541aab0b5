-- What was planted: the kind's own finding; others may follow from it (a dummy number is also untraceable and late).
SELECT kind AS rule_id, '5764' || scattered(i, 13) || (1 + i % 9)::VARCHAR AS order_id, waybill
FROM life
WHERE kind NOT IN ('plain', 'combined', 'unpaid', 'changed_mind', 'by_platform')
ORDER BY rule_id, order_id

-- Findings of the rules that judge what other rules found.
select severity, message, evidence, warehouse, carrier, shop, occurred_at, order_id, source_file, source_line, finding_id
from seen_findings
where rule_id in {rules}
order by list_position(['critical', 'high', 'medium', 'low', 'info'], severity), occurred_at desc nulls last, order_id nulls last, finding_id
limit {cap}

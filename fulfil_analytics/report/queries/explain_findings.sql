-- The findings of one order, roots first.
select
  f.finding_id, f.rule_id, f.family, f.severity, f.evidence_class, f.waybill, f.carrier, f.occurred_at, f.verdict, f.message,
  f.evidence, f.source_file, f.source_line, f.rule_version, f.root_finding_id, root.rule_id as root_rule
from findings as f
left join findings as root on root.finding_id = f.root_finding_id
where f.order_id = {order_id}
order by root.rule_id is not null, list_position(['critical', 'high', 'medium', 'low', 'info'], f.severity), f.rule_id, f.finding_id

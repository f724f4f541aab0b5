-- The findings of one family in the order of a reader: roots first, gravest first.
select
  f.finding_id, f.rule_id, f.severity, f.evidence_class, f.order_id, f.waybill, f.carrier, f.shop, f.warehouse,
  f.occurred_at, f.message, f.verdict, f.source_file, f.source_line, f.evidence, f.root_finding_id, f.rule_version
from findings as f
where f.family = {family}
order by f.root_finding_id is not null, list_position(['critical', 'high', 'medium', 'low', 'info'], f.severity), f.rule_id,
  f.order_id nulls last, f.finding_id

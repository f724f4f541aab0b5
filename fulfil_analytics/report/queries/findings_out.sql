-- The findings as files hold them: the columns of the contract, times as UTC text, gravest first.
select
  finding_id, rule_id, family, severity, evidence_class, order_id, package_id, waybill, carrier, shop, warehouse,
  strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ') as occurred_at, verdict, message, evidence, source_file, source_line, rule_version,
  root_finding_id, explanations
from findings
order by list_position(['critical', 'high', 'medium', 'low', 'info'], severity), rule_id, order_id nulls last, finding_id

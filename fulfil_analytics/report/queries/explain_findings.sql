-- The findings of one order, roots first, each with the latest verdict of a reviewer.
with latest as (
  select finding_id, arg_max(reason, reviewed_at) as reason, arg_max(author, reviewed_at) as author, max(reviewed_at) as reviewed_at
  from reviews
  where order_id = {order_id}
  group by finding_id
)
select
  f.finding_id, f.rule_id, f.family, f.severity, f.evidence_class, f.waybill, f.carrier, f.occurred_at, f.verdict, f.message,
  f.evidence, f.source_file, f.source_line, f.rule_version, f.root_finding_id, f.explanations, root.rule_id as root_rule,
  latest.reason as verdict_reason, latest.author as verdict_by, latest.reviewed_at as verdict_at
from findings as f
left join findings as root on root.finding_id = f.root_finding_id
left join latest on latest.finding_id = f.finding_id
where f.order_id = {order_id}
order by root.rule_id is not null, list_position(['critical', 'high', 'medium', 'low', 'info'], f.severity), f.rule_id, f.finding_id

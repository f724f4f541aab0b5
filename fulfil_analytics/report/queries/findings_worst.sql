-- The worst findings of each rule, {cap} at most: roots first, each with the findings it explains.
-- A finding whose root is not in the table is its own root.
with roots as (
  select f.*, root.finding_id is not null as is_explained, root.rule_id as root_rule,
    list_position(['critical', 'high', 'medium', 'low', 'info'], f.severity) as grade
  from seen_findings as f
  left join seen_findings as root on root.finding_id = f.root_finding_id
), explained as (
  select root_finding_id, count(*) as explains, list(distinct rule_id order by rule_id) as explains_rules
  from roots where is_explained group by root_finding_id
), ranked as (
  select r.*, coalesce(e.explains, 0) as explains, coalesce(e.explains_rules, []) as explains_rules,
    count(*) over (partition by r.rule_id) as of_rule,
    count(*) over () as of_all,
    row_number() over (
      partition by case when {by_rule} then r.rule_id end
      order by
        r.is_explained, coalesce(r.verdict = 'excused', false), r.grade, r.evidence_class, coalesce(e.explains, 0) desc,
        r.occurred_at desc nulls last, r.rule_id, r.order_id nulls last, r.finding_id
    ) as place
  from roots as r
  left join explained as e on e.root_finding_id = r.finding_id
)
select
  place, of_rule, of_all, finding_id, rule_id, family, severity, evidence_class, order_id, waybill, carrier, shop, warehouse,
  occurred_at, verdict, message, source_file, source_line, is_explained, root_rule, explains, explains_rules
from ranked
where place <= {cap}
order by case when {by_rule} then rule_id end, place

-- One row a rule that found something: counts by severity, the gravest rule first.
with graded as (
  select *, list_position(['critical', 'high', 'medium', 'low', 'info'], severity) as grade
  from seen_findings
)
select
  rule_id, any_value(family order by family) as family,
  count(*) filter (where verdict is distinct from 'excused') as findings,
  count(distinct order_id) filter (where verdict is distinct from 'excused') as orders,
  count(*) filter (where root_finding_id is null and verdict is distinct from 'excused') as roots,
  count(*) filter (where root_finding_id is not null and verdict is distinct from 'excused') as explained,
  count(*) filter (where verdict = 'excused') as excused,
  count(*) filter (where evidence_class = 'hard' and verdict is distinct from 'excused') as hard,
  count(*) filter (where severity = 'critical' and verdict is distinct from 'excused') as critical,
  count(*) filter (where severity = 'high' and verdict is distinct from 'excused') as high,
  count(*) filter (where severity = 'medium' and verdict is distinct from 'excused') as medium,
  count(*) filter (where severity = 'low' and verdict is distinct from 'excused') as low,
  count(*) filter (where severity = 'info' and verdict is distinct from 'excused') as info,
  min(grade) as grade, ['critical', 'high', 'medium', 'low', 'info'][min(grade)] as worst
from graded
group by rule_id
order by grade, findings desc, rule_id

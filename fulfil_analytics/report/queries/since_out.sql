-- What changed since an earlier audit, the new ones first, the gravest of each first.
select status, finding_id, rule_id, family, severity, severity_before, order_id, waybill, shop, warehouse, message, verdict
from since
order by list_position(['new', 'solved', 'remaining', 'not_judged'], status),
  list_position(['critical', 'high', 'medium', 'low', 'info'], severity), rule_id, order_id nulls last, finding_id

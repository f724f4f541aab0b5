-- The orders to read first, {cap} at most, each with the reason for its risk.
select place, order_id, shop, risk, why, roots, hard_roots, folded, leading_finding_id, leading_rule_id, reason, further_rules,
  (select count(*) from risk_of_order) as of_all
from risk_of_order
where place <= {cap}
order by place

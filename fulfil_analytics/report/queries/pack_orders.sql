-- The orders of critical risk, the gravest first: those that a reviewer gets a page each of.
select order_id, risk, why, reason, leading_rule_id from risk_of_order where risk = 'critical' order by place limit {cap}

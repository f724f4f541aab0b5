-- The findings a table shows: the gravest first, rule by rule.
SELECT rule_id, severity, order_id, message, source_file || ':' || source_line AS source
FROM findings
ORDER BY list_position(['critical', 'high', 'medium', 'low', 'info'], severity), rule_id, order_id, finding_id
LIMIT {{limit}}

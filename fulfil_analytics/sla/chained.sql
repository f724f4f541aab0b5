-- Of the four cases of a chain each mode has its own; together they are one case again.

CREATE OR REPLACE TEMP TABLE sla_told AS
SELECT
  min(t.case_id) AS case_id, any_value(t.uncounted) AS uncounted, any_value(t.uncounted_kind) AS uncounted_kind,
  any_value(t.grace_seconds) AS grace_seconds,
  max(t.due_standard) FILTER (c.mode = 'standard') AS due_standard,
  max(t.due_holiday) FILTER (c.mode = 'holiday') AS due_holiday,
  max(t.due_extension) FILTER (c.mode = 'extension') AS due_extension,
  max(t.due_effective) FILTER (c.mode = 'effective') AS due_effective,
  max(t.seconds_standard) FILTER (c.mode = 'standard') AS seconds_standard,
  max(t.seconds_holiday) FILTER (c.mode = 'holiday') AS seconds_holiday,
  max(t.seconds_extension) FILTER (c.mode = 'extension') AS seconds_extension,
  max(t.seconds_effective) FILTER (c.mode = 'effective') AS seconds_effective,
  max(t.why_standard) FILTER (c.mode = 'standard') AS why_standard,
  max(t.why_holiday) FILTER (c.mode = 'holiday') AS why_holiday,
  max(t.why_extension) FILTER (c.mode = 'extension') AS why_extension,
  max(t.why_effective) FILTER (c.mode = 'effective') AS why_effective
FROM sla_told AS t
JOIN sla_cases AS c ON c.case_id = t.case_id
GROUP BY c.chain_no;

INSERT INTO sla_profile_cases
SELECT p.profile_id, p.stage, p.signature_id, c.case_id
FROM sla_chains AS p
JOIN (SELECT chain_no, min(case_id) AS case_id FROM sla_cases GROUP BY chain_no) AS c ON c.chain_no = p.chain_no;

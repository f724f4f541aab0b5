-- The cases of this round join those that later steps read.
INSERT INTO deadline_cases
SELECT
  *,
  json_extract_string(why_effective || '}', '$.confidence') AS confidence,
  coalesce(CAST(json_extract_string(why_effective || '}', '$.assessed') AS BOOLEAN), TRUE) AS assessed,
  -- all modes agree, so that nothing need be worked out four times
  due_holiday IS NOT DISTINCT FROM due_standard AND due_extension IS NOT DISTINCT FROM due_standard
    AND due_effective IS NOT DISTINCT FROM due_standard AND seconds_holiday IS NOT DISTINCT FROM seconds_standard
    AND seconds_extension IS NOT DISTINCT FROM seconds_standard
    AND seconds_effective IS NOT DISTINCT FROM seconds_standard AS one_due
FROM sla_told;

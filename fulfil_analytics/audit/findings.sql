-- One rule's bad rows, told as findings. findings.py fills in the dollar names; the rule's own SELECT is `bad`.
WITH bad AS (
$bad
),
population AS (
$population
),
numbered AS (
  SELECT
    bad.*,
    population.*,
    row_number() OVER (PARTITION BY rule_key ORDER BY $subject NULLS LAST) AS nth_of_thing,
    row_number() OVER (PARTITION BY rule_key, $subject ORDER BY rule_key NULLS LAST) AS nth_of_finding
  FROM bad
  JOIN population ON population.rule_key = $returned_key
  -- the second half is never true: it keeps the first from being worked out for things that `bad` does not name
  WHERE population.untestable IS NULL OR $returned_key IS NULL
)
SELECT
  fa_id($rule_id || '|' || rule_key || '|' || coalesce($subject, '')) AS finding_id,
  $rule_id AS rule_id,
  $family AS family,
  $severity AS severity,
  $evidence_class AS evidence_class,
  found_order_id AS order_id,
  $package_id AS package_id,
  $waybill AS waybill,
  $carrier AS carrier,
  found_shop AS shop,
  found_warehouse AS warehouse,
  $occurred_at AS occurred_at,
  CAST(NULL AS STRING) AS verdict,
  $message AS message,
  $evidence AS evidence,
  $source_file AS source_file,
  $source_line AS source_line,
  $rule_version AS rule_version,
  CAST(NULL AS STRING) AS root_finding_id,
  $explanations AS explanations,
  excuse,
  nth_of_thing,
  nth_of_finding
FROM numbered AS bad

-- Each character that fa_fold, lower and upper change, and what it becomes: one character, or nothing. Those that fa_fold makes
-- two letters of are left as their small selves, for the prelude to spell out.
-- Above the planes of letters stand only the variation selectors.
WITH letters AS (
  SELECT chr(CAST(code AS INTEGER)) AS was
  FROM (
    SELECT unnest(range(1, 55296)) AS code
    UNION ALL
    SELECT unnest(range(57344, 204800))
    UNION ALL
    SELECT unnest(range(917504, 918016))
  )
)
SELECT 'folded' AS how, was,
  CASE fa_fold(was) WHEN 'ss' THEN 'ß' WHEN 'ae' THEN 'æ' WHEN 'oe' THEN 'œ' ELSE fa_fold(was) END AS becomes
FROM letters
WHERE fa_fold(was) <> was AND was NOT IN ('ß', 'æ', 'œ')
UNION ALL
SELECT 'lower', was, lower(was) FROM letters WHERE lower(was) <> was
UNION ALL
SELECT 'upper', was, upper(was) FROM letters WHERE upper(was) <> was;

-- Each character that fa_fold changes, and what it becomes: one character, or nothing. Those that become two letters are left
-- as their small selves, for the prelude to spell out.
SELECT
  chr(code) AS was,
  CASE fa_fold(chr(code)) WHEN 'ss' THEN 'ß' WHEN 'ae' THEN 'æ' WHEN 'oe' THEN 'œ' ELSE fa_fold(chr(code)) END AS becomes
FROM (SELECT CAST(unnest(range(1, 1114112)) AS INTEGER) AS code)
WHERE code NOT BETWEEN 55296 AND 57343 AND fa_fold(chr(code)) <> chr(code) AND chr(code) NOT IN ('ß', 'æ', 'œ');
